/* SPDX-License-Identifier: GPL-3.0-or-later */
// On how many calls a measured number stands, and how sure its mean is.
import { h } from "../dom.js";
import { number, t } from "../text.js";

const interval = ({ interval_low: low, interval_high: high }) => (low === null || low === undefined ? "–" : t("coverage.between", { low: number(low), high: number(high) }));
const least = ({ coverage_least_pct: pct, least_calls: calls }) => [pct > 0 && `${number(pct)}%`, calls > 0 && t("coverage.calls", { n: calls })].filter(Boolean).join(t("list.comma")) || "–";
const handled = ({ handled: n, coverage_pct: pct }) => (n === null ? t("coverage.unknown") : `${number(n)}${pct === null ? "" : ` (${number(pct)}%)`}`);

/** One line, where there is no room for a table. */
export const coverageWords = (one) => [t("coverage.line", { handled: handled(one), recorded: one.recorded, calls: one.calls, flagged: one.flagged, heard: one.heard }),
  one.interval_low !== null && `${t("coverage.interval")}${t("list.colon")}${interval(one)}`, least(one) !== "–" && `${t("coverage.least")}${t("list.colon")}${least(one)}`].filter(Boolean).join(t("list.semicolon"));

/** All measured numbers of a sheet, each in a row. */
export function coverageTable({ sheet, scheme }) {
  const list = Object.entries(sheet.measured ?? {}).filter(([, one]) => one.flagged !== undefined); // sheets that were kept before say less
  const head = ["handled", "recorded", "measured", "flagged", "heard", "interval", "least"];
  return list.length > 0 && h("section.coverage", {}, h("h3", {}, t("coverage.title")), h("div.tableScroll", { tabindex: 0, role: "region", "aria-label": t("coverage.title") }, h("table.sheetLines", {},
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("coverage.number")), head.map((key) => h("th.number", { scope: "col" }, t(`coverage.${key}`))))),
    h("tbody", {}, list.map(([id, one]) => h("tr", {}, h("th", { scope: "row" }, scheme.nameOf(id)),
      [handled(one), number(one.recorded), number(one.calls), number(one.flagged), number(one.heard), interval(one), least(one)].map((words) => h("td.number", {}, words))))))));
}

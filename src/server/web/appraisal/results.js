/* SPDX-License-Identifier: GPL-3.0-or-later */
// A period's results: how far they can be relied on, the table, how the grades spread, who is left out and why.
import { address, get } from "../api.js";
import { emptyState, field } from "../dialog.js";
import { h } from "../dom.js";
import { getPatiently } from "../jobs.js";
import { goTo } from "../period.js";
import { number, said, t } from "../text.js";
import { gradeWords, keepsRounds, linkTo, linkToSheet, pathOf, payWords, points, sides, value } from "./common.js";
import { faultWords, plain } from "./plain.js";
import { gradeChart, totalsChart } from "./spread.js";

export async function resultsPart({ who, round, scheme, query }) {
  const whole = await getPatiently(pathOf(round, "/results"));
  const results = query.team ? await get(pathOf(round, "/results"), { team: query.team }) : null;
  const shown = results ?? whole;
  const teams = [...new Set([...whole.sheets, ...whole.left_out].map(({ team }) => team).filter(Boolean))].sort();
  return h("div", {}, banner(round, scheme, shown),
    h("section.panel", {}, h("div.between", {}, h("h2", {}, t(scheme.units ? "result.units" : "result.table")), tools(who, round, teams, query)),
      shown.sheets.length ? (scheme.units ? units(shown) : table(who, round, scheme, shown)) : emptyState(t("result.none"))),
    shown.sheets.length > 0 && !scheme.units && spread(scheme, whole, shown),
    shown.left_out.length > 0 && leftOut(who, round, shown.left_out), remarks(scheme, shown));
}

function tools(who, round, teams, query) {
  const choice = teams.length > 1 && field(t("flag.team"), h("select", { name: "team", onchange: (event) => goTo(`appraisal/${round.appraisal}/results`, { team: event.target.value }) },
    h("option", { value: "" }, t("team.all")), teams.map((team) => h("option", { value: team, selected: team === query.team }, team))));
  const file = who.role === "hr" && h("a.button", { download: "", href: address(pathOf(round, "/results.csv"), { team: query.team, bom: 1 }) }, t("result.csv"));
  return h("div.filters", {}, choice, file);
}

const spanned = (low, high) => t("result.coverage.of", { share: low === high ? `${number(low)}%` : `${number(low)}%–${number(high)}%` });

/** Numbers that may still change say so, and on what they stand. */
function banner(round, scheme, { preview, undecided_flags, sheets }) {
  if (!preview) return h("p.banner.final", {}, t("result.final", { who: round.closed_by }));
  const measured = scheme.indicators.filter(({ need }) => need === "measured").map((one) => [one, sheets.map((sheet) => sheet.measured[one.indicator]).filter(Boolean)]).filter(([, of]) => of.length > 0);
  const coverage = measured.map(([one, of]) => {
    const all = of.map(({ coverage_pct }) => coverage_pct).filter((pct) => pct !== null);
    const calls = of.reduce((sum, { calls: n }) => sum + n, 0);
    return h("li", {}, t("result.coverage", { indicator: said(one.names), calls }), all.length > 0 && spanned(Math.min(...all), Math.max(...all)),
      of[0].coverage_least_pct > 0 && `${t("list.comma")}${t("result.coverage.least", { least: number(of[0].coverage_least_pct) })}`);
  });
  return h("div.banner", { role: "note" }, h("b", {}, t("result.preview")), " ",
    undecided_flags > 0 ? t("result.undecided", { n: undecided_flags }) : measured.length > 0 && t("result.allDecided"), coverage.length > 0 && h("ul", {}, coverage));
}

/* ---- the table */

const signs = (sheet) => h("span.signs", { title: sides.map((side) => `${t(`side.${side}`)}: ${t(sheet.signed.includes(side) ? "sign.signed" : "sign.missing")}`).join("\n") },
  sides.map((side) => h(`i${sheet.signed.includes(side) ? ".signed" : ""}`, { "aria-hidden": "true" })), h("span.unseen", {}, t("sign.count", { n: sheet.signed.length })));

/** What of a sheet stands in which column; columns that are empty for everyone are left out. */
function columnsOf(who, round, scheme, { lines, sheets }) {
  const has = (name) => sheets.some((sheet) => sheet[name] !== null && sheet[name] !== undefined);
  const of = lines.filter(({ pay }) => !pay).map((line) => [said(line.names), "number", (sheet) => points(sheet.items[line.line])]);
  const pay = lines.filter((line) => line.pay).map((line) => [said(line.names), "number", (sheet) => points(sheet.pay_items?.[line.line])]);
  return [
    [t("import.agent"), "", (sheet) => [h("a", { href: linkToSheet(round, sheet.agent) }, h("b", {}, sheet.agent)), h("small", {}, [sheet.team, sheet.post].filter(Boolean).join(" · "))]], ...of,
    has("passed") && [t("result.passed"), "number", (sheet) => `${sheet.passed.length}/${sheet.passed.length + sheet.failed.length}`],
    has("total") && [t("result.total"), "number", (sheet) => h("b", {}, points(sheet.total))],
    has("rank") && [t("result.rank"), "number", (sheet) => sheet.rank ?? "–"],
    has("grade") && [t("result.grade"), "", (sheet) => gradeWords(scheme, sheet.grade)],
    scheme.distributed && [t("result.gradeDistribution"), "", (sheet) => gradeWords(scheme, sheet.grade_distribution)],
    has("preliminary") && [t("result.preliminary"), "", (sheet) => (sheet.preliminary ? said({ en: sheet.preliminary, zh: sheet.preliminary_zh }) : "–")],
    has("coefficient") && [t("result.coefficient"), "number", (sheet) => number(sheet.coefficient)],
    ...(who.role === "hr" ? [has("bonus") && [t("result.bonus"), "number", (sheet) => points(sheet.bonus)], ...pay, has("pay") && [payWords(scheme), "number", (sheet) => h("b", {}, points(sheet.pay))]] : []),
    has("undecided_flags") && sheets.some((sheet) => sheet.undecided_flags > 0) && [t("result.open"), "number", (sheet) => number(sheet.undecided_flags)],
    [t("result.signed"), "", signs]].filter(Boolean);
}

function table(who, round, scheme, results) {
  const columns = columnsOf(who, round, scheme, results);
  const rows = [...results.sheets].sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0) || (b.total ?? 0) - (a.total ?? 0) || a.agent.localeCompare(b.agent));
  return h("div.tableScroll.results", { tabindex: 0, role: "region", "aria-label": t("result.table") }, h("table", {},
    h("thead", {}, h("tr", {}, columns.map(([words, kind]) => h(`th${kind && `.${kind}`}`, { scope: "col" }, words)))),
    h("tbody", {}, rows.map((sheet) => h("tr", {}, columns.map(([, kind, words]) => h(`td${kind && `.${kind}`}`, {}, words(sheet))))))));
}

/** Units side by side: each line with a bar against the greatest, the whole as a table that can be read out. */
function units({ lines, sheets }) {
  const most = new Map(lines.map(({ line }) => [line, Math.max(...sheets.map((sheet) => sheet.items[line] ?? 0), 1e-9)]));
  const cell = (sheet, { line, unit }) => h("td.number", {}, value(sheet.items[line], unit), h("span.track", { "aria-hidden": "true" }, h("i", { style: { width: `${(100 * Math.max(0, sheet.items[line] ?? 0)) / most.get(line)}%`, background: "var(--agent)" } })));
  return h("div.tableScroll.units", { tabindex: 0, role: "region", "aria-label": t("result.units") }, h("table", {},
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("result.unit")), lines.map((line) => h("th.number", { scope: "col" }, said(line.names))))),
    h("tbody", {}, sheets.map((sheet) => h("tr", {}, h("th", { scope: "row" }, sheet.agent), lines.map((line) => cell(sheet, line)))))));
}

/* ---- beside it */

const spread = (scheme, whole, shown) => h("div.grid.after", {},
  whole.grades.length > 0 && h("section.panel", {}, h("h2", {}, t("result.grades")), gradeChart(scheme, whole.grades),
    h("details", {}, h("summary", {}, t("result.gradesTable")), gradeTable(scheme, whole.grades))),
  shown.sheets.some(({ total }) => total !== null) && h("section.panel", {}, h("h2", {}, t("result.totals")), totalsChart(shown.sheets.map(({ total }) => total).filter((total) => total !== null))));

const gradeTable = (scheme, grades) => h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("result.grade")), [t("result.byScore"), ...(scheme.distributed ? [t("result.byDistribution"), t("result.places")] : [])].map((words) => h("th.number", { scope: "col" }, words)))),
  h("tbody", {}, grades.map((one) => h("tr", {}, h("td", {}, said(one.names)), [one.by_score, ...(scheme.distributed ? [one.by_distribution, one.places] : [])].map((n) => h("td.number", {}, number(n)))))));

function leftOut(who, round, list) {
  const where = (one) => (!one.fault ? null : keepsRounds(who) ? h("a", { href: linkTo(round, "/import") }, t("lack.toImport")) : h("a", { href: linkTo(round, "/ratings") }, t("part.ratings")));
  return h("section.panel", {}, h("h2", {}, t("result.leftOut", { n: list.length })), h("ul.leftOut", {}, list.map((one) => h("li", {}, h("b", {}, one.agent), one.team && ` (${one.team})`, `${t("list.colon")}${said(one.why)}`, one.fault && " ", where(one),
    one.errors.length > 0 && h("ul", {}, one.errors.map((fault) => h("li", {}, faultWords(fault), fault.file && h("small", {}, t("import.place", { file: fault.file, line: fault.line, column: fault.column })))))))));
}

/** The scheme's notes; that flags are undecided stands above already. */
function remarks(scheme, { notes }) {
  const said_ = notes.filter((note) => !note.startsWith("undecided flags")).map((note) => plain(note, scheme));
  return said_.length > 0 && h("section.panel", {}, h("h2", {}, t("result.notes")), h("ul", {}, said_.map((note) => h("li", {}, note))));
}

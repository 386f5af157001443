/* SPDX-License-Identifier: GPL-3.0-or-later */
// Calls with their scores: newest or worst first, by whom and when.
import { get } from "./api.js";
import { agentOf } from "./agent.js";
import { severityChip, totalOf } from "./decide.js";
import { emptyState, failed, field, folded } from "./dialog.js";
import { h, replace } from "./dom.js";
import { useKeys } from "./keys.js";
import { goTo, periodOnPaper } from "./period.js";
import { ruleFilter } from "./rule.js";
import { shiftFilter } from "./shift.js";
import { clock, siteTime, t, word } from "./text.js";

const PAGE = 50;
const names = ["sort", "search", "person", "agent", "team", "queue", "rule", "score_below", "from", "to", "shift", "without_day"];
const ranks = ["note", "minor", "major", "critical"];

export async function callsPage({ who, query }) {
  const asked = Object.fromEntries(names.map((name) => [name, query[name]]));
  const rows = h("tbody");
  const more = h("div.pager");
  let cursor = "";
  const load = async () => {
    const answer = await get("calls", { ...asked, sort: asked.without_day ? "arrival" : asked.sort || "newest", limit: PAGE, cursor });
    rows.append(...answer.calls.map((call, i) => row(call, answer.whose[i])));
    cursor = answer.next;
    replace(more, cursor && h("button", { type: "button", onclick: () => load().catch(failed) }, t("do.more")));
    more.hidden = !cursor;
  };
  await load();
  useKeys([{ key: "j", does: "key.nextRow", run: () => step(rows, 1) }, { key: "k", does: "key.previousRow", run: () => step(rows, -1) }]);
  return h("div", {}, h("h1.unseen", {}, t("page.calls")), h("p.printed", {}, periodOnPaper(asked)), folded(filters(who, asked)),
    h("section.list", {}, rows.rows.length ? h("div.tableScroll", {}, h("table", {}, h("thead", {}, h("tr", {},
      ["call.time", "flag.person", "call.customer", "flag.queue"].map((key) => h("th", { scope: "col" }, t(key))), h("th.number", { scope: "col" }, t("call.length")), h("th.number", { scope: "col" }, t("call.total")), h("th", { scope: "col" }, t("page.flags")))), rows)) : nothing(who, asked.search), more));
}

export function step(rows, by) {
  const links = [...rows.querySelectorAll("a")];
  const at = links.indexOf(document.activeElement);
  links[Math.max(0, Math.min(links.length - 1, at + by))]?.focus();
}

/** Part of a name, also by pinyin, or of an extension; `title` says what else. */
export const searchField = (value, title = "filter.searchNames") => field(t("filter.search"), h("input", { name: "search", type: "search", size: 10, maxlength: 64, value: value ?? "", title: t(title) }));

const seesStars = (who) => who.numbers !== "full";

/** Whoever sees stars and looks for part of a number reads why it finds nothing. */
const nothing = (who, search) => emptyState(t(seesStars(who) && /\d{4}/.test(search ?? "") ? "calls.noneOfPart" : "calls.none"));

function filters(who, asked) {
  const form = h("form.filters", { role: "search", "aria-label": t("filter.label"), onsubmit: (event) => event.preventDefault(),
    onchange: () => goTo("calls", Object.fromEntries(new FormData(form))) },
  field(t("calls.order"), h("select", { name: "sort" }, ["newest", "worst"].map((value) => h("option", { value, selected: asked.sort === value }, t(`calls.${value}`))))),
  searchField(asked.search, seesStars(who) ? "filter.searchWhole" : "filter.searchNumbers"), who.role !== "agent" && [["person", 9], ["team", 9]].map(([name, size]) => field(t(`flag.${name}`), h("input", { name, size, value: asked[name] ?? "" }))),
  field(t("flag.queue"), h("input", { name: "queue", size: 9, value: asked.queue ?? "" })), field(t("flag.rule"), ruleFilter(who, asked.rule ?? "")),
  field(t("calls.below"), h("input", { name: "score_below", type: "number", min: 0, max: 1000, step: "any", value: asked.score_below ?? "" })),
  field(t("filter.from"), h("input", { name: "from", type: "date", value: asked.from ?? "" })), field(t("filter.to"), h("input", { name: "to", type: "date", value: asked.to ?? "" })), shiftFilter(asked.shift),
  h("button.plain", { type: "button", onclick: () => goTo("calls", {}) }, t("filter.clear")));
  return form;
}

function row({ call, recording, score }, { number: own, person }) {
  const lines = score?.deductions ?? [];
  const worst = lines.reduce((rank, line) => Math.max(rank, ranks.indexOf(line.severity)), -1);
  return h("tr", {},
    h("td", {}, h("a", { href: `#/call/~${own}` }, siteTime(call.started_at)), h("small", {}, call.direction ? word("direction", call.direction) : "")),
    h("td", {}, agentOf(call, person) ?? "–"), h("td", {}, call.customer ?? "–"), h("td", {}, call.queue ?? "–"),
    h("td.number", {}, clock(recording.duration_ms)), h("td.number", {}, score ? totalOf(score) : "–"),
    h("td", {}, lines.length ? [worst >= 0 && severityChip({ severity: ranks[worst] }), " ", t("calls.flags", { n: lines.length })] : h("small", {}, t("calls.noFlags"))));
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
// How often people agree with each rule, and what another rubric would make of past calls before it is applied.
import { get, keep } from "./api.js";
import { askForm, emptyState, failed, field, notice } from "./dialog.js";
import { h, replace } from "./dom.js";
import { follow, unfinished } from "./jobs.js";
import { defaultPeriod, goTo, periodForm } from "./period.js";
import { waiting } from "./previews.js";
import { titleOf } from "./rule.js";
import { isAsked } from "./second.js";
import { deduction, fixed, number, said, share, t } from "./text.js";
import { whatIf } from "./whatif.js";

const LISTED = 10;

export async function rulesPage({ query }) {
  const period = await defaultPeriod(query);
  const supposing = h("div", {});
  whatIf(period).then((section) => replace(supposing, section)).catch(failed); // counted for longer than the rest takes
  const [{ rules }, why, held] = await Promise.all([get("rules", period), whyPanel(period), waiting()]);
  return h("div", {}, h("div.pageHead", {}, h("div", {}, h("h1", {}, t("page.rules")), h("p", {}, t("rules.lead"))), periodForm(period, null, (asked) => goTo("rules", asked))),
    h("section.list", {}, rules.length ? precisionTable(rules, period) : emptyState(t("rules.none"))), why, supposing, rescoring(period), held);
}

const precisionTable = (rules, period) => h("div.tableScroll", {}, h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("flag.rule")),
  ["page.flags", "state.open", "state.confirmed", "state.changed", "state.overturned"].map((key) => h("th.number", { scope: "col" }, t(key))), h("th", { scope: "col" }, t("rules.precision")))),
h("tbody", {}, rules.map((rule) => h("tr", {}, h("td", {}, h("a", { href: `#/flags?${new URLSearchParams({ ...period, rule: rule.rule, state: "any" })}`, title: rule.rule }, titleOf(rule))),
  [["any", rule.flags], ["", rule.open], ["confirmed", rule.confirmed], ["changed", rule.changed], ["overturned", rule.overturned]].map(([state, value]) => h("td.number", {}, h("a", { href: `#/flags?${new URLSearchParams({ ...period, rule: rule.rule, ...(state ? { state } : {}) })}` }, number(value)))),
  h("td", {}, rule.precision !== null && h("span.meter", { "aria-hidden": "true" }, h("i", { style: { width: `${100 * rule.precision}%` } })), share(rule.precision)))))));

/** For which of the site's reasons each rule's flags were overturned or changed. */
async function whyPanel(period) {
  const { reasons, used } = await get("reasons", period);
  if (!used.length) return null;
  const columns = [...reasons.map(({ code, title }) => [code, said(title)]), [null, t("reasons.words")]];
  const rows = [...Map.groupBy(used, ({ rule }) => rule)].map(([rule, list]) => ({ rule, title: list[0].title, all: list.reduce((sum, { flags }) => sum + flags, 0), by: new Map(list.map(({ code, flags }) => [code, flags])) }));
  const cell = (row, code) => { const n = row.by.get(code) ?? 0; return h("td.number", {}, n ? [number(n), h("small", {}, share(n / row.all))] : "–"); };
  return h("section.panel.after", {}, h("h2", {}, t("reasons.title")), h("p", {}, h("small", {}, t("reasons.lead"))),
    h("div.tableScroll", { tabindex: 0, role: "region", "aria-label": t("reasons.title") }, h("table.why", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("flag.rule")), columns.map(([, words]) => h("th.number", { scope: "col" }, words)))),
      h("tbody", {}, rows.map((row) => h("tr", {}, h("td", {}, titleOf(row)), columns.map(([code]) => cell(row, code))))))));
}

function rescoring(period) {
  const code = h("textarea.code", { name: "rubric", rows: 12, spellcheck: "false", required: true });
  const answer = h("div", { "aria-live": "polite" });
  const ask = (path, from) => keep("POST", path, {}, Object.fromEntries(new FormData(from)));
  const show = async (job, apply) => {
    const done = await follow(job, answer);
    if (!done || isAsked(done)) return;
    if (!apply) notice(t("rescore.applied", { n: done.applied }));
    replace(answer, previewed(done, apply));
  };
  const tell = (error) => replace(answer, h("div.problem.block", { role: "alert" }, error.message));
  const form = h("form", { onsubmit: async (event) => {
    event.preventDefault();
    await ask("rescore/preview", form).then((job) => show(job, () => apply(form))).catch(tell);
  } }, h("div.filters", {}, field(t("rescore.file"), h("input", { type: "file", accept: ".yaml,.yml", onchange: async (event) => { code.value = (await event.target.files[0]?.text()) ?? code.value; } })),
    field(t("filter.from"), h("input", { name: "from", type: "date", value: period.from, required: true })), field(t("filter.to"), h("input", { name: "to", type: "date", value: period.to, required: true })), h("button.primary", { type: "submit" }, t("rescore.preview"))),
  field(t("rescore.rubric"), code));
  const apply = (from) => askForm(t("rescore.apply"), [h("p", {}, t("rescore.sure"))], t("rescore.apply"), () => ask("rescore", from))
    .then((job) => job && show(job)).catch(tell);
  unfinished("rescore").then((job) => job && show(job)).catch(failed);
  return h("section.panel.after", {}, h("h2", {}, t("rescore.title")), h("p", {}, h("small", {}, t("rescore.lead"))), form, answer);
}

function previewed(result, apply) {
  const tile = (key, value) => h("div.tile", {}, h("b", {}, value), h("span", {}, t(key)));
  const rules = Object.entries(result.rules);
  return [
    h("div.between.after", {}, h("h2", {}, t(apply ? "rescore.wouldBe" : "rescore.is", { rubric: result.rubric, version: result.rubric_version })), apply && result.calls > 0 && h("button.primary", { type: "button", onclick: apply }, t("rescore.apply"))),
    h("div.tiles", {}, tile("rescore.calls", number(result.calls)), tile("rescore.changed", number(result.changed)), tile("rescore.before", fixed(result.mean_before)), tile("rescore.after", fixed(result.mean_after)),
      !apply && tile("rescore.appliedTo", number(result.applied)), result.refused_closed > 0 && tile("rescore.closed", number(result.refused_closed)), result.kept_back > 0 && tile("preview.forAPerson", number(result.kept_back))),
    result.cut_off && h("p.problem", {}, t("rescore.cutOff")), result.unreadable > 0 && h("p.problem", {}, t("rescore.unreadable", { n: result.unreadable })),
    h("div.grid", {},
      h("div", {}, h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("flag.rule")), ["rescore.flagsBefore", "rescore.flagsAfter", "rescore.pointsBefore", "rescore.pointsAfter"].map((key) => h("th.number", { scope: "col" }, t(key))))),
        h("tbody", {}, rules.map(([rule, of]) => h("tr", {}, h("td", { title: rule }, titleOf({ rule, ...of })), h("td.number", {}, number(of.before)), h("td.number", {}, number(of.after)), h("td.number", {}, deduction(of.points_before)), h("td.number", {}, deduction(of.points_after))))))),
      result.most_changed.length > 0 && h("div", {}, h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("rescore.mostChanged")), h("th.number", { scope: "col" }, t("rescore.scoreBefore")), h("th.number", { scope: "col" }, t("rescore.scoreAfter")))),
        h("tbody", {}, result.most_changed.slice(0, LISTED).map((call) => h("tr", {}, h("td", {}, h("a", { href: `#/call/~${call.number}` }, call.id)), h("td.number", {}, number(call.before)), h("td.number", {}, number(call.after)))))))),
  ];
}

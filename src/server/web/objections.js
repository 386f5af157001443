/* SPDX-License-Identifier: GPL-3.0-or-later */
// Objections: who objected to what, when, and how it was settled.
import { getAll } from "./api.js";
import { emptyState, field } from "./dialog.js";
import { h } from "./dom.js";
import { objectionSteps } from "./objected.js";
import { goTo } from "./period.js";
import { titleOf } from "./rule.js";
import { t } from "./text.js";

export async function objectionsPage(context) {
  const { who, query } = context;
  const list = (await getAll("objections", { outcome: query.outcome }, "objections")).reverse();
  const choice = h("select", { onchange: (event) => goTo("objections", { outcome: event.target.value }) },
    ["", "open", "accepted", "rejected", "closed"].map((value) => h("option", { value, selected: (query.outcome ?? "") === value }, t(`outcome.${value || "any"}`))));
  return h("div", {}, h("div.pageHead", {}, h("h1", {}, t("page.objections")), h("div.filters", {}, field(t("flag.state"), choice))),
    list.length ? h("div.cards", {}, list.map((one) => card(who, one))) : h("div.panel", {}, emptyState(t("objections.none"))));
}

function card(who, one) {
  const flag = `#/call/~${one.call}?flag=${one.flag}`;
  return h("article.panel", {},
    h("div.between", {}, h("h2", {}, h("a", { href: flag }, t("objections.to", { rule: titleOf(one), call: one.call_id }))), h(`span.state.${one.outcome}`, {}, t(`outcome.${one.outcome}`)),
      who.role === "lead" && one.outcome === "open" && h("a.button.primary", { href: `${flag}&settle=1` }, t("do.settle"))),
    objectionSteps(one),
    one.correction_due && h("p.due", {}, t("objections.correction"), " ", h("a", { href: `#/appraisal/${one.correction_due}/${who.role === "agent" ? "sheet" : "results"}` }, t("objections.toRound"))));
}

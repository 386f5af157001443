/* SPDX-License-Identifier: GPL-3.0-or-later */
// Objections: who objected to what, when, and how it was settled.
import { getAll, post } from "./api.js";
import { askForm, emptyState, failed, field, notice } from "./dialog.js";
import { h } from "./dom.js";
import { goTo } from "./period.js";
import { titleOf } from "./rule.js";
import { moment, t, word } from "./text.js";

export async function objectionsPage(context) {
  const { who, query } = context;
  const list = (await getAll("objections", { outcome: query.outcome }, "objections")).reverse();
  const again = () => dispatchEvent(new HashChangeEvent("hashchange"));
  const choice = h("select", { onchange: (event) => goTo("objections", { outcome: event.target.value }) },
    ["", "open", "accepted", "rejected"].map((value) => h("option", { value, selected: (query.outcome ?? "") === value }, t(`outcome.${value || "any"}`))));
  return h("div", {}, h("div.pageHead", {}, h("h1", {}, t("page.objections")), h("div.filters", {}, field(t("flag.state"), choice))),
    list.length ? h("div.cards", {}, list.map((one) => card(who, one, again))) : h("div.panel", {}, emptyState(t("objections.none"))));
}

function card(who, one, again) {
  return h("article.panel", {},
    h("div.between", {}, h("h2", {}, h("a", { href: `#/call/~${one.call}?flag=${one.flag}` }, t("objections.to", { rule: titleOf(one), call: one.call_id }))), h(`span.state.${one.outcome}`, {}, t(`outcome.${one.outcome}`)),
      who.role === "lead" && one.outcome === "open" && h("button.primary", { type: "button", onclick: () => settle(one).then((done) => done && again()).catch(failed) }, t("do.settle"))),
    h("ol.steps", {},
      h("li", {}, h("b", {}, one.by), " ", t("objections.objected"), h("small", {}, moment(one.at)), h("p.quoted", {}, one.text)),
      one.decided_by ? h("li", {}, h("b", {}, one.decided_by), " ", t(`objections.${one.outcome}`), h("small", {}, moment(one.decided_at)), one.answer && h("p.quoted", {}, one.answer))
        : h("li.waiting", {}, t("objections.waiting"))));
}

/** The lead's answer, which is final. */
function settle(one) {
  const points = h("input", { name: "points", type: "number", min: one.range.least, max: one.range.most, step: "0.01", disabled: true, required: true });
  const state = h("select", { name: "state", onchange: () => { points.disabled = state.value !== "changed"; } },
    ["overturned", "changed", "confirmed"].map((value) => h("option", { value }, t(`settle.${value}`))));
  return askForm(t("settle.title"), [h("p.quoted", {}, one.text), field(t("settle.outcome"), state), field(t("settle.points"), points, t("change.range", one.range)),
    field(t("settle.answer"), h("textarea", { name: "reason", rows: 4, maxlength: 2000, required: true, autofocus: true }))], t("do.settle"),
  async (values) => {
    await post(`objections/${one.objection}/answer`, { state: values.state, reason: values.reason, ...(values.state === "changed" ? { points: Number(values.points) } : {}) });
    notice(t("settled"));
    return true;
  });
}

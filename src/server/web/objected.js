/* SPDX-License-Identifier: GPL-3.0-or-later */
// An objection where its flag is: that there is one, what was said, what was answered, and until when one may object.
import { post } from "./api.js";
import { askForm, field, notice } from "./dialog.js";
import { h } from "./dom.js";
import { moment, t } from "./text.js";

export const isUnderObjection = (flag) => flag.objection?.outcome === "open";

export const objectionChip = ({ objection }) => objection && h(`span.objected.${objection.outcome}`, {}, t(`objected.${objection.outcome}`));

/** Each step of it, named and dated. */
export const objectionSteps = (one) => h("ol.steps", {},
  h("li", {}, h("b", {}, one.by), " ", t("objections.objected"), h("small", {}, moment(one.at)), h("p.quoted", {}, one.text)),
  one.decided_by ? h("li", {}, h("b", {}, one.decided_by), " ", t(`objections.${one.outcome}`), h("small", {}, moment(one.decided_at)), one.answer && h("p.quoted", {}, one.answer))
    : h("li.waiting", {}, t("objections.waiting")));

/** What stands at the flag: the objection's steps; for an agent without one, until when there may be one. */
export function objectionPart(flag, who) {
  if (flag.objection) return h("div.objection", {}, objectionSteps(flag.objection));
  if (who.role !== "agent" || !flag.objectable_until) return null;
  return h("p.deadline", {}, t(new Date(flag.objectable_until) > new Date() ? "objected.until" : "objected.over", { when: moment(flag.objectable_until) }));
}

export const mayObject = (flag) => !flag.objection && flag.objectable_until !== null && new Date(flag.objectable_until) > new Date();

/** The lead's answer, which is final; `state`: what is chosen at first. Resolves to true when it was given. */
export function settleObjection({ objection, text, range }, state = "overturned") {
  const points = h("input", { name: "points", type: "number", min: range.least, max: range.most, step: "0.01", disabled: state !== "changed", required: true });
  const choice = h("select", { name: "state", onchange: () => { points.disabled = choice.value !== "changed"; } },
    ["overturned", "changed", "confirmed"].map((value) => h("option", { value, selected: value === state }, t(`settle.${value}`))));
  return askForm(t("settle.title"), [h("p.quoted", {}, text), field(t("settle.outcome"), choice), field(t("settle.points"), points, t("change.range", range)),
    field(t("settle.answer"), h("textarea", { name: "reason", rows: 4, maxlength: 2000, required: true, autofocus: true }))], t("do.settle"),
  async (values) => {
    await post(`objections/${objection}/answer`, { state: values.state, reason: values.reason, ...(values.state === "changed" ? { points: Number(values.points) } : {}) });
    notice(t("settled"));
    return true;
  }, `settle.${objection}`);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
// An objection where its flag is: that there is one, what was said, what was answered, and until when one may object.
import { post } from "./api.js";
import { field, notice, sendingForm } from "./dialog.js";
import { h } from "./dom.js";
import { moment, t } from "./text.js";

export const isUnderObjection = (flag) => flag.objection?.outcome === "open";

/** Such a flag changes with another answer to its objection alone, a lead's. */
export const isSettled = ({ objection }) => objection?.outcome === "accepted" || objection?.outcome === "rejected";

export const settleWords = (flag) => t(isSettled(flag) ? "do.settleAgain" : "do.settle");

export const objectionChip = ({ objection }) => objection && h(`span.objected.${objection.outcome}`, {}, t(`objected.${objection.outcome}`));

/** Each step of it, named and dated. */
export const objectionSteps = (one) => h("ol.steps", {},
  h("li", {}, h("b", {}, one.by), " ", t("objections.objected"), h("small", {}, moment(one.at)), h("p.quoted", {}, one.text)),
  one.decided_by ? h("li", {}, h("b", {}, one.decided_by), " ", t(`objections.${one.outcome}`), h("small", {}, moment(one.decided_at)), one.answer && h("p.quoted", {}, one.answer))
    : h("li.waiting", {}, t("objections.waiting"), answerUntil(one)));

/** Until when a lead is to answer, and that it is past. */
const answerUntil = ({ answer_until: until }) => until && h(`small${new Date(until) < new Date() ? ".late" : ""}`, {}, t(new Date(until) < new Date() ? "objections.late" : "objections.until", { when: moment(until) }));

/** What stands at the flag: the objection's steps; for an agent without one, until when there may be one. */
export function objectionPart(flag, who) {
  if (flag.objection) return h("div.objection", {}, objectionSteps(flag.objection));
  if (who.role !== "agent" || !flag.objectable_until) return null;
  return h("p.deadline", {}, t(new Date(flag.objectable_until) > new Date() ? "objected.until" : "objected.over", { when: moment(flag.objectable_until) }));
}

export const mayObject = (flag) => !flag.objection && flag.objectable_until !== null && new Date(flag.objectable_until) > new Date();

/** The lead's answer, the first or another, as a form that stands in a page: Esc or its button calls onCancel, an answer that was taken onDone. */
export function settleForm({ objection, range, ...one }, { onDone, onCancel }) {
  const points = h("input", { name: "points", type: "number", min: range.least, max: range.most, step: "0.01", disabled: true, required: true });
  const choice = h("select", { name: "state", onchange: () => { points.disabled = choice.value !== "changed"; } },
    ["overturned", "changed", "confirmed"].map((value) => h("option", { value }, t(`settle.${value}`))));
  const answer = field(t("settle.answer"), h("textarea", { name: "reason", rows: 2, maxlength: 2000, required: true }), t("hint.send"));
  const actions = h("div.actions", {}, h("button", { type: "button", onclick: onCancel }, t("do.cancel")), h("button.primary", { type: "submit" }, t("do.settle")));
  const form = sendingForm([objectionSteps(one), h("div.row", {}, field(t("settle.outcome"), choice), field(t("settle.points"), points, t("change.range", range))), answer, actions],
    ({ state, reason, points: set }) => post(`objections/${objection}/answer`, { state, reason, ...(isSettled({ objection: one }) ? { again: true } : {}), ...(state === "changed" ? { points: Number(set) } : {}) }),
    `settle.${objection}`, () => { notice(t("settled")); onDone(); });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    onCancel();
  });
  return form;
}

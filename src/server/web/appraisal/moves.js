/* SPDX-License-Identifier: GPL-3.0-or-later */
// What moves an appraisal on: the next stage, a step put on record, closing, a correction. Each asks where, when and who.
import { post } from "../api.js";
import { askForm, field, notice } from "../dialog.js";
import { h } from "../dom.js";
import { doAside } from "../jobs.js";
import { t, today } from "../text.js";
import { pathOf, stages } from "./common.js";

export const stepWords = ["collect", "interview", "assess", "feedback", "record"];

/** Place, date, person and a note; `place` and `note` say whether these are required, `note` null that there is none. */
export const stepFields = ({ place = true, note = false } = {}) => [
  h("div.row", {}, field(t("step.place"), h("input", { name: "place", maxlength: 200, required: place })), field(t("step.date"), h("input", { name: "date", type: "date", value: today(), required: true }))),
  field(t("step.person"), h("input", { name: "person", maxlength: 200 }), t("step.personHint")),
  note !== null && field(t(note ? "step.noteNeeded" : "step.note"), h("textarea", { name: "note", rows: 2, maxlength: 2000, required: note }))];

/** The values of stepFields, without those that were left empty. */
const filled = (values, names) => Object.fromEntries(names.map((name) => [name, values[name]?.trim()]).filter(([, text]) => text));
const where = ["place", "date", "person", "note"];

export function move(round, stage) {
  const back = stages.indexOf(stage) < stages.indexOf(round.stage);
  return askForm(t(back ? "stage.back" : "stage.next", { stage: t(`stage.${stage}`) }), [h("p", {}, t(`stage.${stage}.means`)), stepFields({ note: back })], t(back ? "do.goBack" : "do.goOn"),
    (values) => post(pathOf(round, "/stage"), { stage, ...filled(values, where) }));
}

/** A step of the process, of one agent or, where `mayAll`, of everyone. */
export function record(round, agents, { step = "interview", agent = "" }, mayAll) {
  const option = (chosen) => ([value, words]) => h("option", { value, selected: value === chosen }, words);
  return askForm(t("do.recordStep"), [
    field(t("step.step"), h("select", { name: "step" }, stepWords.map((word) => [word, t(`step.${word}`)]).map(option(step)))),
    field(t("step.agent"), h("select", { name: "agent" }, [...(mayAll ? [["", t("step.everyone")]] : []), ...agents.map((one) => [one, one])].map(option(agent)))),
    stepFields()], t("do.recordStep"),
  async (values) => {
    const done = await post(pathOf(round, "/steps"), { step: values.step, ...filled(values, ["agent", ...where]) });
    notice(t("step.recorded"));
    return done;
  });
}

/** Measured numbers that stand on less are asked about, and their people have no sheet. */
export const askForCoverage = (round) => askForm(t("coverage.ask"), [h("p", {}, t("coverage.askMeans")),
  h("div.row", {}, field(t("coverage.askShare"), h("input", { name: "coverage_pct", type: "number", min: 0, max: 100, step: 0.01, value: round.least_coverage_pct, required: true })),
    field(t("coverage.askCalls"), h("input", { name: "calls", type: "number", min: 0, max: 1000000, step: 1, value: round.least_calls, required: true }))),
  field(t("step.noteNeeded"), h("textarea", { name: "note", rows: 2, maxlength: 2000, required: true }))], t("coverage.ask"),
async ({ coverage_pct, calls, note }) => {
  const done = await post(pathOf(round, "/least"), { coverage_pct: Number(coverage_pct), calls: Number(calls), note: note.trim() });
  notice(t("coverage.asked"));
  return done;
});

/** `lack`: what readiness said; what may be ignored is asked for, each by a tick of its own. */
export function close(round, lack) {
  const tick = (name, words) => h("label.check", {}, h("input", { type: "checkbox", name, value: "1", required: true }), " ", words);
  const ignored = [lack.undecided_flags > 0 && tick("ignore_undecided", t("close.ignoreUndecided", { n: lack.undecided_flags })),
    lack.left_out.length > 0 && tick("ignore_left_out", t("close.ignoreLeftOut", { n: lack.left_out.length }))].filter(Boolean);
  const progress = h("div", { "aria-live": "polite" });
  return askForm(t("close.title"), [h("p", {}, t("close.means")), ignored, stepFields({ note: ignored.length > 0 }), progress], t("close.do"),
    async (values) => {
      await doAside(pathOf(round, "/close"), { ...filled(values, where), ...(values.ignore_undecided ? { ignore_undecided: true } : {}), ...(values.ignore_left_out ? { ignore_left_out: true } : {}) }, progress, true);
      notice(t("close.done"));
      return true;
    });
}

export const correct = (round) => askForm(t("correct.title"), [h("p", {}, t("correct.means")),
  field(t("correct.reason"), h("textarea", { name: "reason", rows: 3, maxlength: 2000, required: true, autofocus: true }))], t("correct.do"),
({ reason }) => post(pathOf(round, "/corrections"), { reason }));

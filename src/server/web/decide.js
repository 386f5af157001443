/* SPDX-License-Identifier: GPL-3.0-or-later */
// What people do to flags: confirm, overturn, change the points, take back, add by hand, object.
import { callPath, get, post } from "./api.js";
import { askForm, failed, field, notice } from "./dialog.js";
import { h } from "./dom.js";
import { titleOf } from "./rule.js";
import { clock, deduction, number, said, t, word } from "./text.js";

export const mayDecide = (who) => who.role === "lead" || who.role === "auditor";
export const mayHear = (who) => mayDecide(who) || who.role === "agent";

const reasonIds = ["justified", "wrongEvent", "fault", "customer"];

/** A box for the reason, and buttons that write the usual ones into it. */
function reasonField(label, required = true) {
  const box = h("textarea", { name: "reason", rows: 3, maxlength: 2000, required, autofocus: true });
  const choose = (id) => { box.value = t(`reason.${id}`); box.focus(); };
  return [field(label, box, t("hint.send")),
    h("div.chips", { role: "group", "aria-label": t("reason.usual") }, reasonIds.map((id) => h("button.chip", { type: "button", onclick: () => choose(id) }, t(`reason.${id}`))))];
}

async function decide(flag, verdict) {
  const answer = await post(`flags/${flag.flag}/decision`, { ...verdict, was: flag.state });
  notice(t(`decided.${verdict.state}`));
  return answer;
}

/** Each resolves to the call's flags as they now stand, or to undefined when nothing was decided. */
export const confirmFlag = (flag) => decide(flag, { state: "confirmed" }).catch(failed);

export const overturnFlag = (flag) =>
  askForm(t("overturn.title"), [what(flag), reasonField(t("decide.reason"))], t("do.overturn"),
    ({ reason }) => decide(flag, { state: "overturned", reason }));

const within = ({ least, most }, points) => Math.min(most, Math.max(least, points));

export const changeFlag = (flag) =>
  askForm(t("change.title"), [what(flag),
    field(t("change.points", { points: flag.points }), h("input", { name: "points", type: "number", min: flag.range.least, max: flag.range.most, step: "0.01", value: within(flag.range, flag.standing_points), required: true }), t("change.range", flag.range)),
    reasonField(t("decide.reason"))], t("do.change"),
  ({ points, reason }) => decide(flag, { state: "changed", points: Number(points), reason }));

export const reopenFlag = (flag) =>
  askForm(t("reopen.title"), [what(flag), reasonField(t("decide.reason"))], t("do.reopen"),
    ({ reason }) => decide(flag, { state: "open", reason }));

export const objectTo = (flag) =>
  askForm(t("object.title"), [what(flag), field(t("object.text"), h("textarea", { name: "text", rows: 4, maxlength: 2000, required: true, autofocus: true }), t("object.hint"))],
    t("do.object"), async ({ text }) => {
      const answer = await post(`flags/${flag.flag}/objection`, { text });
      notice(t("objected"));
      return answer;
    });

/** The rules of the call's rubric by title, those for people first. */
function ruleChoice(rubric, chosen) {
  const rules = [...rubric.rules].sort((a, b) => b.manual - a.manual);
  const choice = h("select", { name: "rule", autofocus: true, onchange: () => chosen(rules.find(({ rule }) => rule === choice.value)) },
    rules.map((rule) => h("option", { value: rule.rule }, titleOf(rule))));
  chosen(rules[0]);
  return field(t("add.rule"), choice);
}

/** `start_ms`: where the play head stands; `rubric`: the call's; only its rules can be added, none where it is not known (null). */
export function addFlag(call, start_ms, duration_ms, rubric) {
  if (!rubric?.rules.length) {
    notice(t("add.unknownRubric"), "bad");
    return null;
  }
  const seconds = (name, ms) => h("input", { name, type: "number", min: 0, max: duration_ms / 1000, step: "0.1", value: (ms / 1000).toFixed(1), required: true });
  const severity = h("select", { name: "severity" }, ["note", "minor", "major", "critical"].map((name) => h("option", { value: name, selected: name === "minor" }, word("severity", name))));
  const points = h("input", { name: "points", type: "number", min: 0, max: 100, step: "0.01", value: 1, required: true });
  const range = h("span.hint");
  const choice = ruleChoice(rubric, (rule) => {
    points.min = rule.range.least;
    points.max = rule.range.most;
    points.value = within(rule.range, rule.points.least || rule.points.most);
    severity.value = rule.severity;
    range.textContent = t("change.range", rule.range);
  });
  return askForm(t("add.title"), [
    choice, field(t("flag.severity"), severity),
    h("div.row", {}, field(t("flag.points"), points), field(t("add.from"), seconds("from", start_ms)), field(t("add.to"), seconds("to", Math.min(duration_ms, start_ms + 5000)))), range,
    field(t("add.note"), h("textarea", { name: "note", rows: 3, maxlength: 2000, required: true })),
  ], t("do.add"), (given) => post(callPath(call, "/flags"), {
    rule: given.rule, severity: given.severity, points: Number(given.points), start_ms: Math.round(given.from * 1000), end_ms: Math.round(given.to * 1000), note: given.note,
  }));
}

/** The call's total as it stands after decisions. */
export async function standingTotal(call) {
  const { score } = await get(callPath(call));
  return score ? { total: score.total, decided_total: score.decided_total } : null;
}

export const flagWords = (flag) => said(flag.text) || flag.note || titleOf(flag);

export const what = (flag) => h("p.quoted", {}, flagWords(flag), h("small", {}, `${titleOf(flag)} · ${clock(flag.start_ms)}–${clock(flag.end_ms)} · ${deduction(flag.points)}`));

export const severityChip = (flag) => h(`span.severity.${flag.severity}`, {}, word("severity", flag.severity));

/** "−2", or "−2 → −1" when people decided otherwise than the computer. */
export const pointsOf = (flag) => flag.standing_points === flag.points
  ? h("span.points", {}, deduction(flag.points))
  : h("span.points", {}, h("del", { title: t("points.computed") }, deduction(flag.points)), " ", h("ins", { title: t("points.decided") }, deduction(flag.standing_points)));

export const stateChip = (flag) => h(`span.state.${flag.state}`, {}, word("state", flag.state));

export const totalOf = ({ total, decided_total }) => decided_total === null || decided_total === undefined || decided_total === total
  ? h("span.total", {}, number(decided_total ?? total))
  : h("span.total", {}, h("del", { title: t("points.computed") }, number(total)), " ", h("ins", { title: t("points.decided") }, number(decided_total)));

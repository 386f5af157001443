/* SPDX-License-Identifier: GPL-3.0-or-later */
// What people do to flags: confirm, overturn, change the points, take back, add by hand, object.
import { callPath, get, post } from "./api.js";
import { askForm, failed, field, notice } from "./dialog.js";
import { h } from "./dom.js";
import { isUnderObjection, mayObject, objectionSteps } from "./objected.js";
import { postSurely } from "./outbox.js";
import { reasons, reasonTitle } from "./reasons.js";
import { titleOf } from "./rule.js";
import { clock, deduction, moment, number, said, t, word } from "./text.js";

export const mayDecide = (who) => who.role === "lead" || who.role === "auditor";
export const mayHear = (who) => mayDecide(who) || who.role === "agent";

/** A box for the reason, and buttons that choose one of the site's: the box may then say more, or nothing. */
function reasonField(label) {
  const code = h("input", { name: "reason_code", hidden: true });
  const box = h("textarea", { name: "reason", rows: 3, maxlength: 2000, required: true, autofocus: true });
  const choices = reasons().map((one) => h("button.chip", { type: "button", "aria-pressed": "false", onclick: () => choose(code.value === one.code ? "" : one.code) }, reasonTitle(one.code)));
  const show = () => {
    box.required = !code.value;
    choices.forEach((choice, i) => choice.setAttribute("aria-pressed", String(reasons()[i].code === code.value)));
  };
  const choose = (value) => {
    code.value = value;
    code.dispatchEvent(new Event("change", { bubbles: true }));
    box.focus();
  };
  code.addEventListener("change", show);
  return [field(label, box, t("hint.send")), code, h("div.chips", { role: "group", "aria-label": t("reason.usual") }, choices)];
}

const given = ({ reason, reason_code }) => ({ ...(reason ? { reason } : {}), ...(reason_code ? { reason_code } : {}) });

/** What waited and was refused is told with the flag's name: its row may be nowhere in sight. */
export function tellRefused({ about }, error) {
  if (error.status !== 401) failed({ message: t("decide.refused", { what: about.what, why: error.message }) });
}

/** Sends a decision until it is answered: the call's flags as they now stand, or a Refusal, with them (`now`) where something else had been decided. */
export async function decideFlag(flag, verdict) {
  const seen = isUnderObjection(flag) ? { objection: flag.objection.objection } : {};
  const about = { flag: flag.flag, number: flag.call?.number ?? flag.number, what: titleOf(flag) };
  try {
    return await postSurely(`flags/${flag.flag}/decision`, { ...verdict, ...seen, was: flag.state }, about);
  } catch (error) {
    error.now = error.status === 409 ? await get(callPath(about.number, "/flags")).catch(() => null) : null;
    throw error;
  }
}

/**
 * Each asks for what has to be said, and resolves to the verdict; to undefined when it was cancelled. What somebody
 * objected to is not decided unread.
 */
export const askConfirm = async (flag) => (isUnderObjection(flag)
  ? askForm(t("confirm.title"), [what(flag), objectionSteps(flag.objection), reasonField(t("decide.reason"))], t("do.confirm"), async (values) => ({ state: "confirmed", ...given(values) }), `confirm.${flag.flag}`)
  : { state: "confirmed" });

const asked = (flag) => [what(flag), isUnderObjection(flag) && objectionSteps(flag.objection)];

export const askOverturn = (flag) =>
  askForm(t("overturn.title"), [asked(flag), reasonField(t("decide.reason"))], t("do.overturn"),
    async (values) => ({ state: "overturned", ...given(values) }), `overturn.${flag.flag}`);

const within = ({ least, most }, points) => Math.min(most, Math.max(least, points));

export const askChange = (flag) =>
  askForm(t("change.title"), [asked(flag),
    field(t("change.points", { points: flag.points }), h("input", { name: "points", type: "number", min: flag.range.least, max: flag.range.most, step: "0.01", value: within(flag.range, flag.standing_points), required: true }), t("change.range", flag.range)),
    reasonField(t("decide.reason"))], t("do.change"),
  async (values) => ({ state: "changed", points: Number(values.points), ...given(values) }), `change.${flag.flag}`);

export const askReopen = (flag) =>
  askForm(t("reopen.title"), [asked(flag), reasonField(t("decide.reason"))], t("do.reopen"),
    async (values) => ({ state: "open", ...given(values) }), `reopen.${flag.flag}`);

const UNDONE = "undone"; // the server knows it besides the site's own

/** The verdict that brings back how `flag` stood. */
export const undoOf = (flag) => ({ state: flag.state, reason_code: UNDONE, ...(flag.state === "changed" ? { points: flag.standing_points } : {}) });

export function objectTo(flag) {
  if (!mayObject(flag)) {
    notice(flag.objection ? t("object.already", { state: t(`objected.${flag.objection.outcome}`) }) : flag.objectable_until ? t("objected.over", { when: moment(flag.objectable_until) }) : t("object.not"), "bad");
    return undefined;
  }
  return askForm(t("object.title"), [what(flag), field(t("object.text"), h("textarea", { name: "text", rows: 4, maxlength: 2000, required: true, autofocus: true }), t("object.hint"))],
    t("do.object"), async ({ text }) => {
      const answer = await post(`flags/${flag.flag}/objection`, { text });
      notice(t("objected"));
      return answer;
    }, `object.${flag.flag}`);
}

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
  }), `add.${call}`);
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

/** "Open" is what costs points and nobody has decided on; what costs nothing anyway waits for nobody. */
const isNote = ({ state, points, automatic_fail }) => state === "open" && points === 0 && automatic_fail === false;

export const stateChip = (flag) => (isNote(flag) ? h("span.state.none", {}, t("state.none")) : openChip(flag));

const openChip = (flag) => h(`span.state.${flag.state}`, {}, word("state", flag.state));

export const totalOf = ({ total, decided_total }) => decided_total === null || decided_total === undefined || decided_total === total
  ? h("span.total", {}, number(decided_total ?? total))
  : h("span.total", {}, h("del", { title: t("points.computed") }, number(total)), " ", h("ins", { title: t("points.decided") }, number(decided_total)));

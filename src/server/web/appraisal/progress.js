/* SPDX-License-Identifier: GPL-3.0-or-later */
// How far an appraisal is: its stages, what is missing for the next one, its steps on record, its versions.
import { get } from "../api.js";
import { failed } from "../dialog.js";
import { h } from "../dom.js";
import { getPatiently } from "../jobs.js";
import { goTo } from "../period.js";
import { day, moment, number, t } from "../text.js";
import { keepsRounds, linkTo, looksAfter, pathOf, showAgain, stageChip, stages, tableOf, versionWords } from "./common.js";
import { lacking } from "./lacking.js";
import { askForCoverage, close, correct, move, record } from "./moves.js";
import { ruleTitles } from "./titles.js";

export async function progressPart({ who, round, scheme }) {
  const after = looksAfter(who);
  const results = after ? await getPatiently(pathOf(round, "/results")) : null; // what readiness and ratings stand on too
  const [titleOf, lack, ratings] = await Promise.all([ruleTitles(), after ? get(pathOf(round, "/readiness")) : null,
    after && round.stage !== "closed" ? get(pathOf(round, "/ratings")) : null]);
  const agents = results ? [...results.sheets, ...results.left_out].map(({ agent }) => agent) : [];
  const act = (promise) => promise.then((done) => done && showAgain()).catch(failed);
  return h("div", {},
    h("section.panel", {}, track(round), h("p.stageMeans", {}, t(`stage.${round.stage}.means`)), least(who, round, act), moves(who, round, lack, act)),
    after && round.stage !== "closed" && lacking({ who, round, titleOf, scheme, lack, results, ratings, onRecord: (of) => act(record(round, agents, of, who.role === "hr")) }),
    steps(who, round, agents, act), round.versions.length > 1 && versions(round));
}

/** The step that a stage began with; of several, after going back, the last. */
const beginOf = (round, stage) => round.steps.filter((step) => step.stage === stage).at(-1);

function track(round) {
  const at = stages.indexOf(round.stage);
  return h("ol.track", { "aria-label": t("round.stages") }, stages.map((stage, i) => {
    const step = i <= at ? beginOf(round, stage) : null;
    return h(`li${i < at ? ".past" : i === at ? ".now" : ""}`, { "aria-current": i === at ? "step" : null }, h("b", {}, t(`stage.${stage}`)),
      step && h("small", {}, [day(step.date), step.place, step.person].filter(Boolean).join(" · ")));
  }));
}

/** How much coverage measured numbers need, and who may say so. */
function least(who, round, act) {
  const { least_coverage_pct: pct, least_calls: calls } = round;
  const words = [pct > 0 && t("coverage.share", { share: number(pct) }), calls > 0 && t("coverage.calls", { n: calls })].filter(Boolean).join(t("list.comma"));
  return h("p.least", {}, `${t("coverage.least")}${t("list.colon")}${words || t("coverage.none")} `,
    keepsRounds(who) && round.stage !== "closed" && h("button", { type: "button", onclick: () => act(askForCoverage(round)) }, t("coverage.ask")));
}

function moves(who, round, lack, act) {
  if (!keepsRounds(who)) return null;
  const at = stages.indexOf(round.stage);
  if (round.stage === "closed")
    return round.corrected_by === null && h("div.decide", {}, h("button", { type: "button", onclick: () => correct(round).then((made) => made && goTo(`appraisal/${made.appraisal}`, {})).catch(failed) }, t("correct.do")));
  const waits = lack.open_objections.length > 0 || lack.unsigned.length > 0;
  return h("div.decide", {},
    round.stage === "objections" ? h("button.primary", { type: "button", disabled: waits, title: waits ? t("close.waits") : null, onclick: () => act(close(round, lack)) }, t("close.do"))
      : h("button.primary", { type: "button", onclick: () => act(move(round, stages[at + 1])) }, t("stage.next", { stage: t(`stage.${stages[at + 1]}`) })),
    at > 0 && h("button", { type: "button", onclick: () => act(move(round, stages[at - 1])) }, t("stage.back", { stage: t(`stage.${stages[at - 1]}`) })));
}

function steps(who, round, agents, act) {
  const rows = [...round.steps].reverse().map((step) => [
    [t(`step.${step.step}`), step.stage && [" ", stageChip(step.stage)]], step.agent ?? t("step.everyone"), day(step.date), step.place ?? "–", step.person,
    [step.note, h("small", {}, t("step.by", { who: step.by, when: moment(step.at) }))]]);
  return h("section.panel", {}, h("div.between", {}, h("h2", {}, t("step.title")),
    looksAfter(who) && round.stage !== "closed" && h("button", { type: "button", onclick: () => act(record(round, agents, {}, who.role === "hr")) }, t("do.recordStep"))),
    tableOf(t("step.title"), [[t("step.step")], [t("step.agent")], [t("step.date")], [t("step.place")], [t("step.person")], [t("step.note")]], rows));
}

const versions = (round) => h("section.panel", {}, h("h2", {}, t("round.versions")), tableOf(t("round.versions"), [[t("round.version.short")], [t("round.stage")], [t("round.opened")], [t("round.closed")], [t("step.note")]],
  round.versions.map((one) => [one.appraisal === round.appraisal ? h("b", {}, String(one.version)) : h("a", { href: linkTo(one) }, versionWords(one) ?? t("round.first")), stageChip(one.stage), [one.opened_by, h("small", {}, moment(one.opened_at))],
    one.closed_at ? [one.closed_by, h("small", {}, moment(one.closed_at))] : "–", one.note ?? ""])));

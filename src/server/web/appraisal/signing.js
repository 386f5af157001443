/* SPDX-License-Identifier: GPL-3.0-or-later */
// Signing a sheet, objecting to it, and answering objections.
import { post } from "../api.js";
import { askForm, failed, field, notice } from "../dialog.js";
import { h } from "../dom.js";
import { moment, t } from "../text.js";
import { linkToSheet, looksAfter, pathOf, showAgain, sides } from "./common.js";

const again = (promise) => promise.then((done) => done && showAgain()).catch(failed);
const pathOfSheet = ({ round, agent }, rest) => pathOf(round, `/sheets/${encodeURIComponent(agent)}/${rest}`);
const counting = ({ signatures: list }, side) => list.find((one) => one.as === side && one.counts);

/* ---- signing */

/** The side that a log-in signs for. */
const sideOf = (who) => ({ agent: "appraised", lead: "supervisor", hr: "hr" })[who.role];

export function signing(of) {
  const { who, round } = of;
  if (round.stage === "open" || round.stage === "closed") return null;
  const side = sideOf(who);
  return [!counting(of, side) && h("button.primary", { type: "button", onclick: () => again(sign(of, side)) }, t(`sign.do.${side}`)),
    looksAfter(who) && !counting(of, "appraised") && h("button", { type: "button", onclick: () => again(recordSignature(of)) }, t("sign.record"))];
}

const sign = (of, side) => askForm(t(`sign.do.${side}`), [h("p", {}, t(`sign.means.${side}`, { agent: of.agent })), h("p", {}, h("small", {}, t("sign.numbers")))], t("sign.do"), async () => {
  await post(pathOfSheet(of, "signatures"), { as: side });
  notice(t("sign.done"));
  return true;
});

/** Who signed on paper, or would not. */
function recordSignature(of) {
  const note = h("textarea", { name: "note", rows: 2, maxlength: 2000 });
  const how = h("select", { name: "how", onchange: () => { note.required = how.value === "refused"; } }, ["paper", "refused"].map((one) => h("option", { value: one }, t(`sign.how.${one}`))));
  return askForm(t("sign.record"), [h("p", {}, t("sign.recordMeans", { agent: of.agent })), field(t("sign.how"), how), field(t("step.note"), note, t("sign.noteHint"))], t("sign.record"),
    async ({ how: chosen, note: text }) => {
      await post(pathOfSheet(of, "signatures"), { as: "appraised", how: chosen, ...(text.trim() ? { note: text.trim() } : {}) });
      notice(t("sign.recorded"));
      return true;
    });
}

/** A place for each signature: who signed when, or a line to sign on. */
export function signatures(of) {
  const place = (side) => {
    const one = counting(of, side);
    const outdated = !one && of.signatures.findLast((other) => other.as === side);
    return h("div.signature", {}, h("b", {}, t(`sign.of.${side}`)),
      one ? h("p", {}, one.how === "refused" ? t("sign.refused") : one.by, h("small", {}, [t(`sign.how.${one.how}`), one.how !== "own" && t("sign.recordedBy", { who: one.by }), moment(one.at)].filter(Boolean).join(" · ")), one.note && h("small", {}, one.note))
        : [outdated && h("small.late", {}, t("sign.outdated", { who: outdated.by, when: moment(outdated.at) })), h("p.blank", {}, t("sign.name")), h("p.blank", {}, t("sign.date"))]);
  };
  return h("section.signatures", { "aria-label": t("sign.title") }, h("h3", {}, t("sign.title")), h("div.threeSigns", {}, sides.map(place)), h("p.smallPrint", {}, t("sign.right")));
}

/* ---- objections */

/** Once, in the stage of objections, by the one who is appraised. */
export function objecting(of) {
  const { who, round, agent, objections } = of;
  if (who.role !== "agent" || round.stage !== "objections" || objections.length > 0) return null;
  return h("button", { type: "button", onclick: () => again(askForm(t("sheetObjection.do"), [h("p", {}, t("sheetObjection.means")), field(t("sheetObjection.text"), h("textarea", { name: "text", rows: 5, maxlength: 2000, required: true, autofocus: true }))], t("do.send"),
    async ({ text }) => {
      await post(pathOfSheet({ round, agent }, "objections"), { text });
      notice(t("objected"));
      return true;
    })) }, t("sheetObjection.do"));
}

const settle = (round, one) => askForm(t("sheetObjection.answer"), [h("p.quoted", {}, one.text), h("p", {}, h("small", {}, t("sheetObjection.source"))),
  field(t("settle.outcome"), h("select", { name: "outcome" }, ["accepted", "rejected"].map((outcome) => h("option", { value: outcome }, t(`outcome.${outcome}`))))),
  field(t("settle.answer"), h("textarea", { name: "answer", rows: 4, maxlength: 2000, required: true, autofocus: true }))], t("sheetObjection.answer"),
async (values) => {
  await post(pathOf(round, `/objections/${one.objection}/answer`), values);
  notice(t("sheetObjection.answered"));
  return true;
});

const mayAnswer = (who, round, one) => looksAfter(who) && one.outcome === "open" && round.stage !== "closed" && one.agent !== who.person;

/** `named`: with a link to the sheet, where the list is of several people. */
export const objectionList = ({ who, round }, list, named = false) => h("ol.steps", {}, list.map((one) => [
  h("li", {}, named && h("a", { href: linkToSheet(round, one.agent) }, t("sheetObjection.sheetOf", { agent: one.agent })), named && " ", h("b", {}, one.by), " ", t("objections.objected"), h("small", {}, moment(one.at)), " ", h(`span.state.${one.outcome}`, {}, t(one.outcome === "open" ? "sheetObjection.open" : `outcome.${one.outcome}`)), h("p.quoted", {}, one.text)),
  one.answered_by ? h("li", {}, h("b", {}, one.answered_by), " ", t(`objections.${one.outcome}`), h("small", {}, moment(one.answered_at)), h("p.quoted", {}, one.answer))
    : h("li.waiting", {}, t("sheetObjection.waiting"), mayAnswer(who, round, one) && [" ", h("button", { type: "button", onclick: () => again(settle(round, one)) }, t("sheetObjection.answer"))])]));

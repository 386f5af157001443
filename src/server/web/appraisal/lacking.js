/* SPDX-License-Identifier: GPL-3.0-or-later */
// What an appraisal still lacks for its next stage; each item leads to where it can be done.
import { h } from "../dom.js";
import { t } from "../text.js";
import { disputedLink, keepsRounds, linkTo, linkToSheet, spanOf } from "./common.js";

const SHOWN = 12;

/** `words`, then up to SHOWN of `links`. */
const item = (words, links = [], more = links.length - SHOWN) => h("li", {}, words, links.length > 0 && h("span.whom", {}, links.slice(0, SHOWN), more > 0 && h("span", {}, t("lack.more", { n: more }))));

const flagsOf = (round, agent) => `#/flags?${new URLSearchParams({ ...spanOf(round.period), ...(agent ? { person: agent } : {}), state: "open" })}`;

/** People whose numbers are missing or wrong, and ratings that nobody gave. */
function ofInput({ who, round, lack, ratings }) {
  const due = new Map(ratings.due.map(({ agent, kind }) => [`${agent} ${kind}`, { agent, kind }]));
  return [
    lack.left_out.length > 0 && item(t("lack.leftOut", { n: lack.left_out.length }),
      lack.left_out.map(({ agent }) => h("a", { href: linkToSheet(round, agent) }, agent))),
    lack.preliminary > 0 && item(t("lack.preliminary", { n: lack.preliminary })),
    lack.left_out.length > 0 && keepsRounds(who) && item(h("a", { href: linkTo(round, "/import") }, t("lack.import"))),
    due.size > 0 && item(h("a", { href: linkTo(round, "/ratings") }, t("lack.ratings", { n: ratings.due.length })), [...due.values()].slice(0, SHOWN).map(({ agent, kind }) => h("span", {}, `${agent} (${t(`kind.${kind}`)})`)), due.size - SHOWN)];
}

/** Flags are decided by auditors and leads; hr sees whose they are. */
function ofFlags({ who, round, results }) {
  const undecided = results.sheets.filter((sheet) => sheet.undecided_flags > 0);
  const place = (agent) => (who.role === "lead" ? flagsOf(round, agent) : linkToSheet(round, agent));
  return [results.undecided_flags > 0 && item([t("lack.flags", { n: results.undecided_flags }), who.role !== "lead" && h("small", {}, t("lack.flagsBy"))],
    undecided.map((sheet) => h("a", { href: place(sheet.agent) }, `${sheet.agent} (${sheet.undecided_flags})`)))];
}

function ofInterviews({ round, results, onRecord }) {
  const talked = new Set(round.steps.filter(({ step, agent }) => step === "interview" && agent).map(({ agent }) => agent));
  const rest = results.sheets.filter(({ agent }) => !talked.has(agent));
  return [rest.length > 0 && item(t("lack.interviews", { n: rest.length }), rest.map(({ agent }) => h("button.chip", { type: "button", onclick: () => onRecord({ step: "interview", agent }) }, agent)))];
}

function ofClosing(of) {
  const { round, lack } = of;
  const flags = lack.open_flag_objections;
  const sheets = lack.open_objections.slice(0, lack.open_objections.length - flags.length);
  const whom = ({ agent, missing, outdated }) => h("a", { href: linkToSheet(round, agent) }, `${agent} (${[...missing, ...outdated].map((side) => t(`side.${side}`)).join(t("list.comma"))})`);
  const outdated = lack.unsigned.filter((one) => one.outdated.length > 0);
  return [
    sheets.length > 0 && item(h("a", { href: linkTo(round, "/objections") }, t("lack.objections", { n: sheets.length })), sheets.map((agent) => h("span", {}, agent))),
    flags.length > 0 && item(t("lack.flagObjections", { n: flags.length }), flags.map((one) => disputedLink(of, one))),
    lack.unsigned.length > 0 && item([t("lack.unsigned", { n: lack.unsigned.length }), outdated.length > 0 && h("small", {}, t("lack.outdated"))], lack.unsigned.map(whom))];
}

export function lacking(of) {
  const { round, scheme } = of;
  const items = [...ofInput(of), ...(scheme.units ? [] : ofFlags(of)), ...(round.stage === "interview" && !scheme.units ? ofInterviews(of) : []), ...(round.stage === "objections" ? ofClosing(of) : [])].filter(Boolean);
  return h("section.panel", {}, h("h2", {}, t("lack.title")), items.length ? h("ul.lacks", {}, items) : h("p.nothingLacks", {}, t(`lack.none.${round.stage}`)));
}

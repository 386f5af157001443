/* SPDX-License-Identifier: GPL-3.0-or-later */
// A rubric's rule in words: what it asks, what it costs, where it ends, and how far a person may change it.
import { get } from "./api.js";
import { h, replace } from "./dom.js";
import { capital, deduction, number, said, share, t, word } from "./text.js";

const rubrics = new Map();

/** The rubric that scored a call, {rules: [...]}; null where the server does not know it. */
export function rubricOf(score) {
  if (!score) return Promise.resolve(null);
  const path = `rubrics/${encodeURIComponent(score.rubric)}/${encodeURIComponent(score.rubric_version)}`;
  if (!rubrics.has(path)) rubrics.set(path, get(path).catch(() => { rubrics.delete(path); return null; }));
  return rubrics.get(path);
}

/** The title of the rule behind a flag, an objection, a row; its id where the rubric is not known. */
export const titleOf = (one) => said(one.title) || one.rule;

const AFTER_MS = 500;
let known = null;

/** The rules that have flags, asked for once a window, and when the view that needs them first has opened: all flags are counted for it. */
function rulesLater() {
  known ??= new Promise((resolve) => setTimeout(resolve, AFTER_MS)).then(() => get("rules")).catch((error) => { known = null; throw error; });
  return known;
}

/** A filter by rule: titles to choose from. Agents, who may not list rules, type the id. */
export function ruleFilter(who, value) {
  if (who.role === "agent") return h("input", { name: "rule", value, size: 11 });
  const option = (rule, words) => h("option", { value: rule, selected: rule === value }, words);
  const select = h("select", { name: "rule" }, option("", t("filter.any")), value && option(value, value));
  rulesLater().then(({ rules }) => {
    const known = rules.some(({ rule }) => rule === value);
    replace(select, option("", t("filter.any")), value && !known && option(value, value), rules.map((one) => option(one.rule, titleOf(one))));
  }).catch(() => {});
  return select;
}

/** "12.5s" → "12.5 s"; what has no unit is a plain number, or a share. */
export function amount(text, isShare = false) {
  const parts = /^([\d.]+)(ms|s|min|h)$/.exec(text);
  if (parts) return t(`unit.${parts[2]}`, { amount: number(Number(parts[1])) });
  return isShare ? share(Number(text)) : number(Number(text));
}

const listed = (value) => [value ?? []].flat();
const parts = t.bind(null, "rule.and");
const among = (set, value) => listed(value).map((one) => (one === "unknown" ? t("rule.unknown") : word(set, one))).join(parts());

function looksAt(rule) {
  const { on } = rule.written;
  if (rule.manual) return t("rule.manual");
  return on ? capital(word("event", on)) : said(rule.measure);
}

function asked(rule) {
  const where = rule.written.where ?? {};
  const isShare = /share|ratio/.test(rule.written.measure ?? "");
  const words = ["cause", "kind", "by", "side", "phase"].filter((key) => where[key]).map((key) => t(`rule.where.${key}`, { words: among(`event.${key}`, where[key]) }));
  const bounds = ["at_least", "below", "in_first", "not_in_first", "in_last", "not_in_last"].filter((key) => where[key]).map((key) => t(`rule.where.${key}`, { amount: amount(where[key], isShare) }));
  return [...words, ...bounds, where.min_confidence && t("rule.where.min_confidence", { share: share(Number(where.min_confidence)) })].filter(Boolean);
}

const cost = (points) => (points === "note" ? t("rule.note") : deduction(Number(points)));

function costs(rule) {
  const { points } = rule.written;
  const isShare = /share|ratio/.test(rule.written.measure ?? "");
  if (points === undefined || points === "note") return points ? [t("rule.note")] : [];
  if (points.steps) return points.steps.map((step) => t("rule.step", { amount: amount(step.from, isShare), cost: cost(step.points) }));
  if (points.by_count) return points.by_count.map((step) => t("rule.byCount", { count: number(Number(step.from)), cost: cost(step.points) }));
  if (points.each) return [t("rule.each", { cost: cost(points.each) })];
  if (points.once) return [t("rule.once", { cost: cost(points.once) })];
  if (points.per_minute) return [t(`rule.perMinute.${points.minutes}`, { cost: cost(points.per_minute) }), points.after && t("rule.after", { amount: amount(points.after) })].filter(Boolean);
  return [t("rule.choose", { least: number(Number(points.least)), most: number(Number(points.most)) })];
}

function exception(when) {
  return [
    when.shorter_than && t("rule.except.shorter", { amount: amount(when.shorter_than) }), when.queue && t("rule.except.queue", { words: listed(when.queue).join(parts()) }),
    when.direction && t("rule.except.direction", { words: among("direction", when.direction) }), when.mono && t(when.mono === "true" ? "rule.except.mono" : "rule.except.stereo"), when.not_ok && t("rule.except.notOk", { words: among("aspect", when.not_ok) }),
  ].filter(Boolean).join(parts());
}

function limits(rule) {
  const { points, allowed, except } = rule.written;
  return [
    points?.min_confidence && t("rule.onlyNoted", { share: share(Number(points.min_confidence)) }), allowed && allowed !== "0" && t("rule.allowed", { count: number(Number(allowed)) }),
    rule.cap !== null && t("rule.cap", { points: number(rule.cap) }), rule.automatic_fail && t("flag.automaticFail"), except && t("rule.except", { words: except.map(exception).join("; ") }),
  ].filter(Boolean);
}

/** The sentences of a rule: [what it asks, what it costs, its limits], each of them text; the empty ones are left out. */
export function ruleWords(rule) {
  const join = (list) => list.join(t("rule.comma"));
  const range = rule.range.least === rule.range.most ? null : t("rule.range", { least: number(rule.range.least), most: number(rule.range.most) });
  return [join([looksAt(rule), ...asked(rule)]), join(costs(rule)), join([...limits(rule), range].filter(Boolean))].filter(Boolean);
}

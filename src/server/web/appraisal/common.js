/* SPDX-License-Identifier: GPL-3.0-or-later */
// What the pages of appraisal share: periods and stages in words, names of indicators, points, tables.
import { get } from "../api.js";
import { h } from "../dom.js";
import { clock, currentLanguage, fixed, has, number, said, t } from "../text.js";

export const stages = ["open", "interview", "objections", "closed"];
export const sides = ["appraised", "supervisor", "hr"];
export const pathOf = (round, rest = "") => `appraisals/${round.appraisal}${rest}`;
export const linkTo = (round, rest = "") => `#/appraisal/${round.appraisal}${rest}`;
/** Where a flag is that somebody objected to: hr, who may not see flags, gets the call at its second. */
export const disputedLink = ({ who, titleOf }, one) => h("a", { href: `#/call/~${one.call}?${who.role === "hr" ? `at=${one.start_ms}` : `flag=${one.flag}`}` }, `${one.agent} (${titleOf(one.rule)} ${clock(one.start_ms)})`);
export const linkToSheet = (round, agent) => linkTo(round, `/sheet/${encodeURIComponent(agent)}`);

/** Shows the page at hand anew, after something was changed. */
export const showAgain = () => dispatchEvent(new HashChangeEvent("hashchange"));

/** An hr account of some teams looks at those; what concerns everyone is for the others. */
export const keepsRounds = (who) => who.role === "hr" && !who.teams?.length;
export const looksAfter = (who) => who.role === "hr" || who.role === "lead";

export const today = () => new Date(Date.now() - new Date().getTimezoneOffset() * 60000).toISOString().slice(0, 10);

/** "2025-11" → "November 2025"; "2025Q4" → "4th quarter of 2025". */
export function periodWords(period) {
  const [, year, quarter] = /^(\d{4})Q(\d)$/.exec(period) ?? [];
  if (quarter) return t(`period.quarter.${quarter}`, { year });
  return new Intl.DateTimeFormat(currentLanguage(), { year: "numeric", month: "long", timeZone: "UTC" }).format(new Date(`${period}-01T00:00:00Z`));
}

export const monthWords = (month) => new Intl.DateTimeFormat(currentLanguage(), { month: currentLanguage() === "en" ? "long" : "short", timeZone: "UTC" }).format(Date.UTC(2000, month - 1, 1));

/** The first and the last day of a period, for lists of calls and flags. */
export function spanOf(period) {
  const [, year, quarter] = /^(\d{4})Q(\d)$/.exec(period) ?? [];
  const [first, count] = quarter ? [(quarter - 1) * 3, 3] : [Number(period.slice(5)) - 1, 1];
  const iso = (month, date) => new Date(Date.UTC(Number(year ?? period.slice(0, 4)), month, date)).toISOString().slice(0, 10);
  return { from: iso(first, 1), to: iso(first + count, 0) };
}

export const stageChip = (stage) => h(`span.state.stage-${stage}`, {}, t(`stage.${stage}`));
export const versionWords = (round) => (round.version > 1 ? t("round.version", { version: round.version }) : null);

/** Points and money have two places, whatever they are; what is missing is a dash. */
export const points = (value) => fixed(value, 2);
export const value = (amount, unit) => {
  if (!unit || amount === null || amount === undefined) return number(amount, 2);
  return has(`unitOf.${unit}`) ? t(`unitOf.${unit}`, { amount: unit === "CNY" ? points(amount) : number(amount, 2) }) : `${number(amount, 2)} ${unit}`;
};

/** A change with its sign; a real minus, so that columns stand. */
export const change = (amount) => (amount === null || amount === undefined ? "–" : amount === 0 ? number(0) : `${amount > 0 ? "+" : "−"}${points(Math.abs(amount))}`);

const known = new Map();

/** The scheme in full, with `nameOf(id)` and `indicator(id)`. Schemes change when the server starts anew, not before. */
export function schemeOf(id) {
  if (!known.has(id))
    known.set(id, get(`schemes/${encodeURIComponent(id)}`).then((scheme) => {
      const indicators = new Map(scheme.indicators.map((one) => [one.indicator, one]));
      return { ...scheme, indicator: (name) => indicators.get(name), nameOf: (name) => said(indicators.get(name)?.names) || name };
    }).catch((error) => { known.delete(id); throw error; }));
  return known.get(id);
}

/** A grade's name in this language. */
export const gradeWords = (scheme, grade) => (grade ? said(scheme.grades.find((one) => one.grade === grade)?.names) || grade : "–");

/** heads: [words, "number"?]. rows: lists of cells. */
export function tableOf(label, heads, rows, footer) {
  const cell = (tag, words, i, more = {}) => h(`${tag}${heads[i][1] ? `.${heads[i][1]}` : ""}`, more, words);
  return h("div.tableScroll", { tabindex: 0, role: "region", "aria-label": label }, h("table", {},
    h("thead", {}, h("tr", {}, heads.map(([words], i) => cell("th", words, i, { scope: "col" })))),
    h("tbody", {}, rows.map((cells) => (cells instanceof Node ? cells : h("tr", {}, cells.map((words, i) => cell("td", words, i)))))),
    footer && h("tfoot", {}, footer)));
}

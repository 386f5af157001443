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


/** The kinds of periods, with the months that each has and how a part of the year is written. */
export const periodKinds = {
  monthly: { months: 1, write: (i) => `-${String(i).padStart(2, "0")}`, words: (i) => monthWords(i) },
  quarterly: { months: 3, write: (i) => `Q${i}`, words: (i) => t(`quarter.${i}`) },
  half_yearly: { months: 6, write: (i) => `H${i}`, words: (i) => t(`half.${i}`) },
  yearly: { months: 12, write: () => "", words: () => t("round.wholeYear") },
};

const kindOf = (period) => ({ Q: "quarterly", H: "half_yearly", "-": "monthly" })[period[4]] ?? "yearly";

/** The months of a period, from January as 0: where it begins, and how many. */
function monthsIn(period) {
  const { months } = periodKinds[kindOf(period)];
  return { first: (Number(period.slice(5) || 1) - 1) * months, count: months };
}

/** Its parts: the months of "2025Q4"; none of a month. */
export function monthsOf(period) {
  const { first, count } = monthsIn(period);
  return count === 1 ? [] : Array.from({ length: count }, (_, i) => period.slice(0, 4) + periodKinds.monthly.write(first + i + 1));
}

/** "2025-11" → "November 2025"; "2025Q4" → "4th quarter of 2025". */
export function periodWords(period) {
  const year = period.slice(0, 4);
  const kind = kindOf(period);
  if (kind === "yearly") return t("period.year", { year });
  if (kind !== "monthly") return t(`period.${kind === "quarterly" ? "quarter" : "half"}.${period[5]}`, { year });
  return new Intl.DateTimeFormat(currentLanguage(), { year: "numeric", month: "long", timeZone: "UTC" }).format(new Date(`${period}-01T00:00:00Z`));
}

export const monthWords = (month) => new Intl.DateTimeFormat(currentLanguage(), { month: currentLanguage() === "en" ? "long" : "short", timeZone: "UTC" }).format(Date.UTC(2000, month - 1, 1));

/** The first and the last day of a period, for lists of calls and flags. */
export function spanOf(period) {
  const { first, count } = monthsIn(period);
  const iso = (month, date) => new Date(Date.UTC(Number(period.slice(0, 4)), month, date)).toISOString().slice(0, 10);
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

/** What the scheme calls the amount that comes out: a bonus is no pay. */
export const payWords = (scheme) => said(scheme.pay?.names) || t("result.pay");

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

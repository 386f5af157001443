/* SPDX-License-Identifier: GPL-3.0-or-later */
// Where a number came from, unfolded step by step: a line's formula, its indicators, their rows, ratings and calls, the calls' flags.
import { h } from "../dom.js";
import { clock, deduction, moment, number, said, t } from "../text.js";
import { keepsRounds, linkTo, periodWords, points, value } from "./common.js";
import { coverageWords } from "./coverage.js";
import { plain } from "./plain.js";
import { standingNode } from "./standing.js";

/** of: {who, round, scheme, sheet, titleOf(rule)}. `node("items.total")` gives what stands behind it, null where nothing is known; `figure(line)` is the indicator that
 * a line stands on; `last` is the entry computed last: of pay, its sum. */
export function traceOf(of) {
  const entries = new Map(of.sheet.trace.map((entry) => [entry.item ? `items.${entry.item}` : `indicators.${entry.indicator}`, entry]));
  const refOf = (line) => (entries.has(`items.${line}`) ? `items.${line}` : entries.has(`indicators.${line}`) ? `indicators.${line}` : null);
  const node = (ref) => {
    if (ref === "coefficient" || ref === "bonus") return standingNode(of, node);
    const entry = entries.get(ref);
    return entry ? (entry.item ? item(of, entry, node) : indicator(of, entry)) : null;
  };
  const figure = (line) => entries.get(`indicators.${line}`) ?? (isPlain(entries.get(`items.${line}`)) ? entries.get(entries.get(`items.${line}`).of[0]) : undefined);
  return { refOf, node, figure, last: [...entries.keys()].at(-1) };
}

/** Computed from one indicator and nothing else: its line stands for both. */
const isPlain = (entry) => entry?.of?.length === 1 && entry.of[0].startsWith("indicators.");

/** An item's arithmetic, and under it what it was computed from. */
function item(of, entry, node) {
  const name = (ref) => { if (!ref.includes(".")) return t(`result.${ref}`); const [kind, id] = split(ref); return kind === "indicators" ? of.scheme.nameOf(id) : of.lineName(id); };
  return h("div.trace", {}, h("p", {}, h("b", {}, points(entry.points)), " = ", h("span.how", { title: entry.how }, decimals(entry.how))),
    isPlain(entry) ? node(entry.of[0]) : entry.of.map((ref) => { const inner = node(ref); return inner && h(`details${entry.item === of.scheme.total ? ".parts" : ""}`, {}, h("summary", {}, name(ref)), inner); }));
}

/** Fractions that a formula is exact with, as decimals; the title keeps them. What is added below zero is taken away. */
export const decimals = (how) => how.replace(/(\d+)\/(\d+)/g, (whole, above, below) => number(above / below, 4)).replaceAll("+ -", "− ");

const split = (ref) => [ref.slice(0, ref.indexOf(".")), ref.slice(ref.indexOf(".") + 1)];

function indicator(of, entry) {
  const { unit } = of.scheme.indicator(entry.indicator) ?? {};
  return h("div.trace", {},
    h("p", {}, h("b", {}, value(entry.value, unit)), " ", h("span.origin", {}, t(`origin.${entry.origin}`)), entry.how && ` · ${plain(entry.how, of.scheme)}`,
      entry.unrounded !== undefined && h("small", {}, t("trace.unrounded", { value: number(entry.unrounded, 4) })), entry.overrides !== undefined && h("small", {}, t("trace.overrides", { value: number(entry.overrides) })),
      entry.months_without_calls && h("small", {}, t("trace.monthsWithoutCalls", { months: entry.months_without_calls }))),
    entry.coverage && h("p", {}, coverageWords(entry.coverage)), entry.undecided_flags > 0 && h("p", {}, t("result.undecided", { n: entry.undecided_flags })),
    entry.rows && h("ul", {}, entry.rows.map((row) => rowLine(of, row))),
    entry.calls?.length > 0 && calls(of, entry.calls, entry.how?.includes("÷") ? null : unit), entry.left_out?.length > 0 && leftOut(of, entry.left_out));
}

/** The row of an import, or somebody's rating. */
function rowLine(of, row) {
  const rating = row.rating !== undefined;
  const place = rating ? t("trace.rating") : row.import !== undefined && keepsRounds(of.who) ? h("a", { href: linkTo(of.round, `/import/${row.import}`) }, t("trace.row", { at: row.at })) : t("trace.row", { at: row.at });
  return h("li", {}, number(row.value, 4), row.count !== undefined && ` × ${number(row.count)}`, row.trimmed && ` ${t("trace.trimmed")}`, (rating || row.at) && [" – ", place], row.rater && ` · ${t("trace.rater", { who: row.rater })}`, row.period && ` · ${periodWords(row.period)}`);
}

/** A call's page, at the second of one of its flags. */
export const callLink = (call, words, start_ms) => (call.number === undefined ? words : h("a", { href: `#/call/~${call.number}${start_ms === undefined ? "" : `?at=${start_ms}`}` }, words));

/** What costs nothing waits for nobody, here as everywhere. */
export const flagStateWords = (flag) => (flag.state === "undecided" && flag.points === 0 && flag.automatic_fail === false ? t("state.none") : t(`trace.flag.${flag.state}`));

/** Why somebody decided so: the code's words, what was written, or both. */
export function whyWords({ reasons }, { reason_code: code, reason }) {
  const words = code && (code === "undone" ? t("undo.reason") : said(reasons.find((one) => one.code === code)?.title) || code);
  return [words, reason].filter(Boolean).join(t("list.colon"));
}

/** Calls with flags first: they are what the number differs by. */
function calls(of, list, unit) {
  const sorted = [...list].sort((a, b) => b.flags.length - a.flags.length);
  const flag = (call, one) => h("li", {}, callLink(call, `${of.titleOf(one.rule)} ${clock(one.start_ms)}–${clock(one.end_ms)}`, one.start_ms), ` ${deduction(one.points)} · `,
    h("span", {}, flagStateWords(one)), one.decided_by && `${t("list.colon")}${one.decided_by}, ${moment(one.decided_at)}`, whyWords(of, one) && h("span.quoted", {}, whyWords(of, one)));
  return h("details", {}, h("summary", {}, t("trace.calls", { n: list.length })), h("ul.tall", {}, sorted.map((call) => h("li", {}, callLink(call, call.call), `${t("list.colon")}${value(call.value, unit)}`, call.flags.length > 0 && h("ul", {}, call.flags.map((one) => flag(call, one)))))));
}

const leftOut = (of, list) => h("details", {}, h("summary", {}, t("trace.leftOut", { n: list.length })), h("ul", {}, list.map((call) => h("li", {}, callLink(call, call.call), `${t("list.colon")}${plain(call.why)}`))));

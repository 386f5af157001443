/* SPDX-License-Identifier: GPL-3.0-or-later */
// What somebody needs who has to judge a sheet from paper: each number with its formula and sources, each flag with its
// seconds and who decided on it, the very texts that it was made by.
import { h } from "../dom.js";
import { clock, exactTime, number, t } from "../text.js";
import { value, points, periodWords } from "./common.js";
import { coverageWords } from "./coverage.js";
import { plain } from "./plain.js";
import { standingWords } from "./standing.js";
import { callLink, decimals, flagStateWords, whyWords } from "./trace.js";

/** A table that scrolls in itself where the screen is narrow. */
const wide = (label, name, ...parts) => h("div.tableScroll", { tabindex: 0, role: "region", "aria-label": label }, h(`table.sheetLines${name}`, {}, ...parts));

const refOf = (entry) => (entry.item ? `items.${entry.item}` : `indicators.${entry.indicator}`);

/** The entries of the trace in the order of computing; the coefficient stands before what uses it. */
function entriesOf({ sheet }) {
  const list = sheet.trace.map((entry) => ({ ref: refOf(entry), entry }));
  const at = list.findIndex(({ entry }) => entry.of?.some((ref) => ref === "coefficient" || ref === "bonus"));
  if (sheet.standing) list.splice(at < 0 ? list.length : at, 0, { ref: "coefficient", entry: {} });
  return list;
}

const rowWords = (row) => [number(row.value, 4), row.count !== undefined && `× ${number(row.count)}`, row.trimmed && t("trace.trimmed"),
  row.rating !== undefined ? t("trace.rating") : row.at && t("trace.row", { at: row.at }), row.rater && t("trace.rater", { who: row.rater }), row.period && periodWords(row.period)].filter(Boolean).join(" · ");

/** A sum of calls by what: with both amounts, so that it can be divided again. */
function sumWords(of, entry) {
  const over = /^sum of \d+ calls(?: ÷ (\S+))?$/.exec(entry.how ?? "");
  if (!over) return null;
  const below = over[1] && of.sheet.trace.find(({ indicator }) => indicator === over[1]);
  const { unit } = of.scheme.indicator(over[1] ?? entry.indicator) ?? {};
  const sum = value(entry.calls.reduce((all, call) => all + call.value, 0), unit);
  return below ? t("evidence.divided", { sum, name: of.scheme.nameOf(over[1]), by: value(below.value, unit) }) : t("evidence.sum", { sum });
}

/** Where an indicator's value came from. */
const sources = (of, entry) => [t(`origin.${entry.origin}`), entry.how && plain(entry.how, of.scheme), sumWords(of, entry), entry.unrounded !== undefined && t("trace.unrounded", { value: number(entry.unrounded, 4) }), entry.coverage && entry.origin === "measured" && coverageWords(entry.coverage),
  ...(entry.rows ?? []).map(rowWords)].filter(Boolean).map((words) => h("div", {}, words));

function linesTable(of) {
  const entries = entriesOf(of);
  const numbers = new Map(entries.map(({ ref }, i) => [ref, i + 1]));
  numbers.set("bonus", numbers.get("coefficient"));
  const madeOf = (refs) => [...new Set(refs.map((ref) => numbers.get(ref)).filter(Boolean))].map((n) => t("evidence.no", { no: n })).join(t("list.comma"));
  const cells = ({ ref, entry }) => {
    if (ref === "coefficient") return [t(of.sheet.coefficient === null ? "result.grade" : "result.coefficient"), number(of.sheet.coefficient, 4), standingWords(of).map((words) => h("div", {}, words)), madeOf([`items.${of.scheme.total}`])];
    if (entry.item) return [of.lineName(entry.item), points(entry.points), h("span.how", {}, decimals(entry.how)), madeOf(entry.of)];
    return [of.scheme.nameOf(entry.indicator), value(entry.value, of.scheme.indicator(entry.indicator)?.unit), sources(of, entry), ""];
  };
  return wide(t("evidence.title"), ".evidenceLines", h("thead", {}, h("tr", {}, ["number", "name", "value", "how", "of"].map((key) => h(`th${key === "value" ? ".number" : ""}`, { scope: "col" }, t(`evidence.${key}`))))),
    h("tbody", {}, entries.map((one, i) => { const [name, amount, how, from] = cells(one); return h("tr", {}, h("td", {}, String(i + 1)), h("th", { scope: "row" }, name), h("td.number", {}, amount), h("td", {}, how), h("td", {}, from)); })));
}

/** Each call once, whatever stands on it. */
function callsOf({ sheet }) {
  const calls = sheet.trace.flatMap(({ calls: list }) => list ?? []);
  return [...new Map(calls.map((call) => [call.number ?? call.call, call])).values()];
}

function flagsTable(of) {
  const rows = callsOf(of).flatMap((call) => call.flags.map((flag) => [call, flag]));
  const objected = (call, flag) => of.open_flag_objections.some((one) => one.call === call.number && one.rule === flag.rule && one.start_ms === flag.start_ms);
  const decided = (call, flag) => [flagStateWords(flag), flag.decided_by && `${flag.decided_by}, ${exactTime(flag.decided_at)}`, whyWords(of, flag), objected(call, flag) && t("objected.open")].filter(Boolean).join(" · ");
  const cost = (flag) => (flag.computed !== undefined && flag.computed !== flag.points ? t("evidence.instead", { now: number(flag.points), was: number(flag.computed) }) : number(flag.points));
  return rows.length > 0 && [h("h3", {}, t("evidence.flags")), wide(t("evidence.flags"), ".evidenceFlags", h("thead", {}, h("tr", {}, ["call", "started", "seconds", "rule", "cost", "decision"].map((key) => h("th", { scope: "col" }, t(`evidence.${key}`))))),
    h("tbody", {}, rows.map(([call, flag]) => h("tr", {}, h("td", {}, callLink(call, call.call, flag.start_ms)), h("td", {}, exactTime(call.started_at)), h("td", {}, `${clock(flag.start_ms, true)}–${clock(flag.end_ms, true)}`), h("td", {}, of.titleOf(flag.rule)), h("td", {}, cost(flag)), h("td", {}, decided(call, flag))))))];
}

function leftOut({ sheet }) {
  const calls = [...new Map(sheet.trace.flatMap(({ left_out: list }) => list ?? []).map((call) => [call.number ?? call.call, call])).values()];
  return calls.length > 0 && [h("h3", {}, t("trace.leftOut", { n: calls.length })), h("ul", {}, calls.map((call) => h("li", {}, `${call.call}${t("list.colon")}${plain(call.why)}`)))];
}

function imports({ imports: list }) {
  const heads = ["file", "by", "at", "sha256"].map((key) => h("th", { scope: "col" }, t(`evidence.import.${key}`)));
  return list.length > 0 && [h("h3", {}, t("evidence.imports")), wide(t("evidence.imports"), ".evidenceImports", h("thead", {}, h("tr", {}, heads)),
    h("tbody", {}, list.map((one) => h("tr", {}, h("td", {}, one.file), h("td", {}, one.by), h("td", {}, exactTime(one.at)), h("td.hash", {}, one.sha256)))))];
}

function versions({ sheet }) {
  const { hashes } = sheet;
  const row = (words, hash) => h("tr", {}, h("th", { scope: "row" }, words), h("td.hash", {}, hash ?? t("evidence.noHash")));
  return hashes && [h("h3", {}, t("evidence.versions")), wide(t("evidence.versions"), "", h("tbody", {}, row(t("evidence.scheme", { scheme: sheet.scheme, version: sheet.scheme_version }), hashes.scheme),
    hashes.rubrics.map((one) => row(t("evidence.rubric", { rubric: one.rubric, version: one.version ?? "–" }), one.sha256)),
    (hashes.programs ?? []).map((one) => row(t("evidence.program", { program: one.program ?? "–", n: one.calls }), one.models ?? "–"))))];
}

export const evidence = (of) => h("section.evidence", { hidden: true }, h("h3", {}, t("evidence.title")), linesTable(of), flagsTable(of), leftOut(of), imports(of), versions(of));

/* SPDX-License-Identifier: GPL-3.0-or-later */
// What an import asks: which sheet, what a column is, whom a name means. What is answered is kept on the server, which then
// reads the file anew: what is shown is always what would be taken.
import { put } from "../api.js";
import { failed } from "../dialog.js";
import { h } from "../dom.js";
import { said, t } from "../text.js";
import { pathOf, tableOf } from "./common.js";

const words = ["agent", "name", "post", "period", "rater", "count", "indicator", "value"];
const NEW = "\n"; // no name, and no column, is called so
const NOBODY = "\n-";

/** Errors that are asked about in a table of their own. */
export const isAsked = ({ code }) => code === "agent-unknown-indicator-allowed" || code === "agent-the-roster-of-does-not-know-this-name-say";

const answer = (round, body, again) => put(pathOf(round, "/import-answers"), body).then(again).catch(failed);

/** The sheet that is read, where a workbook has several; `choose(name)` reads another. */
export function sheetChoice(outcome, choose) {
  const full = outcome.sheets.filter(({ has_data }) => has_data);
  if (full.length < 2 && outcome.sheet !== null) return null;
  if (full.length === 0) return null;
  const select = h("select", { name: "sheet", onchange: () => choose(select.value) }, outcome.sheet === null && h("option", { value: "", selected: true, disabled: true }, t("ask.choose")),
    full.map(({ name, hidden }) => h("option", { value: name, selected: name === outcome.sheet }, hidden ? t("ask.hidden", { name }) : name)));
  return h(outcome.sheet === null ? "div.asked.open" : "div.asked", {}, h("label", {}, t("ask.sheet"), " ", select));
}

const isUnknown = ({ taken, empty }) => taken === null && !empty;
const isOpen = (column) => isUnknown(column) || column.asked;
const shares = ["percent", "fraction"];

/** What each column is taken for; those that nobody knows first in sight. */
export function columnChoice(round, scheme, outcome, again) {
  const { columns } = outcome;
  if (columns.length === 0) return null;
  const open = columns.filter(isOpen).length;
  const headings = columns.map(({ heading }) => heading);
  const select = (column) => {
    const options = [[NEW, t("ask.choose"), column.taken === null], ...words.map((word) => [word, t(`ask.column.${word}`), column.taken === word]),
      ...scheme.indicators.flatMap(({ indicator, names }) => [[indicator, said(names), column.taken === indicator && column.shares === null],
        ...(column.in_percent && column.taken === indicator ? shares.map((word) => [`${indicator}(${word})`, t(`ask.shares.${word}`, { name: said(names) }), column.shares === word]) : [])]), [NOBODY, t("ask.leaveOut"), column.taken === ""]];
    const made = h("select", { "aria-label": t("ask.columnOf", { heading: column.heading }), onchange: () => answer(round, { headings, columns: { [column.heading]: made.value === NOBODY ? "" : made.value === NEW ? null : made.value } }, again) },
      options.map(([value, text, selected]) => h("option", { value, selected }, text)));
    return made;
  };
  const shown = columns.filter((column) => column.heading || !column.empty);
  const row = (column) => h(`tr${isOpen(column) ? ".open" : ""}`, {}, h("td", {}, column.heading || "–", column.cell && h("small", {}, column.cell)), h("td", {}, column.samples.join(t("list.comma"))),
    h("td", {}, column.heading ? select(column) : "–", column.remembered && h("small", {}, t("ask.remembered")), column.times !== "1" && h("small", {}, t("ask.times", { times: column.times }))));
  return h(open > 0 ? "details.asked.open" : "details.asked", { open: open > 0 },
    h("summary", {}, open > 0 ? t("ask.columns", { n: open }) : t("ask.columnsDone", { n: shown.filter(({ taken }) => taken).length, out: columns.filter(({ taken, heading }) => taken === "" && heading).map(({ heading }) => heading).join(t("list.comma")) || t("ask.none") })),
    tableOf(t("ask.columnsTitle"), [[t("ask.heading")], [t("ask.samples")], [t("ask.taken")]], shown.map(row)));
}

/** A total or a remark that slipped into the column of names: it is never somebody new along with others. */
const isNoName = /\d\s*人|[分值计%％]|合计|总|平均|人均|total|sum|average|mean|^[\d\s.,+-]+$/i;

/** Whom a name means; they are answered all at once, for there may be many. */
export function nameChoice(round, outcome, again) {
  const { names, persons } = outcome;
  if (names.length === 0) return null;
  const open = names.filter(({ asked }) => asked);
  const chosen = new Map();
  const list = h("datalist", { id: "askedPersons" }, persons.map((person) => h("option", { value: person })));
  const button = h("button.primary", { type: "button", disabled: true, onclick: () => answer(round, { names: Object.fromEntries(chosen) }, again) }, t("ask.keep"));
  const choose = (written, value) => {
    if (value === undefined) chosen.delete(written);
    else chosen.set(written, value);
    button.disabled = chosen.size === 0;
  };
  const row = (one) => {
    const other = h("input", { type: "text", list: "askedPersons", hidden: true, "aria-label": t("ask.personOf", { name: one.written }), oninput: () => choose(one.written, other.value.trim() || undefined) });
    const options = [["", t("ask.choose"), one.person === null], ...one.near.map((person) => [person, t("ask.is", { person }), one.person === person]),
      ...(one.person && one.person !== one.written && !one.near.includes(one.person) ? [[one.person, t("ask.is", { person: one.person }), true]] : []),
      [NEW, t("ask.new"), one.person === one.written], [NOBODY, t("ask.nobody"), one.person === ""], ["\n?", t("ask.other"), false]];
    const select = h("select", { "aria-label": t("ask.nameOf", { name: one.written }), onchange: () => {
      other.hidden = select.value !== "\n?";
      choose(one.written, other.hidden ? { "": null, [NEW]: one.written, [NOBODY]: "" }[select.value] ?? (select.value || null) : undefined);
    } }, options.map(([value, text, selected]) => h("option", { value, selected }, text)));
    return h(`tr${one.asked ? ".open" : ""}`, {}, h("td", {}, one.written, one.beside && h("small", {}, one.beside)), h("td", {}, one.cell ?? one.line), h("td", {}, select, other, !one.asked && h("small", {}, t("ask.remembered"))));
  };
  const people = open.filter(({ written }) => !isNoName.test(written));
  const allNew = people.length > 1 && h("button", { type: "button", onclick: () => answer(round, { names: Object.fromEntries(people.map(({ written }) => [written, written])) }, again) }, t("ask.allNew", { n: people.length }));
  return h(open.length > 0 ? "details.asked.open" : "details.asked", { open: open.length > 0 },
    h("summary", {}, open.length > 0 ? t("ask.names", { n: open.length }) : t("ask.namesDone", { n: names.length })), list,
    tableOf(t("ask.namesTitle"), [[t("ask.name")], [t("ask.cell")], [t("ask.means")]], names.map(row)), h("div.decide", {}, button, allNew, allNew && people.length < open.length && h("small", {}, t("ask.oneByOne", { n: open.length - people.length }))));
}

/** What of the file does not count, and what cannot be seen in it. */
export function leftOut({ rows_left_out: rows, notes }) {
  if (rows.length + notes.length === 0) return null;
  return h("details.asked", {}, h("summary", {}, t("ask.leftOutRows", { n: rows.length + notes.length })),
    h("ul", {}, notes.map((note) => h("li", {}, said({ en: note.text, zh: note.text_zh }))),
      rows.map((row) => h("li", {}, t("ask.row", { line: row.line, text: row.text }), " ", said({ en: row.why, zh: row.why_zh })))));
}

export const isSettled = (outcome) => outcome.columns.every((column) => !isUnknown(column)) && outcome.names.every(({ asked }) => !asked);

/* SPDX-License-Identifier: GPL-3.0-or-later */
// Importing a month: choose a file, see what would be taken and what is wrong where, take it; what was imported before.
import { get, send } from "../api.js";
import { emptyState, failed, field, notice } from "../dialog.js";
import { h, replace } from "../dom.js";
import { moment, number, said, t } from "../text.js";
import { columnChoice, isAsked, isSettled, leftOut, nameChoice, sheetChoice } from "./asking.js";
import { linkTo, monthsOf, pathOf, periodWords, schemeOf, showAgain, tableOf } from "./common.js";
import { cellAt, decode, linesOf } from "./lines.js";
import { faultWords } from "./plain.js";

export async function importPart({ round, scheme, part }) {
  if (part) return oneImport(round, part);
  const { imports } = await get(pathOf(round, "/imports"));
  return h("div", {},
    round.stage === "closed" ? h("p.panel", {}, t("import.closed")) : chooser(round, scheme),
    h("section.panel", {}, h("h2", {}, t("import.list")), imports.length ? list(round, imports) : emptyState(t("import.noneYet"))));
}

const list = (round, imports) => tableOf(t("import.list"), [[t("import.when")], [t("import.file")], [t("import.by")], [t("import.rows"), "number"], [t("import.errors"), "number"], [t("import.sha")]],
  imports.map((one) => [h("a", { href: linkTo(round, `/import/${one.import}`) }, moment(one.at)), fileWords(one), one.by, number(one.rows), number(one.errors), h("code", {}, one.sha256.slice(0, 12))]));

/* ---- choosing and previewing */

/** The server sees what the bytes are. */
const bytesType = "application/octet-stream";
const isWorkbook = ({ name }) => /\.xl\w+$/i.test(name);

function chooser(round, scheme) {
  const place = h("div", { "aria-live": "polite" });
  const input = h("input", { type: "file", name: "file", accept: ".xlsx,.csv,.txt,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", onclick: () => { input.value = ""; }, onchange: () => look() }); // the same file may be chosen again once it is mended
  const months = monthsOf(round.period).length > 0 && field(t("import.month"), h("select", { name: "period", onchange: () => look() }, h("option", { value: "" }, t("import.monthOfRow")), [...monthsOf(round.period), round.period].map((period) => h("option", { value: period }, periodWords(period)))));
  const form = h("form.filters", { onsubmit: (event) => event.preventDefault() }, field(t("import.choose"), input), months);
  const look = async (sheet) => {
    const [file] = input.files;
    if (!file) return;
    const asked = { file: file.name, period: form.elements.period?.value, sheet };
    try {
      const bytes = await file.arrayBuffer();
      const outcome = await send(pathOf(round, "/imports"), { ...asked, preview: 1 }, bytes, bytesType);
      const again = (other = sheet) => look(other);
      replace(place, preview({ round, scheme, outcome, decoded: isWorkbook(file) ? null : decode(new Uint8Array(bytes)), take: () => take(asked, bytes), again }));
    } catch (error) {
      replace(place, h("p.problem.block", { role: "alert" }, error.message));
    }
  };
  const take = async (asked, bytes) => {
    const outcome = await send(pathOf(round, "/imports"), asked, bytes, bytesType);
    notice(t("import.taken", { n: outcome.rows, agents: outcome.agents }));
    showAgain();
  };
  return h("section.panel", {}, h("h2", {}, t("import.title")), h("p", {}, h("small", {}, t("import.lead"))), columns(scheme), form, place);
}

/** What the file's columns may be called, ready to copy into a spreadsheet. */
function columns(scheme) {
  const range = (one) => (one.yes_no ? t("import.yesNo") : t("import.range", { low: number(one.low), high: number(one.high) }));
  const rows = scheme.indicators.map((one) => [h("code", {}, one.indicator), said(one.names), [range(one), one.unit && ` (${one.unit})`], [t(`need.${one.need}`), one.rated_by && h("small", {}, t(`import.rated.${one.rated_by}`))]]);
  const head = [scheme.units ? "subject" : "agent", ...scheme.indicators.filter((one) => one.need !== "measured" && !one.rated_by).map(({ indicator }) => indicator)].join(",");
  return h("details", {}, h("summary", {}, t("import.columns")), tableOf(t("import.columns"), [[t("import.column")], [t("import.name")], [t("import.allowed")], [t("import.need")]], rows), h("p", {}, h("small", {}, t("import.wide")), h("br"), h("code", {}, head)));
}

function preview({ round, scheme, outcome, decoded, take, again }) {
  const button = h("button.primary", { type: "button", disabled: outcome.rows === 0, onclick: () => { button.disabled = true; take().catch((error) => { button.disabled = false; failed(error); }); } }, t("import.take", { n: outcome.rows }));
  const rest = isSettled(outcome) ? outcome.errors : outcome.errors.filter((one) => !isAsked(one));
  return h("div.preview", {},
    h("h3", {}, t("import.preview", { file: fileWords(outcome) })),
    sheetChoice(outcome, again),
    outcome.columns.length > 0 && h("p", {}, t("import.summary", { rows: outcome.rows, agents: outcome.agents, changed: outcome.changed }), decoded && h("small", {}, t("import.encoding", { encoding: decoded.encoding.toUpperCase() }))),
    columnChoice(round, scheme, outcome, () => again()), nameChoice(round, outcome, () => again()),
    rest.length > 0 && h("p.problem", { role: "alert" }, t("import.hasErrors", { n: rest.length }), outcome.left_out.length > 0 && ` ${t("import.leftOut", { agents: outcome.left_out.join(t("list.comma")) })}`),
    rest.length > 0 && errors(rest, decoded ? linesOf(decoded.text) : []),
    leftOut(outcome),
    outcome.sample.length > 0 && h("details", { open: outcome.errors.length === 0 }, h("summary", {}, t("import.sample", { n: outcome.sample.length })), rowsTable(scheme, outcome.sample)),
    h("div.decide", {}, button, outcome.rows === 0 && h("span", {}, t(isSettled(outcome) ? "import.nothing" : "import.answerFirst"))));
}

const fileWords = ({ file, sheet }) => (sheet ? `${file} · ${sheet}` : file);

/** Each error with the line that it is about, the cell marked. */
function errors(list_, lines) {
  const shown = (line, column) => {
    const text = lines[line - 1];
    if (text === undefined) return "";
    const { before, cell, after } = cellAt(text, column ?? 1);
    return h("code.lineText", {}, before, h("mark", {}, cell || " "), after);
  };
  if (list_.some(({ cell }) => cell))
    return tableOf(t("import.errors"), [[t("import.cell")], [t("import.what")]], list_.map((one) => [one.cell ?? "–", h("span", {}, faultWords(one))]));
  return tableOf(t("import.errors"), [[t("import.line"), "number"], [t("import.columnAt"), "number"], [t("import.what")]],
    list_.map((one) => [one.line ?? "–", one.column ?? "–", [h("span", {}, faultWords(one)), one.line && shown(one.line, one.column)]]));
}

const rowsTable = (scheme, rows) => h("div.tall", {}, tableOf(t("import.rows"), [[t("import.line"), "number"], [t("import.agent")], [t("import.indicator")], [t("import.value"), "number"], [t("import.state")]],
  rows.map((row) => [row.line, [row.agent, row.post && h("small", {}, row.post)], [scheme.nameOf(row.indicator), (row.rater || row.period) && h("small", {}, [row.rater, row.period && periodWords(row.period)].filter(Boolean).join(" · "))],
    [row.value ?? "–", row.value !== null && row.count !== "1" && h("small", {}, `× ${row.count}`)], [t(`import.state.${row.state}`), row.before !== null && row.before !== row.value && h("small", {}, t("import.before", { value: row.before }))]])));

/* ---- one that was taken */

async function oneImport(round, id) {
  const [one, scheme] = await Promise.all([get(pathOf(round, `/imports/${encodeURIComponent(id)}`)), schemeOf(round.scheme)]);
  return h("div", {}, h("section.panel", {}, h("p", {}, h("a", { href: linkTo(round, "/import") }, t("import.back"))),
    h("h2", {}, fileWords(one)), h("p", {}, t("import.head", { by: one.by, when: moment(one.at), rows: one.rows, errors: one.errors }), h("small", {}, h("code", {}, `SHA-256 ${one.sha256}`))),
    one.faults.length > 0 && errors(one.faults, []), rowsTable(scheme, one.imported)));
}

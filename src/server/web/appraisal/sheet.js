/* SPDX-License-Identifier: GPL-3.0-or-later */
// An agent's sheet: a form that can be printed and signed, every number of which unfolds down to where it came from.
import { get } from "../api.js";
import { emptyState } from "../dialog.js";
import { h } from "../dom.js";
import { day, number, said, t } from "../text.js";
import { change, disputedLink, gradeWords, keepsRounds, linkTo, pathOf, payWords, periodWords, points, value, versionWords } from "./common.js";
import { coverageTable } from "./coverage.js";
import { evidence } from "./evidence.js";
import { improvement } from "./improvement.js";
import { faultWords } from "./plain.js";
import { objecting, objectionList, signatures, signing } from "./signing.js";
import { ruleTitles } from "./titles.js";
import { traceOf } from "./trace.js";

export async function sheetPart(context) {
  const { who, round, part } = context;
  const agent = part || who.person || who.name;
  const answer = await get(pathOf(round, `/sheets/${encodeURIComponent(agent)}`)).catch((error) => { if (error.status !== 404) throw error; return null; });
  if (!answer) return h("div.panel", {}, emptyState(t(who.role === "agent" ? "sheet.noneOwn" : "sheet.none", { agent })));
  const of = { ...context, ...answer, agent, titleOf: await ruleTitles() };
  if (!answer.sheet.items) return h("div", {}, tools(of), missing(of));
  return h("div", {}, tools(of), ratingsDue(of), paper(of));
}

/* ---- around the paper, not printed */

function tools(of) {
  const all = (event) => {
    const open = event.target.getAttribute("aria-pressed") !== "true";
    event.target.setAttribute("aria-pressed", String(open));
    for (const button of document.querySelectorAll(".unfold")) unfold(button, open);
    // what an item is made of stands in rows of its own: once is enough
    for (const details of document.querySelectorAll(".paper details")) details.open = open && !details.matches(".parts, .parts *");
  };
  const more = (event) => {
    const shown = event.target.getAttribute("aria-pressed") !== "true";
    event.target.setAttribute("aria-pressed", String(shown));
    document.querySelector(".evidence").hidden = !shown;
  };
  return h("div.sheetTools", {}, of.who.role !== "agent" && h("a", { href: linkTo(of.round, "/results") }, t("sheet.back")), h("span.spacer"),
    of.sheet.items && [h("button.toggle", { type: "button", "aria-pressed": "false", onclick: all }, t("sheet.unfold")), h("button.toggle.more", { type: "button", "aria-pressed": "false", title: t("evidence.means"), onclick: more }, t("evidence.show")), h("button", { type: "button", onclick: () => print() }, t("sheet.print"))],
    of.sheet.items && signing(of), objecting(of));
}

/** Agents come here first: what they still owe stands above. */
function ratingsDue({ who, round, scheme }) {
  if (who.role !== "agent" || round.stage === "closed" || !scheme.indicators.some(({ rated_by }) => ["self", "peers", "colleagues", "subordinates"].includes(rated_by))) return null;
  const place = h("p.banner", { hidden: true });
  get(pathOf(round, "/ratings")).then(({ due }) => {
    if (!due.length) return;
    place.append(h("a", { href: linkTo(round, "/ratings") }, t("sheet.ratingsDue", { n: due.length })));
    place.hidden = false;
  }).catch(() => {});
  return place;
}

function missing({ who, round, agent, sheet, objections }) {
  return h("div", {}, h("section.panel", {}, h("h2", {}, agent), h("p", {}, `${t("sheet.leftOut")}${t("list.colon")}${said(sheet.why)}`),
    sheet.errors.length > 0 && h("ul", {}, sheet.errors.map((fault) => h("li", {}, faultWords(fault), fault.file && h("small", {}, t("import.place", { file: fault.file, line: fault.line, column: fault.column }))))),
    sheet.fault && h("p", {}, keepsRounds(who) && [h("a", { href: linkTo(round, "/import") }, t("lack.toImport")), " · "], h("a", { href: linkTo(round, "/ratings") }, t("part.ratings")))),
  objections.length > 0 && h("section.panel", {}, h("h2", {}, t("part.objections")), objectionList({ who, round }, objections)));
}

/* ---- the paper */

function paper(of) {
  const { round, scheme, sheet, lines } = of;
  const named = new Map(lines.map((line) => [line.line, line]));
  const trace = traceOf(of);
  of.lineName = (id) => said(named.get(id)?.names) || (id === scheme.total ? t("result.total") : sheet.pay_items && `items.${id}` === trace.last ? payWords(scheme) : scheme.nameOf(id));
  const notes = footnotes(of);
  return h("article.paper", { lang: document.documentElement.lang },
    h("header", {}, h("h2", {}, t("sheet.title", { scheme: said(round.names) })), h("p", {}, t("sheet.period", { period: periodWords(round.period) }), versionWords(round) && ` · ${versionWords(round)}`)),
    facts(of), round.stage !== "closed" && h("p.previewLine", {}, t("result.preview"), " ", sheet.undecided_flags > 0 && t("result.undecided", { n: sheet.undecided_flags })),
    sheet.preliminary && h("p.previewLine", { role: "note" }, h("b", {}, t("result.preliminary")), " ", said({ en: sheet.preliminary, zh: sheet.preliminary_zh })),
    disputed(of), linesTable(of, trace, notes), outcome(of, trace, notes), coverageTable(of), shown(of, trace), notes.list(),
    improvement(of), of.objections.length > 0 && h("section", {}, h("h3", {}, t("part.objections")), objectionList(of, of.objections)), process(of), signatures(of), evidence(of));
}

/** Points that are not settled, and a closed number that no longer holds; both belong on the paper too. */
function disputed(of) {
  const line = (key, list) => list.length > 0 && h(`p.previewLine.${key}`, {}, t(`sheet.${key}`), " ", list.map((one) => [disputedLink(of, one), " "]));
  return [line("disputed", of.open_flag_objections), line("due", of.correction_due)];
}

const fact = ([label, words]) => h("div", {}, h("dt", {}, label), h("dd", {}, words || "–"));

const facts = ({ round, scheme, sheet, agent }) => h("dl.sheetFacts", {}, [
  [t("sheet.agent"), agent], [t("sheet.post"), sheet.post], [t("flag.team"), sheet.team],
  [t("round.scheme"), [t("sheet.schemeVersion", { scheme: sheet.scheme, version: sheet.scheme_version }), short(sheet.hashes?.scheme)]],
  [t("sheet.rubric"), sheet.rubrics?.length ? sheet.rubrics.map((one) => rubricWords(sheet, one)) : null], [t("sheet.source"), scheme.source]].map(fact));

const rubricWords = ({ hashes }, { rubric, version }) => [h("div", {}, t("sheet.schemeVersion", { scheme: rubric, version: version ?? "–" })), short(hashes?.rubrics.find((one) => one.rubric === rubric && one.version === version)?.sha256)];

/** The first digits of a hash; the evidence has all of them. */
const short = (hash) => hash && h("small.hash", {}, `SHA-256 ${hash.slice(0, 12)}…`);

/** What was assumed, numbered; `mark(ref)` puts the numbers of a line beside it. */
function footnotes({ sheet }) {
  const mark = (...refs) => sheet.assumed.map(({ where }, i) => (refs.includes(where) ? i + 1 : 0)).filter(Boolean).map((i) => h("sup.assumed", { title: said(sheet.assumed[i - 1].reason) }, `※${i}`));
  const list = () => sheet.assumed.length > 0 && h("section.assumptions", {}, h("h3", {}, t("sheet.assumed")), h("ol", {}, sheet.assumed.map(({ reason }) => h("li", {}, said(reason)))));
  return { mark, list };
}

/** A row that unfolds: its name is the button, and what stands behind it comes in a row of its own below. */
function row(name, cells, behind, columns) {
  if (!behind) return [h("tr", {}, h("th", { scope: "row" }, name), cells)];
  const below = h("tr.behind", { hidden: true }, h("td", { colspan: columns }, behind));
  const button = h("button.unfold", { type: "button", "aria-expanded": "false", title: t("sheet.why"), onclick: () => unfold(button, below.hidden) }, name);
  button.below = below;
  return [h("tr", {}, h("th", { scope: "row" }, button), cells), below];
}

function unfold(button, open) {
  button.setAttribute("aria-expanded", String(open));
  button.below.hidden = !open;
}

function linesTable({ sheet, lines, before, scheme, lineName }, trace, notes) {
  const columns = before ? 5 : 3;
  const beside = (now, was, differs) => (before ? [h("td.number", {}, points(was)), h("td.number", {}, change(differs))] : []);
  const line = ({ line: id, pay }) => {
    if (pay) return [];
    const ref = trace.refOf(id);
    const figure = trace.figure(id);
    return row([lineName(id), notes.mark(`items.${id}`, `indicators.${id}`)], [
      h("td.number", {}, figure ? value(figure.value, scheme.indicator(figure.indicator)?.unit) : ""), h("td.number", {}, h("b", {}, points(sheet.items[id]))), beside(sheet.items[id], before?.items[id], before?.items_change[id])], ref && trace.node(ref), columns);
  };
  return h("table.sheetLines", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("sheet.line")), [t("sheet.measured"), t("sheet.points"), ...(before ? [periodWords(before.period), t("sheet.change")] : [])].map((words) => h("th.number", { scope: "col" }, words)))),
    h("tbody", {}, lines.flatMap(line), sheet.total !== null && row([t("result.total"), notes.mark(`items.${scheme.total}`)], [h("td"), h("td.number", {}, h("b.total", {}, points(sheet.total))), beside(sheet.total, before?.total, before?.total_change)], trace.node(`items.${scheme.total}`), columns)));
}

function outcome({ who, sheet, before, scheme, lines }, trace, notes) {
  const mine = [
    sheet.passed && [t("result.passed"), `${sheet.passed.length}/${sheet.passed.length + sheet.failed.length}`],
    sheet.grade && [t("result.grade"), [gradeWords(scheme, sheet.grade), notes.mark(`grades.${sheet.grade}`, "grades"), before?.grade && h("small", {}, t("sheet.gradeBefore", { grade: gradeWords(scheme, before.grade) }))]],
    scheme.distributed && [t("result.gradeDistribution"), [gradeWords(scheme, sheet.grade_distribution), notes.mark("distribution", "scheme.distribution")]],
    sheet.coefficient !== null && [t("result.coefficient"), [number(sheet.coefficient), notes.mark("scheme.pay_by")]],
    who.role !== "lead" && sheet.bonus !== undefined && sheet.bonus !== null && [t("result.bonus"), value(sheet.bonus, "CNY")]].filter(Boolean);
  const pay = sheet.pay_items ? [...lines.filter((line) => line.pay).map((line) => [said(line.names), value(sheet.pay_items[line.line], "CNY"), trace.node(`items.${line.line}`)]), sheet.pay !== undefined && sheet.pay !== null && [payWords(scheme), value(sheet.pay, "CNY"), trace.node(trace.last)]].filter(Boolean) : [];
  const grade = sheet.standing ? [[t("standing.title"), gradeWords(scheme, sheet.standing.grade), trace.node("coefficient")]] : [];
  return [mine.length > 0 && h("dl.sheetFacts.outcome", {}, mine.map(fact)),
    grade.length + pay.length > 0 && h(`table.sheetLines${pay.length ? "" : ".standing"}`, {}, h("tbody", {}, [...grade, ...pay].flatMap(([words, amount, behind]) => row(words, h("td.number", {}, amount), behind, 2))))];
}

function shown({ sheet, scheme }, trace) {
  const list = Object.entries(sheet.shown ?? {});
  return list.length > 0 && h("section", {}, h("h3", {}, t("sheet.shown")), h("table.sheetLines", {}, h("tbody", {}, list.flatMap(([id, amount]) => row(scheme.nameOf(id), h("td.number", {}, value(amount, scheme.indicator(id)?.unit)), trace.node(`indicators.${id}`), 2)))));
}

/** The steps of the process that concern this sheet. */
const process = ({ steps }) => h("section", {}, h("h3", {}, t("sheet.process")), h("table.sheetLines", {}, h("tbody", {}, steps.map((step) => h("tr", {}, h("th", { scope: "row" }, t(`step.${step.step}`)), h("td", {}, day(step.date)), h("td", {}, step.place ?? "–"), h("td", {}, step.person), h("td", {}, step.note ?? ""))))));

/* SPDX-License-Identifier: GPL-3.0-or-later */
// The audit log. Its rows are chained as they were written, in English: for others what they say is read by the sentences of the English catalogue.
import { get } from "./api.js";
import { failed } from "./dialog.js";
import { h, replace } from "./dom.js";
import { titled } from "./reasons.js";
import { currentLanguage, moment, number, said, t, word, wordsOf } from "./text.js";

const sets = { state_from: "state", state_to: "state", stage_from: "stage", stage_to: "stage", step: "step", role: "role", way: "claim.way", side: "sign.of", how: "sign.how", outcome: "outcome", about: "about", event: "noticed" }; // what is one of a set of words
const objects = { "claims.hand-out": "flags", "notice.dropped": "notices", "roster.replace": "roster", "roster.undo": "roster" }; // of what is not one thing with a number
const named = /^(calibration|export|factor|request|samples\.draw|session|token|user)\b/; // whose object is a name that somebody chose: it may read as anything

const literal = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
/** Numbers and words of a set are no more than that, so that what people wrote is never taken for a part of the sentence. */
const partOf = (name) => `(?<${name}>${/^n_|^row$/.test(name) ? "-?\\d+" : name in sets ? "[\\w.-]+" : "[^]*?"})`;
const shapeOf = (text) => new RegExp(`^${text.split(/\{(\w+)\}/).map((part, i) => (i % 2 ? partOf(part) : literal(part))).join("")}$`);

/** [{key, kind, of, shape}] of the sentences that the server writes into the log, of some actions or of all; where they are read as they are, those alone with codes in them. */
export async function auditSentences() {
  const isRead = currentLanguage() === "en" ? (text) => /\{(why|event|request|rule|scheme|indicator)\}/.test(text) : () => true;
  return Object.entries(await wordsOf("en")).flatMap(([key, text]) => {
    const [, kind, of] = /^(detail|subject)\.(.+)\.\d+$/.exec(key) ?? /^(object)\./.exec(key) ?? [];
    return kind && isRead(text) && (of || text.includes("{")) ? [{ key, kind, of, shape: shapeOf(text) }] : [];
  });
}

/** "noise: the fan" begins with one of the site's reasons; what people wrote after it, or alone, is theirs. */
const whyOf = (reasons, text) => text.replace(/^[a-z0-9_-]+(?=: |$)/, (code) => titled(reasons, code));

/** What a second person was asked for, by the address that it was asked at. */
const requests = { account: /^PUT \/api\/v1\/users\/(.+)$/, token: /^POST \/api\/v1\/tokens$/, roster: /^PUT \/api\/v1\/roster$/, rosterUndo: /^POST \/api\/v1\/roster\/undo$/, rescore: /^POST \/api\/v1\/rescore$/, period: /^POST \/api\/v1\/periods\/(\d+)\/open$/ };

function requestWords(text) {
  const [key, shape] = Object.entries(requests).find(([, one]) => one.test(text)) ?? [];
  return key ? t(`requested.${key}`, { name: shape.exec(text)[1] }) : text;
}

/** Teams and ranges of addresses are written as JSON. */
const listWords = (text) => (/^\["/.test(text) ? [...text.matchAll(/"([^"]*)"/g)].map(([, one]) => one).join(t("list.comma")) : text);

/** What people call it, with the id that the row has. */
const namedWords = (names, id) => (said(names) ? t("audit.named", { name: said(names), id }) : id);

/** The scheme of the appraisal that a row is about. */
const schemeOfRow = ({ appraisals = {}, schemes = {} }, { object }) => schemes[appraisals[/^appraisal (\d+)$/.exec(object)?.[1]]];

/** `answer`: what the rows came with; names are of what is there now, and of the rest the id says all that is known. */
function valueOf(answer, row, name, value) {
  if (name === "why") return whyOf(answer.reasons, value);
  if (name === "rule") return namedWords(answer.rules[value], value);
  if (name === "scheme") return namedWords(answer.schemes[value]?.names, value);
  if (name === "indicator") return namedWords(schemeOfRow(answer, row)?.indicators.find(({ indicator }) => indicator === value)?.names, value);
  if (name === "request") return requestWords(value);
  if (name === "site") return value === "" || value === "-" ? "–" : value;
  if (name === "teams" || name === "addresses") return listWords(value);
  return sets[name] && (currentLanguage() !== "en" || name === "event") ? word(sets[name], value) : value;
}

function read(known, text, answer, row) {
  for (const { key, shape } of known) {
    const found = shape.exec(text);
    if (found) return t(key, Object.fromEntries(Object.entries(found.groups ?? {}).map(([name, value]) => [name, valueOf(answer, row, name, value)])));
  }
  return text;
}

const isOf = (action, of) => action === of || action.startsWith(`${of}.`);
const detailOf = (answer, row) => read(answer.known.filter(({ kind, of }) => kind === "detail" && isOf(row.action, of)), row.detail, answer, row);

function objectOf(answer, row) {
  const { action, object } = row;
  if (object === objects[action]) return word("object", object);
  return read(answer.known.filter(({ kind, of }) => (kind === "subject" && isOf(action, of)) || (kind === "object" && !named.test(action))), object, answer, row);
}

/** A function that gives what a row's object and detail say, in the reader's language, by the names of {known, reasons, rules, appraisals, schemes}. */
export const auditReader = (answer) => (row) => ({ object: objectOf(answer, row), detail: detailOf(answer, row) });

/** The schemes that rows name, or are about, as the server has them now. */
async function schemesOf({ appraisals, rows }) {
  const used = new Set(rows.filter(({ action }) => action.startsWith("appraisal.")).map(({ object }) => appraisals[object.split(" ")[1]]).filter(Boolean));
  return Object.fromEntries(await Promise.all([...used].map(async (id) => [id, await get(`schemes/${encodeURIComponent(id)}`).catch(() => undefined)])));
}

/** The log is read from its start, as it was written. */
export async function auditPanel() {
  const rows = h("tbody");
  const more = h("div.pager");
  let cursor = "";
  const load = async () => {
    const answer = await get("audit", { limit: 200, cursor });
    const wordsFor = auditReader({ ...answer, known: await auditSentences(), schemes: await schemesOf(answer) });
    rows.append(...answer.rows.map((row) => [row, wordsFor(row)]).map(([row, { object, detail }]) => h("tr", {}, h("td.number", {}, number(row.row)), h("td", {}, moment(row.at)), h("td", {}, row.actor), h("td", {}, row.address), h("td", {}, word("did", row.action), h("br"), h("small", {}, h("code", {}, row.action))),
      h("td", { title: row.object }, object), h("td", { title: row.detail }, detail))));
    cursor = answer.next;
    replace(more, cursor && h("button", { type: "button", onclick: () => load().catch(failed) }, t("do.more")));
    more.hidden = !cursor;
  };
  await load();
  return h("section.panel", {}, h("h2", {}, t("audit.title")), h("div.tableScroll.tall", { tabindex: 0, role: "region", "aria-label": t("audit.title") }, h("table", {}, h("thead", {}, h("tr", {}, h("th.number", { scope: "col" }, t("audit.row")), ["audit.when", "audit.who", "audit.address", "audit.action", "audit.object", "audit.detail"].map((key) => h("th", { scope: "col" }, t(key))))), rows)), more);
}

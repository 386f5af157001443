/* SPDX-License-Identifier: GPL-3.0-or-later */
// The audit log. Its rows are chained as they were written, in English: for others what they say is read by the sentences of the English catalogue.
import { get } from "./api.js";
import { failed } from "./dialog.js";
import { h, replace } from "./dom.js";
import { currentLanguage, moment, number, t, word, wordsOf } from "./text.js";

const sets = { state_from: "state", state_to: "state", stage_from: "stage", stage_to: "stage", step: "step", role: "role", way: "claim.way", side: "sign.of", outcome: "outcome" }; // what is one of a set of words
const objects = { "claims.hand-out": "flags", "notice.dropped": "notices", "roster.replace": "roster", "roster.undo": "roster" }; // of what is not one thing with a number

const literal = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
const shapeOf = (text) => new RegExp(`^${text.split(/\{(\w+)\}/).map((part, i) => (i % 2 ? `(?<${part}>[^]*?)` : literal(part))).join("")}$`);

/** [{key, of, shape}] of the sentences that the server writes into the log; none where they are read as they are. */
async function sentences() {
  if (currentLanguage() === "en") return [];
  return Object.entries(await wordsOf("en")).flatMap(([key, text]) => {
    const [, of] = /^(?:detail\.(.+)\.\d+|object\..+)$/.exec(key) ?? [null, null];
    return of === null || (!of && !text.includes("{")) ? [] : [{ key, of, shape: shapeOf(text) }];
  });
}

function said(known, text) {
  for (const { key, shape } of known) {
    const found = shape.exec(text);
    if (found) return t(key, Object.fromEntries(Object.entries(found.groups ?? {}).map(([name, value]) => [name, sets[name] ? word(sets[name], value) : value])));
  }
  return text;
}

const isOf = (action, of) => action === of || action.startsWith(`${of}.`);
const detailOf = (known, { action, detail }) => said(known.filter(({ of }) => of && isOf(action, of)), detail);
const objectOf = (known, { action, object }) => (object === objects[action] ? word("object", object) : said(known.filter(({ of }) => of === undefined), object));

/** The log is read from its start, as it was written. */
export async function auditPanel() {
  const rows = h("tbody");
  const more = h("div.pager");
  const known = await sentences();
  let cursor = "";
  const load = async () => {
    const answer = await get("audit", { limit: 200, cursor });
    rows.append(...answer.rows.map((row) => h("tr", {}, h("td.number", {}, number(row.row)), h("td", {}, moment(row.at)), h("td", {}, row.actor), h("td", {}, row.address), h("td", {}, word("did", row.action), h("br"), h("small", {}, h("code", {}, row.action))),
      h("td", {}, objectOf(known, row)), h("td", { title: row.detail }, detailOf(known, row)))));
    cursor = answer.next;
    replace(more, cursor && h("button", { type: "button", onclick: () => load().catch(failed) }, t("do.more")));
    more.hidden = !cursor;
  };
  await load();
  return h("section.panel", {}, h("h2", {}, t("audit.title")), h("div.tableScroll.tall", { tabindex: 0, role: "region", "aria-label": t("audit.title") }, h("table", {}, h("thead", {}, h("tr", {}, h("th.number", { scope: "col" }, t("audit.row")), ["audit.when", "audit.who", "audit.address", "audit.action", "audit.object", "audit.detail"].map((key) => h("th", { scope: "col" }, t(key))))), rows)), more);
}

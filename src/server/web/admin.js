/* SPDX-License-Identifier: GPL-3.0-or-later */
// Accounts and tokens, the roster, the audit log, and recordings that have no result.
import { accountPanels } from "./accounts.js";
import { get } from "./api.js";
import { emptyState, failed } from "./dialog.js";
import { h, replace } from "./dom.js";
import { rosterPanel } from "./roster.js";
import { askedPanel } from "./second.js";
import { moment, number, said, t, word } from "./text.js";

export async function adminPage({ who }) {
  const [accounts, audit, { failures }] = await Promise.all([accountPanels(who), auditPanel(), get("failures", { limit: 100 })]);
  return h("div", {}, h("div.pageHead", {}, h("h1", {}, t("page.admin"))), accounts, askedPanel(), rosterPanel(who), failuresPanel(failures), audit);
}

const failuresPanel = (failures) => h("section.panel", {}, h("h2", {}, t("failures.title")), failures.length ? h("div.tableScroll", {}, h("table", {}, h("thead", {}, h("tr", {}, ["failures.when", "failures.recording", "failures.reason"].map((key) => h("th", { scope: "col" }, t(key))))),
  h("tbody", {}, failures.map((one) => h("tr", {}, h("td", {}, moment(one.last_at)), h("td", {}, h("code", {}, one.recording.path)), h("td", {}, said({ en: one.text, zh: one.text_zh }), h("small", {}, one.reason))))))) : emptyState(t("failures.none")));

/** The log is read from its start, as it was written. */
async function auditPanel() {
  const rows = h("tbody");
  const more = h("div.pager");
  let cursor = "";
  const load = async () => {
    const answer = await get("audit", { limit: 200, cursor });
    rows.append(...answer.rows.map((row) => h("tr", {}, h("td.number", {}, number(row.row)), h("td", {}, moment(row.at)), h("td", {}, row.actor), h("td", {}, row.address), h("td", {}, word("did", row.action), h("br"), h("small", {}, h("code", {}, row.action))), h("td", {}, row.object), h("td", {}, row.detail))));
    cursor = answer.next;
    replace(more, cursor && h("button", { type: "button", onclick: () => load().catch(failed) }, t("do.more")));
    more.hidden = !cursor;
  };
  await load();
  return h("section.panel", {}, h("h2", {}, t("audit.title")), h("div.tableScroll.tall", { tabindex: 0, role: "region", "aria-label": t("audit.title") }, h("table", {}, h("thead", {}, h("tr", {}, h("th.number", { scope: "col" }, t("audit.row")), ["audit.when", "audit.who", "audit.address", "audit.action", "audit.object", "audit.detail"].map((key) => h("th", { scope: "col" }, t(key))))), rows)), more);
}

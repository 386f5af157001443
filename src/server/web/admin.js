/* SPDX-License-Identifier: GPL-3.0-or-later */
// Accounts and tokens, the roster, the audit log, and recordings that have no result.
import { accountPanels } from "./accounts.js";
import { get } from "./api.js";
import { auditPanel } from "./audit.js";
import { emptyState } from "./dialog.js";
import { h } from "./dom.js";
import { rosterPanel } from "./roster.js";
import { askedPanel } from "./second.js";
import { moment, said, t, word } from "./text.js";

export async function adminPage({ who }) {
  const [accounts, audit, { failures }] = await Promise.all([accountPanels(who), auditPanel(), get("failures", { limit: 100 })]);
  return h("div", {}, h("div.pageHead", {}, h("h1", {}, t("page.admin"))), accounts, askedPanel(), rosterPanel(who), failuresPanel(failures), audit);
}

const failuresPanel = (failures) => h("section.panel", {}, h("h2", {}, t("failures.title")), failures.length ? h("div.tableScroll", {}, h("table", {}, h("thead", {}, h("tr", {}, ["failures.when", "failures.recording", "failures.reason"].map((key) => h("th", { scope: "col" }, t(key))))),
  h("tbody", {}, failures.map((one) => h("tr", {}, h("td", {}, moment(one.last_at)), h("td", {}, h("code", {}, one.recording.path)), h("td", {}, said({ en: one.text, zh: one.text_zh }), h("small", { title: one.reason }, word("failure", one.reason)))))))) : emptyState(t("failures.none")));

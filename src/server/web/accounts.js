/* SPDX-License-Identifier: GPL-3.0-or-later */
// Accounts and tokens, as an admin keeps them; and everybody's own password.
import { get, post, put } from "./api.js";
import { askForm, emptyState, failed, field, notice } from "./dialog.js";
import { h, replace } from "./dom.js";
import { isAsked } from "./second.js";
import { moment, t, word } from "./text.js";

const roles = ["agent", "auditor", "lead", "hr", "admin"]; // of accounts; a recorder has a token
const tokenRoles = ["recorder", "admin"]; // what reads calls is given on the command line
const PASSWORD_MIN = 8;

const passwordInput = (name, attributes = {}) => h("input", { name, type: "password", minlength: name === "old" ? null : PASSWORD_MIN, maxlength: 1024, autocomplete: name === "old" ? "current-password" : "new-password", ...attributes });

/** Twice the same, or a refusal that says so. */
function same({ password, again }) {
  if (password !== again) throw new Error(t("account.notSame"));
  return password;
}

/** The own password; other sessions of the account end. Resolves to true when it was changed. */
export const changePassword = () => askForm(t("account.ownPassword"), [field(t("account.old"), passwordInput("old", { required: true, autofocus: true })), field(t("account.new"), passwordInput("password", { required: true }), t("account.passwordHint", { count: PASSWORD_MIN })),
  field(t("account.again"), passwordInput("again", { required: true }))], t("account.change"),
async (values) => {
  await post("session/password", { old: values.old, new: same(values) });
  notice(t("account.passwordChanged"));
  return true;
}).catch(failed);

/** Asks for an account, or for a change of `user`'s: somebody else confirms it, and is shown the password. */
function editUser(user = null) {
  const choice = h("select", { name: "role" }, roles.map((role) => h("option", { value: role, selected: role === (user?.role ?? "agent") }, word("role", role))));
  return askForm(user ? t("account.edit", { name: user.name }) : t("account.make"), [
    !user && field(t("login.name"), h("input", { name: "name", required: true, maxlength: 64, pattern: "[A-Za-z0-9._@\\-]{1,64}", autocomplete: "off", autofocus: true }), t("account.nameHint")),
    h("div.row", {}, field(t("account.role"), choice), field(t("account.person"), h("input", { name: "person", maxlength: 256, value: user?.person ?? "", autocomplete: "off" }), t("account.personHint"))),
    field(t("account.teams"), h("input", { name: "teams", value: user?.teams.join(", ") ?? "", autocomplete: "off" }), t("account.teamsHint")),
    user ? h("label.check", {}, h("input", { name: "reset", type: "checkbox" }), t("account.reset")) : null,
    h("p", {}, h("small", {}, t("account.bySecond")))],
  t("account.ask"), async (values) => isAsked(await put(`users/${encodeURIComponent(user?.name ?? values.name)}`, { role: values.role, ...(values.person ? { person: values.person } : {}), teams: values.teams.split(/[,，、]/).map((team) => team.trim()).filter(Boolean), ...(values.reset ? { reset: true } : {}) })));
}

const disable = (user) => askForm(t("account.disable"), [h("p", {}, t("account.disableSure", { name: user.name }))], t("account.disable"), async () => {
  await post(`users/${encodeURIComponent(user.name)}/disable`);
  notice(t("account.isDisabled"));
  return true;
});

const addToken = () => askForm(t("token.make"), [field(t("token.name"), h("input", { name: "name", required: true, maxlength: 64, pattern: "[A-Za-z0-9._@\\-]{1,64}", autofocus: true }), t("account.nameHint")),
  h("div.row", {}, field(t("account.role"), h("select", { name: "role" }, tokenRoles.map((role) => h("option", { value: role }, word("role", role))))), field(t("token.site"), h("input", { name: "site", maxlength: 64 }), t("token.siteHint")), field(t("token.days"), h("input", { name: "days", type: "number", min: 1, max: 3650, value: 365, required: true }))),
  field(t("token.addresses"), h("input", { name: "addresses", maxlength: 512, autocomplete: "off" }), t("token.addressesHint")), h("p", {}, h("small", {}, t("token.bySecond")))], t("account.ask"),
async ({ name, role, site, days, addresses }) => isAsked(await post("tokens", { name, role, days: Number(days), addresses: addresses.split(/[\s,，、]+/).filter(Boolean), ...(site ? { site } : {}) })));

const revoke = (token) => askForm(t("token.revoke"), [h("p", {}, t("token.revokeSure", { name: token.name }))], t("token.revoke"), async () => {
  await post(`tokens/${encodeURIComponent(token.name)}/revoke`);
  notice(t("token.isRevoked"));
  return true;
});

const table = (label, heads, rows) => h("div.tableScroll", { tabindex: 0, role: "region", "aria-label": label }, h("table", {}, h("thead", {}, h("tr", {}, heads.map((key) => h("th", { scope: "col" }, t(key))), h("th", { scope: "col" }, h("span.unseen", {}, t("account.actions"))))), h("tbody", {}, rows)));

const button = (words, act, load) => h("button", { type: "button", onclick: () => act().then((done) => done && load()).catch(failed) }, words);

function usersTable(who, users, load) {
  const state = (user) => (user.one_time_until && !user.disabled_at ? h("span.state", {}, t("account.oneTime", { when: moment(user.one_time_until) })) : user.disabled_at ? h("span.state.rejected", {}, t("account.disabledAt", { when: moment(user.disabled_at) })) : h("span.state.accepted", {}, t("account.inForce")));
  return table(t("account.title"), ["login.name", "account.role", "account.person", "account.teams", "flag.state"], users.map((user) => h("tr", {},
    h("td", {}, h("b", {}, user.name)), h("td", {}, word("role", user.role)), h("td", {}, user.person), h("td", {}, user.teams.length ? user.teams.join(", ") : t("team.all")), h("td", {}, state(user)),
    h("td.actionsCell", {}, button(t(user.disabled_at ? "account.enable" : "account.editShort"), () => editUser(user), load), !user.disabled_at && user.name !== who.name && button(t("account.disable"), () => disable(user), load)))));
}

const tokensTable = (tokens, load) => table(t("token.title"), ["token.name", "account.role", "token.site", "token.addresses", "account.since", "token.expires", "token.used", "flag.state"], tokens.map((token) => h("tr", {},
  h("td", {}, h("b", {}, token.name)), h("td", {}, word("role", token.role)), h("td", {}, token.site || "–"), h("td", {}, token.addresses.join(", ") || "–"), h("td", {}, moment(token.created_at)), h("td", {}, token.expires_at ? moment(token.expires_at) : "–"), h("td", {}, token.last_used_at ? moment(token.last_used_at) : "–"),
  h("td", {}, token.revoked_at ? h("span.state.rejected", {}, t("token.revokedAt", { when: moment(token.revoked_at) })) : h("span.state.accepted", {}, t("account.inForce"))),
  h("td.actionsCell", {}, !token.revoked_at && button(t("token.revoke"), () => revoke(token), load)))));

/** The panels of accounts and of tokens. */
export async function accountPanels(who) {
  const people = h("div");
  const machines = h("div");
  const loadUsers = async () => replace(people, usersTable(who, (await get("users")).users, loadUsers));
  const loadTokens = async () => { const { tokens } = await get("tokens"); replace(machines, tokens.length ? tokensTable(tokens, loadTokens) : emptyState(t("token.none"))); };
  await Promise.all([loadUsers(), loadTokens()]);
  const head = (words, make, act, load) => h("div.between", {}, h("h2", {}, t(words)), h("button.primary", { type: "button", onclick: () => act().then((done) => done && load()).catch(failed) }, t(make)));
  return [h("section.panel", {}, head("account.title", "account.make", () => editUser(), loadUsers), people),
    h("section.panel", {}, head("token.title", "token.make", addToken, loadTokens), h("p", {}, h("small", {}, t("token.lead"))), machines)];
}

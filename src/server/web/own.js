/* SPDX-License-Identifier: GPL-3.0-or-later */
// The own account: password, second factor, and where one is logged in.
import { changePassword } from "./accounts.js";
import { get, keepSession, post, remove } from "./api.js";
import { askForm, failed, field, notice, showDialog } from "./dialog.js";
import { h, replace } from "./dom.js";
import { moment, t } from "./text.js";

const MARGIN = 4; // light around a QR code, in its own squares

const codeInput = (attributes = {}) => h("input", { name: "code", inputmode: "numeric", pattern: "[0-9]{6}", maxlength: 6, autocomplete: "one-time-code", required: true, ...attributes });
const passwordInput = () => h("input", { name: "password", type: "password", autocomplete: "current-password", required: true, maxlength: 1024, autofocus: true });

/** Rows of "0" and "1" as a picture, dark on light in either theme: telephones read nothing else. */
function picture(rows) {
  const space = "http://www.w3.org/2000/svg";
  const size = rows.length + 2 * MARGIN;
  const svg = document.createElementNS(space, "svg");
  const squares = document.createElementNS(space, "path");
  for (const [key, value] of Object.entries({ viewBox: `0 0 ${size} ${size}`, role: "img", "aria-label": t("own.qr"), class: "qr" })) svg.setAttribute(key, value);
  squares.setAttribute("d", rows.flatMap((row, y) => [...row].map((square, x) => square === "1" ? `M${x + MARGIN} ${y + MARGIN}h1v1h-1z` : "")).join(""));
  svg.append(squares);
  return svg;
}

async function setUp() {
  const made = await askForm(t("own.setUp"), [h("p", {}, t("own.setUpLead")), field(t("login.password"), passwordInput())], t("do.next"), ({ password }) => post("session/second-factor", { password }));
  if (!made) return false;
  return askForm(t("own.setUp"), [h("p", {}, t("own.scan")), picture(made.qr), field(t("own.secret"), h("input", { readonly: true, value: made.secret, onfocus: (event) => event.target.select() })), field(t("login.code"), codeInput({ autofocus: true }))],
    t("own.confirm"), async ({ code }) => {
      await post("session/second-factor/confirm", { code });
      notice(t("own.isOn"));
      return true;
    });
}

const takeOff = () => askForm(t("own.takeOff"), [h("p", {}, t("own.takeOffLead")), field(t("login.password"), passwordInput()), field(t("login.code"), codeInput())], t("own.takeOff"), async (values) => {
  await post("session/second-factor/off", values);
  notice(t("own.isOff"));
  return true;
});

const row = (one, load) => h("tr", {}, h("td", {}, one.address || "–"), h("td", {}, h("small", {}, one.browser || "–")), h("td", {}, moment(one.since)), h("td", {}, moment(one.seen)),
  h("td.actionsCell", {}, one.current ? h("span.state.accepted", {}, t("own.thisOne")) : h("button", { type: "button", onclick: () => remove(`session/list/${one.session}`).then(load, failed) }, t("own.end"))));

async function showSessions(place) {
  const { sessions } = await get("session/list");
  replace(place, h("table", {}, h("thead", {}, h("tr", {}, ["audit.address", "own.browser", "account.since", "own.seen"].map((key) => h("th", { scope: "col" }, t(key))), h("th", { scope: "col" }, h("span.unseen", {}, t("account.actions"))))),
    h("tbody", {}, sessions.map((one) => row(one, () => showSessions(place).catch(failed))))));
}

/** Everything about the own account; `changed` gets the identity when that is another one afterwards. */
export async function ownAccount(who, changed = () => {}) {
  const sessions = h("div.tableScroll", { tabindex: 0, role: "region", "aria-label": t("own.sessions") });
  const then = (act) => () => { dialog.close(); act().then(async (done) => { if (!done) return; const identity = await get("session"); keepSession(identity); changed(identity); }).catch(failed); };
  const factor = who.second_factor === "on" ? h("button", { type: "button", onclick: then(takeOff) }, t("own.takeOff")) : h("button.primary", { type: "button", onclick: then(setUp) }, t("own.setUp"));
  const dialog = showDialog(t("own.title", { name: who.name }), [
    h("p", {}, h("button", { type: "button", onclick: () => { dialog.close(); changePassword(); } }, t("account.ownPassword"))),
    h("h3", {}, t("own.factor")), h("p", { role: who.second_factor === "required" ? "alert" : null }, t(`own.${who.second_factor}`)), h("p", {}, factor),
    h("h3", {}, t("own.sessions")), sessions]);
  await showSessions(sessions).catch(failed);
}

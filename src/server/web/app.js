/* SPDX-License-Identifier: GPL-3.0-or-later */
// Start: who is asking, the frame around every page, and which page the address names.
import { changePassword } from "./accounts.js";
import { get, keepSession, ownName, Refusal, remove, whenSessionLost } from "./api.js";
import { fill, showDialog } from "./dialog.js";
import { h, replace } from "./dom.js";
import { choose, chosen, pauseInWriting } from "./kept.js";
import { showKeys, useKeys } from "./keys.js";
import { currentLanguage, setLanguage, t } from "./text.js";
import { logInOver, showLogIn } from "./login.js";
import { tellRefused } from "./decide.js";
import { sendRest } from "./outbox.js";

/** A page's module is fetched when it is first shown. */
const of = (file, name) => async (context) => (await import(`./${file}.js`))[name](context);

// path: the address after "#/"; roles: who sees it in the bar (others may not ask the server for it either).
const pages = [
  { path: "flags", roles: ["lead", "auditor", "agent"], show: of("queue", "queuePage") },
  { path: "calls", roles: ["lead", "auditor", "agent", "hr"], show: of("calls", "callsPage") },
  { path: "objections", roles: ["lead", "auditor", "agent"], show: of("objections", "objectionsPage") },
  { path: "team", roles: ["lead", "auditor", "agent", "hr"], show: of("team", "teamPage") },
  { path: "coaching", roles: ["lead", "agent"], show: of("coaching", "coachingPage") },
  { path: "appraisal", roles: ["hr", "lead", "agent"], show: of("appraisal/round", "appraisalPage") },
  { path: "samples", roles: ["lead", "auditor"], show: of("samples", "samplesPage") },
  { path: "calibration", roles: ["lead", "auditor"], show: of("calibration", "calibrationPage") },
  { path: "rules", roles: ["lead"], show: of("rules", "rulesPage") },
  { path: "export", roles: ["lead", "hr"], show: of("export", "exportPage") },
  { path: "admin", roles: ["admin"], show: of("admin", "adminPage") },
  { path: "call", roles: [], show: of("call", "callPage") },
  { path: "person", roles: [], show: of("team", "personPage") },
];

let who = null;
let leave = () => {};

function keepTheme(name) {
  if (name) localStorage.setItem("callqa.theme", name);
  const theme = localStorage.getItem("callqa.theme") ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  document.documentElement.dataset.theme = theme;
  return theme;
}

function switches() {
  const other = currentLanguage() === "en" ? "zh-CN" : "en";
  return [
    h("button.plain", { type: "button", lang: other, onclick: async () => { await setLanguage(other); start(who); } },
      other === "en" ? "English" : "中文"),
    h("button.plain", { type: "button", onclick: () => { keepTheme(keepTheme() === "dark" ? "light" : "dark"); start(who); } },
      t(keepTheme() === "dark" ? "theme.light" : "theme.dark")),
  ];
}

/** "#/call/12?flag=3" → {name: "call", part: "12", query: {flag: "3"}}. */
function readAddress() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const [name, ...rest] = path.split("/");
  return { name, part: decodeURIComponent(rest.join("/")), query: Object.fromEntries(new URLSearchParams(query)) };
}

/** Agents see themselves where others see a team. */
const nameOf = (path) => t(path === "team" && who.role === "agent" ? "page.own" : `page.${path}`);

function bar(active) {
  const mine = pages.filter(({ roles }) => roles.includes(who.role));
  const link = ({ path }) => h("a", { href: `#/${path}`, "aria-current": path === active ? "page" : null }, nameOf(path), h("span.waits", { "data-waits": path, hidden: true }));
  const menu = h("button.plain.menu", { type: "button", "aria-expanded": "false", "aria-controls": "pages", onclick: () => menu.setAttribute("aria-expanded", String(menu.getAttribute("aria-expanded") !== "true")) },
    nameOf(active) || t("nav.label"), " ▾");
  return h("header.bar", {},
    h("a.brand", { href: "#/" }, h("img", { src: "web/icon.svg", alt: "", width: 22, height: 22 }), "callqa"),
    menu, h("nav", { id: "pages", "aria-label": t("nav.label") }, mine.map(link)),
    h("div.tools", {}, h("button.plain.forKeys", { type: "button", onclick: showKeys, title: t("keys.title") }, h("kbd", {}, "?")), switches(),
      h("button.plain.who", { type: "button", title: t("own.title", { name: who.name }), onclick: showOwn }, who.name, h("small", {}, t(`role.${who.role}`))),
      h("button.plain", { type: "button", onclick: logOut }, t("do.logOut"))));
}

const showOwn = async () => (await import("./own.js")).ownAccount(who, start);

/** How much waits for this person, in the menu. */
async function showWaiting() {
  const { objections, follow_ups, samples, evaluations } = await get("waiting").catch(() => ({}));
  for (const [path, n] of [["objections", objections], ["coaching", follow_ups], ["samples", samples], ["appraisal", evaluations]]) {
    const place = document.querySelector(`[data-waits="${path}"]`);
    if (!place) continue;
    place.hidden = !n;
    replace(place, n ? [String(n), h("span.unseen", {}, " ", t("nav.waits", { n }))] : "");
  }
}

async function showPage() {
  const { name, part, query } = readAddress();
  const page = pages.find(({ path }) => path === name) ?? pages.find(({ roles }) => roles.includes(who.role));
  leave();
  leave = () => {};
  useKeys([]);
  const main = h("main", { id: "main", tabindex: "-1" });
  replace(document.body, h("a.skip", { href: "#main", onclick: (event) => { event.preventDefault(); main.focus(); } }, t("nav.skip")),
    bar({ call: "calls", person: "team" }[page.path] ?? page.path), main, document.querySelector(".notices")); // what was just done is still to be read
  document.title = `${nameOf(page.path)} – callqa`;
  const context = { who, part, query, onLeave: (f) => { leave = f; } };
  const mayAsk = page.roles.includes(who.role) || !page.roles.length;
  if (document.activeElement === document.body) main.focus({ preventScroll: true });
  showWaiting();
  await fill(main, async () => {
    if (!mayAsk) throw new Refusal(403, t("sight.role", { page: nameOf(page.path), role: t(`role.${who.role}`) }));
    return page.show(context);
  });
  if (main.isConnected) titled(main, page);
}

/** The window is named by what it shows, and reading goes on there. */
function titled(main, page) {
  const heading = main.querySelector("h1")?.textContent.trim();
  document.title = [heading, heading === nameOf(page.path) ? "" : nameOf(page.path), "callqa"].filter(Boolean).join(" – ");
  if (document.activeElement === document.body) main.focus({ preventScroll: true });
}

let over = null;

/** The session has ended under the page: it is begun again over it, so that nothing on it is lost. True: by the same person. */
function begunAgain(other) {
  const { name } = who;
  over ??= pauseInWriting().then(() => logInOver(name, other)).then((identity) => {
    over = null;
    const isSame = identity?.name === name;
    if (isSame && !identity.one_time_password) keepSession(identity);
    else start(identity);
    return isSame;
  });
  return over;
}

/** Whose session this browser has, where it is somebody else's: who has logged in in another window is not whom this one shows. */
async function elseHere() {
  const identity = who && await get("session").catch(() => null);
  return identity && identity.name !== who.name ? identity.name : null;
}

/** Where somebody else is logged in by now, nothing goes on in their name: one logs in again, over the page. */
async function checkSelf() {
  const other = over ? null : await elseHere();
  if (other) await begunAgain(other);
}

const AGAIN_MS = 2000;
const isAnswered = ({ status }) => status > 0 && status < 500;

/** Ends the session, however long that takes: until the server has heard it, whoever sits down here next would be logged in. */
async function endSession() {
  choose("leaving", ownName());
  let dialog = null;
  let stays = false;
  while (!stays && !await remove("session").then(() => true, isAnswered)) {
    dialog ??= showDialog(t("logOut.not"), h("p", { role: "alert" }, t("logOut.why")));
    await new Promise((resolve) => {
      dialog.addEventListener("close", () => { stays = true; resolve(); }, { once: true });
      setTimeout(resolve, AGAIN_MS);
    });
  }
  dialog?.close();
  choose("leaving", null);
  return !stays;
}

async function logOut() {
  if (await endSession()) start(null);
}

/** Who is logged in as the window is loaded. Who had wanted to be logged out before is, first of all. */
async function whoIsHere() {
  const identity = await get("session").catch(() => null);
  if (!identity || chosen("leaving") !== identity.name) return identity;
  keepSession(identity);
  return await endSession() ? null : identity;
}

/** Who logs in with a password that others have seen sets the own one, before anything else. */
async function setOwnPassword() {
  document.title = `${t("login.title")} – callqa`;
  replace(document.body, h("div.login", {}, h("main", {}, h("h1", {}, t("account.ownPassword")), h("p", {}, t("account.given")),
    h("p", {}, h("button.primary", { type: "button", onclick: setOwnPassword }, t("account.ownPassword")), " ", h("button", { type: "button", onclick: logOut }, t("do.logOut"))))));
  if (await changePassword()) start(await get("session"));
}

/** Shows the page for `identity`, or the log-in. */
function start(identity) {
  who = identity;
  keepSession(identity);
  keepTheme();
  if (who?.one_time_password) {
    setOwnPassword();
    return;
  }
  if (who) {
    showPage();
    sendRest(tellRefused);
    if (who.second_factor === "required") showOwn();
    return;
  }
  leave();
  leave = () => {};
  useKeys([]);
  document.title = `${t("login.title")} – callqa`;
  replace(document.body, showLogIn(switches(), (identity) => {
    choose("leaving", null);
    start(identity);
  }));
}

keepTheme();
await setLanguage();
whenSessionLost(() => (who ? begunAgain() : false), async () => {
  const other = await elseHere();
  return other ? begunAgain(other) : null;
});
addEventListener("hashchange", () => who && showPage());
addEventListener("focus", checkSelf);
document.addEventListener("visibilitychange", () => document.hidden || checkSelf());
start(await whoIsHere());

/* SPDX-License-Identifier: GPL-3.0-or-later */
import { get, keepSession, post, Refusal } from "./api.js";
import { field } from "./dialog.js";
import { h, replace } from "./dom.js";
import { t } from "./text.js";

/** Browsers keep the session's cookie over HTTPS alone: whether this one did shows when it is asked who it is. */
async function checkCookie() {
  await get("session").catch((error) => { throw error.status === 401 ? new Refusal(0, t("login.https")) : error; });
}

/** The form to log in with; `done` gets the identity. `name`: who it is, if that is known. */
function form(done, name = "") {
  const problem = h("p.problem", { role: "alert" });
  const code = h("input", { name: "code", inputmode: "numeric", pattern: "[0-9]{6}", maxlength: 6, autocomplete: "one-time-code", disabled: true });
  const codeField = field(t("login.code"), code, t("login.codeHint"));
  codeField.hidden = true;
  const askCode = () => {
    codeField.hidden = code.disabled = false;
    code.required = true;
    code.value = "";
    code.focus();
  };
  const button = h("button.primary", { type: "submit" }, t("login.do"));
  const send = async (event) => {
    event.preventDefault();
    const given = Object.fromEntries(new FormData(event.target));
    button.disabled = true;
    replace(problem);
    try {
      const identity = await post("session", { name: given.name, password: given.password, ...(given.code ? { code: given.code } : {}) });
      keepSession(identity);
      await checkCookie();
      done(identity);
    } catch (error) {
      button.disabled = false;
      if (error.type === "second-factor") return askCode();
      replace(problem, error.status === 401 ? t(code.required ? "login.wrongCode" : "login.wrong") : error.message);
    }
  };
  return h("form", { onsubmit: send },
    field(t("login.name"), h("input", { name: "name", value: name, autocomplete: "username", required: true, maxlength: 64, autofocus: !name })),
    field(t("login.password"), h("input", { name: "password", type: "password", autocomplete: "current-password", required: true, autofocus: Boolean(name) })),
    codeField, problem, button);
}

/** On a server without any account, how the first one is made: only there, on its own machine. */
async function firstAccount(place) {
  const { accounts } = await get("health").catch(() => ({}));
  if (accounts === false)
    replace(place, h("h2", {}, t("login.first")), h("p", {}, t("login.firstHow")), h("pre", {}, "sudo -u callqa-server callqa-server user add NAME --role admin \\\n  --password-file - --config /etc/callqa/callqa-server.yaml"), h("p", {}, t("login.firstThen")));
}

/** The log-in; `done` gets the identity. */
export function showLogIn(switches, done) {
  const first = h("section.first");
  firstAccount(first);
  return h("div.login", {},
    h("main", {}, h("h1", {}, h("img", { src: "web/icon.svg", alt: "", width: 40, height: 40 }), "callqa"),
      h("p", {}, t("login.lead")), form(done), first),
    h("footer.tools", {}, switches));
}

/** The log-in over the page at hand, which stays as it is; `other`: who has logged in in another window meanwhile. Resolves to the identity; null when somebody else is wanted. */
export function logInOver(name, other) {
  return new Promise((resolve) => {
    const end = (identity) => {
      resolve(identity);
      dialog.close();
    };
    const dialog = h("dialog.over", { "aria-labelledby": "over-title", oncancel: (event) => event.preventDefault(), onclose: () => dialog.remove() },
      h("h2", { id: "over-title" }, t("login.over")), h("p", {}, other ? t("login.overOther", { other, name }) : t("login.overWhy")), form(end, name),
      h("button.plain", { type: "button", onclick: () => end(null) }, t("login.else")));
    document.body.append(dialog);
    dialog.showModal();
    dialog.querySelector("[name=password]").focus();
  });
}

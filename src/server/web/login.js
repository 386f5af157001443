/* SPDX-License-Identifier: GPL-3.0-or-later */
import { keepSession, post } from "./api.js";
import { field } from "./dialog.js";
import { h, replace } from "./dom.js";
import { t } from "./text.js";

/** The log-in; `done` gets the identity. */
export function showLogIn(switches, done) {
  const problem = h("p.problem", { role: "alert" });
  const button = h("button.primary", { type: "submit" }, t("login.do"));
  const send = async (event) => {
    event.preventDefault();
    const { name, password } = Object.fromEntries(new FormData(event.target));
    button.disabled = true;
    replace(problem);
    try {
      const identity = await post("session", { name, password });
      keepSession(identity);
      done(identity);
    } catch (error) {
      replace(problem, error.status === 401 ? t("login.wrong") : error.message);
      button.disabled = false;
    }
  };
  return h("div.login", {},
    h("main", {}, h("h1", {}, h("img", { src: "web/icon.svg", alt: "", width: 40, height: 40 }), "callqa"),
      h("p", {}, t("login.lead")),
      h("form", { onsubmit: send },
        field(t("login.name"), h("input", { name: "name", autocomplete: "username", required: true, maxlength: 64, autofocus: true })),
        field(t("login.password"), h("input", { name: "password", type: "password", autocomplete: "current-password", required: true })),
        problem, button)),
    h("footer.tools", {}, switches));
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
// What changes something that was decided is asked for by one person, and confirmed by another.
import { get, post } from "./api.js";
import { failed, notice, showDialog } from "./dialog.js";
import { h, replace } from "./dom.js";
import { moment, said, t } from "./text.js";

/** Whether an answer says that a second person is waited for; the user is told. */
export function isAsked(answer) {
  if (!answer?.asked) return false;
  notice(t("second.asked"));
  return true;
}

/** What whoever confirms is shown, this once: a new account's password, or a token. */
async function showSecret({ name, password, token }) {
  const secret = h("input.token", { readonly: true, value: password ?? token, "aria-label": t(password ? "login.password" : "token.one"), onfocus: (event) => event.target.select() });
  const dialog = showDialog(t(password ? "account.edit" : "token.made", { name }), [h("p", {}, t(password ? "account.once" : "token.once")), secret], []);
  secret.focus();
  await new Promise((resolve) => dialog.addEventListener("close", resolve));
}

/** What waits for a second person; nothing is shown while nothing does. */
export function askedPanel() {
  const panel = h("section.panel", { hidden: true });
  const answer = async (one, step) => {
    const done = await post(`asked/${one.asked}/${step}`);
    notice(t(`second.${step}.done`));
    if (done?.password || done?.token) await showSecret(done);
    await show();
  };
  const button = (one, step) => h("button", { type: "button", onclick: () => answer(one, step).catch(failed) }, t(`second.${step}`));
  const show = async () => {
    const { asked } = await get("asked");
    panel.hidden = !asked.length;
    replace(panel, h("h2", {}, t("second.title")), h("p", {}, h("small", {}, t("second.lead"))), h("ul.events", {}, asked.map((one) => h("li", {}, h("div.between", {}, h("b", {}, said(one.why)),
      h("small", {}, [one.by, moment(one.at)].join(" · ")), h("span.spacer"), button(one, "confirm"), button(one, "withdraw"))))));
  };
  show().catch(failed);
  return panel;
}

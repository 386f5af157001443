/* SPDX-License-Identifier: GPL-3.0-or-later */
// What changes something that was decided is asked for by one person, and confirmed by another.
import { get, post } from "./api.js";
import { failed, notice } from "./dialog.js";
import { h, replace } from "./dom.js";
import { moment, said, t } from "./text.js";

/** Whether an answer says that a second person is waited for; the user is told. */
export function isAsked(answer) {
  if (!answer?.asked) return false;
  notice(t("second.asked"));
  return true;
}

/** What waits for a second person; nothing is shown while nothing does. */
export function askedPanel() {
  const panel = h("section.panel", { hidden: true });
  const answer = async (one, step) => {
    await post(`asked/${one.asked}/${step}`);
    notice(t(`second.${step}.done`));
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

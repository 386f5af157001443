/* SPDX-License-Identifier: GPL-3.0-or-later */
// Comments on a call, of the whole of it or of a second.
import { callPath, post } from "./api.js";
import { failed } from "./dialog.js";
import { h, replace } from "./dom.js";
import { keepDraft } from "./kept.js";
import { clock, moment, t } from "./text.js";

export class CallRemarks {
  /** `sound`: the call's CallSound, whose lanes mark them and whose play head they may stand at. */
  constructor({ call, comments, sound }) {
    Object.assign(this, { call, sound });
    this.element = h("section");
    this.show(comments);
  }

  focus() {
    this.element.querySelector("textarea").focus();
  }

  show(comments) {
    this.sound.lanes.showRemarks(comments.filter(({ position_ms }) => position_ms !== null));
    const form = this.form();
    replace(this.element, h("h2", {}, t("call.comments")), h("ol.remarks", {}, comments.map((one) => this.line(one))), form);
    this.forget = keepDraft(form, `remark.${this.call}`);
  }

  line({ by, at, position_ms, text }) {
    const play = () => {
      this.sound.player.seek(position_ms);
      this.sound.playOn();
    };
    return h("li", {}, h("b", {}, by), h("small", {}, moment(at)), position_ms !== null && h("button.chip", { type: "button", onclick: play }, clock(position_ms)), h("p", {}, text));
  }

  form() {
    return h("form.remark", { onsubmit: (event) => { event.preventDefault(); this.send(event.target).catch(failed); } },
      h("textarea", { name: "text", rows: 2, maxlength: 4000, required: true, "aria-label": t("call.comment") }),
      h("div.between", {}, h("label.check", {}, h("input", { type: "checkbox", name: "here", value: "1", checked: true }), " ", t("call.commentHere")), h("button", { type: "submit" }, t("do.comment"))));
  }

  async send(form) {
    const { text, here } = Object.fromEntries(new FormData(form));
    const { comments } = await post(callPath(this.call, "/comments"), { text, position_ms: here ? Math.round(this.sound.player.now) : null });
    this.forget();
    this.show(comments);
  }
}

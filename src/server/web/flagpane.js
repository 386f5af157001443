/* SPDX-License-Identifier: GPL-3.0-or-later */
// The flag at hand, beside the queue: its strip, its sound, what it costs, and what can be done about it.
import { agentOf } from "./agent.js";
import { groundLine } from "./bears.js";
import { claimChip } from "./claims.js";
import { flagWords, mayDecide, pointsOf, severityChip, stateChip, totalOf } from "./decide.js";
import { failed } from "./dialog.js";
import { h, icons, replace, settled, svgIcon } from "./dom.js";
import { choose, chosen } from "./kept.js";
import { isSettled, mayObject, objectionChip, objectionPart, settleWords } from "./objected.js";
import { drawStrip, peaksNow, peaksOf } from "./peaks.js";
import { heardOf, partsOf, Player, speeds, whyNot } from "./player.js";
import { reasons, reasonTitle, reasonWords } from "./reasons.js";
import { titleOf } from "./rule.js";
import { clock, moment, number, share, siteTime, t } from "./text.js";

const AROUND_MS = 6000;

export const fact = (key, value) => [h("dt", {}, t(key)), h("dd", {}, value)];

export const keyButton = (key, words, act, kind = "") => h(`button${kind}`, { type: "button", onclick: act }, words, h("kbd", { "aria-hidden": "true" }, key));

export class FlagPane {
  /** `acts`: {confirm, overturn, overturnFor(code), change, reopen, object, settle}, each decides on the flag at hand; heard() is told that it is being played; target(): its call's address. */
  constructor({ who, acts, target }) {
    Object.assign(this, { who, acts, target });
    this.element = h("div.pane", { role: "region", "aria-label": t("queue.pane") });
    this.player = new Player({ onTime: () => this.draw(), onChange: () => this.showPlaying() });
    this.showStripSoon = settled(() => this.showStrip(), 120);
    this.goesOn = chosen("goesOn", true);
  }

  leave() {
    this.player.destroy();
  }

  /** Shows `flag`, and `next`: what will be heard after it. */
  show(flag, next) {
    Object.assign(this, { flag, next });
    if (!flag) {
      this.player.pause();
      replace(this.element, h("p.empty", {}, t("queue.pickOne")));
      return;
    }
    this.player.pause();
    this.player.load(flag.call.number);
    this.refresh();
  }

  /** The same flag, after something about it has changed. */
  refresh() {
    const { flag } = this;
    this.strip = h("canvas.strip", { role: "img", "aria-label": t("queue.strip", { from: clock(flag.start_ms), to: clock(flag.end_ms) }) });
    this.playButton = h("button.round", { type: "button", onclick: () => this.playOrPause() });
    this.time = h("span.time");
    replace(this.element,
      h("h2", {}, flagWords(flag)), groundLine(flag),
      h("p.tags", {}, severityChip(flag), stateChip(flag), objectionChip(flag), claimChip(flag), h("span", { title: flag.rule }, titleOf(flag)), flag.automatic_fail && h("span.severity.critical", {}, t("flag.automaticFail"))),
      objectionPart(flag, this.who), this.strip, this.transport(), this.decisions(), this.facts());
    this.showPlaying();
    this.peaks = peaksNow(flag.call.number);
    this.draw();
    this.showStripSoon();
  }

  transport() {
    const { flag } = this;
    this.speed = h("select.speed", { "aria-label": t("call.speed"), onchange: (event) => this.player.setSpeed(Number(event.target.value)) },
      speeds.map((value) => h("option", { value, selected: value === chosen("speed", 1) }, `${number(value)}×`)));
    const goesOn = h("label.check", {}, h("input", { type: "checkbox", checked: this.goesOn, onchange: (event) => { this.goesOn = event.target.checked; choose("goesOn", this.goesOn); } }), " ", t("queue.goesOn"));
    const isCut = partsOf(flag).length > 1;
    return [h("div.transport", {}, this.playButton, this.time, this.speed, isCut && keyButton("e", t("do.playAll"), () => this.play({ whole: true }))),
      h("div.transport", {}, mayDecide(this.who) && goesOn, h("small", {}, t(isCut ? "queue.edges" : "queue.leadIn")))];
  }

  decisions() {
    const { acts, flag, who } = this;
    if (!mayDecide(who)) return mayObject(flag) ? h("div.decide", {}, keyButton("x", t("do.object"), acts.object)) : null;
    if (isSettled(flag)) return who.role === "lead" && h("div.decide", {}, keyButton("s", settleWords(flag), acts.settle));
    return [h("div.decide", {}, keyButton("c", t("do.confirm"), acts.confirm, ".confirm"), keyButton("o", t("do.overturn"), acts.overturn, ".overturn"),
      keyButton("p", t("do.change"), acts.change), flag.state !== "open" && keyButton("u", t("do.reopen"), acts.reopen),
      who.role === "lead" && flag.objection && keyButton("s", settleWords(flag), acts.settle, ".primary")),
    flag.state === "open" && h("ul.codes", { "aria-label": t("reason.codes") }, reasons().map(({ code }, i) => h("li", {}, keyButton(String(i + 1), reasonTitle(code), () => acts.overturnFor(code), ".plain"))))];
  }

  facts() {
    const { flag } = this;
    const { call } = flag;
    return h("dl.facts", {},
      fact("flag.points", pointsOf(flag)), fact("call.total", h("span", {}, totalOf(call))), fact("flag.confidence", share(flag.confidence)),
      fact("flag.person", agentOf(call, call.person) ?? "–"), call.team && fact("flag.team", call.team), call.queue && fact("flag.queue", call.queue),
      fact("flag.call", h("a", { href: this.target() }, siteTime(call.started_at), " · ", clock(call.duration_ms))),
      flag.decided_by && fact("flag.decided", t("flag.decidedBy", { who: flag.decided_by, when: moment(flag.decided_at) })),
      (flag.reason || flag.reason_code) && fact("decide.reason", reasonWords(flag)), flag.author && fact("flag.author", flag.author));
  }

  async showStrip() {
    const { flag, strip, next } = this;
    try {
      const peaks = await peaksOf(flag.call.number);
      if (flag !== this.flag) return;
      this.peaks = peaks;
      this.draw();
      if (next) peaksOf(next.call.number).catch(() => {}); // what the server has to render of it is done by the time somebody listens
    } catch (error) {
      if (flag === this.flag) strip.replaceWith(h("p.problem.block", {}, error.message));
    }
  }

  draw() {
    const { flag } = this;
    if (!flag || !this.peaks || !this.strip?.isConnected) return;
    const from = Math.max(0, flag.start_ms - AROUND_MS);
    const head = this.player.audio.currentTime ? this.player.now : null;
    drawStrip(this.strip, this.peaks, from, Math.min(flag.call.duration_ms, flag.end_ms + AROUND_MS), flag, head);
    this.time.textContent = `${clock(this.player.now, true)} / ${clock(flag.call.duration_ms)}`;
  }

  showPlaying() {
    if (!this.playButton) return;
    const playing = this.player.isPlaying;
    replace(this.playButton, svgIcon(playing ? icons.pause : icons.play));
    this.playButton.setAttribute("aria-label", t(playing ? "do.pause" : "do.playFlag"));
  }

  /** Plays the flag; of somebody who works through the list, what comes next is fetched meanwhile. */
  async play(how) {
    const { flag, next } = this;
    if (!flag) return;
    try {
      this.acts.heard();
      await this.player.playFlag(flag, how);
      if (next && this.goesOn && mayDecide(this.who)) this.player.ahead(next.call.number, partsOf(next)[0][0]);
    } catch (error) {
      failed({ message: (await whyNot(flag.call.number)) ?? error.message });
    }
  }

  playOrPause() {
    if (this.player.isPlaying) this.player.pause();
    else this.play();
  }

  changeSpeed(by) {
    this.player.changeSpeed(by);
    if (this.speed) this.speed.value = String(chosen("speed", 1));
  }

  /** How long hearing a flag takes, in ms of the listener's. */
  static listenMs(flag) {
    return heardOf(flag) / chosen("speed", 1);
  }
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
// The same flags judged blind by several people, and how far they agree.
import { callPath, get, post } from "./api.js";
import { askForm, emptyState, failed, field, notice } from "./dialog.js";
import { h, icons, replace, svgIcon } from "./dom.js";
import { useKeys } from "./keys.js";
import { goTo } from "./period.js";
import { drawStrip, peaksOf } from "./peaks.js";
import { Player } from "./player.js";
import { titleOf } from "./rule.js";
import { clock, fixed, number, t } from "./text.js";

const AROUND_MS = 6000;

export async function calibrationPage({ who, part, onLeave }) {
  const session = part || sessionStorage.getItem("callqa.calibration") || "";
  if (session) sessionStorage.setItem("callqa.calibration", session);
  const form = h("form.filters", { onsubmit: (event) => { event.preventDefault(); goTo(`calibration/${encodeURIComponent(new FormData(form).get("session"))}`, {}); } },
    field(t("calibration.session"), h("input", { name: "session", value: session, required: true, maxlength: 64, size: 16 })), h("button", { type: "submit" }, t("calibration.open")),
    who.role === "lead" && h("button.primary", { type: "button", onclick: () => make().then((name) => name && goTo(`calibration/${encodeURIComponent(name)}`, {})) }, t("calibration.make")));
  const place = h("div");
  if (session) {
    const [{ flags }, agreement] = await Promise.all([get(`calibrations/${encodeURIComponent(session)}`), who.role === "lead" ? get(`calibrations/${encodeURIComponent(session)}/agreement`) : null]);
    const judging = new Judging(session, flags);
    onLeave(() => judging.leave());
    replace(place, flags.length ? judging.element : h("div.panel", {}, emptyState(t("calibration.noSession"))), agreement && flags.length > 0 && agreementPanel(agreement, new Map(flags.map((one) => [one.rule, titleOf(one)]))));
  } else {
    replace(place, h("div.panel", {}, emptyState(t("calibration.choose"))));
  }
  return h("div", {}, h("div.pageHead", {}, h("div", {}, h("h1", {}, t("page.calibration")), h("p", {}, t("calibration.lead"))), form), place);
}

class Judging {
  constructor(session, flags) {
    this.session = session;
    this.flags = flags;
    this.player = new Player({ onTime: () => this.draw(), onChange: () => this.showPlaying() });
    this.pane = h("div.judge");
    this.list = h("ol.judgeList", { "aria-label": t("page.flags") });
    this.element = h("section.panel.judging", {}, this.list, this.pane);
    useKeys([{ key: "j", does: "key.next", run: () => this.step(1) }, { key: "k", does: "key.previous", run: () => this.step(-1) }, { key: " ", does: "key.play", run: () => this.playOrPause() },
      { key: "s", does: "key.stands", run: () => this.judge("stands") }, { key: "d", does: "key.standsNot", run: () => this.judge("does_not_stand") }]);
    if (flags.length) this.choose(Math.max(0, flags.findIndex(({ judged }) => !judged))).catch(failed);
  }

  leave() {
    this.player.destroy();
  }

  get one() {
    return this.flags[this.at];
  }

  step(by) {
    if (this.flags[this.at + by]) this.choose(this.at + by).catch(failed);
  }

  async choose(at) {
    this.at = at;
    this.player.pause();
    this.peaks = null;
    replace(this.list, this.flags.map((one, i) => h("li", {}, h("button.plain", { type: "button", "aria-current": i === at ? "true" : null, onclick: () => this.choose(i).catch(failed) }, h("span", {}, t("calibration.flag", { n: i + 1 })), h("span", {}, titleOf(one)), one.judged ? h("span.state.confirmed", {}, t("calibration.judged")) : null))));
    const { one } = this;
    // Only where it lies: what others decided about it must not be seen before the verdict.
    const { flags } = await get(callPath(one.call, "/flags"));
    const flag = flags.find(({ flag: id }) => id === one.flag);
    if (this.one !== one || !flag) return;
    this.span = flag;
    this.player.load(one.call);
    this.strip = h("canvas.strip", { role: "img", "aria-label": t("queue.strip", { from: clock(flag.start_ms), to: clock(flag.end_ms) }) });
    this.playButton = h("button.round", { type: "button", onclick: () => this.playOrPause() });
    this.time = h("span.time", {}, clock(flag.start_ms, true));
    const verdict = (value, key, kind) => h(`button${kind}`, { type: "button", disabled: one.judged, onclick: () => this.judge(value) }, t(`verdict.${value}`), h("kbd", { "aria-hidden": "true" }, key));
    replace(this.pane, h("h2", {}, titleOf(one), " ", `${clock(flag.start_ms)}–${clock(flag.end_ms)}`), this.strip, h("div.transport", {}, this.playButton, this.time, h("small", {}, t("queue.leadIn"))),
      h("div.decide", {}, verdict("stands", "s", ".confirm"), verdict("does_not_stand", "d", ".overturn")), h("p", {}, h("small", {}, t(one.judged ? "calibration.once" : "calibration.blind"))));
    this.showPlaying();
    this.peaks = await peaksOf(one.call);
    this.draw();
  }

  draw() {
    if (!this.peaks || !this.strip?.isConnected) return;
    drawStrip(this.strip, this.peaks, Math.max(0, this.span.start_ms - AROUND_MS), this.span.end_ms + AROUND_MS, this.span, this.player.audio.currentTime ? this.player.now : null);
    this.time.textContent = clock(this.player.now, true);
  }

  showPlaying() {
    if (!this.playButton) return;
    replace(this.playButton, svgIcon(this.player.isPlaying ? icons.pause : icons.play));
    this.playButton.setAttribute("aria-label", t(this.player.isPlaying ? "do.pause" : "do.playFlag"));
  }

  playOrPause() {
    if (this.player.isPlaying) this.player.pause();
    else if (this.span) this.player.playFlag(this.span).catch(failed);
  }

  async judge(verdict) {
    const { one } = this;
    if (!one || one.judged) return;
    try {
      await post(`calibrations/${encodeURIComponent(this.session)}/judgements`, { flag: one.flag, verdict });
      one.judged = true;
      notice(t(`verdict.${verdict}`));
      const next = this.flags.findIndex(({ judged }) => !judged);
      await this.choose(next < 0 ? this.at : next);
    } catch (error) {
      failed(error);
    }
  }
}

/** Draws the flags from the queue: the newest ones of any state, of one rule when it is named. */
const make = () => askForm(t("calibration.make"), [
  field(t("calibration.session"), h("input", { name: "session", required: true, maxlength: 64, autofocus: true })),
  h("div.row", {}, field(t("calibration.count"), h("input", { name: "count", type: "number", min: 1, max: 500, value: 20, required: true })), field(t("flag.rule"), h("input", { name: "rule" }), t("calibration.ruleHint"))),
], t("calibration.make"), async ({ session, count, rule }) => {
  const { flags } = await get("flags", { state: "any", sort: "newest", rule, limit: count });
  if (!flags.length) throw new Error(t("queue.noneMatch"));
  await post("calibrations", { session, flags: flags.map(({ flag }) => flag) });
  return session;
});

function agreementPanel({ flags, judges, fleiss_kappa, rules, pairs }, titles) {
  const kappa = (value) => (value === null ? "–" : h("span", {}, fixed(value, 2), " ", h("small", {}, t(`kappa.${value < 0.2 ? "poor" : value < 0.4 ? "fair" : value < 0.6 ? "moderate" : value < 0.8 ? "good" : "excellent"}`))));
  const table = (key, rows) => h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t(key)), h("th.number", { scope: "col" }, "κ"))), h("tbody", {}, rows.map(([name, value, more]) => h("tr", {}, h("td", {}, name, more && h("small", {}, more)), h("td.number", {}, kappa(value))))));
  return h("section.panel", {}, h("h2", {}, t("calibration.agreement")), h("p", {}, t("calibration.of", { flags, judges }), " ", t("calibration.fleiss"), " ", h("b", {}, kappa(fleiss_kappa))),
    h("div.grid", {}, table("flag.rule", Object.entries(rules).map(([rule, value]) => [titles.get(rule) ?? rule, value])), pairs.length > 0 && table("calibration.pair", pairs.map(({ judges: two, flags: n, cohen_kappa }) => [two.join(" – "), cohen_kappa, t("calibration.both", { n: number(n) })]))));
}

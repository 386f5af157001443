/* SPDX-License-Identifier: GPL-3.0-or-later */
// What lies under the waveform and moves with it: ruler, who speaks, events, what costs nothing, flags.
import { eventTint, hatchOf, partyOf, rowsOf, stretches, stretchWords, whyOf } from "./bears.js";
import { h, replace } from "./dom.js";
import { titleOf } from "./rule.js";
import { capital, clock, t, word } from "./text.js";

const percent = (ms, duration_ms) => `${(100 * ms) / duration_ms}%`;

const place = (start_ms, end_ms, duration_ms) =>
  ({ left: percent(start_ms, duration_ms), width: percent(Math.max(0, end_ms - start_ms), duration_ms) });

/** Ticks at a round step that leaves about 90 pixels between them. */
function ruler(duration_ms, width) {
  const wanted = (duration_ms * 90) / Math.max(1, width);
  const step = [1000, 2000, 5000, 10000, 15000, 30000, 60000, 120000, 300000, 600000, 1800000].find((ms) => ms >= wanted) ?? 3600000;
  const ticks = [];
  for (let ms = 0; ms < duration_ms; ms += step)
    ticks.push(h("span.tick", { style: { left: percent(ms, duration_ms) } }, clock(ms)));
  return ticks;
}

export class Lanes {
  /** flags: [{flag, …}] in the order of their numbers; onFlag(flag) when one is chosen, onSeek(ms) elsewhere. */
  constructor({ result, flags, onFlag, onSeek }) {
    this.duration_ms = result.recording.duration_ms;
    this.ruler = h("div.lane.ruler", { "aria-hidden": "true" });
    this.flagLane = h("div.lane.flags");
    this.onFlag = onFlag;
    const parties = result.channels.map((channel) => partyOf(channel, result.recording.layout));
    const speech = result.channels.map((channel, i) => h("div.lane.speech", { role: "img", "aria-label": t("lane.speech", { who: parties[i].name }) },
      channel.speech_ms.map(([start, end]) => h(`i.${parties[i].tint}`, { style: place(start, end, this.duration_ms) }))));
    const eventRows = rowsOf(result.events);
    const events = (eventRows.length ? eventRows : [[]]).map((row) => h("div.lane.events", {}, row.map((event) =>
      h("i", { style: { ...place(event.start_ms, event.end_ms, this.duration_ms), background: eventTint(event.type), color: eventTint(event.type, "-ink") }, title: eventWords(event) }, h("span", {}, capital(word("event", event.type)))))));
    const without = stretches(result);
    const rows = rowsOf(without);
    const at = ({ start_ms, end_ms }) => place(start_ms, end_ms, this.duration_ms);
    const bears = rows.map((row) => h("div.lane.bears", {}, row.map((one) =>
      h(`i.hatch.${hatchOf(one)}`, { style: at(one), title: stretchWords(result, one) }, h("span", {}, capital(whyOf(result, one)))))));
    const behind = without.map((one) => h(`i.behind.hatch.${hatchOf(one)}`, { "aria-hidden": "true", style: at(one) }));
    this.inner = h("div.inner", { onclick: (event) => {
      if (event.target.closest("button")) return;
      const box = this.inner.getBoundingClientRect();
      onSeek(((event.clientX - box.left) / box.width) * this.duration_ms);
    } }, behind, this.ruler, speech, events, bears, this.flagLane);
    this.element = h("div.lanes", {}, this.inner);
    this.names = h("div.names", { "aria-hidden": "true" }, h("span.ruler"), parties.map(({ name }) => h("span", {}, t("lane.speech", { who: name }))),
      events.map((_, i) => h("span.events", {}, i === 0 && t("lane.events"))), rows.map((_, i) => h("span", {}, i === 0 && t("lane.bears"))), h("span.flags", {}, t("lane.flags")));
    this.showFlags(flags);
  }

  showFlags(flags, current = null) {
    replace(this.flagLane, flags.map((flag, i) => h(`button.flag.${flag.severity}.${flag.state}${flag.ground ? ".grounded" : ""}`, {
      type: "button", style: place(flag.start_ms, flag.end_ms, this.duration_ms), "aria-pressed": String(flag.flag === current),
      title: `${i + 1}. ${titleOf(flag)} ${clock(flag.start_ms)}–${clock(flag.end_ms)}`, "aria-label": t("lane.flag", { n: i + 1, rule: titleOf(flag) }), onclick: () => this.onFlag(flag),
    }, String(i + 1))));
  }

  /** Comments at a second, as marks in the ruler. */
  showRemarks(comments) {
    this.remarks = comments.map((one) => h("span.remarkMark", { style: { left: percent(one.position_ms, this.duration_ms) }, title: one.text }));
    this.showRuler();
  }

  showRuler() {
    replace(this.ruler, this.width ? ruler(this.duration_ms, this.width) : [], this.remarks ?? []);
  }

  /** Follows the waveform: its width and how far it is scrolled, in pixels. */
  follow(width, scroll) {
    this.inner.style.width = `${width}px`;
    this.inner.style.transform = `translateX(${-scroll}px)`;
    if (width === this.width) return;
    this.width = width;
    this.showRuler();
  }
}

const details = ["cause", "kind", "by", "side", "phase", "confirmed_by"];

/** "Silence · unexplained · 0:13–0:29"; an overtalk's kind says that it is one: "Interruption · by the agent · 0:13–0:14". */
export function eventWords(event) {
  const said = details.filter((key) => event[key]).map((key) => word(`event.${key}`, event[key]));
  if (event.type !== "overtalk" || !event.kind) said.unshift(word("event", event.type));
  return [capital(said[0]), ...said.slice(1), `${clock(event.start_ms)}–${clock(event.end_ms)}`].join(" · ");
}

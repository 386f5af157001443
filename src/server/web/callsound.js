/* SPDX-License-Identifier: GPL-3.0-or-later */
// A call's sound: its player, its waveform with the lanes below, its spectrogram.
import { eventTint, hatchOf, partyOf, stretches, stretchWords } from "./bears.js";
import { failed } from "./dialog.js";
import { colour, h, icons, paint, replace, svgIcon } from "./dom.js";
import { isKept, keptLine } from "./evidence.js";
import { chosen } from "./kept.js";
import { Lanes } from "./lanes.js";
import { peaksOf } from "./peaks.js";
import { LEAD_IN_MS, Player, speeds, whyNot } from "./player.js";
import { STRETCH_MS_MAX, showSpectrogram } from "./spectrogram.js";
import { clock, number, t } from "./text.js";
import { makeWave } from "./wave.js";

const QUIET_MS = 1500; // shorter pauses are left in when silence is skipped
const QUIET_KEEP_MS = 300; // of a skipped one, before the next word
const PX_PER_SECOND_MAX = 400;

/** Spans in which nobody speaks, shortened so that the next word is not cut. */
function quietSpans(result) {
  const spoken = result.channels.flatMap((channel) => channel.speech_ms).sort((a, b) => a[0] - b[0]);
  const quiet = [];
  let end = 0;
  for (const [start, stop] of [...spoken, [result.recording.duration_ms, 0]]) {
    if (start - end >= QUIET_MS) quiet.push([end + QUIET_KEEP_MS, start - QUIET_KEEP_MS]);
    end = Math.max(end, stop);
  }
  return quiet;
}

export class CallSound {
  /** `flags`: as they are at first. onFlag(flag): one was chosen in its lane; onPlace(): the play head or the zoom stands elsewhere. */
  constructor({ call, result, flags, onFlag, onPlace }) {
    Object.assign(this, { call, result, flags, onPlace, current: null });
    this.player = new Player({ onTime: () => this.showTime(), onChange: () => this.showPlaying() });
    this.player.load(call);
    this.lanes = new Lanes({ result, flags, onFlag, onSeek: (ms) => this.player.seek(ms) });
    this.waveBox = h("div.wave", { "aria-label": t("call.wave"), role: "img" });
    this.parties = h("div.parties", { "aria-hidden": "true" });
    this.spectrum = h("div.spectrum", { hidden: true });
    this.spectrumNames = h("div.names.spectrumNames", { hidden: true });
    this.unkept = h("p.clipsOnly", { hidden: true, role: "status" }, t("call.clips.none"));
    this.element = h("section.sound", { "aria-label": t("call.sound") }, this.transport(),
      h("div.tracks", {}, this.parties, this.waveBox, this.lanes.names, this.lanes.element, this.spectrumNames, this.spectrum));
  }

  leave() {
    this.isLeft = true;
    this.wave?.destroy();
    this.player.destroy();
  }

  /** Once it is shown: the waveform needs to know how wide it is. */
  async begin(zoom) {
    replace(this.waveBox, h("p.empty", {}, t("loading")));
    this.lanes.follow(this.waveBox.clientWidth, 0);
    try {
      const peaks = await peaksOf(this.call);
      replace(this.waveBox);
      this.showWave(peaks);
      if (zoom > 1) this.wave?.once("ready", () => this.zoom(zoom));
      this.peaks = peaks;
      this.element.append(...[keptLine(peaks), this.unkept].filter(Boolean));
      this.sayUnkept();
    } catch (error) {
      replace(this.waveBox, h("p.problem.block", { role: "alert" }, t("call.noSound"), " ", error.message));
      this.lanes.follow(this.waveBox.clientWidth, 0);
    }
  }

  showWave(peaks) {
    if (!this.element.isConnected) return;
    const { recording, channels, events } = this.result;
    const parties = (peaks.channels.length === channels.length ? channels : peaks.channels.map((_, index) => ({ role: "mixed", index }))).map((channel) => partyOf(channel, recording.layout));
    const roles = parties.map(({ tint }) => tint);
    replace(this.parties, parties.map(({ name, tint }) => h(`span.${tint}`, {}, name)));
    const regions = [
      ...stretches(this.result).map((one) => ({ start_ms: one.start_ms, end_ms: one.end_ms, color: "transparent", hatch: this.hatching(hatchOf(one)), words: stretchWords(this.result, one) })),
      ...events.map((event) => ({ start_ms: event.start_ms, end_ms: event.end_ms, color: paint(`color-mix(in srgb, ${eventTint(event.type)} 14%, transparent)`) })),
      ...this.flags.map((flag) => ({ start_ms: flag.start_ms, end_ms: flag.end_ms, color: colour("--mark") })),
    ];
    this.wave = makeWave({ container: this.waveBox, audio: this.player.audio, peaks, duration_ms: recording.duration_ms, roles, regions });
    const follow = () => this.lanes.follow(this.wave.getWrapper().clientWidth, this.wave.getScroll());
    for (const name of ["ready", "redraw", "scroll", "zoom", "resize"]) this.wave.on(name, follow);
    this.wave.on("interaction", () => { this.player.span = null; });
  }

  /** The waveform stands in a shadow root that our style sheet does not reach. */
  hatching(kind) {
    const probe = this.element.appendChild(h(`i.hatch.${kind}`, { hidden: true }));
    const { backgroundImage } = getComputedStyle(probe);
    probe.remove();
    return backgroundImage;
  }

  transport() {
    this.playButton = h("button.round", { type: "button", onclick: () => this.playOrPause() });
    this.time = h("span.time", {}, clock(0, true));
    const speed = this.speed = h("select", { "aria-label": t("call.speed"), onchange: (event) => this.player.setSpeed(Number(event.target.value)) },
      speeds.map((value) => h("option", { value, selected: value === chosen("speed", 1) }, `${number(value)}×`)));
    const toggle = (words, act) => h("button.toggle", { type: "button", "aria-pressed": "false", onclick: (event) => {
      const on = event.currentTarget.getAttribute("aria-pressed") !== "true";
      event.currentTarget.setAttribute("aria-pressed", String(on));
      act(on);
    } }, t(words));
    const skip = toggle("call.skipSilence", (on) => { this.player.quiet = on ? quietSpans(this.result) : null; });
    const bar = h("div.transport", {}, this.playButton, this.time,
      h("button", { type: "button", onclick: () => this.hear() }, t("do.playFlag")),
      h("button", { type: "button", onclick: () => this.hear({ loop: true }) }, t("do.loopFlag")),
      speed, skip, toggle("call.spectrogram", (on) => this.toggleSpectrogram(on)),
      h("span.spacer"), h("button", { type: "button", onclick: () => this.zoom(0.5), "aria-label": t("key.zoomOut") }, "−"), h("button", { type: "button", onclick: () => this.zoom(2), "aria-label": t("key.zoomIn") }, "+"));
    this.showPlaying();
    return bar;
  }

  // ---- the flags

  /** Those of the call, as they now stand, and the one at hand or null. */
  showFlags(flags, current) {
    Object.assign(this, { flags, current });
    this.lanes.showFlags(flags, current?.flag);
    this.sayUnkept();
  }

  /** To where the flag at hand begins to be heard, unless something is being heard. */
  approach() {
    if (this.player.audio.readyState > 0 && !this.player.isPlaying) this.player.seek(this.current.start_ms - LEAD_IN_MS);
  }

  /** Silence around a flag must not be taken for evidence. */
  sayUnkept() {
    this.unkept.hidden = !this.peaks || !this.current || isKept(this.peaks, this.current);
  }

  /** Plays the flag at hand. */
  async hear(how) {
    if (this.current) await this.player.playFlag(this.current, how).catch((error) => this.cannotPlay(error));
  }

  async cannotPlay(error) {
    failed({ message: (await whyNot(this.call)) ?? error.message });
  }

  playOrPause() {
    if (this.player.isPlaying) this.player.pause();
    else this.playOn();
  }

  playOn() {
    this.player.playOn().catch((error) => this.cannotPlay(error));
  }

  // ---- the view

  /** How many pixels a second takes where the whole call is shown. */
  fit() {
    return this.waveBox.clientWidth / (this.result.recording.duration_ms / 1000);
  }

  zoom(by) {
    if (!this.wave) return;
    const fit = this.fit();
    this.pxPerSec = Math.min(PX_PER_SECOND_MAX, Math.max(fit, (this.pxPerSec ?? fit) * by));
    this.wave.zoom(this.pxPerSec);
    this.onPlace();
  }

  /** Where one is, for the address: the play head's second and the zoom, null where that is the beginning and the whole. */
  place() {
    const fit = this.fit();
    return { s: Math.round(this.player.now / 100) / 10 || null, zoom: this.pxPerSec > fit ? Math.round((100 * this.pxPerSec) / fit) / 100 : null };
  }

  /** What the waveform shows, as [from_ms, to_ms); where that is too much, the stretch around the play head or the flag. */
  inView() {
    const { duration_ms } = this.result.recording;
    const whole = this.wave?.getWrapper().clientWidth || 1;
    const from = ((this.wave?.getScroll() ?? 0) / whole) * duration_ms;
    const to = Math.min(duration_ms, from + (this.waveBox.clientWidth / whole) * duration_ms);
    if (to - from <= STRETCH_MS_MAX) return [from, to];
    const middle = this.player.now || this.current?.start_ms || 0;
    const start = Math.max(0, Math.min(duration_ms - STRETCH_MS_MAX, middle - STRETCH_MS_MAX / 2));
    return [start, start + STRETCH_MS_MAX];
  }

  async toggleSpectrogram(on) {
    this.spectrum.hidden = this.spectrumNames.hidden = !on;
    if (on)
      await showSpectrogram(this.spectrumNames, this.spectrum, this.call, this.result, ...this.inView())
        .catch((error) => replace(this.spectrum, h("p.problem.block", { role: "alert" }, error.message)));
  }

  changeSpeed(by) {
    this.player.changeSpeed(by);
    this.speed.value = String(chosen("speed", 1));
  }

  showTime() {
    if (!this.player.isPlaying) this.onPlace();
    this.time.textContent = `${clock(this.player.now, true)} / ${clock(this.result.recording.duration_ms)}`;
  }

  showPlaying() {
    if (!this.playButton || !this.player) return;
    const playing = this.player.isPlaying;
    if (!playing) this.onPlace();
    replace(this.playButton, svgIcon(playing ? icons.pause : icons.play));
    this.playButton.setAttribute("aria-label", t(playing ? "do.pause" : "do.play"));
  }
}

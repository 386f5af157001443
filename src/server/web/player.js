/* SPDX-License-Identifier: GPL-3.0-or-later */
// One recording played by the browser, streamed from the server by Range.
import { address, callPath, whyRefused } from "./api.js";

export const LEAD_IN_MS = 3000;
export const speeds = [0.75, 1, 1.25, 1.5, 2];
const TAIL_MS = 1000;

export class Player {
  /** onTime(ms) is called often while it plays; onChange() when it starts, stops or fails. */
  constructor({ onTime = () => {}, onChange = () => {} } = {}) {
    this.audio = document.createElement("audio");
    this.audio.preload = "none";
    this.audio.hidden = true;
    document.body.append(this.audio);
    this.call = null;
    this.span = null;
    this.quiet = null;
    this.onTime = onTime;
    this.onChange = onChange;
    for (const name of ["play", "pause", "ended", "error", "emptied"]) this.audio.addEventListener(name, () => this.changed());
    this.audio.addEventListener("seeked", () => this.onTime(this.now));
  }

  get now() {
    return this.audio.currentTime * 1000;
  }

  get isPlaying() {
    return !this.audio.paused && !this.audio.ended;
  }

  /** Nothing is fetched before it is to be heard: every fetch of a recording is noted in the audit log. */
  load(call) {
    if (this.call === call) return;
    this.call = call;
    this.span = null;
    this.audio.src = address(callPath(call, "/audio"));
  }

  changed() {
    cancelAnimationFrame(this.frame);
    if (this.isPlaying) this.watch();
    this.onChange();
  }

  watch() {
    this.frame = requestAnimationFrame(() => {
      this.obeySpan();
      this.skipQuiet();
      this.onTime(this.now);
      if (this.isPlaying) this.watch();
    });
  }

  obeySpan() {
    if (!this.span || this.audio.seeking || this.now < this.span.stop_ms) return;
    if (this.span.loop) this.seek(this.span.from_ms);
    else this.pause();
  }

  /** Jumps over `quiet` spans (half-open, ms), but not inside a flag: its silence is what is to be heard. */
  skipQuiet() {
    if (!this.quiet || this.span || this.audio.seeking) return;
    const gap = this.quiet.find(([start, end]) => this.now >= start && this.now < end);
    if (gap) this.seek(gap[1]);
  }

  seek(ms) {
    this.audio.currentTime = Math.max(0, ms) / 1000;
  }

  /** The flag's seconds with what led to them, once or again and again. */
  async playSpan(start_ms, end_ms, loop = false) {
    this.span = { from_ms: Math.max(0, start_ms - LEAD_IN_MS), stop_ms: end_ms + TAIL_MS, loop };
    this.seek(this.span.from_ms);
    await this.play();
  }

  async play() {
    try {
      await this.audio.play();
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    }
  }

  pause() {
    this.audio.pause();
  }

  /** Plays on from here, past the end of a span. */
  async playOn() {
    this.span = null;
    await this.play();
  }

  set rate(value) {
    this.audio.preservesPitch = true;
    this.audio.defaultPlaybackRate = value;
    this.audio.playbackRate = value;
  }

  destroy() {
    cancelAnimationFrame(this.frame);
    this.audio.pause();
    this.audio.removeAttribute("src");
    this.audio.load();
    this.audio.remove();
  }
}

/** Why a recording does not play: the media element does not tell, the server does. */
export async function whyNot(call) {
  try {
    const reply = await fetch(address(callPath(call, "/audio")), { headers: { Range: "bytes=0-0" }, credentials: "same-origin" });
    return reply.ok ? null : await whyRefused(reply);
  } catch (error) {
    return error.message;
  }
}

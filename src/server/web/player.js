/* SPDX-License-Identifier: GPL-3.0-or-later */
// One recording played by the browser, streamed from the server by Range.
import { address, callPath, Refusal, whyRefused } from "./api.js";
import { choose, chosen } from "./kept.js";

export const LEAD_IN_MS = 3000;
export const speeds = [0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3];
const TAIL_MS = 1000;
const EDGE_MS = 2000; // of a long silence, at either end
const TRIES_MS = [500, 1000, 2000, 4000, 8000, 8000, 8000, 8000];
const still = new Set(["silence", "hold", "ringback", "busy", "long_tone"]); // events inside which nobody says anything

/**
 * The stretches that are heard of a flag, [from, to) in ms: what led to it, the flag, a second after it. Of one in which
 * nothing is said only the edges, unless `whole`.
 */
export function partsOf({ start_ms, end_ms, event_type }, whole = false) {
  const from = Math.max(0, start_ms - LEAD_IN_MS);
  const to = end_ms + TAIL_MS;
  if (whole || !still.has(event_type) || end_ms - start_ms <= 3 * EDGE_MS) return [[from, to]];
  return [[from, start_ms + EDGE_MS], [end_ms - EDGE_MS, to]];
}

/** How much of the recording that is, in ms. */
export const heardOf = (flag) => partsOf(flag).reduce((sum, [from, to]) => sum + to - from, 0);

function element(call, preload) {
  const audio = document.createElement("audio");
  audio.preload = preload;
  audio.hidden = true;
  if (call !== null) audio.src = address(callPath(call, "/audio"));
  return audio;
}

function silence(audio) {
  audio.pause();
  audio.removeAttribute("src");
  audio.load();
  audio.remove();
}

export class Player {
  /** onTime(ms) is called often while it plays; onChange() when it starts, stops or fails. */
  constructor({ onTime = () => {}, onChange = () => {} } = {}) {
    this.call = null;
    this.span = null;
    this.quiet = null;
    this.next = null;
    this.onTime = onTime;
    this.onChange = onChange;
    this.adopt(element(null, "none"));
  }

  adopt(audio) {
    this.audio = audio;
    document.body.append(audio);
    for (const name of ["play", "pause", "ended", "error", "emptied"]) audio.addEventListener(name, () => audio === this.audio && this.changed());
    audio.addEventListener("seeked", () => audio === this.audio && this.onTime(this.now));
    audio.addEventListener("error", () => audio === this.audio && this.recover());
    this.rate = chosen("speed", 1);
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
    this.tries = 0;
    if (this.next?.call === call) {
      silence(this.audio);
      this.adopt(this.next.audio);
      this.next = null;
    } else {
      this.audio.src = address(callPath(call, "/audio"));
    }
  }

  /** Fetches what will be heard next, and noted as played: to be called while somebody works through a list. */
  ahead(call, ms) {
    if (call === this.call || this.next?.call === call) return;
    if (this.next) silence(this.next.audio);
    const audio = element(call, "auto");
    audio.addEventListener("loadedmetadata", () => { audio.currentTime = Math.max(0, ms) / 1000; }, { once: true });
    this.next = { call, audio };
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
    if (!this.span || this.audio.seeking) return;
    const { parts, at, loop } = this.span;
    if (this.now < parts[at][1]) return;
    this.span.at = at + 1 < parts.length ? at + 1 : 0;
    if (this.span.at > 0 || loop) this.seek(parts[this.span.at][0]);
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

  /** The flag's seconds with what led to them, once or again and again; `whole`: all of a long silence, too. */
  async playFlag(flag, { loop = false, whole = false } = {}) {
    this.span = { parts: partsOf(flag, whole), at: 0, loop };
    this.seek(this.span.parts[0][0]);
    await this.play();
  }

  async play() {
    this.wanted = true;
    try {
      await this.audio.play();
      this.tries = 0;
    } catch (error) {
      if (error.name !== "AbortError" && !this.isRecovering) throw error;
    }
  }

  pause() {
    this.wanted = false;
    this.audio.pause();
  }

  /** Plays on from here, past the end of a span. */
  async playOn() {
    this.span = null;
    await this.play();
  }

  /** A network that was gone for a while: from the same second on, as soon as it is back. What the server refuses stays refused. */
  async recover() {
    const { call, audio } = this;
    if (!this.wanted || this.isRecovering || this.tries >= TRIES_MS.length) return;
    this.isRecovering = true;
    const seconds = audio.currentTime;
    const reason = await refusalOf(call);
    if (reason === null || reason.status === 0) {
      await new Promise((resolve) => setTimeout(resolve, TRIES_MS[this.tries++]));
      if (audio === this.audio && call === this.call && this.wanted) {
        audio.src = address(callPath(call, "/audio"));
        audio.currentTime = seconds;
        this.isRecovering = false;
        audio.play().catch(() => {});
        return;
      }
    }
    this.isRecovering = false;
  }

  get rate() {
    return this.audio.playbackRate;
  }

  set rate(value) {
    this.audio.preservesPitch = true;
    this.audio.defaultPlaybackRate = value;
    this.audio.playbackRate = value;
  }

  /** One of `speeds`, remembered for every call from now on. */
  setSpeed(value) {
    choose("speed", value);
    this.rate = value;
  }

  /** The speed beside this one: `by` is 1 or -1. */
  changeSpeed(by) {
    const at = speeds.indexOf(chosen("speed", 1)) + by;
    if (speeds[at]) this.setSpeed(speeds[at]);
  }

  destroy() {
    cancelAnimationFrame(this.frame);
    this.wanted = false;
    silence(this.audio);
    if (this.next) silence(this.next.audio);
  }
}

/** The server's refusal to give a recording; null where it gives it. */
async function refusalOf(call) {
  try {
    const reply = await fetch(address(callPath(call, "/audio")), { headers: { Range: "bytes=0-0" }, credentials: "same-origin" });
    return reply.ok ? null : new Refusal(reply.status, await whyRefused(reply));
  } catch (error) {
    return new Refusal(0, error.message);
  }
}

/** Why a recording does not play, in words: the media element does not tell, the server does. */
export const whyNot = async (call) => (await refusalOf(call))?.message ?? null;

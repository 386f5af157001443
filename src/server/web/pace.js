/* SPDX-License-Identifier: GPL-3.0-or-later */
// How far somebody is through a queue, and how long the rest will take.
import { get, ownName } from "./api.js";
import { recall, remember } from "./kept.js";
import { t } from "./text.js";

const KEPT = 20; // decisions that the pace is taken from
const AWAY_MS = 120000; // longer than this between two: they were elsewhere
const THINK_MS = 1500; // beside listening, before there is a pace

export class Pace {
  /** asked: the filter of the queue; `left` flags of it are undecided. */
  static async of(asked) {
    const { flags } = await get("flags/count", asked);
    return new Pace(new URLSearchParams(asked).toString(), flags);
  }

  constructor(name, left) {
    this.key = `pace.${ownName()}.${name}`;
    const kept = recall(this.key, { done: 0, took: [] });
    Object.assign(this, { left, done: kept.done, took: kept.took, last: performance.now() });
  }

  note(by) {
    const now = performance.now();
    if (by > 0 && now - this.last < AWAY_MS) this.took = [...this.took, Math.round(now - this.last)].slice(-KEPT);
    this.last = now;
    this.done = Math.max(0, this.done + by);
    this.left = Math.max(0, this.left - by);
    remember(this.key, { done: this.done, took: this.took });
  }

  /** One less that is left, by somebody else's hand. */
  lost() {
    this.left = Math.max(0, this.left - 1);
  }

  /** listenMs: what hearing one takes on the mean. */
  words(listenMs) {
    const each = this.took.length >= 3 ? this.took.reduce((sum, ms) => sum + ms, 0) / this.took.length : listenMs + THINK_MS;
    return t("pace", { n: Math.ceil((this.left * each) / 60000), done: this.done, all: this.done + this.left });
  }
}

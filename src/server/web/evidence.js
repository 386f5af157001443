/* SPDX-License-Identifier: GPL-3.0-or-later */
// What is heard of a call whose recording is not there any more, or is not what was judged: clips, or nothing.

import { h } from "./dom.js";
import { moment, t } from "./text.js";

const shownBytes = 12;

/** A line that says what is heard, for the answer of the waveform; null where that is the recording. */
export function keptLine({ recording }) {
  if (!recording) return null;
  const words = { hash: recording.sha256.slice(0, shownBytes), since: recording.since ? moment(recording.since) : "–" };
  return h("p.clipsOnly", { title: recording.sha256 }, t(`call.clips.${recording.state}`, words));
}

/** Whether the flag's seconds can be heard. */
export const isKept = ({ only_ms }, flag) => !only_ms || only_ms.some(([start, end]) => start < flag.end_ms && flag.start_ms < end);

/* SPDX-License-Identifier: GPL-3.0-or-later */
// The waveform as the server computed it, and a strip of it on a canvas.
import { callPath, get } from "./api.js";
import { colour } from "./dom.js";

const kept = new Map();
const KEPT_MAX = 24;

/** A call's peaks, fetched once. */
export function peaksOf(call) {
  if (!kept.has(call)) {
    const asked = get(callPath(call, "/peaks")).then((peaks) => { asked.ready = peaks; return peaks; }, (error) => { kept.delete(call); throw error; });
    kept.set(call, asked);
    if (kept.size > KEPT_MAX) kept.delete(kept.keys().next().value);
  }
  return kept.get(call);
}

/** The same where they are here already; null otherwise. */
export const peaksNow = (call) => kept.get(call)?.ready ?? null;

/** One greatest magnitude (0 to 1) a bucket, for each channel. */
export const magnitudes = (peaks) => peaks.channels.map((pairs) =>
  Float32Array.from({ length: pairs.length / 2 }, (_, i) => Math.max(Math.abs(pairs[2 * i]), Math.abs(pairs[2 * i + 1])) / 127));

function drawLane(context, pairs, bucket_ms, from_ms, to_ms, box) {
  const middle = box.y + box.height / 2;
  for (let x = 0; x < box.width; x++) {
    const first = Math.floor((from_ms + ((to_ms - from_ms) * x) / box.width) / bucket_ms);
    const last = Math.max(first + 1, Math.floor((from_ms + ((to_ms - from_ms) * (x + 1)) / box.width) / bucket_ms));
    let low = 0, high = 0;
    for (let i = Math.max(0, first); i < last && 2 * i < pairs.length; i++) {
      low = Math.min(low, pairs[2 * i]);
      high = Math.max(high, pairs[2 * i + 1]);
    }
    const unit = (box.gain / 127) * (box.height / 2);
    context.fillRect(box.x + x, middle - high * unit, 1, Math.max(1, (high - low) * unit));
  }
}

/** How much larger a waveform is drawn than it is: telephone speech rarely fills its range. */
export function gainOf(lanes) {
  let most = 0;
  for (const lane of lanes) for (const value of lane) most = Math.max(most, value);
  return most > 0 ? Math.min(6, 0.95 / most) : 1;
}

/** Draws [from_ms, to_ms) of every channel, the marked span behind, and the play head. */
export function drawStrip(canvas, peaks, from_ms, to_ms, mark, head_ms) {
  const ratio = devicePixelRatio || 1;
  const width = canvas.clientWidth, height = canvas.clientHeight;
  if (canvas.width !== width * ratio || canvas.height !== height * ratio) {
    canvas.width = width * ratio;
    canvas.height = height * ratio;
  }
  const context = canvas.getContext("2d");
  const at = (ms) => ((ms - from_ms) / (to_ms - from_ms)) * width;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.fillStyle = colour("--mark");
  context.fillRect(at(mark.start_ms), 0, Math.max(2, at(mark.end_ms) - at(mark.start_ms)), height);
  const lanes = peaks.channels.length;
  const gain = (peaks.gain ??= gainOf(magnitudes(peaks)));
  peaks.channels.forEach((pairs, lane) => {
    context.fillStyle = colour(lanes === 1 ? "--mixed" : lane === 0 ? "--agent" : "--customer");
    drawLane(context, pairs, peaks.bucket_ms, from_ms, to_ms, { x: 0, y: (height / lanes) * lane + 2, width, height: height / lanes - 4, gain });
  });
  if (head_ms !== null && head_ms >= from_ms && head_ms <= to_ms) {
    context.fillStyle = colour("--text");
    context.fillRect(at(head_ms), 0, 1.5, height);
  }
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
// A spectrogram of a stretch of the recording, computed here when asked for, from that slice of it alone.
import { address, callPath, whyRefused } from "./api.js";
import { partyOf } from "./bears.js";
import { h, replace } from "./dom.js";
import { clock, t } from "./text.js";

export const STRETCH_MS_MAX = 120000;
const SIZE = 256; // samples a window: 32 ms at 8 kHz
const RATE_HZ = 8000;
const WHOLE_BYTES_MAX = 12 << 20;
const FLOOR_DB = -80;
const RANGE_DB = 55;

const hann = Float32Array.from({ length: SIZE }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / SIZE));

/** In-place radix-2 FFT; `re` and `im` have SIZE values. */
function transform(re, im) {
  for (let i = 1, j = 0; i < SIZE; i++) {
    let bit = SIZE >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) [re[i], re[j], im[i], im[j]] = [re[j], re[i], im[j], im[i]];
  }
  for (let length = 2; length <= SIZE; length *= 2) {
    const half = length / 2;
    for (let k = 0; k < half; k++) {
      const angle = (-2 * Math.PI * k) / length, c = Math.cos(angle), s = Math.sin(angle);
      for (let start = k; start < SIZE; start += length) {
        const other = start + half;
        const x = re[other] * c - im[other] * s, y = re[other] * s + im[other] * c;
        re[other] = re[start] - x;
        im[other] = im[start] - y;
        re[start] += x;
        im[start] += y;
      }
    }
  }
}

const ask = async (call, range) => {
  const reply = await fetch(address(callPath(call, "/audio")), { headers: range ? { Range: `bytes=${range[0]}-${range[1]}` } : {}, credentials: "same-origin" });
  if (!reply.ok) throw new Error(await whyRefused(reply));
  return reply;
};

/** {start, end, bytesPerSecond, head} of a WAV's samples, or null for other containers. */
function wavLayout(bytes) {
  const view = new DataView(bytes);
  const name = (at) => String.fromCharCode(...new Uint8Array(bytes, at, 4));
  if (bytes.byteLength < 44 || name(0) !== "RIFF" || name(8) !== "WAVE") return null;
  let rate = 0, block = 0;
  for (let at = 12; at + 8 <= bytes.byteLength; ) {
    const size = view.getUint32(at + 4, true);
    if (name(at) === "fmt ") {
      rate = view.getUint32(at + 16, true);
      block = view.getUint16(at + 20, true);
    }
    if (name(at) === "data") return { head: bytes.slice(0, at + 8), start: at + 8, size, rate, block };
    at += 8 + size + (size % 2);
  }
  return null;
}

/** The samples of [from_ms, to_ms), one array a channel, and the moment at which they really begin. */
async function samples(call, from_ms, to_ms, duration_ms) {
  const decode = (bytes) => new OfflineAudioContext(1, 1, RATE_HZ).decodeAudioData(bytes);
  const first = await ask(call, [0, 4095]);
  const total = Number(/\/(\d+)$/.exec(first.headers.get("Content-Range") ?? "")?.[1] ?? 0);
  const layout = wavLayout(await first.arrayBuffer());
  if (layout) {
    const start = layout.start + Math.floor((from_ms / 1000) * layout.rate) * layout.block;
    const end = Math.min(total, layout.start + Math.ceil((to_ms / 1000) * layout.rate) * layout.block);
    const slice = await (await ask(call, [start, end - 1])).arrayBuffer();
    const whole = new Uint8Array(layout.head.byteLength + slice.byteLength);
    whole.set(new Uint8Array(layout.head));
    whole.set(new Uint8Array(slice), layout.head.byteLength);
    const view = new DataView(whole.buffer);
    view.setUint32(4, whole.byteLength - 8, true);
    view.setUint32(layout.head.byteLength - 4, slice.byteLength, true);
    const buffer = await decode(whole.buffer);
    return Array.from({ length: buffer.numberOfChannels }, (_, i) => buffer.getChannelData(i));
  }
  if (total > WHOLE_BYTES_MAX || duration_ms > 30 * 60000) throw new Error(t("call.spectrogramTooLong"));
  const buffer = await decode(await (await ask(call)).arrayBuffer());
  const at = (ms) => Math.round((ms / 1000) * RATE_HZ);
  return Array.from({ length: buffer.numberOfChannels }, (_, i) => buffer.getChannelData(i).slice(at(from_ms), at(to_ms)));
}

/** From dark over blue and red to yellow as `level` goes from 0 to 1. */
function heat(level) {
  const x = Math.min(1, Math.max(0, level));
  return [255 * Math.min(1, Math.max(0, 1.9 * x - 0.5)), 255 * Math.max(0, 2 * x - 1) ** 1.3, 255 * (x < 0.45 ? 1.3 * x + 0.06 : Math.max(0, 0.95 - 1.15 * (x - 0.2)))];
}

function draw(canvas, signal) {
  const columns = Math.min(1200, Math.floor(signal.length / 64));
  const bins = SIZE / 2;
  canvas.width = columns;
  canvas.height = bins;
  const context = canvas.getContext("2d");
  const image = context.createImageData(columns, bins);
  const re = new Float32Array(SIZE), im = new Float32Array(SIZE);
  for (let column = 0; column < columns; column++) {
    const middle = Math.floor((signal.length * column) / columns);
    for (let i = 0; i < SIZE; i++) re[i] = (signal[middle + i] ?? 0) * hann[i];
    im.fill(0);
    transform(re, im);
    for (let bin = 0; bin < bins; bin++) {
      const db = 10 * Math.log10((re[bin] ** 2 + im[bin] ** 2) / (SIZE / 2) ** 2 + 1e-12);
      const at = 4 * ((bins - 1 - bin) * columns + column);
      image.data.set([...heat((db - FLOOR_DB) / RANGE_DB), 255], at);
    }
  }
  context.putImageData(image, 0, 0);
}

/** Fills `names` and `place` with a picture a channel of [from_ms, to_ms), at most STRETCH_MS_MAX of it. */
export async function showSpectrogram(names, place, call, result, from_ms, to_ms) {
  replace(names);
  replace(place, h("p.empty", {}, t("loading")));
  const channels = await samples(call, from_ms, to_ms, result.recording.duration_ms);
  const names_ = channels.map((_, index) => partyOf(channels.length === result.channels.length ? result.channels[index] : { role: "mixed", index }, result.recording.layout).name);
  replace(names, h("span", {}, t("call.spectrogramOf", { from: clock(from_ms), to: clock(to_ms) })));
  replace(place, channels.map((signal, i) => {
    const canvas = h("canvas", { role: "img", "aria-label": t("call.spectrogramLane", { who: names_[i] }) });
    draw(canvas, signal);
    return h("div.spectrumLane", {}, h("span.name", {}, names_[i]), canvas, h("span.scale", { "aria-hidden": "true" }, "0–4 kHz"));
  }));
}

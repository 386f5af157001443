/* SPDX-License-Identifier: GPL-3.0-or-later */
// Lines over days, drawn by uPlot in the theme's colours.
import uPlot from "./lib/uPlot.esm.js";
import { colour, h } from "./dom.js";
import { day, number, share, t } from "./text.js";

const PAPER_PX = 640; // fits between the margins of A4

const seconds = (iso) => Date.parse(`${iso}T00:00:00Z`) / 1000;
const isoOf = (value) => new Date(value * 1000).toISOString().slice(0, 10);

/**
 * days: ISO days in order; series: [{label, values, tint, dash?, band?}], `band`: filled down to the next series.
 * kind: "number" or "share". onDay(iso) when a day is chosen.
 */
export function lineChart({ label, days, series, kind = "number", range, onDay, height = 220 }) {
  const place = h("div.plot", { role: "img", "aria-label": label });
  const words = kind === "share" ? share : (value) => number(value, 2);
  const axis = { stroke: colour("--dim"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line"), width: 1 }, font: "12px system-ui, sans-serif" };
  const options = {
    height, width: 400, tzDate: (value) => uPlot.tzDate(new Date(value * 1000), "UTC"), cursor: { y: false, points: { size: 8 } },
    scales: { y: range ? { range } : {} },
    axes: [{ ...axis, values: (_, splits) => splits.map((value) => shortDay(isoOf(value))), incrs: [86400, 2 * 86400, 7 * 86400, 14 * 86400, 30 * 86400, 91 * 86400], space: 64 },
      { ...axis, size: 52, values: (_, splits) => splits.map(words) }],
    series: [{ label: t("chart.day"), value: (_, value) => (value === null ? "–" : day(isoOf(value))) },
      ...series.map(({ label: name, tint, dash, faint }) => ({ label: name, stroke: colour(tint), width: faint ? 1 : 2, dash, spanGaps: true, points: { show: !faint && days.length < 60, size: 6, fill: colour(tint) }, value: (_, value) => (value === null ? "–" : words(value)) }))],
    bands: series.flatMap(({ band }, i) => (band ? [{ series: [i + 1, i + 2], fill: colour("--tint-quiet") }] : [])),
  };
  const draw = () => {
    if (!place.isConnected) return;
    const plot = new uPlot({ ...options, width: place.clientWidth }, [days.map(seconds), ...series.map(({ values }) => values)], place);
    plot.over.addEventListener("click", () => plot.cursor.idx !== null && onDay?.(days[plot.cursor.idx]));
    const paper = (width) => () => place.isConnected && plot.setSize({ width: width ?? place.clientWidth, height });
    addEventListener("beforeprint", paper(PAPER_PX));
    addEventListener("afterprint", paper());
    new ResizeObserver(() => place.isConnected && plot.setSize({ width: place.clientWidth, height })).observe(place);
  };
  requestAnimationFrame(draw);
  return place;
}

const shortDay = (iso) => new Intl.DateTimeFormat(document.documentElement.lang, { month: "numeric", day: "numeric", timeZone: "UTC" }).format(new Date(`${iso}T00:00:00Z`));

/** Horizontal bars: [{label, value, href?}], longest first. */
export function bars(rows, words = number) {
  const most = Math.max(...rows.map(({ value }) => value), 1e-9);
  return h("div.bars.wideBars", {}, rows.map(({ label, value, href }) => h("div.bar", {}, href ? h("a", { href }, label) : h("span", {}, label),
    h("span.track", { "aria-hidden": "true" }, h("i", { style: { width: `${(100 * value) / most}%`, background: "var(--agent)" } })), h("b", {}, words(value)))));
}

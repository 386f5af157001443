/* SPDX-License-Identifier: GPL-3.0-or-later */
// How a period's grades and totals spread, drawn by uPlot as bars. The numbers stand beside them in a table.
import uPlot from "../lib/uPlot.esm.js";
import { colour, h } from "../dom.js";
import { number, said, t } from "../text.js";

const HEIGHT = 230;

/** labels: one for each group of bars; series: [{label, values, tint}]. */
function barChart(label, labels, series) {
  const place = h("div.plot", { role: "img", "aria-label": label });
  const axis = { stroke: colour("--dim"), ticks: { stroke: colour("--line"), width: 1 }, font: "12px system-ui, sans-serif" };
  const most = Math.max(1, ...series.flatMap(({ values }) => values));
  const wide = 0.72 / series.length;
  const bars = (i) => uPlot.paths.bars({ size: [wide, 90], align: series.length === 1 ? 0 : i === 0 ? -1 : 1 });
  const options = {
    width: 400, height: HEIGHT, cursor: { show: false }, legend: { show: false },
    scales: { x: { time: false, range: [-0.6, labels.length - 0.4] }, y: { range: [0, most * 1.15] } },
    axes: [{ ...axis, grid: { show: false }, splits: () => labels.map((_, i) => i), values: () => labels, size: 34 },
      { ...axis, grid: { stroke: colour("--line"), width: 1 }, size: 40, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000] }],
    series: [{}, ...series.map(({ tint }, i) => ({ stroke: colour(tint), fill: colour(tint), width: 0, paths: bars(i), points: { show: false } }))],
    hooks: { draw: [(plot) => write(plot, series)] },
  };
  requestAnimationFrame(() => {
    if (!place.isConnected) return;
    const plot = new uPlot({ ...options, width: place.clientWidth }, [labels.map((_, i) => i), ...series.map(({ values }) => values)], place);
    new ResizeObserver(() => place.isConnected && plot.setSize({ width: place.clientWidth, height: HEIGHT })).observe(place);
  });
  return place;
}

/** Each bar's number above it. */
function write(plot, series) {
  const { ctx } = plot;
  const scale = devicePixelRatio;
  ctx.save();
  ctx.fillStyle = colour("--text");
  ctx.font = `${12 * scale}px system-ui, sans-serif`;
  ctx.textAlign = "center";
  series.forEach(({ values }, s) => values.forEach((n, i) => {
    const width = Math.min((0.72 / series.length) * (plot.valToPos(1, "x", true) - plot.valToPos(0, "x", true)), 90 * scale);
    const shift = series.length === 1 ? 0 : (s === 0 ? -0.5 : 0.5) * width;
    if (n > 0) ctx.fillText(number(n), plot.valToPos(i, "x", true) + shift, plot.valToPos(n, "y", true) - 5 * scale);
  }));
  ctx.restore();
}

const legend = (series) => h("p.legend", {}, series.map(({ label, tint }) => h("span", {}, h("i.dot", { style: { background: `var(${tint})` } }), label)));

export function gradeChart(scheme, grades) {
  const series = [{ label: t("result.byScore"), values: grades.map(({ by_score }) => by_score), tint: "--agent" }];
  if (scheme.distributed) series.push({ label: t("result.byDistribution"), values: grades.map(({ by_distribution }) => by_distribution), tint: "--second" });
  const words = grades.map((one) => `${said(one.names)} ${number(one.by_score)}`).join(t("list.comma"));
  return h("div", {}, barChart(`${t("result.grades")}${t("list.colon")}${words}`, grades.map((one) => said(one.names)), series), series.length > 1 && legend(series));
}

/** A few equal bins of a round width. */
function binsOf(values) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const count = Math.max(Math.abs(low), Math.abs(high)) < 1000 ? 8 : 5; // longer numbers need wider bars
  const raw = Math.max((high - low) / count, 0.5);
  const power = 10 ** Math.floor(Math.log10(raw));
  const width = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= raw);
  const first = Math.floor(low / width) * width;
  return { first, width, count: Math.floor((high - first) / width) + 1 };
}

export function totalsChart(totals) {
  const { first, width, count } = binsOf(totals);
  const values = Array(count).fill(0);
  for (const total of totals) values[Math.min(count - 1, Math.floor((total - first) / width))]++;
  const labels = values.map((_, i) => `${number(first + i * width)}–${number(first + (i + 1) * width)}`);
  const series = [{ label: t("result.people"), values, tint: "--customer" }];
  return h("div", {}, barChart(`${t("result.totals")}${t("list.colon")}${labels.map((words, i) => `${words} ${values[i]}`).join(t("list.comma"))}`, labels, series));
}

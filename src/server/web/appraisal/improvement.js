/* SPDX-License-Identifier: GPL-3.0-or-later */
// What would help most: the three rules that cost most, with calls to listen to.
import { h } from "../dom.js";
import { clock, number, t } from "../text.js";
import { callLink } from "./trace.js";

export function improvement({ sheet, titleOf }) {
  if (!sheet.costs?.length) return null;
  const call = (one) => h("li", {}, callLink(one, `${one.call} ${clock(one.start_ms)}–${clock(one.end_ms)}`, one.start_ms), ` −${number(one.points)}`);
  return h("section.improve", {}, h("h3", {}, t("sheet.costs")), h("ol", {}, sheet.costs.map((one) => h("li", {}, h("b", {}, titleOf(one.rule)), ` ${t("sheet.cost", { points: one.points, n: one.flags })}`, h("ul.about", {}, one.calls.map(call))))));
}

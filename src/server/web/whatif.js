/* SPDX-License-Identifier: GPL-3.0-or-later */
// What a rule would have found were one of its thresholds another: counted by the server from stored events.
import { get } from "./api.js";
import { emptyState, field } from "./dialog.js";
import { h, replace } from "./dom.js";
import { doAside } from "./jobs.js";
import { rubricOf, titleOf } from "./rule.js";
import { fixed, number, said, share, t } from "./text.js";

const factors = [0.5, 0.75, 1.25, 1.5, 2];
const VALUES_MAX = 12;

/** How a threshold's unit is shown and typed: milliseconds as seconds, shares as per cent. */
const units = { ms: { by: 1000, step: 0.1, words: (value) => t("secondsShort", { n: number(value / 1000) }) }, share: { by: 0.01, step: 1, words: share }, count: { by: 1, step: 1, words: (value) => number(value) } };
const unitOf = ({ unit }) => units[unit] ?? { by: 1, step: "any", words: (value) => `${number(value)} ${unit}` };

/** A few values on either side of the one that is in force. */
function around({ unit, value, least, most }) {
  const near = unit === "share" ? [-0.2, -0.1, -0.05, 0.05, 0.1, 0.2].map((by) => Math.round((value + by) * 100) / 100)
    : unit === "count" ? [-2, -1, 1, 2, 3].map((by) => Math.round(value) + by)
      : factors.map((by) => { const step = Math.abs(value) >= 5000 ? 500 : 100; return Math.round((value * by) / step) * step; });
  return [...new Set(near)].filter((one) => one >= least && one <= most && one !== value);
}

const nameOf = ({ threshold }) => { const [kind, at] = threshold.split("."); return t(`threshold.${kind}`, { number: Number(at) + 1 }); };

export async function whatIf(period) {
  const [{ rubrics }, { calls }] = await Promise.all([get("rubrics"), get("calls", { ...period, sort: "newest", limit: 1 })]);
  const section = (...inside) => h("section.panel.after", {}, h("h2", {}, t("whatif.title")), h("p", {}, h("small", {}, t("whatif.lead"))), inside);
  if (!rubrics.length) return section(emptyState(t("whatif.noRubric")));
  const newest = calls[0]?.score;
  const used = rubrics.findIndex(({ rubric, version }) => rubric === newest?.rubric && version === newest?.rubric_version);
  return section(...await new Asking(period, rubrics, Math.max(0, used)).begin());
}

class Asking {
  constructor(period, rubrics, chosen) {
    Object.assign(this, { period, rubrics });
    this.rubric = h("select", { onchange: () => this.showRules() }, rubrics.map((one, i) => h("option", { value: i, selected: i === chosen }, `${said(one.title)} ${one.version}`)));
    this.rule = h("select", { onchange: () => this.showThresholds() });
    this.threshold = h("select", { onchange: () => this.ask() });
    this.own = h("input", { type: "number", size: 6 });
    this.answer = h("div", { "aria-live": "polite" });
  }

  async begin() {
    await this.showRules();
    const form = h("form.filters", { onsubmit: (event) => { event.preventDefault(); this.askOwn(); } }, field(t("whatif.rubric"), this.rubric), field(t("flag.rule"), this.rule), field(t("whatif.threshold"), this.threshold),
      this.ownField = field(t("whatif.own"), this.own), h("button", { type: "submit" }, t("whatif.count")));
    this.nameOwn();
    return [form, this.answer];
  }

  async showRules() {
    const { rubric, version } = this.rubrics[Number(this.rubric.value)];
    this.written = await rubricOf({ rubric, rubric_version: version });
    this.rules = (this.written?.rules ?? []).filter(({ thresholds }) => thresholds.length);
    replace(this.rule, this.rules.map((rule, i) => h("option", { value: i }, titleOf(rule))));
    await this.showThresholds();
  }

  async showThresholds() {
    this.thresholds = this.rules[Number(this.rule.value)]?.thresholds ?? [];
    replace(this.threshold, this.thresholds.map((one, i) => h("option", { value: i }, nameOf(one))));
    this.ask(); // which may take long, and says so
  }

  get chosen() {
    return this.thresholds[Number(this.threshold.value)];
  }

  /** The field for a value of one's own, in the threshold's unit. */
  nameOwn() {
    const { chosen } = this;
    if (!chosen || !this.ownField) return;
    const { by, step } = unitOf(chosen);
    const words = chosen.unit === "ms" ? t("whatif.seconds") : chosen.unit === "share" ? "%" : chosen.unit === "count" ? "" : chosen.unit;
    replace(this.ownField.querySelector(".label"), words ? t("whatif.ownIn", { unit: words }) : t("whatif.own"));
    Object.assign(this.own, { min: chosen.least / by, max: chosen.most / by, step, value: "" });
  }

  async askOwn() {
    const value = this.own.value === "" ? null : Number(this.own.value) * unitOf(this.chosen).by;
    if (value !== null && !this.values.includes(value)) this.values = [value, ...this.values].slice(0, VALUES_MAX);
    await this.count();
  }

  async ask() {
    if (!this.chosen) {
      replace(this.answer, emptyState(t("whatif.noRule")));
      return;
    }
    this.values = around(this.chosen);
    this.nameOwn();
    await this.count();
  }

  async count() {
    const { rubric, version } = this.rubrics[Number(this.rubric.value)];
    const { chosen } = this;
    const wish = { rubric, version, rule: this.rules[Number(this.rule.value)].rule, threshold: chosen.threshold, values: this.values, ...this.period };
    this.wish = wish; // what is asked last is shown, in whatever order the answers come
    this.answer.setAttribute("aria-busy", "true");
    const progress = h("div", {});
    replace(this.answer, progress);
    const shown = await doAside("rules/what-if", wish, progress).then((found) => this.table(found), (error) => h("div.problem.block", { role: "alert" }, error.message));
    if (this.wish !== wish) return;
    replace(this.answer, shown);
    this.answer.removeAttribute("aria-busy");
  }

  table({ calls, current, cut_off, unreadable, rows: [first, ...rest] }) {
    const { words } = unitOf(this.chosen);
    const rows = [{ ...first, isCurrent: true }, ...rest].sort((a, b) => a.value - b.value);
    const columns = [["page.flags", "flags"], ["whatif.costing", "costing"], ["state.open", "open"], ["state.confirmed", "confirmed"], ["state.changed", "changed"], ["state.overturned", "overturned"]];
    return [cut_off && h("p.problem", {}, t("rescore.cutOff")), unreadable > 0 && h("p.problem", {}, t("rescore.unreadable", { n: unreadable })),
      h("div.tableScroll", { tabindex: 0, role: "region", "aria-label": t("whatif.title") }, h("table", {}, h("caption.caption", {}, t("whatif.of", { n: calls, value: words(current) })),
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, nameOf(this.chosen)), columns.map(([key]) => h("th.number", { scope: "col" }, t(key))), h("th", { scope: "col" }, t("rules.precision")), h("th.number", { scope: "col" }, t("rescore.changed")), h("th.number", { scope: "col" }, t("sum.score")))),
        h("tbody", {}, rows.map((row) => h("tr", { "aria-current": row.isCurrent ? "true" : null }, h("td", {}, words(row.value), row.isCurrent && h("small", {}, t("whatif.now"))), columns.map(([, key]) => h("td.number", {}, number(row[key]))),
          h("td", {}, row.precision !== null && h("span.meter", { "aria-hidden": "true" }, h("i", { style: { width: `${100 * row.precision}%` } })), share(row.precision)), h("td.number", {}, number(row.calls_changed)), h("td.number", {}, fixed(row.mean_total, 2)))))))];
  }
}

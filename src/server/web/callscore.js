/* SPDX-License-Identifier: GPL-3.0-or-later */
// A call's score taken apart rule by rule: its flags, what was decided on each, and what can be.
import { groundLine } from "./bears.js";
import { claimChip } from "./claims.js";
import { mayCoach } from "./coaching.js";
import { flagWords, mayDecide, mayHear, pointsOf, severityChip, stateChip, totalOf } from "./decide.js";
import { emptyState } from "./dialog.js";
import { h, replace } from "./dom.js";
import { keyButton } from "./flagpane.js";
import { isSettled, mayObject, objectionChip, objectionPart, settleWords } from "./objected.js";
import { reasonWords } from "./reasons.js";
import { ruleWords, titleOf } from "./rule.js";
import { clock, deduction, moment, said, share, t, word } from "./text.js";

export class CallScore {
  /**
   * `acts`: {choose(flag), confirm, overturn, change, reopen, settle, object, add, coach}: what the page does. `rubric` may be null.
   * `totalBox` shows the call's total, `element` all of it.
   */
  constructor({ who, rubric, acts }) {
    Object.assign(this, { who, rubric, acts });
    this.totalBox = h("div.totalBox");
    this.element = h("section.score");
  }

  /** `seen`: {result, flags, decisions, current, past}, and atMs for who may not see the flags: where the one that the address means begins. */
  show(seen) {
    Object.assign(this, seen);
    const { score } = this.result;
    replace(this.totalBox, score ? [h("span.label", {}, t("call.total")), totalOf(score), h("small", {}, t("call.of", { base: score.base }))] : h("span.label", {}, t("call.noScore")));
    if (!score) {
      replace(this.element, h("h2", {}, t("call.score")), emptyState(t("call.noScoreWhy")));
      return;
    }
    replace(this.element, this.head(score),
      score.exception && h("p.quoted", {}, t("call.exception"), " ", said(score.exception.text ?? { en: score.exception })),
      mayHear(this.who) ? this.rules() : this.computed(score),
      h("p.sum", {}, h("span", {}, t("call.total")), totalOf(score)),
      this.history(), this.past);
  }

  head(score) {
    const button = (key, words, act) => h("button", { type: "button", onclick: act }, words, h("kbd", { "aria-hidden": "true" }, key));
    return h("div.between", {}, h("h2", {}, t("call.score")), h("small", {}, t("call.rubric", { rubric: said(this.rubric?.title) || score.rubric, version: score.rubric_version })),
      h("span.spacer"), mayCoach(this.who) && button("n", t("coaching.write"), this.acts.coach), mayDecide(this.who) && button("a", t("do.add"), this.acts.add));
  }

  rules() {
    const rules = Map.groupBy(this.flags, (flag) => flag.rule);
    return [rules.size === 0 && emptyState(t("call.noFlags")), [...rules].map(([rule, flags]) => this.rule(rule, flags)), this.unbroken(rules)];
  }

  /** For who may not see the flags: what the analyzer took off and where, as a sheet says it too; nothing of what was decided. */
  computed(score) {
    const costly = score.deductions.filter(({ points }) => points > 0);
    const titleOfRule = (id) => { const rule = this.rubric?.rules.find((one) => one.rule === id); return rule ? titleOf(rule) : id; };
    return [h("p.unseenFlags", {}, t("call.flagsUnseen"), " ", t(costly.length ? "call.computed" : "call.computedNone")), costly.map((one) =>
      h("div.line", { "aria-current": one.start_ms === this.atMs ? "true" : null }, h("div.words", {}, h("p", {}, h("b", {}, titleOfRule(one.rule)), " ", said(one.text)), h("p.tags", {}, h("span", {}, `${clock(one.start_ms)}–${clock(one.end_ms)}`))), h("span.points", {}, deduction(one.points))))];
  }

  rule(rule, flags) {
    const sum = flags.reduce((all, flag) => all + flag.standing_points, 0);
    return h("div.rule", {}, h("h3", {}, h("span", { title: rule }, titleOf(flags[0])), h("span.points", {}, deduction(sum))), this.ruleLines(rule),
      flags.map((flag) => this.flagLine(flag)));
  }

  /** What the rule asks, costs and allows, where its rubric is known. */
  ruleLines(id) {
    const rule = this.rubric?.rules.find((one) => one.rule === id);
    return rule && h("p.asks", {}, ruleWords(rule).map((words) => h("span", {}, words)));
  }

  unbroken(flagged) {
    const rest = (this.rubric?.rules ?? []).filter(({ rule, manual }) => !flagged.has(rule) && !manual);
    return rest.length > 0 && !this.result.score.exception && h("details.rule", {}, h("summary", {}, t("call.unbroken", { n: rest.length })),
      rest.map((rule) => h("div.rule", {}, h("h3", {}, h("span", { title: rule.rule }, titleOf(rule)), h("span.points", {}, deduction(0))), this.ruleLines(rule.rule))));
  }

  flagLine(flag) {
    const isCurrent = flag === this.current;
    const number_ = this.flags.indexOf(flag) + 1;
    return h("div.line", { "aria-current": isCurrent ? "true" : null },
      h("button.pick", { type: "button", onclick: () => this.acts.choose(flag), "aria-label": t("lane.flag", { n: number_, rule: titleOf(flag) }) }, String(number_)),
      h("div.words", {}, h("p", {}, flagWords(flag)), groundLine(flag),
        h("p.tags", {}, severityChip(flag), stateChip(flag), objectionChip(flag), claimChip(flag), h("span", {}, `${clock(flag.start_ms)}–${clock(flag.end_ms)}`), h("span", {}, t("flag.sure", { share: share(flag.confidence) })), flag.author && h("span", {}, t("flag.by", { who: flag.author }))),
        reasonWords(flag) && h("p.quoted", {}, reasonWords(flag)), (isCurrent || flag.objection) && objectionPart(flag, this.who),
        isCurrent && this.decisionsOn(flag)),
      pointsOf(flag));
  }

  decisionsOn(flag) {
    const { acts, who } = this;
    if (who.role === "agent") return mayObject(flag) && h("div.decide", {}, keyButton("x", t("do.object"), acts.object));
    if (isSettled(flag)) return who.role === "lead" && h("div.decide", {}, keyButton("s", settleWords(flag), acts.settle));
    return mayDecide(who) && h("div.decide", {}, keyButton("c", t("do.confirm"), acts.confirm, ".confirm"), keyButton("o", t("do.overturn"), acts.overturn, ".overturn"),
      keyButton("p", t("do.change"), acts.change), flag.state !== "open" && keyButton("u", t("do.reopen"), acts.reopen),
      who.role === "lead" && flag.objection && keyButton("s", settleWords(flag), acts.settle, ".primary"));
  }

  history() {
    if (!this.decisions.length) return null;
    return h("div.history", {}, h("h2", {}, t("call.history")), h("ol", {}, this.decisions.map((one) =>
      h("li", {}, h("span.state", { class: `state ${one.state}` }, word("state", one.state)), " ", titleOf(one), " ", deduction(one.points), h("small", {}, `${one.by} · ${moment(one.at)}`), reasonWords(one) && h("p.quoted", {}, reasonWords(one))))));
  }
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
// Ratings: one's own form (oneself, one's team, one's peers), and who still has to rate whom.
import { get, post } from "../api.js";
import { emptyState, notice } from "../dialog.js";
import { h, replace } from "../dom.js";
import { moment, number, said, t } from "../text.js";
import { looksAfter, pathOf, showAgain, tableOf } from "./common.js";

export async function ratingsPart({ who, round, scheme }) {
  const { given, due } = await get(pathOf(round, "/ratings"));
  const mine = due.filter((one) => one.mine);
  const dueOfOthers = due.filter((one) => !one.mine);
  const isOwn = ({ rater }) => rater === (who.person ?? who.name);
  const [own, givenByOthers] = [given.filter(isOwn), given.filter((one) => !isOwn(one))];
  return h("div", {},
    round.stage === "closed" ? null : mine.length ? [...Map.groupBy(mine, ({ kind }) => kind)].map(([kind, list]) => form(round, scheme, kind, list))
      : who.role !== "hr" && h("section.panel", {}, emptyState(t("rating.allDone"))),
    own.length > 0 && h("section.panel", {}, h("h2", {}, t("rating.mine")), round.stage !== "closed" && h("p", {}, h("small", {}, t("rating.again"))), givenTable(scheme, own, round.stage !== "closed" && ((one) => again(round, scheme, one)))),
    looksAfter(who) && round.stage !== "closed" && h("section.panel", {}, h("h2", {}, t("rating.due")), dueOfOthers.length ? dueTable(dueOfOthers) : emptyState(t("rating.noneDue"))),
    looksAfter(who) && (givenByOthers.length > 0 || !own.length) && h("section.panel", {}, h("h2", {}, t(own.length ? "rating.givenByOthers" : "rating.given")), givenByOthers.length ? givenTable(scheme, givenByOthers) : emptyState(t("rating.noneGiven"))));
}

const idOf = (agent, indicator) => `${indicator}\t${agent}`;

/** A number as it was typed: the server keeps it exactly. Chinese and comma keyboards are met half-way. */
const tidy = (text) => text.trim().replace(/[。．，,]/g, ".").replace(/[０-９]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0));

function box(scheme, { agent, indicator, low, high }, given = "") {
  const of = scheme.indicator(indicator);
  const label = t("rating.label", { agent, indicator: said(of.names) });
  const name = idOf(agent, indicator);
  if (of.yes_no) return h("select", { name, "aria-label": label }, [["", "–"], ["1", t("yes")], ["0", t("no")]].map(([value, words]) => h("option", { value, selected: value === given }, words)));
  return h("input.points", { name, inputmode: "decimal", autocomplete: "off", size: 6, "aria-label": label, value: given, title: t("import.range", { low: number(low), high: number(high) }) });
}

/** A row for each person, a column for each indicator; what is left empty is not sent. */
function form(round, scheme, kind, due) {
  const problem = h("p.problem", { role: "alert" });
  const indicators = [...new Set(due.map(({ indicator }) => indicator))];
  const by = new Map(due.map((one) => [idOf(one.agent, one.indicator), one]));
  const people = [...new Map(due.map(({ agent, team }) => [agent, team]))];
  const send = async (event) => {
    event.preventDefault();
    const ratings = [...new FormData(event.target)].map(([name, text]) => [name.split("\t"), tidy(text)]).filter(([, text]) => text !== "")
      .map(([[indicator, agent], text]) => ({ agent, indicator, value: text }));
    const wrong = ratings.find(({ value }) => !/^\d+(\.\d+)?$/.test(value));
    if (wrong) return void replace(problem, t("rating.notNumber", { agent: wrong.agent, value: wrong.value }));
    if (!ratings.length) return void replace(problem, t("rating.empty"));
    try {
      await post(pathOf(round, "/ratings"), { ratings });
      notice(t("rating.sent", { n: ratings.length }));
      showAgain();
    } catch (error) {
      replace(problem, error.message);
    }
  };
  const range = (indicator) => { const { low, high } = due.find((one) => one.indicator === indicator); return `${number(low)}–${number(high)}`; };
  const head = (indicator) => [[said(scheme.indicator(indicator).names), h("small", {}, scheme.indicator(indicator).yes_no ? t("import.yesNo") : range(indicator))]];
  const cells = ([agent, team]) => [h("b", {}, agent), ...(kind === "self" ? [] : [team ?? "–"]), ...indicators.map((indicator) => { const one = by.get(idOf(agent, indicator)); return one ? box(scheme, one) : h("span", { title: t("rating.has") }, "✓"); })];
  return h("section.panel", {}, h("h2", {}, t(`rating.title.${kind}`)), h("p", {}, h("small", {}, t(`rating.lead.${kind}`))),
    h("form.rate", { onsubmit: send }, tableOf(t(`rating.title.${kind}`), [[t("import.agent")], ...(kind === "self" ? [] : [[t("flag.team")]]), ...indicators.map(head)], people.map(cells)),
      problem, h("div.decide", {}, h("button.primary", { type: "submit" }, t("rating.send")))));
}

/** Puts a box where a rating stood, to give it anew. */
function again(round, scheme, one) {
  const of = scheme.indicator(one.indicator);
  const problem = h("span.problem", { role: "alert" });
  const input = box(scheme, { ...one, low: of.low, high: of.high }, one.value);
  const form_ = h("form.inline", { onsubmit: async (event) => {
    event.preventDefault();
    try {
      await post(pathOf(round, "/ratings"), { ratings: [{ agent: one.agent, indicator: one.indicator, value: tidy(input.value) }] });
      notice(t("rating.changed"));
      showAgain();
    } catch (error) {
      replace(problem, error.message);
    }
  } }, input, h("button", { type: "submit" }, t("rating.save")), problem);
  requestAnimationFrame(() => input.focus());
  return form_;
}

function givenTable(scheme, given, change) {
  const cell = (one) => {
    const words = scheme.indicator(one.indicator)?.yes_no ? t(one.value === "1" ? "yes" : "no") : one.value;
    if (!change) return words;
    const place = h("span", {}, words, " ", h("button.chip", { type: "button", "aria-label": t("rating.changeOf", { agent: one.agent, indicator: scheme.nameOf(one.indicator) }), onclick: () => replace(place, change(one)) }, t("rating.change")));
    return place;
  };
  return tableOf(t("rating.given"), [[t("import.agent")], [t("import.indicator")], [t("rating.by")], [t("rating.value"), "number"], [t("import.when")]],
    given.map((one) => [one.agent, scheme.nameOf(one.indicator), [one.rater, h("small", {}, t(`kind.${one.kind}`))], cell(one), moment(one.at)]));
}

/** Who could give what is missing; of a long list of peers the first few. */
function dueTable(due) {
  const raters = ({ raters: names, rater_count, kind }) => (names.length ? [names.slice(0, 6).join(t("list.comma")), rater_count > 6 && ` ${t("lack.more", { n: rater_count - 6 })}`] : h("span.late", {}, t(`rating.nobody.${kind}`)));
  return tableOf(t("rating.due"), [[t("import.agent")], [t("flag.team")], [t("import.indicator")], [t("rating.kind")], [t("rating.who")]],
    due.map((one) => [one.agent, one.team ?? "–", said(one.names), t(`kind.${one.kind}`), raters(one)]));
}

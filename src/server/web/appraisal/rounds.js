/* SPDX-License-Identifier: GPL-3.0-or-later */
// The list of appraisals, and opening another one.
import { get, post } from "../api.js";
import { emptyState, failed, field, askForm, notice } from "../dialog.js";
import { h, replace } from "../dom.js";
import { goTo } from "../period.js";
import { moment, said, t, today } from "../text.js";
import { keepsRounds, linkTo, periodKinds, periodWords, stageChip, stages, tableOf, versionWords } from "./common.js";
import { stepFields } from "./moves.js";

export async function roundsPage({ who, query }) {
  const [{ appraisals }, { schemes, broken }] = await Promise.all([get("appraisals", query), get("schemes")]);
  const open = () => openRound(schemes).then((round) => round && goTo(`appraisal/${round.appraisal}`, {})).catch(failed);
  return h("div", {},
    h("div.pageHead", {}, h("h1", {}, t("page.appraisal")), filters(query, schemes),
      keepsRounds(who) && h("button.primary", { type: "button", onclick: open }, t("round.open"))),
    broken.map(({ scheme, problems, problems_zh }) => h("div.problem.block", { role: "alert" }, `${scheme}${t("list.colon")}${said({ en: problems, zh: problems_zh })}`)),
    appraisals.length ? h("section.panel", {}, table(appraisals))
      : h("div.panel", {}, emptyState(t(keepsRounds(who) ? "round.noneYet" : "round.none"))));
}

function filters(query, schemes) {
  const option = (chosen) => ([value, words]) => h("option", { value, selected: value === (chosen ?? "") }, words);
  const form = h("form.filters", { role: "search", "aria-label": t("filter.label"), onsubmit: (event) => event.preventDefault(), onchange: () => goTo("appraisal", Object.fromEntries(new FormData(form))) },
    field(t("round.scheme"), h("select", { name: "scheme" }, [["", t("filter.any")], ...schemes.map(({ scheme, names }) => [scheme, said(names)])].map(option(query.scheme)))),
    field(t("round.stage"), h("select", { name: "stage" }, [["", t("filter.any")], ...stages.map((stage) => [stage, t(`stage.${stage}`)])].map(option(query.stage)))));
  return form;
}

const table = (rounds) => tableOf(t("page.appraisal"), [[t("round.period")], [t("round.scheme")], [t("round.stage")], [t("round.opened")], [t("round.closed")]],
  rounds.map((round) => [
    h("a", { href: linkTo(round) }, h("b", {}, periodWords(round.period))),
    [said(round.names), versionWords(round) && h("small", {}, versionWords(round), round.note && ` · ${round.note}`)],
    [stageChip(round.stage), round.corrected_by !== null && h("small", {}, t("round.corrected"))],
    [round.opened_by, h("small", {}, moment(round.opened_at))],
    round.closed_at ? [round.closed_by, h("small", {}, moment(round.closed_at))] : "–"]));

/** A year, and its parts as the scheme has them: by default the one before this. */
function periodFields(kind) {
  const [year, month] = today().split("-").map(Number);
  const { months, write, words } = periodKinds[kind];
  const count = 12 / months;
  const last = Math.ceil((month * count) / 12) - 1;
  return h("div.row", {}, field(t("round.year"), h("input", { name: "year", type: "number", min: 2000, max: 2999, required: true, value: last ? year : year - 1 })),
    field(t(`round.${kind}`), h("select", { name: "part" }, Array.from({ length: count }, (_, i) => h("option", { value: write(i + 1), selected: i + 1 === (last || count) }, words(i + 1))))));
}

function about(scheme) {
  const posts = scheme.applies_to.posts?.join(t("list.comma"));
  return [h("p.hint", {}, t("round.source", { source: scheme.source ?? "–" }), h("br"),
    t(`round.for.${!posts ? "all" : scheme.applies_to.except ? "except" : "only"}`, { posts })),
  scheme.assumed.length > 0 && h("details", {}, h("summary", {}, t("round.assumed", { n: scheme.assumed.length })), h("ul", {}, scheme.assumed.map(({ reason }) => h("li", {}, said(reason)))))];
}

function openRound(schemes) {
  const details = h("div");
  const period = h("div");
  const choose = () => {
    const scheme = schemes.find((one) => one.scheme === choice.value);
    replace(period, periodFields(scheme.period));
    replace(details, about(scheme));
  };
  const choice = h("select", { name: "scheme", required: true, autofocus: true, onchange: choose }, schemes.map(({ scheme, names }) => h("option", { value: scheme }, said(names))));
  choose();
  return askForm(t("round.openTitle"), [field(t("round.scheme"), choice), details, period, stepFields({ place: false, note: null })], t("round.open"),
    async ({ scheme, year, part, place, date, person }) => {
      const round = await post("appraisals", { scheme, period: `${year}${part}`, date, ...(place ? { place } : {}), ...(person ? { person } : {}) });
      notice(t("round.isOpen"));
      return round;
    });
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
// One appraisal: its head, its parts as tabs, and which of them the address names.
import { get } from "../api.js";
import { h } from "../dom.js";
import { said, t } from "../text.js";
import { disputedLink, keepsRounds, linkTo, looksAfter, periodWords, schemeOf, stageChip, versionWords } from "./common.js";
import { roundsPage } from "./rounds.js";
import { ruleTitles } from "./titles.js";

const of = (file, name) => async (context) => (await import(`./${file}.js`))[name](context);

const parts = [
  { part: "progress", may: () => true, show: of("progress", "progressPart") },
  { part: "import", may: keepsRounds, show: of("imports", "importPart") },
  { part: "ratings", may: () => true, rated: true, show: of("ratings", "ratingsPart") },
  { part: "results", may: looksAfter, show: of("results", "resultsPart") },
  { part: "objections", may: looksAfter, show: of("objections", "objectionsPart") },
  { part: "changes", may: looksAfter, show: of("changes", "changesPart") },
  { part: "sheet", may: (who) => who.role === "agent", show: of("sheet", "sheetPart") },
];

/** "#/appraisal": the list; "#/appraisal/3/sheet/zhang": a part of one, and what in it. */
export async function appraisalPage(context) {
  const [id, name, ...rest] = context.part.split("/");
  if (!id) return roundsPage(context);
  const { who } = context;
  const round = await get(`appraisals/${encodeURIComponent(id)}`);
  const scheme = await schemeOf(round.scheme);
  const part = parts.find((one) => one.part === name) ?? parts.find((one) => one.part === (who.role === "agent" ? "sheet" : "progress"));
  const mine = parts.filter((one) => one.may(who) && (!one.rated || scheme.indicators.some(({ rated_by }) => rated_by)));
  return h("div.round", {}, head(round), await due(who, round), tabs(round, mine, part), await part.show({ ...context, round, scheme, part: rest.join("/") }));
}

const head = (round) => h("div.pageHead", {},
  h("div", {}, h("h1", {}, said(round.names)), h("p", {}, periodWords(round.period), versionWords(round) && ` · ${versionWords(round)}`)),
  h("div.roundState", {}, round.corrected_by !== null && h("a", { href: linkTo({ appraisal: round.corrected_by }) }, t("round.seeCorrection")), stageChip(round.stage)));

/** A closed number that an answer given since has made wrong. */
async function due(who, round) {
  if (!round.correction_due.length) return null;
  const titleOf = await ruleTitles();
  return h("div.banner.due", { role: "alert" }, h("b", {}, t("due.title")), " ", t("due.means"), h("span.whom", {}, round.correction_due.map((one) => [disputedLink({ who, titleOf }, one), " "])));
}

const tabs = (round, mine, active) => h("nav.tabs", { "aria-label": t("round.parts") },
  mine.map(({ part }) => h("a", { href: linkTo(round, `/${part}`), "aria-current": part === active.part || (part === "results" && active.part === "sheet") ? "page" : null }, t(`part.${part}`))));

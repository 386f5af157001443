/* SPDX-License-Identifier: GPL-3.0-or-later */
// How a total became a grade, and the grade a coefficient: the band of scores, or rank and quota.
import { h } from "../dom.js";
import { number, said, t } from "../text.js";
import { gradeWords, points } from "./common.js";

/** "90 ≤ x < 95", as formulas say it. */
const bandWords = ({ low, low_open, high, high_open }) =>
  [low !== null && `${number(low, 4)} ${low_open ? "<" : "≤"} `, "x", high !== null && ` ${high_open ? "<" : "≤"} ${number(high, 4)}`].filter(Boolean).join("");

/** The sentences, in order: what pays, the band, rank and quota. */
export function standingWords({ sheet, scheme }) {
  const { standing } = sheet;
  const band = t("standing.band", { total: points(sheet.total), band: bandWords(standing.band), grade: gradeWords(scheme, standing.scored ?? sheet.grade) });
  const rank = standing.rank === 0 ? t("standing.exempt") : [t("standing.rank", { rank: standing.rank, ranked: standing.ranked }), standing.in_team && t("standing.team", { team: standing.in_team }), standing.tied > 1 && t("standing.tied", { n: standing.tied })].filter(Boolean).join(t("list.comma"));
  const places = standing.places && t("standing.places", { places: standing.places.map((n, i) => `${gradeWords(scheme, scheme.grades[i].grade)} ${n}`).join(t("list.comma")), grade: gradeWords(scheme, sheet.grade_distribution) });
  return [standing.coefficient !== null && t(`standing.by.${standing.by}`, { coefficient: number(standing.coefficient, 4), grade: gradeWords(scheme, standing.grade) }), band, places ? `${rank}${t("list.semicolon")}${places}` : rank, standing.no_better && t("standing.noBetter", { grade: gradeWords(scheme, standing.no_better.grade), reason: said(standing.no_better.reason) })].filter(Boolean);
}

/** What stands behind grade, coefficient and bonus; under it the total. */
export const standingNode = (of, node) => of.sheet.standing && h("div.trace", {}, standingWords(of).map((words) => h("p", {}, words)),
  h("details", {}, h("summary", {}, t("result.total")), node(`items.${of.scheme.total}`)));

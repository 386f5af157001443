/* SPDX-License-Identifier: GPL-3.0-or-later */
// Rules by their titles: a sheet names rules of whatever rubric scored its calls.
import { get } from "../api.js";
import { said } from "../text.js";

let titles = null;

const rulesOf = ({ rubric, version }) => get(`rubrics/${encodeURIComponent(rubric)}/${encodeURIComponent(version)}`).then(({ rules }) => rules);

/** Resolves to f(rule): its title in the newest rubric that has it, else its id. */
export async function ruleTitles() {
  titles ??= get("rubrics").then(async ({ rubrics }) => new Map((await Promise.all(rubrics.map(rulesOf))).reverse().flat().map((rule) => [rule.rule, rule.title]))).catch(() => { titles = null; return new Map(); });
  const known = await titles;
  return (rule) => said(known.get(rule)) || rule;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
// Words that the server gives in English only (src/appraisal): how a figure came about, why a call is left out.
import { said, t } from "../text.js";

/** An error of the input, in the reader's language. */
export const faultWords = (fault) => said({ en: fault.text, zh: fault.text_zh });

const sentences = [
  [/^(mean|median|sum) of (\d+) calls(?: ÷ (\S+))?$/, (found, scheme) => t(`how.${found[1]}`, { n: Number(found[2]) }) + (found[3] ? ` ÷ ${scheme.nameOf(found[3])}` : "")],
  [/^calls of agents that the indicators do not name: (\d+)$/, ([, n]) => t("note.strangers", { n: Number(n) })],
  [/^calls of nobody: (\d+);/, ([, n]) => t("note.nobodys", { n: Number(n) })],
  [/^calls outside (\S+) or of unknown time: (\d+)$/, ([, , n]) => t("note.outside", { n: Number(n) })],
  [/^calls without a part in the mean of scores: (\d+);/, ([, n]) => t("note.unscored", { n: Number(n) })],
  [/^results replaced by later ones of the same call: (\d+)$/, ([, n]) => t("note.replaced", { n: Number(n) })],
  [/^no forced distribution: (\d+) agents, the scheme asks for (\d+) or more/, ([, n, least]) => t("note.undistributed", { n: Number(n), least: Number(least) })],
  [/^its audio could not be measured$/, () => t("callOut.audio")],
  [/^it has no score$/, () => t("callOut.score")],
  [/^the rubric does not apply to it \((.*)\)$/, ([, why]) => t("callOut.rubric", { why })],
  [/^it could not be read$/, () => t("callOut.read")],
];

/** What is not known stays as the server says it. */
export function plain(text, scheme) {
  for (const [pattern, words] of sentences) {
    const found = pattern.exec(text ?? "");
    if (found) return words(found, scheme);
  }
  return text ?? "";
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
// The site's list of reasons why people decide otherwise than the analyzer.
import { get } from "./api.js";
import { said, t, today } from "./text.js";

let asked = null;
let list = [];

/** Fetched once; then reasons() has it. How often each was given is not asked for: of today alone that is soon counted. */
export async function loadReasons() {
  asked ??= get("reasons", { from: today(), to: today() }).then((answer) => { list = answer.reasons; }).catch((error) => { asked = null; throw error; });
  await asked;
}

/** [{code, title}] */
export const reasons = () => list;

/** What a code of `site`, a list like reasons(), says. */
export const titled = (site, code) => (code === "undone" ? t("undo.reason") : null) || said(site.find((one) => one.code === code)?.title) || code;

export const reasonTitle = (code) => titled(list, code);

/** Why, in words: the code's, what was written, or both. */
export const reasonWords = ({ reason_code, reason }) => [reason_code && reasonTitle(reason_code), reason].filter(Boolean).join(": ");

/* SPDX-License-Identifier: GPL-3.0-or-later */
// What one has decided in this window, so that it can be taken back: also after it was loaded anew, and from another page.
import { ownName } from "./api.js";
import { recall, remember } from "./kept.js";

const KEPT = 50;
const key = () => `undo.${ownName()}`;
const kept = () => recall(key(), []);

/** That `flag` of the call `number`, which stood as it is, now stands as `state`. */
export const noteDecision = (flag, number, state) =>
  remember(key(), [...kept(), { flag: flag.flag, number, rule: flag.rule, title: flag.title, state, before: { state: flag.state, standing_points: flag.standing_points } }].slice(-KEPT));

/** The last one, or undefined; forgetLast() once it is taken back or cannot be. */
export const lastDecision = () => kept().at(-1);
export const forgetLast = () => remember(key(), kept().slice(0, -1));

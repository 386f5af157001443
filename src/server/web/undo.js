/* SPDX-License-Identifier: GPL-3.0-or-later */
// What one has decided in this window, so that it can be taken back: also after it was loaded anew, and from another page.
import { ownName } from "./api.js";
import { recall, remember } from "./kept.js";
import { restSent } from "./outbox.js";

const KEPT = 50;
const key = () => `undo.${ownName()}`;
const kept = () => recall(key(), []);
const forget = (id) => remember(key(), kept().filter((one) => one.id !== id));

let underWay = 0;

/** While a decision is being taken back, nothing else is decided: its row is not yet the one at hand. */
export async function takingBack(f) {
  underWay++;
  try {
    await f();
  } finally {
    underWay--;
  }
}

export const isTakingBack = () => underWay > 0;

let answers = Promise.resolve();

/** That `flag` of the call `number` is given `state`. Noted before the server's `answer`, a promise: where it refuses, there is nothing to take back. */
export function noteDecision(flag, number, state, answer) {
  const id = crypto.getRandomValues(new Uint32Array(2)).join("-");
  remember(key(), [...kept(), { id, flag: flag.flag, number, rule: flag.rule, title: flag.title, state, before: { state: flag.state, standing_points: flag.standing_points } }].slice(-KEPT));
  answers = Promise.all([answers, answer.catch(() => forget(id))]);
}

/** The last one, which is then forgotten, or undefined, once what was decided before has been answered; one that is not `wanted(decision)` is kept. */
export async function takeLast(wanted = () => true) {
  await Promise.all([restSent(), answers]);
  const last = kept().at(-1);
  if (last && wanted(last)) forget(last.id);
  return last;
}

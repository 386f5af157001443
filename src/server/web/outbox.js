/* SPDX-License-Identifier: GPL-3.0-or-later */
// Decisions on their way: sent again until the server has answered, also after the window was loaded anew.
import { ownName, post, Refusal } from "./api.js";
import { h } from "./dom.js";
import { recall, remember } from "./kept.js";
import { t } from "./text.js";

const NOBODY = 401; // whose session has ended
const AGAIN_MS = [500, 1000, 2000, 4000];

const waiting = () => recall("outbox", []);
const own = () => waiting().filter(({ by }) => by === ownName());

function forget(id) {
  remember("outbox", waiting().filter((one) => one.id !== id));
}

/** Says how many wait, as long as some do and the server does not answer. */
function tell(isLost) {
  document.querySelector(".offline")?.remove();
  const n = own().length;
  if (isLost && n > 0) document.body.append(h("div.offline", { role: "status" }, t("outbox.waiting", { n })));
}

/** Under another name nothing of it goes out: it waits until its author is back. */
async function insist({ by, path, body }) {
  for (let tries = 0; ; tries++) {
    if (by !== ownName()) throw new Refusal(NOBODY, t("outbox.else"));
    try {
      return await post(path, body);
    } catch (error) {
      if (error.status !== 0 && error.status !== 503) throw error;
      tell(true);
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS[Math.min(tries, AGAIN_MS.length - 1)]));
    }
  }
}

/** The entry is gone once it was answered, be it with a refusal. */
async function deliver(entry) {
  try {
    const answer = await insist(entry);
    forget(entry.id);
    return answer;
  } catch (error) {
    if (error.status !== NOBODY) forget(entry.id);
    throw error;
  } finally {
    tell(false);
  }
}

/** A POST that may be repeated: its answer, or the server's refusal, however long that takes. */
export async function postSurely(path, body) {
  const entry = { id: crypto.getRandomValues(new Uint32Array(2)).join("-"), by: ownName(), path, body };
  remember("outbox", [...waiting(), entry]);
  return deliver(entry);
}

let rest = Promise.resolve();

/** What a window before this one had not been answered. A refusal means that it was heard, or that somebody was faster. */
export function sendRest() {
  rest = rest.then(async () => {
    for (const entry of own()) await deliver(entry).catch(() => {});
  });
  return rest;
}

/** Resolves once nothing of that is left. */
export const restSent = () => rest;

/* SPDX-License-Identifier: GPL-3.0-or-later */
// Decisions on their way: sent again until the server has answered, also after the window was loaded anew.
import { ownName, postNamed, Refusal } from "./api.js";
import { h } from "./dom.js";
import { recall, remember } from "./kept.js";
import { t } from "./text.js";

const NOBODY = 401; // whose session has ended
const NOT_NOW = [0, 500, 502, 503, 504]; // no answer, or that of a server that is at a loss
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
async function insist({ id, by, path, body }) {
  for (let tries = 0; ; tries++) {
    if (by !== ownName()) throw new Refusal(NOBODY, t("outbox.else"));
    try {
      return await postNamed(path, body, id);
    } catch (error) {
      if (!NOT_NOW.includes(error.status)) throw error;
      tell(true);
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS[Math.min(tries, AGAIN_MS.length - 1)]));
    }
  }
}

const onWay = new Set(); // what this window is sending: nothing else sends it too

/** The entry is gone once it was answered, be it with a refusal. */
async function deliver(entry) {
  onWay.add(entry.id);
  try {
    const answer = await insist(entry);
    forget(entry.id);
    return answer;
  } catch (error) {
    if (error.status !== NOBODY) forget(entry.id);
    throw error;
  } finally {
    onWay.delete(entry.id);
    tell(false);
  }
}

/** A POST that is sent until it is heard, under one name, so that the server does it once: its answer, or the server's refusal, however long that takes. `about`: what a later window has to know of it. */
export async function postSurely(path, body, about) {
  const entry = { id: crypto.getRandomValues(new Uint32Array(4)).join("-"), by: ownName(), path, body, about };
  remember("outbox", [...waiting(), entry]);
  return deliver(entry);
}

let rest = Promise.resolve();

/** What a window before this one had not been answered, and what waited for its author. refused(entry, error) is told of each that was. */
export function sendRest(refused) {
  rest = rest.then(async () => {
    for (const entry of own())
      if (!onWay.has(entry.id)) await deliver(entry).catch((error) => refused(entry, error));
  });
  return rest;
}

/** Resolves once nothing of that is left. */
export const restSent = () => rest;

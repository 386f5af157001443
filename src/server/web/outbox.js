/* SPDX-License-Identifier: GPL-3.0-or-later */
// Decisions on their way: sent again until the server has answered, also after the window was loaded anew.
import { ownName, post } from "./api.js";
import { h } from "./dom.js";
import { recall, remember } from "./kept.js";
import { t } from "./text.js";

const AGAIN_MS = [500, 1000, 2000, 4000];

const waiting = () => recall("outbox", []);

function forget(id) {
  remember("outbox", waiting().filter((one) => one.id !== id));
}

/** Says how many wait, as long as some do and the server does not answer. */
function tell(isLost) {
  document.querySelector(".offline")?.remove();
  const n = waiting().length;
  if (isLost && n > 0) document.body.append(h("div.offline", { role: "status" }, t("outbox.waiting", { n })));
}

async function insist({ path, body }) {
  for (let tries = 0; ; tries++) {
    try {
      return await post(path, body);
    } catch (error) {
      if (error.status !== 0 && error.status !== 503) throw error;
      tell(true);
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS[Math.min(tries, AGAIN_MS.length - 1)]));
    }
  }
}

/** A POST that may be repeated: its answer, or the server's refusal, however long that takes. */
export async function postSurely(path, body) {
  const entry = { id: crypto.getRandomValues(new Uint32Array(2)).join("-"), by: ownName(), path, body };
  remember("outbox", [...waiting(), entry]);
  try {
    return await insist(entry);
  } finally {
    forget(entry.id);
    tell(false);
  }
}

/** What a window before this one had not been answered. A refusal means that it was heard, or that somebody was faster. */
export async function sendRest() {
  for (const entry of waiting().filter(({ by }) => by === ownName())) {
    await insist(entry).catch(() => {});
    forget(entry.id);
    tell(false);
  }
}

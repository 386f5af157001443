/* SPDX-License-Identifier: GPL-3.0-or-later */
// The server's API (src/server/openapi.yaml). Addresses are relative, so that a proxy may put a folder before them.
import { said, t } from "./text.js";

const READ_AGAIN_MS = [300, 1000, 2500, 5000];

let csrf = null;
let name = null;
let onLost = () => false;
let onElse = () => null;

export function keepSession(identity) {
  csrf = identity?.csrf ?? null;
  name = identity?.name ?? null;
}

/** Who is logged in here, by name. */
export const ownName = () => name;

/**
 * lost() is called when the server no longer knows us; what was asked is asked again where it resolves to true. other() is called
 * when the session may be somebody else's by now: null where it is not, else the same.
 */
export function whenSessionLost(lost, other) {
  onLost = lost;
  onElse = other;
}

/** A refusal: `status` and the server's own words as message. status 0: the server could not be reached. */
export class Refusal extends Error {
  /** `type`: the end of the problem's type, where there is one: "second-factor". */
  constructor(status, message, type = "") {
    super(message);
    this.status = status;
    this.type = type;
  }
}

export function address(path, query = {}) {
  const words = new URLSearchParams();
  for (const [key, value] of Object.entries(query))
    if (value !== null && value !== undefined && value !== "") words.set(key, value);
  const text = words.toString();
  return `api/v1/${path}${text ? "?" + text : ""}`;
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** One try. Throws a Refusal of status 0 when no answer came. */
async function tryOnce(method, path, query, body, type, { signal, ...headers } = {}) {
  if (method !== "GET" && csrf) headers["X-CSRF-Token"] = csrf;
  if (body !== undefined) headers["Content-Type"] = type;
  try {
    return await fetch(address(path, query), { method, headers, signal, credentials: "same-origin",
      body: body === undefined ? undefined : type === "application/json" ? JSON.stringify(body) : body });
  } catch {
    throw new Refusal(0, t("error.unreachable"));
  }
}

/** What only reads is asked for again while the network is gone; whatever writes may have been heard, and is the caller's to repeat. */
async function tryFor(method, ...more) {
  for (const wait of method === "GET" ? READ_AGAIN_MS : []) {
    try {
      return await tryOnce(method, ...more);
    } catch (error) {
      if (more.at(-1)?.signal?.aborted) throw error;
      await pause(wait);
    }
  }
  return tryOnce(method, ...more);
}

async function ask(method, path, query, body, type = "application/json", more = {}) {
  const reply = await tryFor(method, path, query, body, type, more);
  if (reply.status === 204) return null;
  if (reply.ok) return reply.json().catch(() => null);
  if (reply.status === 401 && path !== "session" && await onLost()) return ask(method, path, query, body, type, more);
  const answer = await reply.json().catch(() => null);
  if (path !== "session" && answer?.type?.endsWith("csrf")) {
    const isSame = await onElse();
    if (isSame) return ask(method, path, query, body, type, more);
    if (isSame === false) throw new Refusal(401, words(reply, answer));
  }
  throw new Refusal(reply.status, words(reply, answer), answer?.type?.split(/[/:]/).at(-1));
}

/** What the server says is wrong, in this language where it knows how. */
export const whyRefused = async (reply) => words(reply, await reply.json().catch(() => null));

function words(reply, answer) {
  return said({ en: answer?.detail, zh: answer?.detail_zh }) || t("error.status", { status: reply.status });
}

export const get = (path, query) => ask("GET", path, query);
/** One that may be given up by an AbortSignal. */
export const getUntil = (path, query, signal) => ask("GET", path, query, undefined, undefined, { signal });
export const post = (path, body = {}) => ask("POST", path, {}, body);
/** One that may be sent again: under the same `name` the server does it once. */
export const postNamed = (path, body, name) => ask("POST", path, {}, body, "application/json", { "Idempotency-Key": name });
/** The same as a job, which is done beside requests (jobs.js): resolves to { job }. */
export const keep = (method, path, query, body) => ask(method, path, query, body, "application/json", { Prefer: "respond-async" });
/** A POST of what is not JSON, or with a query. */
export const send = (path, query, body, type, method = "POST") => ask(method, path, query, body, type);
export const put = (path, body) => ask("PUT", path, {}, body);
export const remove = (path) => ask("DELETE", path, {});

/** The path of a call: by its number, or by the recorder's id (with its query source, where several have that id). */
export const callPath = (call, rest = "") => `calls/${typeof call === "number" ? `~${call}` : encodeURIComponent(call)}${rest}`;

/** Everything of a list that comes in pages, up to `most` items. */
export async function getAll(path, query, name, most = 500) {
  const all = [];
  let cursor = "";
  do {
    const answer = await get(path, { ...query, limit: Math.min(500, most), cursor });
    all.push(...answer[name]);
    cursor = answer.next;
  } while (cursor && all.length < most);
  return all;
}

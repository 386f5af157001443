/* SPDX-License-Identifier: GPL-3.0-or-later */
// The server's API (src/server/openapi.yaml). Addresses are relative, so that a proxy may put a folder before them.
import { said, t } from "./text.js";

let csrf = null;
let onLost = () => {};

export function keepSession(identity) {
  csrf = identity?.csrf ?? null;
}

/** Called when the server no longer knows us. */
export function whenSessionLost(f) {
  onLost = f;
}

/** A refusal: `status` and the server's own words as message. status 0: the server could not be reached. */
export class Refusal extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export function address(path, query = {}) {
  const words = new URLSearchParams();
  for (const [key, value] of Object.entries(query))
    if (value !== null && value !== undefined && value !== "") words.set(key, value);
  const text = words.toString();
  return `api/v1/${path}${text ? "?" + text : ""}`;
}

async function ask(method, path, query, body, type = "application/json") {
  const headers = {};
  if (method !== "GET" && csrf) headers["X-CSRF-Token"] = csrf;
  if (body !== undefined) headers["Content-Type"] = type;
  let reply;
  try {
    reply = await fetch(address(path, query), { method, headers, credentials: "same-origin",
      body: body === undefined ? undefined : type === "application/json" ? JSON.stringify(body) : body });
  } catch {
    throw new Refusal(0, t("error.unreachable"));
  }
  if (reply.status === 204) return null;
  if (reply.ok) return reply.json().catch(() => null);
  if (reply.status === 401 && path !== "session") onLost();
  throw new Refusal(reply.status, await whyRefused(reply));
}

/** What the server says is wrong, in this language where it knows how. */
export async function whyRefused(reply) {
  const answer = await reply.json().catch(() => null);
  return said({ en: answer?.detail, zh: answer?.detail_zh }) || t("error.status", { status: reply.status });
}

export const get = (path, query) => ask("GET", path, query);
export const post = (path, body = {}) => ask("POST", path, {}, body);
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

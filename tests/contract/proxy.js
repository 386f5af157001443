/* SPDX-License-Identifier: GPL-3.0-or-later */
// Stands between people and the server, passes everything on as it is, and holds both sides to the description.
import { createServer, request as ask } from "node:http";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { Description } from "./description.js";

const descriptionPath = join(dirname(fileURLToPath(import.meta.url)), "../../src/server/openapi.yaml");

async function whole(stream) {
  const pieces = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}

const typeOf = (headers) => (headers["content-type"] ?? "").split(";")[0].trim().toLowerCase();

const unpacked = ({ headers, statusCode }, body) => (headers["content-encoding"] === "gzip" && statusCode === 200 && body.length > 0 ? gunzipSync(body) : body);

class Contract {
  faults = []; // each kind once, with an exchange that shows it
  #kinds = new Set();
  statuses = new Map(); // operation name -> the statuses that were seen

  constructor(path) {
    this.description = new Description(path);
  }

  judge({ method, path, query, requestType, requestBody, status, responseType, responseBody }) {
    const operation = this.description.find(method, path);
    const blame = (faults) => faults.forEach((fault) => this.blame(`${operation?.name ?? method} ${status} ${fault.replace(/\/\d+/g, "/N")}`, `${method} ${path}${query.size ? `?${query}` : ""} -> ${status}: ${fault}`));
    if (!operation) {
      if (![404, 405].includes(status)) blame(["this route is not described"]);
      return;
    }
    const seen = this.statuses.get(operation.name) ?? new Set();
    this.statuses.set(operation.name, seen.add(status));
    blame(this.description.responseFaults(operation, { status, type: responseType, body: responseBody, isHead: method === "HEAD" }));
    // What the description does not allow may be refused in any described way, but not be done.
    const items = requestType === "application/x-ndjson" && status === 200 ? JSON.parse(responseBody) : []; // lines are answered one by one
    const isAsked = (i) => !(items[i]?.status >= 400);
    if (status < 400) blame(this.description.requestFaults(operation, { query, type: requestType, body: requestBody, isAsked }).map((fault) => `accepted, although ${fault}`));
  }

  blame(kind, text) {
    if (!this.#kinds.has(kind)) this.faults.push(text);
    this.#kinds.add(kind);
  }

  /** The operations that never succeeded. */
  unexercised() {
    return this.description.operations.filter(({ name }) => ![...(this.statuses.get(name) ?? [])].some((status) => status < 300)).map(({ name }) => name);
  }
}

/** Listens on loopback before the server at `target`. Owned: close it. */
export async function openProxy(target, path = descriptionPath) {
  const contract = new Contract(path);
  const { hostname, port } = new URL(target);
  const proxy = createServer(async (incoming, outgoing) => {
    try {
      const requestBody = await whole(incoming);
      const answer = await new Promise((resolve, reject) => {
        ask({ hostname, port, method: incoming.method, path: incoming.url, headers: incoming.headers }, resolve).on("error", reject).end(requestBody);
      });
      const responseBody = await whole(answer);
      const { pathname, searchParams } = new URL(incoming.url, target);
      contract.judge({ method: incoming.method, path: pathname, query: searchParams, requestType: typeOf(incoming.headers), requestBody,
        status: answer.statusCode, responseType: typeOf(answer.headers), responseBody: unpacked(answer, responseBody) });
      outgoing.writeHead(answer.statusCode, answer.rawHeaders).end(responseBody);
    } catch (error) {
      if (!outgoing.destroyed && !incoming.aborted) contract.blame(incoming.url, `${incoming.method} ${incoming.url}: no answer: ${error.message}`);
      outgoing.destroy();
    }
  });
  await new Promise((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${proxy.address().port}`, contract, async close() { proxy.closeAllConnections(); await new Promise((resolve) => proxy.close(resolve)); } };
}

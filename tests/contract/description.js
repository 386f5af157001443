/* SPDX-License-Identifier: GPL-3.0-or-later */
// What src/server/openapi.yaml says about one exchange, as checks. A response may hold no field that is not described,
// except where the description says additionalProperties: true (results, whose fields may grow).
import { readFileSync } from "node:fs";
import Ajv from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { parse } from "yaml";

const methods = ["get", "post", "put", "patch", "delete"];

/** Replaces every $ref by what it names; the description has no circles. */
function resolved(node, root) {
  if (Array.isArray(node)) return node.map((item) => resolved(item, root));
  if (node === null || typeof node !== "object") return node;
  if (typeof node.$ref === "string") return resolved(node.$ref.slice(2).split("/").reduce((at, key) => at[key], root), root);
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, resolved(value, root)]));
}

/** The schema with every object closed that does not open itself. Parts of an allOf are closed together, by the whole. */
function closed(schema, isPart = false) {
  if (Array.isArray(schema)) return schema.map((item) => closed(item, isPart));
  if (schema === null || typeof schema !== "object" || schema.additionalProperties === true) return schema;
  const out = { ...schema };
  for (const key of ["oneOf", "anyOf", "items"]) if (key in out) out[key] = closed(out[key]);
  if (out.allOf) out.allOf = closed(out.allOf, true);
  if (out.properties) out.properties = Object.fromEntries(Object.entries(out.properties).map(([name, value]) => [name, closed(value)]));
  if (typeof out.additionalProperties === "object") out.additionalProperties = closed(out.additionalProperties);
  if ((out.properties || out.allOf) && !isPart && out.additionalProperties === undefined) out.unevaluatedProperties = false;
  return out;
}

const isJson = (type) => /^application\/(json|problem\+json)$/.test(type);

/** A body as what its schema speaks of: a list of values, one a line for lines of JSON. */
function valuesOf(type, body) {
  const text = body.toString("utf8");
  if (isJson(type)) return [JSON.parse(text)];
  if (type === "application/x-ndjson") return text.split("\n").filter(Boolean).map((line) => JSON.parse(line));
  return [text];
}

export class Description {
  constructor(path) {
    const root = parse(readFileSync(path, "utf8"));
    this.ajv = addFormats(new Ajv({ strict: false, allErrors: true }), ["date", "date-time", "uri"]);
    this.validators = new Map();
    this.operations = Object.entries(resolved(root.paths, root)).flatMap(([path_, item]) => methods.filter((method) => item[method]).map((method) => ({
      name: `${method.toUpperCase()} ${path_}`, method, path: path_, literals: path_.split("/").filter((part) => part && !part.startsWith("{")).length,
      pattern: new RegExp(`^${path_.replace(/\{[^}]+\}/g, "([^/]+)").replaceAll(".", "\\.")}$`),
      parameters: [...(item.parameters ?? []), ...(item[method].parameters ?? [])],
      isPublic: item[method].security?.length === 0, ...item[method],
    }))).sort((a, b) => b.literals - a.literals);
  }

  /** The operation of a request; undefined when none is described. */
  find(method, path) {
    const wanted = method === "HEAD" ? "get" : method.toLowerCase();
    return this.operations.find((operation) => operation.method === wanted && operation.pattern.test(path));
  }

  /** What is wrong with `value`, as texts. */
  #faults(schema, value) {
    if (!this.validators.has(schema)) this.validators.set(schema, this.ajv.compile(schema));
    const validate = this.validators.get(schema);
    return validate(value) ? [] : validate.errors.map(({ instancePath, message, params }) => `${instancePath || "/"} ${message} ${JSON.stringify(params)}`);
  }

  #contentFaults(content, type, body, close, isAsked = () => true) {
    const described = content?.[type];
    if (!described) return [`the content type "${type}" is not described; described: ${Object.keys(content ?? {}).join(", ") || "no content"}`];
    if (described.schema.contentEncoding === "binary") return [];
    if (close) described.closed ??= closed(described.schema);
    try {
      return valuesOf(type, body).filter((_, i) => isAsked(i)).flatMap((value) => this.#faults(close ? described.closed : described.schema, value));
    } catch (error) {
      return [`the body is no ${type}: ${error.message}`];
    }
  }

  #parameterFaults(operation, query) {
    return [...query].flatMap(([name, text]) => {
      const parameter = operation.parameters.find((one) => one.in === "query" && one.name === name);
      if (!parameter) return [`the query parameter "${name}" is not described`];
      const isNumber = ["integer", "number"].includes(parameter.schema.type);
      return this.#faults(parameter.schema, isNumber ? Number(text) : text).map((fault) => `query parameter ${name}: ${fault}`);
    });
  }

  /** Why a request is none that the description allows. Of lines, only those count that `isAsked` takes by their number. */
  requestFaults(operation, { query, type, body, isAsked }) {
    const faults = this.#parameterFaults(operation, query);
    if (body.length > 0 && !operation.requestBody) faults.push("a body is not described");
    else if (body.length > 0) faults.push(...this.#contentFaults(operation.requestBody.content, type, body, false, isAsked));
    else if (operation.requestBody?.required) faults.push("the body is missing");
    return faults;
  }

  /** Why a response is none that the description promises. */
  responseFaults(operation, { status, type, body, isHead }) {
    const described = operation.responses[status];
    if (!described) return [`the status ${status} is not described`];
    if (isHead) return [];
    if (described.content) return this.#contentFaults(described.content, type, body, true);
    return body.length > 0 ? [`the status ${status} is described without a body`] : [];
  }
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
// Walks through every route of the description, with what is allowed and with what is not, and has the proxy judge each
// exchange. A route that is added needs a line in the walk: at the end every operation must have succeeded once.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { bornInPart, leg, silentCall } from "../browser/situations.js";
import { openStage, password, roster, source } from "../browser/stage.js";
import { codeOf } from "../browser/telephone.js";
import { openProxy } from "./proxy.js";

let stage, proxy, recorder;
const people = {};

before(async () => {
  stage = await openStage();
  proxy = await openProxy(stage.url);
  recorder = stage.command("token", "add", "walker", "--role", "recorder").trim();
});
after(async () => {
  await proxy?.close();
  stage?.close();
});

const json = (value) => ({ type: "application/json", body: JSON.stringify(value) });
const lines = (...values) => ({ type: "application/x-ndjson", body: values.map((value) => JSON.stringify(value)).join("\n") });

/** One request as `who` (a person's name, "recorder" or nobody); the answer's body, when its status is `expected`. */
async function send(who, method, path, expected, { type, body, ...headers } = {}) {
  const person = people[who];
  const reply = await fetch(`${proxy.url}${path}`, { method, body, headers: { ...headers, ...(type && { "Content-Type": type }),
    ...(who === "recorder" && { Authorization: `Bearer ${recorder}` }), ...(person && { Cookie: person.cookie, "X-CSRF-Token": person.csrf }) } });
  const text = await reply.text();
  if (expected !== undefined) assert.equal(reply.status, expected, `${who} ${method} ${path}: ${text.slice(0, 400)}`);
  return reply.headers.get("content-type")?.includes("json") && !reply.headers.get("content-type").includes("ndjson") && text ? JSON.parse(text) : text;
}
const api = (who, method, path, ...more) => send(who, method, `/api/v1/${path}`, ...more);
const get = (who, path, expected = 200, headers) => api(who, "GET", path, expected, headers);
const post = (who, path, value, expected = 200) => api(who, "POST", path, expected, value && json(value));

async function logIn(name) {
  const reply = await fetch(`${proxy.url}/api/v1/session`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ name, password }) });
  assert.equal(reply.status, 200);
  people[name] = { cookie: reply.headers.get("set-cookie").split(";")[0], csrf: (await reply.json()).csrf };
}

test("people log in", async () => {
  for (const name of ["lead", "max", "ann", "bob", "zhang", "hr", "root"]) {
    await logIn(name);
    await get(name, "session");
  }
  await post(null, "session", { name: "nobody", password: "wrong" }, 401);
  await post(null, "session", { name: 5, password: "wrong" }, 422);
});

test("a recorder posts, and reads back what it posted", async () => {
  const [result] = (await get("lead", "calls?limit=1")).calls;
  const own = { ...result, call: { ...result.call, id: "walk-1" } };
  const failure = { schema: "callqa.failure/1", recording: { path: "/monitor/broken.wav" }, call: null, reason: "truncated", text: "half of it" };
  const key = { "Idempotency-Key": "walk-1" };
  await api("recorder", "POST", "results", 201, { ...json(own), ...key });
  await api("recorder", "POST", "results", 200, { ...json(own), ...key });
  await api("recorder", "POST", "results", 422, { ...json({ ...own, analyzer: { ...own.analyzer, version: "0.0.1" } }), ...key });
  await api("recorder", "POST", "results", 422, { ...json({ schema: "callqa.result/1" }), ...key });
  await api("recorder", "POST", "results", 201, json(failure));
  await api("recorder", "POST", "results", 200, lines({ key: "walk-2", result: { ...own, call: { ...own.call, id: "walk-2" } } }, { result: failure }, { key: "walk-3", result: {} }));
  const of = silentCall(await get("lead", "calls?limit=100"));
  for (const one of [bornInPart(of, "walk-part"), leg(of, "walk-leg")]) {
    await api("recorder", "POST", "results", 201, { ...json(one), "Idempotency-Key": one.call.id });
    assert.deepEqual(await get("lead", `calls/${one.call.id}`), one);
  }
  const part = bornInPart(of, "walk-bad");
  const [span] = part.measurable.spans;
  for (const bad of [{ events: [{ ...part.events[0], type: 5 }] }, { conversation_ms: [9000, 1] }, { conversation_ms: "all" }, { measurable: { ...part.measurable, spans: [{ ...span, end_ms: null }] } }, { measurable: { ...part.measurable, spans: [{ ...span, reason: null }] } }])
    await api("recorder", "POST", "results", 422, { ...json({ ...part, ...bad }), "Idempotency-Key": "walk-bad" });
  await get("ann", "flags?state=any&from=2025-11-21&to=2025-11-21");
  await get("recorder", "calls?limit=1");
  await get("recorder", "failures?limit=1");
});

test("lists, page by page and by every filter", async () => {
  let page = await get("lead", "calls?agent=8001&person=zhang&team=east&source=freepbx&from=2025-11-01&to=2025-11-30&score_below=101&score_above=-1&rule=dead-air&severity=note&sort=newest&limit=2");
  await get("lead", `calls?agent=8001&person=zhang&team=east&source=freepbx&from=2025-11-01&to=2025-11-30&score_below=101&score_above=-1&rule=dead-air&severity=note&sort=newest&limit=2&cursor=${encodeURIComponent(page.next)}`);
  page = await get("ann", "flags?state=any&sort=points&limit=2&severity=note&confidence=0.1&person=zhang&team=east&from=2025-11-01&to=2025-11-30");
  await get("ann", "flags?limit=5");
  const open = await get("ann", "flags/count?person=zhang&from=2025-11-01&to=2025-11-30");
  const { flags } = await get("ann", "flags?person=zhang&from=2025-11-01&to=2025-11-30&limit=500");
  assert.deepEqual(open, { flags: flags.length, more: false });
  await get("ann", "flags/count?state=sideways", 400);
  await get("hr", "flags/count", 403);
  await get("lead", "failures?limit=1");
  for (const path of ["people", "days", "rules"]) await get("lead", `${path}?from=2025-11-01&to=2025-11-30`);
  await get("lead", "days?person=zhang&team=east");
  for (const path of ["calls?sort=sideways", "calls?limit=0", "flags?cursor=x", "people?from=yesterday", "objections?outcome=none", "calls?colour=red"]) await get("lead", path, 400);
});

test("a call: result, flags, comments, sound and waveform", async () => {
  const [flag] = (await get("ann", "flags?rule=dead-air&limit=1")).flags;
  const call = `calls/~${flag.call.number}`;
  await get("ann", call);
  await post("ann", `${call}/customer`, {}, 200);
  await post("hr", `${call}/customer`, {}, 403);
  await get("lead", "calls?search=zs&limit=1");
  await get("ann", `${call}/flags`);
  await get("ann", `${call}/comments`);
  await post("ann", `${call}/comments`, { text: "Listen here", position_ms: 1000 }, 201);
  await post("ann", `${call}/comments`, { text: 5 }, 422);
  await post("ann", `${call}/flags`, { rule: "dead-air", severity: "minor", points: 1, start_ms: 0, end_ms: 1000, note: "No greeting" }, 201);
  await post("ann", `${call}/flags`, { rule: "dead-air", points: 1000, start_ms: 0, end_ms: 1000, note: "Too many" }, 422);
  await get("ann", `${call}/peaks`);
  await get("ann", `${call}/audio`);
  await get("ann", `${call}/audio`, 206, { Range: "bytes=0-999" });
  await get("ann", `${call}/audio`, 416, { Range: "bytes=999999999-" });
  await send("ann", "HEAD", `/api/v1/${call}/audio`, 200);
  await get("ann", "calls/no-such-call", 404);
  await get("root", `${call}/audio`, 403);
  await get(null, call, 401);
});

test("decisions and objections", async () => {
  assert.deepEqual((await get("ann", "reasons")).reasons.map(({ code }) => code), ["justified", "not-so", "fault", "customer"]);
  const [first, second] = (await get("ann", "flags?person=zhang&limit=2")).flags;
  await post("ann", `flags/${first.flag}/decision`, { state: "changed", points: 1, reason: "Half of it" });
  await post("ann", `flags/${first.flag}/decision`, { state: "confirmed", was: "open" }, 409);
  await post("ann", `flags/${first.flag}/decision`, { state: "overturned" }, 422);
  await post("ann", "flags/999999/decision", { state: "confirmed" }, 404);
  const [third] = (await get("ann", "flags?person=li&limit=1")).flags;
  await post("ann", `flags/${third.flag}/decision`, { state: "overturned", reason_code: "no-such" }, 422);
  await post("ann", `flags/${third.flag}/decision`, { state: "overturned", reason_code: "fault" });
  assert.ok((await get("lead", "reasons?from=2025-11-01&to=2025-11-30")).used.some(({ rule, code, flags }) => rule === third.rule && code === "fault" && flags === 1));
  await get("lead", "reasons?from=yesterday", 400);
  assert.equal((await get("lead", "waiting")).objections, 0);
  const { objection } = await post("zhang", `flags/${second.flag}/objection`, { text: "The customer asked for it" }, 201);
  await post("zhang", `flags/${second.flag}/objection`, { text: "Again" }, 409);
  await get("lead", "objections?outcome=open");
  assert.deepEqual([(await get("lead", "waiting")).objections, (await get("ann", "waiting")).objections], [1, 0]);
  await get("recorder", "waiting", 403);
  await post("ann", `flags/${second.flag}/decision`, { state: "confirmed" }, 409);
  await post("ann", `flags/${second.flag}/decision`, { state: "confirmed", objection: objection + 1 }, 409);
  await post("lead", `objections/${objection}/answer`, { state: "overturned", reason: "Right" }, 204);
  await post("lead", `objections/${objection}/answer`, { state: "overturned", reason: "Right" }, 409);
  await post("lead", `objections/${objection}/answer`, { state: "overturned", reason: "Right, heard once more", again: true }, 204);
});

test("claims", async () => {
  const [flag] = (await get("ann", "flags?limit=1")).flags;
  await post("ann", "claims", { flags: [flag.flag, 999999] });
  await post("ann", "claims", { flags: [] }, 422);
  await get("bob", "flags?claim=free");
  await get("ann", "flags/count?claim=own");
  await post("bob", `flags/${flag.flag}/decision`, { state: "confirmed" }, 409);
  await post("ann", "claims/hand-out", { auditors: ["ann"] }, 403);
  await post("lead", "claims/hand-out", { auditors: ["ann", "bob"], by: "team", days: 2, rule: flag.rule, from: "2025-11-01", severity: "minor" });
  await post("lead", "claims/hand-out", { auditors: ["hr"] }, 422);
  await get("lead", "claims");
});

test("samples and calibration", async () => {
  await post("lead", "samples", { plan: "walk", from: "2025-11-01", to: "2025-11-30", per_person: 1, strata: "score", auditors: ["ann"], due: "2026-12-31" });
  await post("lead", "samples", { plan: "walk", from: "2025-11-01", to: "2025-11-30", per_person: 0, due: "2026-12-31" }, 422);
  const { samples } = await get("ann", "samples?open=1");
  await post("ann", `samples/${samples[0].sample}/done`, undefined, 204);
  await post("ann", "samples/999999/done", undefined, 404);
  const flags = (await get("lead", "flags?state=any&limit=3")).flags.map(({ flag }) => flag);
  await post("lead", "calibrations", { session: "walk", flags }, 201);
  await get("ann", "calibrations/walk");
  for (const name of ["ann", "bob"]) for (const flag of flags) await post(name, "calibrations/walk/judgements", { flag, verdict: "stands" }, 204);
  await post("ann", "calibrations/walk/judgements", { flag: flags[0], verdict: "does_not_stand" }, 409);
  await get("lead", "calibrations/walk/agreement");
});

test("rubrics, thresholds, shifts", async () => {
  const { rubrics } = await get("hr", "rubrics");
  assert.ok(rubrics.some(({ rubric }) => rubric === "standard"));
  await get("zhang", "rubrics/standard/2");
  await get("ann", "rubrics/standard/none", 404);
  await get("ann", "shifts");
  await get("ann", `calls?shift=${encodeURIComponent("早班")}&limit=2`);
  await get("ann", "flags?shift=none", 400);
  const wish = { rubric: "standard", version: "2", rule: "dead-air", threshold: "at_least", values: [12000, 20000], from: "2025-11-01", to: "2025-11-30" };
  await post("lead", "rules/what-if", wish);
  await post("lead", "rules/what-if", { ...wish, values: [-1] }, 422);
  await post("lead", "rules/what-if", { ...wish, rule: "none" }, 404);
});

test("coaching notes", async () => {
  const [{ flag, call }] = (await get("lead", "flags?person=zhang&state=any&limit=1")).flags;
  const note = { person: "zhang", text: "Ask before you mute.", follow_up: "2025-11-28", links: [{ call: call.number, flag }, { call: call.number }] };
  const { note: number } = await post("lead", "coaching", note, 201);
  await post("lead", "coaching", { ...note, person: "nobody" }, 404);
  await post("lead", "coaching", { ...note, follow_up: "soon" }, 422);
  await get("lead", "coaching?due=2025-12-01");
  await post("lead", `coaching/${number}/done`, { outcome: "Better" }, 204);
  await post("lead", `coaching/${number}/done`, {}, 409);
  await get("zhang", "coaching?limit=1");
});

test("accounts, tokens and passwords", async () => {
  const carl = await api("root", "PUT", "users/carl", 202, json({ role: "auditor", teams: ["east"] }));
  await api("root", "PUT", "users/carl", 422, json({ role: "recorder" }));
  await api("root", "PUT", "users/root", 409, json({ role: "lead" }));
  await post("root", `asked/${carl.asked}/confirm`, {}, 409);
  assert.match((await post("lead", `asked/${carl.asked}/confirm`, {})).password, /^[a-z2-9]{4}(-[a-z2-9]{4}){3}$/);
  await get("root", "users");
  await post("root", "users/carl/disable", undefined, 204);
  await post("root", "users/carl/disable", undefined, 404);
  const token = await post("root", "tokens", { name: "walk", role: "recorder", site: "east" }, 202);
  await post("lead", `asked/${token.asked}/confirm`, {}, 201);
  await post("root", "tokens", { name: "a b", role: "recorder" }, 422);
  await get("root", "tokens");
  await post("root", "tokens/walk/revoke", undefined, 204);
  await post("bob", "session/password", { old: "wrong", new: "battery staple" }, 409);
  await post("bob", "session/password", { old: password, new: "battery staple" }, 204);
});

test("re-scoring, exports, roster, periods, audit log", async () => {
  const rubric = readFileSync(join(source, "models/rubrics/standard.yaml"), "utf8").replace('version: "2"', 'version: "3"').replace("{from: 15s, points: 2}", "{from: 15s, points: 4}");
  for (const path of ["rescore/preview", "rescore"]) await post("lead", path, { rubric: "name: [", from: "2025-11-01", to: "2025-11-30" }, 422);
  await post("lead", "rescore/preview", { rubric, from: "2025-11-01", to: "2025-11-30" });
  await post("lead", "rescore", { rubric, from: "2025-01-01", to: "2025-01-31" });
  const { asked } = await post("lead", "rescore", { rubric, from: "2025-11-01", to: "2025-11-30" }, 202);
  await post("lead", `asked/${asked}/confirm`, {}, 409);
  await post("hr", `asked/${asked}/confirm`, {}, 403);
  await post("max", `asked/${asked}/confirm`, {});
  await post("max", `asked/${asked}/confirm`, {}, 404);
  const counted = (await get("lead", "calls?person=zhang&from=2025-11-01&to=2025-11-30&limit=50")).calls.find(({ score }) => score.deductions.some(({ points }) => points > 0));
  const milder = { ...counted, score: { ...counted.score, total: 100, deductions: [] } };
  await api("recorder", "POST", "results", 202, { ...json({ schema: "callqa.preview/1", result: milder }), "Idempotency-Key": "walk-preview" });
  await api("recorder", "POST", "results", 422, { ...json({ schema: "callqa.preview/1", result: {} }), "Idempotency-Key": "walk-preview" });
  await get("lead", "previews?team=east&person=zhang&limit=5");
  const { most_changed: [waiting] } = await get("lead", "previews");
  for (const step of ["accept", "discard"]) {
    await post("lead", `previews/${step}`, { from: "2025-11-01", to: "2025-11-30", team: "none" });
    await post("lead", `previews/${step}`, { calls: [] }, 422);
  }
  await post("lead", "previews/accept", { calls: [waiting.number] });
  const { changes: [change] } = await get("zhang", `score-changes?call=${waiting.number}&from=2025-11-01&to=2025-11-30`);
  if (change.call !== waiting.number) throw new Error("another call's change");
  await get("lead", "score-changes?person=zhang&team=east&limit=1");
  for (const file of ["calls.csv", "calls.jsonl", "flags.csv"]) await get("hr", `export/${file}?from=2025-11-01&to=2025-11-30&team=east`);
  await get("hr", "export/calls.csv?bom=1&person=zhang", 206, { Range: "bytes=0-9" });
  await get("hr", "export/calls.jsonl", 206, { Range: "bytes=5-9" });
  await get("hr", "export/secrets.csv", 404);
  await api("root", "PUT", "roster", 200, { type: "text/csv", body: roster });
  await api("root", "PUT", "roster?preview=1", 200, { type: "text/csv", body: roster });
  await api("root", "PUT", "roster", 200, { type: "text/csv", body: `${roster}mo,8077,north,agent,2025-01-01,\n` });
  const { versions: [inForce] } = await get("root", "roster");
  await post("root", "roster/undo", { version: inForce.version + 1 }, 409);
  await post("root", "roster/undo", { version: inForce.version, preview: true });
  await post("root", "roster/undo", { version: inForce.version });
  await api("root", "PUT", "roster", 422, { type: "text/csv", body: "colour\nred\n" });
  await post("hr", "periods", { from: "2025-10-01", to: "2025-10-31", note: "October" }, 201);
  await post("hr", "periods", { from: "2025-11-01", to: "2025-11-30" }, 409);
  const { periods: [october] } = await get("hr", "periods");
  await post("hr", `periods/${october.period}/open`, {}, 422);
  await get("hr", "periods/open?from=2025-11-01&to=2025-11-30");
  const { asked: withdrawn } = await post("hr", `periods/${october.period}/open`, { note: "no, not so" }, 202);
  await get("hr", "asked");
  await post("lead", `asked/${withdrawn}/withdraw`, {}, 204);
  const { asked: opening } = await post("hr", `periods/${october.period}/open`, { note: "closed too early" }, 202);
  await post("lead", `asked/${opening}/confirm`, {});
  await post("hr", `periods/${october.period}/open`, { note: "once more" }, 404);
  await get("lead", "calls?without_day=1");
  await get("root", "audit?limit=5");
});

test("what takes long is a job, whose answer waits", async () => {
  const ended = ({ state }) => state === "done" || state === "stopped";
  const { job } = await get("hr", "export/calls.csv?from=2025-11-01&to=2025-11-30", 202, { Prefer: "respond-async" });
  let one = await get("hr", `jobs/${job}`);
  for (const until = Date.now() + 60000; !ended(one) && Date.now() < until; one = await get("hr", `jobs/${job}`)) await new Promise((go) => setTimeout(go, 50));
  assert.deepEqual([one.state, one.status], ["done", 200]);
  assert.match(await get("hr", `jobs/${job}/result`), /^[^\n]*call/);
  assert.equal((await post("hr", `jobs/${job}/stop`, {})).state, "done"); // too late
  await get("lead", `jobs/${job}`, 404);
  await post("lead", `jobs/${job}/stop`, {}, 404);
  await api("lead", "DELETE", `jobs/${job}`, 404);
  await api("hr", "DELETE", `jobs/${job}`, 204);
  await get("hr", `jobs/${job}/result`, 404);
});

test("an appraisal from its opening to its correction", async () => {
  await get("ann", "schemes");
  await get("ann", "schemes/grades-310");
  await get("ann", "schemes/none", 404);
  const { appraisal } = await post("hr", "appraisals", { scheme: "grades-310", period: "2025-11", place: "room 2" }, 201);
  const round = `appraisals/${appraisal}`;
  await post("hr", "appraisals", { scheme: "grades-310", period: "2025-11" }, 409);
  await get("zhang", "appraisals?scheme=grades-310&stage=open");
  await get("zhang", round);
  const csv = { type: "text/csv", body: "agent,self_score,supervisor_score,wage\nzhang,80,90,5000\nli,many,80,4000\n" };
  await api("hr", "POST", `${round}/imports?file=november.csv&preview=1`, 200, csv);
  const taken = await api("hr", "POST", `${round}/imports?file=november.csv`, 201, csv);
  await api("hr", "POST", `${round}/imports?file=november.csv`, 422, { type: "text/csv", body: "colour\nred\n" });
  await api("hr", "PUT", `${round}/import-answers`, 200, { type: "application/json", body: JSON.stringify({ headings: ["agent", "mood"], columns: { mood: "" }, names: { "Nobody": "" } }) });
  await post("hr", `${round}/least`, { coverage_pct: 20, calls: 3, note: "As agreed" });
  await post("hr", `${round}/least`, { note: "Not any more" });
  await get("hr", `${round}/imports`);
  await get("hr", `${round}/imports/${taken.import}`);
  for (const value of ["85", "86.5"]) await post("zhang", `${round}/ratings`, { ratings: [{ agent: "zhang", indicator: "self_score", value }] });
  await post("hr", `${round}/least`, { coverage_pct: 0, note: "Nothing is measured" });
  await get("hr", `${round}/ratings`);
  await get("lead", `${round}/changes`);
  for (const who of ["hr", "lead", "zhang"]) {
    await get(who, `${round}/results`);
    await get(who, `${round}/sheets/zhang`);
  }
  await get("hr", `${round}/sheets/li`);
  await api("hr", "POST", `${round}/imports?file=li.csv`, 201, { type: "text/csv", body: "agent,self_score,supervisor_score,wage\nli,70,80,4000\n" }); // with an error of li's, zhang's place is preliminary
  await send("hr", "GET", `/api/v1/${round}/results.csv?bom=1`, 200);
  await post("hr", `${round}/stage`, { stage: "interview", place: "room 2" });
  await post("lead", `${round}/steps`, { step: "interview", agent: "zhang", place: "room 2", note: "Both sides heard" }, 201);
  await post("hr", `${round}/stage`, { stage: "objections", place: "room 2", date: "2025-12-05", person: "Ms Zhao" });
  const { objection } = await post("zhang", `${round}/sheets/zhang/objections`, { text: "One day was leave" }, 201);
  await get("lead", `${round}/objections`);
  await post("lead", `${round}/objections/${objection}/answer`, { outcome: "rejected", answer: "It was counted so" });
  await get("lead", `${round}/readiness`);
  await post("hr", `${round}/close`, { place: "room 2" }, 409);
  await api("hr", "PUT", `${round}/import-answers`, 422, json({ names: { li: "" } })); // li is somebody
  await logIn("li");
  for (const agent of ["zhang", "li"])
    for (const [who, as] of [[agent, "appraised"], ["lead", "supervisor"], ["hr", "hr"]]) await post(who, `${round}/sheets/${agent}/signatures`, { as }, 201);
  await post("hr", `${round}/close`, { place: "room 2", ignore_undecided: true, ignore_left_out: true, note: "A trial" });
  await get("hr", `${round}/results`);
  await get("zhang", `${round}/sheets/zhang`);
  await post("hr", `${round}/corrections`, { reason: "A wrong wage" }, 201);
});

test("what stands open, and the page", async () => {
  await send(null, "GET", "/api/v1/health", 200);
  await send(null, "GET", "/api/v1/openapi", 401);
  await send(null, "GET", "/metrics", 401);
  await send("ann", "GET", "/api/v1/openapi", 200);
  await send("root", "GET", "/metrics", 200);
  await send(null, "GET", "/", 200);
  await send(null, "GET", "/web/app.js", 200);
  await send(null, "GET", "/web/lang/en.json", 200);
  await send(null, "GET", "/web/none.js", 404);
  await send(null, "GET", "/nothing/here", 404);
  await send(null, "DELETE", "/api/v1/health", 405);
});

/** Path parameters that name nothing; a number where one is wanted. */
const fill = (operation) => operation.path.replace(/\{([^}]+)\}/g, (_, name) => (operation.parameters.find((one) => one.name === name)?.schema.type === "integer" ? "999999" : "no-such"));

test("every operation refuses strangers, other roles and broken bodies as described", async () => {
  for (const operation of proxy.contract.description.operations) {
    const path = fill(operation);
    const method = operation.method.toUpperCase();
    const body = operation.requestBody ? { type: Object.keys(operation.requestBody.content)[0], body: "{}" } : {};
    if (operation.operationId === "logOut") continue;
    if (!operation.isPublic) await send(null, method, path, 401, body);
    for (const who of ["recorder", ...Object.keys(people)]) {
      await send(who, method, path, undefined, body);
      if (!operation.requestBody) continue;
      for (const broken of [{ type: "text/plain", body: "?" }, { type: "application/json", body: "{" }, { type: "application/json", body: "[]" }, { type: "application/json", body: '{"no_such_field": 1}' }])
        await send(who, method, path, undefined, broken);
    }
  }
});

test("sessions are listed and ended, and a second factor is set up and taken away", async () => {
  const session = { name: "faye", password };
  stage.command("user", "add", "faye", "--role", "auditor", "--password-file", "-");
  await logIn("faye");
  await logIn("faye");
  const { sessions } = await get("faye", "session/list");
  assert.equal(sessions.length, 2);
  await api("faye", "DELETE", `session/list/${sessions.find(({ current }) => !current).session}`, 204);
  await api("faye", "DELETE", "session/list/none", 404);
  await post("faye", "session/second-factor", { password: "wrong" }, 409);
  const { secret } = await post("faye", "session/second-factor", { password });
  await post("faye", "session/second-factor/confirm", { code: "none" }, 409);
  await post("faye", "session/second-factor/confirm", { code: codeOf(secret) }, 204);
  await post(null, "session", session, 401);
  await post("faye", "session/second-factor/off", { password, code: codeOf(secret, 1) }, 204);
});

test("people log out", () => api("bob", "DELETE", "session", 204));

test("nothing was said that the description does not say, and nothing described was left out", () => {
  const { contract } = proxy;
  assert.deepEqual(contract.faults, []);
  assert.deepEqual(contract.unexercised(), []);
  const exchanges = [...contract.statuses.values()].reduce((sum, seen) => sum + seen.size, 0);
  console.log(`contract: ${contract.description.operations.length} operations exercised, ${exchanges} of their statuses seen`);
});

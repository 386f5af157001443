/* SPDX-License-Identifier: GPL-3.0-or-later */
// What takes long, as it is seen on the page: how far it is, called off, and why it failed.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { actor, axeFinds, openAll, visit } from "./acting.js";
import { person } from "./round.js";

let stage, browser, close;
before(async () => {
  ({ stage, browser, close } = await openAll());
});
after(() => close?.());

const as = actor(() => ({ stage, browser }));
const LEAST = 48000; // calls; as many again where a machine is done with them before anybody has seen how far it is
const ROUNDS = 5;
const BATCH = 1000;
const rubric = `name: strict
version: '9'
title: {en: a, zh: b}
base: 100
floor: 0
rules:
  - id: dead-air
    title: {en: a, zh: b}
    severity: minor
    text: {en: a, zh: b}
    on: silence
    points:
      each: 7
`;

/** Posts copies of one of the stage's calls, each a recording of its own, with the numbers `from` to `to`. */
async function postCopies(token, result, from, to) {
  const score = { ...result.score, decided_total: null, deductions: result.score.deductions.map((one) => ({ ...one, decision: null })) };
  for (let first = from; first < to; first += BATCH) {
    const lines = Array.from({ length: Math.min(BATCH, to - first) }, (_, i) => {
      const id = `copy-${first + i}`;
      const recording = { ...result.recording, path: `/var/spool/${id}.wav`, sha256: createHash("sha256").update(id).digest("hex") };
      return JSON.stringify({ key: id, result: { ...result, score, call: { ...result.call, id }, recording } });
    });
    const reply = await fetch(`${stage.url}/api/v1/results`, { method: "POST", headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/x-ndjson" }, body: lines.join("\n") });
    assert.ok((await reply.json()).every(({ status }) => status === 201));
  }
}

/** Does `act` while the server has a twentieth of the time, as on a machine with much else to do. */
async function slowed(server, act) {
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  let isSlow = true;
  const slices = (async () => {
    while (isSlow) {
      server.kill("SIGSTOP");
      await pause(190);
      server.kill("SIGCONT");
      await pause(10); // long enough to get a turn on a machine that is busy besides
    }
  })();
  try {
    return await act();
  } finally {
    isSlow = false;
    await slices;
  }
}

/** Whether the bar was seen at two places before `end` was there. */
const seesItMove = (page, end) => page.evaluate((done) => new Promise((resolve) => {
  const seen = new Set();
  const look = () => {
    const bar = document.querySelector(".job progress[value]");
    if (bar) seen.add(bar.value);
    if (seen.size > 1 || document.querySelector(done)) resolve(seen.size > 1);
    else requestAnimationFrame(look);
  };
  look();
}), end);

/** Called off by its button, which is said at `where`; false where `end` was there just before. */
async function callsItOff(page, end, where) {
  const last = await page.evaluate((done) => new Promise((resolve) => {
    const look = () => {
      const button = document.querySelector(".job button:enabled");
      if (document.querySelector(done)) resolve("done");
      else if (button) resolve(button.click());
      else requestAnimationFrame(look);
    };
    look();
  }), end);
  if (last === "done") return false;
  await page.waitForFunction(([done, at]) => document.querySelector(done) || document.querySelector(at)?.textContent.startsWith("Called off"), [end, where], { timeout: 120000 });
  return !(await page.locator(end).count());
}

test("a re-scoring shows how far it is, and is called off", async () => {
  const token = stage.command("token", "add", "copies", "--role", "recorder").trim();
  const lead = await person(stage.url, "lead");
  const [result] = (await lead("GET", "calls?limit=100")).calls.filter(({ score }) => score?.deductions.some(({ points }) => points > 0));
  await as("lead", async (page) => {
    for (let round = 0, count = 0; ; round++) {
      assert.ok(round < ROUNDS, `done with ${count} calls before it was seen at work`);
      await postCopies(token, result, count, LEAST << round);
      count = LEAST << round;
      await visit(page, `#/rules?from=2025-11-01&to=2025-11-30`);
      await page.waitForSelector(".caption"); // what the page itself has counted is there
      await page.fill("[name=rubric]", rubric);
      if (await slowed(stage.server, async () => {
        await page.click("button:has-text('Preview')");
        return await seesItMove(page, ".tiles") && await callsItOff(page, ".tiles", "[aria-live] p");
      })) break;
      await visit(page, "#/team");
    }
    const { jobs: [job] } = await lead("GET", "jobs");
    assert.deepEqual([job.state, job.path], ["stopped", "/api/v1/rescore/preview"]);
    assert.ok(job.done > 0 && job.done < job.total, `${job.done} of ${job.total}`);
    assert.deepEqual(await axeFinds(page, "called off"), []);
  });
}, { timeout: 500000 });

test("a round's results that take long show how far they are, and are called off", async () => {
  const hr = await person(stage.url, "hr");
  const { appraisal } = await hr("POST", "appraisals", { scheme: "agent-2013", period: "2025-11" });
  await as("hr", async (page) => {
    const isCalledOff = await slowed(stage.server, async () => {
      await page.evaluate((to) => { location.hash = to; }, `#/appraisal/${appraisal}/results`);
      return await seesItMove(page, ".round") && await callsItOff(page, ".round", ".problem");
    });
    assert.ok(isCalledOff, "it was done before anybody saw how far it was");
    const { jobs } = await hr("GET", "jobs");
    assert.ok(jobs.every(({ state }) => state === "stopped"), JSON.stringify(jobs));
    await page.click("button:has-text('Try again')");
    await page.waitForSelector(".round .banner");
  });
}, { timeout: 500000 });

test("a job that another window removed is called off without a word", async () => {
  const lead = await person(stage.url, "lead");
  await as("lead", async (page) => {
    await page.route("**/api/v1/jobs", async (route) => { // as if it took long
      const response = await route.fetch();
      const { jobs } = await response.json();
      await route.fulfill({ response, json: { jobs: jobs.map((job) => ({ ...job, state: "works", status: null })) } });
    });
    await page.route("**/stop", async (route) => {
      await lead("DELETE", new URL(route.request().url()).pathname.replace(/^.*(jobs\/\d+)\/stop$/, "$1"));
      await route.continue();
    });
    await visit(page, "#/export");
    await page.check("[name=later]");
    await page.click("a:has-text('Calls (CSV)')");
    for (const { job, path } of (await lead("GET", "jobs")).jobs) if (!path.includes("/export/")) await lead("DELETE", `jobs/${job}`);
    // what is under way is called off, and only what has ended is removed
    while (!(await lead("GET", "jobs")).jobs.every(({ state }) => state === "done" || state === "stopped")) await sleep(100);
    const stopped = page.waitForResponse("**/stop");
    await page.click(".job button");
    assert.equal((await stopped).status(), 404);
    await page.waitForSelector(".job", { state: "detached" });
    assert.deepEqual((await page.locator("[role=alert], [role=status], dialog[open]").allTextContents()).filter(Boolean), []);
  }, { refused: 404, language: "en" });
}, { timeout: 60000 });

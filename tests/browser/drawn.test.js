/* SPDX-License-Identifier: GPL-3.0-or-later */
// What is drawn is drawn right: bars, lanes and strips measured in pixels against the numbers that they stand for; the page
// on a phone and on paper.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { actor, ask, openAll, settled, visit } from "./acting.js";
import { openMonth } from "./round.js";
import { source } from "./stage.js";

let stage, browser, faults, close, month;
before(async () => {
  ({ stage, browser, faults, close } = await openAll());
  month = await openMonth(stage.url, "2025-11", "interview");
});
after(() => close?.());

const as = actor(() => ({ stage, browser }));
const FIRST_VIEW_BYTES_MOST = 150000;
const sizes = [[1280, 720], [1024, 768], [390, 844]];
const boxes = (page, selector) => page.locator(selector).evaluateAll((all) => all.map((one) => { const { left, right, top, bottom, width, height } = one.getBoundingClientRect(); return { left, right, top, bottom, width, height }; }));
const near = (a, b, by, words) => assert.ok(Math.abs(a - b) <= by, `${words}: ${a} is not ${b}`);

/** A bar fills its track as far as its number says, and its track all that is left beside label and number. */
async function barsAre(page, shares, place = ".bars") {
  const tracks = await boxes(page, `${place} .bar > .track`);
  const fills = await boxes(page, `${place} .bar > .track > i`);
  const rows = await boxes(page, `${place} .bar`);
  const [names, numbers] = [await boxes(page, `${place} .bar > :first-child`), await boxes(page, `${place} .bar > b`)];
  assert.equal(fills.length, shares.length);
  for (const [i, fill] of fills.entries()) {
    near(fill.width, tracks[i].width * shares[i], 1, `bar ${i}`);
    near(fill.left, tracks[i].left, 0.5, `bar ${i} begins`);
    near(fill.height, tracks[i].height, 0.5, `height of bar ${i}`);
    const room = rows[i].width - names[i].width - numbers[i].width;
    assert.ok(tracks[i].width > 0.75 * room && tracks[i].width > 60, `track ${i}: ${tracks[i].width} of ${room}`);
    assert.ok(names[i].right <= tracks[i].left && tracks[i].right <= numbers[i].left, `row ${i} overlaps`);
  }
}

for (const [width, height] of sizes)
  test(`bars are as long as their numbers, ${width}×${height}`, () => as("lead", async (page) => {
    await page.setViewportSize({ width, height });
    const { calls } = await ask(page, "calls?limit=100");
    const { call, measures, recording } = calls.find((one) => one.measures.hold_total_ms > 0 && one.measures.talk_agent_ms > 0);
    await visit(page, `#/call/${encodeURIComponent(call.id)}?source=${call.source}`);
    await barsAre(page, ["talk_agent_ms", "talk_customer_ms", "hold_total_ms", "silence_total_ms"].map((name) => Math.min(1, (measures[name] ?? 0) / recording.duration_ms)));
    const period = "from=2025-11-01&to=2025-11-30";
    const { flags } = await ask(page, `flags?${period}&person=li&state=any&limit=500`);
    const rules = [...new Set(flags.map(({ rule }) => rule))].map((rule) => flags.filter((one) => one.rule === rule));
    assert.ok(rules.length > 1);
    await visit(page, `#/person/li?${period}`);
    const numbers = (await page.locator(".bars .bar b").allTextContents()).map(Number);
    assert.deepEqual([...numbers].sort(), rules.map((list) => list.length).sort());
    await barsAre(page, numbers.map((n) => n / Math.max(...numbers)));
  }));

test("the four stages of an appraisal stand side by side, equally wide", () => as("hr", async (page) => {
  await visit(page, `#/appraisal/${month}/progress`);
  const stages = await boxes(page, "ol.track > li");
  assert.equal(stages.length, 4);
  for (const [i, one] of stages.entries()) {
    near(one.width, stages[0].width, 1, `stage ${i}`);
    near(one.top, stages[0].top, 1, `stage ${i} stands beside`);
  }
  assert.ok(stages[3].right - stages[0].left > 800);
}));

test("no view dresses another: a bare class belongs to one style sheet", () => {
  const classes = (name) => {
    const text = readFileSync(join(source, "src/server/web", name), "utf8").replace(/\/\*[^]*?\*\//g, "").replace(/@media[^{]*\{/g, "").replace(/\([^()]*(\([^()]*\)[^()]*)*\)/g, "()");
    return new Set([...text.matchAll(/(?:^|[},;{])\s*([^{}]+?)\s*\{/g)].flatMap(([, list]) => list.split(",")).map((one) => one.trim()).filter((one) => /^\.[A-Za-z]+$/.test(one)));
  };
  const [all, own] = [classes("style.css"), classes("appraisal/style.css")];
  assert.ok(all.size > 50 && own.size > 20);
  assert.deepEqual([...own].filter((one) => all.has(one)), []);
});

test("lanes lie under the waveform, each span where its milliseconds are; the strip marks the flag", () => as("ann", async (page) => {
  const [flag] = (await ask(page, "flags?rule=dead-air&limit=1")).flags;
  const result = await ask(page, `calls/~${flag.call.number}`);
  await visit(page, `#/call/~${flag.call.number}?flag=${flag.flag}`);
  await page.waitForFunction(() => document.querySelector(".wave > div")?.shadowRoot?.querySelectorAll("canvas").length >= 2);
  await page.waitForFunction(() => Math.abs(document.querySelector(".lanes .inner").getBoundingClientRect().width - document.querySelector(".wave").getBoundingClientRect().width) <= 2);
  const [wave] = await boxes(page, ".wave");
  const [inner] = await boxes(page, ".lanes .inner");
  near(inner.left, wave.left, 1, "lanes begin");
  near(inner.width, wave.width, 2, "lanes are as wide");
  const at = (ms) => inner.left + (inner.width * ms) / result.recording.duration_ms;
  const [button] = await boxes(page, ".lane button.flag[aria-pressed=true]");
  near(button.left, at(flag.start_ms), 1.5, "the flag begins");
  near(button.right, at(flag.end_ms), 1.5, "the flag ends");
  const spoken = await boxes(page, ".lane.speech >> nth=0 >> i");
  for (const [i, [start, end]] of result.channels[0].speech_ms.entries()) {
    near(spoken[i].left, at(start), 1.5, `speech ${i} begins`);
    near(spoken[i].right, at(end), 1.5, `speech ${i} ends`);
  }
  await visit(page, `#/flags?flag=${flag.flag}`);
  await page.waitForFunction(() => {
    const strip = document.querySelector(".strip");
    const copy = Object.assign(document.createElement("canvas"), { width: strip?.width || 1, height: 1 }).getContext("2d", { willReadFrequently: true }); // the strip itself is read once, below
    if (strip?.width > 200) copy.drawImage(strip, 0, -1);
    return copy.getImageData(0, 0, copy.canvas.width, 1).data.some((value) => value > 0);
  });
  const marked = await page.evaluate(() => {
    const canvas = document.querySelector(".strip");
    const row = canvas.getContext("2d").getImageData(0, 1, canvas.width, 1).data;
    const seen = Array.from({ length: canvas.width }, (_, x) => row[4 * x + 3] > 0);
    return { first: seen.indexOf(true), last: seen.lastIndexOf(true), width: canvas.width, box: canvas.clientWidth * devicePixelRatio };
  });
  assert.equal(marked.width, Math.round(marked.box));
  const from = Math.max(0, flag.start_ms - 6000), to = Math.min(flag.call.duration_ms, flag.end_ms + 6000);
  near(marked.first, (marked.width * (flag.start_ms - from)) / (to - from), 2, "the mark begins");
  near(marked.last, (marked.width * (flag.end_ms - from)) / (to - from), 2, "the mark ends");
}));

test(`the page takes at most ${FIRST_VIEW_BYTES_MOST / 1000} kB, packed, to its first view`, () => as("ann", async (page) => {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Network.enable");
  await cdp.send("Network.setCacheDisabled", { cacheDisabled: true });
  const [urls, bytes] = [new Map(), new Map()];
  cdp.on("Network.responseReceived", ({ requestId, response }) => urls.set(requestId, response.url));
  cdp.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => bytes.set(urls.get(requestId)?.replace(stage.url, ""), encodedDataLength));
  await page.reload();
  await page.waitForSelector("tbody tr[aria-current]");
  await page.waitForLoadState("networkidle");
  const seen = [...bytes].filter(([url]) => url?.startsWith("/"));
  const sum = (list) => list.reduce((all, [, length]) => all + length, 0);
  const files = seen.filter(([url]) => !url.startsWith("/api/"));
  console.log(`# first view: ${sum(files)} bytes in ${files.length} files, ${sum(seen) - sum(files)} bytes of data`);
  assert.ok(files.length > 25 && files.some(([url]) => url.endsWith("queue.js")), "the queue was not loaded");
  assert.ok(sum(files) <= FIRST_VIEW_BYTES_MOST, files.map(([url, length]) => `${length} ${url}`).join("\n"));
}));

test("precision's meters are as long as their per cents", () => as("lead", async (page) => {
  const { flags } = await ask(page, "flags?rule=dead-air&limit=4");
  for (const [i, flag] of flags.entries())
    await page.evaluate(async ([id, state]) => {
      const { csrf } = await (await fetch("api/v1/session")).json();
      await fetch(`api/v1/flags/${id}/decision`, { method: "POST", headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf }, body: JSON.stringify(state) });
    }, [flag.flag, i === 0 ? { state: "overturned", reason_code: "fault" } : { state: "confirmed" }]);
  await visit(page, "#/rules");
  const { rules } = await ask(page, "rules?from=2025-10-22&to=2025-11-20");
  const precise = rules.filter(({ precision }) => precision !== null);
  assert.ok(precise.some(({ precision }) => precision === 0.75));
  const [meters, fills] = [await boxes(page, ".list .meter"), await boxes(page, ".list .meter i")];
  assert.equal(meters.length, precise.length);
  precise.forEach(({ precision }, i) => near(fills[i].width, meters[i].width * precision, 1, `meter ${i}`));
}));

const phones = { ann: ["#/flags", "#/calls", "#/call/~2", "#/samples", "#/calibration", "#/objections"], lead: ["#/team", "#/person/li", "#/rules", "#/coaching", "#/export", "#/flags"], zhang: ["#/flags", "#/team", "#/coaching", "#/objections", "#/call/~1"], hr: ["#/calls", "#/team", "#/export"], root: ["#/admin"] };
for (const language of ["en", "zh-CN"])
  for (const theme of ["light", "dark"])
    test(`on a phone nothing is wider than the screen, the header is low, and no keys are named, ${language}, ${theme}`, async () => {
      for (const [name, hashes] of Object.entries(phones))
        await as(name, async (page) => {
          const cdp = await page.context().newCDPSession(page);
          await page.setViewportSize({ width: 390, height: 844 });
          await cdp.send("Emulation.setTouchEmulationEnabled", { enabled: true });
          assert.ok(await page.evaluate(() => matchMedia("(pointer: coarse)").matches));
          for (const hash of hashes) {
            await visit(page, hash);
            await page.waitForTimeout(250);
            const wide = await page.evaluate(() => document.documentElement.scrollWidth);
            const over = wide > 390 && await page.evaluate(() => [...document.querySelectorAll("main *")].filter((one) => one.getBoundingClientRect().right > 391).slice(0, 4).map((one) => `${one.tagName}.${one.className}`));
            assert.ok(wide <= 390, `${name} ${hash}: ${wide} px: ${over}`);
            const [header] = await boxes(page, "header.bar");
            assert.ok(header.height <= 64, `${hash}: the header is ${header.height} px high`);
            assert.equal(await page.locator("kbd:visible").count(), 0, hash);
            if (process.env.CQA_SHOTS) await page.screenshot({ path: join(process.env.CQA_SHOTS, `phone-${language}-${theme}-${name}-${hash.replace(/\W+/g, "_")}.png`) });
          }
          await page.click("button.menu");
          const links = await boxes(page, "header nav a");
          assert.ok(links.every(({ left, right, height }) => left >= 0 && right <= 390 && height >= 36));
          await page.click("header nav a >> nth=-1");
          await settled(page);
        }, { language, theme });
    });

/** What stands on the paper. */
async function printed(page, name) {
  const file = join(stage.folder, `${name}.pdf`);
  writeFileSync(file, await page.pdf({ format: "A4", margin: { top: "14mm", bottom: "14mm", left: "15mm", right: "15mm" } }));
  return execFileSync("pdftotext", ["-layout", file, "-"], { encoding: "utf8" });
}

test("on paper stand whole tables, whole charts, and the period", () => as("lead", async (page) => {
  await visit(page, "#/team?from=2025-11-01&to=2025-11-30");
  await page.waitForSelector(".uplot canvas");
  const text = await printed(page, "team");
  assert.match(text, /Nov 1, 2025 to Nov 30, 2025/);
  for (const words of ["zhang", "wang", "li", "Response", "0.4 s", "Score over time"]) assert.ok(text.includes(words), `${words} is not in ${text}`);
  assert.doesNotMatch(text, /Log out|Objections/);
  await page.emulateMedia({ media: "print" });
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  await page.setViewportSize({ width: 680, height: 960 }); // A4 between its margins
  await page.waitForTimeout(200);
  const [chart] = await boxes(page, ".uplot canvas");
  assert.ok(chart.left >= 0 && chart.right <= 680 && chart.width > 500, JSON.stringify(chart));
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  await page.emulateMedia({ media: null });
  await page.setViewportSize({ width: 1280, height: 720 });
  await visit(page, "#/flags?state=any&from=2025-11-14&to=2025-11-20");
  const { flags } = await ask(page, "flags?state=any&from=2025-11-14&to=2025-11-20&limit=500");
  const queue = await printed(page, "queue");
  assert.match(queue, /Nov 14, 2025 to Nov 20, 2025/);
  assert.equal((queue.match(/^ *(Note|Minor|Major|Critical)\b/gm) ?? []).length, flags.length, queue);
}));

test("on paper a call's flags stand in their lane, and at their lines by the same numbers", () => as("ann", async (page) => {
  const [flag] = (await ask(page, "flags?rule=dead-air&limit=1")).flags;
  const { recording } = await ask(page, `calls/~${flag.call.number}`);
  await visit(page, `#/call/~${flag.call.number}?flag=${flag.flag}`);
  await page.emulateMedia({ media: "print" });
  const [lane] = await boxes(page, ".lanes .inner");
  const [mark] = await boxes(page, ".lane button.flag[aria-pressed=true]");
  near(mark.left, lane.left + (lane.width * flag.start_ms) / recording.duration_ms, 1.5, "the flag begins");
  near(mark.right, lane.left + (lane.width * flag.end_ms) / recording.duration_ms, 1.5, "the flag ends");
  const numbers = (selector) => page.locator(selector).evaluateAll((all) => all.filter((one) => one.checkVisibility()).map((one) => one.textContent.trim()).sort());
  assert.deepEqual(await numbers(".line .pick"), await numbers(".lane button.flag"));
  assert.equal(await page.locator("main button:visible:not(.flag, .pick, .sort, .unfold)").count(), 0);
  await page.emulateMedia({ media: null });
}));

test("the page and the server keep to the description", () => assert.deepEqual(faults, []));

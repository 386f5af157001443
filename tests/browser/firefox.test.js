/* SPDX-License-Identifier: GPL-3.0-or-later */
// The main walk in Firefox, over BiDi: log in, decide, hear, undo, open the call, the other language, a phone.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import puppeteer from "puppeteer-core";
import { openStage, password } from "./stage.js";

const ONCE_MS = 700; // a key of the loop is not taken twice within 600

let stage, browser, page, profile;
const problems = [];
before(async () => {
  stage = await openStage();
  profile = mkdtempSync(join(tmpdir(), "callqa-firefox-"));
  browser = await puppeteer.launch({ browser: "firefox", executablePath: process.env.FIREFOX ?? "/usr/bin/firefox-esr", headless: true, userDataDir: profile,
    extraPrefsFirefox: { "media.autoplay.default": 0, "media.cubeb.backend": "null", "intl.accept_languages": "en-GB" } });
  page = await browser.newPage();
  page.on("console", (message) => ["error", "warn"].includes(message.type()) && problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(String(error.stack ?? error)));
  page.on("request", (request) => !/^(blob|data|about):/.test(request.url()) && !request.url().startsWith(`${stage.url}/`) && problems.push(`request to ${request.url()}`));
});
after(async () => {
  await browser?.close();
  stage?.close();
  if (profile) rmSync(profile, { recursive: true, force: true });
});

const until = (test_, ...given) => page.waitForFunction(test_, { timeout: 15000 }, ...given);
const ask = (path) => page.evaluate(async (to) => (await fetch(`api/v1/${to}`)).json(), path);
const stateOf = async ({ flag, call }) => (await ask(`calls/~${call.number}/flags`)).flags.find((one) => one.flag === flag).state;
const decided = (n) => until((count) => document.querySelectorAll("tbody .state:is(.confirmed, .overturned)").length === count, n);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const settled = () => page.waitForSelector("main:not([aria-busy])");
const plays = () => until(() => { const audio = document.querySelector("audio"); return !audio.paused && audio.currentTime > 0 && audio.readyState >= 3; });

async function press(key) {
  await pause(ONCE_MS);
  await page.keyboard.press(key);
}

test("logs in, and comes to the queue", async () => {
  await page.setViewport({ width: 1280, height: 720 });
  await page.goto(stage.url);
  await page.waitForSelector(".login");
  await page.type("[name=name]", "ann");
  await page.type("[name=password]", password);
  await page.keyboard.press("Enter");
  await page.waitForSelector("tbody tr[aria-current]");
  problems.length = 0; // before the log-in the session is asked for, and refused
});

test("hears a flag, decides by a key, which goes on and plays, and takes it back", async () => {
  const { flags } = await ask("flags?limit=3");
  await press(" ");
  await plays();
  await press("c");
  await decided(1);
  await until((id) => location.hash.includes(`flag=${id}`), flags[1].flag);
  await plays();
  await press("3");
  await decided(2);
  assert.equal(await stateOf(flags[0]), "confirmed");
  await page.keyboard.press("z"); // another key than the one before, at once
  await decided(1);
  assert.deepEqual(await Promise.all([stateOf(flags[0]), stateOf(flags[1])]), ["confirmed", "open"]);
  await press("z");
  await decided(0);
  assert.equal(await stateOf(flags[0]), "open");
});

test("a reason is typed into the dialog, and sent", async () => {
  const [flag] = (await ask("flags?limit=1")).flags;
  await press("o");
  await page.waitForSelector("dialog[open] textarea");
  await page.keyboard.type("The customer was looking for a number: czo1");
  await page.keyboard.down("Control");
  await page.keyboard.press("Enter");
  await page.keyboard.up("Control");
  await decided(1);
  assert.equal(await stateOf(flag), "overturned");
  await press("z");
  await decided(0);
});

test("opens the call: its waveform is drawn, and it plays", async () => {
  const [flag] = (await ask("flags?limit=1")).flags;
  await press("Enter");
  await page.waitForSelector(".line[aria-current]");
  assert.match(await page.evaluate(() => location.hash), new RegExp(`^#/call/~${flag.call.number}\\?flag=${flag.flag}`));
  const drawn = await until(() => {
    const canvases = [...(document.querySelector(".wave > div")?.shadowRoot?.querySelectorAll("canvas") ?? [])];
    const inked = canvases.filter((canvas) => canvas.width > 100 && canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value > 0));
    return inked.length >= 1 && document.querySelector(".wave").getBoundingClientRect().width > 900;
  });
  assert.ok(drawn);
  await page.keyboard.press("f");
  await plays();
  await page.keyboard.press("Escape");
  await page.waitForSelector("tbody tr[aria-current]");
});

test("speaks Chinese without losing the place, and keeps it when loaded anew", async () => {
  await press("j");
  await pause(300); // the address follows 150 ms later
  const hash = await page.evaluate(() => location.hash);
  await page.evaluate(() => [...document.querySelectorAll(".tools button")].find(({ textContent }) => textContent === "中文").click());
  await until(() => document.documentElement.lang === "zh-CN" && document.querySelector(".confirm")?.textContent.startsWith("成立"));
  await page.reload();
  await settled();
  await page.waitForSelector("tbody tr[aria-current]");
  assert.equal(await page.evaluate(() => location.hash), hash);
  assert.equal(await page.evaluate(() => document.documentElement.lang), "zh-CN");
});

test("fits a phone: nothing scrolls sideways, and the header is low, in both languages", async () => {
  await page.setViewport({ width: 390, height: 844 });
  for (const language of ["zh-CN", "en"]) {
    await page.evaluate((name) => localStorage.setItem("callqa.language", name), language);
    await page.reload();
    await until((name) => document.documentElement.lang === name, language);
    for (const hash of ["#/flags", "#/calls", "#/team", "#/objections", "#/call/~1"]) {
      await page.evaluate((to) => { location.hash = to; }, hash);
      await pause(300);
      await settled();
      const [width, header] = await page.evaluate(() => [document.documentElement.scrollWidth, document.querySelector("header.bar").getBoundingClientRect().height]);
      assert.ok(width <= 390 && header <= 64, `${language} ${hash}: ${width} px wide, header ${header} px`);
    }
  }
});

test("the console stayed quiet, and nothing was asked of another host", () => assert.deepEqual(problems, []));

/* SPDX-License-Identifier: GPL-3.0-or-later */
// What the tests of the page do over and over: be somebody on it, go somewhere, look for what axe finds.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { openProxy } from "../contract/proxy.js";
import { logIn, openBrowser, openStage } from "./stage.js";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Server and browser; between them a proxy that holds all that the page asks, and is answered, to the description: `faults`. */
export async function openAll(choices) {
  const stage = await openStage(choices);
  const proxy = await openProxy(stage.url);
  stage.url = proxy.url;
  const browser = await openBrowser();
  return { stage, browser, faults: proxy.contract.faults, async close() { await browser.close(); await proxy.close(); stage.close(); } };
}

export const settled = (page) => page.waitForSelector("main:not([aria-busy])");

/** By the time it resolves the page speaks `language`: its words are fetched first, and it is still the old one meanwhile. */
export async function speak(page, language) {
  await page.click(`.tools button[lang=${language}]`);
  await page.waitForSelector(`html[lang=${language}]`);
  await settled(page);
}

/** By the time it resolves the page has heard of its new address, however slow it is, and shows what that names. */
export async function visit(page, hash) {
  await page.evaluate((to) => new Promise((resolve) => {
    const before = location.hash;
    addEventListener("hashchange", resolve, { once: true }); // after the page's own, which was there first
    location.hash = to;
    if (location.hash === before) resolve();
  }), hash);
  await settled(page);
}
export const ask = (page, path) => page.evaluate(async (to) => (await fetch(`api/v1/${to}`)).json(), path);
/** What was decided has reached the server, and was answered. */
export const allAnswered = (page) => page.waitForFunction(() => [null, "[]"].includes(sessionStorage.getItem("callqa.outbox")), null, { timeout: 20000 });

/** Presses letters and digits, one `apart_ms` after the other by the browser's own reckoning, however late a busy machine delivers them. */
export async function inHaste(page, keys, apart_ms = 150) {
  const cdp = await page.context().newCDPSession(page);
  const begun = Date.now();
  for (const [i, key] of keys.entries()) {
    const at = begun + i * apart_ms;
    await page.waitForTimeout(Math.max(0, at - Date.now())); // no press is in the future
    const pressed = { key, code: /\d/.test(key) ? `Digit${key}` : `Key${key.toUpperCase()}`, windowsVirtualKeyCode: key.toUpperCase().charCodeAt(0), timestamp: at / 1000 };
    await cdp.send("Input.dispatchKeyEvent", { type: "rawKeyDown", ...pressed });
    await cdp.send("Input.dispatchKeyEvent", { type: "keyUp", ...pressed });
  }
  await cdp.detach();
}

/** Holds what is asked of `pattern`; the function that it gives lets it go, and what is asked from then on. */
export async function held(page, pattern) {
  let open;
  const opened = new Promise((resolve) => { open = resolve; });
  await page.route(pattern, async (route) => { await opened; await route.continue(); });
  return open;
}

/** From here on no time passes on the page, however late a busy machine is; the function that it gives lets it go on. */
export async function stopTime(page) {
  await page.clock.install();
  await page.clock.pauseAt(Date.now() + 1000);
  return () => page.clock.resume();
}
export const textOf = async (page, selector) => (await page.textContent(selector)).trim();

/**
 * f(name, act, choices): runs `act` on a page that `name` is logged in to, and holds the page to its own host and a
 * quiet console: Chromium notes refused requests there, so `refused` names the status that the test is about, a pattern.
 * `open()` gives {stage, browser}.
 */
export const actor = (open) => async (name, act, { refused, ...choices } = {}) => {
  const { stage, browser } = open();
  const { page, problems } = await logIn(browser.context, stage.url, name, choices);
  try {
    await act(page).catch(async (error) => {
      error.message += `\n${page.url()} ${problems.join("\n")}\n${await page.locator("body").innerText().catch(() => "")}`; // what was seen
      throw error;
    });
    assert.deepEqual(problems.filter((text) => !new RegExp(`status of ${refused} |net::ERR_FAILED`).test(text) || !refused), []);
  } finally {
    await page.close();
  }
};

/** What axe finds on the page at hand, each as a line that begins with `name`. */
export async function axeFinds(page, name) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${name}: ${id}: ${target.join(" ")}: ${failureSummary.split("\n")[1]}`));
}

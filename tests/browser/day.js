/* SPDX-License-Identifier: GPL-3.0-or-later */
// Opens pages of `callqa analyze --format html` by day, by night, on a narrow screen and on paper: node day.js PAGE...
// Nothing but the page may be asked for, nothing may stand wider than the screen, and axe finds nothing.
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { axeFinds } from "./acting.js";

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] });
try {
  for (const file of process.argv.slice(2)) {
    const url = pathToFileURL(file).href;
    for (const [colorScheme, width] of [["light", 1200], ["dark", 1200], ["light", 400]]) {
      const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 }, bypassCSP: true });
      const page = await context.newPage();
      const wrong = [];
      page.on("request", (request) => { if (request.url() !== url) wrong.push(request.url()); });
      page.on("console", (message) => wrong.push(message.text()));
      page.on("pageerror", (error) => wrong.push(String(error)));
      await page.goto(url);
      assert.deepEqual(wrong, []);
      const seen = await page.evaluate(() => ({
        wide: document.documentElement.scrollWidth - window.innerWidth,
        pictures: document.querySelectorAll("article svg path").length,
        ink: getComputedStyle(document.body).color,
        paper: getComputedStyle(document.body).backgroundColor,
      }));
      assert.ok(seen.wide <= 0, `${seen.wide} pixels too wide at ${width}`);
      assert.ok(seen.pictures > 50);
      assert.notEqual(seen.ink, seen.paper);
      assert.equal(seen.paper === "rgb(255, 255, 255)", colorScheme === "light");
      assert.deepEqual(await axeFinds(page, colorScheme), []);
      await context.close();
    }
    const page = await browser.newPage();
    await page.goto(url);
    assert.ok((await page.pdf()).length > 20000);
    await page.close();
  }
} finally {
  await browser.close();
}

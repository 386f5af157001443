/* SPDX-License-Identifier: GPL-3.0-or-later */
// Screenshots while the page is being worked on: node look.js FOLDER [LANGUAGE] [THEME] NAME=HASH[@USER]...
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { logIn, openBrowser, openStage } from "./stage.js";

const [folder, language, theme, ...shots] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const stage = await openStage();
const browser = await openBrowser();
try {
  for (const shot of shots) {
    const [, name, hash, user = "ann"] = /^([^=]+)=(.*?)(?:@(\w+))?$/.exec(shot);
    const { page, problems } = await logIn(browser.context, stage.url, user === "nobody" ? null : user, { language, theme });
    if (hash) {
      await page.goto(`${stage.url}/${hash}`);
      await page.waitForSelector("main:not([aria-busy])");
    }
    await page.waitForTimeout(900);
    await page.screenshot({ path: join(folder, `${name}.png`) });
    for (const problem of problems) console.log(name, problem);
    await page.close();
  }
} finally {
  await browser.close();
  stage.close();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
// How long the page's views take on a full store: node views.js PROGRAM_DIR FOLDER, where server_bench.py has left its store in
// FOLDER. Prints median and worst of 7 in ms, from the address to what stands in the document, laid out, against 200 ms.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [, , bin, folder] = process.argv;
process.env.CALLQA_BIN = bin;
const { logIn, openBrowser, password } = await import("../browser/stage.js");
const config = join(folder, "views.yaml");
const portFile = join(folder, "views.port");
const AIM_MS = 200;
const TIMES = 7;

rmSync(portFile, { force: true });
writeFileSync(config, `listen: 127.0.0.1:0\nport_file: ${portFile}\nstore: sqlite:${folder}/scores.db\nsession: {plain_cookie: true}\n`);
for (const [name, role] of [["ann", "auditor"], ["lead", "lead"]])
  execFileSync(join(bin, "callqa-server"), ["user", "add", name, "--role", role, "--password-file", "-", "--config", config], { input: `${password}\n` });
const server = spawn(join(bin, "callqa-server"), ["--config", config], { stdio: "ignore" });
while (!existsSync(portFile)) await new Promise((resolve) => setTimeout(resolve, 50));
const url = `http://127.0.0.1:${readFileSync(portFile, "utf8").trim()}`;

const month = "from=2025-11-01&to=2025-11-30";
const views = [
  ["ann", "#/flags"], ["ann", "#/flags?claim=free"], ["ann", `#/flags?${month}&person=p99`], ["ann", "#/calls"], ["lead", `#/team?${month}`], ["lead", `#/person/p99?${month}`],
  ["lead", `#/rules?${month}`], ["lead", "#/objections"], ["lead", "#/samples"], ["ann", "#/call/~50000"],
];
const away = "#/calibration";

async function show(page, hash) {
  return page.evaluate((to) => new Promise((resolve) => {
    const begin = performance.now();
    location.hash = to;
    const look = () => {
      const main = document.querySelector("main");
      if (performance.now() - begin > 1 && main && !main.hasAttribute("aria-busy") && main.children.length && main.getBoundingClientRect().height > 0) resolve(performance.now() - begin);
      else setTimeout(look, 1);
    };
    setTimeout(look, 0); // by then the view has begun
  }), hash);
}

const browser = await openBrowser();
let slow = 0;
try {
  for (const name of ["ann", "lead"]) {
    const { page } = await logIn(browser.context, url, name);
    for (const [, hash] of views.filter(([who]) => who === name)) {
      const times = [];
      for (let i = 0; i < TIMES; i++) {
        await show(page, away);
        times.push(await show(page, hash));
        await page.waitForTimeout(200);
      }
      times.sort((a, b) => a - b);
      const median = times[(TIMES - 1) / 2];
      slow += median > AIM_MS;
      console.log(`${hash.padEnd(46)} median ${median.toFixed(0).padStart(5)} worst ${times.at(-1).toFixed(0).padStart(5)} aim ${AIM_MS}`);
    }
    await page.close();
  }
} finally {
  await browser.close();
  server.kill();
}
process.exit(slow ? 1 : 0);

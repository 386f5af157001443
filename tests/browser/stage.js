/* SPDX-License-Identifier: GPL-3.0-or-later */
// A real scoring server in a temporary folder, with the samples' results in it and an account for each role.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const source = join(dirname(fileURLToPath(import.meta.url)), "../..");
const bin = process.env.CALLQA_BIN ?? join(source, "build/bin");
const samples = join(source, "samples");
export const password = "correct horse battery";

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The samples as they are analysed, and copies of them on the six days before: a week of calls. */
function weekOfResults() {
  const files = readdirSync(samples).filter((name) => /\.(wav|ogg|mp3)$/.test(name)).map((name) => join(samples, name));
  let text;
  try {
    text = execFileSync(join(bin, "callqa"), ["analyze", "--recorder", "freepbx", "--time-zone", "Asia/Shanghai", "--format", "jsonl", ...files], { stdio: ["ignore", "pipe", "ignore"] });
  } catch (error) {
    if (error.status !== 3) throw error; // some samples are not calls
    text = error.stdout;
  }
  const today = String(text).trim().split("\n").map((line) => JSON.parse(line));
  const week = [];
  for (let back = 0; back < 7; back++)
    for (const [i, result] of today.entries()) {
      if (back > 0 && (i * 7 + back * 5) % 4 === 0) continue; // not the same calls every day
      const started_at = result.call.started_at?.replace(/^\d{4}-\d\d-\d\d/, `2025-11-${20 - back}`);
      week.push({ ...result, call: { ...result.call, id: `${result.call.id}${back ? `-${back}` : ""}`, started_at } });
    }
  return week;
}

export const roster = `person,extension,team,post,from,to
zhang,8001,east,agent,2025-01-01,
li,8002,east,agent,2025-01-01,
wang,8003,west,agent,2025-01-01,
`;

const accounts = [
  ["lead", "lead"], ["max", "lead"], ["ann", "auditor"], ["bob", "auditor"], ["zhang", "agent", "--person", "zhang"], ["li", "agent"], ["wang", "agent"], ["hr", "hr"], ["root", "admin"],
];

/** A file of its own, or a database where support/postgres.py runs the test. */
function storeLines(folder) {
  const server = process.env.CQA_TEST_POSTGRES;
  if (!server) return [`store: sqlite:${folder}/scores.db`];
  const name = `stage_${process.pid}_${++stages}`;
  const secret = readFileSync(join(server, "password"), "utf8").trim();
  execFileSync("/usr/lib/postgresql/15/bin/createdb", ["-h", server, "-U", "callqa", name], { env: { ...process.env, PGPASSWORD: secret } });
  return [`store: postgresql://callqa@/${name}?host=${server}`, `store_password_file: ${server}/password`, `audit_key_file: ${folder}/audit.key`];
}
let stages = 0;

/** `audio`: more folders that the server may play from; `models`: a folder whose schemes come first; `bare`: as it was installed,
 *  without accounts and calls, and for HTTPS. */
export async function openStage({ audio = [], models, bare = false } = {}) {
  if (!existsSync(join(bin, "../web/app.js")) && !process.env.CALLQA_WEB) throw new Error(`no page beside ${bin}: build with npm there`);
  const folder = mkdtempSync(join(tmpdir(), "callqa-browser-"));
  const config = join(folder, "server.yaml");
  writeFileSync(config, ["listen: 127.0.0.1:0", `port_file: ${folder}/port`, ...storeLines(folder), `audio: [${[samples, ...audio].join(", ")}]`,
    "objection_days: 365", "time_zone: Asia/Shanghai", "shifts: [{name: 早班, from: 06:00, to: 14:00}, {name: 晚班, from: 14:00, to: 22:00}, {name: 夜班, from: 22:00, to: 06:00}]", ...(bare ? [] : ["session: {plain_cookie: true}"]), ...(process.env.CALLQA_WEB ? [`web: ${process.env.CALLQA_WEB}`] : []), ""].join("\n"));
  // A program that does not read what it is given may end before it is written: EPIPE.
  const command = (...words) => execFileSync(join(bin, "callqa-server"), [...words, "--config", config], { encoding: "utf8", input: words.includes("-") ? `${password}\n` : undefined });
  for (const [name, role, ...more] of bare ? [] : accounts) command("user", "add", name, "--role", role, "--password-file", "-", ...more);
  const recorder = command("token", "add", "recorder", "--role", "recorder").trim();
  const server = spawn(join(bin, "callqa-server"), ["--config", config], { stdio: ["ignore", "ignore", "inherit"], env: { ...process.env, ...(models ? { CALLQA_MODELS: models } : {}) } });
  for (let i = 0; i < 100 && !existsSync(join(folder, "port")); i++) await pause(100);
  const url = `http://127.0.0.1:${readFileSync(join(folder, "port"), "utf8").trim()}`;
  const shut = () => { server.kill(); rmSync(folder, { recursive: true, force: true }); };
  if (bare) return { url, folder, command, server, calls: 0, close: shut };
  const send = async (path, method, type, headers, body) => {
    const reply = await fetch(url + path, { method, headers: { ...headers, "Content-Type": type }, body });
    if (!reply.ok) throw new Error(`${path}: ${reply.status} ${await reply.text()}`);
    return reply.json();
  };
  const login = await fetch(`${url}/api/v1/session`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ name: "root", password }) });
  const keeper = { Cookie: login.headers.get("set-cookie").split(";")[0], "X-CSRF-Token": (await login.json()).csrf };
  await send("/api/v1/roster", "PUT", "text/csv", keeper, roster);
  const items = await send("/api/v1/results", "POST", "application/x-ndjson", { Authorization: `Bearer ${recorder}` },
    weekOfResults().map((result) => JSON.stringify({ key: `${result.call.id}`, result })).join("\n"));
  const refused = items.filter(({ status }) => status !== 201);
  if (refused.length) throw new Error(`refused: ${JSON.stringify(refused[0])}`);
  return { url, folder, command, server, calls: items.length, close: shut };
}

/** `args`: more of Chromium's. */
export async function openBrowser({ args = [] } = {}) {
  const { chromium } = await import("playwright-core"); // here, so that a stage without a browser needs none
  const profile = mkdtempSync(join(tmpdir(), "callqa-chromium-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", headless: true, viewport: { width: 1280, height: 720 }, acceptDownloads: true, locale: "en-GB", timezoneId: "Asia/Shanghai",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required", ...args],
  });
  return { context, async close() { await context.close(); rmSync(profile, { recursive: true, force: true }); } };
}

/** A page that is logged in. `problems` gets what its console complains of, and requests to other hosts. */
export async function logIn(context, url, name, { language = "en", theme = "light" } = {}) {
  await context.clearCookies();
  const page = await context.newPage();
  const problems = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(error.stack));
  page.on("request", (request) => !/^(blob|data):/.test(request.url()) && !request.url().startsWith(`${url}/`) && problems.push(`request to ${request.url()}`));
  await page.addInitScript(([language, theme]) => {
    localStorage.getItem("callqa.language") ?? localStorage.setItem("callqa.language", language);
    localStorage.getItem("callqa.theme") ?? localStorage.setItem("callqa.theme", theme);
  }, [language, theme]);
  await page.goto(url);
  await page.waitForSelector(".login"); // by then the page has noted its language, and does not overwrite the one below
  await page.evaluate(([language, theme]) => { localStorage.setItem("callqa.language", language); localStorage.setItem("callqa.theme", theme); }, [language, theme]);
  await page.reload();
  await page.waitForSelector(".login");
  if (name) {
    await page.fill("[name=name]", name);
    await page.fill("[name=password]", password);
    await page.keyboard.press("Enter");
    await page.waitForSelector("header.bar");
    await page.waitForSelector("main:not([aria-busy])");
  }
  problems.length = 0; // before the log-in the session is asked for, and refused
  return { page, problems };
}

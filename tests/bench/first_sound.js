/* SPDX-License-Identifier: GPL-3.0-or-later */
// How long from the space bar to sound: first_sound.js. Real server and Chromium on loopback; the samples, and calls of
// ten minutes and an hour in forms that browsers play and in forms that the server has to render for them. From the key
// pressed to the moment the audio element's currentTime moves, looked at once a frame: on the page of a call, as soon as
// its waveform is there, and walking the queue. Needs what tests/system/page.sh needs, and sox. Prints one line a kind of
// recording: median and worst, in milliseconds, over flags not heard before.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { logIn, openBrowser, openStage, source } from "../browser/stage.js";

const MS_MAX = 300;
const FLAGS = Number(process.env.FLAGS ?? 5); // of each long recording
const bin = process.env.CALLQA_BIN ?? join(source, "build/bin");
const sample = join(source, "samples", readdirSync(join(source, "samples")).find((name) => name.startsWith("in-8001-13800138000-")));
const forms = [["µ-law WAV", "wav", ["-e", "u-law"]], ["GSM WAV", "wav", ["-e", "gsm-full-rate"], 1], ["IMA WAV", "wav", ["-e", "ima-adpcm"]], ["Vorbis", "ogg", []]];
const minutes = [10, 60];

/** The dead-air sample again and again: a flag every forty seconds. */
function makeLong(folder) {
  return forms.flatMap(([name, ending, options, channels = 2], f) => minutes.map((length, m) => {
    const path = join(folder, `in-8001-1380013999${f}-2025112${m}-101502-17636049${f}${m}.1.${ending}`);
    execFileSync("sox", [sample, "-c", String(channels), ...options, path, "repeat", "-", "trim", "0", String(length * 60)]);
    return { name: `${name}, ${length} min`, path };
  }));
}

async function post(stage, recordings) {
  const token = stage.command("token", "add", "long", "--role", "recorder").trim();
  const text = execFileSync(join(bin, "callqa"), ["analyze", "--recorder", "freepbx", "--time-zone", "Asia/Shanghai", "--format", "jsonl", ...recordings.map(({ path }) => path)], { encoding: "utf8", maxBuffer: 1 << 28 });
  const body = text.trim().split("\n").map((line) => JSON.stringify({ key: JSON.parse(line).call.id, result: JSON.parse(line) })).join("\n");
  const reply = await fetch(`${stage.url}/api/v1/results`, { method: "POST", headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/x-ndjson" }, body });
  if (!reply.ok || (await reply.json()).some(({ status }) => status >= 300)) throw new Error("the long calls are not taken");
}

/** Runs in the page: from the next space bar to the first frame at which currentTime has moved. */
function watchForSound() {
  window.toSound = new Promise((resolve) => {
    addEventListener("keydown", ({ timeStamp }) => {
      let last = null;
      const look = () => {
        const audio = document.querySelector("audio");
        const now = !audio || audio.paused || audio.seeking ? null : audio.currentTime;
        if (now !== null && last !== null && now > last) return resolve(performance.now() - timeStamp);
        last = now;
        requestAnimationFrame(look);
      };
      look();
    }, { once: true, capture: true });
  });
}

/** Opens the call at a flag as an auditor does, and presses space as soon as its waveform is there. */
async function hear(page, call, flag) {
  await page.goto("about:blank"); // nothing is left of what was loaded before
  await page.goto(`${page.site}/#/call/~${call}?flag=${flag}`);
  await page.waitForSelector("main:not([aria-busy]) .transport");
  await page.waitForFunction(() => document.querySelector(".wave > div")?.shadowRoot?.querySelectorAll("canvas").length, null, { timeout: 60000 });
  await page.evaluate(watchForSound);
  await page.keyboard.press("f"); // plays the flag's seconds: a seek, and then sound
  const ms = await page.evaluate(() => window.toSound);
  await page.keyboard.press(" ");
  return ms;
}

/** Walks the queue as an auditor does: on to the next flag, a second to read what it says, and play. */
async function walk(page, count) {
  const times = [];
  await page.goto("about:blank");
  await page.goto(`${page.site}/#/flags?state=any`);
  await page.waitForSelector("tbody tr[aria-current]");
  for (let i = 0; i < count; i++) {
    await page.waitForTimeout(1000);
    await page.evaluate(watchForSound);
    await page.keyboard.press(" ");
    times.push(await page.evaluate(() => window.toSound));
    await page.keyboard.press("j");
  }
  return times;
}

async function measure(page, name, pairs) {
  const times = [];
  for (const [call, flag] of pairs) times.push(await hear(page, call, flag));
  return tell(name, times);
}

function tell(name, times) {
  times.sort((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)], worst = times.at(-1);
  console.log(`${name.padEnd(22)} ${String(times.length).padStart(3)} flags  median ${median.toFixed(0).padStart(4)} ms  worst ${worst.toFixed(0).padStart(5)} ms${worst > MS_MAX ? `  over ${MS_MAX}` : ""}`);
  return worst;
}

const folder = mkdtempSync(join(tmpdir(), "callqa-first-sound-"));
let stage, browser;
try {
  const recordings = makeLong(folder);
  stage = await openStage({ audio: [folder] });
  await post(stage, recordings);
  browser = await openBrowser();
  const { page } = await logIn(browser.context, stage.url, "ann");
  page.site = stage.url;
  const ask = (path) => page.evaluate(async (to) => (await fetch(`/api/v1/${to}`)).json(), path);
  const { flags } = await ask("flags?state=any&limit=500&from=2025-11-20&to=2025-11-20");
  const calls = new Map((await ask("calls?limit=500")).calls.map((result) => [result.call.id, result.recording.path]));
  const short = flags.filter(({ call }) => calls.get(call.id).startsWith(join(source, "samples")));
  let worst = await measure(page, "samples", short.map(({ flag, call }) => [call.number, flag]));
  for (const { name, path } of recordings) {
    const id = [...calls].find(([, where]) => where === path)[0];
    const { call, flags: own } = await ask(`calls/${id}/flags`);
    const step = Math.max(1, Math.floor(own.length / FLAGS));
    worst = Math.max(worst, await measure(page, name, own.filter((_, i) => i % step === 0).slice(0, FLAGS).map(({ flag }) => [call, flag])));
  }
  worst = Math.max(worst, tell("walking the queue", await walk(page, 4 * FLAGS)));
  process.exitCode = worst > MS_MAX ? 1 : 0;
} finally {
  await browser?.close();
  stage?.close();
  rmSync(folder, { recursive: true, force: true });
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
// Makes the pictures of docs/page.md anew: node shots.js [FOLDER [NAME]]; a NAME that ends in - is the beginning of several
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { appraisalViews } from "./appraisal-views.js";
import { postSituations, silentCall } from "./situations.js";
import { logIn, openBrowser, openStage, source } from "./stage.js";

const [, , given, only] = process.argv;
const folder = given || join(source, "docs/img/page");
mkdirSync(folder, { recursive: true });
const stage = await openStage();
const browser = await openBrowser();

const settled = async (page) => {
  await page.waitForTimeout(60);
  await page.waitForSelector("main:not([aria-busy])");
};

/** The waveform is there. */
const drawn = (page) => page.waitForFunction(() => document.querySelector(".wave > div")?.shadowRoot?.querySelectorAll("canvas").length >= 2);

/** As `name`, calls the API with what the page would send. */
async function act(name, calls) {
  const { page } = await logIn(browser.context, stage.url, name);
  const answers = await page.evaluate(async (list) => {
    const { csrf } = await (await fetch("api/v1/session")).json();
    const done = [];
    for (const [path, body] of list)
      done.push(await (await fetch(`api/v1/${path}`, body ? { method: "POST", headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf }, body: JSON.stringify(body) } : {})).text());
    return done;
  }, calls);
  await page.close();
  return answers.map((text) => (text ? JSON.parse(text) : null));
}

/** A week's work, so that the pages have something to show. */
async function work() {
  const [{ flags }] = await act("ann", [["flags?state=any&limit=100"]]);
  const of = (rule) => flags.filter((flag) => flag.rule === rule && flag.call.started_at.slice(0, 10) < "2025-11-20");
  const decide = (flag, state, more = {}) => [`flags/${flag.flag}/decision`, { state, ...more }];
  const [dead, cut] = [of("dead-air"), of("agent-interruption")];
  await act("ann", [...dead.slice(0, 5).map((flag) => decide(flag, "confirmed")), decide(dead[5], "overturned", { reason: "The customer looked for the invoice" }),
    ...cut.slice(0, 3).map((flag) => decide(flag, "confirmed")), decide(cut[3], "changed", { points: 1, reason: "Short, and the agent apologised" })]);
  const own = flags.filter((flag) => flag.call.person === "zhang" && flag.points > 0);
  await act("zhang", [[`flags/${own[0].flag}/objection`, { text: "The customer asked me to wait while he fetched the number." }], [`flags/${own[1].flag}/objection`, { text: "我当时正在系统里查询订单，已告知客户稍等。" }]]);
  await act("lead", [["objections"]]).then(([{ objections }]) => act("lead", [[`objections/${objections[0].objection}/answer`, { state: "overturned", reason: "Right: he asks for it at 0:11." }]]));
  const shown = flags.find((flag) => flag.rule === "agent-interruption" && flag.call.started_at.startsWith("2025-11-20")) ?? flags[0];
  await act("lead", [[`calls/~${shown.call.number}/comments`, { text: "Good: names himself and the company.", position_ms: 1500 }], [`calls/~${shown.call.number}/comments`, { text: "Lets the customer finish here; compare with 0:06.", position_ms: 29000 }]]);
  const inDays = (days) => new Date(Date.now() + days * 86400000).toISOString().slice(0, 10);
  const about = (person, rule) => { const flag = flags.find((one) => one.call.person === person && one.rule === rule); return flag ? [{ call: flag.call.number, flag: flag.flag }] : []; };
  const [{ note }] = await act("lead", [["coaching", { person: "li", text: "Say what you are looking for while you search: the customer cannot see your screen.", follow_up: inDays(-1), links: about("li", "dead-air") }],
    ["coaching", { person: "zhang", text: "先听客户说完再回答，可以对照第六秒和第二十九秒。", follow_up: inDays(6), links: about("zhang", "agent-interruption") }],
    ["coaching", { person: "li", text: "Greets by name in every call: keep it up.", follow_up: inDays(-8) }]]).then((notes) => notes.slice(2));
  await act("lead", [[`coaching/${note}/done`, { outcome: "Heard five calls together; all fine." }]]);
  const judged = flags.slice(0, 8).map(({ flag }) => flag);
  await act("lead", [["calibrations", { session: "november", flags: judged }], ["samples", { plan: "week-47", from: "2025-11-14", to: "2025-11-20", per_person: 3, strata: "score", auditors: ["ann", "bob"], due: "2026-12-04" }]]);
  const verdicts = (pattern) => judged.map((flag, i) => ["calibrations/november/judgements", { flag, verdict: pattern[i] === "1" ? "stands" : "does_not_stand" }]);
  await act("ann", verdicts("11101101"));
  await act("bob", verdicts("11101001"));
  await act("lead", verdicts("111011"));
  return shown;
}

const standard = readFileSync(join(source, "models/rubrics/standard.yaml"), "utf8").replace('version: "2"', 'version: "3"').replace("{from: 15s, points: 2}", "{from: 15s, points: 4}");

try {
  const flag = await work();
  const views = {
    login: { user: null },
    queue: { user: "ann", hash: "#/flags", then: async (page) => { await page.keyboard.press("j"); } },
    overturn: { user: "ann", hash: "#/flags", then: async (page) => { await page.keyboard.press("o"); await page.click("dialog .chip >> nth=0"); } },
    call: { user: "ann", hash: `#/call/~${flag.call.number}?flag=${flag.flag}`, then: drawn, tall: true },
    spectrogram: { user: "ann", hash: "#/call/~12", then: async (page) => { await drawn(page); await page.click("button.toggle >> nth=1"); await page.waitForSelector(".spectrum canvas"); } },
    calls: { user: "ann", hash: "#/calls" },
    objections: { user: "lead", hash: "#/objections" },
    team: { user: "lead", hash: "#/team" },
    person: { user: "lead", hash: "#/person/li", tall: true },
    samples: { user: "ann", hash: "#/samples" },
    calibration: { user: "lead", hash: "#/calibration/november" },
    coaching: { user: "lead", hash: "#/coaching" },
    whatif: { user: "lead", hash: "#/rules" },
    add: { user: "lead", hash: `#/call/~${flag.call.number}`, then: async (page) => { await drawn(page); await page.keyboard.press("a"); } },
    rescore: { user: "lead", hash: "#/rules", tall: true, then: async (page) => { await page.fill("[name=rubric]", standard); await page.click("form button.primary"); await page.waitForSelector(".tiles"); } },
    export: { user: "lead", hash: "#/export" },
    admin: { user: "root", hash: "#/admin" },
    account: { user: "root", hash: "#/admin", then: (page) => page.click("section button.primary") },
    own: { user: "zhang", hash: "#/team" },
    keys: { user: "ann", hash: "#/flags", then: (page) => page.keyboard.press("?") },
    ...await appraisalViews(stage.url),
  };
  const looks = [["en", "en", "light"], ["zh-CN", "zh", "dark"]];
  const bears = { user: "ann", hash: "#/call/1763688600.31-part", then: drawn, tall: true };
  const shots = [...looks.flatMap((look) => Object.entries(views).map((view) => [look, ...view])), ...looks.map((look) => [look, "bears", bears])];
  let posted = false;
  for (const [[language, short, theme], name, { user, hash, then, tall }] of shots) {
    if (only && only !== name && !(only.endsWith("-") && name.startsWith(only))) continue;
    if (name === "bears" && !posted) { // last of all, since lists would show it
      await act("lead", [["calls?limit=100"]]).then(([answer]) => postSituations(stage, silentCall(answer), "1763688600.31")); // whose paths have no stars in them
      posted = true;
    }
    const { page } = await logIn(browser.context, stage.url, user, { language, theme });
    if (hash) await page.evaluate((to) => { location.hash = to; }, hash);
    if (user) await settled(page);
    await page.waitForTimeout(500);
    await then?.(page);
    await page.waitForTimeout(500);
    await page.screenshot(name === "spectrogram" // noise makes large PNGs
      ? { path: join(folder, `${short}-${name}.jpg`), type: "jpeg", quality: 82 } : { path: join(folder, `${short}-${name}.png`), fullPage: Boolean(tall) });
    await page.close();
  }
} finally {
  await browser.close();
  stage.close();
}

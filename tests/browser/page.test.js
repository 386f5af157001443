/* SPDX-License-Identifier: GPL-3.0-or-later */
// The page in Debian's Chromium against a real server: what each role does with it, from log-in to export.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { actor, ask, axeFinds, openAll, settled, textOf, visit } from "./acting.js";
import { person } from "./round.js";
import { postSituations, sentence, silentCall } from "./situations.js";
import { logIn, openBrowser, openStage, password, roster, source } from "./stage.js";
import { codeOf } from "./telephone.js";

let stage, browser, faults, close;
before(async () => {
  ({ stage, browser, faults, close } = await openAll());
});
after(() => close?.());

const as = actor(() => ({ stage, browser }));
const audio = (page) => page.evaluate(() => { const { currentTime, paused, loop } = document.querySelector("audio"); return { seconds: currentTime, paused, loop }; });
const until = (page, test_, argument) => page.waitForFunction(test_, argument, { timeout: 10000 });
const current = (page) => page.evaluate(() => [...document.querySelectorAll("tbody tr")].findIndex((row) => row.getAttribute("aria-current")));

test("a wrong password is told, a right one opens the pages of the role", async () => {
  const { page } = await logIn(browser.context, stage.url, null);
  await page.fill("[name=name]", "ann");
  await page.fill("[name=password]", "not this one");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".problem:not(:empty)");
  assert.equal(await textOf(page, ".problem"), "Name or password is wrong.");
  await page.close();
  const expected = {
    lead: ["Flags", "Calls", "Objections", "Team", "Coaching", "Appraisal", "Samples", "Calibration", "Rules", "Export"],
    ann: ["Flags", "Calls", "Objections", "Team", "Samples", "Calibration"],
    zhang: ["Flags", "Calls", "Objections", "My numbers", "Coaching", "Appraisal"],
    hr: ["Calls", "Team", "Appraisal", "Export"],
    root: ["Administration"],
  };
  for (const [name, pages] of Object.entries(expected))
    await as(name, async (opened) => assert.deepEqual(await opened.locator("nav a").allTextContents(), pages));
});

test("logging out ends the session", () => as("ann", async (page) => {
  await page.click("text=Log out");
  await page.waitForSelector(".login");
  assert.equal((await page.evaluate(async () => (await fetch("api/v1/session")).status)), 401);
}, { refused: 401 }));

test("the queue is walked by keyboard, worst first", () => as("ann", async (page) => {
  assert.equal(await current(page), 0);
  for (const key of ["j", "j", "j", "k"]) await page.keyboard.press(key);
  assert.equal(await current(page), 2);
  const ranks = await page.locator("tbody .severity").evaluateAll((chips) => chips.map((chip) => ["note", "minor", "major", "critical"].findIndex((name) => chip.classList.contains(name))));
  assert.deepEqual(ranks, [...ranks].sort((a, b) => b - a));
  await page.keyboard.press("?");
  assert.ok((await page.locator("dialog dt").count()) >= 10);
  await page.keyboard.press("Escape");
}));

test("filters ask the server, and stay in the address", () => as("ann", async (page) => {
  await page.waitForSelector("[name=rule] option[value=long-hold]", { state: "attached" });
  await page.selectOption("[name=rule]", { label: "Long hold" });
  await page.waitForFunction(() => [...document.querySelectorAll("td.what small")].every(({ textContent }) => textContent === "Long hold"));
  assert.match(page.url(), /rule=long-hold/);
  await page.reload();
  await settled(page);
  assert.equal(await page.inputValue("[name=rule]"), "long-hold");
  await page.click("button.sort:has-text('Confidence')");
  await page.waitForSelector("th[aria-sort] button:has-text('Confidence')");
  assert.match(page.url(), /sort=confidence/);
}));

test("queue and calls are filtered by the site's shifts", () => as("ann", async (page) => {
  const hours = async (list) => (await ask(page, list)).flags.map(({ call }) => Number(call.started_at.slice(11, 13)));
  assert.ok((await hours("flags?state=any&limit=500")).some((hour) => hour >= 14));
  await page.waitForSelector("[name=shift] >> nth=0");
  await page.selectOption("[name=shift]", "早班");
  await page.waitForFunction(() => location.hash.includes("shift="));
  await until(page, () => {
    const shown = [...document.querySelectorAll("tbody tr td:nth-child(4)")].map((cell) => Number(/(\d\d):\d\d/.exec(cell.textContent)[1]));
    return shown.length > 0 && shown.every((hour) => hour >= 6 && hour < 14);
  });
  await visit(page, `#/calls?shift=${encodeURIComponent("晚班")}`);
  assert.equal(await page.inputValue("[name=shift]"), "晚班");
  const times = await page.locator("tbody tr td:first-child a").evaluateAll((links) => links.map((link) => Number(/(\d\d):\d\d/.exec(link.textContent)[1])));
  assert.ok(times.length > 0 && times.every((hour) => hour >= 14 && hour < 22), `${times}`);
}));

test("space plays the flag's seconds from three before, and stops after them", () => as("ann", async (page) => {
  const flag = (await ask(page, "flags?limit=1")).flags[0];
  await page.keyboard.press(" ");
  await until(page, () => !document.querySelector("audio").paused && document.querySelector("audio").currentTime > 0);
  const first = await audio(page);
  const from = Math.max(0, flag.start_ms / 1000 - 3);
  assert.ok(first.seconds >= from - 0.05 && first.seconds < from + 3, `${first.seconds} is not just after ${from}`);
  await until(page, (then) => document.querySelector("audio").currentTime > then, first.seconds + 0.5);
  await page.evaluate((end) => { document.querySelector("audio").currentTime = end; }, flag.end_ms / 1000 + 0.8);
  await until(page, () => document.querySelector("audio").paused);
  const last = await audio(page);
  assert.ok(last.seconds < flag.end_ms / 1000 + 1.5, `${last.seconds} is past the end`);
  assert.equal(await page.getAttribute(".round", "aria-label"), "Play flag");
}));

test("the next flag stops what was heard of the one before", () => as("ann", async (page) => {
  await page.keyboard.press(" ");
  await until(page, () => !document.querySelector("audio").paused);
  await page.keyboard.press("j");
  await until(page, () => document.querySelector("audio").paused);
}));

test("confirm and overturn count at once, and the computed value stays beside the decided one", () => as("ann", async (page) => {
  const [first, second] = (await ask(page, "flags?limit=2")).flags;
  await page.keyboard.press("c");
  await page.waitForSelector("tbody .state.confirmed");
  await page.waitForTimeout(700); // a key that decides is taken once in 0.6 s
  assert.equal(await current(page), 1);
  await page.click("label:has-text('Go on and play by itself') input");
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("o");
  await page.keyboard.type("Customer looked for a pen");
  await page.keyboard.press("Control+Enter");
  await page.waitForSelector("tr[aria-current] .state.overturned");
  assert.equal(await textOf(page, "tr[aria-current] del"), `−${second.points}`);
  assert.equal(await textOf(page, ".pane .total ins"), String(second.call.total + second.points));
  const listed = await ask(page, `calls/~${second.call.number}/flags`);
  const decided = listed.flags.find(({ flag }) => flag === second.flag);
  assert.deepEqual([decided.state, decided.standing_points, decided.reason, decided.decided_by], ["overturned", 0, "Customer looked for a pen", "ann"]);
  assert.equal((await ask(page, `calls/~${first.call.number}/flags`)).flags.find(({ flag }) => flag === first.flag).state, "confirmed");
  await page.keyboard.press("u");
  await page.keyboard.type("Heard again");
  await page.keyboard.press("Control+Enter");
  await page.waitForSelector("tr[aria-current] .state.open");
  await page.click("label:has-text('Go on and play by itself') input");
}));

test("overturning without a reason is not sent", () => as("ann", async (page) => {
  const before_ = (await ask(page, "flags?limit=1")).flags[0];
  await page.keyboard.press("o");
  await page.click("dialog button.primary");
  assert.equal(await page.locator("dialog").count(), 1);
  await page.keyboard.press("Escape");
  assert.equal((await ask(page, "flags?limit=1")).flags[0].flag, before_.flag);
}));

const meanwhile = { en: "max has decided meanwhile: the flag is confirmed now", "zh-CN": "max刚刚复核了此标记，现为“成立”" };
for (const [language, words] of Object.entries(meanwhile))
  test(`somebody else's decision in the meantime is told, not overwritten, ${language}`, () => as("ann", async (page) => {
    const flag = (await ask(page, "flags?limit=1")).flags[0];
    await (await person(stage.url, "max"))("POST", `flags/${flag.flag}/decision`, { state: "confirmed" });
    await page.keyboard.press("c");
    await page.waitForSelector(".notice.bad");
    assert.ok((await textOf(page, ".notice.bad")).includes(words), await textOf(page, ".notice.bad"));
  }, { language, refused: 409 }));

test("the call page shows lanes, plays, loops, skips silence and changes speed", () => as("ann", async (page) => {
  const flag = (await ask(page, "flags?rule=dead-air&state=any&limit=1")).flags[0];
  await visit(page, `#/call/~${flag.call.number}?flag=${flag.flag}`);
  await page.waitForFunction(() => document.querySelector(".wave > div")?.shadowRoot?.querySelectorAll("canvas").length >= 2);
  const regions = await page.evaluate(() => document.querySelector(".wave > div").shadowRoot.querySelectorAll("[part~=region]").length);
  assert.ok(regions >= 2, `${regions} regions`);
  assert.equal(await page.locator(".lane.speech").count(), 2);
  await page.keyboard.press("l");
  await until(page, () => !document.querySelector("audio").paused && document.querySelector("audio").currentTime > 0);
  await page.evaluate((end) => { document.querySelector("audio").currentTime = end; }, flag.end_ms / 1000 + 0.9);
  await until(page, (start) => document.querySelector("audio").currentTime < start && !document.querySelector("audio").paused, flag.start_ms / 1000);
  await page.keyboard.press(" ");
  await until(page, () => document.querySelector("audio").paused);
  await page.selectOption(".transport select", "1.5");
  assert.deepEqual(await page.evaluate(() => [document.querySelector("audio").playbackRate, document.querySelector("audio").preservesPitch]), [1.5, true]);
  await page.click("text=Skip silence");
  await page.evaluate((start) => { document.querySelector("audio").currentTime = start; }, flag.start_ms / 1000);
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press(" ");
  await until(page, (end) => document.querySelector("audio").currentTime > end, flag.end_ms / 1000 - 1);
  const width = () => page.evaluate(() => document.querySelector(".lanes .inner").clientWidth);
  const before_ = await width();
  await page.keyboard.press("+");
  await page.waitForFunction((was) => document.querySelector(".lanes .inner").clientWidth > was * 1.5, before_);
}));

test("a call opened from the queue draws its waveform, and takes a comment at the second that was heard", () => as("ann", async (page) => {
  await page.waitForTimeout(500); // the queue's strip has the peaks by now
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector(".wave > div")?.shadowRoot?.querySelectorAll("canvas").length >= 2);
  const call = Number(/~(\d+)/.exec(page.url())[1]);
  await page.keyboard.press(" ");
  await until(page, () => document.querySelector("audio").currentTime > 0.3);
  await page.keyboard.press(" ");
  await until(page, () => document.querySelector("audio").paused);
  const { seconds } = await audio(page);
  await page.keyboard.press("m");
  await page.keyboard.type("Greets well");
  await page.click("button:has-text('Comment')");
  await page.waitForSelector(".remarks >> text=Greets well");
  assert.equal(await page.locator(".remarkMark").count(), 1);
  const { comments } = await ask(page, `calls/~${call}/comments`);
  assert.deepEqual([comments[0].by, comments[0].text, comments[0].position_ms], ["ann", "Greets well", Math.round(seconds * 1000)]);
}));

test("points are changed and a flag added by hand, and the history tells it", () => as("lead", async (page) => {
  const flag = (await ask(page, "flags?rule=agent-interruption&limit=1")).flags[0];
  await visit(page, `#/call/~${flag.call.number}?flag=${flag.flag}`);
  const before_ = Number((await textOf(page, ".totalBox .total")).split(" ").at(-1));
  await page.keyboard.press("p");
  assert.deepEqual(await page.locator("dialog [name=points]").evaluate(({ min, max }) => [min, max]), ["0", "2"]);
  await page.fill("dialog [name=points]", "0.5");
  await page.click("dialog .chip >> nth=0");
  await page.click("dialog button.primary");
  await page.waitForSelector(".line .state.changed");
  await page.keyboard.press("a");
  await page.selectOption("dialog [name=rule]", { label: "Dead air" });
  await page.fill("dialog [name=points]", "3");
  await page.fill("dialog [name=note]", "Addressed the customer by another name");
  await page.click("dialog button.primary");
  await page.waitForSelector("text=Addressed the customer by another name");
  const after_ = before_ + (flag.points - 0.5) - 3;
  await page.waitForFunction((total) => document.querySelector(".totalBox ins")?.textContent === String(total), after_);
  assert.match(await textOf(page, ".history"), /Changed Agent interrupts −0.5/);
}));

test("the breakdown shows each rule's title and words in the reader's language", async () => {
  const expected = { en: ["Dead air", /^Silence; cause: unexplained, agent muted$/, /from 10 s: noted only; from 15 s: −2; from 30 s: −5/, /at most 20 points a call/, /a person may set 0 to 5 points/],
    "zh-CN": ["通话冷场", /^静默；原因：原因不明、坐席按静音$/, /10秒起：仅提示；15秒起：−2；30秒起：−5/, /每通最多扣20分/, /人工可改为0至5分/] };
  for (const [language, [title, asks, costs, ...limits]] of Object.entries(expected))
    await as("ann", async (page) => {
      const flag = (await ask(page, "flags?rule=dead-air&state=any&limit=1")).flags[0];
      await visit(page, `#/call/~${flag.call.number}`);
      const rule = page.locator(".rule", { has: page.locator(`h3:has-text("${title}")`) }).first();
      await rule.locator(".asks span").first().waitFor();
      const lines = await rule.locator(".asks span").allTextContents();
      assert.match(lines[0], asks);
      assert.match(lines[1], costs);
      for (const limit of limits) assert.match(lines[2], limit);
      assert.ok((await page.locator("details.rule .rule").count()) >= 1);
    }, { language });
});

test("a lead sees what another threshold would find, and asks for one of their own", () => as("lead", async (page) => {
  await visit(page, "#/rules");
  const panel = page.locator("section:has(h2:text('What if a threshold were another'))");
  await panel.locator("select >> nth=1").selectOption({ label: "Dead air" });
  await panel.locator("tbody tr[aria-current] >> text=10 s").waitFor();
  const counts = async () => (await panel.locator("tbody tr").evaluateAll((rows) => rows.map((row) => [parseFloat(row.cells[0].textContent), Number(row.cells[1].textContent)])));
  const found = await counts();
  assert.ok(found.length >= 5);
  for (let i = 1; i < found.length; i++) assert.ok(found[i][0] > found[i - 1][0] && found[i][1] <= found[i - 1][1], `${found}`);
  assert.ok(found[0][1] > found.at(-1)[1], `${found}`);
  await panel.locator("input[type=number]").fill("16.2");
  await panel.locator("button[type=submit]").click();
  await panel.locator("td >> text=16.2 s").waitFor();
  assert.equal((await counts()).length, found.length + 1);
  await panel.locator("select >> nth=2").selectOption({ label: "Sure enough to cost points" });
  await panel.locator("tbody tr[aria-current] >> text=90%").waitFor();
}));

test("a lead notes something about a flag, the agent reads it, and the follow-up is done", async () => {
  let call;
  await as("lead", async (page) => {
    call = (await ask(page, "flags?person=zhang&rule=dead-air&state=any&limit=1")).flags[0].call.number;
    await visit(page, `#/call/~${call}`);
    await page.keyboard.press("n");
    await page.fill("dialog [name=text]", "Say what you are looking for while you search.");
    await page.fill("dialog [name=follow_up]", "2025-11-27");
    await page.click("dialog button.primary");
    await page.waitForSelector("text=Note written");
    await visit(page, "#/coaching");
    assert.match(await textOf(page, ".note .waiting"), /^Follow-up was due on/);
    assert.match(await textOf(page, ".note .about"), /Dead air/);
  });
  await as("zhang", async (page) => {
    await visit(page, "#/coaching");
    await page.waitForSelector("text=Say what you are looking for while you search.");
    assert.equal(await page.locator("button:has-text('Done')").count(), 0);
    await page.click(".about a");
    await page.waitForSelector(".call");
    assert.match(page.url(), new RegExp(`call/~${call}`));
  });
  await as("lead", async (page) => {
    await visit(page, "#/person/zhang");
    await page.click(".note button:has-text('Done')");
    await page.fill("dialog [name=outcome]", "Two of three calls were better.");
    await page.click("dialog button.primary");
    await page.waitForSelector(".note >> text=followed up");
    await visit(page, "#/coaching");
    await page.waitForSelector("text=No follow-up is due.");
  });
});

/** Confirms what waits and is about `words`; what is shown then, once. */
async function confirmed(words) {
  let secret;
  await as("hr", async (page) => {
    await visit(page, "#/export");
    await page.click(`li:has(b:has-text('${words}')) button:has-text('Confirm')`);
    secret = await page.inputValue("dialog input.token");
    await page.click("dialog button:has-text('Close')");
    await page.waitForSelector(`li:has(b:has-text('${words}'))`, { state: "detached" });
    assert.equal((await page.textContent("body")).includes(secret), false);
  });
  return secret;
}

test("an admin asks for an account and a token, another confirms and is shown them once; the new one sets its password", async () => {
  await as("root", async (page) => {
    await visit(page, "#/admin");
    await page.click("button:has-text('Make an account')");
    await page.fill("dialog [name=name]", "carl");
    await page.selectOption("dialog [name=role]", "auditor");
    await page.fill("dialog [name=teams]", "east, west");
    await page.click("dialog button.primary");
    await page.waitForSelector("text=Kept until a second person confirms it");
    assert.equal(await page.locator("tr:has(b:text-is('carl'))").count(), 0);
    assert.equal(await page.locator("tr:has(b:text-is('root')) button:has-text('Disable')").count(), 0);
    await page.click("button:has-text('Make a token')");
    await page.fill("dialog [name=name]", "pbx7");
    await page.click("dialog button.primary");
    await page.waitForSelector("dialog", { state: "detached" });
    await page.waitForFunction(async () => (await (await fetch("api/v1/asked")).json()).asked.length === 2);
  });
  const given = await confirmed("account carl");
  assert.match(await confirmed("token pbx7"), /^cqa_[\w-]{43}$/);
  await as("root", async (page) => {
    await visit(page, "#/admin");
    await page.waitForSelector("tr:has(b:text-is('carl')) >> text=east, west");
    await page.waitForSelector("tr:has(b:text-is('carl')) >> text=own password not set yet");
    await page.waitForSelector("tr:has(b:text-is('pbx7')) >> text=in force");
    await page.click("tr:has(b:text-is('pbx7')) button:has-text('Revoke')");
    await page.click("dialog button.primary");
    await page.waitForSelector("tr:has(b:text-is('pbx7')) >> text=revoked");
  });
  const { page } = await logIn(browser.context, stage.url, null);
  await page.fill("[name=name]", "carl");
  await page.fill("[name=password]", given);
  await page.keyboard.press("Enter");
  await page.fill("dialog [name=old]", given);
  await page.fill("dialog [name=password]", "battery staple");
  await page.fill("dialog [name=again]", "another one");
  await page.click("dialog button.primary");
  await page.waitForSelector("dialog >> text=The two passwords differ.");
  await page.fill("dialog [name=again]", "battery staple");
  await page.click("dialog button.primary");
  await page.waitForSelector("header.bar");
  assert.equal((await page.evaluate(async () => (await fetch("api/v1/flags?limit=1")).status)), 200);
  await page.close();
  await as("root", async (page) => {
    await visit(page, "#/admin");
    await page.click("tr:has(b:text-is('carl')) button:has-text('Disable')");
    await page.click("dialog button.primary");
    await page.waitForSelector("tr:has(b:text-is('carl')) >> text=disabled");
    const { rows } = await ask(page, "audit?limit=1000");
    for (const [actor, action, object] of [["hr", "user.put", "carl"], ["hr", "token.add", "pbx7"], ["root", "token.revoke", "pbx7"], ["carl", "user.password", "carl"], ["root", "user.disable", "carl"]])
      assert.ok(rows.some((row) => row.actor === `user:${actor}` && row.action === action && row.object === object), `${actor} ${action} ${object}`);
  });
});

test("a second factor is set up from its picture, asked for at the log-in, and taken off", async () => {
  stage.command("user", "add", "faye", "--role", "auditor", "--password-file", "-");
  let secret;
  await as("faye", async (page) => {
    await page.click("header button.who");
    await page.click("dialog button:has-text('Set up a second factor')");
    await page.fill("dialog [name=password]", password);
    await page.click("dialog button.primary");
    await page.waitForSelector("dialog svg.qr path");
    secret = await page.inputValue("dialog input[readonly]");
    await page.fill("dialog [name=code]", codeOf(secret));
    await page.click("dialog button.primary");
    await page.waitForSelector("text=Second factor is on");
    await page.click("text=Log out");
    await page.fill("[name=name]", "faye");
    await page.fill("[name=password]", password);
    await page.click("button.primary");
    await page.waitForSelector("[name=code]:visible");
    await page.fill("[name=code]", codeOf(secret, 1));
    await page.click("button.primary");
    await page.click("header button.who");
    await page.waitForSelector("dialog >> text=this one");
    assert.equal(await page.locator("dialog tbody tr").count(), 1);
  }, { refused: 401 });
  stage.command("user", "second-factor", "faye", "--off");
});

test("a spectrogram is drawn from a slice of WAV and from a compressed file", () => as("ann", async (page) => {
  for (const search of ["MPEG", "ULAW"]) {
    const { calls } = await ask(page, "calls?limit=100");
    const call = calls.find(({ recording }) => recording.encoding.includes(search));
    await visit(page, `#/call/${encodeURIComponent(call.call.id)}?source=freepbx`);
    await page.click("text=Spectrogram");
    await page.waitForSelector(".spectrum canvas");
    const shades = await page.evaluate(() => {
      const canvas = document.querySelector(".spectrum canvas");
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return new Set(Array.from({ length: data.length / 4 }, (_, i) => data[4 * i] >> 4)).size;
    });
    assert.ok(shades > 4, `${search}: ${shades} shades`);
  }
}));

test("an agent hears the own calls and objects; the lead settles it; both see each step", async () => {
  let flag;
  await as("zhang", async (page) => {
    assert.equal(await page.locator("button.confirm").count(), 0);
    const { flags } = await ask(page, "flags?state=any&limit=100");
    assert.ok(flags.length > 0 && flags.every(({ call }) => call.person === "zhang"));
    [flag] = (await ask(page, "flags?limit=1")).flags;
    await page.keyboard.press("x");
    await page.keyboard.type("The customer asked me to wait");
    await page.keyboard.press("Control+Enter");
    await page.waitForSelector(".notice");
    await visit(page, "#/objections");
    assert.match(await textOf(page, ".steps"), /zhang objected.*The customer asked me to wait.*A lead has yet to decide/s);
  });
  await as("lead", async (page) => {
    await visit(page, "#/objections");
    await page.click("a:has-text('Settle')");
    await page.fill(".settling [name=reason]", "Right: the customer did ask");
    await page.click(".settling button.primary");
    await page.waitForSelector(".objected.accepted");
    assert.equal((await ask(page, `calls/~${flag.call.number}/flags`)).flags.find((one) => one.flag === flag.flag).state, "overturned");
  });
  await as("zhang", async (page) => {
    await visit(page, "#/objections");
    assert.match(await textOf(page, ".steps"), /lead accepted the objection.*Right: the customer did ask/s);
  });
});

test("several judge the same flags blind, and the lead reads their agreement", async () => {
  await as("lead", async (page) => {
    await visit(page, "#/calibration");
    await page.click("text=New session");
    await page.fill("dialog [name=session]", "november");
    await page.fill("dialog [name=count]", "4");
    await page.click("dialog button.primary");
    await page.waitForSelector(".judgeList");
  });
  for (const [name, keys] of [["ann", ["s", "s", "d", "d"]], ["bob", ["s", "s", "d", "s"]]])
    await as(name, async (page) => {
      await visit(page, "#/calibration/november");
      assert.equal(await page.locator("text=Agreement").count(), 0);
      for (const [i, key] of keys.entries()) {
        await page.waitForSelector(".judge .confirm:enabled");
        await page.keyboard.press(key);
        await page.waitForFunction((n) => document.querySelectorAll(".judgeList .state").length === n, i + 1);
      }
    });
  await as("lead", async (page) => {
    await visit(page, "#/calibration/november");
    assert.match(await textOf(page, "main"), /4 flags, 2 judges/);
    assert.match(await textOf(page, "main"), /ann – bob4 judged by both0\.50/); // 3 of 4 alike, 1/2 expected
  });
});

test("another rubric is previewed, then applied by two", async () => {
  await as("lead", async (page) => {
    const standard = readFileSync(join(source, "models/rubrics/standard.yaml"), "utf8");
    await visit(page, "#/rules");
    await page.fill("[name=rubric]", standard.replace('version: "2"', 'version: "3"').replace("{from: 15s, points: 2}", "{from: 15s, points: 4}"));
    await page.click("button:has-text('Preview')");
    await page.waitForSelector("text=What standard, version 3, would make of them");
    const tile = (words) => page.locator(`.tile:has-text("${words}") b`).textContent().then(Number);
    const changed = await tile("Scores that change");
    assert.ok(changed > 0);
    assert.ok((await tile("Mean after")) < (await tile("Mean before")));
    assert.equal((await ask(page, "calls?limit=1")).calls[0].score.rubric_version, "2");
    await page.click("button:has-text('Apply')");
    await page.click("dialog button.primary");
    await page.waitForSelector("text=Kept until a second person confirms it");
    assert.equal((await ask(page, "calls?limit=1")).calls[0].score.rubric_version, "2");
  });
  await as("max", async (page) => {
    await visit(page, "#/export");
    await page.click("li:has-text('by rubric standard version 3') button:has-text('Confirm')");
    await page.waitForSelector("text=Confirmed and done");
    assert.equal((await ask(page, "calls?limit=1")).calls[0].score.rubric_version, "3");
  });
});

test("what waits is seen with its reason, counted when the lead says so, and told on the call and to its agent", async () => {
  const token = stage.command("token", "add", "shower", "--role", "recorder").trim();
  const reason = { en: "the recorder wrote nothing here", zh: "此处录音系统未写入声音" };
  let call;
  await as("lead", async (page) => {
    const { calls } = await ask(page, "calls?person=zhang&limit=100");
    call = calls.find(({ score }) => score.deductions.some(({ points, decision }) => points > 0 && !decision) && score.deductions.every(({ decision }) => !decision));
    const deductions = call.score.deductions.map((one) => ({ ...one, points: 0, severity: "note", automatic_fail: false, ground: { id: "not_recorded", text: reason } }));
    const result = { ...call, score: { ...call.score, total: 100, deductions } };
    const reply = await fetch(`${stage.url}/api/v1/results`, { method: "POST", headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json", "Idempotency-Key": "shown" }, body: JSON.stringify({ schema: "callqa.preview/1", result }) });
    assert.equal(reply.status, 202);
    await visit(page, "#/rules");
    const section = page.locator("section:has(h2:text-is('Results that wait'))");
    assert.match(await section.innerText(), new RegExp(`${call.call.id}.*→ 100`, "s"));
    assert.match(await section.innerText(), /the recorder wrote nothing here/);
    assert.deepEqual(await axeFinds(page, "what waits"), []);
    if (process.env.CQA_SHOT) await page.screenshot({ path: process.env.CQA_SHOT, fullPage: true });
    await section.locator("button.primary").click();
    await page.click("dialog button.primary");
    await page.waitForSelector("section:has(h2:text-is('Results that wait')) .empty");
  });
  await as("zhang", async (page) => {
    await visit(page, `#/call/${encodeURIComponent(call.call.id)}`);
    assert.match(await textOf(page, ".score"), /points given back: \+.*the recorder wrote nothing here/s);
    await visit(page, "#/team?from=2025-11-01&to=2025-11-30");
    assert.match(await textOf(page, "main"), /Judged again.*the recorder wrote nothing here/s);
  });
});

test("samples are drawn, listed for their auditor, and ticked off", async () => {
  await as("lead", async (page) => {
    await visit(page, "#/samples");
    await page.click("text=Draw calls");
    for (const [name, value] of Object.entries({ plan: "week-47", from: "2025-11-14", to: "2025-11-20", due: "2026-12-31", per_person: "2", auditors: "ann, bob" })) await page.fill(`dialog [name=${name}]`, value);
    await page.click("dialog button.primary");
    await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 6);
  });
  await as("ann", async (page) => {
    await visit(page, "#/samples");
    const rows = await page.locator("tbody tr").count();
    assert.equal(rows, 3);
    await page.click("tbody button >> nth=0");
    await page.waitForFunction((n) => document.querySelectorAll("tbody tr").length === n, rows - 1);
  });
});

test("the team is listed worst first, and an agent's page leads to the calls behind", () => as("lead", async (page) => {
  await visit(page, "#/team");
  const means = await page.locator("tbody td:nth-child(3)").allTextContents();
  assert.deepEqual(means, [...means].sort((a, b) => a - b));
  await page.click("tbody a >> nth=0");
  await page.waitForSelector(".uplot canvas");
  await page.waitForSelector("text=Flags by rule");
  await page.click("summary");
  await page.click("details tbody button >> nth=0");
  await page.waitForSelector("[name=score_below]");
  assert.match(page.url(), /#\/calls\?person=\w+&from=2025-11-14&to=2025-11-14/);
}));

test("exports are downloaded as they were asked for", () => as("lead", async (page) => {
  await visit(page, "#/export");
  const take = async (words) => {
    const [download] = await Promise.all([page.waitForEvent("download"), page.click(`text=${words}`)]);
    return readFileSync(await download.path(), "utf8");
  };
  const csv = await take("Calls (CSV)");
  assert.ok(csv.startsWith("\ufeff"));
  assert.equal(csv.trim().split("\n").length, stage.calls + 1);
  await page.uncheck("[name=bom]");
  await page.fill("[name=person]", "zhang");
  const own = (await take("Full results")).trim().split("\n").map((line) => JSON.parse(line));
  assert.ok(own.length > 0 && own.every(({ call }) => call.agent === "8001"));
}));

test("a file is prepared in the background, found again after the page was left, and removed", () => as("lead", async (page) => {
  await visit(page, "#/export");
  await page.check("[name=later]");
  await page.click("text=Calls (CSV)");
  await page.waitForSelector("li:has-text('calls.csv') a:has-text('Download')");
  await visit(page, "#/team");
  await visit(page, "#/export?from=2025-11-20&to=2025-11-20");
  await page.check("[name=later]");
  await page.fill("[name=team]", "west");
  await page.click("text=Calls (CSV)");
  await page.click("li:has-text('Nov 20, 2025 to Nov 20, 2025 · west'):has(a:has-text('Download')) button:has-text('Remove')"); // told from the other by what it is of
  await page.waitForFunction(() => document.querySelectorAll("a[href*='jobs/']").length === 1);
  await page.waitForSelector("li:has-text('calls.csv'):not(:has-text('west')) a:has-text('Download')");
  assert.deepEqual(await axeFinds(page, "background"), []);
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("li:has-text('calls.csv') a:has-text('Download')")]);
  const csv = readFileSync(await download.path(), "utf8");
  assert.equal(csv.trim().split("\n").length, stage.calls + 1);
  await page.click("li:has-text('calls.csv') button:has-text('Remove')");
  await page.waitForFunction(() => !document.querySelector("a[href*='jobs/']"));
}));

const heldTwice = { en: 'roster:3:1: extension "8001" is held at once by "li" and (line 2) "zhang"', "zh-CN": "第 3 行第 1 列：分机“8001”同时属于“li”与（第 2 行）“zhang”" };
for (const [language, words] of Object.entries(heldTwice))
  test(`the roster's faults are shown with their lines, ${language}`, () => as("root", async (page) => {
    const give = (text) => page.setInputFiles("input[type=file]", { name: "roster.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
    await give("person,extension,team,post,from,to\nzhang,8001,east,agent,2025-01-01,\nli,8001,east,agent,2025-01-01,\n");
    await page.waitForSelector(".problem:not(:empty)");
    assert.ok((await textOf(page, ".problem")).includes(words), await textOf(page, ".problem"));
  }, { language, refused: 422 }));

// 张伟 and 李娜 in GBK: decoded as UTF-8 in the browser both would be the same four marks.
const gbk = Buffer.concat([Buffer.from("person,extension,team,post,from,to\n"), Buffer.from([0xd5, 0xc5, 0xce, 0xb0]), Buffer.from(",8051,north,agent,2025-01-01,\n"), Buffer.from([0xc0, 0xee, 0xc4, 0xc8]), Buffer.from(",8052,north,agent,2025-01-01,\n")]);
test("a roster as a Chinese spreadsheet saves it keeps every name whole, is shown before it counts, and is undone", () => as("root", async (page) => {
  const { seats: before } = await ask(page, "roster");
  await page.setInputFiles("input[type=file]", { name: "坐席花名册.csv", mimeType: "text/csv", buffer: gbk });
  await page.waitForSelector("dialog td:has-text('张伟')");
  assert.equal((await ask(page, "roster")).seats.length, before.length);
  await page.keyboard.press("Escape");
  await page.setInputFiles("input[type=file]", { name: "坐席花名册.csv", mimeType: "text/csv", buffer: Buffer.concat([gbk.subarray(0, gbk.indexOf("\n") + 1), Buffer.from(roster.slice(roster.indexOf("\n") + 1)), gbk.subarray(gbk.indexOf("\n") + 1)]) });
  await page.waitForSelector("dialog td:has-text('李娜')");
  await page.click("dialog button.primary");
  await page.waitForSelector("button:has-text('Back to the one before')");
  const { seats } = await ask(page, "roster");
  assert.deepEqual(seats.filter(({ team }) => team === "north").map(({ person }) => person).sort(), ["张伟", "李娜"].sort());
  assert.equal(seats.length, before.length + 2);
  await page.click("button:has-text('Back to the one before')");
  await page.click("dialog button.primary");
  await page.waitForFunction(async (count) => (await (await fetch("api/v1/roster")).json()).seats.length === count, before.length);
}));

const noYaml = { en: /rubric:2:1: not YAML: /, "zh-CN": /第 2 行第 1 列：不是有效的 YAML：/ };
for (const [language, words] of Object.entries(noYaml))
  test(`what is wrong with a rubric is told, ${language}`, () => as("lead", async (page) => {
    await visit(page, "#/rules");
    await page.fill("[name=rubric]", "name: [");
    await page.click("form:has([name=rubric]) button[type=submit]");
    await page.waitForSelector(".problem.block");
    assert.match(await textOf(page, ".problem.block"), words);
  }, { language, refused: 422 }));

test("language and theme are remembered", () => as("ann", async (page) => {
  await page.click("text=中文");
  await page.waitForSelector("nav >> text=质检标记");
  await page.click("text=深色");
  await settled(page);
  await page.reload();
  await settled(page);
  assert.deepEqual(await page.evaluate(() => [document.documentElement.lang, document.documentElement.dataset.theme]), ["zh-CN", "dark"]);
  assert.match(await textOf(page, "td.what"), /起双方静默/);
}));

test("a call that the recording bears in part is posted, and comes back as it was", () => as("lead", async (page) => {
  const [part, leg] = await postSituations(stage, silentCall(await ask(page, "calls?limit=100")));
  for (const sent of [part, leg]) {
    const got = await ask(page, `calls/${sent.call.id}`);
    assert.deepEqual(got, JSON.parse(JSON.stringify(sent)));
  }
  const { flags } = await ask(page, "flags?state=any&severity=note&from=2025-11-21&to=2025-11-21");
  assert.deepEqual(flags.find(({ rule }) => rule === "dead-air").ground, { id: "line_idle", text: sentence });
}));

const costless = { en: ["Costs nothing: one party's line is idle here", "What this recording bears", /silence, overtalk: not measurable.*one party's line is idle here.*97%/is, /outside the conversation.*before both parties had been heard/is, /overtalk: degraded.*speech hardly stands out.*80%/is, "Line lost · customer's side"],
  "zh-CN": ["不扣分：此处一方线路无信号", "录音足以判定的范围", /静默、同时讲话：无法测量.*此处一方线路无信号.*97%/is, /对话之外.*双方都开口之前/is, /同时讲话：受影响.*语音信噪比过低.*80%/is, "线路中断 · 客户侧"] };
for (const [language, [flagSays, title, silent, before_, noisy, lost]] of Object.entries(costless))
  test(`an auditor sees why a silence cost nothing, ${language}`, () => as("ann", async (page) => {
    await visit(page, "#/flags?from=2025-11-21&to=2025-11-21&state=any&rule=dead-air");
    assert.equal(await textOf(page, "td.what .ground"), flagSays);
    assert.equal(await textOf(page, ".pane .ground"), flagSays);
    await visit(page, "#/call/situations-part");
    await page.waitForFunction(() => document.querySelector(".wave > div")?.shadowRoot?.querySelectorAll("canvas").length >= 2);
    assert.equal(await textOf(page, ".line .ground"), flagSays);
    const section = page.locator("section", { has: page.locator(`h2:text-is("${title}")`) });
    const list = await section.locator("li").allTextContents();
    for (const words of [silent, before_, noisy]) assert.ok(list.some((line) => words.test(line)), `${words}: ${list.join("\n")}`);
    assert.equal((await section.locator("li .hatch").count()), list.length);
    const seen = await page.locator(".lanes i.behind.hatch").evaluateAll((all) => all.map((one) => ({ image: getComputedStyle(one).backgroundImage, width: one.getBoundingClientRect().width, height: one.getBoundingClientRect().height })));
    assert.equal(seen.length, 5); // before, after, line idle, noise, line lost
    assert.ok(seen.every(({ image, width, height }) => image.includes("gradient") && width > 5 && height > 80), JSON.stringify(seen));
    assert.ok((await page.locator(".lane.bears i").allTextContents()).some((words) => flagSays.toLowerCase().includes(words.toLowerCase())));
    const hatched = await page.evaluate(() => [...document.querySelector(".wave > div").shadowRoot.querySelectorAll("[part~=region]")].filter((one) => one.style.backgroundImage.includes("gradient")).map((one) => one.title));
    assert.equal(hatched.length, 5);
    assert.ok(hatched.some((words) => silent.test(words)), hatched.join("\n"));
    const boxes = await page.locator(".lane.events i").evaluateAll((all) => all.map((one) => one.getBoundingClientRect()).map(({ left, right, top, bottom }) => [left, right, top, bottom]));
    const isCovered = (a, b) => a !== b && a[0] < b[1] - 0.5 && b[0] < a[1] - 0.5 && a[2] < b[3] && b[2] < a[3];
    assert.ok(!boxes.some((a) => boxes.some((b) => isCovered(a, b))), JSON.stringify(boxes));
    assert.ok((await page.locator("ul.events").textContent()).includes(lost));
    await section.locator("button").nth(1).click();
  }, { language }));

test("words that nobody knows are shown as they are, and a lone leg as one", () => as("ann", async (page) => {
  await visit(page, "#/call/situations-leg");
  const all = await textOf(page, ".call");
  for (const words of ["Unknown, channel 1 speaks", "one party's line alone", "Sneeze · robot", "Silence · eclipse", "Duet", "No conversation", "hold: blurred", "the sun was loud", "rhythm: smeared", "moonshine", "only one party's line is in this file", "nobody talks with anybody"])
    assert.ok(all.includes(words), `${words} is not in: ${all}`);
}));

test("events have the words and the colours of the tables, which the translations do not repeat", () => as("ann", async (page) => {
  const own = JSON.parse(readFileSync(join(source, "src/server/web/lang/en.json"), "utf8"));
  const shown = await page.evaluate(async () => Object.fromEntries(await Promise.all(["en", "zh-CN"].map(async (name) => [name, await (await fetch(`web/lang/${name}.json`)).json()]))));
  const header = readFileSync(join(source, "src/event/event.h"), "utf8");
  const types = [...header.matchAll(/X\(\w+, "(\w+)", '.', "\d+", 0x(\w+), \w+, "([^"]*)", "([^"]*)"\)/g)];
  assert.ok(types.length >= 13);
  for (const [, type, , en, zh] of types)
    assert.deepEqual([shown.en[`event.${type}`], shown["zh-CN"][`event.${type}`], own[`event.${type}`]], [en, zh, undefined]);
  assert.deepEqual(Object.keys(shown.en).filter((key) => !key.endsWith(".one") && !(key in shown["zh-CN"])), []);
  assert.deepEqual(Object.keys(own).filter((key) => /^(event\.(cause|kind)|ground|aspect)\./.test(key)), []);
  await visit(page, "#/call/situations-part");
  const [, , silence] = types.find(([, type]) => type === "silence");
  const tint = await page.locator(".lane.events i:has-text('Silence')").first().evaluate((one) => getComputedStyle(one).backgroundColor);
  assert.equal(tint, `rgb(${silence.match(/../g).map((part) => parseInt(part, 16)).join(", ")})`);
}));

const views = [["lead", ["#/call/situations-part", "#/call/situations-leg", "#/flags?from=2025-11-21&to=2025-11-21&state=any", "#/coaching", "#/flags", "#/call/~2", "#/calls", "#/objections", "#/team", "#/person/li", "#/samples?auditor=", "#/calibration/november", "#/rules", "#/export"]], ["zhang", ["#/coaching", "#/flags", "#/team", "#/objections"]], ["root", ["#/admin"]]];

for (const language of ["en", "zh-CN"])
  for (const theme of ["light", "dark"])
    test(`nothing for axe to find, ${language}, ${theme}`, async () => {
      const { page: outside } = await logIn(browser.context, stage.url, null, { language, theme });
      const found = [];
      const check = async (page, name) => { found.push(...await axeFinds(page, name)); };
      await check(outside, "log-in");
      await outside.close();
      for (const [name, hashes] of views)
        await as(name, async (page) => {
          for (const hash of hashes) {
            await visit(page, hash);
            await page.waitForTimeout(200);
            await check(page, hash);
          }
          if (name === "lead") {
            await visit(page, "#/flags");
            await page.keyboard.press("o");
            await check(page, "dialog");
          }
        }, { language, theme });
      assert.deepEqual(found, []);
    });

test("nothing is cut off at 1280×720 nor on a tablet", () => as("lead", async (page) => {
  for (const size of [{ width: 1280, height: 720 }, { width: 1024, height: 768 }, { width: 768, height: 1024 }]) {
    await page.setViewportSize(size);
    for (const hash of views[0][1]) {
      await visit(page, hash);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(over <= 0, `${hash} is ${over} px too wide at ${size.width}`);
    }
  }
}));

const farDay = "2025-11-21", farSample = "in-8002-13800138001-20251120-101820-1763605100.20.ogg";

/** The result of a sample as another call of another day, with what else is changed in `recording`; its first flag. */
async function postFar(page, id, recording, clips) {
  const token = stage.command("token", "add", id, "--role", "recorder").trim();
  const { calls } = await ask(page, "calls?agent=8002&from=2025-11-20&to=2025-11-20&limit=50");
  const result = calls.find(({ call }) => call.id === "1763605100.20");
  const far = { ...result, recording: { ...result.recording, ...recording(result.recording) }, call: { ...result.call, id, started_at: `${farDay}T10:00:00+08:00` }, ...(clips && { clips: clips(result) }) };
  const reply = await fetch(`${stage.url}/api/v1/results`, { method: "POST", headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json", "Idempotency-Key": id }, body: JSON.stringify(far) });
  assert.equal(reply.status, 201, await reply.text());
  const { flags } = await ask(page, `flags?from=${farDay}&to=${farDay}&state=any&limit=500`);
  return { flag: flags.find(({ call }) => call.id === id), hash: far.recording.sha256.slice(0, 12) };
}

const wholeClip = (result) => [{ start_ms: 0, end_ms: result.recording.duration_ms, ogg_opus: readFileSync(join(source, "samples", farSample)).toString("base64") }];

for (const [id, recording, words, chinese] of [
  ["far-1", () => ({ path: "/out/of/reach.ogg" }), /not within this server's reach/, /本服务器无法读取/],
  ["far-2", ({ path }) => ({ path: path.replace(/[^/]*$/, "deleted.ogg"), sha256: "d".repeat(64) }), /is gone since .*20\d\d/, /自 20\d\d.*起已不存在/],
  ["far-3", () => ({ sha256: "c".repeat(64) }), /the file that lies in its place now is another/, /现在同一位置上的是另一个文件/]])
  test(`where the recording cannot be had, what was kept of it is heard, and the page says so: ${id}`, async () => {
    let shown;
    await as("lead", async (page) => {
      shown = await postFar(page, id, recording, wholeClip);
      await visit(page, `#/call/~${shown.flag.call.number}?flag=${shown.flag.flag}`);
      const line = await textOf(page, ".clipsOnly");
      assert.match(line, words);
      assert.match(line, /Only the seconds around its flags/);
      assert.ok(line.includes(shown.hash), line);
      assert.equal(await page.locator(".clipsOnly[role=status]").isVisible(), false);
      await page.keyboard.press("f");
      await until(page, (from) => document.querySelector("audio").currentTime > from, Math.max(0, shown.flag.start_ms / 1000 - 3) + 0.3);
    });
    await as("ann", async (page) => {
      await visit(page, `#/call/~${shown.flag.call.number}`);
      assert.match(await textOf(page, ".clipsOnly"), chinese);
    }, { language: "zh-CN" });
    await as("root", async (page) => {
      let rows = [], cursor = "";
      do {
        const answer = await ask(page, `audit?limit=1000&cursor=${cursor}`);
        rows.push(...answer.rows);
        cursor = answer.next;
      } while (cursor);
      const play = rows.filter(({ action, object }) => action === "play" && object === `call ${shown.flag.call.number}`).at(-1);
      assert.ok(play?.detail.includes(`clips of ${shown.hash}`), JSON.stringify(play));
    });
  });

test("a flag of which no clip was kept is said to be silent", () => as("lead", async (page) => {
  const { flag } = await postFar(page, "far-4", () => ({ path: "/out/of/reach.ogg", sha256: "b".repeat(64) }),
    (result) => [{ ...wholeClip(result)[0], start_ms: result.recording.duration_ms - 10, end_ms: result.recording.duration_ms }]);
  await visit(page, `#/call/~${flag.call.number}?flag=${flag.flag}`);
  await page.waitForSelector(".clipsOnly[role=status]:visible");
  assert.match(await textOf(page, ".clipsOnly[role=status]"), /No clip was kept/);
}));

test("where another file lies in a recording's place, and nothing was kept, nothing is heard and the page says why", () => as("lead", async (page) => {
  const { flag, hash } = await postFar(page, "far-5", () => ({ sha256: "a".repeat(64) }));
  await visit(page, `#/call/~${flag.call.number}?flag=${flag.flag}`);
  const line = await textOf(page, ".problem[role=alert]");
  assert.match(line, /not the recording that was judged/);
  assert.ok(line.includes(hash.slice(0, 12)), line);
  assert.equal(await page.evaluate(async (path) => (await fetch(path)).status, `api/v1/calls/~${flag.call.number}/audio`), 409);
}, { refused: 409 }));

test("every text of the page has both languages", () => {
  const read = (name) => JSON.parse(readFileSync(join(source, `src/server/web/lang/${name}.json`), "utf8"));
  const [en, zh] = [read("en"), read("zh-CN")];
  assert.deepEqual(Object.keys(en).filter((key) => !key.endsWith(".one") && !(key in zh)), []);
  assert.deepEqual(Object.keys(zh).filter((key) => !(key in en)), []);
});

test("whatever the server writes into the audit log is named in words", () => {
  const en = JSON.parse(readFileSync(join(source, "src/server/web/lang/en.json"), "utf8"));
  const files = readdirSync(join(source, "src"), { recursive: true }).filter((name) => name.endsWith(".c")).map((name) => readFileSync(join(source, "src", name), "utf8"));
  const actions = files.flatMap((text) => [...text.matchAll(/cqa_audit_(?:add|write)\([^;"]*(?:"callqa-server",\s*)?"([^"]+)"/g)].map(([, action]) => action));
  assert.ok(actions.length >= 20, `${actions.length} actions found: this test is blind`);
  assert.deepEqual(actions.filter((action) => !(`did.${action}` in en)), []);
});

test("the page and the server keep to the description", () => assert.deepEqual(faults, []));

/* SPDX-License-Identifier: GPL-3.0-or-later */
// What somebody who sees the page for the first time falls over: objections that nobody waits for, words of somebody else, and
// "none" where it should say "not for you".
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { actor, allAnswered, ask, openAll, settled, stopTime, textOf, visit } from "./acting.js";
import { openMonth, person, signAll } from "./round.js";
import { logIn, password } from "./stage.js";

let stage, browser, faults, close;
const people = {};
before(async () => {
  ({ stage, browser, faults, close } = await openAll());
  for (const name of ["hr", "lead", "ann", "zhang"]) people[name] = await person(stage.url, name);
});
after(() => close?.());

const as = actor(() => ({ stage, browser }));
const costly = async (name) => (await people.lead("GET", `flags?person=${name}&state=open&limit=500`)).flags.filter(({ points }) => points > 0);
const endSession = (page) => page.evaluate(async () => {
  const { csrf } = await (await fetch("api/v1/session")).json();
  await fetch("api/v1/session", { method: "DELETE", headers: { "X-CSRF-Token": csrf } });
});

test("an objection to a flag stands in the way of closing, with a way to it; accepted afterwards, a correction is due", async () => {
  const round = await openMonth(stage.url, "2025-11", "objections");
  await signAll(stage.url, round);
  const [first, second] = await costly("zhang");
  await people.zhang("POST", `flags/${first.flag}/objection`, { text: "That was the customer" });
  for (const [language, words] of Object.entries({ en: /1 objection to a flag waits for an answer/, "zh-CN": /1项标记申诉待答复/ }))
    await as("hr", async (page) => {
      await visit(page, `#/appraisal/${round}`);
      assert.match(await textOf(page, ".lacks"), words);
      assert.ok(await page.isDisabled(".decide .primary"), "it cannot be closed");
      await page.click(`.lacks a[href^="#/call/~${first.call.number}?at="]`);
      await settled(page);
    }, { language });
  await as("zhang", async (page) => {
    await visit(page, `#/appraisal/${round}/sheet`);
    assert.match(await textOf(page, ".disputed"), /Not settled.*zhang/s);
  });
  const { open_flag_objections: [objected] } = await people.lead("GET", `appraisals/${round}/readiness`);
  await people.lead("POST", `objections/${objected.objection}/answer`, { state: "confirmed", reason: "Heard twice" });
  await signAll(stage.url, round);
  await people.hr("POST", `appraisals/${round}/close`, { place: "Room 3", ignore_undecided: true, note: "A trial" });
  const { objection } = await people.zhang("POST", `flags/${second.flag}/objection`, { text: "This one too" });
  await people.lead("POST", `objections/${objection}/answer`, { state: "overturned", reason: "Heard twice" });
  for (const [language, words] of Object.entries({ en: /A correction is due/, "zh-CN": /须作更正/ })) {
    await as("hr", async (page) => {
      await visit(page, `#/appraisal/${round}/results`);
      assert.match(await textOf(page, ".due"), words);
    }, { language });
    await as("zhang", async (page) => {
      await visit(page, `#/appraisal/${round}/sheet`);
      assert.match(await textOf(page, ".banner.due"), words);
      assert.match(await textOf(page, ".paper .due"), words);
    }, { language });
    await as("lead", async (page) => {
      await visit(page, "#/objections?outcome=accepted");
      assert.match(await textOf(page, "article.panel .due"), new RegExp(words.source, "i"));
      await page.click("article.panel .due a");
      await page.waitForFunction((to) => location.hash.startsWith(to), `#/appraisal/${round}/results`);
    }, { language });
  }
  await as("li", async (page) => {
    await visit(page, `#/appraisal/${round}/sheet`);
    assert.equal(await page.locator(".due").count(), 0);
  });
});

test("a key that is faster than the call's first picture is about the flag that the address names", () => as("ann", async (page) => {
  const [, flag] = await costly("li");
  await page.evaluate(() => { globalThis.requestAnimationFrame = () => 0; }); // a machine so busy that no picture comes
  await visit(page, `#/call/~${flag.call.number}?flag=${flag.flag}`);
  await page.keyboard.press("o");
  const start = `${Math.floor(flag.start_ms / 60000)}:${String(Math.floor(flag.start_ms / 1000) % 60).padStart(2, "0")}`;
  assert.ok((await textOf(page, "dialog .quoted")).includes(start), start);
}));

test("what somebody was writing when the session ended is nobody else's, and is theirs again", async () => {
  const { page } = await logIn(browser.context, stage.url, "ann");
  const [flag] = await costly("li");
  await visit(page, `#/call/~${flag.call.number}?flag=${flag.flag}`);
  await page.keyboard.press("o");
  await page.fill("dialog [name=reason]", "Written by ann");
  await page.keyboard.press("Escape");
  await page.waitForSelector("dialog", { state: "detached" });
  const timeGoesOn = await stopTime(page); // whatever else finds that the session has ended waits until it is sent
  await page.fill(".remark textarea", "A remark by ann");
  const enter = async (name) => {
    await page.fill("[name=name]", name);
    await page.fill("[name=password]", password);
    await page.keyboard.press("Enter");
    await page.waitForSelector("header.bar");
    await settled(page);
    await visit(page, "#/calls");
    await visit(page, `#/call/~${flag.call.number}?flag=${flag.flag}`);
    await page.waitForSelector(".line[aria-current]");
  };
  await endSession(page);
  await page.click("button:has-text('Comment')");
  await timeGoesOn();
  await page.waitForSelector("dialog.over");
  await page.click("dialog.over .plain"); // somebody else
  await page.waitForSelector(".login");
  await enter("bob");
  assert.equal(await page.inputValue(".remark textarea"), "");
  await again(page);
  await page.keyboard.press("o");
  assert.equal(await page.inputValue("dialog [name=reason]"), "");
  await page.keyboard.press("Escape");
  await page.waitForSelector("dialog", { state: "detached" });
  await page.click("button:has-text('Log out')");
  await page.waitForSelector(".login");
  await enter("ann");
  assert.equal(await page.inputValue(".remark textarea"), "A remark by ann");
  await again(page);
  await page.keyboard.press("o");
  assert.equal(await page.inputValue("dialog [name=reason]"), "Written by ann");
  assert.deepEqual((await ask(page, `calls/~${flag.call.number}/comments`)).comments, []);
  await page.close();
});

for (const [language, words] of Object.entries({
  en: { code: "A technical fault, not the agent", open: "under objection", free: "No points", sum: /sum of the calls ([\d.,]+) s ÷ .*?([\d.,]+) s/, program: /Analyzer \S+ with its models/, files: /2025-11\.csv\s+hr\s+\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d\s+[0-9a-f]{64}/ },
  "zh-CN": { code: "技术故障，非坐席责任", open: "申诉中", free: "不扣分", sum: /各通话合计([\d.,]+)秒 ÷ .*?([\d.,]+)秒/, program: /分析程序\S+及其模型/, files: /2025-11\.csv\s+hr\s+\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d\s+[0-9a-f]{64}/ } }))
  test(`the evidence says by what words, when, from which file and by which program, and can be computed again, ${language}`, async () => {
    const { appraisals } = await people.hr("GET", "appraisals");
    let { appraisal, stage: at } = appraisals.find(({ corrected_by: by }) => by === null);
    if (at === "closed") {
      ({ appraisal } = await people.hr("POST", `appraisals/${appraisal}/corrections`, { reason: "A flag was overturned" }));
      const [first, second] = await costly("zhang");
      await people.ann("POST", `flags/${first.flag}/decision`, { state: "overturned", reason_code: "fault" });
      await people.zhang("POST", `flags/${second.flag}/objection`, { text: "Not so" });
    }
    await as("hr", async (page) => {
      const { sheet } = await ask(page, `appraisals/${appraisal}/sheets/zhang`);
      const measured = sheet.trace.find(({ how }) => how?.startsWith("sum of"));
      await visit(page, `#/appraisal/${appraisal}/sheet/zhang`);
      await page.click(".sheetTools .more");
      const text = await page.locator(".evidence").innerText();
      for (const key of ["sum", "program", "files"]) assert.match(text, words[key]);
      const [, sum, over] = words.sum.exec(text).map((one) => Number(one.replaceAll(",", "")));
      assert.ok(Math.abs((100 * sum) / over - measured.value) < 0.01, `${sum} ÷ ${over} is not ${measured.value} %`);
      const flags = await page.locator(".evidenceFlags tbody tr").allInnerTexts();
      assert.ok(flags.some((line) => line.includes(words.code)), flags.join("\n"));
      assert.ok(flags.some((line) => line.includes(words.open)), flags.join("\n"));
      assert.ok(flags.every((line) => /2025-11-\d\d \d\d:\d\d:\d\d \+08:00/.test(line)), flags.join("\n"));
      const free = await page.locator(".evidenceFlags tbody tr:has(td:nth-child(5):text-is('0'))").allInnerTexts();
      assert.ok(free.filter((line) => !/overturned|不成立/.test(line)).every((line) => line.includes(words.free)), free.join("\n"));
    }, { language });
  });

for (const [language, [unseen, none, list]] of Object.entries({
  en: ["You may not see the flags", /No rule was broken/, "en"], "zh-CN": ["您无权查看质检标记", /未违反|无标记/, "zh"] }))
  test(`hr, who may not see flags, reads that and not that there are none, ${language}`, () => as("hr", async (page) => {
    const flag = (await people.lead("GET", "flags?rule=dead-air&state=any&limit=500")).flags.find(({ points, call }) => points > 0 && call.person);
    await visit(page, `#/call/~${flag.call.number}?at=${flag.start_ms}`);
    const score = await textOf(page, ".score");
    assert.match(score, new RegExp(unseen));
    assert.doesNotMatch(score, none);
    assert.ok(score.includes(flag.title[list]), score);
    const second = await textOf(page, ".score .line[aria-current]");
    assert.ok(second.includes(`${Math.floor(flag.start_ms / 60000)}:${String(Math.floor(flag.start_ms / 1000) % 60).padStart(2, "0")}`), second);
    await visit(page, `#/person/${flag.call.person}`);
    const [rules, listen] = await page.locator(".grid > section.panel:not(.wide)").allInnerTexts().then((all) => all.slice(-2));
    for (const text of [rules, listen]) {
      assert.match(text, new RegExp(unseen));
      assert.doesNotMatch(text, none);
    }
  }, { language }));

test("the audit log says in the reader's words what the server wrote", () => as("root", async (page) => {
  const theirs = ["appraisal.object", "coaching.done", "comment", "export", "objection", "objection.settle", "rubric.learn"]; // what people typed, names and hashes
  const { rows } = await ask(page, "audit?limit=200");
  await visit(page, "#/admin");
  const shown = await page.locator(".panel:last-of-type tbody tr").evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.innerText)));
  const english = /[a-z]{3,} /;
  const kinds = new Set();
  for (const [i, { action, object, detail }] of rows.entries()) {
    if (!theirs.includes(action) && english.test(`${detail} `) && !/^[0-9a-f]+$/.test(detail)) {
      assert.notEqual(shown[i][6], detail, `${action}: ${detail}`);
      kinds.add(action);
    }
    if (/^\w+ \d+$/.test(object)) assert.doesNotMatch(shown[i][5], /[a-z]/, object);
  }
  for (const one of ["appraisal.close", "appraisal.open", "appraisal.stage", "decision", "roster.replace", "user.put"]) assert.ok(kinds.has(one), `${one} is not among ${[...kinds]}`);
}, { language: "zh-CN" }));

/** As the server writes them, with what people write in between. */
const written = [
  ["session.open", "call 5", "", "call 5", ""], // an account's name is its own
  ["calibration.add", "sample 3", "2 flags", "sample 3", "2条标记"],
  ["decision", "flag 7", "open to overturned, 0 points: noise: {why} \"x\": open to confirmed, 1 points: y", "标记7", "由待复核改为不成立，0分：noise: {why} \"x\": open to confirmed, 1 points: y"],
  ["decision", "flag 7", "overturned to open, 2 points: undone", "标记7", "由不成立改为待复核，2分：立即撤回"],
  ["appraisal.step", "appraisal 1", "interview, 8001: told, everyone: is here\nand there", "考核1", "绩效面谈，8001：told, everyone: is here\nand there"],
  ["appraisal.step", "appraisal 1", "interview, everyone: at ten", "考核1", "绩效面谈，全体：at ten"],
  ["appraisal.sign", "appraisal 1", "8001 as hr, paper: ", "考核1", "8001，以人事身份，纸质签字："],
  ["appraisal.close", "appraisal 1", "3 sheets; ignored: 2 undecided flags, 1 people left out; late", "考核1", "3张考核表；忽略2条待复核的标记，1人未纳入考核；late"],
  ["appraisal.open", "appraisal 1", "own 2025-11", "考核1", "本公司（own），2025-11"],
  ["appraisal.open", "appraisal 9", "gone 2025-11", "考核9", "gone，2025-11"],
  ["appraisal.rate", "appraisal 1", "8001, manner: 95", "考核1", "8001，服务态度（manner）：95"],
  ["appraisal.rate", "appraisal 9", "8001, manner: 95", "考核9", "8001，manner：95"],
  ["points.taken", "call 5", "dead-air at 1.0 to 4.5 s: 0 to 4 points: quiet / 静默", "通话5", "静默（dead-air），1.0～4.5秒：由0分改为4分：静默"],
  ["appraisal.answer", "appraisal 1", "name \"a\": left out", "考核1", "姓名“a”：不导入"],
  ["appraisal.answer", "appraisal 1", "column \"Manners\": is manner", "考核1", "列“Manners”：即服务态度（manner）"],
  ["coaching.add", "coaching 4", "for li, follow-up 0, 1 links", "辅导4", "对象li，不跟进，1处链接"],
  ["coaching.add", "coaching 4", "for li, follow-up 20251120, 1 links", "辅导4", "对象li，跟进日期20251120，1处链接"],
  ["clips.save", "call 1763604902.17", "", "通话1763604902.17", ""],
  ["clips.hold", "customer 13800138000", "a court asks", "客户13800138000", "a court asks"],
  ["period.close", "20251101 to 20251130", "2 undecided flags and 0 objections ignored: call 5", "20251101至20251130", "忽略2条待复核的标记和0项申诉：call 5"],
  ["rubric.learn", "rubric standard 3", "00ff", "评分标准standard 3", "00ff"],
  ["rescore.begin", "rubric standard 3", "20251101 to 20251130, 0 applied, 0 refused", "评分标准standard 3", "20251101至20251130，应用0通，拒绝0通"],
  ["notice.sent", "notice 9", "objection.filed to https://a.example as msg_1, try 1: taken with 204", "推送9", "objection.filed，发往https://a.example，编号msg_1，第1次：已接收（204）"],
  ["notice.failed", "notice 9", "objection.raised to https://a.example as msg_1, try 1: refused", "推送9", "提出申诉，发往https://a.example，编号msg_1，第1次：refused"],
  ["decision", "flag 7", "open to overturned, 0 points: fault", "标记7", "由待复核改为不成立，0分：技术故障"],
  ["decision", "flag 7", "open to changed, 1.5 points: fault: fault: x", "标记7", "由待复核改为改分，1.5分：技术故障: fault: x"],
  ["decision", "flag 7", "open to changed, 1.5 points: faulty", "标记7", "由待复核改为改分，1.5分：faulty"],
  ["user.put", "a", "lead, person a, all teams, password set", "a", "质检主管，人员a，全部班组，已设密码"],
  ["user.put", "a", "lead, person a, 2 teams", "a", "质检主管，人员a，2个班组"],
  ["token.add", "a", "recorder, site -, teams all, from everywhere, for 365 days", "a", "录音系统，站点–，全部班组，任何地址，有效365天"],
  ["token.add", "a", "recorder, site east, teams [\"a\",\"b\"], from [\"10.0.0.0/8\"], for 30 days", "a", "录音系统，站点east，班组a、b，限地址10.0.0.0/8，有效30天"],
  ["second.ask", "request 2", "PUT /api/v1/users/ann, asked by root", "申请2", "账号 ann，由root申请"],
  ["second.ask", "request 3", "POST /api/v1/periods/7/open, asked by root", "申请3", "解除锁定（第7个期间），由root申请"],
  ["preview.discard", "3 waiting results", "20251101 to 20251130, 0 accepted, 0 closed, 3 for a person", "3份待确认的新结果", "20251101至20251130，计入0通，0通在锁定期间，3通留待人工"],
];

test("a row of the audit log is read as what it is, whatever people wrote into it", () => as("root", async (page) => {
  const read = await page.evaluate(async (rows) => {
    const { auditReader, auditSentences } = await import("./web/audit.js");
    return rows.map(auditReader({ reasons: [{ code: "fault", title: { en: "A fault", zh: "技术故障" } }], rules: { "dead-air": { en: "Dead air", zh: "静默" } }, appraisals: { 1: "own", 9: "gone" },
      schemes: { own: { names: { en: "Own", zh: "本公司" }, indicators: [{ indicator: "manner", names: { en: "Manner", zh: "服务态度" } }] } }, known: await auditSentences() }));
  }, written.map(([action, object, detail]) => ({ action, object, detail })));
  assert.deepEqual(read.map(({ object, detail }) => [object, detail]), written.map(([, , , object, detail]) => [object, detail]));
}, { language: "zh-CN" }));

for (const [language, [fault, shown]] of Object.entries({ en: ["A technical fault, not the agent: A fan", "customer's number shown"], "zh-CN": ["技术故障，非坐席责任: A fan", "查看完整号码"] }))
  test(`the audit log gives a decision's reason, and what was done, in words, ${language}`, async () => {
    const [flag] = await costly("li");
    await people.ann("POST", `flags/${flag.flag}/decision`, { state: "overturned", reason_code: "fault", reason: "A fan" });
    await people.ann("POST", `calls/~${flag.call.number}/customer`, {});
    await as("root", async (page) => {
      await visit(page, "#/admin");
      const rows = await page.locator(".panel:last-of-type tbody tr").allInnerTexts();
      assert.ok(rows.some((row) => row.includes(`${flag.flag}`) && row.includes(fault)), rows.filter((row) => row.includes("decision")).join("\n"));
      assert.ok(rows.some((row) => row.includes(shown)), rows.filter((row) => row.includes("number.show")).join("\n"));
    }, { language });
  });

for (const [language, why] of Object.entries({ en: "cannot be opened", "zh-CN": "无法打开" }))
  test(`an admin reads in words why a recording has no result, and of whom a new account may see calls, ${language}`, async () => {
    const token = stage.command("token", "add", `failing-${language}`, "--role", "recorder").trim();
    const failure = { schema: "callqa.failure/1", recording: { path: "/monitor/shut.wav" }, call: null, reason: "unreadable", text: "permission denied" };
    const reply = await fetch(`${stage.url}/api/v1/results`, { method: "POST", headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json", "Idempotency-Key": `failing-${language}` }, body: JSON.stringify(failure) });
    assert.ok(reply.ok, await reply.text());
    await as("root", async (page) => {
      await visit(page, "#/admin");
      assert.ok((await page.locator("tr:has(code:text-is('/monitor/shut.wav'))").first().innerText()).includes(why));
      assert.ok((await ask(page, "audit?limit=200")).rows.some(({ action, detail }) => action === "user.put" && detail.includes("all teams")));
    }, { language });
  });

for (const [language, whose] of Object.entries({ en: "li (8002)", "zh-CN": "li（8002）" }))
  test(`who hears no call reads all the same who had it, by number and by id, ${language}`, () => as("hr", async (page) => {
    const { calls, whose: numbers } = await ask(page, "calls?person=li&limit=1");
    for (const address of [`~${numbers[0].number}`, calls[0].call.id]) {
      await visit(page, `#/call/${address}`);
      assert.ok((await textOf(page, "dl.facts")).includes(whose), await textOf(page, "dl.facts"));
    }
  }, { language }));

/** Presses closer than this are one. */
const again = (page) => page.waitForTimeout(700);

for (const [language, undone] of Object.entries({ en: "Taken back at once", "zh-CN": "立即撤回" }))
  test(`z takes back what was decided before the window was loaded anew, in the reader's words, ${language}`, () => as("ann", async (page) => {
    const [flag] = (await ask(page, "flags?limit=1")).flags;
    const stateOf = async () => (await ask(page, `calls/~${flag.call.number}/flags`)).flags.find((one) => one.flag === flag.flag);
    await page.keyboard.press("c");
    await page.waitForSelector("tbody .state.confirmed");
    await page.waitForSelector(".notice");
    await page.reload();
    await settled(page);
    await page.waitForSelector("tr[aria-current]");
    await page.keyboard.press("z");
    await page.waitForFunction(() => /Undone|已撤回/.test(document.querySelector(".notices")?.textContent));
    assert.deepEqual([(await stateOf()).state, (await stateOf()).reason_code, (await stateOf()).reason], ["open", "undone", null]);
    await again(page);
    await page.keyboard.press("c");
    await page.waitForFunction(() => document.querySelector("tbody .state.confirmed"));
    await allAnswered(page);
    const other = (await ask(page, "flags?limit=50")).flags.find(({ call }) => call.number !== flag.call.number);
    await visit(page, `#/call/~${other.call.number}?flag=${other.flag}`);
    await page.waitForSelector(".line[aria-current]");
    await again(page);
    await page.keyboard.press("z"); // of another call: shown first
    await page.waitForFunction((number) => location.hash.startsWith(`#/call/~${number}?`), flag.call.number);
    await settled(page);
    await page.waitForSelector(".line[aria-current]");
    assert.equal((await stateOf()).state, "confirmed");
    await again(page);
    await page.keyboard.press("z");
    await page.waitForSelector(".line[aria-current] .state.open");
    await page.waitForSelector(`.history li:last-child .quoted:has-text("${undone}")`);
    assert.equal((await stateOf()).state, "open");
  }, { language }));

test("on a phone a sheet with its evidence is no wider than the screen", () => as("hr", async (page) => {
  const { appraisals: [{ appraisal }] } = await people.hr("GET", "appraisals");
  await page.setViewportSize({ width: 390, height: 844 });
  await visit(page, `#/appraisal/${appraisal}/sheet/zhang`);
  const wide = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(await wide() <= 0, `${await wide()} px too wide`);
  await page.click(".sheetTools .more");
  assert.ok(await wide() <= 0, `${await wide()} px too wide with the evidence`);
}));

test("notices are two at most, and cover no row and no button", () => as("ann", async (page) => {
  await visit(page, "#/flags");
  for (let i = 0; i < 4; i++) {
    await page.keyboard.press("c");
    await again(page);
  }
  const { count, covered } = await page.evaluate(() => {
    const notices = [...document.querySelectorAll(".notice")].map((one) => one.getBoundingClientRect());
    const overlaps = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
    const { bottom } = document.querySelector(".queue").getBoundingClientRect();
    const controls = [...document.querySelectorAll("main button, main select, main input, main a")].filter((one) => one.getBoundingClientRect().bottom <= bottom && one.checkVisibility());
    return { count: notices.length, covered: [...controls, document.querySelector(".queue")].filter((one) => notices.some((box) => overlaps(box, one.getBoundingClientRect()))).map((one) => one.outerHTML.slice(0, 80)) };
  });
  assert.ok(count >= 1 && count <= 2, `${count} notices`);
  assert.deepEqual(covered, []);
}));

for (const [language, words] of Object.entries({ en: /objected to this flag already/, "zh-CN": /此标记已申诉/ }))
  test(`x on a flag under objection says so; u shows what was objected, ${language}`, async () => {
    const { objections } = await people.lead("GET", "objections?outcome=open");
    let [one] = objections;
    if (!one) {
      const [flag] = await costly("zhang");
      await people.zhang("POST", `flags/${flag.flag}/objection`, { text: "That was not me" });
      [one] = (await people.lead("GET", "objections?outcome=open")).objections;
    }
    await as("zhang", async (page) => {
      await visit(page, `#/call/~${one.call}?flag=${one.flag}`);
      await page.waitForSelector(".line[aria-current]");
      await page.keyboard.press("x");
      await page.waitForSelector(".notice");
      assert.match(await textOf(page, ".notices"), words);
      assert.equal(await page.locator("dialog").count(), 0);
    }, { language });
    await as("lead", async (page) => {
      await visit(page, `#/call/~${one.call}?flag=${one.flag}`);
      await page.waitForSelector(".line[aria-current]");
      await page.keyboard.press("u");
      await page.waitForSelector("dialog .steps");
      assert.ok((await textOf(page, "dialog .steps")).includes(one.text));
    }, { language });
  });

test("who is called like a total is no new person along with the others", () => as("hr", async (page) => {
  const { appraisal } = await people.hr("POST", "appraisals", { scheme: "net-volume", period: "2025-12", place: "Room 3" });
  await visit(page, `#/appraisal/${appraisal}/import`);
  await page.setInputFiles("input[type=file]", { name: "x.csv", mimeType: "text/csv", buffer: Buffer.from("agent,calls_handled,complaints,call_target\n赵一,1,0,1\n钱二,1,0,1\n客服三分组,2,0,2\n均值3人,2,0,2\n") });
  await page.waitForSelector(".asked.open .decide");
  await page.click("button:has-text('2')");
  await page.waitForFunction(() => document.querySelectorAll(".asked tr.open").length === 1);
  assert.match((await page.locator(".asked tr.open").allInnerTexts()).join("\n"), /客服三分组/);
}));

test("the page and the server keep to the description", () => assert.deepEqual(faults, []));

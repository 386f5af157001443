/* SPDX-License-Identifier: GPL-3.0-or-later */
// Appraisal on the page, as hr, leads and agents use it: from opening a month to closing it, and the sheet on paper.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import { cellAt, linesOf } from "../../src/server/web/appraisal/lines.js";
import { actor, ask, axeFinds, openAll, textOf, visit } from "./acting.js";
import { months, person, signAll } from "./round.js";

let stage, browser, faults, close;
before(async () => {
  ({ stage, browser, faults, close } = await openAll());
});
after(() => close?.());

const as = actor(() => ({ stage, browser }));
const file = (name, buffer) => ({ name, mimeType: "text/csv", buffer: Buffer.from(buffer) });
const gb18030 = (text) => execFileSync("iconv", ["-f", "UTF-8", "-t", "GB18030"], { input: text });
const send = (page) => page.click("dialog .actions .primary");
const closed = (page) => page.waitForSelector("dialog", { state: "detached" });
const said = async (page, text) => { await page.waitForSelector(`.notice:has-text("${text}")`); };

let round;

test("the cell that an error is about is found by its column", () => {
  const cells = [["li,920,88", 4, "920"], ["李;九百二十;88", 3, "九百二十"], ['"li,\t""x""",920', 1, '"li,\t""x"""'], ["li\t920\t88", 8, "88"], ["li,", 4, ""]];
  for (const [line, column, cell] of cells) {
    const found = cellAt(line, column);
    assert.equal(found.cell, cell, line);
    assert.equal(found.before + found.cell + found.after, line);
  }
  assert.deepEqual(linesOf("a\r\nb\rc\nd"), ["a", "b", "c", "d"]);
});

test("hr opens a month: scheme, period, place, date and person", () => as("hr", async (page) => {
  await visit(page, "#/appraisal");
  assert.equal(await textOf(page, "p.empty"), "There is no appraisal yet. Open one: choose a scheme and a period.");
  await page.click(".pageHead .primary");
  await page.selectOption("[name=scheme] >> nth=1", "hundred-points");
  await page.fill("[name=year]", "2025");
  await page.selectOption("[name=part]", { label: "November" });
  await page.fill("[name=place]", "Room 3");
  await page.fill("[name=date]", "2025-12-01");
  await send(page);
  await page.waitForSelector(".track");
  assert.equal(await textOf(page, ".track .now"), "CollectingDec 1, 2025 · Room 3 · hr");
  const { appraisals: [made] } = await ask(page, "appraisals");
  assert.deepEqual([made.scheme, made.period, made.stage, made.version], ["hundred-points", "2025-11", "open", 1]);
  round = made.appraisal;
  const lacks = await page.locator(".lacks > li").allTextContents();
  assert.match(lacks[0], /^3 people have no sheet:zhangliwang$/);
  assert.match(lacks[2], /^3 ratings are due/);
  await page.click("text=Import what is missing");
  await page.waitForSelector("input[type=file]");
}));

test("an import's errors stand beside the cells that they are about, and what is right is taken", () => as("hr", async (page) => {
  await visit(page, `#/appraisal/${round}/import`);
  const bad = months["2025-11"].replace("li,92,88", "li,920,88").replace("wang,86,84", 'wang,"86",lots');
  await page.setInputFiles("[name=file]", file("bad.csv", bad));
  await page.waitForSelector(".preview");
  const errors = await page.locator(".preview > .tableScroll tbody").first().locator("tr").evaluateAll((rows) => rows.map((row) => [row.cells[0].textContent, row.cells[1].textContent, row.querySelector("span").textContent, row.querySelector("mark").textContent, row.querySelector(".lineText").textContent]));
  assert.deepEqual(errors, [
    ["3", "4", 'agent "li": "performance" is 920; allowed: 0 to 100', "920", "li,920,88,95,95,92,1900"],
    ["4", "11", 'agent "wang": "lots" of "business" is not a number; allowed: a decimal such as 94.5', "lots", 'wang,"86",lots,100,90,94,1150']]);
  assert.match(await textOf(page, ".preview .problem"), /Nothing is taken of li, wang\./);
  assert.deepEqual((await ask(page, `appraisals/${round}/imports`)).imports, [], "a preview takes nothing");
  await page.click(".preview .primary");
  await said(page, "6 values of 1 people taken");
  await page.waitForSelector("td:has-text('bad.csv')");
  const { left_out } = await ask(page, `appraisals/${round}/results`);
  const of = (name) => left_out.find(({ agent }) => agent === name).errors.map(({ text }) => text);
  assert.deepEqual(of("zhang"), ['agent "zhang": "supervisor_score" (Supervisor\'s overall rating, 上级综合评分) is missing']);
  assert.deepEqual(of("li"), ['agent "li": "performance" is 920; allowed: 0 to 100']);
}));

test("errors are told in Chinese where the page is", () => as("hr", async (page) => {
  await visit(page, `#/appraisal/${round}/import`);
  await page.setInputFiles("[name=file]", file("bad.csv", "agent,performance,business\nzhang,八十,101\nli,70,60\nli,70,60\n"));
  await page.waitForSelector(".preview");
  const told = await page.locator(".preview > .tableScroll tbody").first().locator("td > span").allTextContents();
  assert.deepEqual(told, ["坐席“zhang”：“八十”（指标“performance”）不是数字；允许 94.5 这样的小数", "坐席“zhang”：“业务考核”为 101；允许：0 至 100", "坐席“li”：“业绩考核”重复，首次在第 3 行", "坐席“li”：“业务考核”重复，首次在第 3 行"]);
  assert.ok(await page.isDisabled(".preview .primary"), "nothing can be taken");
}, { language: "zh-CN" }));

test("a file as Chinese Excel saves it is taken, and each value that it replaces is on record", () => as("hr", async (page) => {
  await visit(page, `#/appraisal/${round}/import`);
  const chinese = months["2025-11"].replace("agent,performance,business,attendance,reporting_timeliness,discipline,logged_in_s", "工号,业绩考核,业务考核,出勤情况,报表提交及问题反馈及时性,遵守规章制度及工作配合度,登录时长").replace("zhang,97", "zhang,98");
  await page.setInputFiles("[name=file]", file("十一月.csv", gb18030(chinese)));
  await page.waitForSelector(".preview");
  assert.match(await textOf(page, ".preview p"), /^Values: 18\. People: 3\. Replacing another value: 1\. Read as GB18030\.$/);
  await page.click(".preview .primary");
  await page.waitForSelector("td:has-text('十一月.csv')");
  await page.click("section:has(h2:text('Imports')) tbody tr:first-child a");
  await page.waitForSelector("h2:has-text('十一月.csv')");
  assert.match(await textOf(page, "tbody tr:first-child"), /zhang.*98replaceswas 97/);
  await visit(page, `#/appraisal/${round}/changes`);
  assert.deepEqual(await page.locator("tbody td").evaluateAll((cells) => cells.slice(1, 6).map((cell) => cell.textContent)), ["zhang", "Performance", "97", "98", "hr"]);
}));

test("a lead rates the own team; what is no number or out of range is told, and a rating can be changed", () => as("lead", async (page) => {
  await visit(page, `#/appraisal/${round}/ratings`);
  const box = (agent) => page.locator(`input[aria-label="Supervisor's overall rating of ${agent}"]`);
  await box("zhang").fill("many");
  await page.click(".rate .primary");
  assert.equal(await textOf(page, ".rate .problem"), "“many” of zhang is not a number; allowed: a decimal such as 94.5.");
  await box("zhang").fill("196");
  await page.click(".rate .primary");
  await page.waitForSelector(".rate .problem:has-text('allowed: 0 to 100')");
  await box("zhang").fill("96");
  await box("li").fill("９０。5"); // a Chinese keyboard
  await box("wang").fill("88");
  await page.click(".rate .primary");
  await said(page, "3 ratings taken");
  await page.click("button[aria-label=\"Change Supervisor's overall rating of wang\"]");
  await page.fill("form.inline input", "88.5");
  await page.click("form.inline button");
  await said(page, "Rating changed");
  const { given, due } = await ask(page, `appraisals/${round}/ratings`);
  assert.deepEqual([Object.fromEntries(given.map(({ agent, value }) => [agent, value])), due], [{ zhang: "96", li: "90.5", wang: "88.5" }, []]);
}, { refused: 422 }));

test("the table says that it is a preview, and on how much of the calls it stands", () => as("hr", async (page) => {
  await visit(page, `#/appraisal/${round}/results`);
  assert.match(await textOf(page, ".banner"), /^Preview: these numbers may still change\. \d+ flags are undecided\.Quality: measured on \d+ calls/);
  const { sheets } = await ask(page, `appraisals/${round}/results`);
  const totals = await page.locator(".results tbody tr").evaluateAll((rows) => rows.map((row) => [row.querySelector("a").textContent, row.cells[9].textContent]));
  assert.deepEqual(totals, [...sheets].sort((a, b) => a.rank - b.rank).map((sheet) => [sheet.agent, sheet.total.toFixed(2)]));
  await page.waitForSelector(".plot canvas");
  await page.selectOption("[name=team]", "west");
  await page.waitForFunction(() => document.querySelectorAll(".results tbody tr").length === 1);
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("text=CSV")]);
  assert.equal(download.suggestedFilename(), "hundred-points-2025-11-v1.csv");
}));

test("overturning a flag on the page changes exactly its own numbers on the sheet", async () => {
  const numbers = async (page) => {
    await visit(page, "#/appraisal");
    await visit(page, `#/appraisal/${round}/sheet/zhang`);
    return page.locator(".sheetLines >> nth=0").locator("tbody tr:not(.behind)").evaluateAll((rows) => rows.map((row) => [row.cells[0].textContent.replace(/※\d/, ""), row.cells[1].textContent, row.cells[2].textContent])); // without the marks of what is assumed
  };
  let first;
  await as("lead", async (page) => { first = await numbers(page); });
  const [, quality] = first;
  assert.deepEqual(quality, ["Quality", "99.45", "29.84"]); // 22 calls, six of them 98: 2188 ÷ 22, 30 % of it
  await as("ann", async (page) => {
    await visit(page, "#/flags?person=zhang&rule=dead-air");
    await page.keyboard.press("o");
    await page.keyboard.type("The customer looked for the invoice");
    await page.keyboard.press("Control+Enter");
    await page.waitForSelector("tbody .state.overturned");
  });
  await as("lead", async (page) => {
    const second = await numbers(page);
    assert.deepEqual(second[1], ["Quality", "99.55", "29.86"]); // 2190 ÷ 22
    const total = (rows) => Math.round(100 * Number(rows.at(-1)[2]));
    assert.ok([2, 3].includes(total(second) - total(first)), "30 % of 2 ÷ 22 is 0.027");
    assert.deepEqual(second.filter((row, i) => row[0] !== "Quality" && i < 8), first.filter((row, i) => row[0] !== "Quality" && i < 8));
    await page.click(".unfold:has-text('Quality')");
    await page.click(".behind:not([hidden]) summary");
    assert.match(await textOf(page, ".behind li:has(.quoted)"), /overturned: ann, .*The customer looked for the invoice/);
  });
});

test("a number unfolds down to the import's row, the rating and the call at the second", () => as("lead", async (page) => {
  await visit(page, `#/appraisal/${round}/sheet/li`);
  await page.click("text=Unfold all");
  const behind = await page.locator(".behind").allTextContents();
  assert.match(behind[0], /^92 imported92 – import 十一月\.csv:3$/);
  assert.match(behind[7], /^90\.5 imported90\.5 – rating · by lead$/);
  assert.match(behind[8], /= 92 × 20 % \+ 98\.7857 × 30 %.*Performance92 imported/, "the total leads to its parts");
  await page.click(".behind a:has-text('0:06')");
  await page.waitForSelector(".score");
  assert.match(page.url(), /#\/call\/~\d+\?at=\d+$/);
  const at = Number(/at=(\d+)/.exec(page.url())[1]);
  const shown = await textOf(page, ".line[aria-current] .tags");
  assert.match(shown, new RegExp(`0:0${Math.floor(at / 1000)}`), "the flag of that second is the current one");
}));

test("interviews are put on record, with place, date and person, and the next stage says what is missing", () => as("hr", async (page) => {
  await visit(page, `#/appraisal/${round}`);
  await page.click("text=Go on: Interviews");
  await send(page);
  assert.equal(await page.locator("dialog").count(), 1, "a place is asked for");
  await page.fill("dialog [name=place]", "Room 3");
  await send(page);
  await page.waitForSelector(".track .now:has-text('Interviews')");
  for (const agent of ["zhang", "li", "wang"]) {
    await page.click(`.lacks button:text-is("${agent}")`);
    await page.fill("dialog [name=place]", "Room 4");
    await page.fill("dialog [name=person]", "lead");
    await page.fill("dialog [name=note]", `Talked with ${agent}`);
    await send(page);
    await page.waitForSelector(`td:has-text("Talked with ${agent}")`);
  }
  assert.equal(await page.locator(".lacks:has-text('interviews')").count(), 0);
  await page.click("text=Back to: Collecting");
  await page.fill("dialog [name=place]", "Room 3");
  await send(page);
  assert.equal(await page.locator("dialog").count(), 1, "going back needs a note");
  await page.fill("dialog [name=note]", "An import was forgotten");
  await send(page);
  await page.waitForSelector(".track .now:has-text('Collecting')");
  await page.click("text=Go on: Interviews");
  await page.fill("dialog [name=place]", "Room 3");
  await send(page);
  await page.waitForSelector(".track .now:has-text('Interviews')");
  await page.click("text=Go on: Objections");
  await page.fill("dialog [name=place]", "Room 3");
  await send(page);
  await page.waitForSelector(".track .now:has-text('Objections')");
  assert.ok(await page.isDisabled(".decide .primary"), "cannot be closed yet");
  assert.match(await textOf(page, ".lacks"), /3 sheets lack signatures:zhang \(agent, supervisor, HR\)/);
}));

test("an agent sees the own sheet only, objects once, and a lead answers", async () => {
  await as("zhang", async (page) => {
    await visit(page, `#/appraisal/${round}`);
    assert.deepEqual(await page.locator(".tabs a").allTextContents(), ["Progress", "Ratings", "My sheet"]);
    await page.click("text=Object to my sheet");
    await page.fill("dialog [name=text]", "The hold on the 19th was the system's fault.");
    await send(page);
    await closed(page);
    await page.waitForSelector(".paper .waiting");
    assert.equal(await page.locator("text=Object to my sheet").count(), 0, "once");
    await visit(page, `#/appraisal/${round}/sheet/li`);
    assert.match(await textOf(page, "p.empty"), /^You have no sheet/);
  }, { refused: 404 });
  await as("lead", async (page) => {
    await visit(page, `#/appraisal/${round}`);
    await page.click(".lacks >> text=1 objection waits for an answer");
    await page.waitForSelector(".waiting button");
    await page.click(".waiting button");
    await page.selectOption("dialog [name=outcome]", "rejected");
    await page.fill("dialog [name=answer]", "The hold is not counted; see the sheet.");
    await send(page);
    await page.waitForSelector(".state.rejected");
  });
});

test("agent, supervisor and hr sign; who signed before the numbers changed signs again", async () => {
  const sign = (name, agent, words) => as(name, async (page) => {
    await visit(page, `#/appraisal/${round}/sheet/${agent}`);
    await page.click(`.sheetTools >> text=${words}`);
    await send(page);
    await said(page, "Signed");
    await closed(page);
  });
  await sign("zhang", "zhang", "Sign my sheet");
  await sign("lead", "zhang", "Sign as supervisor");
  const rated = await person(stage.url, "lead");
  await rated("POST", `appraisals/${round}/ratings`, { ratings: [{ agent: "zhang", indicator: "supervisor_score", value: "97" }] });
  await as("hr", async (page) => {
    await visit(page, `#/appraisal/${round}`);
    assert.match(await textOf(page, ".lacks"), /Some were signed before the numbers changed/);
    await visit(page, `#/appraisal/${round}/sheet/zhang`);
    assert.match(await textOf(page, ".signature"), /zhang signed on .*, for other numbers/);
    await page.click("text=Signed on paper, or refused");
    await page.selectOption("dialog [name=how]", "refused");
    await send(page);
    assert.equal(await page.locator("dialog").count(), 1, "a refusal needs a note");
    await page.fill("dialog [name=note]", "Wants to think about it");
    await send(page);
    await page.waitForSelector(".signature:has-text('Wants to think about it')");
  });
  await sign("lead", "zhang", "Sign as supervisor");
  await sign("hr", "zhang", "Sign for HR");
  await signAll(stage.url, round, ["li", "wang"]);
});

test("closing takes what is ignored on somebody, keeps the numbers, and is corrected by a new version", async () => {
  let total;
  await as("hr", async (page) => {
    await visit(page, `#/appraisal/${round}`);
    await page.click(".decide .primary");
    await page.fill("dialog [name=place]", "Room 3");
    await send(page);
    assert.equal(await page.locator("dialog").count(), 1, "undecided flags are ticked off by name");
    await page.check("dialog [name=ignore_undecided]");
    await page.fill("dialog [name=note]", "Decided by the works committee");
    await send(page);
    await page.waitForSelector(".track .now:has-text('Closed')");
    await visit(page, `#/appraisal/${round}/results`);
    assert.equal(await textOf(page, ".banner"), "Closed by hr: these numbers do not change any more.");
    total = await textOf(page, ".results tbody tr:has-text('zhang') td:nth-child(10)");
  });
  await as("ann", async (page) => {
    await visit(page, "#/flags?person=zhang&rule=dead-air");
    await page.keyboard.press("o");
    await page.keyboard.type("Another one");
    await page.keyboard.press("Control+Enter");
    await page.waitForSelector("tbody .state.overturned");
  });
  await as("hr", async (page) => {
    await visit(page, `#/appraisal/${round}/results`);
    assert.equal(await textOf(page, ".results tbody tr:has-text('zhang') td:nth-child(10)"), total);
    await visit(page, `#/appraisal/${round}/import`);
    assert.equal(await page.locator("input[type=file]").count(), 0);
    await visit(page, `#/appraisal/${round}`);
    await page.click("text=Correct");
    await page.fill("dialog [name=reason]", "A flag was overturned afterwards");
    await send(page);
    await page.waitForSelector(".pageHead:has-text('version 2')");
    await visit(page, `#/appraisal/${round}`);
    await page.click("text=See the correction");
    await page.waitForSelector(".pageHead:has-text('version 2')");
  });
});

const onPaper = { en: [/Appraisal sheet: Customer service appraisal of 100 points/, /Reports and problems told in time\s+100\s+5\.00/, /The appraised\s+The supervisor\s+Human resources/, /Name:\s+Name:\s+Name:/],
  "zh-CN": [/客服绩效考核方案（100分制） 考核表/, /报表提交及问题反馈及时性\s+100\s+5\.00/, /被考核人\s+主管\s+人事/, /签名：\s+签名：\s+签名：/] };

for (const [language, expected] of Object.entries(onPaper))
  test(`the sheet is printed on one page of A4, with lines to sign on, ${language}`, () => as("lead", async (page) => {
    const second = (await ask(page, "appraisals")).appraisals[0].appraisal;
    await visit(page, `#/appraisal/${second}/sheet/zhang`);
    const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true });
    const read = (program, ...words) => execFileSync(program, words, { input: pdf, encoding: "utf8" });
    assert.match(read("pdfinfo", "-"), /Pages:\s+1\n[^]*Page size:\s+59\d\.\d+ x 84\d\.\d+ pts \(A4\)/);
    const text = read("pdftotext", "-layout", "-", "-");
    for (const pattern of expected) assert.match(text, pattern);
    assert.doesNotMatch(text, /Log out|退出|Unfold all|展开全部/);
  }, { language }));

test("pay is for hr and the agent alone; peers' names are not for the one they rate", async () => {
  const hr = await person(stage.url, "hr");
  const { appraisal: grades } = await hr("POST", "appraisals", { scheme: "grades-310", period: "2025-11" });
  await hr("POST", `appraisals/${grades}/imports?file=wages.csv`, "agent,self_score,supervisor_score,wage\nzhang,90,92,8000\nli,80,85,7000\nwang,70,60,6000\n", "text/csv");
  const heads = async (page) => { await visit(page, `#/appraisal/${grades}/results`); return (await page.locator(".results th").allTextContents()).includes("Pay"); };
  await as("hr", async (page) => assert.ok(await heads(page)));
  await as("lead", async (page) => {
    assert.ok(!(await heads(page)));
    await visit(page, `#/appraisal/${grades}/sheet/zhang`);
    assert.doesNotMatch(await textOf(page, ".paper"), /¥/);
  });
  await as("zhang", async (page) => {
    await visit(page, `#/appraisal/${grades}`);
    assert.match(await textOf(page, ".paper"), /Pay¥12,800\.00/); // 5600 + 2400 × 3
  });
  const { appraisal: four } = await hr("POST", "appraisals", { scheme: "four-aspects", period: "2025-11" });
  await as("li", async (page) => {
    await visit(page, `#/appraisal/${four}/ratings`);
    await page.fill("input[aria-label='Rating by all staff of zhang']", "88");
    await page.click(".rate .primary");
    await said(page, "1 rating taken");
  });
  await hr("POST", `appraisals/${four}/imports?file=f.csv`, "agent,attitude,ability,performance,diligence\nzhang,90,92,100,88\n", "text/csv");
  for (const [name, seen] of [["hr", true], ["zhang", false]])
    await as(name, async (page) => {
      await visit(page, `#/appraisal/${four}/sheet/zhang`);
      await page.click("text=Unfold all");
      const text = await page.textContent(".paper");
      assert.match(text, /88 – rating/);
      assert.equal(/88 – rating · by li/.test(text), seen);
    });
});

test("units are compared side by side", async () => {
  const hr = await person(stage.url, "hr");
  const { appraisal } = await hr("POST", "appraisals", { scheme: "unit-comparison", period: "2025-11" });
  await hr("POST", `appraisals/${appraisal}/imports?file=shops.csv`, "subject,agents,daily_inquiries,wage,monthly_sales\n旗舰店,3,650,8000,500000\n专营店,5,900,7500,620000\n", "text/csv");
  await as("hr", async (page) => {
    await visit(page, `#/appraisal/${appraisal}/results`);
    assert.deepEqual(await page.locator(".units tbody tr").evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent))),
      [["旗舰店", "216.67", "¥166,666.67", "4.8%"], ["专营店", "180", "¥124,000.00", "6.05%"]]);
  });
});

/** Everything that there is to see, by whom. */
async function views() {
  const { appraisals } = await (await person(stage.url, "hr"))("GET", "appraisals");
  const number = (scheme) => appraisals.find((one) => one.scheme === scheme).appraisal;
  const [hundred, four, grades, units] = ["hundred-points", "four-aspects", "grades-310", "unit-comparison"].map(number);
  const parts = (id, ...names) => names.map((name) => `#/appraisal/${id}/${name}`);
  return [
    ["hr", ["#/appraisal", ...parts(hundred, "progress", "import", "ratings", "results", "objections", "changes", "sheet/zhang"), ...parts(four, "progress", "sheet/wang"), ...parts(grades, "results", "sheet/li"), ...parts(units, "results")]],
    ["lead", parts(four, "progress", "ratings", "results")], ["wang", [...parts(hundred, "sheet"), ...parts(four, "ratings")]]];
}

for (const language of ["en", "zh-CN"])
  for (const theme of ["light", "dark"])
    test(`nothing for axe to find, ${language}, ${theme}`, async () => {
      const found = [];
      for (const [name, hashes] of await views())
        await as(name, async (page) => {
          for (const hash of hashes) {
            await visit(page, hash);
            if (hash.includes("sheet")) await page.locator(".sheetTools .toggle").click({ timeout: 300 }).catch(() => {});
            await page.waitForTimeout(100);
            found.push(...await axeFinds(page, hash));
          }
          if (name !== "hr") return;
          await visit(page, "#/appraisal");
          await page.click(".pageHead .primary");
          found.push(...await axeFinds(page, "dialog"));
        }, { language, theme, refused: 404 });
      assert.deepEqual(found, []);
    });

test("nothing is cut off at 1280×720 nor on a tablet", async () => {
  for (const [name, hashes] of await views())
    await as(name, async (page) => {
      for (const size of [{ width: 1280, height: 720 }, { width: 1024, height: 768 }, { width: 768, height: 1024 }]) {
        await page.setViewportSize(size);
        for (const hash of hashes) {
          await visit(page, hash);
          const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          assert.ok(over <= 0, `${hash} is ${over} px too wide at ${size.width}`);
        }
      }
    }, { refused: 404 });
});

test("the page and the server keep to the description", () => assert.deepEqual(faults, []));

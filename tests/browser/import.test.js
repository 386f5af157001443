/* SPDX-License-Identifier: GPL-3.0-or-later */
// A workbook as people keep it, imported on the page: what is asked, once; what is wrong, at its cell; what is taken.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { actor, ask, axeFinds, openAll, textOf, visit } from "./acting.js";
import { openMonth } from "./round.js";
import { source } from "./stage.js";

let stage, browser, faults, close, round;
before(async () => {
  ({ stage, browser, faults, close } = await openAll());
  round = await openMonth(stage.url, "2025-10");
});
after(() => close?.());

const as = actor(() => ({ stage, browser }));
const workbook = { mimeType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" };
/** A workbook of one line of Python (tests/support/book.py). */
const book = (name, line) => ({ name, ...workbook, buffer: execFileSync("python3", ["-c", `from book import *\nimport sys\nsys.stdout.buffer.write(${line}.bytes())`], { cwd: join(source, "tests/support") }) });

const HEADINGS = '["工号", "姓名", "业绩考核", "业务考核", "考勤得分", "报表提交及问题反馈及时性", "遵守规章制度及工作配合度", "登录时长(分钟)", "备注"]';
/** Three people and a sum, under a title, with a hidden sheet beside; `cells` are the figures of Zhang, li and zhao. */
const table = (name, cells, third = "zhao") => book(name, `Book({"十月": [["2025年10月考核表"], None, ${HEADINGS},
  ["Zhang", "张三", ${cells[0]}, "新"], ["li", "李四", ${cells[1]}], ["${third}", "赵六", ${cells[2]}], ["合计", None, 270, 260, 280]], "旧": [["x"]]},
  merges={"十月": ["A1:I1"]}, states={"旧": "hidden"})`);
const FAULTS = ['error("#REF!"), 90, 95, FORMULA_ONLY, 92, 30', '"九十", 88, 920, 90, 91, 31.5', "90, styled(45962, 14), 90, 90, 90, 30"];
const GOOD = ["97, 90, 95, 98, 92, 30", "90, 88, 92, 90, 91, 31.5", "90, 85, 90, 90, 90, styled(30, '0\"分钟\"')"];

const choose = async (page, file) => {
  await page.setInputFiles("[name=file]", file);
  await page.waitForSelector(".preview");
};
const open = (page) => visit(page, `#/appraisal/${round}/import`);
const imports = async (page) => (await ask(page, `appraisals/${round}/imports`)).imports;

test("what a column is and whom a name means is asked in Chinese, and five faults stand at their cells", () => as("hr", async (page) => {
  await open(page);
  await choose(page, table("十月.xlsx", FAULTS));
  assert.equal(await textOf(page, ".preview h3"), "预览：十月.xlsx · 十月");
  assert.equal(await textOf(page, "details.asked.open summary"), "有1列未能识别，请说明各是什么");
  assert.equal(await textOf(page, "tr.open"), "考勤得分E395、920、90" + await textOf(page, "tr.open select"));
  assert.ok(await page.isDisabled(".preview .decide >> nth=-1 >> .primary"), "nothing counts before it is answered");
  await page.selectOption('[aria-label="“考勤得分”列的含义"]', { label: "出勤情况" });
  await page.waitForSelector("summary:has-text('有2个名字不明确，请说明指的是谁')");
  await page.click("summary:has-text('识别出8列；不计入的列：备注')");
  assert.match(await textOf(page, 'tr:has([aria-label="“登录时长(分钟)”列的含义"])'), /乘以60$/);
  await page.selectOption('[aria-label="“Zhang”指的是谁"]', { label: "是zhang" });
  await page.selectOption('[aria-label="“zhao”指的是谁"]', { label: "新人" });
  await page.click("text=记住并重新读取文件");
  await page.waitForSelector("summary:has-text('2个名字按以前的回答读取')");
  assert.match(await textOf(page, ".preview .problem"), /^5处错误。/);
  assert.deepEqual(await page.locator("details.asked.open").count(), 0, "nothing is asked any more");
  assert.deepEqual((await page.locator(".preview > .tableScroll").last().locator("tbody tr").evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent)))), [
    ["C4", "坐席“zhang”：“#REF!”（指标“业绩考核”）：单元格显示错误值；请修正公式或直接填写数值"],
    ["F4", "坐席“zhang”：“=”（指标“报表提交及问题反馈及时性”）：公式从未算出结果：请打开工作簿后再保存"],
    ["C5", "坐席“li”：“九十”（指标“业绩考核”）不是数字；允许 94.5 这样的小数"],
    ["E5", "坐席“li”：“出勤情况”为 920；允许：0 至 100"],
    ["D6", "坐席“zhao”：“2025-11-01”（指标“业务考核”）不是数字；允许 94.5 这样的小数"]]);
  await page.click("summary:has-text('不计入的行及需知事项')");
  assert.deepEqual(await page.locator("details.asked li").allTextContents(), ["隐藏的工作表“旧”未读取", "第1行（“2025年10月考核表”）： 在表头之上", "第7行（“合计”）： 这是汇总行，不是人员"]);
  assert.equal((await imports(page)).length, 1, "a preview takes nothing");
  assert.deepEqual(await axeFinds(page, "import"), []);
}, { language: "zh-CN" }));

test("in English nothing is asked a second time, and the faults are the same", () => as("hr", async (page) => {
  await open(page);
  await choose(page, table("october.xlsx", FAULTS));
  await page.waitForSelector(".preview .problem:has-text('5 errors.')");
  assert.equal(await page.locator("details.asked.open").count(), 0);
  assert.equal((await page.locator(".preview > .tableScroll").last().locator("tbody tr").first().textContent()), 'C4agent "zhang": "#REF!" of "业绩考核": the cell shows an error; mend its formula, or type the value');
}));

test("the mended file is taken: the same figures as the same table as CSV", () => as("hr", async (page) => {
  await open(page);
  await choose(page, table("october.xlsx", GOOD));
  await page.click(".preview .decide >> nth=-1 >> .primary");
  await page.waitForSelector("td:has-text('october.xlsx · 十月')");
  const [{ import: number }] = await imports(page);
  const { imported, faults: wrong } = await ask(page, `appraisals/${round}/imports/${number}`);
  assert.deepEqual(wrong, []);
  const of = (agent) => Object.fromEntries(imported.filter((row) => row.agent === agent).map(({ indicator, value }) => [indicator, value]));
  assert.deepEqual(of("zhang"), { performance: "97", business: "90", attendance: "95", reporting_timeliness: "98", discipline: "92", logged_in_s: "1800" });
  assert.deepEqual(of("li"), { performance: "90", business: "88", attendance: "92", reporting_timeliness: "90", discipline: "91", logged_in_s: "1890" });
  const csv = "工号,业绩考核,业务考核,考勤得分,报表提交及问题反馈及时性,遵守规章制度及工作配合度,登录时长(秒)\nzhang,97,90,95,98,92,1800\nli,90,88,92,90,91,1890\nzhao,90,85,90,90,90,1800\n";
  await choose(page, { name: "october.csv", mimeType: "text/csv", buffer: execFileSync("iconv", ["-f", "UTF-8", "-t", "GB18030"], { input: csv }) });
  await page.selectOption('[aria-label="What the column 考勤得分 is"]', { label: "Attendance" });
  await page.waitForFunction(() => /Values: 18\. People: 3\. Replacing another value: 0\./.test(document.querySelector(".preview")?.textContent));
}));

test("of several sheets one is chosen, what was answered can be taken back, and other kinds of files are named", () => as("hr", async (page) => {
  await open(page);
  await choose(page, book("two.xlsx", `Book({"九月": [["工号", "业绩考核"], ["zhang", 1]], "十月": [["工号", "业绩考核"], ["zhang", 97]]})`));
  await page.selectOption("[name=sheet]", "十月");
  await page.waitForSelector("h3:has-text('two.xlsx · 十月')");
  assert.match(await textOf(page, ".preview"), /Values: 1\. People: 1\./);
  await choose(page, table("october.xlsx", GOOD));
  await page.click("summary:has-text('2 names read as answered before')");
  await page.selectOption('[aria-label="Whom Zhang means"]', { label: "nobody: leave the row out" });
  await page.click("text=Remember, and read the file again");
  await page.waitForFunction(() => /Values: 12\. People: 2\./.test(document.querySelector(".preview")?.textContent));
  await page.setInputFiles("[name=file]", { name: "old.xls", mimeType: "application/vnd.ms-excel", buffer: Buffer.concat([Buffer.from("d0cf11e0a1b11ae1", "hex"), Buffer.alloc(600)]) });
  await page.waitForSelector(".problem:has-text('this is a workbook of the old kind (.xls, .et), which is not read: save it as .xlsx or as CSV UTF-8')");
}, { refused: 422 }));

test("what the page asked and was answered is as the description says", () => assert.deepEqual(faults, []));

/* SPDX-License-Identifier: GPL-3.0-or-later */
// One number from pay to seconds: on the page, down to the recording that plays there, and on the printed sheet with its evidence.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { actor, ask, axeFinds, openAll, textOf, visit } from "./acting.js";
import { person } from "./round.js";
import { source } from "./stage.js";

const scheme = `scheme: whole-way
version: "3"
names: {en: The whole way, zh: 全程}
source: example
period: monthly
indicators:
  - {id: calls, names: {en: Calls handled, zh: 受理量}, range: [0, 100000], whole: true, need: required}
  - {id: qa, names: {en: Recording QA, zh: 录音质检}, range: [0, 100], need: measured, measured: {take: score, by: mean, coverage: {of: calls}}}
  - {id: rating, names: {en: Rating, zh: 评分}, range: [0, 100], need: required}
  - {id: wage, names: {en: Wage, zh: 工资}, unit: CNY, range: [0, 100000], need: required}
items:
  - id: qa_points
    names: {en: QA points, zh: 质检得分}
    type: bands
    of: qa
    rows: [{from: 99, points: 60}, {from: 95, below: 99, points: 55}, {below: 95, points: 40}]
  - {id: rating_points, names: {en: Rating points, zh: 评分得分}, type: value, of: rating, percent: 40}
  - {id: total, names: {en: Total, zh: 总分}, type: sum, plus: [qa_points, rating_points]}
total: total
grades:
  - {grade: 优秀, names: {en: excellent, zh: 优秀}, from: 95, coefficient: 3, quota: 30}
  - {grade: 合格, names: {en: passed, zh: 合格}, from: 60, below: 95, coefficient: 1, quota: 70}
  - {grade: 不合格, names: {en: failed, zh: 不合格}, below: 60, coefficient: 0, quota: 0}
distribution: {group_at_least: 3}
pay_by: distribution
pay:
  total: pay
  items:
    - {id: fixed, names: {en: Fixed wage, zh: 岗位工资}, unit: CNY, type: value, of: wage, percent: 70}
    - {id: variable, names: {en: Variable wage, zh: 效益工资}, unit: CNY, type: value, of: wage, percent: 30, times: coefficient}
    - {id: pay, names: {en: Pay, zh: 应发工资}, unit: CNY, type: sum, plus: [fixed, variable]}
`;

const models = mkdtempSync(join(tmpdir(), "callqa-models-"));
mkdirSync(join(models, "schemes"));
writeFileSync(join(models, "schemes/whole-way.yaml"), scheme);

let stage, browser, faults, close, round, sheet, flag, call;
const as = actor(() => ({ stage, browser }));
const seconds = (ms) => { const tenths = Math.floor(ms / 100); return `${Math.floor(tenths / 600)}:${String(Math.floor(tenths / 10) % 60).padStart(2, "0")}.${tenths % 10}`; };

before(async () => {
  ({ stage, browser, faults, close } = await openAll({ models }));
  const [hr, ann, zhang] = await Promise.all(["hr", "ann", "zhang"].map((name) => person(stage.url, name)));
  ({ appraisal: round } = await hr("POST", "appraisals", { scheme: "whole-way", period: "2025-11", place: "Room 3" }));
  await hr("POST", `appraisals/${round}/imports?file=november.csv`, "agent,calls,rating,wage\nzhang,400,100,8000\nli,300,95,7000\nwang,250,90,6000\n", "text/csv");
  const open = await ann("GET", "flags?person=zhang&rule=dead-air&state=open");
  await ann("POST", `flags/${open.flags[0].flag}/decision`, { state: "confirmed", reason: "Nobody searched anything" });
  await ann("POST", `flags/${open.flags[1].flag}/decision`, { state: "overturned", reason: "The customer looked for the invoice" });
  ({ sheet } = await zhang("GET", `appraisals/${round}/sheets/zhang`));
  call = sheet.trace.find(({ indicator }) => indicator === "qa").calls.find(({ flags }) => flags.some(({ state }) => state === "confirmed"));
  flag = call.flags.find(({ state }) => state === "confirmed");
});
after(async () => { await close?.(); rmSync(models, { recursive: true }); });

/** What the server says, worked out anew: mean, band, total, rank, quota, coefficient, pay. */
test("the numbers are those that the texts give", () => {
  const qa = sheet.trace.find(({ indicator }) => indicator === "qa");
  const mean = qa.calls.reduce((sum, { value }) => sum + value, 0) / qa.calls.length;
  assert.equal(qa.value.toFixed(2), mean.toFixed(2));
  assert.ok(mean >= 99, "so that the first band holds");
  assert.deepEqual([sheet.items.qa_points, sheet.items.rating_points, sheet.total], [60, 40, 100]);
  const { standing } = sheet; // 30 and 70 % of 3: 0.9 and 2.1: 1 and 2 places
  assert.deepEqual([standing.rank, standing.ranked, standing.places, standing.by, standing.grade, standing.coefficient], [1, 3, [1, 2, 0], "distribution", "优秀", 3]);
  assert.deepEqual([sheet.pay_items.fixed, sheet.pay_items.variable, sheet.pay], [5600, 7200, 12800]); // 8000 × 70 %, 8000 × 30 % × 3
  const { calls, recorded, flagged, heard, handled, coverage_pct: share } = sheet.measured.qa;
  const both = qa.calls.filter(({ flags }) => flags.some(({ state }) => state !== "undecided")).length;
  assert.deepEqual([calls, flagged, heard, handled, share], [qa.calls.length, qa.calls.filter(({ flags }) => flags.length > 0).length, both, 400, Math.round(calls * 100 * 100 / 400) / 100]);
  assert.equal(recorded, qa.calls.length + qa.left_out.length);
  assert.equal(sheet.hashes.scheme, createHash("sha256").update(scheme).digest("hex"));
  assert.equal(sheet.hashes.rubrics[0].sha256, createHash("sha256").update(readFileSync(join(source, "models/rubrics/standard.yaml"))).digest("hex"));
});

test("from pay the page leads to the seconds, and the recording plays there", () => as("zhang", async (page) => {
  await visit(page, `#/appraisal/${round}/sheet`);
  await page.click(".unfold:text-is('Pay')");
  const behind = page.locator("tr.behind:not([hidden])");
  assert.match(await behind.innerText(), /^12,800\.00 = 5600 \+ 7200/);
  const open = async (inside, name) => { const at = inside.locator(`details:has(> summary:text-is("${name}"))`).first(); await at.locator("> summary").click(); return at; };
  const variable = await open(behind, "Variable wage");
  assert.match(await variable.innerText(), /7,200\.00 = 8000 × 30 % × 3/);
  const coefficient = await open(variable, "Coefficient");
  const words = await coefficient.innerText();
  assert.match(words, /3 is the coefficient of excellent, by the forced distribution/);
  assert.match(words, /The total of 100\.00 lies within 95 ≤ x: excellent/);
  assert.match(words, /Rank 1 of 3; places by quota: excellent 1, passed 2, failed 0; this one: excellent/);
  await page.evaluate(() => { for (const one of document.querySelectorAll("tr.behind:not([hidden]) details")) one.open = true; });
  const all = await behind.innerText();
  assert.match(all, /100\.00 = 60 \+ 40/);
  assert.match(all, /\(99 ≤ x\)/, "the band");
  assert.match(all, new RegExp(`mean of ${sheet.measured.qa.calls} calls`));
  assert.match(all, new RegExp(`Calls handled: 400 \\(${sheet.measured.qa.coverage_pct}%\\), recorded: ${sheet.measured.qa.recorded}, measured: ${sheet.measured.qa.calls}, flagged: ${sheet.measured.qa.flagged}, heard: ${sheet.measured.qa.heard}`));
  const link = behind.locator(`a[href="#/call/~${call.number}?at=${flag.start_ms}"]`).first();
  assert.match(await link.locator("..").innerText(), /confirmed: ann, .*Nobody searched anything/s);
  await link.click();
  await page.waitForSelector(".score");
  assert.match(await textOf(page, ".line[aria-current] .tags"), /0:13/, "the flag of that second is the current one");
  await page.keyboard.press("Space");
  await page.waitForFunction(([from, to]) => { const { paused, currentTime } = document.querySelector("audio"); return !paused && currentTime > from && currentTime < to; }, [flag.start_ms / 1000 - 5, flag.end_ms / 1000 + 1]);
}));

test("coverage stands beside the mean, with its interval", () => as("zhang", async (page) => {
  await visit(page, `#/appraisal/${round}/sheet`);
  const cells = await page.locator(".coverage tbody tr").first().locator("th, td").allTextContents();
  const { calls, recorded, flagged, heard, coverage_pct: share, interval_low: low, interval_high: high } = sheet.measured.qa;
  const say = (value) => new Intl.NumberFormat("en", { maximumFractionDigits: 2 }).format(value);
  assert.deepEqual(cells, ["Recording QA", `400 (${share}%)`, ...[recorded, calls, flagged, heard].map(String), `${say(low)} to ${say(high)}`, "–"]);
  assert.ok(low < sheet.trace.find(({ indicator }) => indicator === "qa").value && low > 95 && high <= 100);
}));

test("hr asks for coverage; who stands on less has a question in place of a sheet, in both languages", async () => {
  await as("hr", async (page) => {
    await visit(page, `#/appraisal/${round}`);
    assert.match(await textOf(page, ".least"), /^Least coverage: none is asked for/);
    await page.click(".least button");
    await page.fill("dialog [name=coverage_pct]", "50");
    await page.fill("dialog [name=note]", "Agreed with the works committee");
    await page.click("dialog .actions .primary");
    await page.waitForSelector(".least:has-text('50% of the calls handled')");
    await visit(page, `#/appraisal/${round}/sheet/zhang`);
    assert.match(await textOf(page, ".panel"), new RegExp(`"qa" stands on ${sheet.measured.qa.calls} of 400 calls handled, ${sheet.measured.qa.coverage_pct.toFixed(2)} %; 50 % are asked for`));
  });
  await as("hr", async (page) => {
    await visit(page, `#/appraisal/${round}/sheet/zhang`);
    assert.match(await textOf(page, ".panel"), new RegExp(`“录音质检”依据 ${sheet.measured.qa.calls} 通电话，受理 400 通，占 ${sheet.measured.qa.coverage_pct.toFixed(2)} %；要求 50 %`));
    await visit(page, `#/appraisal/${round}`);
    await page.click(".least button");
    await page.fill("dialog [name=coverage_pct]", "0");
    await page.fill("dialog [name=note]", "录音系统尚少");
    await page.click("dialog .actions .primary");
    await page.waitForSelector(".least:has-text('未作要求')");
  }, { language: "zh-CN" });
});

/** The printed words with their places: page, left and right end and middle of the line, in points. */
function printed(pdf) {
  const read = (program, ...words) => execFileSync(program, words, { input: pdf, encoding: "utf8", maxBuffer: 1 << 26 });
  const pages = Number(/Pages:\s+(\d+)/.exec(read("pdfinfo", "-"))[1]);
  const words = [];
  let at = 0;
  for (const line of read("pdftotext", "-bbox", "-", "-").split("\n")) {
    if (line.includes("<page ")) at++;
    const found = /<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*)<\/word>/.exec(line);
    if (found) words.push({ page: at, left: Number(found[1]), middle: (Number(found[2]) + Number(found[4])) / 2, right: Number(found[3]), text: found[5].replaceAll("&amp;", "&").replaceAll("&lt;", "<") });
  }
  return { pages, words, text: read("pdftotext", "-layout", "-", "-") };
}

const onPaper = {
  en: { person: "zhang", title: /Appraisal sheet: The whole way/, pay: /Pay\s+¥12,800\.00/, variable: /8000 × 30 % × 3/, rank: /Rank 1 of 3/, signs: /The appraised\s+The supervisor\s+Human resources/, decided: /confirmed · ann,/, overturned: /overturned · ann,/, evidence: /Evidence: how each number came about/, qa: "Recording" },
  "zh-CN": { person: "zhang", title: /全程 考核表/, pay: /应发工资\s+12,800\.00元/, variable: /8000 × 30 % × 3/, rank: /3人中第1名/, signs: /被考核人\s+主管\s+人事/, decided: / 成立 · ann/, overturned: /不成立 · ann/, evidence: /依据：各数字的来历/, qa: "录音质检" },
};

for (const [language, expected] of Object.entries(onPaper))
  test(`the printed evidence leads from pay to the seconds, ${language}`, () => as(expected.person, async (page) => {
    await visit(page, `#/appraisal/${round}/sheet`);
    await page.click(".sheetTools .more");
    const { pages, words, text } = printed(await page.pdf({ preferCSSPageSize: true, printBackground: true }));
    if (process.env.CALLQA_PICTURES) writeFileSync(join(process.env.CALLQA_PICTURES, `sheet-${language}.pdf`), await page.pdf({ preferCSSPageSize: true, printBackground: true }));
    for (const key of ["title", "pay", "variable", "rank", "signs", "decided", "overturned", "evidence"]) assert.match(text, expected[key], key);
    assert.ok(pages >= 2);
    assert.doesNotMatch(text, /Log out|退出|Unfold all|展开全部/);
    // the evidence begins on a page of its own, behind the signatures
    const where = (test, from = 1) => words.find(({ page: on, text: word }) => on >= from && test(word));
    assert.ok(where((word) => word === seconds(flag.start_ms) || word.startsWith(`${seconds(flag.start_ms)}–`), 2), `${seconds(flag.start_ms)} of the flag is on paper`);
    // the mean and its formula stand in one line, value right of the name, formula right of the value
    const qa = sheet.trace.find(({ indicator }) => indicator === "qa");
    const first = words.find(({ page: on, text: word }) => on === 2 && word.startsWith(expected.qa));
    const row = words.filter(({ page: on, middle }) => on === 2 && Math.abs(first.middle - middle) < 4);
    const value = row.find(({ text: word }) => word === String(qa.value));
    assert.ok(value && first && value.left > first.left, "the value stands right of its name");
    // hashes in full, however the lines break
    const joined = words.map(({ text: word }) => word).join("");
    assert.ok(joined.includes(sheet.hashes.scheme) && joined.includes(sheet.hashes.rubrics[0].sha256), "hashes in full");
    assert.ok(words.every(({ left, right }) => left >= 40 && right <= 556), "nothing runs over the margins of A4");
  }, { language }));

test("nothing for axe to find in the evidence", () => as("zhang", async (page) => {
  await visit(page, `#/appraisal/${round}/sheet`);
  await page.click(".sheetTools .more");
  assert.deepEqual(await axeFinds(page, "evidence"), []);
  for (const width of [1280, 768]) {
    await page.setViewportSize({ width, height: 900 });
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth) <= 0, `too wide at ${width}`);
  }
  if (process.env.CALLQA_PICTURES) await page.screenshot({ path: join(process.env.CALLQA_PICTURES, "evidence.png"), fullPage: true });
}));

test("the page and the server keep to the description", async () => {
  await as("hr", (page) => ask(page, "appraisals"));
  assert.deepEqual(faults, []);
});

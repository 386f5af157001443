/* SPDX-License-Identifier: GPL-3.0-or-later */
// Whom a call is of: names beside extensions, numbers with stars, finding them by parts; the team by any column; what waits.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { actor, ask, openAll, settled, textOf, visit } from "./acting.js";
import { person } from "./round.js";

let stage, browser, faults, close;
const people = {};
before(async () => {
  ({ stage, browser, faults, close } = await openAll());
  for (const name of ["hr", "lead", "ann", "zhang"]) people[name] = await person(stage.url, name);
});
after(() => close?.());

const as = actor(() => ({ stage, browser }));
const numbered = async () => (await people.lead("GET", "calls?limit=100")).calls.findIndex(({ call }) => /^1\d{10}$/.test(call.customer ?? ""));
const starred = (number) => `${number.slice(0, 3)}${"*".repeat(number.length - 5)}${number.slice(-2)}`;

for (const [language, [show, why]] of Object.entries({ en: ["Show number", /No call matches.*all of its digits/], "zh-CN": ["显示号码", /没有符合条件的通话.*完整号码/] }))
  test(`a number has stars in the list and at the call, and is shown to who asks, ${language}`, async () => {
    const { calls, whose } = await people.lead("GET", "calls?limit=100");
    const i = await numbered();
    const { customer } = calls[i].call;
    const root = await person(stage.url, "root");
    const asked = async () => (await root("GET", "audit?limit=500")).rows.filter(({ actor: who, action, object }) => who.endsWith(":ann") && action === "number.show" && object === `call ${whose[i].number}`).length;
    const before = await asked();
    await as("ann", async (page) => {
      await visit(page, `#/calls?search=${customer}`); // all of it finds it
      await page.waitForSelector("tbody tr");
      const row = await textOf(page, "tbody tr");
      assert.ok(row.includes(starred(customer)) && !row.includes(customer), row);
      await visit(page, `#/calls?search=${customer.slice(2, 9)}`);
      assert.equal(await page.locator("tbody tr").count(), 0); // a part of it does not
      assert.match(await textOf(page, ".empty"), why);
      assert.equal(await page.locator(`[name=search][title*="${language === "en" ? "whole number" : "完整号码"}"]`).count(), 1);
      await visit(page, "#/calls?search=nobody");
      assert.doesNotMatch(await textOf(page, ".empty"), why);
      await visit(page, `#/call/~${whose[i].number}`);
      await page.waitForSelector("dl.facts");
      const shown = await page.locator("main").innerText();
      assert.ok(shown.includes(starred(customer)) && !shown.includes(customer), shown);
      assert.equal(await asked(), before); // looking at the call asks for nothing
      await page.click(`text=${show}`);
      await page.waitForSelector(`dl.facts >> text=${customer}`);
      assert.equal(await page.locator(`text=${show}`).count(), 0);
    }, { language });
    await as("lead", async (page) => {
      await visit(page, `#/call/~${whose[i].number}`);
      await page.waitForSelector(`dl.facts >> text=${customer}`);
      assert.equal(await page.locator(`text=${show}`).count(), 0);
    }, { language });
    assert.equal(await asked(), before + 1);
  });

test("calls are named by who held the extension, with it beside, and found by parts of either", () => as("lead", async (page) => {
  const count = async (search) => {
    await visit(page, `#/calls?search=${encodeURIComponent(search)}`);
    return page.locator("tbody tr").count();
  };
  assert.ok(await count("zha") > 0);
  for (const name of await page.locator("tbody tr td:nth-child(2)").allInnerTexts()) assert.equal(name, "zhang (8001)");
  assert.ok(await count("800") > 0);
  assert.equal(await count("nobody"), 0);
  await visit(page, "#/calls");
  await page.fill("[name=search]", "wang");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => location.hash.includes("search=wang"));
  await settled(page);
  for (const name of await page.locator("tbody tr td:nth-child(2)").allInnerTexts()) assert.equal(name, "wang (8003)");
  await visit(page, "#/flags?search=li&state=any");
  await page.waitForSelector("tr[aria-current]");
  for (const name of await page.locator("tbody tr td:nth-child(3)").allInnerTexts()) assert.match(name, /^li \(8002\)/);
}));

test("the team's chart stands above its table, which is sorted by any column, both ways", () => as("lead", async (page) => {
  await visit(page, "#/team?from=2025-11-01&to=2025-11-30");
  await page.waitForSelector(".plot canvas");
  await page.waitForSelector(".plot .u-legend");
  const [chart, table] = await page.evaluate(() => [document.querySelector(".plot").getBoundingClientRect().bottom, document.querySelector(".tableScroll table").getBoundingClientRect().top]);
  assert.ok(chart <= table, `chart to ${chart}, table from ${table}`);
  const rows = await ask(page, "people?from=2025-11-01&to=2025-11-30");
  const shown = () => page.locator(".tableScroll tbody tr td:first-child").allInnerTexts();
  const by = (name, way) => [...rows.people].sort((a, b) => way * (a[name] > b[name] ? 1 : a[name] < b[name] ? -1 : 0) || a.person.localeCompare(b.person)).map(({ person: one }) => one);
  assert.deepEqual(await shown(), by("score_mean", 1));
  for (const [column, name] of [[2, "team"], [1, "person"], [6, "flags"]]) {
    const head = `.tableScroll thead th:nth-child(${column})`;
    await page.click(`${head} button`);
    assert.equal(await page.getAttribute(head, "aria-sort"), "ascending");
    assert.deepEqual(await shown(), by(name, 1));
    await page.keyboard.press("Enter"); // it has kept the focus
    assert.equal(await page.getAttribute(head, "aria-sort"), "descending");
    assert.deepEqual(await shown(), by(name, -1));
  }
}));

for (const [language, words] of Object.entries({
  en: /The answer is due by .*20\d\d/, "zh-CN": /答复期限：20\d\d年/ }))
  test(`an objection says until when it is to be answered, and evaluations that are due stand in the menu, ${language}`, async () => {
    const { objections } = await people.lead("GET", "objections?outcome=open");
    if (!objections.length) {
      const [flag] = (await people.lead("GET", "flags?person=zhang&limit=500")).flags.filter(({ points, objection }) => points > 0 && !objection);
      await people.zhang("POST", `flags/${flag.flag}/objection`, { text: "Not so" });
    }
    const { appraisals } = await people.hr("GET", "appraisals");
    if (!appraisals.length) await people.hr("POST", "appraisals", { scheme: "hundred-points", period: "2025-11", place: "Room 3" });
    await as("lead", async (page) => {
      await visit(page, "#/objections?outcome=open");
      assert.match(await textOf(page, ".steps .waiting"), words);
      const { evaluations } = await ask(page, "waiting");
      const { due } = await ask(page, `appraisals/${(await ask(page, "appraisals")).appraisals[0].appraisal}/ratings`);
      assert.equal(evaluations, due.filter(({ mine }) => mine).length);
      const badge = page.locator("[data-waits=appraisal]");
      if (evaluations) assert.match(await badge.innerText(), new RegExp(`^${evaluations}`));
    }, { language });
  });

for (const [language, words] of Object.entries({
  en: /Closed undecided.*closed the days of this call before a lead had decided.*A trial/s, "zh-CN": /未答复，已锁定.*在主管裁定前锁定了该通话的日期.*A trial/s }))
  test(`what nobody had answered when its days were closed says so, ${language}`, async () => {
    const { periods } = await people.lead("GET", "periods");
    if (!periods.length) await people.lead("POST", "periods", { from: "2025-11-01", to: "2025-11-30", ignore_open: true, note: "A trial" });
    await as("zhang", async (page) => {
      await visit(page, "#/objections");
      assert.match(await page.locator("article.panel").first().innerText(), words);
      await visit(page, "#/objections?outcome=open");
      assert.equal(await page.locator("article.panel").count(), 0);
    }, { language });
  });

test("the page and the server keep to the description", () => assert.deepEqual(faults, []));

/* SPDX-License-Identifier: GPL-3.0-or-later */
// What was decided stays decided: settled objections, what was undone, keys in haste, refusals of what waited, whose session it is.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { actor, allAnswered, ask, axeFinds, held, inHaste, openAll, settled, speak, textOf, visit } from "./acting.js";
import { fillQueue } from "./morning.js";
import { logIn, openBrowser, password } from "./stage.js";

let stage, browser, faults, close;
before(async () => {
  ({ stage, browser, faults, close } = await openAll());
});
after(() => close?.());

const ONCE_MS = 700; // a deciding key is not taken twice within 600

const as = actor(() => ({ stage, browser }));
const until = (page, test_, argument) => page.waitForFunction(test_, argument, { timeout: 15000 });
const notes = (page, words) => until(page, (text) => document.querySelector(".notices")?.textContent.includes(text), words);
const stateOf = async (page, { flag, call }) => (await ask(page, `calls/~${call.number}/flags`)).flags.find((one) => one.flag === flag);
const free = async (page, n) => (await ask(page, "flags?limit=100")).flags.filter(({ objection }) => !objection).slice(0, n);
/** Asks the server itself, as the page would; the status. */
const send = (page, method, path, body) => page.evaluate(async ([how, to, what]) => {
  const { csrf } = await (await fetch("api/v1/session")).json();
  return (await fetch(`api/v1/${to}`, { method: how, headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf }, body: JSON.stringify(what) })).status;
}, [method, path, body]);

for (const [language, final] of Object.entries({ en: "lead settled the objection", "zh-CN": "此标记的申诉已由lead裁定" }))
  test(`a settled objection is answered anew, with its words and a reason, before its flag changes, ${language}`, async () => {
    let flag, objection;
    const own = (page) => ask(page, "objections?limit=500").then(({ objections }) => objections.find((one) => one.flag === flag.flag));
    await as("zhang", async (page) => {
      [flag] = await free(page, 1);
      assert.equal(await send(page, "POST", `flags/${flag.flag}/objection`, { text: "I was fetching the file" }), 201);
      ({ objection } = await own(page));
    });
    await as("lead", async (page) => assert.equal(await send(page, "POST", `objections/${objection}/answer`, { state: "overturned", reason: "So it was" }), 204));
    const list = `#/flags?state=overturned&flag=${flag.flag}`;
    await as("ann", async (page) => {
      for (const place of [list, `#/call/~${flag.call.number}?flag=${flag.flag}`]) {
        await visit(page, place);
        for (const key of ["c", "1", "u"]) {
          await page.keyboard.press(key);
          await notes(page, final);
          assert.equal(await page.locator("dialog[open]").count(), 0);
          await page.waitForTimeout(ONCE_MS);
        }
      }
      assert.equal((await stateOf(page, flag)).state, "overturned");
    }, { language });
    await as("max", async (page) => {
      await visit(page, list);
      await page.keyboard.press("c");
      await page.waitForSelector(".settling form");
      assert.match(await textOf(page, ".settling"), /I was fetching the file[^]*So it was/);
      assert.deepEqual(await axeFinds(page, "settling anew"), []);
      assert.equal((await stateOf(page, flag)).state, "overturned");
      await page.selectOption(".settling [name=state]", "confirmed");
      await page.fill(".settling [name=reason]", "The file was on the screen");
      await page.focus(".settling [name=reason]");
      await page.keyboard.press("Control+Enter");
      await page.waitForSelector(".line .objected.rejected");
      assert.equal((await stateOf(page, flag)).state, "confirmed");
    }, { language });
    await as("zhang", async (page) => {
      const { outcome, decided_by, answer } = await own(page);
      assert.deepEqual([outcome, decided_by, answer], ["rejected", "max", "The file was on the screen"]);
    });
  });

const choose = (page, flag) => visit(page, `#/flags?flag=${flag.flag}`);
const decisions = async (page, { flag, call }) => (await ask(page, `calls/~${call.number}/flags`)).decisions.filter((one) => one.flag === flag).map(({ state }) => state);

test("what is on its way while the language changes is sent once, and stays undone once it was undone", () => as("ann", async (page) => {
  const [first] = await free(page, 1);
  await choose(page, first);
  const letGo = await held(page, "**/decision");
  const sent = page.waitForRequest("**/decision");
  await page.keyboard.press("c");
  await sent;
  await speak(page, "zh-CN");
  await speak(page, "en");
  await page.keyboard.press("z");
  letGo();
  await notes(page, "Undone");
  await allAnswered(page);
  await page.waitForTimeout(1500); // nothing more comes
  assert.deepEqual(await decisions(page, first), ["confirmed", "open"]);
}));

test("while z is under way no key decides, and then it is for the row that came back", () => as("ann", async (page) => {
  const [first, second] = await free(page, 2);
  await choose(page, first);
  await page.keyboard.press("c");
  await allAnswered(page);
  await page.waitForTimeout(ONCE_MS);
  const letGo = await held(page, "**/decision");
  await page.keyboard.press("z");
  for (const key of ["1", "c", "o"]) await page.keyboard.press(key);
  await notes(page, "being taken back");
  letGo();
  await notes(page, "Undone");
  assert.equal(await page.locator("dialog[open]").count(), 0);
  assert.equal((await stateOf(page, second)).state, "open");
  assert.equal((await stateOf(page, first)).state, "open");
  await page.waitForTimeout(ONCE_MS);
  await page.keyboard.press("1");
  await allAnswered(page);
  assert.equal((await stateOf(page, first)).state, "overturned");
  await page.waitForTimeout(ONCE_MS);
  await page.keyboard.press("z");
  await notes(page, "Undone");
}));

test("a key that decides is nothing right after another that did, and z at once is", () => as("ann", async (page) => {
  const [first, second] = await free(page, 2);
  await choose(page, first);
  await inHaste(page, ["c", "1", "o"]);
  await page.waitForSelector("tbody .state.confirmed");
  await allAnswered(page);
  assert.equal(await page.locator("dialog[open]").count(), 0);
  assert.equal((await stateOf(page, first)).state, "confirmed");
  assert.equal((await stateOf(page, second)).state, "open");
  await page.keyboard.press("z");
  await notes(page, "Undone");
  assert.equal((await stateOf(page, first)).state, "open");
}));

test("at the end of a list the flag that was decided takes no key until it is chosen again", () => as("ann", async (page) => {
  const { flags } = await ask(page, "flags?limit=100");
  const last = flags.filter(({ objection }) => !objection).at(-1);
  await visit(page, `#/flags?person=${last.call.person ?? ""}&rule=${last.rule}`);
  const end = (await ask(page, `flags?rule=${last.rule}&person=${last.call.person ?? ""}&limit=50`)).flags.at(-1);
  await page.locator("tbody tr").last().click();
  await page.keyboard.press("c");
  await allAnswered(page);
  for (const key of ["1", "o", "u"]) {
    await page.waitForTimeout(ONCE_MS);
    await page.keyboard.press(key);
  }
  await notes(page, "This one is decided");
  assert.equal(await page.locator("dialog[open]").count(), 0);
  assert.equal((await stateOf(page, end)).state, "confirmed");
  await page.locator("tbody tr").last().click();
  await page.keyboard.press("1");
  await allAnswered(page);
  assert.equal((await stateOf(page, end)).state, "overturned");
  for (let i = 0; i < 2; i++) {
    await page.waitForTimeout(ONCE_MS);
    await page.keyboard.press("z");
    await until(page, () => !/This one/.test(document.querySelector(".notices")?.textContent ?? ""));
  }
}));

test("j twice at the end of a page turns it once", () => as("ann", async (page) => {
  await fillQueue(stage, page, 70, "sure");
  await page.reload();
  await settled(page);
  await page.locator("tbody tr").last().click();
  const letGo = await held(page, "**/api/v1/flags?*");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  letGo();
  await until(page, () => /\b51\b/.test(document.querySelector(".pager span").textContent));
  await page.waitForTimeout(1000); // it stays there
  assert.match(await textOf(page, ".pager span"), /\b51\b/);
  assert.match(page.url(), /page=2/);
}));

test("what a server at a loss did not take is sent again, and a refusal is told with the flag and who was faster", () => as("ann", async (page) => {
  const [first, second] = await free(page, 2);
  let times = 0;
  await page.route("**/decision", (route) => (times++ < 3 ? route.fulfill({ status: [500, 502, 504][times - 1], body: "" }) : route.continue()));
  await choose(page, first);
  await page.keyboard.press("c");
  await page.waitForSelector(".offline");
  await allAnswered(page);
  assert.equal((await stateOf(page, first)).state, "confirmed");
  await page.unroute("**/decision");
  await page.route("**/decision", (route) => route.abort());
  await choose(page, second);
  await page.keyboard.press("c");
  await page.waitForSelector(".offline");
  const other = await openBrowser();
  const { page: leads } = await logIn(other.context, stage.url, "lead");
  assert.equal(await send(leads, "POST", `flags/${second.flag}/decision`, { state: "overturned", reason: "x" }), 200);
  await other.close();
  await page.unroute("**/decision");
  await page.reload();
  await settled(page);
  await notes(page, "lead has decided meanwhile");
  assert.match(await textOf(page, ".notices"), new RegExp(`${second.title?.en ?? second.rule}: lead has decided`));
  assert.equal((await stateOf(page, second)).state, "overturned");
}, { refused: "(409|500|502|504)" }));

test("without a network nobody looks logged out who is not", () => as("bob", async (page) => {
  await page.route("**/api/v1/session", (route) => (route.request().method() === "DELETE" ? route.abort() : route.continue()));
  await page.click("text=Log out");
  await page.waitForSelector("dialog[open] >> text=still logged in");
  assert.equal(await page.locator(".login").count(), 0);
  assert.deepEqual(await axeFinds(page, "not logged out"), []);
  await page.unroute("**/api/v1/session");
  const ended = page.waitForRequest((request) => request.method() === "DELETE");
  await page.reload(); // whoever opens the page next
  await ended;
  await page.waitForSelector(".login");
  assert.equal(await page.evaluate(async () => (await fetch("api/v1/session")).status), 401);
}, { refused: "401" }));

test("whose session it is by now is noticed: nothing is decided in another's name, nor lost", () => as("ann", async (page) => {
  const [first] = await free(page, 1);
  await choose(page, first);
  const second = await page.context().newPage();
  await second.goto(`${stage.url}/web/icon.svg`);
  assert.equal(await second.evaluate(async (body) => (await fetch("/api/v1/session", { method: "POST", headers: { "Content-Type": "application/json" }, body })).status, JSON.stringify({ name: "bob", password })), 200);
  await page.bringToFront();
  await page.evaluate(() => document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "c", code: "KeyC", bubbles: true })));
  await page.waitForSelector("dialog.over >> text=bob has logged in");
  assert.equal((await stateOf(page, first)).state, "open");
  await page.fill("dialog.over [name=password]", password);
  await page.keyboard.press("Enter");
  await page.waitForSelector("dialog.over", { state: "detached" });
  await allAnswered(page);
  const { state, decided_by } = await stateOf(page, first);
  assert.deepEqual([state, decided_by], ["confirmed", "ann"]);
  await second.close();
}, { refused: "(401|403)" }));

test("at 390 px a window without touch is as wide as its page", () => as("ann", async (page) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await visit(page, "#/flags");
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
}));

test("the page and the server keep to the description", () => assert.deepEqual(faults, []));

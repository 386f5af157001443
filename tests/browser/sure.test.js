/* SPDX-License-Identifier: GPL-3.0-or-later */
// What was decided stays decided: settled objections, what was undone, keys in haste, refusals of what waited, whose session it is.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { actor, ask, axeFinds, openAll, settled, textOf, visit } from "./acting.js";
import { logIn, password } from "./stage.js";

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
const allAnswered = (page) => until(page, () => [null, "[]"].includes(sessionStorage.getItem("callqa.outbox")));
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

test("the page and the server keep to the description", () => assert.deepEqual(faults, []));

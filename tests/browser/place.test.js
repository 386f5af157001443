/* SPDX-License-Identifier: GPL-3.0-or-later */
// The place is kept, and nothing that was typed is lost: loading anew, going back, language, theme, a session that ends, a
// network that is gone. And what is wrong is told in words.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { actor, ask, axeFinds, openAll, settled, stopTime, textOf, visit } from "./acting.js";
import { fillQueue } from "./morning.js";
import { logIn, openBrowser, openStage, password } from "./stage.js";

let stage, browser, faults, close;
before(async () => {
  ({ stage, browser, faults, close } = await openAll());
});
after(() => close?.());

const as = actor(() => ({ stage, browser }));
const until = (page, test_, argument) => page.waitForFunction(test_, argument, { timeout: 20000 });
const chosenFlag = (page) => page.evaluate(() => new URLSearchParams(location.hash.split("?")[1]).get("flag"));
const row = (page) => textOf(page, "tr[aria-current]");
const steady = (page) => page.waitForTimeout(300); // an address that were wrong would be written after 150 ms
const endSession = (page) => page.evaluate(async () => {
  const { csrf } = await (await fetch("api/v1/session")).json();
  await fetch("api/v1/session", { method: "DELETE", headers: { "X-CSRF-Token": csrf } });
});
const logInOver = async (page, name = null) => {
  await page.waitForSelector("dialog.over");
  if (name) await page.fill("dialog.over [name=name]", name);
  await page.fill("dialog.over [name=password]", password);
  await page.keyboard.press("Enter");
  await page.waitForSelector("dialog.over", { state: "detached" });
};

test("who leaves a view arrives, whatever that view still had to note", () => as("ann", async (page) => {
  await visit(page, "#/flags");
  await page.waitForSelector("tr[aria-current]");
  await page.evaluate(() => {
    document.querySelector("tbody tr:nth-child(2)").click(); // its place is due in 150 ms
    for (const end = performance.now() + 400; performance.now() < end;);
    location.hash = "#/calls"; // and the event of this comes after it
  });
  await page.waitForSelector("h1 >> text=Calls");
  assert.match(page.url(), /#\/calls$/);
}));

test("a call that still had to note its place does not write over the address of another flag of it", () => as("ann", async (page) => {
  const { flags } = await ask(page, "flags?state=any&limit=500");
  const [first, other] = flags.map((flag) => flags.filter(({ call }) => call.number === flag.call.number)).find((of) => of.length > 1);
  await visit(page, `#/call/~${first.call.number}?flag=${first.flag}`);
  await until(page, () => document.querySelector(".wave > div")?.shadowRoot?.querySelectorAll("canvas").length >= 2);
  await steady(page);
  await page.evaluate(() => { // what is to be noted after a pause is noted when we say so
    const usual = window.setTimeout;
    window.due = [];
    window.setTimeout = (act, ms, ...more) => (ms === 300 ? window.due.push(act) : usual(act, ms, ...more));
  });
  await page.keyboard.press("+");
  await until(page, () => window.due.length > 0);
  await page.evaluate((address) => {
    location.hash = address;
    window.due.forEach((act) => act()); // before the page hears of its address
  }, `#/call/~${first.call.number}?flag=${other.flag}`);
  await settled(page);
  await steady(page);
  assert.equal(await chosenFlag(page), String(other.flag));
}));

for (const language of ["en", "zh-CN"])
  test(`page 2 of a filtered queue is come back to: loaded anew, from the call, in another language and theme, ${language}`, () => as("ann", async (page) => {
    if ((await ask(page, "flags/count?rule=dead-air")).flags < 60) await fillQueue(stage, page, 160, "long");
    await visit(page, "#/flags?rule=dead-air&sort=newest");
    await page.click(".pager button >> nth=1");
    await until(page, () => location.hash.includes("page=2"));
    for (let i = 0; i < 4; i++) await page.keyboard.press("j");
    const { next } = await ask(page, "flags?rule=dead-air&sort=newest&limit=50");
    const { flag } = (await ask(page, `flags?rule=dead-air&sort=newest&limit=50&cursor=${encodeURIComponent(next)}`)).flags[4];
    await until(page, (own) => location.hash.includes(`flag=${own}`), flag); // it is written a little later
    const words = await row(page);
    const isThere = async (what, same = true) => {
      await page.waitForSelector("tr[aria-current]");
      await steady(page);
      assert.equal(Number(await chosenFlag(page)), flag, what);
      if (same) assert.equal(await row(page), words, what);
      assert.match(page.url(), /rule=dead-air&sort=newest&page=2&flag=/, what);
      assert.equal(await page.inputValue("[name=rule]"), "dead-air", what);
    };
    await page.reload();
    await settled(page);
    await isThere("loaded anew");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".call");
    await page.goBack();
    await settled(page);
    await isThere("back from the call");
    await page.click(language === "en" ? "text=中文" : "text=English");
    await page.waitForSelector(language === "en" ? "nav >> text=质检标记" : "nav >> text=Flags");
    await settled(page);
    await isThere("in the other language", false);
    await page.click(language === "en" ? "text=深色" : "text=Dark");
    await settled(page);
    await isThere("in the other theme", false);
    await page.keyboard.press("k"); // and the way back to page 1 is still known
    await page.click(".pager button >> nth=0");
    await until(page, () => !location.hash.includes("page="));
    await page.evaluate((to) => { localStorage.setItem("callqa.language", to); localStorage.setItem("callqa.theme", "light"); }, language);
  }, { language }));

test("a call's second and zoom are in its address, and come back", () => as("ann", async (page) => {
  const [flag] = (await ask(page, "flags?rule=dead-air&limit=1")).flags;
  await visit(page, `#/call/~${flag.call.number}?flag=${flag.flag}`);
  await until(page, () => document.querySelector(".wave > div")?.shadowRoot?.querySelectorAll("canvas").length >= 2);
  await page.keyboard.press("+");
  await page.keyboard.press("+");
  await page.keyboard.press("f");
  await until(page, () => document.querySelector("audio").currentTime > 2);
  await page.keyboard.press(" ");
  await until(page, () => document.querySelector("audio").paused && /[?&]s=\d/.test(location.hash) && /zoom=4/.test(location.hash));
  await page.waitForTimeout(400);
  const place = await page.evaluate(() => ({ seconds: document.querySelector("audio").currentTime, width: document.querySelector(".lanes .inner").clientWidth, hash: location.hash }));
  await page.reload();
  await settled(page);
  await until(page, (width) => Math.abs(document.querySelector(".lanes .inner").clientWidth - width) < 3, place.width);
  await until(page, (seconds) => Math.abs(document.querySelector("audio").currentTime - seconds) < 0.11, place.seconds);
  assert.match(await page.evaluate(() => location.hash), new RegExp(`flag=${flag.flag}&`));
}));

for (const [language, [title, other]] of Object.entries({ en: ["Log in again", "Overturned"], "zh-CN": ["请重新登录", "已复核：不成立"] }))
  test(`a session that ends in the middle of a reason takes nothing with it, ${language}`, () => as("ann", async (page) => {
    const [, flag] = (await ask(page, "flags?limit=2")).flags;
    await page.keyboard.press("j");
    await page.keyboard.press("o");
    const timeGoesOn = await stopTime(page);
    await page.keyboard.type("Heard: the customer ");
    await endSession(page);
    const refused = page.waitForResponse((reply) => reply.url().endsWith("/rules") && reply.status() === 401);
    await page.evaluate(() => import("/web/api.js").then(({ get }) => { get("rules").catch(() => {}); })); // as what is fetched ahead does
    await refused;
    await page.keyboard.type("looked for a pen");
    await page.keyboard.press("Control+Enter");
    await timeGoesOn();
    await page.waitForSelector("dialog.over");
    assert.equal(await textOf(page, "dialog.over h2"), title);
    assert.equal(await page.inputValue("dialog.over [name=name]"), "ann");
    assert.deepEqual(await axeFinds(page, "log-in over the page"), []);
    await page.fill("dialog.over [name=password]", "wrong one");
    await page.keyboard.press("Enter");
    await page.waitForSelector("dialog.over .problem:not(:empty)");
    await logInOver(page);
    await page.waitForSelector(`.notice:has-text("${other}")`);
    const now = (await ask(page, `calls/~${flag.call.number}/flags`)).flags.find((one) => one.flag === flag.flag);
    assert.deepEqual([now.state, now.reason, now.decided_by], ["overturned", "Heard: the customer looked for a pen", "ann"]);
  }, { language, refused: 401 }));

test("the log-in waits until what an input method puts together is chosen", () => as("ann", async (page) => {
  await page.keyboard.press("o");
  const timeGoesOn = await stopTime(page);
  const input = await page.context().newCDPSession(page);
  await input.send("Input.imeSetComposition", { text: "shenme", selectionStart: 6, selectionEnd: 6 });
  await endSession(page);
  const refused = page.waitForResponse((reply) => reply.url().endsWith("/rules") && reply.status() === 401);
  await page.evaluate(() => import("/web/api.js").then(({ get }) => { get("rules").catch(() => {}); }));
  await refused;
  await page.clock.runFor(5000); // looking at the list of characters
  assert.equal(await page.locator("dialog.over").count(), 0);
  await input.send("Input.insertText", { text: "什么" });
  assert.equal(await page.inputValue("dialog [name=reason]"), "什么");
  await timeGoesOn();
  await page.waitForSelector("dialog.over");
  await logInOver(page);
  assert.equal(await page.inputValue("dialog [name=reason]"), "什么");
}, { refused: 401 }));

test("what is being written is there again after the window was loaded anew, and gone once it was sent", () => as("ann", async (page) => {
  const [flag] = (await ask(page, "flags?limit=1")).flags;
  await page.keyboard.press("o");
  await page.keyboard.type("Half a sent");
  await page.reload();
  await settled(page);
  await page.keyboard.press("o");
  assert.equal(await page.inputValue("dialog [name=reason]"), "Half a sent");
  await page.keyboard.press("End");
  await page.keyboard.type("ence");
  await page.keyboard.press("Control+Enter");
  await page.waitForSelector("tbody .state.overturned");
  const now = (await ask(page, `calls/~${flag.call.number}/flags`)).flags.find((one) => one.flag === flag.flag);
  assert.equal(now.reason, "Half a sentence");
  await visit(page, `#/call/~${flag.call.number}`);
  await page.fill(".remark textarea", "To be heard again");
  await page.click("text=Dark");
  await settled(page);
  assert.equal(await page.inputValue(".remark textarea"), "To be heard again");
  await page.click("button:has-text('Comment')");
  await page.waitForSelector(".remarks >> text=To be heard again");
  assert.equal(await page.inputValue(".remark textarea"), "");
  await page.click("text=Light");
}));

test("a decision made without a network is kept, said, and sent when it is back; also by the next window", async () => {
  const { page } = await logIn(browser.context, stage.url, "ann");
  const [first, second] = (await ask(page, "flags?limit=2")).flags;
  await page.context().setOffline(true);
  await page.keyboard.press("c");
  await page.waitForSelector(".offline");
  assert.match(await textOf(page, ".offline"), /1 decision waits/);
  await page.context().setOffline(false);
  await page.waitForSelector(".offline", { state: "detached", timeout: 15000 });
  const stateOf = async ({ flag, call }) => (await ask(page, `calls/~${call.number}/flags`)).flags.find((one) => one.flag === flag).state;
  assert.equal(await stateOf(first), "confirmed");
  await page.route("**/decision", (route) => route.abort());
  await visit(page, `#/flags?flag=${second.flag}`);
  await page.keyboard.press("c");
  await page.waitForSelector(".offline");
  await page.unroute("**/decision");
  await page.reload();
  await settled(page);
  await until(page, () => sessionStorage.getItem("callqa.outbox") === "[]");
  assert.equal(await stateOf(second), "confirmed");
  await page.close();
});

test("a list is asked for again while the network is gone, and the player goes on from its second", async () => {
  const { page } = await logIn(browser.context, stage.url, "ann");
  let gone = 2;
  await page.route("**/api/v1/calls?*", (route) => (gone-- > 0 ? route.abort() : route.continue()));
  await visit(page, "#/calls");
  await page.waitForSelector("tbody tr", { timeout: 15000 });
  assert.ok(gone < 0);
  await visit(page, "#/flags");
  const [flag] = (await ask(page, "flags?limit=1")).flags;
  let refused = 0;
  await page.route("**/audio", (route) => (refused++ < 3 ? route.abort() : route.continue()));
  await page.keyboard.press(" ");
  await until(page, (from) => !document.querySelector("audio").paused && document.querySelector("audio").currentTime > from + 0.2, Math.max(0, flag.start_ms / 1000 - 3));
  assert.ok(refused > 3);
  await page.close();
});

for (const [language, [title, role]] of Object.entries({ en: ["Not for you to see", /The page "Rules" is not for the role Auditor/], "zh-CN": ["无权查看", /“.+”不对“.+”角色开放/] }))
  test(`a link to what one may not see says so politely, ${language}`, async () => {
    await as("ann", async (page) => {
      await visit(page, "#/rules");
      assert.equal(await textOf(page, ".outOfSight h1"), title);
      assert.match(await textOf(page, ".outOfSight small"), role);
      assert.deepEqual(await axeFinds(page, "out of sight"), []);
      await page.click(".outOfSight a");
      await page.waitForSelector(".queue");
    }, { language });
    await as("zhang", async (page) => {
      await visit(page, "#/call/~999999");
      assert.equal(await textOf(page, ".outOfSight h1"), title);
    }, { language, refused: 404 });
  });

test("a window is named by what it shows, and reading goes on there", () => as("lead", async (page) => {
  for (const [hash, words] of [["#/team", "Team – callqa"], ["#/person/li", "li – Agent – callqa"], ["#/flags", "Flags – callqa"]]) {
    await visit(page, hash);
    await until(page, (title) => document.title === title, words).catch(async () => assert.equal(await page.title(), words));
    assert.notEqual(await page.evaluate(() => document.activeElement.tagName), "BODY");
  }
}));

for (const [language, [https, first]] of Object.entries({ en: [/^HTTPS needed:/, "No account yet"], "zh-CN": [/^需要 HTTPS：/, "尚无账号"] }))
  test(`an empty server tells how the first account is made, one without HTTPS that it is needed, ${language}`, async () => {
    const empty = await openStage({ bare: true });
    const far = await openBrowser({ args: ["--host-resolver-rules=MAP qa.example 127.0.0.1"] });
    try {
      const url = empty.url.replace("127.0.0.1", "qa.example");
      const { page } = await logIn(far.context, url, null, { language });
      await page.waitForSelector(".first h2");
      assert.equal(await textOf(page, ".first h2"), first);
      assert.match(await textOf(page, ".first pre"), /callqa-server user add NAME --role admin/);
      assert.deepEqual(await axeFinds(page, "first account"), []);
      empty.command("user", "add", "ann", "--role", "auditor", "--password-file", "-");
      assert.match(empty.command("user", "list"), /^name\trole\tperson\tteams\tcreated\tdisabled\nann\tauditor\tann\t\[\]\t\d{4}-.*Z\t-\n$/);
      await page.reload();
      await page.waitForSelector(".login");
      await page.waitForTimeout(300);
      assert.equal(await page.locator(".first h2").count(), 0);
      await page.fill("[name=name]", "ann");
      await page.fill("[name=password]", password);
      await page.keyboard.press("Enter");
      await page.waitForSelector(".problem:not(:empty)");
      assert.match(await textOf(page, ".problem"), https);
    } finally {
      await far.close();
      empty.close();
    }
  });

test("the page and the server keep to the description", () => assert.deepEqual(faults, []));

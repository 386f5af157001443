/* SPDX-License-Identifier: GPL-3.0-or-later */
// The queue of flags: pages from the server, walked with the keyboard, heard and decided without leaving it.
import { agentOf } from "./agent.js";
import { get } from "./api.js";
import { groundLine } from "./bears.js";
import { claimChip, claimFlags, isOthers } from "./claims.js";
import { askChange, askConfirm, askOverturn, askReopen, decideFlag, flagWords, mayDecide, objectTo, pointsOf, severityChip, standingTotal, stateChip, undoOf } from "./decide.js";
import { emptyState, failed, folded, notice } from "./dialog.js";
import { h, replace, settled } from "./dom.js";
import { FlagPane } from "./flagpane.js";
import { OwnAddress, recall, remember } from "./kept.js";
import { useKeys } from "./keys.js";
import { isSettled, objectionChip } from "./objected.js";
import { Pace } from "./pace.js";
import { periodOnPaper } from "./period.js";
import { filterNames, queueFilter } from "./queuefilter.js";
import { loadReasons, reasons, reasonTitle } from "./reasons.js";
import { titleOf } from "./rule.js";
import { clock, share, siteTime, t } from "./text.js";
import { isTakingBack, noteDecision, takeLast, takingBack } from "./undo.js";

const PAGE = 50;
const sorts = { severity: "worst", points: "points", confidence: "confidence", call: "newest" };

export async function queuePage({ who, query, onLeave }) {
  const page = new Queue(who, query);
  onLeave(() => page.leave());
  await Promise.all([loadReasons(), page.arrive(Number(query.page) || 1, Number(query.flag))]);
  return page.element;
}

class Queue {
  constructor(who, query) {
    this.who = who;
    this.filter = Object.fromEntries(filterNames.map((name) => [name, query[name] ?? ""]));
    this.sort = query.sort ?? "worst";
    this.address = new OwnAddress();
    this.cursors = [""]; // of each page that was shown, for the way back
    this.flags = [];
    this.at = 0;
    this.body = h("tbody");
    this.pager = h("div.pager");
    this.pace = h("p.pace", { role: "status" });
    this.heads = h("tr");
    this.paper = h("p.printed");
    const by = (ask) => () => this.decide(ask);
    this.pane = new FlagPane({ who, target: () => this.target(), acts: { confirm: by(askConfirm), overturn: by(askOverturn), change: by(askChange), reopen: by(askReopen),
      overturnFor: (code) => this.overturnFor(code), object: () => this.object(), settle: () => this.settle(), heard: () => this.claim() } });
    this.noteSoon = settled(() => this.notePlace(), 150);
    this.element = h("div.queue", {}, h("h1.unseen", {}, t("page.flags")), this.paper, folded(queueFilter({ who, filter: this.filter, onChange: (filter) => this.refilter(filter), onHandedOut: () => this.restart() })),
      h("div.split", {}, h("div.list", {}, h("div.scroll", { tabindex: 0, role: "region", "aria-label": t("page.flags") },
        h("table", {}, h("thead", {}, this.heads), this.body)), this.pager), h("div.aside", {}, mayDecide(who) && this.pace, this.pane.element)));
    useKeys(this.keys());
  }

  keys() {
    const { acts } = this.pane;
    const deciding = mayDecide(this.who) ? [
      { key: "c", does: "key.confirm", once: true, decides: true, run: acts.confirm },
      { key: "o", does: "key.overturn", once: true, decides: true, run: acts.overturn },
      ...Array.from({ length: 9 }, (_, i) => ({ key: String(i + 1), does: i === 0 && "key.codes", once: true, decides: true, run: () => reasons()[i] && this.overturnFor(reasons()[i].code) })),
      { key: "p", does: "key.change", once: true, decides: true, run: acts.change },
      { key: "z", does: "key.undo", once: true, run: () => takingBack(() => this.takeBack()) },
      { key: "u", does: "key.reopen", run: acts.reopen },
      ...(this.who.role === "lead" ? [{ key: "s", does: "key.settle", once: true, run: acts.settle }] : []),
    ] : [{ key: "x", does: "key.object", run: acts.object }];
    return [
      { key: "j", does: "key.next", run: () => this.step(1) },
      { key: "k", does: "key.previous", run: () => this.step(-1) },
      { key: " ", does: "key.play", run: () => this.pane.playOrPause() },
      { key: "e", does: "key.playAll", run: () => this.pane.play({ whole: true }) },
      { key: "l", does: "key.loop", run: () => this.pane.play({ loop: true }) },
      { key: "[", does: "key.slower", run: () => this.pane.changeSpeed(-1) },
      { key: "]", does: "key.faster", run: () => this.pane.changeSpeed(1) },
      ...deciding,
      { key: "Enter", does: "key.open", run: () => this.open() },
    ];
  }

  leave() {
    this.pane.leave();
  }

  // ---- what is asked for

  refilter(filter) {
    this.filter = filter;
    this.restart();
  }

  asked() {
    return Object.fromEntries(Object.entries(this.filter).filter(([, value]) => value !== ""));
  }

  /** Where one is, for the address: a window that is loaded anew, or a colleague, comes to the same row. */
  notePlace() {
    if (!this.element.isConnected || !this.address.isStill()) return;
    const page = this.cursors.length;
    this.address.note("#/flags", { ...this.asked(), sort: this.sort !== "worst" && this.sort, page: page > 1 && page, flag: this.flag?.flag });
    remember("pages", { of: this.listName(), cursors: this.cursors });
  }

  listName() {
    return JSON.stringify([this.asked(), this.sort]);
  }

  restart() {
    this.cursors = [""];
    this.flags = []; // what is still shown is no longer asked for
    this.notePlace();
    this.arrive().catch(failed);
  }

  // ---- the list

  /** Comes to a page of the list, the first or the one that the address names, and to a flag of it. */
  async arrive(page = 1, flag = null) {
    const kept = recall("pages");
    if (page > 1 && kept?.of === this.listName()) this.cursors = kept.cursors.slice(0, page);
    if (mayDecide(this.who)) Pace.of(this.asked()).then((pace) => { this.progress = pace; this.showPace(); }).catch(() => {});
    await this.load(0, flag);
    if (flag && !this.flags.some((one) => one.flag === flag)) notice(t("queue.notHere")); // decided since, or left out by the filter
  }

  async load(selected = 0, flag = null) {
    const answer = await get("flags", { ...this.asked(), sort: this.sort, limit: PAGE, cursor: this.cursors.at(-1) });
    this.flags = answer.flags;
    this.next = answer.next;
    const named = this.flags.findIndex((one) => one.flag === flag);
    this.at = named >= 0 ? named : selected < 0 ? this.flags.length - 1 : selected;
    this.showList();
  }

  showList() {
    const head = (name, kind = "") => {
      const order = sorts[name];
      const label = t(`flag.${name}`);
      return h(`th${kind}`, { scope: "col", "aria-sort": order === this.sort ? "descending" : null }, !order ? label
        : h("button.sort", { type: "button", onclick: () => { this.sort = order; this.restart(); } }, label, order === this.sort ? " ↓" : ""));
    };
    replace(this.paper, periodOnPaper(this.filter));
    replace(this.heads, head("severity"), head("what"), head("person"), head("call"), head("at", ".number"), head("points", ".number"), head("confidence", ".number"), head("state"));
    replace(this.body, this.flags.map((flag, i) => this.row(flag, i)));
    if (!this.flags.length) replace(this.body, h("tr", {}, h("td", { colspan: 8 }, emptyState(t(Object.keys(this.asked()).length ? "queue.noneMatch" : "queue.none")))));
    const first = (this.cursors.length - 1) * PAGE;
    replace(this.pager,
      h("button", { type: "button", disabled: this.cursors.length === 1, onclick: () => this.turnBack() }, t("pager.back")),
      h("span", {}, this.flags.length ? t("pager.range", { from: first + 1, to: first + this.flags.length }) : ""),
      h("button", { type: "button", disabled: !this.next, onclick: () => this.turn() }, t("pager.on")),
      h("span.hints", { "aria-hidden": "true" }, ["j", "k", "Space", ...(mayDecide(this.who) ? ["c", "o"] : ["x"]), "?"].map((key) => h("kbd", {}, key === "Space" ? t("keyname.Space") : key))));
    this.select(this.at, false);
  }

  row(flag, i) {
    const { call } = flag;
    return h("tr", { tabindex: -1, onclick: () => this.select(i), ondblclick: () => this.open() },
      h("td", {}, severityChip(flag)),
      h("td.what", {}, h("span", {}, flagWords(flag)), groundLine(flag), h("small", { title: flag.rule }, titleOf(flag))),
      h("td", {}, agentOf(call, call.person) ?? "–", h("small", {}, [call.team, call.queue].filter(Boolean).join(" · "))),
      h("td", {}, siteTime(call.started_at), h("small", {}, clock(call.duration_ms))),
      h("td.number", {}, clock(flag.start_ms), h("small", {}, t("seconds", { n: Math.round((flag.end_ms - flag.start_ms) / 1000) }))),
      h("td.number", {}, pointsOf(flag)), h("td.number", {}, share(flag.confidence)),
      h("td", {}, stateChip(flag), objectionChip(flag), claimChip(flag), flag.decided_by && flag.decided_by !== this.who.name && h("small", {}, flag.decided_by)));
  }

  showRow(flag) {
    const i = this.flags.indexOf(flag);
    const isCurrent = i === this.at;
    const hadFocus = this.body.rows[i]?.contains(document.activeElement);
    this.body.rows[i]?.replaceWith(this.row(flag, i));
    if (isCurrent) this.body.rows[i]?.setAttribute("aria-current", "true");
    if (hadFocus) this.body.rows[i].focus({ preventScroll: true });
  }

  showPace() {
    const { progress } = this;
    if (!progress || this.filter.state || !this.flags.length) {
      replace(this.pace);
      return;
    }
    const open = this.flags.filter(({ state }) => state === "open");
    const some = open.length ? open : this.flags;
    replace(this.pace, progress.words(some.reduce((sum, flag) => sum + FlagPane.listenMs(flag), 0) / some.length));
  }

  async turn() {
    if (this.next) await this.turnTo([...this.cursors, this.next], 0);
  }

  async turnBack() {
    if (this.cursors.length > 1) await this.turnTo(this.cursors.slice(0, -1), -1);
  }

  /** Once at a time: a key pressed twice in haste turns one page. */
  async turnTo(cursors, selected) {
    if (this.turning) return;
    const before = this.cursors;
    this.turning = true;
    this.cursors = cursors;
    await this.load(selected).catch((error) => {
      this.cursors = before;
      failed(error);
    });
    this.turning = false;
  }

  step(by) {
    const to = this.at + by;
    if (to >= this.flags.length) this.turn();
    else if (to < 0) this.turnBack();
    else this.select(to);
  }

  get flag() {
    return this.flags[this.at];
  }

  /** The place of the next one that is still to be decided, and not by somebody else; the next at all where the list is of decided ones. */
  after(i) {
    const further = this.flags.findIndex((flag, j) => j > i && (this.filter.state !== "" || flag.state === "open") && !isOthers(flag));
    return further < 0 ? this.flags.length : further;
  }

  select(i, focus = true) {
    const rows = this.body.rows;
    rows[this.at]?.removeAttribute("aria-current");
    this.spent = null;
    this.at = i;
    const row = this.flag && rows[i];
    row?.setAttribute("aria-current", "true");
    if (focus) row?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: "nearest" });
    this.pane.show(this.flag, this.flags[this.after(i)]);
    this.showPace();
    this.noteSoon();
  }

  // ---- deciding

  /** On to what comes next, which is played: the one key that was pressed has said all that was to be said. */
  async goOn(from) {
    const to = this.after(from);
    if (to < this.flags.length) this.select(to);
    else if (this.next) await this.turn();
    else {
      this.pane.refresh();
      return;
    }
    this.pane.play();
  }

  /** Takes what is heard, and what comes next. What somebody else has, or has decided since the list was fetched, is passed over. */
  async claim() {
    const { flag } = this;
    if (!mayDecide(this.who) || flag?.state !== "open") return;
    const lost = await claimFlags([flag, this.flags[this.after(this.at)]].filter((one) => one?.state === "open")).catch(() => []);
    for (const one of lost) await this.lose(one);
    if (!lost.includes(flag) || this.flag !== flag) return;
    if (this.pane.goesOn) this.goOn(this.at);
    else this.pane.player.pause();
  }

  /** The row says who has it, or how it stands by now. */
  async lose(flag) {
    const answer = flag.claim ? null : await get(`calls/~${flag.call.number}/flags`).catch(() => null);
    const now = answer?.flags.find((one) => one.flag === flag.flag);
    if (flag.claim && flag === this.flag) notice(t("queue.others", { who: flag.claim.by }));
    this.showRow(flag);
    if (!now || now.state === "open") return;
    this.progress?.lost();
    await this.take(flag, answer);
    notice(t("queue.taken", { who: now.decided_by }));
  }

  /** Not while z is under way, which comes back to another row; nor what one key has just decided, at the end of a list, before it is chosen again. */
  mayDecideNow() {
    const isSpent = this.flag && this.flag === this.spent;
    if (isTakingBack()) notice(t("undo.wait"));
    else if (isSpent) notice(t("queue.spent"));
    return !isTakingBack() && !isSpent;
  }

  /** `ask(flag)`: the verdict, asked for where it needs words. */
  async decide(ask) {
    const { flag } = this;
    if (!this.mayDecideNow()) return;
    if (flag && isSettled(flag)) return this.settle();
    const verdict = flag && await ask(flag);
    if (verdict) await this.give(flag, verdict);
  }

  overturnFor(code) {
    const { flag } = this;
    if (!flag || !this.mayDecideNow()) return;
    if (flag.objection) this.decide(askOverturn);
    else this.give(flag, { state: "overturned", reason_code: code }, t("decided.for", { reason: reasonTitle(code) }));
  }

  async give(flag, verdict, words = t(`decided.${verdict.state}`)) {
    const before = { ...flag };
    const from = this.flags.indexOf(flag);
    if (verdict.state === "confirmed" && flag.state === "confirmed" && !verdict.reason) return this.goOn(from); // nothing to be said twice
    const sent = decideFlag(before, verdict);
    noteDecision(before, flag.call.number, verdict.state, sent);
    Object.assign(flag, { state: verdict.state, decided_by: this.who.name });
    this.showRow(flag);
    this.progress?.note(before.state === "open" ? 1 : 0);
    const isOnward = this.pane.goesOn && this.flag === flag && verdict.state !== "open";
    if (isOnward) {
      this.spent = flag;
      this.goOn(from);
    }
    else if (this.flag === flag) this.pane.refresh();
    try {
      await this.take(flag, await sent);
      notice(words);
    } catch (error) {
      this.refused(flag, before, error);
    }
  }

  /** What the server says of the call now, in every row of it. */
  async take(flag, answer) {
    const total = await standingTotal(flag.call.number).catch(() => null);
    for (const other of this.flags.filter(({ call }) => call.number === flag.call.number)) {
      Object.assign(other, answer.flags.find((now) => now.flag === other.flag));
      if (total) Object.assign(other.call, total);
      this.showRow(other);
      if (other === this.flag) this.pane.refresh();
    }
    this.showPace();
  }

  /** Somebody was faster, or it may not be decided: the row says how it stands, the notice who and why. */
  refused(flag, before, error) {
    Object.assign(flag, before);
    if (this.spent === flag) this.spent = null;
    if (before.state === "open") this.progress?.note(-1);
    this.showRow(flag);
    if (error.now) this.take(flag, error.now).then(() => before.state === "open" && flag.state !== "open" && this.progress?.lost());
    else if (flag === this.flag) this.pane.refresh();
    failed({ message: t("decide.refused", { what: titleOf(flag), why: error.message }) });
  }

  /** Undoes what was decided last, at once, and goes back to it. */
  async takeBack() {
    const last = await takeLast();
    if (!last) {
      notice(t("undo.none"));
      return;
    }
    const listed = this.flags.find(({ flag }) => flag === last.flag);
    const flag = listed ?? { ...last, call: { number: last.number } };
    try {
      await this.take(flag, await decideFlag({ ...flag, state: last.state }, undoOf(last.before))); // the list may have been fetched before it was decided
      this.progress?.note(last.before.state === "open" ? -1 : 0);
      notice(t("undone.what", { rule: titleOf(flag) }));
      if (listed) this.select(this.flags.indexOf(listed));
      else await this.load(0, last.flag);
    } catch (error) {
      failed(error);
    }
  }

  /** On the call's page, where it is heard and seen meanwhile. */
  settle() {
    if (!this.flag?.objection) return;
    if (this.who.role === "lead") this.goTo(`${this.target()}&settle=1`);
    else notice(t("objected.final", { who: this.flag.objection.decided_by }), "bad");
  }

  async object() {
    const { flag } = this;
    if (!flag || this.who.role !== "agent" || !await objectTo(flag)) return;
    await this.take(flag, await get(`calls/~${flag.call.number}/flags`));
  }

  target() {
    return `#/call/~${this.flag.call.number}?flag=${this.flag.flag}`;
  }

  open() {
    if (this.flag) this.goTo(this.target());
  }

  goTo(address) {
    this.notePlace(); // for the way back
    location.hash = address;
  }
}

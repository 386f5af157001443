/* SPDX-License-Identifier: GPL-3.0-or-later */
// The queue of flags: pages from the server, walked with the keyboard, heard and decided without leaving it.
import { get } from "./api.js";
import { groundLine } from "./bears.js";
import { changeFlag, confirmFlag, flagWords, mayDecide, objectTo, overturnFlag, pointsOf, reopenFlag, severityChip, standingTotal, stateChip, totalOf } from "./decide.js";
import { emptyState, failed, field } from "./dialog.js";
import { h, icons, replace, settled, svgIcon } from "./dom.js";
import { useKeys } from "./keys.js";
import { drawStrip, peaksOf } from "./peaks.js";
import { Player, whyNot } from "./player.js";
import { ruleFilter, titleOf } from "./rule.js";
import { shiftFilter } from "./shift.js";
import { clock, moment, share, siteTime, t, word } from "./text.js";

const PAGE = 50;
const AROUND_MS = 6000;
const filterNames = ["state", "severity", "rule", "person", "team", "queue", "confidence", "from", "to", "shift"];
const sorts = { severity: "worst", points: "points", confidence: "confidence", call: "newest" };

export async function queuePage({ who, query, onLeave }) {
  const page = new Queue(who, query);
  onLeave(() => page.leave());
  await page.load();
  return page.element;
}

class Queue {
  constructor(who, query) {
    this.who = who;
    this.filter = Object.fromEntries(filterNames.map((name) => [name, query[name] ?? ""]));
    this.sort = query.sort ?? "worst";
    this.cursors = [""]; // of each page that was shown, for the way back
    this.flags = [];
    this.at = 0;
    this.player = new Player({ onTime: () => this.draw(), onChange: () => this.showPlaying() });
    this.lists = h("div", { hidden: true });
    this.body = h("tbody");
    this.pane = h("aside.pane", { "aria-label": t("queue.pane") });
    this.pager = h("div.pager");
    this.heads = h("tr");
    this.showStripSoon = settled(() => this.showStrip(), 120);
    this.element = h("div.queue", {}, h("h1.unseen", {}, t("page.flags")), this.filterBar(),
      h("div.split", {}, h("div.list", {}, h("div.scroll", { tabindex: 0, role: "region", "aria-label": t("page.flags") },
        h("table", {}, h("thead", {}, this.heads), this.body)), this.pager), this.pane), this.lists);
    useKeys(this.keys());
    this.offerNames();
  }

  keys() {
    const deciding = mayDecide(this.who) ? [
      { key: "c", does: "key.confirm", run: () => this.decide(confirmFlag) },
      { key: "o", does: "key.overturn", run: () => this.decide(overturnFlag) },
      { key: "p", does: "key.change", run: () => this.decide(changeFlag) },
      { key: "u", does: "key.reopen", run: () => this.decide(reopenFlag) },
    ] : [{ key: "x", does: "key.object", run: () => this.object() }];
    return [
      { key: "j", does: "key.next", run: () => this.step(1) },
      { key: "k", does: "key.previous", run: () => this.step(-1) },
      { key: " ", does: "key.play", run: () => this.playOrPause() },
      { key: "l", does: "key.loop", run: () => this.play(true) },
      ...deciding,
      { key: "Enter", does: "key.open", run: () => this.open() },
    ];
  }

  leave() {
    this.player.destroy();
  }

  // ---- what is asked for

  filterBar() {
    const choose = (name, options) => h("select", { name }, options.map(([value, text]) =>
      h("option", { value, selected: this.filter[name] === value }, text)));
    const type = (name, attributes) => h("input", { name, value: this.filter[name], ...attributes });
    const states = ["", "decided", "confirmed", "overturned", "changed", "any"];
    const form = h("form.filters", { role: "search", "aria-label": t("filter.label"), onsubmit: (event) => event.preventDefault() },
      field(t("filter.state"), choose("state", states.map((name) => [name, t(`filter.state.${name || "open"}`)]))),
      field(t("flag.severity"), choose("severity", [["", t("filter.any")], ...["minor", "major", "critical"].map((name) => [name, t("filter.orWorse", { severity: word("severity", name) })])])),
      field(t("flag.rule"), ruleFilter(this.who, this.filter.rule)),
      this.who.role !== "agent" && field(t("flag.person"), type("person", { list: "people", size: 6 })),
      this.who.role !== "agent" && field(t("flag.team"), type("team", { list: "teams", size: 6 })),
      field(t("flag.queue"), type("queue", { size: 6 })),
      field(t("flag.confidence"), choose("confidence", [["", t("filter.any")], ...["0.5", "0.8", "0.9", "0.95"].map((value) => [value, `≥ ${share(Number(value))}`])])),
      field(t("filter.from"), type("from", { type: "date" })),
      field(t("filter.to"), type("to", { type: "date" })), shiftFilter(this.filter.shift),
      h("button.plain", { type: "button", onclick: () => this.clear(form) }, t("filter.clear")));
    form.addEventListener("change", settled(() => this.refilter(form), 150));
    return form;
  }

  clear(form) {
    for (const control of form.querySelectorAll("input, select")) control.value = "";
    this.refilter(form);
  }

  refilter(form) {
    this.filter = Object.fromEntries(new FormData(form));
    this.restart();
  }

  asked() {
    return Object.fromEntries(Object.entries(this.filter).filter(([, value]) => value !== ""));
  }

  restart() {
    const words = new URLSearchParams({ ...this.asked(), ...(this.sort === "worst" ? {} : { sort: this.sort }) }).toString();
    history.replaceState(null, "", `#/flags${words ? `?${words}` : ""}`);
    this.cursors = [""];
    this.load().catch(failed);
  }

  async offerNames() {
    const { from, to } = this.filter;
    const list = (id, values) => h("datalist", { id }, [...new Set(values)].filter(Boolean).map((value) => h("option", { value })));
    if (this.who.role === "agent") return;
    const people = await get("people", { from, to }).catch(() => null);
    if (people)
      replace(this.lists, list("people", people.people.map(({ person }) => person)), list("teams", people.people.map(({ team }) => team)));
  }

  // ---- the list

  async load(selected = 0) {
    const answer = await get("flags", { ...this.asked(), sort: this.sort, limit: PAGE, cursor: this.cursors.at(-1) });
    this.flags = answer.flags;
    this.next = answer.next;
    this.at = selected < 0 ? this.flags.length - 1 : selected;
    this.showList();
  }

  showList() {
    const head = (name, kind = "") => {
      const order = sorts[name];
      const label = t(`flag.${name}`);
      return h(`th${kind}`, { scope: "col", "aria-sort": order === this.sort ? "descending" : null }, !order ? label
        : h("button.sort", { type: "button", onclick: () => { this.sort = order; this.restart(); } }, label, order === this.sort ? " ↓" : ""));
    };
    replace(this.heads, head("severity"), head("what"), head("person"), head("call"), head("at", ".number"), head("points", ".number"), head("confidence", ".number"), head("state"));
    replace(this.body, this.flags.map((flag, i) => this.row(flag, i)));
    if (!this.flags.length) replace(this.body, h("tr", {}, h("td", { colspan: 8 }, emptyState(t(Object.keys(this.asked()).length ? "queue.noneMatch" : "queue.none")))));
    const first = (this.cursors.length - 1) * PAGE;
    replace(this.pager,
      h("button", { type: "button", disabled: this.cursors.length === 1, onclick: () => this.turnBack() }, t("pager.back")),
      h("span", {}, this.flags.length ? t("pager.range", { from: first + 1, to: first + this.flags.length }) : ""),
      h("button", { type: "button", disabled: !this.next, onclick: () => this.turn() }, t("pager.on")),
      h("span.hints", {}, ["j", "k", "Space", ...(mayDecide(this.who) ? ["c", "o"] : ["x"]), "?"].map((key) => h("kbd", {}, key === "Space" ? t("keyname.Space") : key))));
    this.select(this.at, false);
  }

  row(flag, i) {
    const { call } = flag;
    return h("tr", { tabindex: -1, onclick: () => this.select(i), ondblclick: () => this.open() },
      h("td", {}, severityChip(flag)),
      h("td.what", {}, h("span", {}, flagWords(flag)), groundLine(flag), h("small", { title: flag.rule }, titleOf(flag))),
      h("td", {}, call.person ?? call.agent ?? "–", h("small", {}, [call.team, call.queue].filter(Boolean).join(" · "))),
      h("td", {}, siteTime(call.started_at), h("small", {}, clock(call.duration_ms))),
      h("td.number", {}, clock(flag.start_ms), h("small", {}, t("seconds", { n: Math.round((flag.end_ms - flag.start_ms) / 1000) }))),
      h("td.number", {}, pointsOf(flag)), h("td.number", {}, share(flag.confidence)), h("td", {}, stateChip(flag)));
  }

  async turn() {
    if (!this.next) return;
    this.cursors.push(this.next);
    await this.load().catch(failed);
  }

  async turnBack() {
    if (this.cursors.length === 1) return;
    this.cursors.pop();
    await this.load(-1).catch(failed);
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

  select(i, focus = true) {
    const rows = this.body.rows;
    rows[this.at]?.removeAttribute("aria-current");
    this.at = i;
    if (!this.flag) {
      replace(this.pane, h("p.empty", {}, t("queue.pickOne")));
      return;
    }
    const row = rows[i];
    row.setAttribute("aria-current", "true");
    if (focus) row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
    this.player.pause();
    this.player.load(this.flag.call.number);
    this.showPane();
  }

  // ---- the flag at hand

  showPane() {
    const { flag } = this;
    const { call } = flag;
    const button = (key, words, act, kind = "") => h(`button${kind}`, { type: "button", onclick: act }, t(words), h("kbd", { "aria-hidden": "true" }, key));
    this.strip = h("canvas.strip", { role: "img", "aria-label": t("queue.strip", { from: clock(flag.start_ms), to: clock(flag.end_ms) }) });
    this.playButton = h("button.round", { type: "button", onclick: () => this.playOrPause() });
    this.time = h("span.time");
    this.total = h("span", {}, totalOf(call));
    replace(this.pane,
      h("h2", {}, flagWords(flag)), groundLine(flag),
      h("p.tags", {}, severityChip(flag), stateChip(flag), h("span", { title: flag.rule }, titleOf(flag)), flag.automatic_fail && h("span.severity.critical", {}, t("flag.automaticFail"))),
      this.strip,
      h("div.transport", {}, this.playButton, this.time, h("small", {}, t("queue.leadIn"))),
      mayDecide(this.who)
        ? h("div.decide", {}, button("c", "do.confirm", () => this.decide(confirmFlag), ".confirm"), button("o", "do.overturn", () => this.decide(overturnFlag), ".overturn"),
          button("p", "do.change", () => this.decide(changeFlag)), flag.state !== "open" && button("u", "do.reopen", () => this.decide(reopenFlag)))
        : h("div.decide", {}, button("x", "do.object", () => this.object())),
      h("dl.facts", {},
        fact("flag.points", pointsOf(flag)), fact("call.total", this.total), fact("flag.confidence", share(flag.confidence)),
        fact("flag.person", call.person ?? call.agent ?? "–"), call.team && fact("flag.team", call.team), call.queue && fact("flag.queue", call.queue),
        fact("flag.call", h("a", { href: this.target() }, siteTime(call.started_at), " · ", clock(call.duration_ms))),
        flag.decided_by && fact("flag.decided", t("flag.decidedBy", { who: flag.decided_by, when: moment(flag.decided_at) })),
        flag.reason && fact("decide.reason", flag.reason), flag.author && fact("flag.author", flag.author)));
    this.peaks = null;
    this.showPlaying();
    this.showStripSoon();
  }

  async showStrip() {
    const { flag, strip } = this;
    try {
      const peaks = await peaksOf(flag.call.number);
      if (flag !== this.flag) return;
      this.peaks = peaks;
      this.draw();
      const next = this.flags[this.at + 1]; // what the server has to render of it is done by the time somebody listens
      if (next) peaksOf(next.call.number).catch(() => {});
    } catch (error) {
      if (flag === this.flag) strip.replaceWith(h("p.problem.block", {}, error.message));
    }
  }

  draw() {
    const { flag } = this;
    if (!flag || !this.peaks || !this.strip?.isConnected) return;
    const from = Math.max(0, flag.start_ms - AROUND_MS);
    const head = this.player.audio.currentTime ? this.player.now : null;
    drawStrip(this.strip, this.peaks, from, Math.min(flag.call.duration_ms, flag.end_ms + AROUND_MS), flag, head);
    this.time.textContent = `${clock(this.player.now, true)} / ${clock(flag.call.duration_ms)}`;
  }

  showPlaying() {
    if (!this.playButton) return;
    const playing = this.player.isPlaying;
    replace(this.playButton, svgIcon(playing ? icons.pause : icons.play));
    this.playButton.setAttribute("aria-label", t(playing ? "do.pause" : "do.playFlag"));
  }

  async play(loop = false) {
    if (!this.flag) return;
    const { call, start_ms, end_ms } = this.flag;
    try {
      await this.player.playSpan(start_ms, end_ms, loop);
    } catch (error) {
      failed({ message: (await whyNot(call.number)) ?? error.message });
    }
  }

  playOrPause() {
    if (this.player.isPlaying) this.player.pause();
    else this.play();
  }

  // ---- deciding

  async decide(act) {
    const { flag, at } = this;
    if (!flag) return;
    const answer = await act(flag);
    if (!answer) return;
    const after = await standingTotal(flag.call.number).catch(() => null);
    for (const [i, other] of this.flags.entries()) {
      if (other.call.number !== flag.call.number) continue;
      Object.assign(other, answer.flags.find((now) => now.flag === other.flag));
      if (after) Object.assign(other.call, after);
      this.body.rows[i].replaceWith(this.row(other, i));
    }
    this.body.rows[this.at].setAttribute("aria-current", "true");
    if (this.at !== at) return;
    this.showPane();
    this.body.rows[at].focus({ preventScroll: true });
  }

  async object() {
    if (this.flag && this.who.role === "agent") await objectTo(this.flag);
  }

  target() {
    return `#/call/~${this.flag.call.number}?flag=${this.flag.flag}`;
  }

  open() {
    if (this.flag) location.hash = this.target();
  }
}

export const fact = (key, value) => [h("dt", {}, t(key)), h("dd", {}, value)];

/* SPDX-License-Identifier: GPL-3.0-or-later */
// One call: heard, seen, and its score taken apart rule by rule.
import { callPath, get, post } from "./api.js";
import { agentOf } from "./agent.js";
import { bearsSection } from "./bears.js";
import { callEvents, callFacts, callMeasures } from "./callfacts.js";
import { CallRemarks } from "./callremarks.js";
import { CallScore } from "./callscore.js";
import { CallSound } from "./callsound.js";
import { mayCoach, writeNote } from "./coaching.js";
import { addFlag, askChange, askConfirm, askOverturn, askReopen, decideFlag, mayDecide, mayHear, objectTo, undoOf, what } from "./decide.js";
import { failed, notice } from "./dialog.js";
import { h, replace, settled } from "./dom.js";
import { OwnAddress } from "./kept.js";
import { useKeys } from "./keys.js";
import { isSettled, settleForm } from "./objected.js";
import { pastChanges } from "./previews.js";
import { loadReasons, reasons, reasonTitle } from "./reasons.js";
import { rubricOf, titleOf } from "./rule.js";
import { clock, siteTime, t, word } from "./text.js";
import { isTakingBack, noteDecision, takeLast, takingBack } from "./undo.js";

const SEEK_MS = 5000; // by an arrow key

/** What the list says of a call whose flags one may not see: {call, person}, its number and who held the extension. */
async function heldBy(call, { call: { id, source }, recording }) {
  const { calls, whose } = await get("calls", { call: id, source, limit: 500 });
  const own = whose.find(({ number }, i) => (typeof call === "number" ? number === call : calls[i].recording.path === recording.path));
  return { call: own?.number ?? call, person: own?.person };
}

export async function callPage({ who, part, query, onLeave }) {
  const call = /^~\d+$/.test(part) ? Number(part.slice(1)) : part;
  const source = { source: query.source };
  const address = new OwnAddress();
  const heard = (rest) => (mayHear(who) ? get(callPath(call, rest), source) : null);
  const [result, listed, remarks] = await Promise.all([get(callPath(call), source), heard("/flags"), heard("/comments")]);
  if (mayHear(who)) await loadReasons();
  const known = listed ?? { flags: [], decisions: [], ...await heldBy(call, result) };
  const page = new CallPage({ who, call: known.call, result, listed: known, comments: remarks?.comments ?? [],
    rubric: await rubricOf(result.score), address, source: query.source, query });
  page.past = await pastChanges({ call: page.call });
  page.showScore();
  onLeave(() => page.leave());
  requestAnimationFrame(() => page.begin(query)); // by then it stands in the document
  return page.element;
}

class CallPage {
  constructor({ who, call, result, listed, comments, rubric, address, source, query }) {
    Object.assign(this, { who, call, result, rubric, address, source });
    this.lines = new Map((result.score?.deductions ?? []).map((line) => [`${line.rule} ${line.start_ms}`, line]));
    this.take(listed);
    this.current = this.named(query); // before there are keys: who is faster than the first picture means this flag
    this.noteSoon = settled(() => this.notePlace(), 300);
    this.sound = new CallSound({ call, result, flags: this.flags, onFlag: (flag) => this.choose(flag, true), onPlace: () => this.noteSoon() });
    const by = (ask) => () => this.decide(ask);
    this.acts = { confirm: by(askConfirm), overturn: by(askOverturn), change: by(askChange), reopen: by(askReopen), choose: (flag) => this.choose(flag, true), settle: () => this.settle(),
      object: () => this.object(), add: () => this.add(), coach: () => this.coach() };
    this.score = new CallScore({ who, rubric, acts: this.acts });
    this.remarks = mayHear(who) && new CallRemarks({ call, comments, sound: this.sound });
    this.settling = h("div.settling", { hidden: true });
    const seek = (ms) => this.sound.player.seek(ms);
    this.element = h("div.call", {}, this.head(), mayHear(who) && this.sound.element, this.settling,
      h("div.columns", {}, h("div.side", {}, this.score.element, this.remarks && this.remarks.element),
        h("div.side", {}, callFacts(result, this.person, who.numbers === "on_request" && (() => post(callPath(call, "/customer")).then(({ number }) => number))), bearsSection(result, seek), callMeasures(result), callEvents(result, seek))));
    useKeys(this.keys());
  }

  take({ flags, decisions, person }) {
    this.person = person;
    const line = (flag) => (flag.author ? null : this.lines.get(`${flag.rule} ${flag.start_ms}`));
    this.flags = flags.map((flag) => ({ ...flag, text: line(flag)?.text, ground: line(flag)?.ground })).sort((a, b) => a.start_ms - b.start_ms);
    this.decisions = decisions;
  }

  leave() {
    this.isLeft = true;
    this.sound.leave();
  }

  keys() {
    const { acts, sound } = this;
    const deciding = mayDecide(this.who) ? [
      { key: "c", does: "key.confirm", once: true, run: acts.confirm },
      { key: "o", does: "key.overturn", once: true, run: acts.overturn },
      ...Array.from({ length: 9 }, (_, i) => ({ key: String(i + 1), does: i === 0 && "key.codes", once: true, run: () => reasons()[i] && this.overturnFor(reasons()[i].code) })),
      { key: "p", does: "key.change", once: true, run: acts.change },
      { key: "z", does: "key.undo", once: true, run: () => takingBack(() => this.takeBack()) },
      { key: "u", does: "key.reopen", run: acts.reopen },
      ...(this.who.role === "lead" ? [{ key: "s", does: "key.settle", once: true, run: acts.settle }] : []),
      { key: "a", does: "key.add", run: acts.add },
    ] : [{ key: "x", does: "key.object", run: acts.object }];
    return [
      { key: "j", does: "key.nextFlag", run: () => this.step(1) },
      { key: "k", does: "key.previousFlag", run: () => this.step(-1) },
      { key: " ", does: "key.playPause", run: () => sound.playOrPause() },
      { key: "f", does: "key.play", run: () => sound.hear() },
      { key: "l", does: "key.loop", run: () => sound.hear({ loop: true }) },
      { key: "e", does: "key.playAll", run: () => sound.hear({ whole: true }) },
      { key: "[", does: "key.slower", run: () => sound.changeSpeed(-1) },
      { key: "]", does: "key.faster", run: () => sound.changeSpeed(1) },
      { key: "ArrowLeft", does: "key.back", run: () => sound.player.seek(sound.player.now - SEEK_MS) },
      { key: "ArrowRight", does: "key.on", run: () => sound.player.seek(sound.player.now + SEEK_MS) },
      { key: "+", does: "key.zoomIn", run: () => sound.zoom(2) },
      { key: "-", does: "key.zoomOut", run: () => sound.zoom(0.5) },
      ...deciding, ...(mayCoach(this.who) ? [{ key: "n", does: "key.coach", run: acts.coach }] : []),
      { key: "m", does: "key.comment", run: () => this.remarks && this.remarks.focus() },
      { key: "Escape", does: "key.toQueue", run: () => history.back() },
    ];
  }

  // ---- the place

  /** The flag that the address names, else the first. */
  named({ flag, at }) {
    return this.flags.find((one) => one.flag === Number(flag)) ?? this.flags.find((one) => one.start_ms === Number(at)) ?? this.flags[0] ?? null;
  }

  async begin({ flag, at, s, zoom, settle }) {
    if (flag && mayHear(this.who) && !this.flags.some((one) => one.flag === Number(flag))) notice(t("call.flagGone"));
    if (this.current) this.choose(this.current, false);
    if (!mayHear(this.who)) {
      this.atMs = Number(at);
      this.showScore();
      return;
    }
    if (settle) this.settle();
    if (Number(s) > 0) this.sound.player.seek(Number(s) * 1000);
    await this.sound.begin(Number(zoom));
  }

  /** Flag, second and zoom, for the address: a window that is loaded anew, or a colleague, comes to the same place. */
  notePlace() {
    if (this.isLeft || !this.element.isConnected || !this.address.isStill()) return;
    this.address.note(this.address.view, { source: this.source, flag: this.current?.flag, settle: this.settling.hidden ? null : 1, ...this.sound.place() });
  }

  // ---- the flags

  step(by) {
    const at = this.flags.indexOf(this.current) + by;
    if (this.flags[at]) this.choose(this.flags[at], false);
  }

  choose(flag, hear) {
    if (flag.flag !== this.current?.flag) this.endSettling();
    this.current = flag;
    this.sound.showFlags(this.flags, flag);
    this.showScore();
    this.sound.approach();
    this.noteSoon();
    if (hear) this.sound.hear();
  }

  async decide(ask) {
    if (isTakingBack()) return notice(t("undo.wait"));
    if (this.current && isSettled(this.current)) return this.settle();
    const flag = this.current;
    const verdict = flag && await ask(flag);
    if (verdict) await this.give(flag, verdict);
  }

  async overturnFor(code) {
    if (!this.current) return;
    if (this.current.objection || isTakingBack()) await this.decide(askOverturn);
    else await this.give(this.current, { state: "overturned", reason_code: code }, t("decided.for", { reason: reasonTitle(code) }));
  }

  async give(flag, verdict, words = t(`decided.${verdict.state}`)) {
    const answer = decideFlag({ ...flag, number: this.call }, verdict);
    noteDecision(flag, this.call, verdict.state, answer);
    await this.answered(answer, words);
  }

  async answered(answer, words) {
    try {
      const now = await answer;
      notice(words);
      await this.took(now);
    } catch (error) {
      failed(error);
      if (error.now) await this.took(error.now);
    }
  }

  /** Undoes what was decided last here, at once; what was decided on another call is seen before it is taken back. */
  async takeBack() {
    const last = await takeLast(({ number }) => number === this.call);
    if (!last) {
      notice(t("undo.none"));
    } else if (last.number !== this.call) {
      notice(t("undo.elsewhere", { rule: titleOf(last) }));
      location.hash = `#/call/~${last.number}?flag=${last.flag}`;
    } else {
      const flag = this.flags.find((one) => one.flag === last.flag);
      await this.answered(decideFlag({ ...last, ...flag, number: this.call, state: last.state }, undoOf(last.before)), t("undone"));
    }
  }

  /** Asks for the answer right below the waveform: what it is about is heard and seen meanwhile. */
  settle() {
    const flag = this.current;
    if (!flag?.objection) return;
    if (this.who.role !== "lead") {
      notice(t("objected.final", { who: flag.objection.decided_by }), "bad");
      return;
    }
    const form = settleForm({ ...flag.objection, range: flag.range }, {
      onDone: () => { this.endSettling(); get(callPath(this.call, "/flags")).then((now) => this.took(now)).catch(failed); },
      onCancel: () => this.endSettling(),
    });
    this.settling.hidden = false;
    replace(this.settling, h("section", { "aria-label": t("settle.title") }, h("h2", {}, t(isSettled(flag) ? "settle.again" : "settle.title")), what(flag), form));
    this.sound.element.scrollIntoView({ block: "start" });
    form.querySelector("textarea").focus({ preventScroll: true });
    this.noteSoon();
  }

  endSettling() {
    this.settling.hidden = true;
    replace(this.settling);
    this.noteSoon();
  }

  async add() {
    this.took(await addFlag(this.call, Math.round(this.sound.player.now), this.result.recording.duration_ms, this.rubric), "added");
  }

  /** A note to whoever held the extension, about the flag at hand or the call. */
  async coach() {
    const { person } = this;
    if (!person) return;
    const flag = this.current;
    await writeNote(person, [{ call: this.call, ...(flag ? { flag: flag.flag } : {}) }], flag && what(flag)).catch(failed);
  }

  async object() {
    if (this.current && this.who.role === "agent" && await objectTo(this.current)) await this.took(await get(callPath(this.call, "/flags")));
  }

  async took(answer, said) {
    if (!answer) return;
    if (said) notice(t(said));
    const current = this.current?.flag;
    this.take(answer);
    this.current = this.flags.find(({ flag }) => flag === current) ?? this.flags[0] ?? null;
    this.sound.showFlags(this.flags, this.current);
    this.showScore();
    this.result = await get(callPath(this.call)).catch(() => this.result);
    this.showScore();
  }

  // ---- what is shown

  showScore() {
    const { result, flags, decisions, current, past, atMs } = this;
    this.score.show({ result, flags, decisions, current, past, atMs });
  }

  head() {
    const { call, recording } = this.result;
    const place = [agentOf(call, this.person), call.customer].filter(Boolean).join(" ↔ ");
    return h("header.head", {}, h("div", {}, h("h1", {}, place || call.id),
      h("p", {}, [siteTime(call.started_at), clock(recording.duration_ms), call.direction && word("direction", call.direction), call.queue, call.id].filter(Boolean).join(" · "))),
    this.score.totalBox);
  }
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
// One call: heard, seen, and its score taken apart rule by rule.
import { callPath, get, post } from "./api.js";
import { bearsSection, eventTint, groundLine, hatchOf, partyOf, stretches, stretchWords } from "./bears.js";
import { callEvents, callFacts, callMeasures } from "./callfacts.js";
import { mayCoach, writeNote } from "./coaching.js";
import { addFlag, askChange, askConfirm, askOverturn, askReopen, decideFlag, flagWords, mayDecide, mayHear, objectTo, pointsOf, severityChip, stateChip, totalOf, undoOf, what } from "./decide.js";
import { emptyState, failed, notice } from "./dialog.js";
import { colour, h, icons, paint, replace, settled, svgIcon } from "./dom.js";
import { isKept, keptLine } from "./evidence.js";
import { keyButton } from "./flagpane.js";
import { chosen, keepDraft, viewNamed } from "./kept.js";
import { useKeys } from "./keys.js";
import { Lanes } from "./lanes.js";
import { isUnderObjection, mayObject, objectionChip, objectionPart, settleObjection } from "./objected.js";
import { peaksOf } from "./peaks.js";
import { Player, speeds, whyNot } from "./player.js";
import { pastChanges } from "./previews.js";
import { loadReasons, reasons, reasonTitle, reasonWords } from "./reasons.js";
import { rubricOf, ruleWords, titleOf } from "./rule.js";
import { STRETCH_MS_MAX, showSpectrogram } from "./spectrogram.js";
import { clock, deduction, moment, number, said, share, siteTime, t, word } from "./text.js";
import { forgetLast, lastDecision, noteDecision } from "./undo.js";
import { makeWave } from "./wave.js";

const QUIET_MS = 1500; // shorter pauses are left in when silence is skipped
const QUIET_KEEP_MS = 300; // of a skipped one, before the next word

export async function callPage({ who, part, query, onLeave }) {
  const call = /^~\d+$/.test(part) ? Number(part.slice(1)) : part;
  const source = { source: query.source };
  const address = viewNamed();
  const heard = (rest) => (mayHear(who) ? get(callPath(call, rest), source) : null);
  const [result, listed, remarks] = await Promise.all([get(callPath(call), source), heard("/flags"), heard("/comments")]);
  if (mayHear(who)) await loadReasons();
  const page = new CallPage(who, listed?.call ?? call, result, listed ?? { flags: [], decisions: [] }, remarks?.comments ?? [], await rubricOf(result.score));
  page.past = await pastChanges({ call: page.call });
  if (page.past) page.showScore();
  onLeave(() => page.leave());
  Object.assign(page, { address, source: query.source });
  requestAnimationFrame(() => page.begin(Number(query.flag), query)); // by then it stands in the document
  return page.element;
}

/** Spans in which nobody speaks, shortened so that the next word is not cut. */
function quietSpans(result) {
  const spoken = result.channels.flatMap((channel) => channel.speech_ms).sort((a, b) => a[0] - b[0]);
  const quiet = [];
  let end = 0;
  for (const [start, stop] of [...spoken, [result.recording.duration_ms, 0]]) {
    if (start - end >= QUIET_MS) quiet.push([end + QUIET_KEEP_MS, start - QUIET_KEEP_MS]);
    end = Math.max(end, stop);
  }
  return quiet;
}

class CallPage {
  constructor(who, call, result, listed, comments, rubric) {
    Object.assign(this, { who, call, result, comments, rubric });
    this.lines = new Map((result.score?.deductions ?? []).map((line) => [`${line.rule} ${line.start_ms}`, line]));
    this.take(listed);
    this.current = null;
    this.player = new Player({ onTime: () => this.showTime(), onChange: () => this.showPlaying() });
    this.player.load(call);
    this.noteSoon = settled(() => this.notePlace(), 300);
    this.lanes = new Lanes({ result, flags: this.flags, onFlag: (flag) => this.choose(flag, true), onSeek: (ms) => this.player.seek(ms) });
    this.waveBox = h("div.wave", { "aria-label": t("call.wave"), role: "img" });
    this.parties = h("div.parties", { "aria-hidden": "true" });
    this.spectrum = h("div.spectrum", { hidden: true });
    this.spectrumNames = h("div.names.spectrumNames", { hidden: true });
    this.side = h("div.side");
    this.unkept = h("p.clipsOnly", { hidden: true, role: "status" }, t("call.clips.none"));
    this.element = h("div.call", {}, this.head(), mayHear(who) && h("section.sound", { "aria-label": t("call.sound") }, this.transport(), h("div.tracks", {}, this.parties, this.waveBox, this.lanes.names, this.lanes.element, this.spectrumNames, this.spectrum)),
      h("div.columns", {}, h("div.side", {}, this.score = h("section.score"), mayHear(who) && (this.remarks = h("section"))), this.side));
    this.showScore();
    this.showRemarks();
    replace(this.side, callFacts(result), bearsSection(result, (ms) => this.player.seek(ms)), callMeasures(result), callEvents(result, (ms) => this.player.seek(ms)));
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
    this.wave?.destroy();
    this.player.destroy();
    this.sizes?.disconnect();
  }

  keys() {
    const deciding = mayDecide(this.who) ? [
      { key: "c", does: "key.confirm", once: true, run: () => this.decide(askConfirm) },
      { key: "o", does: "key.overturn", once: true, run: () => this.decide(askOverturn) },
      ...Array.from({ length: 9 }, (_, i) => ({ key: String(i + 1), does: i === 0 && "key.codes", once: true, run: () => reasons()[i] && this.overturnFor(reasons()[i].code) })),
      { key: "p", does: "key.change", once: true, run: () => this.decide(askChange) },
      { key: "z", does: "key.undo", once: true, run: () => this.takeBack() },
      { key: "u", does: "key.reopen", run: () => this.decide(askReopen) },
      ...(this.who.role === "lead" ? [{ key: "s", does: "key.settle", once: true, run: () => this.settle() }] : []),
      { key: "a", does: "key.add", run: () => this.add() },
    ] : [{ key: "x", does: "key.object", run: () => this.object() }];
    return [
      { key: "j", does: "key.nextFlag", run: () => this.step(1) },
      { key: "k", does: "key.previousFlag", run: () => this.step(-1) },
      { key: " ", does: "key.playPause", run: () => this.playOrPause() },
      { key: "f", does: "key.play", run: () => this.current && this.hear(this.current) },
      { key: "l", does: "key.loop", run: () => this.current && this.hear(this.current, { loop: true }) },
      { key: "e", does: "key.playAll", run: () => this.current && this.hear(this.current, { whole: true }) },
      { key: "[", does: "key.slower", run: () => this.changeSpeed(-1) },
      { key: "]", does: "key.faster", run: () => this.changeSpeed(1) },
      { key: "ArrowLeft", does: "key.back", run: () => this.player.seek(this.player.now - 5000) },
      { key: "ArrowRight", does: "key.on", run: () => this.player.seek(this.player.now + 5000) },
      { key: "+", does: "key.zoomIn", run: () => this.zoom(2) },
      { key: "-", does: "key.zoomOut", run: () => this.zoom(0.5) },
      ...deciding, ...(mayCoach(this.who) ? [{ key: "n", does: "key.coach", run: () => this.coach() }] : []),
      { key: "m", does: "key.comment", run: () => this.remarks?.querySelector("textarea").focus() },
      { key: "Escape", does: "key.toQueue", run: () => history.back() },
    ];
  }

  // ---- hearing and seeing

  /** Once the page is shown: the waveform needs to know how wide it is. */
  async begin(flag, { at, s, zoom }) {
    if (flag && mayHear(this.who) && !this.flags.some((one) => one.flag === flag)) notice(t("call.flagGone"));
    if (this.flags.length) this.choose(this.flags.find((one) => one.flag === flag) ?? this.flags.find((one) => one.start_ms === Number(at)) ?? this.flags[0], false);
    if (!mayHear(this.who)) {
      this.atMs = Number(at);
      this.showScore();
      return;
    }
    if (Number(s) > 0) this.player.seek(Number(s) * 1000);
    replace(this.waveBox, h("p.empty", {}, t("loading")));
    this.follow(this.waveBox.clientWidth);
    try {
      const peaks = await peaksOf(this.call);
      replace(this.waveBox);
      this.showWave(peaks);
      if (Number(zoom) > 1) this.wave?.once("ready", () => this.zoom(Number(zoom)));
      this.peaks = peaks;
      this.element.querySelector(".sound").append(...[keptLine(peaks), this.unkept].filter(Boolean));
      if (this.current) this.sayUnkept(this.current);
    } catch (error) {
      replace(this.waveBox, h("p.problem.block", { role: "alert" }, t("call.noSound"), " ", error.message));
      this.follow(this.waveBox.clientWidth);
    }
  }

  showWave(peaks) {
    if (!this.element.isConnected) return;
    const { recording, channels, events } = this.result;
    const parties = (peaks.channels.length === channels.length ? channels : peaks.channels.map((_, index) => ({ role: "mixed", index }))).map((channel) => partyOf(channel, recording.layout));
    const roles = parties.map(({ tint }) => tint);
    replace(this.parties, parties.map(({ name, tint }) => h(`span.${tint}`, {}, name)));
    const regions = [
      ...stretches(this.result).map((one) => ({ start_ms: one.start_ms, end_ms: one.end_ms, color: "transparent", hatch: this.hatching(hatchOf(one)), words: stretchWords(this.result, one) })),
      ...events.map((event) => ({ start_ms: event.start_ms, end_ms: event.end_ms, color: paint(`color-mix(in srgb, ${eventTint(event.type)} 14%, transparent)`) })),
      ...this.flags.map((flag) => ({ start_ms: flag.start_ms, end_ms: flag.end_ms, color: colour("--mark") })),
    ];
    this.wave = makeWave({ container: this.waveBox, audio: this.player.audio, peaks, duration_ms: recording.duration_ms, roles, regions });
    const follow = () => this.follow(this.wave.getWrapper().clientWidth, this.wave.getScroll());
    for (const name of ["ready", "redraw", "scroll", "zoom", "resize"]) this.wave.on(name, follow);
    this.wave.on("interaction", () => { this.player.span = null; });
  }

  /** The waveform stands in a shadow root that our style sheet does not reach. */
  hatching(kind) {
    const probe = this.element.appendChild(h(`i.hatch.${kind}`, { hidden: true }));
    const { backgroundImage } = getComputedStyle(probe);
    probe.remove();
    return backgroundImage;
  }

  follow(width, scroll = 0) {
    this.lanes.follow(width, scroll);
  }

  transport() {
    this.playButton = h("button.round", { type: "button", onclick: () => this.playOrPause() });
    this.time = h("span.time", {}, clock(0, true));
    const speed = this.speed = h("select", { "aria-label": t("call.speed"), onchange: (event) => this.player.setSpeed(Number(event.target.value)) },
      speeds.map((value) => h("option", { value, selected: value === chosen("speed", 1) }, `${number(value)}×`)));
    const toggle = (words, act) => h("button.toggle", { type: "button", "aria-pressed": "false", onclick: (event) => {
      const on = event.currentTarget.getAttribute("aria-pressed") !== "true";
      event.currentTarget.setAttribute("aria-pressed", String(on));
      act(on);
    } }, t(words));
    this.skip = toggle("call.skipSilence", (on) => { this.player.quiet = on ? quietSpans(this.result) : null; });
    const bar = h("div.transport", {}, this.playButton, this.time,
      h("button", { type: "button", onclick: () => this.current && this.hear(this.current) }, t("do.playFlag")),
      h("button", { type: "button", onclick: () => this.current && this.hear(this.current, { loop: true }) }, t("do.loopFlag")),
      speed, this.skip, toggle("call.spectrogram", (on) => this.toggleSpectrogram(on)),
      h("span.spacer"), h("button", { type: "button", onclick: () => this.zoom(0.5), "aria-label": t("key.zoomOut") }, "−"), h("button", { type: "button", onclick: () => this.zoom(2), "aria-label": t("key.zoomIn") }, "+"));
    this.showPlaying();
    return bar;
  }

  zoom(by) {
    if (!this.wave) return;
    const fit = this.waveBox.clientWidth / (this.result.recording.duration_ms / 1000);
    this.pxPerSec = Math.min(400, Math.max(fit, (this.pxPerSec ?? fit) * by));
    this.wave.zoom(this.pxPerSec);
    this.noteSoon();
  }

  /** What the waveform shows, as [from_ms, to_ms); where that is too much, the stretch around the play head or the flag. */
  inView() {
    const { duration_ms } = this.result.recording;
    const whole = this.wave?.getWrapper().clientWidth || 1;
    const from = ((this.wave?.getScroll() ?? 0) / whole) * duration_ms;
    const to = Math.min(duration_ms, from + (this.waveBox.clientWidth / whole) * duration_ms);
    if (to - from <= STRETCH_MS_MAX) return [from, to];
    const middle = this.player.now || this.current?.start_ms || 0;
    const start = Math.max(0, Math.min(duration_ms - STRETCH_MS_MAX, middle - STRETCH_MS_MAX / 2));
    return [start, start + STRETCH_MS_MAX];
  }

  async toggleSpectrogram(on) {
    this.spectrum.hidden = this.spectrumNames.hidden = !on;
    if (on)
      await showSpectrogram(this.spectrumNames, this.spectrum, this.call, this.result, ...this.inView())
        .catch((error) => replace(this.spectrum, h("p.problem.block", { role: "alert" }, error.message)));
  }

  /** Flag, second and zoom, for the address: a window that is loaded anew, or a colleague, comes to the same place. */
  notePlace() {
    if (this.isLeft || !this.element.isConnected || viewNamed() !== this.address) return;
    const fit = this.waveBox.clientWidth / (this.result.recording.duration_ms / 1000);
    const zoom = this.pxPerSec > fit ? Math.round((100 * this.pxPerSec) / fit) / 100 : null;
    const seconds = Math.round(this.player.now / 100) / 10;
    const words = new URLSearchParams(Object.entries({ source: this.source, flag: this.current?.flag, s: seconds || null, zoom }).filter(([, value]) => value)).toString();
    history.replaceState(null, "", `${this.address}${words ? `?${words}` : ""}`);
  }

  changeSpeed(by) {
    this.player.changeSpeed(by);
    this.speed.value = String(chosen("speed", 1));
  }

  showTime() {
    if (!this.player.isPlaying) this.noteSoon();
    this.time.textContent = `${clock(this.player.now, true)} / ${clock(this.result.recording.duration_ms)}`;
  }

  showPlaying() {
    if (!this.playButton) return;
    const playing = this.player.isPlaying;
    if (!playing) this.noteSoon();
    replace(this.playButton, svgIcon(playing ? icons.pause : icons.play));
    this.playButton.setAttribute("aria-label", t(playing ? "do.pause" : "do.play"));
  }

  async hear(flag, how) {
    await this.player.playFlag(flag, how).catch((error) => this.cannotPlay(error));
  }

  async cannotPlay(error) {
    failed({ message: (await whyNot(this.call)) ?? error.message });
  }

  playOrPause() {
    if (this.player.isPlaying) this.player.pause();
    else this.player.playOn().catch((error) => this.cannotPlay(error));
  }

  // ---- the flags

  step(by) {
    const at = this.flags.indexOf(this.current) + by;
    if (this.flags[at]) this.choose(this.flags[at], false);
  }

  choose(flag, hear) {
    this.current = flag;
    this.lanes.showFlags(this.flags, flag.flag);
    this.sayUnkept(flag);
    this.showScore();
    this.player.audio.readyState > 0 && !this.player.isPlaying && this.player.seek(flag.start_ms - 3000);
    this.noteSoon();
    if (hear) this.hear(flag);
  }

  /** Silence around a flag must not be taken for evidence. */
  sayUnkept(flag) {
    this.unkept.hidden = !this.peaks || isKept(this.peaks, flag);
  }

  async decide(ask) {
    const flag = this.current;
    const verdict = flag && await ask(flag);
    if (verdict) await this.give(flag, verdict);
  }

  async overturnFor(code) {
    if (!this.current) return;
    if (isUnderObjection(this.current)) await this.decide(askOverturn);
    else await this.give(this.current, { state: "overturned", reason_code: code }, t("decided.for", { reason: reasonTitle(code) }));
  }

  async give(flag, verdict, words = t(`decided.${verdict.state}`)) {
    try {
      const answer = await decideFlag({ ...flag, number: this.call }, verdict);
      noteDecision(flag, this.call, verdict.state);
      notice(words);
      await this.took(answer);
      return true;
    } catch (error) {
      failed(error);
      if (error.now) await this.took(error.now);
      return false;
    }
  }

  /** Undoes what was decided last here, at once. */
  async takeBack() {
    const last = lastDecision();
    if (!last) return notice(t("undo.none"));
    if (last.number !== this.call) { // seen before it is taken back
      notice(t("undo.elsewhere", { rule: titleOf(last) }));
      location.hash = `#/call/~${last.number}?flag=${last.flag}`;
      return undefined;
    }
    forgetLast();
    const flag = this.flags.find((one) => one.flag === last.flag);
    if (await this.give({ ...flag, state: last.state }, undoOf(last.before), t("undone"))) forgetLast(); // an undoing is not undone
    return undefined;
  }

  async settle() {
    const flag = this.current;
    if (this.who.role !== "lead" || !flag || !isUnderObjection(flag)) return;
    if (await settleObjection({ ...flag.objection, range: flag.range }).catch(failed)) await this.took(await get(callPath(this.call, "/flags")));
  }

  async add() {
    this.took(await addFlag(this.call, Math.round(this.player.now), this.result.recording.duration_ms, this.rubric), "added");
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

  async took(answer, said_) {
    if (!answer) return;
    if (said_) notice(t(said_));
    const current = this.current?.flag;
    this.take(answer);
    this.current = this.flags.find(({ flag }) => flag === current) ?? this.flags[0] ?? null;
    this.lanes.showFlags(this.flags, this.current?.flag);
    this.showScore();
    this.result = await get(callPath(this.call)).catch(() => this.result);
    this.showScore();
  }

  // ---- what is shown

  head() {
    const { call, recording } = this.result;
    const place = [call.agent, call.customer].filter(Boolean).join(" ↔ ");
    return h("header.head", {}, h("div", {}, h("h1", {}, place || call.id),
      h("p", {}, [siteTime(call.started_at), clock(recording.duration_ms), call.direction && word("direction", call.direction), call.queue, call.id].filter(Boolean).join(" · "))),
    this.totalBox = h("div.totalBox"));
  }

  showScore() {
    const { score } = this.result;
    replace(this.totalBox, score ? [h("span.label", {}, t("call.total")), totalOf(score), h("small", {}, t("call.of", { base: score.base }))] : h("span.label", {}, t("call.noScore")));
    if (!score) {
      replace(this.score, h("h2", {}, t("call.score")), emptyState(t("call.noScoreWhy")));
      return;
    }
    const rules = Map.groupBy(this.flags, (flag) => flag.rule);
    replace(this.score,
      h("div.between", {}, h("h2", {}, t("call.score")), h("small", {}, t("call.rubric", { rubric: said(this.rubric?.title) || score.rubric, version: score.rubric_version })),
        h("span.spacer"), mayCoach(this.who) && h("button", { type: "button", onclick: () => this.coach() }, t("coaching.write"), h("kbd", { "aria-hidden": "true" }, "n")), mayDecide(this.who) && h("button", { type: "button", onclick: () => this.add() }, t("do.add"), h("kbd", { "aria-hidden": "true" }, "a"))),
      score.exception && h("p.quoted", {}, t("call.exception"), " ", said(score.exception.text ?? { en: score.exception })),
      mayHear(this.who) ? [rules.size === 0 && emptyState(t("call.noFlags")), [...rules].map(([rule, flags]) => this.rule(rule, flags)), this.unbroken(rules)] : this.computed(score),
      h("p.sum", {}, h("span", {}, t("call.total")), totalOf(score)),
      this.history(), this.past);
  }

  /** For who may not see the flags: what the analyzer took off and where, as a sheet says it too; nothing of what was decided. */
  computed(score) {
    const costly = score.deductions.filter(({ points }) => points > 0);
    const titleOfRule = (id) => { const rule = this.rubric?.rules.find((one) => one.rule === id); return rule ? titleOf(rule) : id; };
    return [h("p.unseenFlags", {}, t("call.flagsUnseen"), " ", t(costly.length ? "call.computed" : "call.computedNone")), costly.map((one) =>
      h("div.line", { "aria-current": one.start_ms === this.atMs ? "true" : null }, h("div.words", {}, h("p", {}, h("b", {}, titleOfRule(one.rule)), " ", said(one.text)), h("p.tags", {}, h("span", {}, `${clock(one.start_ms)}–${clock(one.end_ms)}`))), h("span.points", {}, deduction(one.points))))];
  }

  rule(rule, flags) {
    const sum = flags.reduce((all, flag) => all + flag.standing_points, 0);
    return h("div.rule", {}, h("h3", {}, h("span", { title: rule }, titleOf(flags[0])), h("span.points", {}, deduction(sum))), this.ruleLines(rule),
      flags.map((flag) => this.flagLine(flag)));
  }

  /** What the rule asks, costs and allows, where its rubric is known. */
  ruleLines(id) {
    const rule = this.rubric?.rules.find((one) => one.rule === id);
    return rule && h("p.asks", {}, ruleWords(rule).map((words) => h("span", {}, words)));
  }

  unbroken(flagged) {
    const rest = (this.rubric?.rules ?? []).filter(({ rule, manual }) => !flagged.has(rule) && !manual);
    return rest.length > 0 && !this.result.score.exception && h("details.rule", {}, h("summary", {}, t("call.unbroken", { n: rest.length })),
      rest.map((rule) => h("div.rule", {}, h("h3", {}, h("span", { title: rule.rule }, titleOf(rule)), h("span.points", {}, deduction(0))), this.ruleLines(rule.rule))));
  }

  flagLine(flag) {
    const isCurrent = flag === this.current;
    const number_ = this.flags.indexOf(flag) + 1;
    const button = (key, words, act, kind = "") => keyButton(key, t(words), () => this.decide(act), kind);
    return h("div.line", { "aria-current": isCurrent ? "true" : null },
      h("button.pick", { type: "button", onclick: () => this.choose(flag, true), "aria-label": t("lane.flag", { n: number_, rule: titleOf(flag) }) }, String(number_)),
      h("div.words", {}, h("p", {}, flagWords(flag)), groundLine(flag),
        h("p.tags", {}, severityChip(flag), stateChip(flag), objectionChip(flag), h("span", {}, `${clock(flag.start_ms)}–${clock(flag.end_ms)}`), h("span", {}, t("flag.sure", { share: share(flag.confidence) })), flag.author && h("span", {}, t("flag.by", { who: flag.author }))),
        reasonWords(flag) && h("p.quoted", {}, reasonWords(flag)), (isCurrent || flag.objection) && objectionPart(flag, this.who),
        isCurrent && mayDecide(this.who) && h("div.decide", {}, button("c", "do.confirm", askConfirm, ".confirm"), button("o", "do.overturn", askOverturn, ".overturn"), button("p", "do.change", askChange), flag.state !== "open" && button("u", "do.reopen", askReopen),
          this.who.role === "lead" && isUnderObjection(flag) && keyButton("s", t("do.settle"), () => this.settle(), ".primary")),
        isCurrent && this.who.role === "agent" && mayObject(flag) && h("div.decide", {}, keyButton("x", t("do.object"), () => this.object()))),
      pointsOf(flag));
  }

  history() {
    if (!this.decisions.length) return null;
    return h("div.history", {}, h("h2", {}, t("call.history")), h("ol", {}, this.decisions.map((one) =>
      h("li", {}, h("span.state", { class: `state ${one.state}` }, word("state", one.state)), " ", titleOf(one), " ", deduction(one.points), h("small", {}, `${one.by} · ${moment(one.at)}`), reasonWords(one) && h("p.quoted", {}, reasonWords(one))))));
  }

  showRemarks() {
    if (!this.remarks) return;
    this.lanes.showRemarks(this.comments.filter(({ position_ms }) => position_ms !== null));
    const send = async (event) => {
      event.preventDefault();
      const { text, here } = Object.fromEntries(new FormData(event.target));
      try {
        ({ comments: this.comments } = await post(callPath(this.call, "/comments"), { text, position_ms: here ? Math.round(this.player.now) : null }));
        forget();
        this.showRemarks();
      } catch (error) {
        failed(error);
      }
    };
    const form = h("form.remark", { onsubmit: send }, h("textarea", { name: "text", rows: 2, maxlength: 4000, required: true, "aria-label": t("call.comment") }),
      h("div.between", {}, h("label.check", {}, h("input", { type: "checkbox", name: "here", value: "1", checked: true }), " ", t("call.commentHere")), h("button", { type: "submit" }, t("do.comment"))));
    replace(this.remarks, h("h2", {}, t("call.comments")), h("ol.remarks", {}, this.comments.map((one) => h("li", {}, h("b", {}, one.by), h("small", {}, moment(one.at)),
      one.position_ms !== null && h("button.chip", { type: "button", onclick: () => { this.player.seek(one.position_ms); this.player.playOn().catch((error) => this.cannotPlay(error)); } }, clock(one.position_ms)), h("p", {}, one.text)))),
    form);
    const forget = keepDraft(form, `remark.${this.call}`);
  }
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
// What stands beside a call's score: its facts, what was measured, its events.
import { eventTint, partyOf } from "./bears.js";
import { agentOf } from "./agent.js";
import { failed } from "./dialog.js";
import { h, replace } from "./dom.js";
import { fact } from "./flagpane.js";
import { eventWords } from "./lanes.js";
import { fixed, number, t, word } from "./text.js";

/** The customer's number; where it has stars, with the way to it in full for those who may ask: ask() resolves to it. */
function customerPart({ customer }, ask) {
  if (!customer?.includes("*") || !ask) return customer ?? "–";
  const shown = h("span", {}, customer);
  const button = h("button.plain", { type: "button", title: t("number.why"), onclick: () => ask().then((number) => { replace(shown, number); button.remove(); }).catch(failed) }, t("number.show"));
  return [shown, " ", button];
}

/** `askNumber`: see customerPart. Who called whom, by which recorder, into which files. */
export function callFacts({ recording, call }, person, askNumber) {
  const [legs, copies] = [recording.legs, recording.copies].map((list) => (Array.isArray(list) ? list : []));
  const files = (list) => h("ul.files", {}, list.map((words) => h("li", {}, words)));
  const nameOf = (path) => String(path).split("/").at(-1);
  return h("section", {}, h("h2", {}, t("call.facts")), h("dl.facts", {},
    fact("flag.person", agentOf(call, person) ?? "–"), fact("call.customer", customerPart(call, askNumber)), fact("call.source", call.source ?? "–"),
    fact("call.layout", word("layout", recording.layout)), fact("call.encoding", `${recording.container} ${recording.encoding}, ${number(recording.rate_hz / 1000)} kHz`),
    legs.length > 0 && fact("call.legs", files(legs.map((leg, index) => `${partyOf({ role: leg?.role, index }, recording.layout).name}: ${nameOf(leg?.path)}`))),
    copies.length > 0 && fact("call.copies", files(copies.map(nameOf)))));
}

/** What was measured of it, the longest as bars against the whole call. */
export function callMeasures({ measures, recording }) {
  const seconds = (ms) => (ms === null || ms === undefined ? "–" : t("secondsShort", { n: fixed(ms / 1000) }));
  const talk = [["talk_agent_ms", "--agent"], ["talk_customer_ms", "--customer"], ["hold_total_ms", "--event-hold"], ["silence_total_ms", "--event-silence"]];
  const whole = recording.duration_ms;
  return h("section", {}, h("h2", {}, t("call.measures")),
    h("div.bars", {}, talk.map(([name, tint]) => h("div.bar", {}, h("span", {}, t(`measure.${name}`)),
      h("span.track", { "aria-hidden": "true" }, h("i", { style: { width: `${Math.min(100, (100 * (measures[name] ?? 0)) / whole)}%`, background: `var(${tint})` } })), h("b", {}, seconds(measures[name]))))),
    h("dl.facts", {}, ["greeting_delay_ms", "response_agent_median_ms", "longest_monologue_agent_ms", "overtalk_total_ms"].map((name) => fact(`measure.${name}`, seconds(measures[name]))),
      ["interruptions_agent_count", "speaker_switches_per_minute"].map((name) => fact(`measure.${name}`, number(measures[name], 1)))));
}

/** Every event; onSeek(ms) when one is chosen. */
export function callEvents({ events }, onSeek) {
  if (!events.length) return null;
  return h("section", {}, h("h2", {}, t("lane.events")), h("ul.events", {}, events.map((event) =>
    h("li", {}, h("button.plain", { type: "button", onclick: () => onSeek(event.start_ms) }, h("i.dot", { style: { background: eventTint(event.type) } }), eventWords(event))))));
}

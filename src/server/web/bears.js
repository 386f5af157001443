/* SPDX-License-Identifier: GPL-3.0-or-later */
// What a recording bears: where its result lets nothing cost points, and why.
import { h } from "./dom.js";
import { clock, has, said, share, t, word } from "./text.js";

const OUTSIDE_MS_LEAST = 1000; // what the parties' first and last words leave is no news

const outside = (start_ms, end_ms, reason) => ({ state: "outside", what: [], start_ms, end_ms, reason });

/** Outside the conversation. A result without conversation_ms is an old one, and all of it counts. */
function beyond({ recording: { duration_ms }, conversation_ms }) {
  if (conversation_ms === undefined) return [];
  if (conversation_ms === null) return [outside(0, duration_ms, "no_conversation")];
  const [start, end] = conversation_ms;
  return [outside(0, start, "before_conversation"), outside(end, duration_ms, "after_conversation")].filter((one) => one.end_ms - one.start_ms >= OUTSIDE_MS_LEAST);
}

/** [{state, what: [aspects], start_ms, end_ms, reason, confidence?}] by start; what lacks the same seconds for the same reason is one. */
export function stretches(result) {
  const spans = Map.groupBy(result.measurable?.spans ?? [], (span) => [span.start_ms, span.end_ms, span.state, span.reason, span.confidence].join(" "));
  const merged = [...spans.values()].map((list) => ({ ...list[0], what: list.map(({ what }) => what) }));
  return [...beyond(result), ...merged].sort((a, b) => a.start_ms - b.start_ms || b.end_ms - a.end_ms);
}

/** The reason's sentence as the result tells it, or as the tables do; the bare id of one that nobody knows. */
export function whyOf(result, stretch) {
  const told = (result.measurable?.reasons ?? []).filter(({ id }) => id === stretch.reason);
  return said((told.find(({ what }) => stretch.what.includes(what)) ?? told[0])?.text) || word("ground", stretch.reason);
}

/** "silence, overtalk: not measurable"; "outside the conversation". */
const stateWords = ({ state, what }) => [what.map((one) => word("aspect", one)).join(t("rule.and")), word("quality", state)].filter(Boolean).join(t("bears.colon"));

const sure = ({ confidence }) => typeof confidence === "number" && t("flag.sure", { share: share(confidence) });

/** "0:12–0:24 · silence: not measurable · the recorder wrote nothing here · 97 % sure". */
export const stretchWords = (result, stretch) =>
  [`${clock(stretch.start_ms)}–${clock(stretch.end_ms)}`, stateWords(stretch), whyOf(result, stretch), sure(stretch)].filter(Boolean).join(" · ");

/** The class of its hatching; a state that we do not know looks like the gravest. */
export const hatchOf = ({ state }) => (["outside", "degraded"].includes(state) ? state : "not_measurable");

/** Why a flag is but a note, where that is what the recording does not bear. */
export const groundLine = ({ ground }) =>
  ground && h("p.ground", {}, h("i.hatch.not_measurable", { "aria-hidden": "true" }), t("flag.ground", { why: said(ground.text) || word("ground", ground.id) }));

/** What is told of the call as a whole: a reason without seconds, or an aspect that is not "ok" without a reason. */
function ofWholeCall({ measurable = {} }) {
  const bySpan = new Set((measurable.spans ?? []).map(({ reason }) => reason));
  const reasons = (measurable.reasons ?? []).filter(({ id }) => !bySpan.has(id));
  const explained = new Set([...(measurable.reasons ?? []).map(({ what }) => what), ...(measurable.spans ?? []).map(({ what }) => what)]);
  const bare = Object.entries(measurable).filter(([what, state]) => typeof state === "string" && state !== "ok" && !explained.has(what));
  const stateOf = (what) => (typeof measurable[what] === "string" && measurable[what] !== "ok" ? measurable[what] : "degraded");
  return [
    ...[...Map.groupBy(reasons, ({ id, what }) => `${id} ${stateOf(what)}`).values()].map((list) => ({ state: stateOf(list[0].what), what: list.map(({ what }) => what), reason: list[0].id })),
    ...bare.map(([what, state]) => ({ state, what: [what], reason: null })),
  ];
}

const item = (stretch, place, why) => h("li", {}, h(`i.hatch.${hatchOf(stretch)}`, { "aria-hidden": "true" }),
  h("div", {}, place, " ", h("b", {}, stateWords(stretch)), why && h("p", {}, why), sure(stretch) && h("small", {}, sure(stretch))));

/** The list of all of it; null where there is nothing to tell: an old result that could be measured in full. */
export function bearsSection(result, onSeek) {
  const { conversation_ms } = result;
  const parts = stretches(result);
  const whole = ofWholeCall(result);
  if (conversation_ms === undefined && !parts.length && !whole.length) return null;
  return h("section", {}, h("h2", {}, t("bears.title")),
    conversation_ms !== undefined && h("p", {}, conversation_ms ? t("bears.conversation", { from: clock(conversation_ms[0]), to: clock(conversation_ms[1]) }) : t("bears.noConversation")),
    whole.length + parts.length === 0 && h("p", {}, t("bears.all")),
    whole.length + parts.length > 0 && [h("p.caption", {}, t("bears.lead")), h("ul.bears", {},
      whole.map((one) => item(one, t("bears.wholeCall"), one.reason && whyOf(result, one))),
      parts.map((one) => item(one, h("button.chip", { type: "button", onclick: () => onSeek(one.start_ms) }, `${clock(one.start_ms)}–${clock(one.end_ms)}`), whyOf(result, one))))]);
}

/** Stretches or events, by start, in rows within which none overlaps another. */
export function rowsOf(list) {
  const rows = [];
  for (const one of list) {
    const row = rows.find((other) => other.at(-1).end_ms <= one.start_ms);
    if (row) row.push(one);
    else rows.push([one]);
  }
  return rows;
}

const knownType = (type) => /^[a-z_0-9]+$/.test(type) && has(`event.${type}`);

/** An event's colour of the tables, for CSS, or that of what stands on it. */
export const eventTint = (type, part = "") => `var(--event-${knownType(type) ? type : "unknown"}${part})`;

/** How a channel is called and tinted; its party is not always known. */
export function partyOf({ role, index }, layout) {
  const isKnown = role === "agent" || role === "customer" || (role === "mixed" && layout !== "leg");
  return { name: isKnown ? word("role", role) : role && role !== "mixed" ? role : t("role.unknown", { channel: (index ?? 0) + 1 }), tint: isKnown ? role : "mixed" };
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
// Results of calls that the recording bears in part, made from one of the stage's: what a recorder of today would post.

const silenceOf = ({ events, score }) => events.find(({ id }) => id === score.deductions.find(({ rule }) => rule === "dead-air").event);

/** The same with these events among its own, in order and numbered anew. */
function withEvents(result, more) {
  const events = [...result.events, ...more].sort((a, b) => a.start_ms - b.start_ms);
  const numbered = events.map((event, i) => ({ ...event, id: i + 1 }));
  const deductions = result.score.deductions.map((one) => ({ ...one, decision: null, event: one.event && events.findIndex(({ id }) => id === one.event) + 1 }));
  return { ...result, events: numbered, score: { ...result.score, deductions } };
}

export const sentence = { en: "one party's line is idle here", zh: "此处一方线路无信号" };

/** A silence while the customer's line is idle, noise, a line that is lost at the end, and a bounded conversation. */
export function bornInPart(result, id) {
  const { duration_ms } = result.recording;
  const silence = silenceOf(result);
  const lost_ms = Math.round(duration_ms * 0.85);
  const noise = [Math.round(duration_ms * 0.12), Math.round(duration_ms * 0.28)];
  const span = (what, state, start_ms, end_ms, reason, confidence) => ({ what, state, start_ms, end_ms, reason, confidence });
  const born = withEvents(result, [
    { type: "line_idle", start_ms: silence.start_ms + 200, end_ms: silence.end_ms, side: "customer", confidence: 0.97 },
    { type: "line_lost", start_ms: lost_ms, end_ms: duration_ms, side: "customer", confidence: 0.91 },
  ]);
  const deductions = born.score.deductions.map((one) => (one.rule === "dead-air" ? { ...one, points: 0, severity: "note", ground: { id: "line_idle", text: sentence } } : { ...one, ground: null }));
  return {
    ...born, conversation_ms: [Math.round(duration_ms * 0.06), lost_ms], call: { ...result.call, id, started_at: "2025-11-21T09:30:00+08:00", facts: { agent: "name", started_at: "cdr" } },
    recording: { ...result.recording, copies: ["/mnt/archive/same-call.ogg"] },
    measurable: { ...result.measurable, reasons: [
      { id: "line_idle", what: "silence", text: sentence }, { id: "line_lost", what: "silence", text: { en: "one party's line is gone from here on", zh: "此后一方线路中断" } },
      { id: "noise", what: "overtalk", text: { en: "speech hardly stands out of the noise", zh: "语音信噪比过低" } },
    ], spans: [
      span("silence", "not_measurable", silence.start_ms + 200, silence.end_ms, "line_idle", 0.97), span("overtalk", "not_measurable", silence.start_ms + 200, silence.end_ms, "line_idle", 0.97),
      span("overtalk", "degraded", ...noise, "noise", 0.8), span("silence", "not_measurable", lost_ms, duration_ms, "line_lost", 0.91),
    ] },
    score: { ...born.score, deductions, total: born.score.base - deductions.reduce((sum, { points }) => sum + points, 0), decided_total: null }, analyzer: { ...result.analyzer, rules: 2 },
  };
}

/** One party's file, by an analyzer that has words which nobody knows yet. */
export function leg(result, id) {
  const [channel] = result.channels;
  const born = withEvents({ ...result, events: [], score: { ...result.score, deductions: [] } }, [
    { type: "sneeze", start_ms: 1000, end_ms: 4000, side: "robot", confidence: 0.5 }, { type: "silence", start_ms: 5000, end_ms: 9000, cause: "eclipse", confidence: 0.9 },
    { type: "overtalk", start_ms: 9500, end_ms: 11000, by: null, kind: "duet", confidence: 0.9 },
  ]);
  return {
    ...born, conversation_ms: null, call: { ...result.call, id, started_at: "2025-11-21T09:40:00+08:00" }, recording: { ...result.recording, layout: "leg", channels: 1 },
    channels: [{ ...channel, index: 0, role: null }], measurable: { ...result.measurable, silence: "not_measurable", overtalk: "not_measurable", hold: "blurred", reasons: [
      { id: "leg", what: "silence", text: { en: "only one party's line is in this file", zh: "该文件只有一方的声音" } }, { id: "leg", what: "overtalk", text: { en: "only one party's line is in this file", zh: "该文件只有一方的声音" } },
      { id: "sunspots", what: "rhythm", text: { en: "the sun was loud", zh: "太阳太吵" } },
    ], spans: [{ what: "rhythm", state: "smeared", start_ms: 2000, end_ms: 6000, reason: "moonshine", confidence: 0.6 }] },
    score: { ...born.score, total: born.score.base, decided_total: null }, analyzer: { ...result.analyzer, rules: 2 },
  };
}

/** Posts both as the recorder `name`, made from the stage's call `of`. */
export async function postSituations(stage, of, name = "situations") {
  const token = stage.command("token", "add", name, "--role", "recorder").trim();
  const results = [bornInPart(of, `${name}-part`), leg(of, `${name}-leg`)];
  for (const result of results) {
    const reply = await fetch(`${stage.url}/api/v1/results`, { method: "POST", headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json", "Idempotency-Key": result.call.id }, body: JSON.stringify(result) });
    if (reply.status !== 201) throw new Error(`${result.call.id}: ${reply.status} ${await reply.text()}`);
  }
  stage.calls += results.length;
  return results;
}

/** A call of two channels with a silence that costs points. */
export const silentCall = ({ calls }) => calls.find(({ recording, score }) => recording.layout === "stereo" && score?.deductions.some(({ rule, points }) => rule === "dead-air" && points > 0));

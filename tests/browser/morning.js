/* SPDX-License-Identifier: GPL-3.0-or-later */
// A queue as long as a morning: more of the stage's calls that have flags, on days before.
import { person } from "./round.js";

/** Posts copies of calls, as the recorder `name`, until `least` flags wait for a decision; `page` is somebody who may list them. */
export async function fillQueue(stage, page, least, name) {
  const ask = (path) => page.evaluate(async (to) => (await fetch(`api/v1/${to}`)).json(), path);
  const token = stage.command("token", "add", name, "--role", "recorder").trim();
  const lead = await person(stage.url, "lead"); // whose results have no stars in them
  const { calls } = await lead("GET", "calls?limit=100");
  const costing = calls.filter(({ score }) => score?.deductions.some(({ points }) => points > 0));
  const wanting = least - (await ask("flags/count")).flags;
  const lines = [];
  for (let day = 1, flags = 0; flags < wanting; day++)
    for (const result of costing) {
      const started_at = new Date(Date.parse("2025-10-31T00:00:00Z") - day * 86400000).toISOString().slice(0, 10) + (result.call.started_at ?? "").slice(10);
      const id = `${result.call.id}-${name}${day}`;
      const score = { ...result.score, decided_total: null, deductions: result.score.deductions.map((one) => ({ ...one, decision: null })) };
      lines.push(JSON.stringify({ key: id, result: { ...result, score, call: { ...result.call, id, started_at }, recording: { ...result.recording } } }));
      flags += result.score.deductions.filter(({ points }) => points > 0).length;
      if (flags >= wanting) break;
    }
  if (!lines.length) return;
  const reply = await fetch(`${stage.url}/api/v1/results`, { method: "POST", headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/x-ndjson" }, body: lines.join("\n") });
  const refused = (await reply.json()).filter(({ status }) => status !== 201);
  if (refused.length) throw new Error(JSON.stringify(refused[0]));
}

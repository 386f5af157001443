/* SPDX-License-Identifier: GPL-3.0-or-later */
// Rounds of appraisal for tests and pictures: made over the API, as the page makes them.
import { password } from "./stage.js";

/** Logs `name` in without a browser: resolves to f(method, path, body?, type?), which rejects what the server refuses. */
export async function person(url, name) {
  const answer = await fetch(`${url}/api/v1/session`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ name, password }) });
  const { csrf } = await answer.json();
  const headers = { Cookie: answer.headers.get("set-cookie").split(";")[0], "X-CSRF-Token": csrf };
  return async (method, path, body, type = "application/json") => {
    const reply = await fetch(`${url}/api/v1/${path}`, { method, headers: { ...headers, ...(body === undefined ? {} : { "Content-Type": type }) }, body: typeof body === "object" ? JSON.stringify(body) : body });
    const text = await reply.text();
    if (!reply.ok) throw new Error(`${name}: ${method} ${path}: ${reply.status} ${text}`);
    return text ? JSON.parse(text) : null;
  };
}

export const months = {
  "2025-10": "agent,performance,business,attendance,reporting_timeliness,discipline,quality,utilization\nzhang,88,86,100,90,95,96.5,68\nli,91,93,100,95,90,97,55\nwang,85,80,95,90,92,98,70.5\n",
  "2025-11": "agent,performance,business,attendance,reporting_timeliness,discipline,logged_in_s\nzhang,97,96,100,100,98,1400\nli,92,88,95,95,92,1900\nwang,86,84,100,90,94,1150\n",
};

/** A month of the scheme hundred-points: imported, rated, and moved on to `stage`. Resolves to its number. */
export async function openMonth(url, period, stage = "open", scores = { zhang: "96", li: "90", wang: "88.5" }) {
  const [hr, lead] = await Promise.all(["hr", "lead"].map((name) => person(url, name)));
  const { appraisal } = await hr("POST", "appraisals", { scheme: "hundred-points", period, place: "3号会议室" });
  await hr("POST", `appraisals/${appraisal}/imports?file=${period}.csv`, months[period], "text/csv");
  await lead("POST", `appraisals/${appraisal}/ratings`, { ratings: Object.entries(scores).map(([agent, value]) => ({ agent, indicator: "supervisor_score", value })) });
  for (const next of ["interview", "objections"]) {
    if (stage === "open") break;
    await hr("POST", `appraisals/${appraisal}/stage`, { stage: next, place: "3号会议室" });
    if (stage === next) break;
  }
  return appraisal;
}

export async function signAll(url, appraisal, agents = ["zhang", "li", "wang"]) {
  for (const agent of agents)
    for (const [name, as] of [[agent, "appraised"], ["lead", "supervisor"], ["hr", "hr"]]) {
      const act = await person(url, name);
      await act("POST", `appraisals/${appraisal}/sheets/${agent}/signatures`, { as });
    }
}

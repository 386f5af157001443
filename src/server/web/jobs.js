/* SPDX-License-Identifier: GPL-3.0-or-later */
// What takes long is done by the server beside requests: how far it is, called off, and looked at again after the page was left.
import { Refusal, get, getUntil, keep, post, remove } from "./api.js";
import { failed } from "./dialog.js";
import { h, replace } from "./dom.js";
import { periodOnPaper } from "./period.js";
import { moment, number, t } from "./text.js";

const LOOK_MS = [150, 300, 600, 1000];
const PATIENCE_MS = 2000;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const isUnfinished = ({ state }) => state === "waits" || state === "works";

/** One that is gone already, from another window, is as good. */
const callOff = ({ job }) => post(`jobs/${job}/stop`).catch((refusal) => refusal.status === 404 || failed(refusal));

/** How far it is, and a button that calls it off. */
function progress(job) {
  const words = job.total ? t("job.of", { n: number(job.done), all: number(job.total) }) : t(`job.${job.state}`);
  return h("div.between.job", {}, h("progress", job.total ? { max: job.total, value: Math.min(job.done, job.total), "aria-label": t("job.title") } : { "aria-label": t("job.title") }), h("small", {}, words),
    h("span.spacer"), h("button", { type: "button", onclick: (event) => { event.target.disabled = true; callOff(job); } }, t("job.stop")));
}

/** Shows in `place` how far the job is, and resolves to its answer; null when it was called off, or the page was left. */
export async function follow({ job }, place) {
  for (let looks = 0; ; looks++) {
    const now = await get(`jobs/${job}`);
    if (now.state === "done") return get(`jobs/${job}/result`);
    if (now.state === "stopped") {
      replace(place, h("p", {}, t("job.stopped")));
      return null;
    }
    if (looks > 1) replace(place, progress(now)); // what is quick does not flicker
    await pause(LOOK_MS[Math.min(looks, LOOK_MS.length - 1)]);
    if (!place.isConnected && looks > 1) return null;
  }
}

/** What is not done yet is called off. */
const drop = (job) => remove(`jobs/${job}`).catch(() => {});

/**
 * What may take long, done as a job whose progress is shown in `place`. Resolves to the answer; rejects when it was called off, which
 * it is when nobody looks any more, unless `goesOn`.
 */
export async function doAside(path, body, place, goesOn = false) {
  const { job } = await keep("POST", path, {}, body);
  const answer = await follow({ job }, place);
  if (answer !== null || !goesOn) drop(job);
  if (answer === null) throw new Refusal(0, t("job.stopped"));
  return answer;
}

/** Whichever of the two answers first, the request or the job that was made of it; when the job is called off, the request is too. */
async function firstOf(asked, given, job, place) {
  const followed = follow({ job }, place);
  followed.catch(() => {}).then(() => drop(job)); // it follows until it sees that its place is gone
  const answer = await Promise.race([asked, followed.catch(() => asked)]); // without the job there is still the request
  given.abort();
  if (answer === null) throw new Refusal(0, t("job.stopped"));
  return answer;
}

/**
 * Reads what may take long. Where there is no answer after two seconds it is asked as a job as well, so that whoever waits sees at
 * the end of the page how far it is, and can call it off: the server computes once for both.
 */
export async function getPatiently(path, query) {
  const given = new AbortController();
  const asked = getUntil(path, query, given.signal);
  asked.catch(() => {});
  if (await Promise.race([asked.then(() => true), pause(PATIENCE_MS)])) return asked;
  const place = h("div.panel", { "aria-live": "polite" });
  document.querySelector("#main")?.append(place);
  try {
    const kept = await keep("GET", path, query).catch(() => null); // too many of one's own are under way: it is waited for
    return kept ? await firstOf(asked, given, kept.job, place) : await asked;
  } finally {
    place.remove();
  }
}

/** The newest unfinished one of a path, whoever's page asked for it; undefined: none. */
export const unfinished = async (path) => (await get("jobs")).jobs.find((job) => isUnfinished(job) && job.path === `/api/v1/${path}`);

/** Of which days, whom and which team, as it was asked for. */
function wished({ query }) {
  const { person, team, ...days } = Object.fromEntries(new URLSearchParams(query));
  return [periodOnPaper(days), person, team].filter(Boolean).join(" · ");
}

/** The files that were asked for in the background; nothing is shown while there are none. */
export function filesPanel() {
  const panel = h("section.panel", { hidden: true, "aria-live": "polite" });
  const forget = (job) => h("button", { type: "button", onclick: () => drop(job.job).then(show).catch(failed) }, t("job.forget"));
  const why = (job) => {
    const note = h("small", {}, t("job.failed"));
    get(`jobs/${job.job}/result`).catch((refusal) => note.append(` · ${refusal.message}`));
    return note;
  };
  const line = (job) => h("li", {}, h("div.between", {}, h("b", {}, job.path.split("/").at(-1)), h("span", {}, wished(job)), h("small", {}, moment(job.asked_at)), h("span.spacer"),
    job.status === 200 ? h("a.button", { href: `api/v1/jobs/${job.job}/result`, download: job.path.split("/").at(-1) }, t("job.fetch")) : job.state === "done" ? why(job) : h("small", {}, t(`job.${job.state}`)),
    !isUnfinished(job) && forget(job)), isUnfinished(job) && progress(job));
  const show = async () => {
    const jobs = (await get("jobs")).jobs.filter(({ path }) => path.startsWith("/api/v1/export/"));
    panel.hidden = !jobs.length;
    replace(panel, h("h2", {}, t("job.files")), h("p", {}, h("small", {}, t("job.kept"))), h("ul.events", {}, jobs.map(line)));
    if (jobs.some(isUnfinished)) pause(1000).then(() => panel.isConnected && show()).catch(failed);
  };
  show().catch(failed);
  return { panel, show };
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
// The roster in force: what a file would change, and the way back.
import { get, post, send } from "./api.js";
import { askForm, failed, notice } from "./dialog.js";
import { h, replace } from "./dom.js";
import { isAsked } from "./second.js";
import { day, number, t } from "./text.js";

/** "2025-11-17T13:00:00" as rosters have it: the day alone where that is when it begins. */
const since = (text) => text?.replace(/T00:00(:00)?$/, "").replace("T", " ");

const seatRow = (sign, seat) => h("tr", {}, h("td", {}, sign), [seat.person, seat.extension, seat.team, seat.post, since(seat.from), since(seat.to)].map((cell) => h("td", {}, cell ?? "–")));

const seatTable = (rows) => h("div.tableScroll.tall", { tabindex: 0, role: "region", "aria-label": t("roster.title") }, h("table", {},
  h("thead", {}, h("tr", {}, h("th", { scope: "col" }), ["person", "extension", "team", "post", "from", "to"].map((name) => h("th", { scope: "col" }, t(`roster.${name}`))))), h("tbody", {}, rows)));

/** What would change, by seat, and what that does to calls. */
const differences = (change) => [
  h("p", {}, t("roster.changes", { added: change.seats_new, gone: change.seats_gone, n: change.calls_attributed_anew })),
  change.calls_decided > 0 && h("p.problem", {}, t("roster.decided", { n: change.calls_decided })),
  change.new.length + change.gone.length > 0 && seatTable([...change.gone.map((seat) => seatRow("−", seat)), ...change.new.map((seat) => seatRow("+", seat))]),
];

/** Shows the preview, and does it when that is confirmed. */
async function change(preview, act, again) {
  const shown = await preview();
  const done = await askForm(t("roster.title"), differences(shown), t("roster.take"), act);
  if (!done || isAsked(done)) return;
  notice(t("roster.done", { seats: done.seats, n: done.calls_attributed_anew }));
  await again();
}

/** Takes a roster as CSV, bytes as they are; its faults are shown with their lines. */
export function rosterPanel(who) {
  const problem = h("p.problem", { role: "alert" });
  const inForce = h("div", { "aria-live": "polite" });
  const show = async () => {
    const { seats, versions } = await get("roster");
    const [newest] = versions;
    replace(inForce, newest && h("p", {}, t("roster.inForce", { version: newest.version, n: seats.length, by: newest.by ?? "–", day: newest.at ? day(newest.at.slice(0, 10)) : "–" }), " ",
      who.teams === null && versions.length > 1 && h("button", { type: "button", onclick: () => undo(newest.version).catch(failed) }, t("roster.undo"))),
    seats.length > 0 && h("details", {}, h("summary", {}, t("roster.show", { n: number(seats.length) })), seatTable(seats.map((seat) => seatRow("", seat)))));
  };
  const undo = (version) => change(() => post("roster/undo", { version, preview: true }), () => post("roster/undo", { version }), show);
  const give = (file, query) => send("roster", query, file, "text/csv", "PUT");
  const take = async (event) => {
    const file = event.target.files[0];
    if (!file) return;
    try {
      await change(() => give(file, { preview: 1 }), () => give(file, {}), show);
      replace(problem);
    } catch (error) {
      replace(problem, error.message);
    }
    event.target.value = "";
  };
  show().catch(failed);
  return h("section.panel", {}, h("h2", {}, t("roster.title")), h("p", {}, h("small", {}, t("roster.lead"))), inForce,
    who.teams === null && h("label", {}, t("roster.file"), " ", h("input", { type: "file", accept: ".csv,text/csv", onchange: take })), problem);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
// Coaching notes: what a lead tells an agent, about which calls, and when the two talk about it again.
import { get, getAll, post } from "./api.js";
import { askForm, emptyState, failed, field, notice } from "./dialog.js";
import { h, replace } from "./dom.js";
import { titleOf } from "./rule.js";
import { day, moment, siteTime, t, today } from "./text.js";

const NOTES_MAX = 200;
export const mayCoach = (who) => who.role === "lead";

/** Asks for a note to `person` about `links`, [{call, flag}]; resolves to whether one was written. */
export function writeNote(person, links = [], about = null) {
  const later = new Date(Date.parse(`${today()}T00:00:00Z`) + 7 * 86400000).toISOString().slice(0, 10);
  return askForm(t("coaching.writeTo", { person }), [about,
    field(t("coaching.text"), h("textarea", { name: "text", rows: 5, maxlength: 1300, required: true, autofocus: true }), t("coaching.textHint")),
    field(t("coaching.followUp"), h("input", { name: "follow_up", type: "date", value: later }), t("coaching.followUpHint"))], t("coaching.write"),
  async ({ text, follow_up }) => {
    await post("coaching", { person, text, ...(follow_up ? { follow_up } : {}), links });
    notice(t("coaching.written"));
    return true;
  });
}

const finish = (note) => askForm(t("coaching.doneTitle"), [h("p.quoted", {}, note.text), field(t("coaching.outcome"), h("textarea", { name: "outcome", rows: 3, maxlength: 1300, autofocus: true }), t("coaching.outcomeHint"))], t("do.done"),
  async ({ outcome }) => {
    await post(`coaching/${note.note}/done`, outcome.trim() ? { outcome } : {});
    notice(t("coaching.isDone"));
    return true;
  });

const linkTo = ({ call, call_id, started_at, flag, ...rule }) => h("li", {}, h("a", { href: `#/call/~${call}${flag ? `?flag=${flag}` : ""}` }, started_at ? siteTime(started_at) : call_id), flag && [" ", titleOf(rule)]);

function followUp(note) {
  if (note.done_by) return h("li", {}, h("b", {}, note.done_by), " ", t("coaching.did"), h("small", {}, moment(note.done_at)), note.outcome && h("p.quoted", {}, note.outcome));
  if (!note.follow_up) return null;
  const late = note.follow_up < today();
  return h("li.waiting", { class: late ? "waiting late" : "waiting" }, t(late ? "coaching.overdue" : "coaching.due", { day: day(note.follow_up) }));
}

/** A note as a card; `again` is called when its follow-up was done. On the agent's own page it needs no name. */
const card = (who, note, again, named) => h("article.note", {},
  h("div.between", {}, named ? [h("h3", {}, h("a", { href: `#/person/${encodeURIComponent(note.person)}` }, note.person)), note.team && h("small", {}, note.team)] : h("small", {}, moment(note.at)),
    mayCoach(who) && note.follow_up && !note.done_by && h("button", { type: "button", onclick: () => finish(note).then((done) => done && again()).catch(failed) }, t("do.done"))),
  h("ol.steps", {}, h("li", {}, h("b", {}, note.by), named && h("small", {}, moment(note.at)), h("p.noteText", {}, note.text), note.links.length > 0 && h("ul.about", {}, note.links.map(linkTo))), followUp(note)));

const cards = (who, notes, again, none, named = who.role !== "agent") => (notes.length ? h("div.notes", {}, notes.map((note) => card(who, note, again, named))) : emptyState(t(none)));

/** The notes of one agent, with a way to add one. */
export function personNotes(who, person) {
  const place = h("div");
  const load = async () => replace(place, cards(who, await getAll("coaching", { person }, "notes", NOTES_MAX), () => load().catch(failed), "coaching.noneYet", false));
  load().catch((error) => replace(place, h("p.problem", { role: "alert" }, error.message)));
  return h("section.panel.wide", {}, h("div.between", {}, h("h2", {}, t("page.coaching")), mayCoach(who) && h("button", { type: "button", onclick: () => writeNote(person).then((done) => done && load()).catch(failed) }, t("coaching.write"))), place);
}

export async function coachingPage({ who }) {
  const place = h("div");
  const load = async () => {
    const [open, all] = await Promise.all([mayCoach(who) ? getAll("coaching", { open: 1 }, "notes", NOTES_MAX) : [], getAll("coaching", {}, "notes", NOTES_MAX)]);
    const again = () => load().catch(failed);
    const due = open.filter(({ follow_up }) => follow_up <= today());
    const coming = open.filter(({ follow_up }) => follow_up > today());
    replace(place,
      mayCoach(who) && h("section.panel", {}, h("h2", {}, t("coaching.dueNow", { n: due.length })), cards(who, due, again, "coaching.noneDue")),
      coming.length > 0 && h("section.panel", {}, h("h2", {}, t("coaching.coming")), cards(who, coming, again)),
      h("section.panel", {}, h("h2", {}, t(mayCoach(who) ? "coaching.rest" : "coaching.all")), cards(who, all.filter(({ note }) => !open.some((one) => one.note === note)), again, "coaching.noneYet")));
  };
  await load();
  const people = mayCoach(who) ? (await get("people").catch(() => ({ people: [] }))).people : [];
  const choice = h("select", {}, people.map(({ person }) => h("option", { value: person }, person)));
  return h("div", {}, h("div.pageHead", {}, h("div", {}, h("h1", {}, t("page.coaching")), h("p", {}, t(mayCoach(who) ? "coaching.lead" : "coaching.own"))),
    people.length > 0 && h("div.filters", {}, field(t("flag.person"), choice), h("button.primary", { type: "button", onclick: () => writeNote(choice.value).then((done) => done && load()).catch(failed) }, t("coaching.write")))), place);
}

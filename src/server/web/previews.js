/* SPDX-License-Identifier: GPL-3.0-or-later */
// Results that wait: what new rules would give back and take, by month, before anything counts; and what they gave back.
import { get, post } from "./api.js";
import { askForm, emptyState, failed, notice } from "./dialog.js";
import { h, replace } from "./dom.js";
import { titleOf } from "./rule.js";
import { clock, day, deduction, number, said, t, word } from "./text.js";

const LISTED = 100;
const MONTH_DAYS = (month) => new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 0)).getUTCDate();
const daysOf = (month) => ({ from: `${month}-01`, to: `${month}-${MONTH_DAYS(month)}` });
const gained = (points) => (points > 0 ? `+${number(points)}` : number(0));

/** What waits, for the lead to look at; it fills itself again after each step. */
export async function waiting() {
  const place = h("div", { "aria-live": "polite" });
  const show = async () => replace(place, ...shown(await get("previews", { limit: LISTED }), () => show().catch(failed)));
  await show();
  return h("section.panel.after", {}, h("h2", {}, t("preview.title")), h("p", {}, h("small", {}, t("preview.lead"))), place);
}

function shown({ calls, cut_off, groups, most_changed }, again) {
  if (!calls) return [emptyState(t("preview.none"))];
  const months = [...Map.groupBy(groups, ({ month, closed }) => `${month} ${closed}`).values()];
  return [cut_off && h("p.problem", {}, t("rescore.cutOff")), ...months.map((rows) => monthOf(rows, again)),
    most_changed.length > 0 && h("div.after", {}, h("h3", {}, t("preview.calls")), h("ul.events", {}, most_changed.map((call) => callOf(call, again))))].filter(Boolean);
}

function monthOf(rows, again) {
  const { month, closed } = rows[0];
  const sum = (name) => rows.reduce((all, row) => all + row[name], 0);
  const acts = !closed && month && [
    h("button.primary", { type: "button", onclick: () => act("accept", daysOf(month), again) }, t("preview.accept")),
    h("button", { type: "button", onclick: () => act("discard", daysOf(month), again) }, t("preview.discard")),
  ];
  return h("div.after", {}, h("div.between", {}, h("h3", {}, month ?? t("preview.noDay")), closed && h("span.chip", {}, t("preview.closed")), h("span.spacer"), acts),
    h("div.tableScroll", {}, h("table", {},
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("flag.team")), h("th", { scope: "col" }, t("flag.person")), ["preview.waitingCalls", "preview.changed", "preview.gained", "preview.lost", "preview.forAPerson"].map((key) => h("th.number", { scope: "col" }, t(key))))),
      h("tbody", {}, rows.map((row) => h("tr", {}, h("td", {}, row.team ?? "–"), h("td", {}, row.person ?? "–"), cells(row))),
        rows.length > 1 && h("tr", {}, h("th", { scope: "row", colspan: 2 }, t("preview.all")), cells({ calls: sum("calls"), changed: sum("changed"), gained: sum("gained"), lost: sum("lost"), for_a_person: sum("for_a_person") }))))));
}

const cells = (row) => [number(row.calls), number(row.changed), gained(row.gained), deduction(row.lost), number(row.for_a_person)].map((words) => h("td.number", {}, words));

function callOf(call, again) {
  const one = { waiting: [call.waiting] };
  const score = `${call.before === null ? "–" : number(call.before)} → ${call.after === null ? "–" : number(call.after)}`;
  return h("li", {}, h("div.between", {}, call.number === null ? h("span", {}, call.id) : h("a", { href: `#/call/~${call.number}` }, call.id), h("b", {}, score), h("small", {}, [call.person, call.day && day(call.day)].filter(Boolean).join(" · ")),
    call.closed && h("span.chip", {}, t("preview.closed")), call.number === null && h("span.chip", {}, t("preview.newCall")), call.for_a_person && h("span.chip", {}, t("preview.look")), h("span.spacer"),
    !call.closed && h("button", { type: "button", onclick: () => act("accept", one, again, call.for_a_person) }, t("preview.acceptOne")),
    h("button", { type: "button", onclick: () => act("discard", one, again) }, t("preview.discardOne"))),
  changeList(call.changes));
}

/** Each change with its seconds and its reason. */
const changeList = (changes) => h("ul", {}, changes.map((one) => h("li", {}, `${titleOf(one)} ${clock(one.start_ms)}–${clock(one.end_ms)}: `,
  h("b", {}, `${deduction(one.points_before)} → ${deduction(one.points_after)}`), " ", word("preview.kind", one.change), h("p.quoted", {}, said(one.reason)))));

async function act(step, wish, again, isDecided = false) {
  const done = await askForm(t(`preview.${step}`), [h("p", {}, t(isDecided ? "preview.sureDecided" : `preview.${step}Sure`))], t(`preview.${step}`), () => post(`previews/${step}`, wish)).catch(failed);
  if (!done) return;
  notice(step === "accept" ? t("preview.accepted", { n: done.accepted }) : t("preview.discarded", { n: done.discarded }));
  if (done.for_a_person > 0) notice(t("preview.left", { n: done.for_a_person }), "bad");
  await again();
}

/** What further results of a call, or of a person's calls in a period, gave back and took. */
export async function pastChanges(query, linked) {
  const { changes } = await get("score-changes", { ...query, limit: LISTED }).catch(() => ({ changes: [] }));
  if (!changes.length) return null;
  return h("div.history", {}, h("h2", {}, t("preview.past")), h("ol", {}, changes.map((one) => h("li", {},
    linked && [h("a", { href: `#/call/~${one.call}?at=${one.start_ms}` }, one.id), " "], `${titleOf(one)} ${clock(one.start_ms)}–${clock(one.end_ms)}: `, h("b", {}, back(one)), h("small", {}, day(one.at.slice(0, 10))), h("p.quoted", {}, said(one.reason))))));
}

const back = ({ points_before, points_after }) => (points_before > points_after ? t("preview.givenBack", { points: number(points_before - points_after) }) : t("preview.taken", { points: number(points_after - points_before) }));

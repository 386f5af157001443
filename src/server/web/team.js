/* SPDX-License-Identifier: GPL-3.0-or-later */
// A team's agents, worst first, and one agent's days against the team's.
import { get, getAll } from "./api.js";
import { bars, lineChart } from "./chart.js";
import { personNotes } from "./coaching.js";
import { flagWords, mayHear, pointsOf, stateChip } from "./decide.js";
import { emptyState, field } from "./dialog.js";
import { h, replace } from "./dom.js";
import { defaultPeriod, goTo, periodForm } from "./period.js";
import { pastChanges } from "./previews.js";
import { titleOf } from "./rule.js";
import { clock, day, fixed, number, share, siteTime, t } from "./text.js";

const FLAGS_MAX = 500;
const tenths = (value) => fixed(value, 1);

export async function teamPage({ who, query }) {
  const period = await defaultPeriod(query);
  const [{ people }, { days }] = await Promise.all([get("people", period), get("days", { ...period, team: query.team })]);
  if (who.role === "agent" && people.length === 1) return person(who, people[0].person, period);
  const teams = [...new Set(people.map(({ team }) => team).filter(Boolean))].sort();
  const shown = people.filter(({ team }) => !query.team || team === query.team);
  const choice = h("select", { name: "team" }, h("option", { value: "" }, t("team.all")), teams.map((team) => h("option", { value: team, selected: team === query.team }, team)));
  return h("div", {}, h("div.pageHead", {}, h("h1", {}, t("page.team")), periodForm(period, field(t("flag.team"), choice), (values) => goTo("team", values))),
    tiles(sum(shown), { ...period, ...(query.team ? { team: query.team } : {}) }, mayHear(who)),
    days.length > 0 && h("section.panel", {}, h("h2", {}, t("team.scoreOverTime")), scoreChart(days, null, (iso) => goTo("calls", { team: query.team, from: iso, to: iso, sort: "worst" }))),
    h("section.panel", {}, h("h2", {}, t("team.agents")), shown.length ? table(shown, period) : emptyState(t("team.none"))));
}

/** What the rows come to together. */
function sum(rows) {
  const all = (name) => rows.reduce((total, row) => total + (row[name] ?? 0), 0);
  const scored = all("scored");
  return { calls: all("calls"), flags: all("flags"), open_flags: all("open_flags"), score_mean: scored ? rows.reduce((total, row) => total + (row.score_mean ?? 0) * row.scored, 0) / scored : null,
    score_least: rows.reduce((least, row) => (row.score_least !== null && row.scored ? Math.min(least, row.score_least) : least), Infinity) };
}

/** `asked`: the period and whose; each count leads to exactly what it counts. `hears`: may see the flags. */
function tiles(of, asked, hears) {
  const tile = (key, value, to) => h(to ? "a.tile" : "div.tile", { href: to }, h("b", {}, value), h("span", {}, t(key)));
  const list = (page, more = {}) => `#/${page}?${new URLSearchParams({ ...more, ...asked })}`;
  return h("div.tiles", {}, tile("sum.score", tenths(of.score_mean)), tile("sum.least", Number.isFinite(of.score_least) ? number(of.score_least) : "–"), tile("sum.calls", number(of.calls), list("calls")),
    hears ? tile("sum.flags", number(of.flags), list("flags", { state: "any" })) : tile("sum.flags", number(of.flags)), hears ? tile("sum.open", number(of.open_flags), list("flags")) : tile("sum.open", number(of.open_flags)));
}

/** [name, what stands in a row, what it is sorted by] */
const columns = [
  ["sum.score", (row) => h("b", {}, tenths(row.score_mean)), "score_mean"], ["sum.least", (row) => number(row.score_least), "score_least"], ["sum.calls", (row) => number(row.calls), "calls"], ["sum.flags", (row) => number(row.flags), "flags"], ["sum.open", (row) => number(row.open_flags), "open_flags"],
  ["sum.talk", (row) => share(row.agent_share_of_talk), "agent_share_of_talk"], ["sum.hold", (row) => share(row.hold_share), "hold_share"], ["sum.silence", (row) => share(row.silence_share), "silence_share"], ["sum.overtalk", (row) => share(row.overtalk_share), "overtalk_share"],
  ["sum.response", (row) => (row.response_ms === null ? "–" : t("secondsShort", { n: tenths(row.response_ms / 1000) })), "response_ms"],
];
const heads = [["flag.person", "", "person"], ["flag.team", "", "team"], ...columns.map(([key, , by]) => [key, ".number", by])];

const FIRST_ROWS = 50; // are drawn with the view, the rest right after it: hundreds take as long as all else

/** What nobody measured stands last, whichever way. */
const compare = (by, way) => ({ [by]: a, person: p }, { [by]: b, person: q }) =>
  (a === null) - (b === null) || (typeof a === "string" ? way * a.localeCompare(b, document.documentElement.lang) : way * (a - b)) || p.localeCompare(q, document.documentElement.lang);

/** The agents, sorted by any column: worst mean score first until another is chosen. */
function table(rows, period) {
  const order = { by: "score_mean", way: 1 };
  const head = h("thead");
  const body = h("tbody");
  const row = (of) => h("tr", {}, h("td", {}, h("a", { href: `#/person/${encodeURIComponent(of.person)}?${new URLSearchParams(period)}` }, of.person)), h("td", {}, of.team ?? "–"), columns.map(([, words]) => h("td.number", {}, words(of))));
  const choose = (by) => {
    Object.assign(order, order.by === by ? { way: -order.way } : { by, way: 1 });
    show();
    head.querySelector(`[data-by="${by}"]`).focus();
  };
  const show = () => {
    const sorted = [...rows].sort(compare(order.by, order.way));
    const shown = order.way * 1000 + heads.findIndex(([, , by]) => by === order.by);
    replace(head, h("tr", {}, heads.map(([key, kind, by]) => h(`th${kind}`, { scope: "col", "aria-sort": by !== order.by ? null : order.way > 0 ? "ascending" : "descending" },
      h("button.sort", { type: "button", "data-by": by, onclick: () => choose(by) }, t(key), by !== order.by ? "" : order.way > 0 ? " ↑" : " ↓")))));
    replace(body, sorted.slice(0, FIRST_ROWS).map(row));
    body.dataset.order = shown;
    if (sorted.length > FIRST_ROWS) requestAnimationFrame(() => setTimeout(() => Number(body.dataset.order) === shown && body.rows.length === FIRST_ROWS && body.append(...sorted.slice(FIRST_ROWS).map(row)), 0));
  };
  show();
  return h("div.tableScroll", { tabindex: 0, role: "region", "aria-label": t("team.agents") }, h("table", {}, head, body));
}

/** Days of one person (or of a team, when `team` is null), with the team's as the measure. */
function scoreChart(days, team, onDay) {
  const of = (rows, name) => { const by = new Map(rows.map((row) => [row.day, row[name]])); return days.map(({ day: iso }) => by.get(iso) ?? null); };
  const series = [{ label: t(team ? "chart.own" : "chart.mean"), values: of(days, "score_mean"), tint: "--agent" }];
  if (team) series.push({ label: t("chart.team"), values: of(team, "score_mean"), tint: "--mixed", dash: [6, 4], band: true }, { label: t("chart.teamLeast"), values: of(team, "score_least"), tint: "--quiet", faint: true });
  else series.push({ label: t("chart.least"), values: of(days, "score_least"), tint: "--quiet", dash: [4, 4] });
  return lineChart({ label: t("team.scoreOverTime"), days: days.map(({ day: iso }) => iso), series, onDay });
}

export async function personPage({ who, part, query }) {
  return person(who, part, await defaultPeriod(query));
}

async function person(who, name, period) {
  const asked = get("people", { ...period, person: name }).then(({ people: [row] }) => row);
  const daysOfTeam = asked.then((row) => (row?.team && who.role !== "agent" ? get("days", { ...period, team: row.team }).catch(() => null) : null));
  const [own, { days }, team, flags, past] = await Promise.all([asked, get("days", { ...period, person: name }), daysOfTeam,
    mayHear(who) ? getAll("flags", { ...period, person: name, state: "any", sort: "worst" }, "flags", FLAGS_MAX) : [], pastChanges({ ...period, person: name }, true)]);
  const toDay = (iso) => goTo("calls", { person: name, from: iso, to: iso, sort: "worst" });
  const isos = days.map(({ day: iso }) => iso);
  const values = (key, by = 1) => days.map((row) => (row[key] === null ? null : row[key] / by));
  const shares = [["agent_share_of_talk", "sum.talk", "--agent"], ["hold_share", "sum.hold", "--event-hold"], ["silence_share", "sum.silence", "--event-silence"]];
  const costly = [...Map.groupBy(flags, ({ rule }) => rule)].map(([rule, list]) => ({ rule, flags: list, points: list.reduce((all, flag) => all + flag.standing_points, 0) })).sort((a, b) => b.points - a.points || b.flags.length - a.flags.length);
  const none = () => emptyState(t(mayHear(who) ? "call.noFlags" : "call.flagsUnseen"));
  return h("div", {}, h("div.pageHead", {}, h("div", {}, h("h1", {}, name), own?.team && h("p", {}, own.team)), periodForm(period, null, (asked) => goTo(`person/${encodeURIComponent(name)}`, asked))),
    own ? tiles(own, { ...period, person: name }, mayHear(who)) : h("div.panel", {}, emptyState(t("team.none"))),
    own && h("div.grid", {},
      h("section.panel.wide", {}, h("h2", {}, t(team ? "person.score" : "team.scoreOverTime")), scoreChart(days, team?.days, toDay), h("small", {}, t("chart.hint"))),
      h("section.panel", {}, h("h2", {}, t("person.shares")), lineChart({ label: t("person.shares"), days: isos, kind: "share", onDay: toDay, series: shares.map(([key, label, tint]) => ({ label: t(label), values: values(key), tint })) })),
      h("section.panel", {}, h("h2", {}, t("sum.response")), lineChart({ label: t("sum.response"), days: isos, onDay: toDay, series: [{ label: t("sum.responseSeconds"), values: values("response_ms", 1000), tint: "--agent" }] })),
      h("section.panel", {}, h("h2", {}, t("person.rules")), costly.length ? bars(costly.map(({ rule, flags: list }) => ({ label: titleOf(list[0]), value: list.length, href: `#/flags?${new URLSearchParams({ ...period, person: name, rule, state: "any" })}` }))) : none()),
      h("section.panel", {}, h("h2", {}, t("person.listen")), costly.length ? h("ul.listen", {}, costly.slice(0, 3).flatMap(({ flags: list }) => list.slice(0, 2)).map(flagLink)) : none()),
      h("section.panel.wide", {}, h("details", {}, h("summary", {}, t("person.days")), daysTable(days, toDay)))),
    past && h("section.panel.after", {}, past),
    (who.role === "lead" || who.role === "agent") && h("div.after", {}, personNotes(who, name)));
}

const flagLink = (flag) => h("li", {}, h("a", { href: `#/call/~${flag.call.number}?flag=${flag.flag}` }, flagWords(flag)), " ", pointsOf(flag), " ", stateChip(flag), h("small", {}, `${siteTime(flag.call.started_at)} · ${clock(flag.call.duration_ms)}`));

const daysTable = (days, toDay) => h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("chart.day")), columns.map(([key]) => h("th.number", { scope: "col" }, t(key))))),
  h("tbody", {}, days.map((row) => h("tr", {}, h("td", {}, h("button.plain", { type: "button", onclick: () => toDay(row.day) }, day(row.day))), columns.map(([, words]) => h("td.number", {}, words(row)))))));

/* SPDX-License-Identifier: GPL-3.0-or-later */
// What the queue is asked for: its filter, above it.
import { get } from "./api.js";
import { searchField } from "./calls.js";
import { handOutButton } from "./claims.js";
import { mayDecide } from "./decide.js";
import { field } from "./dialog.js";
import { h, replace, settled } from "./dom.js";
import { ruleFilter } from "./rule.js";
import { shiftFilter } from "./shift.js";
import { share, t, word } from "./text.js";

export const filterNames = ["state", "severity", "rule", "search", "person", "team", "queue", "confidence", "from", "to", "shift", "claim"];

const states = ["", "note", "decided", "confirmed", "overturned", "changed", "any"];

/** `filter`: {name: value} of filterNames. onChange(filter) gets it anew; onHandedOut(): a lead has handed out what it leaves. */
export function queueFilter({ who, filter, onChange, onHandedOut }) {
  const choose = (name, options) => h("select", { name }, options.map(([value, text]) => h("option", { value, selected: filter[name] === value }, text)));
  const type = (name, attributes) => h("input", { name, value: filter[name], ...attributes });
  const given = () => Object.fromEntries(new FormData(form));
  const lists = h("div", { hidden: true });
  let isOffered = false;
  const offer = () => {
    if (!isOffered) offerNames(lists, given());
    isOffered = true;
  };
  const clear = () => {
    for (const control of form.querySelectorAll("input, select")) control.value = "";
    onChange(given());
  };
  const form = h("form.filters", { role: "search", "aria-label": t("filter.label"), onsubmit: (event) => event.preventDefault() },
    field(t("filter.state"), choose("state", states.map((name) => [name, t(`filter.state.${name || "open"}`)]))),
    field(t("flag.severity"), choose("severity", [["", t("filter.any")], ...["minor", "major", "critical"].map((name) => [name, t("filter.orWorse", { severity: word("severity", name) })])])),
    field(t("flag.rule"), ruleFilter(who, filter.rule)),
    who.role !== "agent" && searchField(filter.search),
    who.role !== "agent" && field(t("flag.person"), type("person", { list: "people", size: 6, onfocus: offer })),
    who.role !== "agent" && field(t("flag.team"), type("team", { list: "teams", size: 6, onfocus: offer })),
    field(t("flag.queue"), type("queue", { size: 6 })),
    field(t("flag.confidence"), choose("confidence", [["", t("filter.any")], ...["0.5", "0.8", "0.9", "0.95"].map((value) => [value, `≥ ${share(Number(value))}`])])),
    field(t("filter.from"), type("from", { type: "date" })),
    field(t("filter.to"), type("to", { type: "date" })), shiftFilter(filter.shift),
    mayDecide(who) && field(t("claim.whose"), choose("claim", ["", "own", "free"].map((value) => [value, t(`claim.whose.${value || "any"}`)]))),
    h("button.plain", { type: "button", onclick: clear }, t("filter.clear")), who.role === "lead" && handOutButton(given, onHandedOut), lists);
  form.addEventListener("change", settled(() => { isOffered = false; onChange(given()); }, 150));
  return form;
}

/** Names for the filter's fields to choose from, into `place`, once somebody is about to: the calls of all its days are counted for it. */
async function offerNames(place, { from, to }) {
  const list = (id, values) => h("datalist", { id }, [...new Set(values)].filter(Boolean).map((value) => h("option", { value })));
  const people = await get("people", { from, to }).catch(() => null);
  if (people)
    replace(place, list("people", people.people.map(({ person }) => person)), list("teams", people.people.map(({ team }) => team)));
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
// Calls that are due to be heard besides flags: each auditor's list, and how a lead draws it.
import { getAll, post } from "./api.js";
import { askForm, emptyState, failed, field, notice } from "./dialog.js";
import { h } from "./dom.js";
import { day, t, today } from "./text.js";

export async function samplesPage({ who, query }) {
  const mine = query.auditor === undefined && who.role === "auditor";
  const asked = { auditor: mine ? who.name : query.auditor, open: query.all ? "" : "1" };
  const list = (await getAll("samples", asked, "samples")).sort((a, b) => a.due.localeCompare(b.due));
  const again = () => dispatchEvent(new HashChangeEvent("hashchange"));
  const form = h("form.filters", { onsubmit: (event) => event.preventDefault(), onchange: () => { const { auditor, all } = Object.fromEntries(new FormData(form)); location.hash = `#/samples?${new URLSearchParams({ auditor, ...(all ? { all } : {}) })}`; } },
    field(t("samples.auditor"), h("input", { name: "auditor", value: asked.auditor ?? "", size: 10 })),
    h("label.check", {}, h("input", { type: "checkbox", name: "all", value: "1", checked: Boolean(query.all) }), " ", t("samples.all")),
    who.role === "lead" && h("button.primary", { type: "button", onclick: () => draw().then((done) => done && again()) }, t("samples.draw")));
  return h("div", {}, h("div.pageHead", {}, h("div", {}, h("h1", {}, t("page.samples")), h("p", {}, t("samples.lead"))), form),
    h("section.list", {}, list.length ? h("div.tableScroll", {}, h("table", {}, h("thead", {}, h("tr", {}, ["samples.due", "flag.call", "flag.person", "samples.plan", "samples.auditor", "flag.state"].map((key) => h("th", { scope: "col" }, t(key))), h("th", {}, h("span.unseen", {}, t("do.done"))))),
      h("tbody", {}, list.map((one) => h("tr", {}, h("td", {}, day(one.due), !one.done && one.due < today() && h("small.late", {}, t("samples.late"))),
        h("td", {}, h("a", { href: `#/call/~${one.call}` }, one.call_id)), h("td", {}, one.person ?? "–"), h("td", {}, one.plan), h("td", {}, one.auditor ?? "–"),
        h("td", {}, t(one.done ? "samples.done" : "samples.open")),
        h("td.number", {}, !one.done && one.auditor === who.name && h("button", { type: "button", onclick: () => post(`samples/${one.sample}/done`).then(again, failed) }, t("samples.tick")))))))) : emptyState(t("samples.none"))));
}

function draw() {
  const dayField = (key, name) => field(t(key), h("input", { name, type: "date", required: true }));
  return askForm(t("samples.draw"), [
    field(t("samples.plan"), h("input", { name: "plan", required: true, maxlength: 64, autofocus: true }), t("samples.planHint")),
    h("div.row", {}, dayField("filter.from", "from"), dayField("filter.to", "to"), dayField("samples.due", "due")),
    h("div.row", {}, field(t("samples.perPerson"), h("input", { name: "per_person", type: "number", min: 1, max: 100, value: 3, required: true })),
      field(t("samples.strata"), h("select", { name: "strata" }, ["none", "score", "queue"].map((value) => h("option", { value }, t(`strata.${value}`)))))),
    field(t("samples.auditors"), h("input", { name: "auditors" }), t("samples.auditorsHint")),
  ], t("samples.draw"), async ({ auditors, per_person, ...plan }) => {
    const { drawn } = await post("samples", { ...plan, per_person: Number(per_person), auditors: auditors.split(/[\s,，、]+/).filter(Boolean) });
    notice(t("samples.drawn", { n: drawn }));
    return true;
  });
}

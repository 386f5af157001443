/* SPDX-License-Identifier: GPL-3.0-or-later */
// Files to take away, and days that are closed.
import { address, get, keep, post } from "./api.js";
import { askForm, failed, field, notice } from "./dialog.js";
import { h, replace } from "./dom.js";
import { filesPanel } from "./jobs.js";
import { defaultPeriod } from "./period.js";
import { rosterPanel } from "./roster.js";
import { askedPanel, isAsked } from "./second.js";
import { currentLanguage, day, t } from "./text.js";

const files = ["calls.csv", "flags.csv", "calls.jsonl"];

export async function exportPage({ query, who }) {
  const period = await defaultPeriod(query);
  const { panel, show } = filesPanel();
  const later = h("input", { type: "checkbox", name: "later" });
  const prepare = (event, file) => {
    if (!later.checked) return;
    event.preventDefault();
    keep("GET", `export/${file}`, wish()).then(show).catch(failed);
  };
  const links = files.map((file) => h("a.button", { download: file, onclick: (event) => prepare(event, file) }, t(`export.${file}`)));
  const form = h("form.filters", { onchange: () => point(), oninput: () => point(), onsubmit: (event) => event.preventDefault() },
    field(t("filter.from"), h("input", { name: "from", type: "date", value: period.from })), field(t("filter.to"), h("input", { name: "to", type: "date", value: period.to })),
    field(t("flag.person"), h("input", { name: "person", size: 10 })), field(t("flag.team"), h("input", { name: "team", size: 10 })),
    h("label.check", {}, h("input", { type: "checkbox", name: "bom", value: "1", checked: true }), " ", t("export.bom")), h("label.check", {}, later, " ", t("export.later")));
  const wish = () => {
    const { later: _, ...asked } = Object.fromEntries(new FormData(form));
    return { ...asked, lang: currentLanguage() === "en" ? "en" : "zh" };
  };
  const point = () => links.forEach((link, i) => link.setAttribute("href", address(`export/${files[i]}`, wish())));
  point();
  return h("div", {}, h("div.pageHead", {}, h("h1", {}, t("page.export"))),
    h("section.panel", {}, h("h2", {}, t("export.files")), form, h("div.decide", {}, links)), panel, closing(who), who.teams === null && askedPanel(), rosterPanel(who));
}

/** Days are closed by whoever is for everyone; what is open in them is shown before. */
function closing(who) {
  const closed = h("div", { "aria-live": "polite" });
  const show = async () => replace(closed, ...closedPeriods(await get("periods"), who.teams === null, () => show().catch(failed)));
  const close = async (event) => {
    event.preventDefault();
    const { from, to, note, ignore_open } = Object.fromEntries(new FormData(event.target));
    const open = await get("periods/open", { from, to });
    const send = () => post("periods", { from: open.from, to: open.to, ...(note ? { note } : {}), ...(ignore_open ? { ignore_open: true } : {}) });
    const done = await askForm(t("closing.title"), [h("p", {}, t("closing.sure", { from: open.from, to: open.to })), stillOpen(open)], t("closing.do"), send);
    if (!done) return;
    notice(t("closing.done"));
    await show();
  };
  show().catch(failed);
  const form = h("form.filters", { onsubmit: (event) => close(event).catch(failed) },
    field(t("filter.from"), h("input", { name: "from", type: "date" })), field(t("filter.to"), h("input", { name: "to", type: "date" })),
    field(t("closing.note"), h("input", { name: "note", size: 28 })), h("label.check", {}, h("input", { type: "checkbox", name: "ignore_open", value: "1" }), " ", t("closing.ignoreOpen")), h("button", { type: "submit" }, t("closing.do")));
  get("periods/open").then(({ from, to }) => { form.elements.from.value ||= from; form.elements.to.value ||= to; }).catch(failed);
  return h("section.panel", {}, h("h2", {}, t("closing.title")), h("p", {}, h("small", {}, t("closing.lead"))), who.teams === null && form, closed);
}

const stillOpen = (open) => h("ul", {}, ["calls", "open_flags", "open_objections", "results_waiting"].map((name) => h("li", {}, t(`closing.${name}`, { n: open[name] }))));

/** What is closed, and what no closing can hold: calls that tell no day. */
const closedPeriods = ({ periods, calls_without_day }, mayOpen, again) => [
  calls_without_day > 0 && h("p.problem", {}, h("a", { href: "#/calls?without_day=1" }, t("closing.withoutDay", { n: calls_without_day }))),
  periods.length > 0 && h("ul.events", {}, periods.map((one) => h("li", {}, h("div.between", {}, h("b", {}, `${day(one.from)} – ${day(one.to)}`), h("small", {}, [one.closed_by, day(one.closed_at.slice(0, 10)), one.note].filter(Boolean).join(" · ")),
    h("span.spacer"), mayOpen && h("button", { type: "button", onclick: () => openAgain(one, again) }, t("closing.open")))))),
].filter(Boolean);

async function openAgain({ period, from, to }, again) {
  const note = h("input", { name: "note", required: true, size: 28 });
  const done = await askForm(t("closing.open"), [h("p", {}, t("closing.openSure", { from, to })), field(t("closing.note"), note)], t("closing.open"), () => post(`periods/${period}/open`, { note: note.value })).catch(failed);
  if (!done || isAsked(done)) return;
  notice(t("closing.opened", { n: done.waiting }));
  await again();
}

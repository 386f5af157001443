/* SPDX-License-Identifier: GPL-3.0-or-later */
// Files to take away, and days that are closed for good.
import { address, post } from "./api.js";
import { askForm, failed, field, notice } from "./dialog.js";
import { h } from "./dom.js";
import { rosterPanel } from "./admin.js";
import { defaultPeriod } from "./period.js";
import { currentLanguage, t } from "./text.js";

const files = ["calls.csv", "flags.csv", "calls.jsonl"];

export async function exportPage({ query }) {
  const period = await defaultPeriod(query);
  const links = files.map((file) => h("a.button", { download: file }, t(`export.${file}`)));
  const form = h("form.filters", { onchange: () => point(), oninput: () => point(), onsubmit: (event) => event.preventDefault() },
    field(t("filter.from"), h("input", { name: "from", type: "date", value: period.from })), field(t("filter.to"), h("input", { name: "to", type: "date", value: period.to })),
    field(t("flag.person"), h("input", { name: "person", size: 10 })), field(t("flag.team"), h("input", { name: "team", size: 10 })),
    h("label.check", {}, h("input", { type: "checkbox", name: "bom", value: "1", checked: true }), " ", t("export.bom")));
  const point = () => {
    const asked = Object.fromEntries(new FormData(form));
    links.forEach((link, i) => link.setAttribute("href", address(`export/${files[i]}`, { ...asked, lang: currentLanguage() === "en" ? "en" : "zh" })));
  };
  point();
  return h("div", {}, h("div.pageHead", {}, h("h1", {}, t("page.export"))),
    h("section.panel", {}, h("h2", {}, t("export.files")), form, h("div.decide", {}, links)), closing(period), rosterPanel());
}

function closing(period) {
  const close = async (event) => {
    event.preventDefault();
    const { from, to, note, ignore_open } = Object.fromEntries(new FormData(event.target));
    const send = () => post("periods", { from, to, ...(note ? { note } : {}), ...(ignore_open ? { ignore_open: true } : {}) });
    const done = await askForm(t("closing.title"), [h("p", {}, t("closing.sure", { from, to }))], t("closing.do"), send).catch(failed);
    if (done) notice(t("closing.done"));
  };
  return h("section.panel", {}, h("h2", {}, t("closing.title")), h("p", {}, h("small", {}, t("closing.lead"))), h("form.filters", { onsubmit: close },
    field(t("filter.from"), h("input", { name: "from", type: "date", value: period.from, required: true })), field(t("filter.to"), h("input", { name: "to", type: "date", value: period.to, required: true })),
    field(t("closing.note"), h("input", { name: "note", size: 28 })), h("label.check", {}, h("input", { type: "checkbox", name: "ignore_open", value: "1" }), " ", t("closing.ignoreOpen")), h("button", { type: "submit" }, t("closing.do"))));
}

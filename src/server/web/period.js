/* SPDX-License-Identifier: GPL-3.0-or-later */
// A span of days that pages share: by default the thirty days up to the newest call.
import { get } from "./api.js";
import { field } from "./dialog.js";
import { h } from "./dom.js";
import { day, t } from "./text.js";

const DAYS = 30;

const before = (iso, days) => new Date(Date.parse(`${iso}T00:00:00Z`) - days * 86400000).toISOString().slice(0, 10);

export async function defaultPeriod(query) {
  if (query.from && query.to) return { from: query.from, to: query.to };
  const { calls } = await get("calls", { sort: "newest", limit: 1 });
  const last = query.to || calls[0]?.call.started_at?.slice(0, 10) || new Date().toISOString().slice(0, 10);
  return { from: query.from || before(last, DAYS - 1), to: last };
}

/** Fields for the period and more; `chosen` gets all values when one changes. */
export function periodForm(period, more, chosen) {
  const form = h("form.filters", { role: "search", "aria-label": t("filter.label"), onsubmit: (event) => event.preventDefault(), onchange: () => chosen(Object.fromEntries(new FormData(form))) },
    field(t("filter.from"), h("input", { name: "from", type: "date", value: period.from })), field(t("filter.to"), h("input", { name: "to", type: "date", value: period.to })), more);
  return [form, h("p.printed", {}, periodOnPaper(period))];
}

/** The period for paper, where no form is printed; half of it, or nothing, where it is open. */
export const periodOnPaper = ({ from, to }) => (from || to ? t("period.printed", { from: from ? day(from) : "…", to: to ? day(to) : "…" }) : "");

/** Goes to a page with what was asked for in its address. */
export function goTo(page, query) {
  const words = new URLSearchParams(Object.entries(query).filter(([, value]) => value)).toString();
  location.hash = `#/${page}${words ? `?${words}` : ""}`;
}

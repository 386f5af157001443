/* SPDX-License-Identifier: GPL-3.0-or-later */
// Whose a flag is for now: what is heard is taken, so that nobody else hears it; what a lead hands out, and how far everybody is.
import { get, ownName, post } from "./api.js";
import { askForm, emptyState, failed, field, notice } from "./dialog.js";
import { h } from "./dom.js";
import { choose, chosen } from "./kept.js";
import { moment, share, t } from "./text.js";

/** Somebody else is at it, or was given it. */
export const isOthers = ({ state, claim }) => state === "open" && Boolean(claim) && claim.by !== ownName() && new Date(claim.until) > new Date();

export const claimChip = (flag) => isOthers(flag) && h("span.claimed", {}, t("claim.by", { who: flag.claim.by }));

/** Takes what of `flags` is nobody's, and notes on each whose it is now. Resolves to those that are not one's own. */
export async function claimFlags(flags) {
  const { claims } = await post("claims", { flags: flags.map(({ flag }) => flag) });
  flags.forEach((flag, i) => { flag.claim = claims[i].by ? { by: claims[i].by, until: claims[i].until } : null; });
  return flags.filter((_, i) => !claims[i].own);
}

// ---- for leads

const parts = ["from", "to", "team", "queue", "rule", "severity", "person"]; // of the queue's filter

/** How far everybody is with what was handed out. */
function progress(auditors) {
  if (!auditors.length) return emptyState(t("claim.nobody"));
  return h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("samples.auditor")), ["claim.given", "claim.decided", "claim.taken"].map((key) => h("th.number", { scope: "col" }, t(key))), h("th", { scope: "col" }, t("claim.until")))),
    h("tbody", {}, auditors.map((one) => h("tr", {}, h("td", {}, one.auditor), h("td.number", {}, one.handed_out),
      h("td.number", {}, one.decided, one.handed_out > 0 && h("small", {}, share(one.decided / one.handed_out))), h("td.number", {}, one.taken), h("td", {}, one.until ? moment(one.until) : "–")))));
}

/** Hands out what the queue's filter leaves; resolves to true when it was done. */
export async function handOut(filter) {
  const { auditors } = await get("claims");
  const names = h("input", { name: "auditors", required: true, autofocus: true, value: chosen("auditors", auditors.map(({ auditor }) => auditor).join(", ")) });
  return askForm(t("claim.give"), [
    h("div.tableScroll", {}, progress(auditors)), h("p.hint", {}, t("claim.filter")),
    field(t("samples.auditors"), names, t("samples.auditorsHint")),
    h("div.row", {}, field(t("claim.way"), h("select", { name: "by" }, ["turn", "team", "rule"].map((value) => h("option", { value }, t(`claim.way.${value}`))))),
      field(t("claim.days"), h("input", { name: "days", type: "number", min: 1, max: 31, value: 1, required: true }))),
    h("label.check", {}, h("input", { type: "checkbox", name: "all", value: "1" }), " ", t("claim.all")),
  ], t("claim.give"), async ({ auditors: given, by, days, all }) => {
    const list = given.split(/[\s,，、]+/).filter(Boolean);
    const { handed_out, left } = await post("claims/hand-out", { auditors: list, by, days: Number(days), all: Boolean(all), ...Object.fromEntries(parts.filter((name) => filter[name]).map((name) => [name, filter[name]])) });
    choose("auditors", list.join(", "));
    notice([handed_out.map(({ auditor, flags }) => t("claim.got", { who: auditor, n: flags })).join(t("list.comma")), left > 0 && t("claim.left", { n: left })].filter(Boolean).join(" · "));
    return true;
  });
}

export const handOutButton = (filter, done) =>
  h("button", { type: "button", onclick: () => handOut(filter()).then((was) => was && done()).catch(failed) }, t("claim.handOut"));

/* SPDX-License-Identifier: GPL-3.0-or-later */
// Who changed what: every value that was replaced, and what it became.
import { get } from "../api.js";
import { emptyState } from "../dialog.js";
import { h } from "../dom.js";
import { moment, t } from "../text.js";
import { keepsRounds, linkTo, linkToSheet, pathOf, periodWords, tableOf } from "./common.js";

export async function changesPart({ who, round, scheme }) {
  const { changes } = await get(pathOf(round, "/changes"));
  const source = (one) => (one.source === "import" ? (keepsRounds(who) ? h("a", { href: linkTo(round, `/import/${one.import}`) }, t("change.import")) : t("change.import")) : t("change.rating"));
  return h("section.panel", {}, h("h2", {}, t("change.history")), h("p", {}, h("small", {}, t("change.lead"))),
    changes.length ? tableOf(t("change.history"), [[t("import.when")], [t("import.agent")], [t("import.indicator")], [t("change.before"), "number"], [t("change.after"), "number"], [t("change.by")], [t("change.source")]],
      changes.map((one) => [moment(one.at), h("a", { href: linkToSheet(round, one.agent) }, one.agent), [scheme.nameOf(one.indicator), (one.rater || one.period) && h("small", {}, [one.rater, one.period && periodWords(one.period)].filter(Boolean).join(" · "))], one.before, one.after ?? t("change.withdrawn"), one.by, source(one)]))
      : emptyState(t("change.none")));
}

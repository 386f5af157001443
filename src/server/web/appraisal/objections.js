/* SPDX-License-Identifier: GPL-3.0-or-later */
// Objections to the sheets of one appraisal, with their answers.
import { get } from "../api.js";
import { emptyState } from "../dialog.js";
import { h } from "../dom.js";
import { t } from "../text.js";
import { pathOf } from "./common.js";
import { objectionList } from "./signing.js";

export async function objectionsPart(context) {
  const { objections } = await get(pathOf(context.round, "/objections"));
  return h("section.panel", {}, h("h2", {}, t("part.objections")), h("p", {}, h("small", {}, t("sheetObjection.lead"))), objections.length ? objectionList(context, objections, true) : emptyState(t("sheetObjection.none")));
}

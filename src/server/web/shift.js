/* SPDX-License-Identifier: GPL-3.0-or-later */
// The site's shifts: named parts of the day, as the server is configured.
import { get } from "./api.js";
import { field } from "./dialog.js";
import { h, replace } from "./dom.js";
import { t } from "./text.js";

let known;

/** A filter by shift, to put beside the days; hidden where the server has none. */
export function shiftFilter(value = "") {
  const option = (name, words) => h("option", { value: name, selected: name === value }, words);
  const select = h("select", { name: "shift" }, option("", t("filter.any")), value && option(value, value));
  const box = field(t("filter.shift"), select);
  box.hidden = !value;
  known ??= get("shifts").catch(() => { known = undefined; return { shifts: [] }; });
  known.then(({ shifts, time_zone }) => {
    if (!shifts.length) return;
    replace(select, option("", t("filter.any")), shifts.map(({ name, from, to }) => option(name, t("filter.shiftOf", { name, from, to }))));
    if (time_zone) select.title = time_zone;
    box.hidden = false;
  });
  return box;
}

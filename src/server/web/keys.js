/* SPDX-License-Identifier: GPL-3.0-or-later */
// One table of keys a page: each has the key, the words that explain it, and what it does.
import { h } from "./dom.js";
import { t } from "./text.js";
import { showDialog } from "./dialog.js";

let table = [];

/** keys: [{key: "j", does: "key.next", run: f}]. Replaces the page before's. */
export function useKeys(keys) {
  table = keys;
}

const isTyping = (element) =>
  element.closest("input, textarea, select, [contenteditable], dialog") !== null;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || !(event.target instanceof Element) || isTyping(event.target)) return;
  if (event.key === "?") {
    event.preventDefault();
    showKeys();
    return;
  }
  const onControl = event.target.closest("button, a, summary");
  if (onControl && (event.key === " " || event.key === "Enter")) return;
  const entry = table.find(({ key }) => key === event.key);
  if (!entry) return;
  event.preventDefault();
  entry.run(event);
});

const names = { " ": "Space", ArrowLeft: "←", ArrowRight: "→", Escape: "Esc" };

export function showKeys() {
  const seen = [...table, { key: "?", does: "key.help" }];
  showDialog(t("keys.title"), h("dl.keys", seen.map(({ key, does }) =>
    [h("dt", {}, h("kbd", {}, names[key] ? t(`keyname.${names[key]}`) : key)), h("dd", {}, t(does))])));
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
// One table of keys a page: each has the key, the words that explain it, and what it does.
import { h } from "./dom.js";
import { t } from "./text.js";
import { showDialog } from "./dialog.js";

const ONCE_MS = 600; // closer than this, presses of one key that acts are one press, and so are keys that decide and go on: the second is not meant for the next flag

let table = [];
let acted = { key: null, decides: false, at: -ONCE_MS };

/** keys: [{key: "j", does: "key.next", run: f, once?: it acts, decides?: and goes on to what comes next}]. Replaces the page before's. */
export function useKeys(keys) {
  table = keys;
}

const isTyping = (element) =>
  element.closest("input, textarea, select, [contenteditable], dialog") !== null;

/** The key as the table names it: with Caps Lock on it is still that letter, and so while a Chinese input method waits. */
function nameOf(event) {
  const plain = /^(?:Key|Digit|Numpad)([A-Z0-9])$/.exec(event.code)?.[1].toLowerCase();
  if (event.key === "Process" || event.isComposing) return plain;
  return event.key.length === 1 && !event.shiftKey ? event.key.toLowerCase() : event.key;
}

/** Whether this press belongs to one before it: held down, or pressed in haste. Another key is meant as it is: z right after c undoes. */
function isSame(event, { key, decides = false }) {
  const at = event.timeStamp;
  const same = event.repeat || (at - acted.at < ONCE_MS && (key === acted.key || (decides && acted.decides)));
  acted = { key, decides, at };
  return same;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || !(event.target instanceof Element) || isTyping(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "?") {
    event.preventDefault();
    showKeys();
    return;
  }
  const onControl = event.target.closest("button, a, summary");
  if (onControl && (event.key === " " || event.key === "Enter")) return;
  const name = nameOf(event);
  const entry = table.find(({ key }) => key === name);
  if (!entry) return;
  event.preventDefault();
  if (entry.once && isSame(event, entry)) return;
  entry.run(event);
});

const names = { " ": "Space", ArrowLeft: "←", ArrowRight: "→", Escape: "Esc" };

export function showKeys() {
  const seen = [...table, { key: "?", does: "key.help" }].filter(({ does }) => does);
  showDialog(t("keys.title"), h("dl.keys", seen.map(({ key, does, words }) =>
    [h("dt", {}, h("kbd", {}, names[key] ? t(`keyname.${names[key]}`) : key)), h("dd", {}, words ?? t(does))])));
}

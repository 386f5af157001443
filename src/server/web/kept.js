/* SPDX-License-Identifier: GPL-3.0-or-later */
// What one has chosen (for good) or is writing (until the window closes): nothing of it leaves the browser.

import { ownName } from "./api.js";

const read = (store, key) => {
  try {
    return JSON.parse(store.getItem(key));
  } catch {
    return null; // written by somebody else, or not at all
  }
};

/** The address that a view was opened by, its own to note a place on until somebody names another: that may be there while the view is still shown. */
export class OwnAddress {
  #hash = location.hash;

  /** The view that it names, without its place. */
  view = this.#hash.split("?")[0];

  isStill() {
    return location.hash === this.#hash;
  }

  /** The place as pairs of words, of which those without a value are left out. */
  note(view, place) {
    const words = new URLSearchParams(Object.entries(place).filter(([, value]) => value)).toString();
    history.replaceState(null, "", `${view}${words ? `?${words}` : ""}`);
    this.#hash = location.hash;
  }
}

/** A choice that is remembered: chosen("speed", 1), choose("speed", 1.5). */
export const chosen = (name, otherwise) => read(localStorage, `callqa.${name}`) ?? otherwise;
export const choose = (name, value) => localStorage.setItem(`callqa.${name}`, JSON.stringify(value));

/** What this window remembers, until it is closed. */
export const recall = (name, otherwise = null) => read(sessionStorage, `callqa.${name}`) ?? otherwise;
export const remember = (name, value) => (value === null ? sessionStorage.removeItem(`callqa.${name}`) : sessionStorage.setItem(`callqa.${name}`, JSON.stringify(value)));

const named = (form) => [...form.elements].filter(({ name, type }) => name && !["password", "file", "submit"].includes(type));
const valueOf = (control) => (control.type === "checkbox" ? control.checked : control.value);

/**
 * Keeps what is written into a form under `name` and whoever is logged in, for nobody else; puts back what was kept. Returns a function that forgets it: to be
 * called when it has been sent, or is no longer wanted.
 */
export function keepDraft(form, name) {
  const key = `draft.${ownName()}.${name}`;
  const kept = recall(key, {});
  for (const control of named(form)) {
    if (!(control.name in kept)) continue;
    if (control.type === "checkbox") control.checked = kept[control.name];
    else control.value = kept[control.name];
    control.dispatchEvent(new Event("change", { bubbles: true }));
  }
  const note = () => remember(key, Object.fromEntries(named(form).map((control) => [control.name, valueOf(control)])));
  form.addEventListener("input", note);
  form.addEventListener("change", note);
  return () => remember(key, null);
}

const PAUSE_MS = 1000; // who has not written for so long looks up
let wroteAt = -PAUSE_MS;
let composed = null; // where characters are being put together (by an input method): whoever chooses among them types nothing
document.addEventListener("input", () => { wroteAt = performance.now(); }, true);
document.addEventListener("submit", () => { wroteAt = -PAUSE_MS; }, true);
document.addEventListener("compositionstart", ({ target }) => { composed = target; }, true);
document.addEventListener("compositionend", () => { composed = null; wroteAt = performance.now(); }, true);

const isComposing = () => composed !== null && composed === document.activeElement;

/** Resolves in the next pause of whoever is writing, or as they send it: what comes over the page before that would swallow their words. */
export async function pauseInWriting() {
  for (let left; (left = isComposing() ? PAUSE_MS : wroteAt + PAUSE_MS - performance.now()) > 0;) await new Promise((resolve) => setTimeout(resolve, Math.min(left, 100)));
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
// Dialogs, notices, and what stands where a list is empty or an answer was refused.
import { h, replace } from "./dom.js";
import { keepDraft } from "./kept.js";
import { t } from "./text.js";

const NOTICES_MAX = 2; // more would stand in the way of what they are about; but nothing that went wrong is said too short
const BAD_MAX = 6;

/** Opens a modal dialog; it closes by Esc, by its button, or by what `body` does. */
export function showDialog(title, body, actions = []) {
  const dialog = h("dialog", { "aria-labelledby": "dialog-title", onclose: () => dialog.remove() },
    h("h2", { id: "dialog-title" }, title), body,
    h("div.actions", {}, h("button", { type: "button", onclick: () => dialog.close() }, t(actions.length ? "do.cancel" : "do.close")), actions));
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/**
 * A form of `fields`, elements with names. `send` gets their values and may reject, which is shown in it; what it gave goes to
 * onSent. What is written is kept under the name `draft`, if there is one, until it has been sent: a window that is loaded anew
 * has it again.
 */
export function sendingForm(fields, send, draft, onSent) {
  let forget = () => {};
  const problem = h("p.problem", { role: "alert" });
  const form = h("form", {
    onsubmit: async (event) => {
      event.preventDefault();
      try {
        const answer = await send(Object.fromEntries(new FormData(form)));
        forget();
        onSent(answer);
      } catch (error) {
        replace(problem, error.message);
      }
    },
    onkeydown: (event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && form.requestSubmit(),
  }, fields, problem);
  if (draft) forget = keepDraft(form, draft);
  return form;
}

/** Such a form in a dialog. Resolves to what `send` gave, or to undefined when it was cancelled. */
export function askForm(title, fields, actionWords, send, draft) {
  return new Promise((resolve) => {
    let answer;
    const form = sendingForm(fields, send, draft, (given) => {
      answer = given;
      dialog.close();
    });
    form.id = "dialog-form";
    const dialog = showDialog(title, form, [h("button.primary", { type: "submit", form: "dialog-form" }, actionWords)]);
    dialog.addEventListener("close", () => resolve(answer));
    form.querySelector("[autofocus], textarea, input, select")?.focus();
  });
}

export function field(label, control, hint) {
  return h("label.field", {}, h("span.label", {}, label), control, hint && h("span.hint", {}, hint));
}

const narrow = matchMedia("(max-width: 760px)");

/** Many filters: on a phone folded away behind a line that says so. */
export function folded(form) {
  const fold = h("details.fold", { open: !narrow.matches }, h("summary", {}, t("filter.label")), form);
  narrow.addEventListener("change", () => { fold.open = !narrow.matches; });
  return fold;
}

export function notice(text, kind = "done") {
  let stack = document.querySelector(".notices");
  if (!stack) stack = document.body.appendChild(h("div.notices", { role: "status", "aria-live": "polite" }));
  while (stack.children.length >= NOTICES_MAX) {
    const first = stack.querySelector(".notice:not(.bad)") ?? (stack.children.length >= BAD_MAX ? stack.firstChild : null);
    if (!first) break;
    first.remove();
  }
  const item = stack.appendChild(h(`div.notice.${kind}`, {}, text));
  setTimeout(() => item.remove(), kind === "bad" ? 8000 : 3500);
}

export const failed = (error) => notice(error.message, "bad");

export const emptyState = (text) => h("p.empty", {}, text);

/** What one may not see, or is gone: said politely, with a way on. */
const outOfSight = (error) => h("div.panel.outOfSight", { role: "alert" }, h("h1", {}, t("sight.title")), h("p", {}, t("sight.why")), h("p", {}, h("small", {}, error.message)),
  h("a.button", { href: "#/" }, t("sight.on")));

/** Fills `place` with what `load` resolves to; meanwhile and on failure it says so. */
export async function fill(place, load) {
  place.setAttribute("aria-busy", "true");
  try {
    replace(place, await load());
  } catch (error) {
    replace(place, error.status === 403 || error.status === 404 ? outOfSight(error) : h("div.problem.block", { role: "alert" }, error.message,
      h("button", { type: "button", onclick: () => fill(place, load) }, t("do.again"))));
  } finally {
    place.removeAttribute("aria-busy");
  }
}

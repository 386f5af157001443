/* SPDX-License-Identifier: GPL-3.0-or-later */
// Building and finding elements. Text always goes in as text, never as HTML.

/** h("td.number", {title: "…", onclick: f}, child, …): an element; null and false children are left out. */
export function h(name, attributes = {}, ...children) {
  if (attributes === null || typeof attributes !== "object" || attributes instanceof Node || Array.isArray(attributes)) {
    children.unshift(attributes);
    attributes = {};
  }
  const [tag, ...classes] = name.split(".");
  const element = document.createElement(tag || "div");
  if (classes.length) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "style") Object.assign(element.style, value);
    else if (key === "value") element.value = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  add(element, children);
  return element;
}

function add(element, children) {
  for (const child of children.flat(Infinity))
    if (child !== null && child !== undefined && child !== false) element.append(child);
}

export function replace(element, ...children) {
  element.replaceChildren();
  add(element, children);
  return element;
}

/** Calls `f` once, `ms` after the last of a burst of calls. */
export function settled(f, ms) {
  let timer;
  return (...parameters) => {
    clearTimeout(timer);
    timer = setTimeout(() => f(...parameters), ms);
  };
}

/** The colour that the theme gives a custom property now, for canvases. */
export const colour = (property) => paint(`var(${property})`);

/** The same of whatever CSS calls a colour. */
export function paint(css) {
  const probe = document.body.appendChild(h("span", { hidden: true, style: { color: css } }));
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

export function svgIcon(path, size = 16) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const line = document.createElementNS(space, "path");
  for (const [key, value] of Object.entries({ viewBox: "0 0 16 16", width: size, height: size, "aria-hidden": "true", class: "icon" }))
    svg.setAttribute(key, value);
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

export const icons = {
  play: "M4 2.5v11l9-5.5z",
  pause: "M4 3h3v10H4zM9 3h3v10H9z",
};

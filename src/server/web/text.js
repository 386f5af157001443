/* SPDX-License-Identifier: GPL-3.0-or-later */
// Words in the chosen language, and dates and numbers as its readers write them.

const languages = ["en", "zh-CN"];
let language = "en";
let words = {};
const makers = new Map();

export const currentLanguage = () => language;

function preferred() {
  const kept = localStorage.getItem("callqa.language");
  if (languages.includes(kept)) return kept;
  return navigator.languages.some((name) => name.toLowerCase().startsWith("zh")) &&
    !navigator.languages[0].toLowerCase().startsWith("en") ? "zh-CN" : "en";
}

/** The whole catalogue of a language. */
export const wordsOf = async (name) => (await fetch(`web/lang/${name}.json`)).json();

export async function setLanguage(name = preferred()) {
  words = await wordsOf(name);
  language = name;
  localStorage.setItem("callqa.language", name);
  document.documentElement.lang = name;
  makers.clear();
}

/** The words for `key`; {name} is replaced, and numbers pick "key.one" where the language tells one from many. */
export function t(key, values = {}) {
  const form = values.n === undefined ? "" : `.${new Intl.PluralRules(language).select(values.n)}`;
  const text = words[key + form] ?? words[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) =>
    typeof values[name] === "number" ? number(values[name]) : values[name] ?? whole);
}

export const has = (key) => key in words;

/** A word for one of a set of values ("severity", "major"); the value itself when the set has grown. */
export const word = (set, value) => (has(`${set}.${value}`) ? t(`${set}.${value}`) : value);

/** A word that begins a sentence, a label, a line. */
export const capital = (text) => text.charAt(0).toLocaleUpperCase(language) + text.slice(1);

/** What {"en", "zh"} says in this language, or in the other. */
export const said = (text) => (text ? (language === "zh-CN" ? text.zh ?? text.en : text.en ?? text.zh) ?? "" : "");

function maker(kind, options) {
  const key = kind.name + JSON.stringify(options);
  if (!makers.has(key)) makers.set(key, new kind(language, options));
  return makers.get(key);
}

export const number = (value, digits = 2) =>
  value === null || value === undefined ? "–" : maker(Intl.NumberFormat, { maximumFractionDigits: digits }).format(value);

export const fixed = (value, digits = 1) =>
  value === null || value === undefined ? "–"
    : maker(Intl.NumberFormat, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);

export const share = (value) =>
  value === null || value === undefined ? "–" : maker(Intl.NumberFormat, { style: "percent", maximumFractionDigits: 0 }).format(value);

export const deduction = (points) => (points > 0 ? `−${number(points)}` : number(0));

const two = (value) => String(value).padStart(2, "0");

/** 75417 → "1:15"; with tenths "1:15.4". */
export function clock(ms, tenths = false) {
  const sign = ms < 0 ? "−" : "";
  const whole = Math.floor(Math.abs(ms) / 100) / 10;
  const seconds = Math.floor(whole) % 60;
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3600);
  const rest = tenths ? `.${Math.round((whole % 1) * 10)}` : "";
  return `${sign}${hours ? `${hours}:${two(minutes)}` : minutes}:${two(seconds)}${rest}`;
}

/** A moment as the recorder's clock showed it: the offset in `iso` is the site's, and stays. */
export function siteTime(iso) {
  const parts = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)/.exec(iso ?? "");
  if (!parts) return "–";
  const [, year, month, day, hour, minute] = parts.map(Number);
  return maker(Intl.DateTimeFormat, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "UTC" })
    .format(Date.UTC(year, month - 1, day, hour, minute));
}

/** For paper, which nobody can ask: with year, second and offset; the site's as the recorder's clock showed it. */
export function exactTime(iso) {
  const site = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?([+-]\d\d:\d\d)$/.exec(iso ?? "");
  if (site) return site.slice(1).join(" ");
  const at = new Date(iso ?? NaN);
  if (Number.isNaN(at.getTime())) return "–";
  const offset = -at.getTimezoneOffset();
  const zone = `${offset < 0 ? "-" : "+"}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())} ${zone}`;
}

/** A moment of our own clock, in the reader's zone. */
export const moment = (iso) =>
  iso ? maker(Intl.DateTimeFormat, { dateStyle: "medium", timeStyle: "short" }).format(new Date(iso)) : "–";

/** The day that the reader's clock shows, "2025-11-20". */
export const today = () => new Date(Date.now() - new Date().getTimezoneOffset() * 60000).toISOString().slice(0, 10);

/** "2025-11-20" as its reader writes it. */
export const day = (iso) =>
  iso ? maker(Intl.DateTimeFormat, { dateStyle: "medium", timeZone: "UTC" }).format(new Date(`${iso.slice(0, 10)}T00:00:00Z`)) : "–";

// Words, elements and values as the page shows them.

/** @type {Record<string, string>} Every word of the page, out of one file. */
const words = await (await fetch(new URL("words.json", import.meta.url))).json();

/**
 * The text of a key, with its placeholders filled in.
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 */
export function t(key, values = {}) {
  let text = words[key] ?? key;
  for (const [name, value] of Object.entries(values)) text = text.replaceAll(`{${name}}`, () => String(value));
  return text;
}

/** A message without the marks of code, which a terminal shows around commands. @param {string} text */
export const withoutCodeMarks = (text) => text.replaceAll("`", "");

/** The text of a key for a number. @param {string} key @param {number} n @param {Record<string, string | number>} [values] */
export const tn = (key, n, values = {}) => t(`${key}_${n === 1 ? "one" : "other"}`, { n, ...values });

/**
 * The first element that matches, as what it is known to be.
 * @template {Element} [E=HTMLElement]
 * @param {string} selector
 * @param {ParentNode} [root]
 * @returns {E | null}
 */
export const one = (selector, root = document) => /** @type {E | null} */ (root.querySelector(selector));

/**
 * All elements that match.
 * @template {Element} [E=HTMLElement]
 * @param {string} selector
 * @param {ParentNode} [root]
 * @returns {E[]}
 */
export const all = (selector, root = document) => /** @type {E[]} */ ([...root.querySelectorAll(selector)]);

/**
 * A new element.
 * @param {string} tag
 * @param {Record<string, string | boolean | number>} [attributes]
 * @param {(Node | string)[]} children
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false) element.setAttribute(name, String(value));
  }
  element.append(...children);
  return element;
}

/** The archive's time zone. */
export const zone = document.body.dataset.zone || "UTC";

/** `14:42:07` in the archive's time zone. @param {number} milliseconds since 1970 */
export const wallClock = (milliseconds) =>
  new Date(milliseconds).toLocaleTimeString("en-GB", { timeZone: zone === "GMT" ? "UTC" : zone });

/** `Tue 24 Nov 14:42`, in the archive's time zone; with the year if it is another one. @param {number} milliseconds since 1970 */
export function moment(milliseconds) {
  const timeZone = zone === "GMT" ? "UTC" : zone;
  const [time, now] = [new Date(milliseconds), new Date()];
  const year = (/** @type {Date} */ date) => date.toLocaleDateString("en-GB", { timeZone, year: "numeric" });
  /** @type {Intl.DateTimeFormatOptions} */
  const form = { timeZone, weekday: "short", day: "numeric", month: "short", ...(year(time) === year(now) ? {} : { year: "numeric" }) };
  return `${time.toLocaleDateString("en-GB", form).replace(",", "")} ${wallClock(milliseconds).slice(0, 5)}`;
}

/** `4:07` or `1:04:07`. @param {number} seconds */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** `57.3 MB`. @param {number} bytes */
export function size(bytes) {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let unit = 0;
  while (bytes >= 999.5 && unit < units.length - 1) {
    bytes /= 1000;
    unit += 1;
  }
  return `${unit === 0 || bytes >= 99.95 ? Math.round(bytes) : bytes.toFixed(1)} ${units[unit]}`;
}

/** A number with its digits in groups of three. @param {number} value */
export const count = (value) => Number(value ?? 0).toLocaleString("en-GB").replaceAll(",", "\u202F");

/** Says something in passing. @param {string | Node} content @param {boolean} [stays] */
export function notice(content, stays = false) {
  const line = make("p", {}, content);
  one("#notices")?.append(line);
  if (!stays) setTimeout(() => line.remove(), 6000);
}

/** Asks once, in words. @param {string} question @param {string} act @returns {Promise<boolean>} */
export function confirmed(question, act) {
  return new Promise((resolve) => {
    const yes = make("button", { value: "yes", class: "first" }, act);
    const row = make("div", { class: "row" }, make("button", { value: "no" }, t("cancel")), yes);
    const dialog = /** @type {HTMLDialogElement} */ (make("dialog", { "aria-label": act }, make("form", { method: "dialog" }, make("p", {}, question), row)));
    dialog.addEventListener("close", () => {
      resolve(dialog.returnValue === "yes");
      dialog.remove();
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** A colour of the page's tokens. @param {string} name */
export const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

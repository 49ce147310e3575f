// What every view has: keys, theme, log out, labels of tables that become cards.
import { send } from "./api.js";
import { all, notice, one } from "./dom.js";

/** Whether keys that are typed belong to a field. @param {EventTarget | null} target */
const isTyping = (target) =>
  target instanceof HTMLElement && target.closest("input:not([type=range]):not([type=checkbox]):not([type=radio]), select, textarea, dialog") !== null;

// Theme: a cookie says it, so that the next page has it at once.
const themeButton = one("#theme");
if (themeButton) {
  const root = document.documentElement;
  const current = () => root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  const label = () => (themeButton.textContent = current() === "dark" ? themeButton.dataset.light ?? "" : themeButton.dataset.dark ?? "");
  themeButton.hidden = false;
  themeButton.addEventListener("click", () => {
    root.dataset.theme = current() === "dark" ? "light" : "dark";
    document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; SameSite=Strict`;
    label();
    dispatchEvent(new Event("themechange"));
  });
  label();
}

// Log out.
const logout = one("#logout");
if (logout) {
  logout.hidden = false;
  logout.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await send("/session", { method: "DELETE" });
    } finally {
      location.href = "/login";
    }
  });
}

// On a phone, the entry of this view may be outside of the bar that scrolls.
one(".side nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });

// Headings of columns, for tables that become cards.
for (const table of all("table.cards")) {
  const names = all("thead tr > *", table).map((head) => head.firstChild?.textContent?.trim() ?? "");
  for (const row of all("tbody tr", table)) {
    [...row.children].forEach((cell, place) => {
      const isLabelled = cell.classList.contains("n") || (place > 0 && table.classList.contains("labelled"));
      if (isLabelled && names[place]) cell.setAttribute("data-label", names[place]);
      // A card shows only the figures that say something.
      if (cell.classList.contains("n") && cell.textContent?.trim() === "0") cell.classList.add("zero");
    });
  }
}

// Keys.
const help = /** @type {HTMLDialogElement | null} */ (one("#help"));
const keysButton = one("#keys");
if (keysButton) {
  keysButton.hidden = false;
  keysButton.addEventListener("click", () => help?.showModal());
}
const ways = { o: "/", c: "/calls", g: "/gaps", p: "/passes", e: "/evidence", s: "/settings" };
let goes = false;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (goes) {
    goes = false;
    const way = ways[/** @type {keyof typeof ways} */ (event.key)];
    if (way) location.href = way;
    return;
  }
  if (event.key === "g") {
    goes = true;
    setTimeout(() => (goes = false), 1500);
  } else if (event.key === "?") {
    help?.showModal();
  } else if (event.key === "/") {
    event.preventDefault();
    const search = one("#q");
    if (search) search.focus();
    else location.href = "/calls#q";
  } else if (event.key === "j" || event.key === "k") {
    move(event.key === "j" ? 1 : -1);
  }
});
if (location.hash === "#q") one("#q")?.focus();

/** Moves the selection of the view's list. @param {number} by */
function move(by) {
  const rows = all("table.list tbody tr, .gaplist .gap, .days a");
  if (rows.length === 0) return;
  const at = rows.findIndex((row) => row.contains(document.activeElement) || row === document.activeElement);
  const next = rows[Math.min(rows.length - 1, Math.max(0, at < 0 ? 0 : at + by))];
  for (const row of rows) row.removeAttribute("aria-selected");
  if (next.matches("tr")) next.setAttribute("aria-selected", "true");
  (next.matches("a") ? next : one("a", next))?.focus();
  next.scrollIntoView({ block: "nearest" });
}

// Paper has no details to open.
/** @type {HTMLDetailsElement[]} */
let opened = [];
addEventListener("beforeprint", () => {
  opened = /** @type {HTMLDetailsElement[]} */ (all("main details:not([open]):not(#more-filters)"));
  for (const details of opened) details.open = true;
});
addEventListener("afterprint", () => {
  for (const details of opened) details.open = false;
});

// What was done on the page before.
const said = sessionStorage.getItem("notice");
if (said) {
  sessionStorage.removeItem("notice");
  notice(said);
}

// Results while one types, and a preview that plays without leaving the list.
import { Problem, api } from "./api.js";
import { Collection } from "./collect.js";
import { all, clock, count, make, notice, one, t } from "./dom.js";
import { draw, knock, waveform } from "./listen.js";

const form = /** @type {HTMLFormElement} */ (one("#search"));
const field = /** @type {HTMLInputElement} */ (one("#q"));
let request = 0;
/** @type {AbortController | null} */
let running = null;
/** Whether the address is that of what is being typed. */
let isTyping = false;
const collection = new Collection();

/** Shows what a search finds, without a new page. @param {string} address @param {boolean} typed */
async function show(address, typed) {
  const own = ++request;
  running?.abort();
  running = new AbortController();
  const busy = setTimeout(() => one("#results")?.setAttribute("aria-busy", "true"), 200);
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" }, signal: running.signal });
    if (answer.redirected && new URL(answer.url).pathname === "/login") return location.assign(answer.url);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = one("#results", page);
    if (own !== request || !found) return;
    const isOpen = one("#more-filters")?.hasAttribute("open");
    one("#results")?.replaceWith(found);
    const canonical = found.dataset.canonical ?? address;
    const details = /** @type {HTMLDetailsElement | null} */ (one("#more-filters", found));
    if (details && isOpen) details.open = true;
    // What is typed is one step back, and not one for each letter.
    if ((typed && isTyping) || canonical === location.pathname + location.search) history.replaceState(null, "", canonical);
    else history.pushState(null, "", canonical);
    isTyping = typed;
    if (!typed) {
      one("#kept-filters")?.replaceWith(/** @type {Element} */ (one("#kept-filters", page)));
      field.value = "";
    }
    ready();
  } catch (error) {
    if (!running.signal.aborted) notice(t("unreachable"));
  } finally {
    clearTimeout(busy);
  }
}

/** The address of what the form says. */
const address = () => {
  const query = new URLSearchParams(/** @type {any} */ (new FormData(form)));
  for (const [name, value] of [...query]) if (value.trim() === "") query.delete(name);
  return `/calls?${query}`;
};

let wait = 0;
field.addEventListener("input", () => {
  clearTimeout(wait);
  // The first digits of a number are too few to find it: what is shown stays.
  if (/^[+(]?[0-9]{1,3}$/.test(field.value.trim())) return;
  wait = window.setTimeout(() => show(address(), true), 120);
});
field.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown") return;
  event.preventDefault();
  one("#calls tbody a")?.focus();
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(wait);
  // The first call is one key away.
  show(address(), false).then(() => one("#calls tbody a")?.focus());
});
addEventListener("popstate", () => location.reload());

// The preview.
const audio = new Audio();
audio.preload = "none";
/** @type {HTMLElement | null} */
let bar = null;
/** @type {import("./listen.js").Waveform | null} */
let wave = null;
/** @type {HTMLElement | null} */
let current = null;

function paint() {
  const canvas = bar && /** @type {HTMLCanvasElement} */ (one("canvas", bar));
  if (!bar || !canvas) return;
  draw(canvas, wave, audio.duration ? audio.currentTime / audio.duration : 0);
  const output = one("output", bar);
  if (output) output.textContent = `${clock(audio.currentTime)} / ${clock(audio.duration || 0)}`;
  const button = one("button", bar);
  if (button) button.textContent = audio.paused ? "▶" : "❚❚";
  button?.setAttribute("aria-label", t(audio.paused ? "play" : "pause"));
  if (!audio.paused) requestAnimationFrame(paint);
}
for (const name of ["play", "pause", "timeupdate", "loadedmetadata", "ended"]) audio.addEventListener(name, paint);

/** @param {HTMLElement} row */
async function preview(row) {
  if (row === current && audio.src) return audio.paused ? audio.play() : audio.pause();
  const page = one("td.when a", row)?.getAttribute("href") ?? "";
  const call = `/api/v1${page}`;
  try {
    const { recordings } = await api(call);
    const main = recordings
      .filter((/** @type {any} */ line) => line.kind !== "transcription" && line.sha256)
      .sort((/** @type {any} */ a, /** @type {any} */ b) => (b.call_type === "main") - (a.call_type === "main") || a.segment - b.segment)[0];
    if (!main) return notice(t("not_held_yet"));
    const file = `${call}/${encodeURIComponent(main.file)}`;
    await knock(call, file);
    wave = await waveform(file).catch(() => null);
    current = row;
    audio.src = file;
    if (!bar) {
      const button = make("button", { class: "round first" }, "▶");
      button.addEventListener("click", () => current && preview(current));
      bar = make("div", { class: "preview", role: "region", "aria-label": t("player") }, button, make("a", {}), make("canvas", {}), make("output", { "aria-live": "off" }));
      document.body.append(bar);
      document.body.classList.add("has-player");
    }
    const link = /** @type {HTMLAnchorElement} */ (one("a", bar));
    link.href = page;
    link.textContent = one("td.when", row)?.textContent ?? "";
    await audio.play();
  } catch (error) {
    if (error instanceof Problem && error.code === "reason_required") return;
    notice(t("audio_failed", { detail: /** @type {Error} */ (error).message }));
  }
}

/** Says how many calls match, if the list has only the newest of them: counting ends at a thousand. */
async function total() {
  const line = one("#count");
  const { count: path, shown } = line?.dataset ?? {};
  if (!line || !path || !shown) return;
  try {
    const found = await api(path);
    const more = found.more ? "calls_of_more" : "calls_of";
    line.textContent = t(more, { n: shown, of: count(found.calls) });
  } catch {
    // The line says already that there are more.
  }
}

/** Puts a filter back into the search line, to be changed there. The others stay, also those that were typed. @param {HTMLElement} chip */
function edit(chip) {
  const kept = one("#kept-filters");
  one(`#kept-filters [name="${chip.dataset.filter}"]`)?.remove();
  for (const [name, value] of new URL(/** @type {HTMLAnchorElement} */ (chip).href).searchParams) {
    if (name === "q") continue;
    one(`#kept-filters [name="${name}"]`)?.remove();
    kept?.append(make("input", { type: "hidden", name, value }));
  }
  field.value = chip.dataset.typed ?? "";
  field.focus();
  field.setSelectionRange(field.value.indexOf(":") + 1, field.value.length);
}

/** Makes the rows live. */
function ready() {
  collection.show();
  total();
  for (const row of all("#calls tbody tr")) {
    const button = one("button.play", row);
    if (!button) continue;
    button.hidden = false;
    button.addEventListener("click", () => preview(row));
  }
  for (const link of /** @type {HTMLAnchorElement[]} */ (all(".chips a:not(.edit), .facets a, a.sort"))) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      show(link.getAttribute("href") ?? "/calls", false);
    });
  }
  for (const chip of all(".chips a.edit")) {
    chip.addEventListener("click", (event) => {
      event.preventDefault();
      edit(chip);
    });
  }
}
ready();

document.addEventListener("keydown", (event) => {
  if (event.key !== " " || event.target instanceof HTMLInputElement || event.target instanceof HTMLButtonElement) return;
  const row = /** @type {HTMLElement | null} */ (document.activeElement?.closest("#calls tbody tr") ?? null) ?? current;
  if (!row || !one("button.play", row)) return;
  event.preventDefault();
  preview(row);
});

// Calls that are selected in the list, and put into a case together.
import { Problem, api } from "./api.js";
import { all, make, notice, one, t, tn } from "./dom.js";

/**
 * Puts calls into a case, which is made if there is none with this name.
 * @param {string} name @param {string[]} calls paths of the calls' pages @param {(call: string) => void} [done]
 */
export async function addToCase(name, calls, done) {
  const known = all("#case-names option").map((option) => option.getAttribute("value"));
  if (!known.includes(name)) {
    try {
      await api("/api/v1/cases", { method: "POST", body: { name } });
      one("#case-names")?.append(make("option", { value: name }));
    } catch (problem) {
      // There may be more cases than are offered.
      if (!(problem instanceof Problem) || problem.code !== "name_taken") throw problem;
    }
  }
  for (const call of calls) {
    await api(`/api/v1/cases/${encodeURIComponent(name)}${call}`, { method: "PUT" });
    done?.(call);
  }
}

/** The page of the call in whose row a box is. @param {HTMLInputElement} box */
const path = (box) => one("td.when a", box.closest("tr") ?? box)?.getAttribute("href") ?? "";

/** The selected calls: they stay selected while the list changes. */
export class Collection {
  constructor() {
    /** @type {Set<string>} By the path of the call's page. */
    this.picked = new Set();
    this.tray = /** @type {HTMLFormElement | null} */ (one("#collect"));
    this.hasNames = false;
    this.tray?.addEventListener("submit", (event) => {
      event.preventDefault();
      this.collect();
    });
    one("#unpick")?.addEventListener("click", () => {
      this.picked.clear();
      this.show();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "x" || event.ctrlKey || event.metaKey || event.altKey) return;
      const box = one("td.pick input", document.activeElement?.closest("#calls tbody tr") ?? make("tr"));
      if (!document.activeElement?.matches("input:not([type=checkbox])")) box?.click();
    });
  }

  get boxes() { return /** @type {HTMLInputElement[]} */ (all("#calls tbody .pick input")); }

  /** Makes the boxes of the rows live, and shows what is selected. */
  show() {
    if (!this.tray) return;
    for (const cell of all("#calls td.pick:empty")) {
      const label = cell.closest("thead") ? t("select_page") : `${t("select_call")} ${one("bdi", cell.closest("tr") ?? cell)?.textContent}`;
      cell.append(make("input", { type: "checkbox", "aria-label": label }));
    }
    for (const box of this.boxes) {
      box.checked = this.picked.has(path(box));
      box.onchange = () => {
        this.pick(box, box.checked);
        this.count();
      };
    }
    const page = /** @type {HTMLInputElement | null} */ (one("#calls thead .pick input"));
    if (page) {
      page.onchange = () => {
        const isPicked = page.checked;
        for (const box of this.boxes) this.pick(box, isPicked);
        this.count();
      };
    }
    this.count();
  }

  /** @param {HTMLInputElement} box @param {boolean} isPicked */
  pick(box, isPicked) {
    box.checked = isPicked;
    if (isPicked) this.picked.add(path(box));
    else this.picked.delete(path(box));
  }

  /** Says how many are selected. */
  count() {
    if (!this.tray) return;
    const own = this.boxes.filter((box) => box.checked).length;
    const page = /** @type {HTMLInputElement | null} */ (one("#calls thead .pick input"));
    if (page) {
      page.checked = own > 0 && own === this.boxes.length;
      page.indeterminate = own > 0 && own < this.boxes.length;
    }
    this.tray.hidden = this.picked.size === 0;
    const output = one("#picked");
    if (output) output.textContent = tn("selected", this.picked.size);
    if (this.picked.size > 0) this.names();
  }

  /** Offers the names of the cases, once. */
  async names() {
    if (this.hasNames) return;
    this.hasNames = true;
    try {
      const { cases } = await api("/api/v1/cases?limit=1000");
      one("#case-names")?.replaceChildren(...cases.map((/** @type {any} */ line) => make("option", { value: line.name })));
    } catch {
      // A name can be typed without being offered.
    }
  }

  /** Puts the selected calls into the case that the tray names. */
  async collect() {
    const form = /** @type {HTMLFormElement} */ (this.tray);
    const error = /** @type {HTMLElement} */ (one(".error", form));
    const name = String(new FormData(form).get("name")).trim();
    const number = this.picked.size;
    error.hidden = true;
    try {
      await addToCase(name, [...this.picked], (call) => this.picked.delete(call));
      notice(make("a", { href: `/cases/${encodeURIComponent(name)}` }, tn("case_collected", number, { name })), true);
    } catch (problem) {
      error.textContent = t("failed", { detail: /** @type {Error} */ (problem).message });
      error.hidden = false;
    }
    this.show();
  }
}

// The figures of the day that has the focus or the pointer.
import { all, one, t } from "./dom.js";

const tip = /** @type {HTMLElement} */ (one("#tip"));
for (const day of all(".days a")) {
  const show = () => (tip.textContent = day.getAttribute("aria-label") ?? "");
  day.addEventListener("focus", show);
  day.addEventListener("pointerenter", show);
}
one(".months")?.addEventListener("pointerleave", () => (tip.textContent = t("day_tip")));

// Arrows move by days and weeks.
const days = all(".days a");
one(".months")?.addEventListener("keydown", (event) => {
  const by = /** @type {Record<string, number>} */ ({ ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 })[event.key];
  const at = days.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  if (!by || at < 0) return;
  event.preventDefault();
  days[Math.min(days.length - 1, Math.max(0, at + by))].focus();
});

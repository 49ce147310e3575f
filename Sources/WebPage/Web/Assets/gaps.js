// Explains gaps, one or many, and takes an explanation back.
import { api } from "./api.js";
import { all, confirmed, notice, one, t, tn } from "./dom.js";

const form = /** @type {HTMLFormElement | null} */ (one("#explain"));
const organization = one("#gaps")?.dataset.organization ?? "";
const boxes = /** @type {HTMLInputElement[]} */ (all(".pick input"));
const picked = () => [...new Set(boxes.filter((box) => box.checked).map((box) => box.value))];

function count() {
  if (!form) return;
  const number = picked().length;
  form.hidden = number === 0;
  const output = one("#picked", form);
  if (output) output.textContent = tn("picked", number);
}
for (const box of boxes) box.addEventListener("change", count);
for (const button of all("button.all")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const own = /** @type {HTMLInputElement[]} */ (all(".pick input", button.closest("section") ?? document));
    const isAll = own.every((box) => box.checked);
    for (const box of own) box.checked = !isAll;
    count();
  });
}

if (form) {
  const error = /** @type {HTMLElement} */ (one(".error", form));
  const fail = (/** @type {unknown} */ problem) => {
    error.textContent = t("failed", { detail: /** @type {Error} */ (problem).message });
    error.hidden = false;
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const values = new FormData(form);
    const tasks = picked();
    error.hidden = true;
    try {
      const answer = await api("/api/v1/gaps/explanations", {
        method: "POST", body: { organization, tasks, reason: values.get("reason"), note: values.get("note") },
      });
      sessionStorage.setItem("notice", tn("explained_done", answer.gaps.length));
      location.reload();
    } catch (problem) {
      fail(problem);
    }
  });
  one("#retry", form)?.addEventListener("click", async () => {
    error.hidden = true;
    if (!(await confirmed(t("retry_confirm"), t("retry_now")))) return;
    const days = [...new Set(boxes.filter((box) => box.checked).map((box) => box.dataset.day ?? ""))].filter(Boolean);
    try {
      for (const day of days) await api("/api/v1/passes", { method: "POST", body: { organizations: [organization], day } });
      sessionStorage.setItem("notice", t("retry_started"));
      location.href = `/passes?organization=${organization}`;
    } catch (problem) {
      fail(problem);
    }
  });
}

for (const button of all("button.withdraw")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (!(await confirmed(t("withdraw_confirm"), t("withdraw")))) return;
    try {
      await api("/api/v1/gaps/withdrawals", { method: "POST", body: { organization: button.dataset.organization, tasks: [button.dataset.task] } });
      sessionStorage.setItem("notice", t("withdrawn"));
      location.reload();
    } catch (problem) {
      notice(t("failed", { detail: /** @type {Error} */ (problem).message }));
    }
  });
}

// A link to one gap selects it.
const target = location.hash.slice(1);
for (const box of boxes) if (target && box.value === decodeURIComponent(target)) box.checked = true;
count();

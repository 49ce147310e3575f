// Creates cases, takes calls out of them, exports them.
import { api } from "./api.js";
import { all, confirmed, notice, one, t } from "./dom.js";

/**
 * Sends what a form says, and says in place what is wrong.
 * @param {string} selector @param {(values: Record<string, string>) => Promise<unknown>} act
 */
function handle(selector, act) {
  const form = /** @type {HTMLFormElement | null} */ (one(selector));
  if (!form) return;
  const error = /** @type {HTMLElement} */ (one(".error", form));
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    error.hidden = true;
    try {
      await act(Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)])));
    } catch (problem) {
      error.textContent = t("failed", { detail: /** @type {Error} */ (problem).message });
      error.hidden = false;
    }
  });
}

const path = one("#case")?.dataset.api ?? "";

handle("#new-case", async ({ name, note }) => {
  await api("/api/v1/cases", { method: "POST", body: note ? { name, note } : { name } });
  location.href = `/cases/${encodeURIComponent(name)}`;
});

handle("#export", async ({ reason }) => {
  await api(`${path}/exports`, { method: "POST", body: { reason } });
  location.reload();
});

for (const button of all("button.remove")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (!(await confirmed(t("case_remove_confirm"), t("case_remove")))) return;
    try {
      const { organization, task } = button.dataset;
      await api(`${path}/calls/${encodeURIComponent(organization ?? "")}/${encodeURIComponent(task ?? "")}`, { method: "DELETE" });
      location.reload();
    } catch (problem) {
      notice(t("failed", { detail: /** @type {Error} */ (problem).message }));
    }
  });
}

// An export that is under way.
const live = one("[data-live]")?.dataset.live;
if (live) {
  const timer = setInterval(async () => {
    try {
      const { state } = await api(`${path}/exports/${live}`);
      if (["waiting", "running"].includes(state)) return;
      clearInterval(timer);
      location.reload();
    } catch {
      clearInterval(timer);
    }
  }, 1000);
}

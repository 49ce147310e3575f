// Creates and revokes keys, and ends sessions.
import { api } from "./api.js";
import { all, confirmed, make, notice, one, t } from "./dom.js";

for (const button of all("button.revoke")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const name = button.dataset.name ?? "";
    if (!(await confirmed(t("revoke_confirm", { name }), t("revoke")))) return;
    try {
      await api(`/api/v1/keys/${encodeURIComponent(name)}`, { method: "DELETE" });
      sessionStorage.setItem("notice", t("revoked", { name }));
      location.reload();
    } catch (problem) {
      notice(t("failed", { detail: /** @type {Error} */ (problem).message }));
    }
  });
}

for (const button of all("button.end-session")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const { id = "", name = "" } = button.dataset;
    if (!(await confirmed(t("session_end_confirm", { name }), t("session_end")))) return;
    try {
      await api(`/api/v1/sessions/${encodeURIComponent(id)}`, { method: "DELETE" });
      sessionStorage.setItem("notice", t("session_was_ended", { name }));
      location.reload();
    } catch (problem) {
      notice(t("failed", { detail: /** @type {Error} */ (problem).message }));
    }
  });
}

const form = /** @type {HTMLFormElement | null} */ (one("#new-key"));
if (form) {
  const error = /** @type {HTMLElement} */ (one(".error", form));
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    error.hidden = true;
    const values = Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ""));
    try {
      const made = await api("/api/v1/keys", { method: "POST", body: values });
      const line = /** @type {HTMLElement} */ (one("#made-key"));
      line.replaceChildren(t("key_made", { name: made.name }), make("br"), make("code", {}, made.key));
      line.hidden = false;
      form.reset();
    } catch (problem) {
      error.textContent = t("failed", { detail: /** @type {Error} */ (problem).message });
      error.hidden = false;
    }
  });
}

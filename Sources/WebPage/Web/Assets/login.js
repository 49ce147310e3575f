// Exchanges a key for a session, and goes on where one was.
import { one, t } from "./dom.js";

const form = /** @type {HTMLFormElement} */ (one("#login"));
const error = /** @type {HTMLElement} */ (one("#login-error"));
/** A path on this host. */
const next = form.dataset.next || "/";

/** @param {string} code */
function complain(code) {
  error.textContent = t(`login_failed_${code}`) === `login_failed_${code}` ? t("login_failed_unknown_key") : t(`login_failed_${code}`);
  error.hidden = false;
}

// Who follows a link of another site comes without the cookie, which only pages of this host send. So go there once from here.
const from = document.referrer ? new URL(document.referrer).origin : location.origin;
if (from !== location.origin && !sessionStorage.getItem("login-skipped")) {
  sessionStorage.setItem("login-skipped", "1");
  location.replace(next);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = /** @type {HTMLButtonElement} */ (one("button", form));
  const key = /** @type {HTMLInputElement} */ (one("#key", form));
  button.disabled = true;
  error.hidden = true;
  try {
    const answer = await fetch("/session", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify({ key: key.value.trim() }),
    });
    if (answer.ok) return location.replace(next);
    const problem = await answer.json().catch(() => ({ type: "unknown_key" }));
    complain(problem.type);
    key.select();
  } catch {
    complain("unreachable");
  } finally {
    button.disabled = false;
  }
});

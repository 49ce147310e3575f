// Keys, sessions, logins at the provider, webhooks, and a test of notifications.
import { api, send } from "./api.js";
import { all, confirmed, make, notice, one, t, tn, withoutCodeMarks } from "./dom.js";

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
    const data = new FormData(form);
    const organizations = data.getAll("organizations");
    data.delete("organizations");
    const values = {
      ...Object.fromEntries([...data].filter(([, value]) => value !== "")),
      ...(organizations.length > 0 ? { organizations } : {}),
    };
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

// Connects an organization: the provider's page sends the browser back.
for (const button of all("button.connect")) {
  const error = /** @type {HTMLElement} */ (one("#connect-error"));
  button.hidden = false;
  button.addEventListener("click", async () => {
    error.hidden = true;
    try {
      const login = await api(`/api/v1/organizations/${encodeURIComponent(button.dataset.organization ?? "")}/authorization`, { method: "POST" });
      location.assign(login.url);
    } catch (problem) {
      error.textContent = t("failed", { detail: /** @type {Error} */ (problem).message });
      error.hidden = false;
    }
  });
}

// The provider's webhooks: asked for only when somebody looks, because the provider may be slow.
for (const place of /** @type {HTMLDetailsElement[]} */ (all("details.webhooks"))) {
  const name = place.dataset.organization ?? "";
  const path = `/api/v1/organizations/${encodeURIComponent(name)}/webhooks`;
  const [status, error, table] = ["[role=status]", ".error", "table"].map((part) => /** @type {HTMLElement} */ (one(part, place)));
  const [create, remove] = [".create", ".delete"].map((part) => /** @type {HTMLButtonElement} */ (one(part, place)));

  /** @param {() => Promise<void>} act */
  const doing = async (act) => {
    error.hidden = true;
    create.disabled = remove.disabled = true;
    const busy = setTimeout(() => (status.textContent = t("working")), 200);
    try {
      await act();
    } catch (problem) {
      status.textContent = "";
      error.textContent = t("failed", { detail: /** @type {Error} */ (problem).message });
      error.hidden = false;
    } finally {
      clearTimeout(busy);
      create.disabled = remove.disabled = false;
    }
  };
  const list = async () => {
    const { webhooks } = await api(path);
    status.textContent = webhooks.length === 0 ? t("webhooks_none") : tn("webhooks", webhooks.length);
    table.hidden = webhooks.length === 0;
    one("tbody", table)?.replaceChildren(
      ...webhooks.map((/** @type {any} */ line) => {
        const state = make("span", { class: `tag ${line.active ? "good" : "bad"}` }, t(line.active ? "webhook_on" : "webhook_off"));
        return make("tr", {}, make("td", { class: "wide" }, make("bdi", {}, line.name)), make("td", { class: "wide mono" }, line.destination), make("td", { class: "wide" }, line.event_types.join(", ")), make("td", {}, state));
      }),
    );
    create.hidden = remove.hidden = false;
  };
  place.addEventListener("toggle", () => place.open && doing(list));
  create.addEventListener("click", () =>
    doing(async () => {
      const made = await api(path, { method: "POST" });
      await list();
      notice(made.action === "created" ? t("webhook_made_created") : t("webhook_made_kept"));
    }),
  );
  remove.addEventListener("click", async () => {
    if (!(await confirmed(t("webhook_confirm", { name }), t("webhook_delete")))) return;
    doing(async () => {
      await send(path, { method: "DELETE" });
      await list();
      notice(t("webhook_deleted"));
    });
  });
}

// A test of the channels that alarms go to.
const test = /** @type {HTMLButtonElement | null} */ (one("#notify-test"));
if (test) {
  const list = /** @type {HTMLElement} */ (one("#notified"));
  test.hidden = false;
  test.addEventListener("click", async () => {
    test.disabled = true;
    list.replaceChildren(make("li", {}, t("working")));
    try {
      const { channels } = await api("/api/v1/notifications/tests", { method: "POST" });
      const lines = channels.map((/** @type {any} */ line) =>
        make("li", { class: line.delivered ? "good" : "bad" }, line.delivered ? t("notified_yes", { channel: line.channel }) : t("notified_no", { channel: line.channel, detail: withoutCodeMarks(line.error ?? "") })),
      );
      list.replaceChildren(...(lines.length > 0 ? lines : [make("li", {}, t("notified_none"))]));
    } catch (problem) {
      list.replaceChildren(make("li", { class: "bad" }, t("failed", { detail: /** @type {Error} */ (problem).message })));
    }
    test.disabled = false;
  });
}

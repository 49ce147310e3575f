// What is known about the bytes of a call: since when, by which entry of the evidence log, and seen by whom.
import { Problem, api } from "./api.js";
import { all, count, moment, one, t } from "./dom.js";
import { checkEntry, checkFile } from "./proof.js";

const section = one(".proof[data-examine]");
const call = section?.dataset.api ?? "";
const items = section ? all(".kept li", section) : [];
/** So many files are looked up by themselves; each is a question to the service. */
const MOST = 12;

/** The newest state of the evidence log that each anchor has seen. */
async function anchors() {
  const status = await api("/api/v1/status");
  const own = status.organizations.find((/** @type {any} */ line) => line.organization === section?.dataset.organization);
  return (own?.anchors ?? []).filter((/** @type {any} */ anchor) => anchor.size !== null);
}

/** Says in words what an entry is. @param {HTMLElement} item @param {any} proof @param {any[]} seen */
function say(item, proof, seen) {
  const entry = JSON.parse(proof.entry);
  const anchor = seen.filter(({ size }) => size > proof.leaf)[0];
  const key = entry.type === "recording.stored" ? "kept_since" : "kept_entry";
  const text = t(key, { time: moment(entry.time), index: count(proof.leaf) });
  const anchored = anchor ? t("kept_anchored", { name: anchor.name, time: moment(Date.parse(anchor.seen_time)) }) : "";
  /** @type {HTMLElement} */ (one(".entry", item)).textContent = `${text} ${anchored}`.trim();
}

/** Says of each file since when it is held. */
async function look() {
  /** @type {Promise<any[]> | null} */
  let seen = null;
  for (const item of items.slice(0, MOST)) {
    const place = /** @type {HTMLElement} */ (one(".entry", item));
    try {
      const proof = await api(`${call}/${encodeURIComponent(item.dataset.file ?? "")}/proof`);
      seen ??= anchors().catch(() => []);
      say(item, proof, await seen);
    } catch (problem) {
      if (problem instanceof Problem && [404, 409].includes(problem.status)) place.textContent = t("check_log_none");
      // Whatever else is wrong shows when somebody checks.
    }
  }
}

const check = /** @type {HTMLButtonElement | null} */ (one("#check"));
if (section && check) {
  check.hidden = false;
  check.addEventListener("click", async () => {
    check.disabled = true;
    for (const item of items) await ("listen" in section.dataset ? checkFile : checkEntry)(call, item);
    check.disabled = false;
  });
  look();
}

// The API as the page uses it: with the session's cookie, and problems as errors.
import { make, notice, t, withoutCodeMarks } from "./dom.js";

/** A problem of the API (RFC 9457). */
export class Problem extends Error {
  /** @param {number} status @param {string} code @param {string} detail */
  constructor(status, code, detail) {
    super(withoutCodeMarks(detail));
    this.status = status;
    this.code = code;
  }
}

/** @type {Promise<string | null> | null} */
let formToken = null;

/** The session's text that changes need, so that no other site can cause one. */
function token() {
  formToken ??= api("/api/v1/me").then((me) => me.session?.form_token ?? null);
  return formToken;
}

let hasEnded = false;

/** Says once that the session has ended, and where to go. */
function ended() {
  if (hasEnded) return;
  hasEnded = true;
  const next = encodeURIComponent(location.pathname + location.search);
  const line = make("span", {}, `${t("session_ended")} `, make("a", { href: `/login?next=${next}&ended=1` }, t("log_in_again")));
  notice(line, true);
}

/**
 * Sends a request.
 * @param {string} path
 * @param {{method?: string, body?: unknown, accept?: string, range?: string, signal?: AbortSignal}} [options]
 * @returns {Promise<Response>}
 */
export async function send(path, { method = "GET", body, accept = "application/json", range, signal } = {}) {
  /** @type {Record<string, string>} */
  const headers = { Accept: accept };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (range) headers.Range = range;
  if (method !== "GET") {
    const text = await token();
    if (text) headers["Callark-Form-Token"] = text;
  }
  let response;
  try {
    response = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem(0, "unreachable", t("unreachable"));
  }
  if (response.ok) return response;
  let problem = { type: "other", detail: response.statusText };
  try {
    problem = await response.json();
  } catch {
    // Not the service's own answer, such as a proxy's page: its status says enough.
  }
  if (response.status === 401) ended();
  throw new Problem(response.status, problem.type, problem.detail);
}

/** The JSON of an answer. @param {string} path @param {Parameters<typeof send>[1]} [options] */
export async function api(path, options) {
  const response = await send(path, options);
  return response.status === 204 ? {} : response.json();
}

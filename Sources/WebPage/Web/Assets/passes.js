// Watches the pass that runs, starts one, stops it.
import { Problem, api } from "./api.js";
import { colour, confirmed, count, make, notice, one, size, t, withoutCodeMarks } from "./dom.js";

const section = /** @type {HTMLElement} */ (one("#running"));
const SPAN = 10 * 60 * 1000;

/** A chart of a rate over the last ten minutes. */
class Chart {
  /** @param {string} name @param {(rate: number) => string} text */
  constructor(name, text) {
    this.canvas = /** @type {HTMLCanvasElement} */ (one(`#chart-${name}`));
    this.label = one(`#rate-${name}`);
    this.text = text;
    /** @type {{time: number, total: number}[]} */
    this.points = [];
  }

  /** @param {number} total */
  add(total) {
    const time = Date.now();
    this.points.push({ time, total });
    while (this.points.length > 2 && this.points[0].time < time - SPAN) this.points.shift();
    this.draw();
  }

  draw() {
    const ratio = devicePixelRatio || 1;
    const [width, height] = [this.canvas.clientWidth * ratio, this.canvas.clientHeight * ratio];
    Object.assign(this.canvas, { width, height });
    const pen = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    const rates = this.points.slice(1).map((point, place) => {
      const before = this.points[place];
      return { time: point.time, rate: Math.max(0, ((point.total - before.total) * 1000) / Math.max(1, point.time - before.time)) };
    });
    const last = rates.slice(-3);
    if (this.label) this.label.textContent = this.text(last.reduce((sum, { rate }) => sum + rate, 0) / Math.max(1, last.length));
    const most = Math.max(...rates.map(({ rate }) => rate), 0.001);
    const begin = Math.max((this.points[0]?.time ?? 0), Date.now() - SPAN);
    const span = Math.max(10_000, Date.now() - begin);
    pen.clearRect(0, 0, width, height);
    pen.strokeStyle = colour("--accent");
    pen.lineWidth = 1.5 * ratio;
    pen.beginPath();
    for (const { time, rate } of rates) pen.lineTo(((time - begin) / span) * width, height - ratio - (rate / most) * (height - 4 * ratio));
    pen.stroke();
  }
}

/** @type {{stored: Chart, bytes: Chart} | null} */
let charts = null;

/** Shows a pass as it is now. @param {any} pass */
function show(pass) {
  section.hidden = false;
  const state = /** @type {HTMLElement} */ (one("#run-state"));
  state.className = `tag ${pass.state === "complete" ? "good" : pass.state === "failed" ? "bad" : "wait"}`;
  state.textContent = t(`pass_${pass.state}`) === `pass_${pass.state}` ? t("pass_running") : t(`pass_${pass.state}`);
  const activity = pass.activity;
  if (!activity) return;
  const steps = { listed: activity.tasks_listed, asked: activity.tasks_asked, found: activity.recordings_found, stored: activity.recordings_stored, failed: activity.recordings_failed };
  one("#steps")?.replaceChildren(...Object.entries(steps).map(([key, value]) => make("li", { "data-step": key }, make("b", {}, count(value)), make("span", {}, t(`step_${key}`)))));
  const asking = activity.tasks_to_ask == null ? "?" : count(Math.max(0, activity.tasks_to_ask - activity.tasks_asked));
  const fetching = count(Math.max(0, activity.recordings_found - activity.recordings_stored - activity.recordings_failed));
  const backlog = one("#backlog");
  if (backlog) backlog.textContent = t("pass_backlog", { calls: asking, recordings: fetching });
  one("#waits")?.replaceChildren(...activity.waiting.map((/** @type {any} */ wait) => make("li", {}, withoutCodeMarks(wait.message))));
  const figure = /** @type {HTMLElement} */ (one(".charts", section));
  figure.hidden = false;
  charts ??= { stored: new Chart("stored", (rate) => rate.toFixed(1)), bytes: new Chart("bytes", (rate) => `${size(rate)}/s`) };
  charts.stored.add(activity.recordings_stored);
  charts.bytes.add(activity.bytes);
}

/** Shows what is left of the quota of requests now. */
async function requests() {
  const place = one("#requests");
  if (!place) return;
  try {
    const status = await api("/api/v1/status");
    const line = status.requests.find((/** @type {any} */ each) => each.organization === place.dataset.organization);
    if (!line) return;
    const paused = line.paused_seconds === null ? null : t("requests_paused", { time: `${line.paused_seconds} ${t("unit_s")}` });
    place.textContent = paused ?? t("requests_left", { left: count(line.left), all: count(line.per_minute) });
  } catch {
    // What was shown before stays; whatever is wrong shows in the pass too.
  }
}

/** Follows a pass until it ends. @param {string} id */
function watch(id) {
  section.dataset.id = id;
  const timer = setInterval(requests, 10_000);
  const stream = new EventSource(`/api/v1/passes/${id}/events`);
  stream.addEventListener("pass", (event) => {
    const pass = JSON.parse(event.data);
    show(pass);
    if (["waiting", "running"].includes(pass.state)) return;
    stream.close();
    clearInterval(timer);
    /** @type {HTMLElement} */ (one("#sentence")).textContent = t("pass_ended", { outcome: t(`pass_${pass.state}`) });
    const end = one("#stop");
    if (end) end.hidden = true;
    setTimeout(() => location.reload(), 1500);
  });
  let failures = 0;
  stream.addEventListener("error", () => {
    if (stream.readyState !== EventSource.CLOSED && (failures += 1) < 4) return;
    stream.close();
    clearInterval(timer);
    notice(t("pass_failed_watch"), true);
  });
  const stop = /** @type {HTMLButtonElement | null} */ (one("#stop"));
  if (stop) stop.hidden = false;
}
if (section.dataset.id) watch(section.dataset.id);

one("#stop")?.addEventListener("click", async () => {
  if (!(await confirmed(t("stop_confirm"), t("stop")))) return;
  try {
    show(await api(`/api/v1/passes/${section.dataset.id}`, { method: "DELETE" }));
  } catch (problem) {
    notice(t("failed", { detail: /** @type {Error} */ (problem).message }));
  }
});

const form = /** @type {HTMLFormElement | null} */ (one("#start"));
if (form) {
  form.hidden = false;
  const error = /** @type {HTMLElement} */ (one(".error", form));
  const order = () => {
    const values = new FormData(form);
    const text = (/** @type {string} */ name) => String(values.get(name) ?? "") || undefined;
    const body = { organizations: [form.dataset.organization] };
    if (values.get("window") === "day") return { ...body, day: text("day") };
    return values.get("window") === "span" ? { ...body, from: text("from"), to: text("to") } : body;
  };
  // A choice without its date would be another choice.
  const demand = () => {
    const choice = new FormData(form).get("window");
    for (const field of /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll("input[type=date]")])) {
      field.required = (choice === "day" && field.name === "day") || (choice === "span" && field.name === "from");
    }
  };
  form.addEventListener("change", demand);
  demand();
  const fail = (/** @type {unknown} */ problem) => {
    error.textContent = t("failed", { detail: /** @type {Error} */ (problem).message });
    error.hidden = false;
  };
  for (const field of /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll("input[type=date]")])) {
    field.addEventListener("input", () => {
      const choice = /** @type {HTMLInputElement} */ (one(`[value=${field.name === "day" ? "day" : "span"}]`, form));
      choice.checked = true;
      demand();
    });
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    error.hidden = true;
    try {
      const pass = await api("/api/v1/passes", { method: "POST", body: order() });
      notice(t("pass_started"));
      show(pass);
      watch(pass.id);
    } catch (problem) {
      fail(problem);
    }
  });
  const estimate = /** @type {HTMLButtonElement} */ (one("#estimate"));
  estimate.hidden = false;
  estimate.addEventListener("click", async () => {
    if (!form.reportValidity()) return;
    const forecast = /** @type {HTMLElement} */ (one("#forecast"));
    error.hidden = true;
    estimate.disabled = true;
    forecast.textContent = t("working");
    try {
      let found = await api("/api/v1/passes/estimates", { method: "POST", body: order() });
      while (["waiting", "running"].includes(found.state)) {
        await new Promise((resolve) => setTimeout(resolve, 1000));
        found = await api(`/api/v1/passes/estimates/${found.id}`);
      }
      forecast.replaceChildren(...found.estimates.map(sentence));
      if (found.error) fail(new Error(found.error));
    } catch (problem) {
      forecast.textContent = "";
      if (problem instanceof Problem && problem.status === 404) estimate.hidden = true;
      else fail(problem);
    } finally {
      estimate.disabled = false;
    }
  });
}

/** A forecast in words. @param {any} line */
function sentence(line) {
  const seconds = line.seconds.total;
  const time = seconds < 90 ? `${Math.max(1, seconds)} s` : `${Math.round(seconds / 60)} min`;
  const figures = { recordings: count(line.recordings.expected), bytes: size(line.bytes.expected), requests: count(line.requests.total), time };
  return make("span", {}, t("forecast", figures));
}

// A pass that a command or the schedule runs has no stream: what the page says of it is fetched again.
if (one("#other")) {
  const timer = setInterval(async () => {
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const sentence = one("#sentence", page);
      if (!answer.ok || answer.redirected || !sentence) return clearInterval(timer);
      const now = one("#other", page);
      one("#other")?.replaceWith(...(now ? [now] : []));
      if (now) return;
      clearInterval(timer);
      one("#sentence")?.replaceWith(sentence);
      one("#history")?.replaceWith(/** @type {HTMLElement} */ (one("#history", page)));
    } catch {
      // The service may be restarting: the next time tells.
    }
  }, 4000);
}

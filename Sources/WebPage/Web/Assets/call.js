// The player of a call.
import { addToCase } from "./collect.js";
import { all, clock, make, notice, one, t, wallClock } from "./dom.js";
import { Lane, drawScale } from "./lanes.js";
import { ChannelSwitch, knock } from "./listen.js";
import "./integrity.js";
import { transcripts } from "./transcript.js";

const section = one("#call");
const call = section?.dataset.api ?? "";
const begin = Number(section?.dataset.begin || 0);
const lanes = section ? all(".lane", section).map((item) => new Lane(item, begin)) : [];
const played = lanes.filter((lane) => lane.isPlayed);
const total = Math.max(1, ...played.map((lane) => lane.end));
const player = /** @type {HTMLElement} */ (one("#player"));
const complaint = /** @type {HTMLElement} */ (one("#player-error"));

/** @type {Lane} */
let lane = played[0];
/** @type {"left" | "both" | "right"} */
let channel = "both";
/** @type {[number, number | null] | null} */
let loop = null;
/** @type {AudioContext | null} */
let context = null;
/** @type {Map<Lane, ChannelSwitch>} */
const switches = new Map();
/** Where to begin, if nothing was loaded yet. */
let position = 0;
let isReady = false;

const now = () => (lane.audio && isReady ? lane.start + lane.audio.currentTime : position);
const texts = transcripts(call, begin, (seconds) => seek(seconds));

function paint() {
  const seconds = now();
  for (const each of played) each.paint(seconds, channel, each === lane);
  /** @type {HTMLElement} */ (one("#position")).textContent = `${clock(seconds)} / ${clock(total)}`;
  /** @type {HTMLElement} */ (one("#wall")).textContent = begin ? wallClock(begin + seconds * 1000) : "";
  const range = /** @type {HTMLInputElement} */ (one("#seek"));
  range.value = String(seconds);
  range.setAttribute("aria-valuetext", clock(seconds));
  for (const text of texts) text.follow(seconds);
}

/** Goes to a moment of the call: in this recording, or in another one that has it. @param {number} seconds */
function seek(seconds) {
  const place = Math.min(total, Math.max(0, seconds));
  if (place < lane.start || place > lane.end) {
    const other = played.find((each) => place >= each.start && place < each.end);
    if (other) return choose(other, place);
  }
  position = Math.min(Math.max(place, lane.start), lane.end);
  if (lane.audio && isReady) lane.audio.currentTime = position - lane.start;
  paint();
}

/** Listens to another recording. @param {Lane} other @param {number} seconds */
async function choose(other, seconds) {
  const wasPlaying = lane.audio && !lane.audio.paused;
  if (other !== lane) {
    lane.audio?.pause();
    lane.item.classList.remove("current");
    lane = other;
    isReady = (lane.audio?.readyState ?? 0) > 0;
    lane.item.classList.add("current");
  }
  position = Math.min(Math.max(seconds, lane.start), lane.end);
  if (isReady && lane.audio) lane.audio.currentTime = position - lane.start;
  paint();
  if (wasPlaying) await play();
}

/** Connects the two channels, which needs a click first. */
function connect() {
  if (!lane.audio || switches.has(lane) || lane.item.dataset.channels !== "2") return;
  context ??= new AudioContext();
  const both = new ChannelSwitch(lane.audio, context);
  both.set(channel);
  switches.set(lane, both);
}

async function play() {
  const audio = lane.audio;
  if (!audio) return;
  complaint.hidden = true;
  try {
    if (!isReady) await knock(call, lane.file);
    connect();
    await context?.resume();
    audio.playbackRate = Number(/** @type {HTMLSelectElement} */ (one("#speed")).value);
    audio.volume = Number(/** @type {HTMLInputElement} */ (one("#volume")).value);
    await audio.play();
    for (const text of texts) text.load();
    for (const each of played) each.fetchWave().then(paint);
  } catch (error) {
    if (/** @type {Error} */ (error).name === "AbortError") return;
    complaint.textContent = t("audio_failed", { detail: /** @type {Error} */ (error).message });
    complaint.hidden = false;
  }
}

const toggle = () => (lane.audio?.paused ? play() : lane.audio?.pause());

/** Sets the beginning of a loop, then its end, then ends it. */
function turnLoop() {
  const button = /** @type {HTMLElement} */ (one("[data-act=loop]"));
  if (!loop) loop = [now(), null];
  else if (loop[1] === null && now() > loop[0] + 0.2) loop = [loop[0], now()];
  else loop = null;
  button.textContent = !loop ? t("loop") : loop[1] === null ? t("loop_begin", { from: clock(loop[0]) }) : t("loop_on", { from: clock(loop[0]), to: clock(loop[1]) });
  button.setAttribute("aria-pressed", String(loop !== null));
  for (const each of played) each.paintLoop(each === lane ? loop : null);
}

/** @param {"left" | "both" | "right"} name */
function listenTo(name) {
  channel = name;
  for (const both of switches.values()) both.set(name);
  for (const button of all("[data-channel]", player)) button.setAttribute("aria-pressed", String(button.dataset.channel === name));
  paint();
}

async function copyLink() {
  const link = new URL(location.pathname, location.href);
  link.searchParams.set("t", String(Math.round(now() * 10) / 10));
  history.replaceState(null, "", link);
  try {
    await navigator.clipboard.writeText(link.href);
    notice(t("link_copied", { time: clock(now()) }));
  } catch {
    notice(link.href, true);
  }
}

/** Makes an audio element drive the page. @param {Lane} each */
function follow(each) {
  const audio = /** @type {HTMLAudioElement} */ (each.audio);
  audio.addEventListener("loadedmetadata", () => {
    if (each !== lane) return;
    isReady = true;
    if (position > lane.start) audio.currentTime = position - lane.start;
  });
  const button = /** @type {HTMLElement} */ (one("[data-act=play]", player));
  const label = () => {
    button.setAttribute("aria-label", (audio.paused ? button.dataset.play : button.dataset.pause) ?? "");
    /** @type {HTMLElement} */ (button.firstElementChild).textContent = audio.paused ? "▶" : "❚❚";
  };
  const frame = () => {
    if (each !== lane) return;
    if (loop?.[1] && now() >= loop[1]) audio.currentTime = Math.max(0, loop[0] - lane.start);
    paint();
    if (!audio.paused) requestAnimationFrame(frame);
  };
  audio.addEventListener("play", () => { label(); frame(); });
  audio.addEventListener("pause", label);
  // A call in segments goes on with the next one.
  audio.addEventListener("ended", () => {
    const next = played.filter((other) => other.start >= each.end - 0.5 && other.kind === each.kind).sort((a, b) => a.start - b.start)[0];
    if (each === lane && next && !loop) choose(next, next.start).then(play);
  });
  audio.addEventListener("seeked", () => each === lane && paint());
  audio.addEventListener("error", () => {
    if (each !== lane || !audio.error) return;
    complaint.textContent = t("audio_failed", { detail: audio.error.message || String(audio.error.code) });
    complaint.hidden = false;
  });
}

function build() {
  for (const each of played) {
    each.build(total, (picked, seconds) => choose(picked, seconds).then(play));
    follow(each);
  }
  lane.item.classList.add("current");
  drawScale(/** @type {HTMLElement} */ (one("#scale")), total);
  if (played.some((each) => each.item.dataset.channels === "2")) /** @type {HTMLElement} */ (one("#channel-legend")).hidden = false;
  player.hidden = false;
  document.body.classList.add("has-player");
  const range = /** @type {HTMLInputElement} */ (one("#seek"));
  range.max = String(total);
  range.addEventListener("input", () => seek(Number(range.value)));
  const acts = /** @type {Record<string, () => void>} */ ({ play: toggle, back: () => seek(now() - 10), forward: () => seek(now() + 10), loop: turnLoop, link: copyLink });
  for (const button of all("[data-act]", player)) button.addEventListener("click", () => acts[button.dataset.act ?? ""]?.());
  for (const button of all("[data-channel]", player)) button.addEventListener("click", () => listenTo(/** @type {any} */ (button.dataset.channel)));
  one("#speed")?.addEventListener("change", (event) => {
    for (const each of played) if (each.audio) each.audio.playbackRate = Number(/** @type {HTMLSelectElement} */ (event.target).value);
  });
  one("#volume")?.addEventListener("input", (event) => {
    for (const each of played) if (each.audio) each.audio.volume = Number(/** @type {HTMLInputElement} */ (event.target).value);
  });
  document.addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest("input, select, textarea, dialog")) return;
    if (event.key === " " && target.closest("button, a, summary")) return;
    const key = /** @type {Record<string, () => void>} */ ({
      " ": toggle, ArrowLeft: () => seek(now() - 10), ArrowRight: () => seek(now() + 10), l: turnLoop,
      1: () => listenTo("left"), 2: () => listenTo("both"), 3: () => listenTo("right"),
    })[event.key];
    if (!key) return;
    event.preventDefault();
    key();
  });
  for (const name of ["resize", "themechange"]) addEventListener(name, () => paint());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => paint());
  const moment = Number(new URLSearchParams(location.search).get("t"));
  if (moment > 0) seek(moment);
  paint();
  // Peaks are not audio: nobody is noted as listening. If a reason is needed, they come with the first play.
  for (const each of played) each.fetchWave().then(paint);
}
if (played.length > 0) build();

// Add to a case, which is made if there is none with this name.
const addition = /** @type {HTMLFormElement | null} */ (one("#add-to-case"));
if (addition) {
  const error = /** @type {HTMLElement} */ (one(".error", addition));
  addition.hidden = false;
  addition.addEventListener("submit", async (event) => {
    event.preventDefault();
    error.hidden = true;
    const name = String(new FormData(addition).get("name")).trim();
    const { organization, task } = addition.dataset;
    try {
      await addToCase(name, [`/calls/${encodeURIComponent(organization ?? "")}/${encodeURIComponent(task ?? "")}`]);
      notice(make("a", { href: `/cases/${encodeURIComponent(name)}` }, t("case_added_done", { name })));
    } catch (problem) {
      error.textContent = t("failed", { detail: /** @type {Error} */ (problem).message });
      error.hidden = false;
    }
  });
}

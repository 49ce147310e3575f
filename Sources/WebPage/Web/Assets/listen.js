// Getting audio: the reason that may be needed, the waveform, the two channels.
import { Problem, api, send } from "./api.js";
import { colour, make, t } from "./dom.js";

/**
 * @typedef {{channels: number, length: number, duration_ms: number, data: number[]}} Waveform
 */

/** Asks why one listens, and tells it the archive. @param {string} call the call's path below /api/v1 @returns {Promise<boolean>} */
export function giveReason(call) {
  return new Promise((resolve) => {
    const reason = /** @type {HTMLInputElement} */ (make("input", { required: true, maxlength: 1000, autocomplete: "off" }));
    const matter = /** @type {HTMLInputElement} */ (make("input", { maxlength: 1000, autocomplete: "off" }));
    const error = make("p", { class: "error", role: "alert", hidden: true });
    const cancel = make("button", { type: "button" }, t("cancel"));
    const form = make(
      "form", { class: "stack" }, make("h2", {}, t("reason_title")), make("p", { class: "small" }, t("reason_lead")),
      make("label", {}, t("reason_label"), reason), make("label", {}, t("reason_case"), matter), error,
      make("div", { class: "row" }, cancel, make("button", { class: "first" }, t("play"))),
    );
    const dialog = /** @type {HTMLDialogElement} */ (make("dialog", { "aria-label": t("reason_title") }, form));
    let isGiven = false;
    cancel.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(isGiven);
    });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      try {
        await api(`${call}/access`, { method: "POST", body: { reason: reason.value, ...(matter.value ? { case: matter.value } : {}) } });
        isGiven = true;
        dialog.close();
      } catch (problem) {
        error.textContent = /** @type {Error} */ (problem).message;
        error.hidden = false;
      }
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/**
 * Does something that may need a reason, which is asked for once.
 * @template T
 * @param {string} call
 * @param {() => Promise<T>} act
 * @returns {Promise<T>}
 */
export async function withReason(call, act) {
  try {
    return await act();
  } catch (problem) {
    if (problem instanceof Problem && problem.code === "reason_required" && (await giveReason(call))) return act();
    throw problem;
  }
}

/**
 * Asks for the first byte of a recording, because an audio element does not say why it gets nothing. A reason that is needed
 * is asked for. This and the playing that follows are one access.
 * @param {string} call @param {string} file
 */
export const knock = (call, file) => withReason(call, () => send(file, { accept: "*/*", range: "bytes=0-0" }));

/** The peaks of a recording; `null` if there are none to draw. @param {string} file @returns {Promise<Waveform | null>} */
export async function waveform(file) {
  try {
    return await api(`${file}/waveform`);
  } catch (problem) {
    if (problem instanceof Problem && [404, 409, 422].includes(problem.status)) return null;
    throw problem;
  }
}

/**
 * Draws peaks: the left channel above the middle, the right one below, each in its colour.
 * @param {HTMLCanvasElement} canvas
 * @param {Waveform | null} wave
 * @param {number} played the share that has been played, from 0 to 1
 * @param {"left" | "both" | "right"} channel
 */
export function draw(canvas, wave, played, channel = "both") {
  const ratio = devicePixelRatio || 1;
  const [width, height] = [Math.max(1, Math.round(canvas.clientWidth * ratio)), Math.max(1, Math.round(canvas.clientHeight * ratio))];
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  pen.clearRect(0, 0, width, height);
  const middle = Math.round(height / 2);
  if (!wave || wave.length === 0) {
    pen.fillStyle = colour("--line");
    pen.fillRect(0, middle, width, ratio);
    return;
  }
  const step = 3 * ratio;
  const sides = wave.channels > 1 ? [0, 1] : [0];
  let loudest = 1;
  for (let place = 0; place < wave.data.length; place += 1) loudest = Math.max(loudest, Math.abs(wave.data[place]));
  for (const side of sides) {
    const isMuted = sides.length > 1 && ((channel === "left" && side === 1) || (channel === "right" && side === 0));
    pen.fillStyle = colour(side === 0 ? "--agent" : "--customer");
    for (let x = 0; x < width; x += step) {
      const from = Math.floor((x / width) * wave.length);
      const to = Math.max(from + 1, Math.floor(((x + step) / width) * wave.length));
      let peak = 0;
      for (let point = from; point < Math.min(to, wave.length); point += 1) {
        const place = (point * wave.channels + side) * 2;
        peak = Math.max(peak, Math.abs(wave.data[place]), Math.abs(wave.data[place + 1]));
      }
      const tall = Math.max(ratio, (peak / loudest) * (middle - ratio));
      pen.globalAlpha = (isMuted ? 0.25 : 1) * (x / width < played ? 1 : 0.55);
      if (sides.length === 1) pen.fillRect(x, middle - tall, step - ratio, 2 * tall);
      else pen.fillRect(x, side === 0 ? middle - tall - ratio / 2 : middle + ratio / 2, step - ratio, tall);
    }
  }
  pen.globalAlpha = 1;
}

/** Sends one channel of an audio element to both ears, or each to its own. */
export class ChannelSwitch {
  /** @param {HTMLAudioElement} audio @param {AudioContext} context */
  constructor(audio, context) {
    const source = context.createMediaElementSource(audio);
    const splitter = context.createChannelSplitter(2);
    const merger = context.createChannelMerger(2);
    source.connect(splitter);
    this.gains = [[0, 0], [0, 1], [1, 0], [1, 1]].map(([from, to]) => {
      const gain = context.createGain();
      splitter.connect(gain, from);
      gain.connect(merger, 0, to);
      return gain;
    });
    merger.connect(context.destination);
    this.set("both");
  }

  /** @param {"left" | "both" | "right"} channel */
  set(channel) {
    const amounts = { both: [1, 0, 0, 1], left: [1, 1, 0, 0], right: [0, 0, 1, 1] }[channel];
    this.gains.forEach((gain, place) => (gain.gain.value = amounts[place]));
  }
}

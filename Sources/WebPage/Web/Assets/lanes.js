// The recordings of a call on one time line, each at its true place.
import { clock, make, one, t } from "./dom.js";
import { draw, waveform } from "./listen.js";

/** One recording. */
export class Lane {
  /** @param {HTMLElement} item @param {number} begin when the time line begins, in milliseconds since 1970 */
  constructor(item, begin) {
    this.item = item;
    this.file = item.dataset.href ?? "";
    this.name = item.dataset.name ?? "";
    /** Main, consultation, …: what belongs together. */
    this.kind = item.dataset.kind ?? "";
    this.start = item.dataset.start ? (Number(item.dataset.start) - begin) / 1000 : 0;
    this.length = Number(item.dataset.duration || 0) / 1000;
    this.isPlayed = "played" in item.dataset;
    this.audio = /** @type {HTMLAudioElement | null} */ (one("audio", item));
    /** @type {import("./listen.js").Waveform | null} */
    this.wave = null;
    this.isDrawn = false;
  }

  get end() { return this.start + this.length; }

  /**
   * Replaces the browser's own player by a track.
   * @param {number} total seconds of the whole time line
   * @param {(lane: Lane, seconds: number) => void} pick
   */
  build(total, pick) {
    if (!this.audio) return;
    this.audio.controls = false;
    this.audio.hidden = true;
    this.canvas = /** @type {HTMLCanvasElement} */ (make("canvas", { role: "img", "aria-label": t("waveform_of", { name: this.name }) }));
    const span = make("span", { class: "span" }, this.canvas);
    span.style.left = `${(this.start / total) * 100}%`;
    span.style.width = `${Math.max(0.5, (this.length / total) * 100)}%`;
    this.head = make("span", { class: "head-line", hidden: true });
    this.mark = make("span", { class: "mark", hidden: true });
    this.track = make("button", { type: "button", class: "track", "aria-label": t("listen_to", { name: this.name }) }, span, this.mark, this.head);
    this.track.addEventListener("click", (event) => {
      const box = /** @type {HTMLElement} */ (this.track).getBoundingClientRect();
      // A click by the keyboard has no place: it begins where the recording does.
      const seconds = event.detail === 0 ? this.start : ((event.clientX - box.left) / box.width) * total;
      pick(this, seconds);
    });
    one(".lane-body", this.item)?.prepend(this.track);
    this.total = total;
  }

  /** Fetches the peaks, once. */
  async fetchWave() {
    if (this.isDrawn || !this.isPlayed) return;
    try {
      this.wave = await waveform(this.file);
      this.isDrawn = true;
    } catch {
      // The next play asks again, and says what is wrong.
    }
  }

  /** @param {number} seconds of the time line @param {"left" | "both" | "right"} channel @param {boolean} isCurrent */
  paint(seconds, channel, isCurrent) {
    if (!this.canvas || !this.head || !this.total) return;
    draw(this.canvas, this.wave, this.length ? (seconds - this.start) / this.length : 0, isCurrent ? channel : "both");
    this.head.hidden = !isCurrent;
    this.head.style.left = `${(seconds / this.total) * 100}%`;
  }

  /** @param {[number, number | null] | null} loop */
  paintLoop(loop) {
    if (!this.mark || !this.total) return;
    this.mark.hidden = !loop;
    if (!loop) return;
    this.mark.style.left = `${(loop[0] / this.total) * 100}%`;
    this.mark.style.width = `${(((loop[1] ?? loop[0] + 0.5) - loop[0]) / this.total) * 100}%`;
  }
}

/** Draws the scale above the lanes. @param {HTMLElement} scale @param {number} total */
export function drawScale(scale, total) {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600];
  const most = scale.clientWidth < 420 ? 5 : 10;
  const step = steps.find((step) => total / step <= most) ?? 3600;
  scale.replaceChildren();
  for (let at = 0; at < total - step * 0.3; at += step) {
    const label = make("span", {}, clock(at));
    label.style.left = `${(at / total) * 100}%`;
    scale.append(label);
  }
  scale.hidden = false;
}

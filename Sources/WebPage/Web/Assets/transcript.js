// The transcript: fetched when it is wanted, because fetching it is recorded; follows the play head.
import { api } from "./api.js";
import { all, clock, make, one, t } from "./dom.js";
import { withReason } from "./listen.js";

/** A member of an object, in any capitalisation: the provider uses several. @param {any} object @param {string} name */
function member(object, name) {
  if (object === null || typeof object !== "object") return undefined;
  const key = Object.keys(object).find((key) => key.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : object[key];
}

export class Transcript {
  /**
   * @param {HTMLElement} box
   * @param {string} call
   * @param {number} begin when the call's time line begins, in milliseconds since 1970
   * @param {(seconds: number) => void} seek
   */
  constructor(box, call, begin, seek) {
    this.box = box;
    this.call = call;
    this.begin = begin;
    this.seek = seek;
    /** @type {{at: number, line: HTMLElement}[]} */
    this.lines = [];
    this.isAsked = false;
    const button = make("button", { type: "button" }, t("transcript_show"));
    button.addEventListener("click", () => this.load());
    this.button = button;
    box.prepend(button);
  }

  /** Fetches and shows it, once. */
  async load() {
    if (this.isAsked) return;
    this.isAsked = true;
    const talk = /** @type {HTMLElement} */ (one(".talk", this.box));
    try {
      const text = await withReason(this.call, () => api(this.box.dataset.href ?? "", { accept: "*/*" }));
      this.show(member(text, "utterances") ?? [], talk);
      this.button.remove();
    } catch (error) {
      this.isAsked = false;
      talk.replaceChildren(make("p", { class: "error" }, /** @type {Error} */ (error).message));
    }
    talk.hidden = false;
  }

  /** @param {any[]} utterances @param {HTMLElement} talk */
  show(utterances, talk) {
    this.lines = utterances.map((utterance) => {
      const at = (Number(member(utterance, "startTime")) - this.begin) / 1000;
      const speaker = String(member(utterance, "speaker") ?? "");
      const side = /agent|bot/i.test(speaker) ? "agent" : "customer";
      const line = make(
        "button", { type: "button", class: side, dir: "auto" }, make("time", {}, clock(at)), make("b", {}, speaker),
        make("span", {}, String(member(utterance, "text") ?? "")),
      );
      line.addEventListener("click", () => this.seek(at));
      return { at, line };
    });
    talk.replaceChildren(...this.lines.map(({ line }) => line));
    if (this.lines.length === 0) talk.replaceChildren(make("p", { class: "small" }, t("transcript_empty")));
  }

  /** Marks what is being said, and keeps it in view. @param {number} seconds */
  follow(seconds) {
    const now = this.lines.findLast(({ at }) => at <= seconds + 0.05);
    if (now === this.now) return;
    this.now?.line.classList.remove("now");
    this.now = now;
    if (!now) return;
    now.line.classList.add("now");
    const talk = /** @type {HTMLElement} */ (now.line.parentElement);
    const top = now.line.offsetTop - talk.clientHeight / 2;
    talk.scrollTo({ top, behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  }
}

/** The transcripts of the page. @param {string} call @param {number} begin @param {(seconds: number) => void} seek */
export const transcripts = (call, begin, seek) =>
  all(".transcript[data-held]").map((box) => new Transcript(box, call, begin, seek));

// Verifies the evidence log in the browser: the signature, the root, and one entry's way up to it.
import { send } from "./api.js";
import { make, one, t } from "./dom.js";
import { Fault, checkpoint, isEqual, leafHash, nodeHash } from "./proof.js";

const WIDTH = 256;
const section = one("#log");
const button = /** @type {HTMLButtonElement | null} */ (one("#verify"));
const list = /** @type {HTMLElement | null} */ (one("#verified"));

/** `x001/067`. @param {number} index */
function tileNumber(index) {
  const three = (/** @type {number} */ n) => String(n).padStart(3, "0");
  let text = three(index % 1000);
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) text = `x${three(rest % 1000)}/${text}`;
  return text;
}

/** A log as its tiles have it. */
class Tiles {
  /** @param {string} base @param {number} size */
  constructor(base, size) {
    this.base = base;
    this.size = size;
    /** @type {Map<string, Promise<Uint8Array>>} */
    this.known = new Map();
  }

  /** @param {string} kind @param {number} index @param {number} width */
  bytes(kind, index, width) {
    const place = `${kind}/${tileNumber(index)}${width < WIDTH ? `.p/${width}` : ""}`;
    if (!this.known.has(place)) {
      this.known.set(place, send(`${this.base}/tile/${place}`, { accept: "*/*" }).then(async (answer) => new Uint8Array(await answer.arrayBuffer())));
    }
    return /** @type {Promise<Uint8Array>} */ (this.known.get(place));
  }

  /** A hash of a tile level: the root of 256^level leaves. @param {number} level @param {number} at */
  async stored(level, at) {
    const count = Math.floor(this.size / WIDTH ** level);
    const tile = Math.floor(at / WIDTH);
    const bytes = await this.bytes(String(level), tile, Math.min(WIDTH, count - tile * WIDTH));
    const place = (at % WIDTH) * 32;
    if (bytes.length < place + 32) throw new Fault("a tile is too short");
    return bytes.slice(place, place + 32);
  }

  /** The root of the leaves from `begin` to `end`, of which there is a power of two, or the rest of the log. @param {number} begin @param {number} end @returns {Promise<Uint8Array>} */
  async root(begin, end) {
    const count = end - begin;
    for (let level = 0, width = 1; width <= count; level += 1, width *= WIDTH) {
      if (width === count && begin % width === 0) return this.stored(level, begin / width);
    }
    let half = 1;
    while (half * 2 < count) half *= 2;
    const [left, right] = [await this.root(begin, begin + half), await this.root(begin + half, end)];
    return nodeHash(left, right);
  }

  /** The bytes of an entry. @param {number} index */
  async entry(index) {
    const tile = Math.floor(index / WIDTH);
    const bytes = await this.bytes("entries", tile, Math.min(WIDTH, this.size - tile * WIDTH));
    let at = 0;
    for (let place = tile * WIDTH; ; place += 1) {
      const length = (bytes[at] << 8) | bytes[at + 1];
      if (at + 2 + length > bytes.length) throw new Fault("a tile of entries is too short");
      if (place === index) return bytes.slice(at + 2, at + 2 + length);
      at += 2 + length;
    }
  }

  /** Follows an entry up to the root. @param {number} index @returns {Promise<{root: Uint8Array, hashes: number}>} */
  async climb(index) {
    let hashes = 0;
    const walk = async (/** @type {number} */ begin, /** @type {number} */ end) => {
      if (end - begin === 1) return leafHash(await this.entry(index));
      let half = 1;
      while (half * 2 < end - begin) half *= 2;
      const middle = begin + half;
      hashes += 1;
      /** @type {Uint8Array} */
      const below = index < middle ? await walk(begin, middle) : await walk(middle, end);
      return index < middle ? nodeHash(below, await this.root(middle, end)) : nodeHash(await this.root(begin, middle), below);
    };
    return { root: await walk(0, this.size), hashes };
  }
}

/** @param {string} text @param {boolean} isGood */
const say = (text, isGood) => list?.append(make("li", { class: isGood ? "good" : "bad" }, text));

async function verify() {
  const base = `/api/v1/log/${section?.dataset.organization}`;
  list?.replaceChildren();
  try {
    const [note, vkey] = await Promise.all(["checkpoint", "vkey"].map((name) => send(`${base}/${name}`, { accept: "*/*" }).then((answer) => answer.text())));
    const state = await checkpoint(note, vkey);
    say(t("verify_signature", { size: state.size, id: state.id }), true);
    if (state.size === 0) return;
    const tiles = new Tiles(base, state.size);
    if (!isEqual(await tiles.root(0, state.size), state.root)) throw new Fault("the tiles give another root");
    say(t("verify_root"), true);
    const index = crypto.getRandomValues(new Uint32Array(1))[0] % state.size;
    const way = await tiles.climb(index);
    if (!isEqual(way.root, state.root)) throw new Fault(`entry ${index} does not lead to the root`);
    say(t("verify_entry", { index, hashes: way.hashes }), true);
  } catch (error) {
    const why = /** @type {Error} */ (error);
    say(why.name === "NotSupportedError" ? t("verify_unsupported") : t("verify_failed", { why: why.message }), false);
  }
}

if (button) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (!globalThis.crypto?.subtle) return say(t("check_insecure"), false);
    button.disabled = true;
    await verify();
    button.disabled = false;
  });
}

// Checksums, signatures and proofs, computed here and not by the service (WebCrypto; c2sp.org signed-note and tlog-proof).
import { Problem, api, send } from "./api.js";
import { one, t } from "./dom.js";
import { withReason } from "./listen.js";

/** Why a proof does not hold. */
export class Fault extends Error {}

/** @param {BufferSource} bytes */
export const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

/** @param {Uint8Array} bytes */
export const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** @param {string} text base64 @returns {Uint8Array<ArrayBuffer>} */
export function bytesOf(text) {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    throw new Fault("a line is not base64");
  }
}

/** @param {...Uint8Array} parts */
function joined(...parts) {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The hash of an entry as a leaf of the tree (RFC 6962). @param {Uint8Array} entry */
export const leafHash = (entry) => sha256(joined(Uint8Array.of(0), entry));

/** The hash above two others. @param {Uint8Array} left @param {Uint8Array} right */
export const nodeHash = (left, right) => sha256(joined(Uint8Array.of(1), left, right));

/** @param {Uint8Array} one @param {Uint8Array} other */
export const isEqual = (one, other) => one.length === other.length && one.every((byte, place) => byte === other[place]);

/**
 * Checks the signature of a checkpoint.
 * @param {string} note @param {string} vkey
 * @returns {Promise<{origin: string, size: number, root: Uint8Array, id: string}>}
 */
export async function checkpoint(note, vkey) {
  const [name, id, ...rest] = vkey.trim().split("+");
  const key = bytesOf(rest.join("+"));
  if (key.length !== 33 || key[0] !== 1) throw new Fault("the key is not an Ed25519 key");
  const wanted = (await sha256(joined(new TextEncoder().encode(`${name}\n`), key))).slice(0, 4);
  if (hex(wanted) !== id) throw new Fault("the key is not what its ID says");
  const gap = note.lastIndexOf("\n\n");
  const text = note.slice(0, gap + 1);
  const line = note.slice(gap + 2).split("\n").find((line) => line.startsWith(`— ${name} `) && hex(bytesOf(line.split(" ")[2])).startsWith(id));
  if (!line) throw new Fault("the checkpoint is not signed with this key");
  const signature = bytesOf(line.split(" ")[2]).slice(4);
  const publicKey = await crypto.subtle.importKey("raw", key.slice(1), "Ed25519", false, ["verify"]);
  if (!(await crypto.subtle.verify("Ed25519", publicKey, signature, new TextEncoder().encode(text)))) {
    throw new Fault("the signature of the checkpoint is wrong");
  }
  const [origin, size, root] = text.split("\n");
  if (origin !== name || !/^(0|[1-9][0-9]{0,15})$/.test(size)) throw new Fault("the checkpoint is of another log");
  return { origin, size: Number(size), root: bytesOf(root), id };
}

/**
 * The root that a leaf and the hashes beside its way lead to (RFC 9162, 2.1.3.2).
 * @param {Uint8Array} leaf @param {number} index @param {number} size @param {Uint8Array[]} path
 */
export async function rootOf(leaf, index, size, path) {
  if (index >= size) throw new Fault("the entry is beyond the end of the log");
  let [hash, at, last] = [leaf, index, size - 1];
  for (const other of path) {
    if (last === 0) throw new Fault("the proof is too long");
    if (at % 2 === 1 || at === last) {
      hash = await nodeHash(other, hash);
      while (at % 2 === 0 && at !== 0) [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
    } else {
      hash = await nodeHash(hash, other);
    }
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  if (last !== 0) throw new Fault("the proof is too short");
  return hash;
}

/**
 * Checks that an entry is in the log.
 * @param {string} file a `.tlog-proof` @param {string} entry @param {string} vkey
 */
export async function checkProof(file, entry, vkey) {
  const gap = file.indexOf("\n\n");
  const [head, number, ...path] = file.slice(0, gap).split("\n");
  const index = Number(number?.slice(6));
  if (head !== "c2sp.org/tlog-proof@v1" || !number?.startsWith("index ") || !Number.isSafeInteger(index)) throw new Fault("it is not a proof");
  const state = await checkpoint(file.slice(gap + 2), vkey);
  const root = await rootOf(await leafHash(new TextEncoder().encode(entry)), index, state.size, path.map(bytesOf));
  if (!isEqual(root, state.root)) throw new Fault(`the entry is not in the log at ${index}`);
  return { ...state, index };
}

/**
 * Checks a held file: its bytes against its checksum, and its entry in the evidence log.
 * @param {string} call the call's path @param {HTMLElement} item
 */
export async function checkFile(call, item) {
  const result = /** @type {HTMLElement} */ (one(".result", item));
  const path = `${call}/${encodeURIComponent(item.dataset.file ?? "")}`;
  result.classList.remove("bad");
  if (!globalThis.crypto?.subtle) return void (result.textContent = t("check_insecure"));
  result.textContent = t("checking");
  try {
    const answer = await withReason(call, () => send(path, { accept: "*/*" }));
    const sum = hex(await sha256(await answer.arrayBuffer()));
    if (sum !== item.dataset.sha) throw new Fault(t("check_bad", { sha: sum }));
    result.textContent = t("check_good");
    result.textContent += ` ${await logSentence(path, sum)}`;
  } catch (error) {
    result.classList.add("bad");
    result.textContent = /** @type {Error} */ (error).message;
  }
}

/**
 * Checks a held file's entry in the evidence log, for those who may not have its bytes.
 * @param {string} call the call's path @param {HTMLElement} item
 */
export async function checkEntry(call, item) {
  const result = /** @type {HTMLElement} */ (one(".result", item));
  result.classList.remove("bad");
  if (!globalThis.crypto?.subtle) return void (result.textContent = t("check_insecure"));
  try {
    result.textContent = await logSentence(`${call}/${encodeURIComponent(item.dataset.file ?? "")}`, item.dataset.sha ?? "");
  } catch (error) {
    result.classList.add("bad");
    result.textContent = /** @type {Error} */ (error).message;
  }
}

/** What the evidence log proves about a file, in words. @param {string} path @param {string} sum */
async function logSentence(path, sum) {
  let found;
  try {
    found = await api(`${path}/proof`);
  } catch (problem) {
    if (problem instanceof Problem && [403, 404, 409].includes(problem.status)) return t("check_log_none");
    throw problem;
  }
  try {
    const state = await checkProof(found.proof, found.entry, found.vkey);
    if (!found.entry.includes(sum)) throw new Fault("the entry is about other bytes");
    return t("check_log_good", { index: state.index, size: state.size, name: state.origin });
  } catch (error) {
    throw new Fault(t("check_log_bad", { why: /** @type {Error} */ (error).message }));
  }
}

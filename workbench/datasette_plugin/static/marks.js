// @ts-check
// Lights up what was searched for, on both sides.  In a field browsers let nothing be lit up, so behind
// each target lies a copy of its text that shows nothing but the light.

import { field, list } from "./page.js";

const asked = new URLSearchParams(location.search);
const side = asked.get("side") ?? "";
const words = asked.get("regex") ? [] : (asked.get("text") ?? "").split(/\s+/).map((word) => fold(word).text).filter(Boolean);
const found = "highlights" in CSS ? new Highlight() : null;
const foundBehind = "highlights" in CSS ? new Highlight() : null;

/** A text as searching sees it, without case and marks, and where each of its characters stood.
 * @param {string} text @returns {{text: string, places: number[]}} */
function fold(text) {
  let folded = "";
  const places = [];
  let at = 0;
  for (const character of text) {
    const plain = character.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
    folded += plain;
    for (let i = 0; i < plain.length; i++) places.push(at);
    at += character.length;
  }
  return { text: folded, places: [...places, at] };
}

/** Whether a word ends here: letters of scripts that put no spaces between words stand for themselves.
 * @param {string} before @param {string} after */
const parts = (before, after) => !/[\p{L}\p{N}]/u.test(before) || !/[\p{L}\p{N}]/u.test(after) || /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u.test(before + after);

/** The places of the words in a text node. @param {Text} node @returns {Range[]} */
function ranges(node) {
  const { text, places } = fold(node.data);
  const made = [];
  for (const word of words) {
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
      const end = at + word.length;
      if (!parts(text[at - 1] ?? "", text[at]) || !parts(text[end - 1], text[end] ?? "")) continue;
      const range = new Range();
      range.setStart(node, places[at]);
      range.setEnd(node, places[end]);
      made.push(range);
    }
  }
  return made;
}

/** Lay what lights up behind a unit's field, as the field has it now. @param {HTMLElement} unit */
function behind(unit) {
  const area = field(unit);
  let copy = /** @type {HTMLElement | null} */ (unit.querySelector(".behind"));
  if (!copy && !words.some((word) => fold(area.value).text.includes(word))) return;
  if (!copy) {
    copy = document.createElement("div");
    copy.className = "behind";
    copy.setAttribute("aria-hidden", "true");
    area.before(copy);
  }
  [copy.lang, copy.dir] = [area.lang, area.dir];
  if (copy.firstChild instanceof Text && copy.firstChild.data === area.value) return;
  for (const range of foundBehind ?? []) if (copy.contains(/** @type {Range} */ (range).startContainer)) foundBehind?.delete(range);
  copy.textContent = area.value;
  if (copy.firstChild instanceof Text) for (const range of ranges(copy.firstChild)) foundBehind?.add(range);
}

/** Light up the words in what is on the page now. */
export function light() {
  if (!words.length || !found || !foundBehind) return;
  for (const set of [found, foundBehind]) for (const range of set) if (!(/** @type {Range} */ (range).startContainer.isConnected)) set.delete(range);
  for (const unit of /** @type {NodeListOf<HTMLElement>} */ (list.querySelectorAll(".unit:not([data-lit])"))) {
    unit.dataset.lit = "1";
    const source = unit.querySelector(".source")?.firstChild;
    if (side !== "target" && source instanceof Text) for (const range of ranges(source)) found.add(range);
    if (side !== "source") behind(unit);
  }
  CSS.highlights.set("found", found);
  CSS.highlights.set("found-behind", foundBehind);
}

/** Follow what is typed or stored. @param {HTMLElement} unit */
export function relight(unit) {
  if (words.length && found && side !== "source") behind(unit);
}

// @ts-check
// Word links in the panel: the partners of a word light up; two words are linked or parted by choosing
// them, by mouse or keys.  A decision is sent at once, and refused if it was made on what is gone.

import { element, post, home } from "./page.js";

/**
 * @typedef {{lang: string, dir: string, words: [string, string][]}} Side  before each word what parts it
 * @typedef {{version: number, text: string, source: Side, target: Side, links: [number, number, number, string][]}} Words
 * @typedef {"source" | "target"} Which
 */

const SIDES = /** @type {const} */ (["source", "target"]);

let unit = "";
/** @type {Words | null} */
let words = null;
/** The word chosen first, if one is. @type {{side: Which, at: number} | null} */
let chosen = null;
let busy = false;

const place = () => document.getElementById("word-links");
/** @param {string} text */
const say = (text) => {
  const line = place()?.querySelector("[role=status]");
  if (line) line.textContent = text;
};
/** @param {Which} side */
const other = (side) => (side === "source" ? "target" : "source");
/** @param {Which} side @param {number} at */
const button = (side, at) => /** @type {HTMLButtonElement | null | undefined} */ (place()?.querySelector(`[data-side=${side}] [data-at="${at}"]`));

/** The links of a word. @param {Which} side @param {number} at */
const linksOf = (side, at) => (words?.links ?? []).filter((link) => link[side === "source" ? 0 : 1] === at);
/** The partners of a word, by number. @param {Which} side @param {number} at */
const partners = (side, at) => linksOf(side, at).map((link) => link[side === "source" ? 1 : 0]);
/** @param {Which} side @param {number} at */
const word = (side, at) => words?.[side].words[at]?.[1] ?? "";
/** @param {Element} made */
const whereOf = (made) => ({
  side: /** @type {Which} */ (made.closest("[data-side]")?.getAttribute("data-side")),
  at: Number(made.getAttribute("data-at")),
});

/** @param {string} id */
async function load(id) {
  unit = id;
  chosen = null;
  let answer;
  try {
    const response = await fetch(`${home}/unit/${id}/words`);
    if (!response.ok) throw new Error(response.statusText);
    answer = await response.json();
  } catch {
    if (unit === id) place()?.replaceChildren(element("p", {}, "Word links come with a connection."));
    return;
  }
  if (unit === id) draw(answer);
}

/** @param {Words} answer @param {{side: Which, at: number} | null} [focus] */
function draw(answer, focus = null) {
  words = answer;
  const box = place();
  if (!box) return;
  if (!answer.source.words.length || !answer.target.words.length) return box.replaceChildren();
  const hint = "Choose a word, then a word of the other text, to link or part them";
  box.replaceChildren(
    element("h2", {}, "Word links"),
    ...SIDES.map(paragraph),
    element("p", { role: "status", class: "links-said" }, hint),
  );
  if (focus) button(focus.side, focus.at)?.focus();
}

/** @param {Which} side */
function paragraph(side) {
  const { lang, dir, words: all } = /** @type {Words} */ (words)[side];
  const label = side === "source" ? "Words of the source" : "Words of the translation";
  const line = element("p", { class: "text words", "data-side": side, lang, dir, role: "group", "aria-label": label });
  all.forEach(([gap, text], at) => {
    const made = linksOf(side, at);
    const names = partners(side, at).map((to) => word(other(side), to));
    const by = [...new Set(made.map((link) => link[3]).filter(Boolean))];
    const one = element("button", {
      type: "button", class: `word${made.length ? "" : " alone"}${by.length ? " decided" : ""}`, "data-at": String(at), "aria-pressed": "false",
      tabindex: at ? "-1" : "0", "aria-label": `${text}: ${names.length ? names.join(" ") : "no partner"}`,
    }, text);
    if (by.length) one.title = `linked by ${by.join(", ")}`;
    line.append(gap, one);
  });
  return line;
}

/** A character of a script without spaces, alone or with marks: a word may be several of them. */
const CHARACTER = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]\p{M}*$/u;

/** A word, and the characters around it that are one word with it: those with the same partners. @param {Which} side @param {number} at */
function mates(side, at) {
  const found = [at];
  const all = words?.[side].words ?? [];
  const same = String(partners(side, at));
  if (!same || !CHARACTER.test(word(side, at))) return found;
  const joins = (/** @type {number} */ to) => CHARACTER.test(word(side, to)) && String(partners(side, to)) === same;
  for (let to = at - 1; all[to + 1][0] === "" && joins(to); to -= 1) found.push(to);
  for (let to = at + 1; all[to]?.[0] === "" && joins(to); to += 1) found.push(to);
  return found;
}

/** Light up a word and its partners, or none. @param {Element | null} made */
function light(made) {
  const box = place();
  if (!box) return;
  for (const lit of box.querySelectorAll(".partner, .self")) lit.classList.remove("partner", "self");
  if (!made) return;
  const { side, at } = whereOf(made);
  for (const mate of mates(side, at)) button(side, mate)?.classList.add("self");
  for (const to of partners(side, at)) button(other(side), to)?.classList.add("partner");
}

/** @param {Element} made */
function choose(made) {
  const here = whereOf(made);
  if (chosen && chosen.side !== here.side) return decide(here);
  const again = chosen?.at === here.at;
  chosen = again ? null : here;
  for (const one of place()?.querySelectorAll(".word") ?? []) one.setAttribute("aria-pressed", String(!again && one === made));
  say(again ? "" : `${word(here.side, here.at)}: choose its partner in the other text`);
  return undefined;
}

/** Link or part the chosen word and another. @param {{side: Which, at: number}} here */
async function decide(here) {
  if (!chosen || !words || busy) return;
  const from = chosen;
  const [source, target] = here.side === "target" ? [from.at, here.at] : [here.at, from.at];
  const linked = !words.links.some((link) => link[0] === source && link[1] === target);
  const id = unit;
  busy = true;
  const reply = await post(`/unit/${id}/words`, { version: words.version, text: words.text, source, target, linked }).catch(() => null);
  busy = false;
  if (unit !== id) return;
  if (!reply) return say("Not stored: no connection");
  chosen = null;
  if (reply.answer.links) draw(reply.answer, here);
  if (reply.ok) say(`${word("source", source)} and ${word("target", target)} ${linked ? "are linked" : "are parted"}`);
  else if (reply.status === 401) say("Type your name first, above; then choose again");
  else say(reply.answer.error ?? `Not stored: the server said ${reply.status}`);
}

/** @param {KeyboardEvent} event */
function key(event) {
  const made = /** @type {Element} */ (event.target);
  if (!made.matches(".word") || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  const { side, at } = whereOf(made);
  const along = made.closest("[dir]")?.getAttribute("dir") === "rtl" ? -1 : 1;
  /** @type {Record<string, () => HTMLButtonElement | null | undefined>} */
  const ways = {
    ArrowRight: () => button(side, at + along),
    ArrowLeft: () => button(side, at - along),
    Home: () => button(side, 0),
    End: () => button(side, (words?.[side].words.length ?? 1) - 1),
    ArrowDown: () => (side === "source" ? across(side, at) : null),
    ArrowUp: () => (side === "target" ? across(side, at) : null),
  };
  if (event.key === "Escape" && chosen) {
    const first = button(chosen.side, chosen.at);
    if (first) choose(first);
  } else if (ways[event.key]) ways[event.key]()?.focus();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/** The word of the other text to go to: the first partner, or one as far along. @param {Which} side @param {number} at */
function across(side, at) {
  const to = partners(side, at);
  const there = words?.[other(side)].words.length ?? 1;
  const alike = Math.round((at / Math.max(1, (words?.[side].words.length ?? 1) - 1)) * (there - 1));
  return button(other(side), to.length ? Math.min(...to) : alike);
}

/** @param {Event} event */
const wordOf = (event) => (event.target instanceof Element && event.target.closest("#word-links") ? event.target.closest(".word") : null);

document.addEventListener("click", (event) => {
  const made = wordOf(event);
  if (made) choose(made);
});
document.addEventListener("keydown", (event) => { if (wordOf(event)) key(event); }, true);
document.addEventListener("pointerover", (event) => {
  if (event.target instanceof Element && event.target.closest("#word-links")) light(wordOf(event) ?? document.activeElement?.closest("#word-links .word") ?? null);
  else if (place()?.querySelector(".self") && !document.activeElement?.closest("#word-links")) light(null);
});
document.addEventListener("focusin", (event) => {
  const made = wordOf(event);
  light(made);
  if (!made) return;
  // one word of each text is reached by Tab, the others by arrows
  for (const one of made.parentElement?.querySelectorAll(".word") ?? []) one.setAttribute("tabindex", one === made ? "0" : "-1");
});
document.addEventListener("workbench:side", (event) => load(String(/** @type {CustomEvent} */ (event).detail.id)));
const here = place()?.dataset.unit; // the page of one unit has its panel from the start
if (here) load(here);

// @ts-check
// The parts of the page that the other modules share: its list of units, its words, small builders.

/**
 * @typedef {{id: number, position: number, version: number, target: string, state: string, updated_by: string}} Stored
 * @typedef {[string, string][]} Pieces  a difference: "same", "ins" or "del", and the text
 */

/** @type {Record<string, string>} */
export const MARKS = { initial: "○", translated: "◐", reviewed: "●", final: "★" };

export const list = /** @type {HTMLOListElement} */ (document.querySelector(".units"));
export const home = document.body.dataset.home ?? "";
export const person = document.body.dataset.person ?? "";

/** The token that forms and scripts send along. @param {ParentNode} page */
const token = (page) => page.querySelector("meta[name=workbench-csrf]")?.getAttribute("content") ?? "";
export let csrf = token(document);

const status = /** @type {HTMLElement} */ (document.getElementById("status"));

/** The units in reading order, as they are on the page now. */
export const units = () => /** @type {HTMLLIElement[]} */ ([...list.children]);

/** @param {HTMLElement} unit */
export const field = (unit) => /** @type {HTMLTextAreaElement} */ (unit.querySelector("textarea"));

/** @param {EventTarget | null} target */
export const unitOf = (target) => (target instanceof Element ? /** @type {HTMLLIElement | null} */ (target.closest(".unit")) : null);

/** @param {number | string} id */
export const unitById = (id) => /** @type {HTMLLIElement | null} */ (list.querySelector(`.unit[data-id="${Number(id)}"]`));

/** @param {HTMLElement} unit */
export const isDone = (unit) => ["reviewed", "final"].includes(unit.dataset.state ?? "");

/** @type {ReturnType<typeof setTimeout> | undefined} */
let fading;

/** Say something in the line that screen readers read out; it does not stand over the text for long.
 * @param {string} text @param {"" | "warn"} [kind] */
export function say(text, kind = "") {
  status.textContent = text;
  status.className = kind;
  clearTimeout(fading);
  fading = setTimeout(() => status.classList.add("old"), kind ? 15000 : 5000);
}

/**
 * @param {string} tag @param {Record<string, string>} attributes @param {...(Node | string)} children
 * @returns {HTMLElement}
 */
export function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** @param {string} label @param {() => void} act */
export function button(label, act) {
  const made = element("button", { type: "button" }, label);
  made.addEventListener("click", act);
  return made;
}

/** A text with its differences marked. @param {Pieces} pieces @param {HTMLElement} unit */
export function marked(pieces, unit) {
  const { lang, dir } = field(unit);
  return element("span", { class: "text", lang, dir }, ...pieces.map(([kind, text]) => (kind === "same" ? text : element(kind, {}, text))));
}

/** Say something at a unit, with what can be done about it; what waits for a decision is counted above.
 * @param {HTMLElement} unit @param {(Node | string)[]} words @param {[string, () => void][]} choices @param {boolean} [urgent] */
export function notice(unit, words, choices, urgent = false) {
  unit.classList.toggle("undecided", urgent);
  const box = /** @type {HTMLElement} */ (unit.querySelector(".notice"));
  const buttons = element("p", {});
  for (const [label, act] of choices) buttons.append(button(label, act), " ");
  box.replaceChildren(...words.map((part) => (typeof part === "string" ? element("p", {}, part) : part)), buttons);
  box.hidden = false;
  countUndecided();
}

/** Say how many units wait for a decision; the button leads to the first. */
export function countUndecided() {
  const place = document.getElementById("undecided");
  const waiting = list.querySelectorAll(".unit.undecided");
  if (!place || (!waiting.length && !place.hasChildNodes())) return;
  const first = /** @type {HTMLElement} */ (waiting[0]);
  place.replaceChildren(...(first ? [button(`${waiting.length} to decide`, () => {
    field(first).focus({ preventScroll: true });
    first.scrollIntoView({ block: "center", behavior: "instant" });
  })] : []));
}

/** @param {HTMLElement} unit */
export function hush(unit) {
  unit.classList.remove("undecided");
  const box = /** @type {HTMLElement} */ (unit.querySelector(".notice"));
  if (box.contains(document.activeElement)) field(unit).focus({ preventScroll: true }); // its button goes away
  box.replaceChildren();
  box.hidden = true;
  countUndecided();
}

/** Show what is stored of a unit now, except its text. @param {HTMLElement} unit @param {Stored} stored */
export function show(unit, stored) {
  unit.dataset.version = String(stored.version);
  unit.dataset.state = stored.state;
  /** @type {HTMLInputElement} */ (unit.querySelector("input[name=version]")).value = String(stored.version);
  const state = /** @type {HTMLElement} */ (unit.querySelector(".state"));
  state.className = `state ${stored.state}`;
  const mark = element("span", { "aria-hidden": "true" }, MARKS[stored.state] ?? "");
  state.replaceChildren(mark, ` ${stored.state}`);
  if (stored.updated_by) /** @type {HTMLElement} */ (unit.querySelector(".origin")).textContent = stored.updated_by;
}

/** Show how many open findings a unit has. @param {HTMLElement} unit @param {number} number */
export function showFindings(unit, number) {
  unit.querySelector(".flag:not(.note)")?.remove();
  if (!number) return void delete unit.dataset.findings;
  unit.dataset.findings = String(number);
  const words = element("span", { class: "hidden" }, " findings");
  const sign = element("span", { "aria-hidden": "true" }, "⚠");
  return unit.querySelector(".flags")?.prepend(element("span", { class: "flag", title: `${number} findings of the checks` }, sign, ` ${number}`, words));
}

/** Put a text into a unit's field as if it were typed, so that the browser's own undo takes it back.
 * @param {HTMLElement} unit @param {string} text */
export function type(unit, text) {
  const area = field(unit);
  area.focus({ preventScroll: true });
  area.select();
  // the only way in which a script's text can be undone by Ctrl+Z
  const typed = text ? document.execCommand("insertText", false, text) : document.execCommand("delete");
  if (!typed || area.value !== text) {
    area.value = text;
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

/** Ask the server; the answer's status and its JSON, {} if it has none.  Rejects if no whole answer comes.
 * @param {string} path @param {object} body @returns {Promise<{status: number, ok: boolean, answer: any}>} */
export async function post(path, body) {
  const response = await fetch(`${home}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-csrftoken": csrf },
    body: JSON.stringify(body),
  });
  const text = await response.text(); // an answer that is cut off is none
  return { status: response.status, ok: response.ok, answer: parsed(text) };
}

/** @param {string} text @returns {any} */
function parsed(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

/** Fetch the token anew, after a log-in or a changed key of the server; whether it is another one. */
export async function renewed() {
  const before = csrf;
  const response = await fetch(home || "/").catch(() => null);
  if (response?.ok) csrf = token(new DOMParser().parseFromString(await response.text(), "text/html")) || csrf;
  return csrf !== before;
}

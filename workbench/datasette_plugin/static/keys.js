// @ts-check
// Which keys do what: the table behind `?`, and its changes, which the browser keeps.

import { button, element } from "./page.js";

/**
 * An action has a key that works everywhere, and one that works outside text fields only.
 * @typedef {{name: string, words: string, anywhere: string, outside: string, act: (editing: boolean) => void}} Action
 */

/** @type {Action[]} */
let actions = [];
/** @type {Record<string, {anywhere?: string, outside?: string}>} */
let own = {};
const KEPT = "workbench:keys";
/** Keys that browsers do not give away, or that text fields need. */
const TAKEN = /^(Ctrl\+(Shift\+)?[NTW]|Ctrl\+[ACVXZY]|Ctrl\+Shift\+Z|(Shift\+)?Tab|F5|F11|F12|Escape|Alt\+F4|(Ctrl\+)?(Shift\+)?(ArrowLeft|ArrowRight|Home|End|Backspace)|(Shift\+)?(ArrowUp|ArrowDown|Delete))$/;
const MAC = /Mac|iPhone|iPad/.test(navigator.platform);

/** The name of what is pressed, like `Ctrl+Shift+Enter`.  On a Mac ⌘ is Ctrl; with letters ⌃ is Alt, since
 * ⌥ types letters there. @param {KeyboardEvent} event */
function combination(event) {
  const letter = /^Key[A-Z]$/.test(event.code);
  const ctrl = MAC ? event.metaKey : event.ctrlKey;
  const alt = MAC && letter ? event.ctrlKey : event.altKey;
  let key = event.key;
  if (alt && letter) key = event.code.slice(3); // Alt makes other letters on some keyboards
  if (MAC && letter && event.altKey) return key; // a letter that is typed
  if (key.length === 1) key = key.toUpperCase();
  const shift = event.shiftKey && (key.length > 1 || /[A-Z0-9]/.test(key));
  return [ctrl && "Ctrl", alt && "Alt", shift && "Shift", key].filter(Boolean).join("+");
}

/** @param {Action} action @param {"anywhere" | "outside"} where */
const keyOf = (action, where) => own[action.name]?.[where] ?? action[where];

/** The action of a key, if it has one here. @param {KeyboardEvent} event @param {boolean} editing */
export function actionOf(event, editing) {
  const pressed = combination(event);
  return actions.find((action) => keyOf(action, "anywhere") === pressed || (!editing && keyOf(action, "outside") === pressed)) ?? null;
}

/** @param {string} name */
export const actionNamed = (name) => actions.find((action) => action.name === name);

/** Take over the table of actions, with the person's own keys. @param {Action[]} table */
export function install(table) {
  actions = table;
  try {
    own = JSON.parse(localStorage.getItem(KEPT) ?? "{}");
  } catch {
    own = {}; // blocked or spoilt: the keys that came with the page
  }
}

/** @param {typeof own} keys */
function keepOwn(keys) {
  own = keys;
  try {
    localStorage.setItem(KEPT, JSON.stringify(keys));
  } catch {
    // they last as long as the page
  }
}

/** @param {string} key */
function pretty(key) {
  /** @type {Record<string, string>} */
  const signs = { ArrowDown: "↓", ArrowUp: "↑", ArrowLeft: "←", ArrowRight: "→", " ": "Space" };
  if (MAC) Object.assign(signs, { Ctrl: "⌘", Alt: /\+[A-Z]$/.test(key) ? "⌃" : "⌥" });
  const parts = key.split(/\+(?=.)/).map((part) => element("kbd", {}, signs[part] ?? part));
  return element("span", {}, ...parts.flatMap((part, i) => (i ? ["+", part] : [part])));
}

/** Why an action cannot have a key, or "". @param {Action} action @param {string} key @param {"anywhere" | "outside"} where */
function refusal(action, key, where) {
  if (TAKEN.test(key)) return `${key} belongs to the browser or to typing`;
  if (where === "anywhere" && !/^(Ctrl|Alt)\+|^F\d+$/.test(key)) return `${key} alone is for typing; hold Ctrl or Alt with it`;
  if (/^Ctrl\+[1-9]$/.test(key) || (where === "outside" && /^[1-9]$/.test(key))) return `${key} inserts a draft`;
  const other = actions.find((one) => one !== action && [keyOf(one, "anywhere"), keyOf(one, "outside")].includes(key));
  return other ? `${key} is taken: ${other.words}` : "";
}

/** Fill the list of keys, and let each be changed. @param {HTMLElement} table @param {HTMLElement} message */
export function list(table, message) {
  table.replaceChildren(...actions.map((action) => element("tr", {},
    element("th", { scope: "row" }, action.words),
    ...(/** @type {const} */ (["anywhere", "outside"])).map((where) => element("td", {}, changer(action, where, table, message))))));
}

/** @param {Action} action @param {"anywhere" | "outside"} where @param {HTMLElement} table @param {HTMLElement} message */
function changer(action, where, table, message) {
  const key = keyOf(action, where);
  const place = where === "anywhere" ? "everywhere" : "outside the field";
  const made = button("", () => {
    made.replaceChildren("press a key");
    message.textContent = `Press the new key for “${action.words}” ${place}; Esc leaves it, Delete takes it away.`;
    made.addEventListener("keydown", change);
    made.addEventListener("blur", () => list(table, message), { once: true });
  });
  made.setAttribute("aria-label", `${action.words}, ${place}: ${key || "no key"}. Change`);
  made.replaceChildren(key ? pretty(key) : "–");
  /** @param {KeyboardEvent} event */
  const change = (event) => {
    if (["Control", "Shift", "Alt", "Meta"].includes(event.key) || event.key === "Tab") return;
    event.preventDefault();
    event.stopPropagation();
    const pressed = event.key === "Delete" ? "" : combination(event);
    const no = event.key === "Escape" ? "Nothing changed." : pressed && refusal(action, pressed, where);
    message.textContent = no || `${action.words}: ${pressed || "no key"}`;
    if (!no) {
      keepOwn({ ...own, [action.name]: { ...own[action.name], [where]: pressed } });
    }
    made.blur();
    const again = [...table.querySelectorAll("button")].find((other) => other.getAttribute("aria-label")?.startsWith(`${action.words}, ${place}`));
    again?.focus();
  };
  return made;
}

/** Back to the keys that came with the page. @param {HTMLElement} table @param {HTMLElement} message */
export function reset(table, message) {
  keepOwn({});
  list(table, message);
  message.textContent = "All keys are as they came.";
}

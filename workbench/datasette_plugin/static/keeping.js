// @ts-check
// What must outlive this page: text not sent yet, saves not answered yet, a person's own keys.
// Kept in the browser's local storage; where that is blocked or full, in memory, and it is said.

import { home, say } from "./page.js";

const PREFIX = `workbench:${home}:`;
/** @type {Map<string, string>} */
const memory = new Map();
let told = false;

/** @param {string} name @returns {any} */
export function recall(name) {
  try {
    return JSON.parse(memory.get(name) ?? localStorage.getItem(PREFIX + name) ?? "null");
  } catch {
    return null;
  }
}

/** Keep a value under a name, or forget it if it is null.  @param {string} name @param {unknown} value */
export function keep(name, value) {
  memory.delete(name);
  try {
    if (value === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    if (value === null) return;
    memory.set(name, JSON.stringify(value));
    if (!told) say("This browser cannot keep unsent text (storage is blocked or full): save before you close the page", "warn");
    told = true;
  }
}

/** Whether closing the page now would lose something. */
export const wouldLose = () => memory.size > 0;

/** Call when another page of ours changes what is kept under a name. @param {string} name @param {() => void} act */
export function onChange(name, act) {
  window.addEventListener("storage", (event) => {
    if (event.key === PREFIX + name) act();
  });
}

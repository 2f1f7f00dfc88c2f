// @ts-check
// What must outlive this page: text not sent yet, saves not answered yet, a person's own keys.
// Kept in the browser's local storage, which other pages see at once, with a copy in IndexedDB, which is
// on disk at once.  Where one is blocked or full the other does; without both it is said.

import { copies, copy } from "./mirror.js";
import { home, say } from "./page.js";

// what was typed into one database is never offered in another that is served at the same address
const PREFIX = `workbench:${home}:${document.body.dataset.database}:`;
const STAMP = `${PREFIX}stamp`; // when something was kept last, in either place
/** What local storage could not take. @type {Map<string, string>} */
const memory = new Map();
/** What is in memory only. @type {Set<string>} */
const unsafe = new Set();
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
  const text = value === null ? null : JSON.stringify(value);
  const stamp = String(Date.now());
  const held = store(name, text, stamp);
  copy({ [PREFIX + name]: text, [STAMP]: stamp }).then((copied) => {
    if (held || copied || text === null) return unsafe.delete(name);
    unsafe.add(name);
    if (!told) say("This browser cannot keep unsent text (storage is blocked or full): save before you close the page", "warn");
    told = true;
    return true;
  });
}

/** @param {string} name @param {string | null} text @param {string} stamp */
function store(name, text, stamp) {
  memory.delete(name);
  try {
    if (text === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, text);
    localStorage.setItem(STAMP, stamp);
    return true;
  } catch {
    if (text !== null) memory.set(name, text);
    return false;
  }
}

/** Take what the copy knows and local storage does not, after a crash.  Call before anything is recalled. */
export async function restore() {
  const saved = await copies(PREFIX);
  let stamp = "0";
  let names = /** @type {string[]} */ ([]);
  try {
    stamp = localStorage.getItem(STAMP) ?? "0";
    names = Object.keys(localStorage).filter((name) => name.startsWith(PREFIX));
  } catch {
    // blocked: the copy alone has it
  }
  const newer = saved.get(STAMP) ?? "0";
  if (Number(newer) <= Number(stamp)) return;
  for (const name of names) if (!saved.has(name)) store(name.slice(PREFIX.length), null, newer);
  for (const [name, text] of saved) if (name !== STAMP) store(name.slice(PREFIX.length), text, newer);
}

/** Whether closing the page now would lose something. */
export const wouldLose = () => unsafe.size > 0;

/** Call when another page of ours changes what is kept under a name. @param {string} name @param {() => void} act */
export function onChange(name, act) {
  window.addEventListener("storage", (event) => {
    if (event.key === PREFIX + name) act();
  });
}

// @ts-check
// What must outlive this page: text not sent yet, saves not answered yet, a person's own keys.
// Kept in the browser's local storage, which other pages see at once, with a copy in IndexedDB, which is
// on disk at once.  Each value has the time at which it was kept, and the newest of the two places holds;
// what was forgotten stays as an empty value until both places have it.  Where one place is blocked or
// full the other does; without both it is said.

import { copies, copy } from "./mirror.js";
import { home, say } from "./page.js";

/** @typedef {{at: number, value: any}} Kept */

// what was typed into one database is never offered in another that is served at the same address
const PREFIX = `workbench:${home}:${document.body.dataset.database}:`;
const PATIENCE = 2000; // milliseconds after which a copy is taken to be late
/** What local storage could not take. @type {Map<string, string>} */
const memory = new Map();
/** What is in memory only. @type {Set<string>} */
const unsafe = new Set();
let told = false;

/** @param {string | null | undefined} text @returns {Kept | null} */
function parse(text) {
  try {
    const kept = JSON.parse(text ?? "null");
    // without a time it was kept by an earlier version of this page
    return kept === null || (typeof kept.at === "number" && "value" in kept) ? kept : { at: 0, value: kept };
  } catch {
    return null;
  }
}

/** @param {string} name */
function read(name) {
  try {
    return parse(memory.get(name) ?? localStorage.getItem(PREFIX + name));
  } catch {
    return null; // blocked
  }
}

/** @param {string} name @returns {any} */
export const recall = (name) => read(name)?.value ?? null;

/** Keep a value under a name, or forget it if it is null.  @param {string} name @param {unknown} value */
export function keep(name, value) {
  const before = read(name);
  if (value === null && (before?.value ?? null) === null) return;
  const text = JSON.stringify({ at: Math.max(Date.now(), (before?.at ?? 0) + 1), value });
  const held = store(name, text);
  if (!held && value !== null) unsafe.add(name);
  const copied = copy({ [PREFIX + name]: text }).then((done) => {
    if (done || held) unsafe.delete(name);
    return done || held;
  });
  Promise.race([copied, late()]).then((safe) => {
    if (safe || held || value === null || told) return;
    told = true;
    say("This browser cannot keep unsent text (storage is blocked or full): save before you close the page", "warn");
  });
}

/** @returns {Promise<false>} */
const late = () => new Promise((resolve) => setTimeout(() => resolve(false), PATIENCE));

/** Put a text into local storage, or remove it; whether that worked. @param {string} name @param {string | null} text */
function store(name, text) {
  memory.delete(name);
  try {
    if (text === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, text);
    return true;
  } catch {
    if (text !== null) memory.set(name, text);
    return false;
  }
}

/** Take what the copy knows better than local storage, as after a crash.  `then` is called when it is taken,
 * and before that if the copy is late.  Until then nothing that could be there may be kept anew.
 * @param {() => void} then */
export async function restore(then) {
  const taken = copies(PREFIX).then(join);
  await Promise.race([taken, late()]);
  then();
  if (await taken) then();
}

/** @param {Map<string, string>} saved @returns {boolean} whether anything was newer */
function join(saved) {
  let newer = false;
  const names = new Set([...saved.keys(), ...here()].map((name) => name.slice(PREFIX.length)));
  for (const name of names) {
    const copied = saved.get(PREFIX + name);
    const [ours, theirs] = [read(name), parse(copied)];
    if (copied && theirs && theirs.at > (ours?.at ?? -1)) {
      store(name, copied);
      newer = true;
    } else if (ours && ours.at > (theirs?.at ?? -1)) copy({ [PREFIX + name]: JSON.stringify(ours) });
    else if (ours?.value === null) {
      store(name, null); // both have forgotten it
      copy({ [PREFIX + name]: null });
    }
  }
  return newer;
}

/** The names in local storage. */
function here() {
  try {
    return Object.keys(localStorage).filter((name) => name.startsWith(PREFIX));
  } catch {
    return []; // blocked: the copy alone has them
  }
}

/** Whether closing the page now would lose something. */
export const wouldLose = () => unsafe.size > 0;

/** Call when another page of ours changes what is kept under a name. @param {string} name @param {() => void} act */
export function onChange(name, act) {
  window.addEventListener("storage", (event) => {
    if (event.key === PREFIX + name) act();
  });
}

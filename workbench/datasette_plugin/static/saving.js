// @ts-check
// Saves in the order in which they were made, without making anyone wait: a queue that survives a lost
// connection, a closed page and a stopped server.

import { keep, onChange, recall } from "./keeping.js";
import { field, hush, isDone, notice, person, post, renewed, say, show, showFindings, unitById } from "./page.js";
import { clash } from "./conflict.js";
import { forget, keepUnsent } from "./unsent.js";

/**
 * @typedef {import("./page.js").Stored} Stored
 * @typedef {{key: string, unit: number, version: number, before: string, state: string, target: string,
 *   action: string, seconds: number, why: string, person: string, undoes?: number}} Save
 */

const RETRY = 4000; // milliseconds between tries without a connection
const IDLE = 60; // seconds without a key after which a person is taken to be away
/** The state that an action leads to. @type {Record<string, string>} */
const LEADS = { accept: "reviewed", final: "final", reopen: "translated", reject: "translated" };

const others = "BroadcastChannel" in window ? new BroadcastChannel("workbench") : null;

// --- time on a unit -------------------------------------------------------------------------

/** @type {Map<string, number>} */
const seconds = new Map();
let seen = performance.now();
/** Count the time since the last call for a unit. @param {HTMLElement | null} unit */
export function spent(unit) {
  const now = performance.now();
  const id = unit?.dataset.id;
  if (id) seconds.set(id, (seconds.get(id) ?? 0) + Math.min((now - seen) / 1000, IDLE));
  seen = now;
}

// --- the queue ------------------------------------------------------------------------------

/** Saves made before it was known what an earlier page left. @type {Save[] | null} */
let early = [];
/** @returns {Save[]} */
const queue = () => early ?? recall("queue") ?? [];
/** @param {(saves: Save[]) => Save[]} change */
const requeue = (change) => {
  const left = change(queue());
  if (early) early = left;
  else keep("queue", left.length ? left : null);
};

/** Go on with what an earlier page left to be sent. */
export function resume() {
  if (early) {
    const mine = early;
    early = null;
    if (mine.length) requeue((saves) => [...saves, ...mine]);
  }
  flush();
}

/** The last save of a unit that is not answered yet. @param {string | undefined} id */
export const waiting = (id) => queue().filter((save) => String(save.unit) === id).at(-1) ?? null;

/** Put a save into the queue; whether there is something to save.
 * @param {HTMLElement} unit @param {string} action @param {string} [why] */
export function save(unit, action, why = "") {
  spent(unit);
  const area = field(unit);
  if (["accept", "final"].includes(action) && !area.value.trim()) {
    say(`Unit ${Number(unit.dataset.position) + 1} has no text yet: type a translation, then accept it`, "warn");
    return false;
  }
  const id = unit.dataset.id ?? "";
  /** @type {Save} */
  const entry = {
    key: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`, unit: Number(id),
    version: Number(unit.dataset.version), before: area.defaultValue, state: unit.dataset.state ?? "",
    target: area.value, action, seconds: seconds.get(id) ?? 0, why, person,
  };
  seconds.delete(id);
  requeue((saves) => [...saves, entry]);
  unit.classList.add("waiting");
  say("Saving …");
  flush();
  return true;
}

/** @type {Promise<void> | null} */
let flushing = null;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let later;

/** Send what waits; one page at a time does it, where the browser can see to that. @returns {Promise<void>} */
export function flush() {
  clearTimeout(later);
  flushing ??= sendUntilEmpty().finally(() => {
    flushing = null;
  });
  return flushing;
}

/** Send, and again what was added while the browser took the lock back. */
async function sendUntilEmpty() {
  while (await locked(sendAll) && queue().length);
}

/** Resolves when nothing waits any more, or after a moment if that does not happen. */
export const settled = () => Promise.race([flush(), new Promise((resolve) => setTimeout(resolve, 1500))]);

/** @param {() => Promise<boolean>} work @returns {Promise<boolean>} */
const locked = (work) => (navigator.locks ? navigator.locks.request("workbench-queue", work) : work());

/** Send what waits; whether all could be sent. */
async function sendAll() {
  for (let entry = queue()[0]; entry; entry = queue()[0]) {
    if (!(await send(entry))) return false;
  }
  return true;
}

/** Send one save; whether to go on with the next. @param {Save} entry @returns {Promise<boolean>} */
async function send(entry) {
  if (entry.person && entry.person !== person) {
    giveUp(entry, `Not saved: ${entry.person} wrote this, and you are ${person || "nobody yet"}. The text is kept here.`);
    return true;
  }
  const { target, action, version, why, undoes } = entry;
  let reply;
  try {
    reply = await post(`/unit/${entry.unit}/save`, { target, action, version, why, undoes, seconds: entry.seconds });
  } catch {
    return wait("Not saved yet: no connection. Your text is kept here and sent again.");
  }
  if (reply.ok && reply.answer.unit) {
    done(entry, reply.answer.unit);
    const unit = unitById(entry.unit);
    if (unit && typeof reply.answer.findings === "number") showFindings(unit, reply.answer.findings);
  }
  else if (reply.status === 409 && reply.answer.conflict) differs(entry, reply.answer);
  else if (reply.status === 401) return askName(reply.answer.error);
  else if (reply.status === 403 && !reply.answer.error && await renewed()) return send(entry);
  else if (reply.ok || reply.status >= 500 || (reply.status === 403 && !reply.answer.error)) return wait("Not saved yet: the server has trouble. Your text is kept here and sent again.");
  else giveUp(entry, `Not saved: ${reply.answer.error ?? `the server said ${reply.status}`}. Your text is kept here.`);
  return true;
}

/** @param {string} words */
function wait(words) {
  say(words, "warn");
  later = setTimeout(flush, RETRY);
  return false;
}

/** @param {string | undefined} words */
function askName(words) {
  document.getElementById("who")?.classList.add("asked");
  document.getElementById("name")?.focus();
  say(`${words ?? "Type your name first"}; your text is kept here and saved then.`, "warn");
  return false;
}

// --- what became of a save ------------------------------------------------------------------

/** @param {Save} entry @param {Stored} stored */
function done(entry, stored) {
  requeue((saves) => saves.filter((save) => save.key !== entry.key).map((save) => (
    // what was saved after it was made on its text
    save.unit === entry.unit && save.version === entry.version ? { ...save, version: stored.version } : save)));
  shown(stored, entry.target);
  others?.postMessage({ stored, sent: entry.target });
  if (queue().length === 0) say(entry.action === "undo" ? `Undone in unit ${Number(stored.position) + 1}` : stored.state === "reviewed" ? "Saved and accepted" : entry.action === "reject" ? "Rejected" : "Saved");
  document.dispatchEvent(new CustomEvent("workbench:saved", { detail: stored }));
}

/** Take over what another way of this page stored. @param {Stored} stored */
export const adopt = (stored) => shown(stored, "");

/** Show what is stored; the field stays as it is if more was typed since. @param {Stored} stored @param {string} sent */
function shown(stored, sent) {
  const unit = unitById(stored.id);
  if (!unit) return;
  const area = field(unit);
  const counted = isDone(unit);
  const untouched = area.value === area.defaultValue;
  show(unit, stored);
  if (untouched && area.value !== stored.target) area.value = stored.target;
  area.defaultValue = stored.target;
  if (area.value === stored.target || area.value === sent) forget(unit);
  else keepUnsent(unit);
  unit.classList.toggle("waiting", waiting(unit.dataset.id) !== null);
  hush(unit);
  document.dispatchEvent(new CustomEvent("workbench:shown", { detail: unit }));
  count(Number(isDone(unit)) - Number(counted));
}

/** @param {number} more */
function count(more) {
  const number = document.getElementById("done");
  if (number) number.textContent = String(Number(number.textContent) + more);
}

/** @param {Save} entry @param {{conflict: Stored, base: string | null, merged: string | null, difference: [string, string][]}} answer */
function differs(entry, answer) {
  const theirs = answer.conflict;
  const mine = theirs.updated_by === person && theirs.target === entry.target && [undefined, theirs.state].includes(LEADS[entry.action]);
  if (mine) return done(entry, theirs); // it had arrived before, its answer had not
  requeue((saves) => saves.filter((save) => save.unit !== entry.unit));
  const unit = unitById(entry.unit);
  if (unit) {
    unit.classList.remove("waiting");
    clash(unit, entry, answer, save);
  } else {
    keep(`unsent:${entry.unit}`, { version: entry.version, text: entry.target, base: entry.before });
    say("A unit that you saved was changed by another person meanwhile; your text is kept and shown when you go there.", "warn");
  }
}

/** Take a save out of the queue; its text stays with the unit. @param {Save} entry @param {string} words */
function giveUp(entry, words) {
  requeue((saves) => saves.filter((save) => save.key !== entry.key));
  const unit = unitById(entry.unit);
  const kept = recall(`unsent:${entry.unit}`);
  if (!kept) keep(`unsent:${entry.unit}`, { version: entry.version, text: entry.target, base: entry.before });
  say(words, "warn");
  if (!unit) return;
  unit.classList.remove("waiting");
  notice(unit, [words], [["Close", () => hush(unit)]], true);
}

/** Undoings wait for each other: each needs to know what the one before it left. */
let undoing = Promise.resolve();

/** Take this person's last change of the text back, as a change of its own; also one made before this page
 * came. @param {string} base the address of the text @param {string} [only] the one unit that is meant */
export function undo(base, only = "") {
  undoing = undoing.then(() => takeBack(base, only));
}

/** @param {string} base @param {string} only */
async function takeBack(base, only) {
  await settled();
  const response = await fetch(`${base}/mine.json?unit=${only}`).catch(() => null);
  if (!response?.ok) return say("Nothing undone: no connection", "warn");
  const { change } = await response.json();
  if (!change) return say("You have nothing to undo in this text");
  const unit = unitById(change.unit);
  if (unit) {
    const area = field(unit);
    if (area.value !== area.defaultValue) return say(`Unit ${change.position + 1} has text that is not saved: save it first, then undo`, "warn");
    area.value = change.before;
    hush(unit);
  }
  requeue((saves) => [...saves, {
    key: `${change.unit}-${change.version}-undo`, unit: change.unit, version: change.version, undoes: change.undoes,
    target: change.before, before: change.after, state: "", action: "undo", seconds: 0, why: "undone", person,
  }]);
  say("Undoing …");
  return flush();
}

others?.addEventListener("message", (event) => shown(event.data.stored, event.data.sent));
window.addEventListener("online", () => flush());
onChange("queue", () => {
  for (const unit of document.querySelectorAll(".unit.waiting")) {
    unit.classList.toggle("waiting", waiting(/** @type {HTMLElement} */ (unit).dataset.id) !== null);
  }
});

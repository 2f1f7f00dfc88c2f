// @ts-check
// The unit in hand, and the way to others: by step, by number, by what is left to do; the list grows
// at the end that is come near and shrinks at the other, so that a long text scrolls like a short one.

import { wouldLose } from "./keeping.js";
import { field, isDone, list, say, unitOf, units } from "./page.js";
import { settled, spent } from "./saving.js";

const MOST = 400; // units kept on the page
const base = list.dataset.base ?? "";
/** Whether units stand in the order of the text. */
const inOrder = ["position", undefined].includes(list.dataset.filtered);

/** @type {HTMLLIElement | null} */
let hand = null;
/** @type {((unit: HTMLElement) => void) | null} */
let prepare = null;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let noting;

/** The unit in hand. */
export const current = () => (hand?.isConnected ? hand : null);

/** What to do with units that come to the page. @param {(unit: HTMLElement) => void} act */
export function onArrival(act) {
  prepare = act;
  units().forEach(act);
}

/** Take a unit in hand. @param {HTMLLIElement} unit */
function take(unit) {
  if (unit === hand) return;
  hand?.classList.remove("current");
  hand = unit;
  unit.classList.add("current");
  showHeading(unit);
  clearTimeout(noting); // browsers forbid too many changes of the address at once
  noting = setTimeout(() => notePlace(unit), 200);
  document.dispatchEvent(new CustomEvent("workbench:unit", { detail: { id: Number(unit.dataset.id), unit } }));
}

/** Let the address lead back to a unit. @param {HTMLElement} unit */
function notePlace(unit) {
  const address = new URL(location.href);
  address.hash = unit.id;
  if (unit.dataset.window) {
    address.searchParams.delete("before");
    address.searchParams.set("at", unit.dataset.window);
  } else address.searchParams.delete("at");
  history.replaceState(history.state, "", address);
}

/** The heading that a unit stands under, in the line that stays in sight. @param {HTMLElement} unit */
function showHeading(unit) {
  const place = document.querySelector(".head .heading");
  if (!place) return;
  const all = units();
  const above = all.slice(0, all.indexOf(/** @type {HTMLLIElement} */ (unit)) + 1).reverse();
  const heading = above.find((other) => other.classList.contains("heading"))?.querySelector(".source")?.textContent ?? list.dataset.heading ?? "";
  place.textContent = heading && ` · ${heading}`;
}

/** @param {HTMLElement} unit @param {boolean} editing */
export function go(unit, editing) {
  const part = editing ? field(unit) : unit;
  part.focus({ preventScroll: true });
  // keys are faster than any gliding; of what is too tall for the window the start is read first
  unit.scrollIntoView({ block: unit.offsetHeight > innerHeight / 2 ? "start" : "center", behavior: "instant" });
  const { top } = part.getBoundingClientRect();
  if (top > innerHeight * 0.8) scrollBy({ top: top - innerHeight / 3, behavior: "instant" }); // below a long source
}

/** Go back to a unit after a dialog, unless somebody was quicker and is at another. @param {HTMLElement} unit */
export function stay(unit) {
  if (!unitOf(document.activeElement)) go(unit, true);
}

/** @param {HTMLElement | null} from @param {number} step @param {boolean} editing */
export async function move(from, step, editing) {
  const all = units();
  const at = from ? all.indexOf(/** @type {HTMLLIElement} */ (from)) : step > 0 ? -1 : all.length;
  const next = all[at + step] ?? null;
  if (next) return go(next, editing);
  if (list.classList.contains("single")) return say("Only this unit is shown here");
  if (!(await load(step > 0 ? "next" : "prev"))) return say(step > 0 ? "End of the text" : "Start of the text");
  const more = units();
  const beside = more[(from ? more.indexOf(/** @type {HTMLLIElement} */ (from)) : at) + step];
  if (beside) go(beside, editing);
}

/** Go to the next unit of a kind, on this page or beyond it; after the last one to the first.
 * @param {HTMLElement | null} from @param {"unfinished" | "findings"} kind */
export async function seek(from, kind) {
  const all = units();
  const rest = all.slice(from ? all.indexOf(/** @type {HTMLLIElement} */ (from)) + 1 : 0);
  const next = rest.find((unit) => (kind === "findings" ? unit.dataset.findings : !isDone(unit)));
  if (next) return go(next, true);
  await settled();
  for (const at of [Number(all.at(-1)?.dataset.position ?? -1) + 1, 0]) {
    const response = await fetch(`${base}/units.json?size=1&at=${at}&${kind === "findings" ? "finding=any" : "state=unfinished"}`).catch(() => null);
    if (!response?.ok) return say("The next one could not be looked for: no connection", "warn");
    const [found] = (await response.json()).units;
    if (found) return jump(Number(found.position) + 1);
  }
  return say(kind === "findings" ? "No unit has findings" : "Every unit is reviewed");
}

/** Go to a unit by its number. @param {number} number */
export async function jump(number) {
  const unit = document.getElementById(`p${number - 1}`);
  if (unit) return go(unit, true);
  await settled();
  location.href = `${base}?at=${Math.max(0, number - 4)}#p${number - 1}`;
}

// --- windows --------------------------------------------------------------------------------

/** @type {Map<string, Promise<boolean>>} */
const loading = new Map();

/** Fetch the units before or after those on the page; whether there were any. @param {"next" | "prev"} side */
function load(side) {
  const under = loading.get(side) ?? fetchWindow(side).finally(() => loading.delete(side));
  loading.set(side, under);
  return under;
}

/** @param {"next" | "prev"} side @returns {Promise<boolean>} */
async function fetchWindow(side) {
  const turn = turnOf(document, side);
  const link = /** @type {HTMLAnchorElement | null} */ (turn.querySelector("a[rel]"));
  if (!link) return false;
  let text;
  try {
    const response = await fetch(link.href);
    if (!response.ok) throw new Error(response.statusText);
    text = await response.text();
  } catch {
    say("The next units could not be loaded: no connection", "warn");
    return false;
  }
  const page = new DOMParser().parseFromString(text, "text/html");
  const known = new Set(units().map((unit) => unit.dataset.id));
  const arrived = /** @type {HTMLLIElement[]} */ ([...page.querySelectorAll(".units > .unit")])
    .filter((unit) => !known.has(unit.dataset.id)).map((unit) => document.importNode(unit, true));
  const window = inOrder ? new URL(link.href).searchParams.get("at") ?? arrived[0]?.dataset.position : null;
  for (const unit of arrived) if (window) unit.dataset.window = window;
  steady(() => {
    if (side === "next") list.append(...arrived);
    else list.prepend(...arrived);
    turn.replaceChildren(...document.importNode(turnOf(page, side), true).childNodes);
    arrived.forEach((unit) => prepare?.(unit));
    shrink(side);
  });
  document.dispatchEvent(new Event("workbench:arrived"));
  watch(side); // it may still be near
  return arrived.length > 0;
}

/** @param {Document} page @param {"next" | "prev"} side */
const turnOf = (page, side) => /** @type {HTMLElement} */ (page.getElementById(`turn-${side}`));

/** Drop units at the far end, up to one that is in hand or waits for a decision; the way back to them
 * stays, and text that was typed there is kept and offered again. @param {"next" | "prev"} grown */
function shrink(grown) {
  const all = units();
  const far = grown === "next" ? all : all.reverse();
  const gone = [];
  for (const unit of far.slice(0, Math.max(0, all.length - MOST))) {
    if (unit === hand || unit.classList.contains("undecided") || wouldLose()) break;
    gone.push(unit);
  }
  if (!gone.length || !inOrder) return; // in another order, the way back is not known
  gone.forEach((unit) => unit.remove());
  const side = grown === "next" ? "prev" : "next";
  const edge = grown === "next" ? units()[0] : /** @type {HTMLLIElement} */ (units().at(-1));
  const address = new URL(location.href);
  const position = Number(edge.dataset.position);
  address.hash = "";
  for (const name of ["at", "after", "before"]) address.searchParams.delete(name);
  const [document_id, target_lang] = base.split("/").slice(-2);
  if (side === "next") address.searchParams.set("at", String(position + 1));
  else if (list.dataset.filtered) address.searchParams.set("before", `${document_id}~${target_lang}~${position}`);
  else address.searchParams.set("at", String(Math.max(0, position - 100)));
  const link = document.createElement("a");
  link.rel = side;
  link.href = address.href;
  link.textContent = side === "next" ? "↓ Further units" : "↑ Earlier units";
  turnOf(document, side).replaceChildren(link);
}

/** Change the list without moving what is read. @param {() => void} change */
function steady(change) {
  const kept = hand?.isConnected ? hand : units().find((unit) => unit.getBoundingClientRect().bottom > 0);
  const before = kept?.getBoundingClientRect().top ?? 0;
  change();
  const moved = (kept?.isConnected ? kept.getBoundingClientRect().top : before) - before;
  if (Math.abs(moved) > 1) scrollBy({ top: moved, behavior: "instant" });
}

const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (entry.isIntersecting) load(entry.target.id === "turn-next" ? "next" : "prev");
  }
}, { rootMargin: "1200px 0px" });

/** Load more when an end of the list comes near. @param {"next" | "prev"} side */
function watch(side) {
  const turn = turnOf(document, side);
  watcher.unobserve(turn);
  watcher.observe(turn);
}

/** Go to the unit that the address names, and stay in its field: browsers take the focus to the unit itself
 * once the page is loaded, where letters are keys and not text. @param {HTMLElement} unit */
function arrive(unit) {
  go(unit, true);
  const stop = new AbortController();
  let there = unit; // or the unit to which somebody went meanwhile
  list.addEventListener("focusin", (event) => {
    if (event.target === unit) field(there).focus({ preventScroll: true });
    else there = unitOf(event.target) ?? there;
  }, { signal: stop.signal });
  addEventListener("keydown", (event) => event.key === "Escape" && stop.abort(), { capture: true, signal: stop.signal });
  if (document.readyState === "complete") stop.abort();
  else addEventListener("load", () => setTimeout(() => stop.abort(), 100), { signal: stop.signal });
}

/** Start to follow the person through the list. */
export function follow() {
  const asks = new URL(location.href).searchParams;
  const at = asks.has("before") && inOrder ? units()[0]?.dataset.position : asks.get("at");
  if (at) for (const unit of units()) unit.dataset.window = at;
  list.addEventListener("focusin", (event) => {
    spent(null);
    const unit = unitOf(event.target);
    if (unit) take(unit);
  });
  list.addEventListener("focusout", (event) => spent(unitOf(event.target)));
  const asked = location.hash === "#first" ? units()[0] : location.hash === "#last" ? units().at(-1) : document.getElementById(location.hash.slice(1));
  const typing = document.activeElement?.matches("textarea, input, select"); // somebody was faster than this script
  if (asked?.classList.contains("unit") && !typing) arrive(/** @type {HTMLElement} */ (asked));
  else if (unitOf(document.activeElement)) take(/** @type {HTMLLIElement} */ (unitOf(document.activeElement)));
  watch("next");
  // the earlier units come when the person goes up, not at once by opening the page
  let top = scrollY;
  addEventListener("scroll", function up() {
    if (scrollY < top - 4) {
      removeEventListener("scroll", up);
      watch("prev");
    }
    top = scrollY;
  }, { passive: true });
}

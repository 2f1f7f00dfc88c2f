// @ts-check
// The alignment page under the hand: keys, steps without leaving the page, splitting at the cursor.
// Without this script the page still reads and works by plain forms.

const csrf = document.querySelector("meta[name=workbench-csrf]")?.getAttribute("content") ?? "";
const status = /** @type {HTMLElement} */ (document.getElementById("status"));
const notice = /** @type {HTMLElement} */ (document.getElementById("notice"));
const help = /** @type {HTMLDialogElement} */ (document.getElementById("help"));
const splitter = /** @type {HTMLDialogElement} */ (document.getElementById("split"));

const list = () => /** @type {HTMLOListElement} */ (document.querySelector(".beads"));
const beads = () => /** @type {HTMLLIElement[]} */ ([...list().children]);
const base = () => list().dataset.base ?? "";
/** @param {EventTarget | null} target */
const beadOf = (target) => (target instanceof Element ? /** @type {HTMLLIElement | null} */ (target.closest(".bead")) : null);
const current = () => beadOf(document.activeElement);
/** @param {string} text */
const say = (text) => { status.textContent = text; };

/** @type {Record<string, string>} */
const DONE = {
  merge: "Merged", split: "Split", move: "Moved", mark: "Marked", link: "Linked", confirm: "Confirmed",
  reopen: "Not confirmed any more", realign: "Aligned again",
};

// --- focus ----------------------------------------------------------------------------------

/** @param {HTMLElement | undefined} bead */
function go(bead) {
  if (!bead) return;
  for (const one of beads()) one.tabIndex = one === bead ? 0 : -1;
  bead.focus({ preventScroll: true });
  bead.scrollIntoView({ block: "nearest" });
}

/** @param {number} by */
function move(by) {
  const all = beads();
  const here = current();
  const next = here ? all.indexOf(here) + by : by > 0 ? 0 : all.length - 1;
  if (all[next]) return go(all[next]);
  const link = /** @type {HTMLAnchorElement | null} */ (document.querySelector(next < 0 ? "a[rel=prev]" : "a[rel=next]"));
  if (!link) return say(next < 0 ? "The first bead" : "The last bead");
  location.href = `${link.href}${next < 0 ? "#last" : "#first"}`;
  return undefined;
}

function unconfirmed() {
  const all = beads();
  const here = current();
  const next = all.slice(here ? all.indexOf(here) + 1 : 0).find((bead) => !("confirmed" in bead.dataset));
  if (next) return go(next);
  const link = /** @type {HTMLAnchorElement | null} */ (document.querySelector("a[rel=next]"));
  if (link) location.href = `${link.href}#first`;
  else say("No unconfirmed bead follows");
  return undefined;
}

// --- steps ----------------------------------------------------------------------------------

/** Steps wait for each other: each needs the versions that the one before it left. */
let working = Promise.resolve();

/** @param {string} action @param {HTMLElement | null} bead @param {Record<string, unknown>} [more] */
function step(action, bead, more = {}) {
  const place = bead ? beads().indexOf(/** @type {HTMLLIElement} */ (bead)) : -1;
  const unit = bead?.dataset.unit;
  working = working.then(() => send(action, unit, place, more));
  say(action === "realign" ? "Aligning again …" : "Saving …");
}

/** @param {string} action @param {string | undefined} unit @param {number} place @param {Record<string, unknown>} more */
async function send(action, unit, place, more) {
  const bead = unit ? document.getElementById(`u${unit}`) : null;
  if (unit && !bead && !more.versions) return say("That bead is not here any more");
  const body = { action, unit: Number(unit ?? 0), versions: JSON.parse(bead?.dataset.versions ?? "{}"), ...more };
  let response;
  try {
    response = await fetch(`${base()}/step`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-csrftoken": csrf },
      body: JSON.stringify(body),
    });
  } catch {
    return warn("Not saved: no connection. Nothing was changed; try again.");
  }
  const answer = await response.json().catch(() => ({}));
  if (response.status === 401) return askName();
  if (!response.ok && response.status !== 409) return warn(`Not done: ${answer.error ?? response.statusText}`);
  const made = answer.units ?? [];
  if (made.length <= MOST_IN_HAND) for (const one of made) inHand.add(String(one));
  await refresh(place);
  if (response.status === 409) {
    focusAfter([Number(unit ?? 0)], place);
    return warn(`Not done, for somebody was faster: ${answer.error}. The beads are shown as they are now.`);
  }
  hush();
  focusAfter(answer.units ?? [], place, action === "confirm");
  say(saved(action, answer));
  return undefined;
}

/** @param {string} action @param {{kind: string, units: number[], passed?: number}} answer */
function saved(action, { kind, units, passed }) {
  if (action === "confirm-surer") return `Confirmed ${units.length} beads; u takes it back`;
  if (action === "redo") return `Done again: ${kind}`;
  if (action !== "undo") return DONE[kind] ?? "Saved";
  return passed ? `Undone: ${kind} (${passed} later ${passed === 1 ? "step stays" : "steps stay"}: changed since)` : `Undone: ${kind}`;
}

/** Put the focus on what a step made, or on what took its place. @param {number[]} units @param {number} place @param {boolean} [onwards] */
function focusAfter(units, place, onwards = false) {
  const all = beads();
  const made = units.map((id) => document.getElementById(`u${id}`)).filter((bead) => bead !== null);
  const first = all.find((bead) => made.includes(bead));
  if (first && !onwards) return go(first);
  const next = first ? all.indexOf(first) + 1 : Math.max(place, 0);
  return go(all[Math.min(next, all.length - 1)]);
}

/** What was changed since the page was opened: worst first it stays where it is until it is confirmed. @type {Set<string>} */
const inHand = new Set();
// A step that changes more was no work on a single bead.
const MOST_IN_HAND = 10;

/** Fetch the page again and put its beads in the place of those here; `place` is where the last step was. @param {number} place */
async function refresh(place) {
  const address = new URL(location.href.split("#")[0]);
  if (inHand.size) address.searchParams.set("with", [...inHand].slice(-50).join());
  const response = await fetch(address, { headers: { accept: "text/html" } });
  if (!response.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  const before = beads().map((bead) => bead.id);
  for (const id of ["window", "progress"]) {
    const there = fresh.getElementById(id);
    if (there) document.getElementById(id)?.replaceWith(document.adoptNode(there));
  }
  for (const bead of list().matches(".by-worst") ? beads().filter((one) => inHand.has(one.dataset.unit ?? "")) : []) {
    const old = before.indexOf(bead.id);
    if (old < 0 && !("extra" in bead.dataset)) continue;
    bead.remove();
    list().insertBefore(bead, list().children[old < 0 ? Math.max(place, 0) : old] ?? null);
  }
  dress();
}

/** @param {string} text */
function warn(text) {
  notice.textContent = text;
  notice.hidden = false;
  say("");
}

function hush() {
  notice.hidden = true;
  notice.textContent = "";
}

function askName() {
  document.getElementById("who")?.classList.add("asked");
  document.getElementById("name")?.focus();
  warn("Not done: type your name first.");
}

// --- splitting and linking ------------------------------------------------------------------

/** @param {string} text @param {number} at in code units @returns {number} in characters, as the server counts */
const characters = (text, at) => [...text.slice(0, at)].length;

/** @param {HTMLElement} bead @param {"source" | "target"} side */
const segments = (bead, side) => /** @type {HTMLElement[]} */ ([...bead.querySelectorAll(`.${side} .seg`)]);
/** A segment's text after what joins it to the one before. @param {HTMLElement} one */
const whole = (one) => (one.dataset.joint ?? "") + (one.textContent ?? "");

/** Show both texts with the cursor where the second bead may begin: where a person clicked, else at the second
 * segment. @param {HTMLElement} bead */
function split(bead) {
  const selection = document.getSelection();
  const node = selection?.anchorNode?.parentElement?.closest(".seg");
  for (const side of /** @type {const} */ (["source", "target"])) {
    const area = /** @type {HTMLTextAreaElement} */ (splitter.querySelector(`textarea[name=${side}]`));
    const all = segments(bead, side);
    area.value = all.map(whole).join("");
    let at = all.length > 1 ? whole(all[0]).length + (all[1].dataset.joint ?? "").length : area.value.length;
    const clicked = all.findIndex((one) => one === node);
    if (selection && clicked >= 0) {
      at = all.slice(0, clicked).map(whole).join("").length + (all[clicked].dataset.joint ?? "").length + selection.anchorOffset;
    }
    area.setSelectionRange(at, at);
    let end = 0;
    area.dataset.borders = JSON.stringify([0, ...all.map((one) => (end += whole(one).length) - (one.textContent ?? "").length), end]);
    showCut(area);
  }
  splitter.returnValue = "";
  splitter.dataset.unit = bead.dataset.unit;
  splitter.showModal();
  /** @type {HTMLTextAreaElement} */ (splitter.querySelector("textarea")).focus();
}

/** Show where a text is split, also while the cursor is in the other one. @param {HTMLTextAreaElement} area */
function showCut(area) {
  const [left, right] = [area.value.slice(0, area.selectionStart), area.value.slice(area.selectionStart)];
  const mark = document.createElement("b");
  mark.textContent = "|";
  document.getElementById(`cut-${area.name}`)?.replaceChildren(left ? `… ${left.slice(-30)}` : "", mark, right ? `${right.slice(0, 30)} …` : "");
}

splitter.addEventListener("keydown", (event) => {
  const area = event.target;
  if (!(area instanceof HTMLTextAreaElement)) return;
  if (event.key === "PageDown" || event.key === "PageUp") {
    const at = area.selectionStart;
    /** @type {number[]} */
    const borders = JSON.parse(area.dataset.borders ?? "[]");
    const next = event.key === "PageDown" ? borders.find((border) => border > at) : borders.findLast((border) => border < at);
    if (next !== undefined) area.setSelectionRange(next, next);
    showCut(area);
  } else if (event.key === "Enter") splitter.close("split");
  else return;
  event.preventDefault();
});
document.addEventListener("selectionchange", () => {
  for (const area of splitter.open ? splitter.querySelectorAll("textarea") : []) showCut(area);
});
// a cursor is shown and moves in fields that can be written only, but nothing is to be written here
splitter.addEventListener("beforeinput", (event) => event.preventDefault());
splitter.addEventListener("close", () => {
  const bead = document.getElementById(`u${splitter.dataset.unit}`);
  go(bead ?? undefined);
  if (splitter.returnValue !== "split" || !bead) return;
  const [source, target] = /** @type {HTMLTextAreaElement[]} */ ([...splitter.querySelectorAll("textarea")]);
  step("split", bead, {
    source_at: characters(source.value, source.selectionStart),
    target_at: characters(target.value, target.selectionStart),
  });
});

/** The unit that waits for the bead that has its target, on whatever page that is: its number, its place in the text
 * and the versions seen. */
const LINKING = `workbench-linking ${base()}`;
/** @returns {{unit: string, number: string, versions: Record<string, number>} | null} */
const linking = () => JSON.parse(sessionStorage.getItem(LINKING) ?? "null");

/** @param {HTMLElement} bead */
function link(bead) {
  const versions = JSON.parse(bead.dataset.versions ?? "{}");
  const unit = bead.dataset.unit ?? "";
  const from = linking();
  if (!from) {
    sessionStorage.setItem(LINKING, JSON.stringify({ unit, number: bead.querySelector("a.number")?.textContent, versions }));
    return showLinking();
  }
  unlink();
  if (from.unit === unit) return say("Not linked");
  step("link", bead, { unit: Number(from.unit), other: Number(unit), versions: { ...versions, ...from.versions } });
  return undefined;
}

function showLinking() {
  const from = linking();
  if (!from) return;
  document.getElementById(`u${from.unit}`)?.classList.add("linking");
  say(`Linking ${from.number}: go to the bead that has the target and press x there; Esc gives up`);
}

function unlink() {
  sessionStorage.removeItem(LINKING);
  for (const one of document.querySelectorAll(".linking")) one.classList.remove("linking");
}

// --- events ---------------------------------------------------------------------------------

/** @type {Record<string, string>} */
const STEPS = { m: "merge", 1: "source-up", 2: "source-down", 3: "target-up", 4: "target-down", o: "omitted", d: "added", a: "realign" };

/** @param {KeyboardEvent} event @returns {(() => void) | undefined} */
function actionOf(event) {
  const bead = current();
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.ctrlKey || event.metaKey) {
    if (key === "z") return () => step(event.shiftKey ? "redo" : "undo", null);
    return key === "y" ? () => step("redo", null) : undefined;
  }
  if (event.altKey) return undefined;
  switch (key) {
    case "j": case "ArrowDown": return () => move(1);
    case "k": case "ArrowUp": return () => move(-1);
    case "n": return unconfirmed;
    case "u": return () => step("undo", null);
    case "r": return () => step("redo", null);
    case "w": return () => /** @type {HTMLAnchorElement} */ (document.querySelector(".order")).click();
    case "?": return () => help.showModal();
    case "Escape": return () => { unlink(); hush(); say(""); };
    default:
  }
  if (!bead) return undefined;
  if (STEPS[key]) return () => step(STEPS[key], bead);
  switch (key) {
    case "c":
      if (event.shiftKey) return list().matches(".by-worst") ? () => step("confirm-surer", bead) : undefined;
      return () => step("confirmed" in bead.dataset ? "reopen" : "confirm", bead);
    case "s": return () => split(bead);
    case "x": return () => link(bead);
    case "e": return () => { location.href = `${list().dataset.review}?at=${bead.dataset.position}#p${bead.dataset.position}`; };
    case "h": return () => { location.href = /** @type {HTMLAnchorElement} */ (bead.querySelector("a.number")).href; };
    default: return undefined;
  }
}

document.addEventListener("keydown", (event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  if (help.open || splitter.open || event.isComposing || event.repeat && !/^Arrow|^[jk]$/.test(event.key)) return;
  if (target.matches("input, select, textarea, summary")) return;
  if (target.matches("button, a") && /^Arrow/.test(event.key)) return;
  const act = actionOf(event);
  if (!act) return;
  event.preventDefault();
  act();
});

document.addEventListener("submit", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (!form.matches(".steps, .backs")) return;
  event.preventDefault();
  const action = /** @type {HTMLButtonElement | null} */ (event.submitter)?.value ?? "";
  const bead = beadOf(form);
  const fields = new FormData(form);
  if (action === "split") step(action, bead, { source_at: Number(fields.get("source_at")), target_at: Number(fields.get("target_at")) });
  else if (action === "link") step(action, bead, { other: Number(fields.get("other")) });
  else step(action, bead);
});

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? /** @type {HTMLElement | null} */ (event.target.closest("[data-do]")) : null;
  const bead = beadOf(event.target);
  if (button && bead) {
    if (button.dataset.do === "split") split(bead);
    else link(bead);
  } else if (bead && event.target instanceof Element && !event.target.closest("a, button, form, details") && document.getSelection()?.isCollapsed) {
    bead.focus({ preventScroll: true });
  }
});

/** Show what only the script can do. */
function dress() {
  for (const one of document.querySelectorAll(".scripted")) /** @type {HTMLElement} */ (one).hidden = false;
  const first = beads()[0];
  if (first) first.tabIndex = 0;
  showLinking();
}

dress();
document.body.dataset.ready = "1";
const keys = /** @type {HTMLElement} */ (document.getElementById("keys-button"));
keys.hidden = false;
keys.addEventListener("click", () => help.showModal());
const asked = location.hash === "#first" ? beads()[0] : location.hash === "#last" ? beads().at(-1) : document.getElementById(location.hash.slice(1));
if (asked?.classList.contains("bead")) go(asked);
document.dispatchEvent(new Event("workbench:ready"));

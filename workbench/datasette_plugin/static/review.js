// @ts-check
// The review page under the hand: keys, saving without waiting, unsent text, conflicts.
// Without this script the page still reads and saves by plain forms.

/**
 * @typedef {{id: number, version: number, target: string, state: string, updated_by: string}} Stored
 * @typedef {{version: number, text: string}} Unsent
 */

const IDLE = 60; // seconds without a key after which a person is taken to be away
const RETRY = 5000;
const MARKS = { initial: "○", translated: "◐", reviewed: "●", final: "★" };

const list = /** @type {HTMLOListElement} */ (document.querySelector(".units"));
const units = /** @type {HTMLLIElement[]} */ ([...list.children]);
const csrf = document.querySelector("meta[name=workbench-csrf]")?.getAttribute("content") ?? "";
const status = /** @type {HTMLElement} */ (document.getElementById("status"));
const help = /** @type {HTMLDialogElement} */ (document.getElementById("help"));

/** @param {HTMLElement} unit */
const field = (unit) => /** @type {HTMLTextAreaElement} */ (unit.querySelector("textarea"));
/** @param {HTMLElement} unit */
const key = (unit) => `workbench:${location.host}:${list.dataset.home}:${unit.dataset.id}`;
/** @param {string} text */
const say = (text) => { status.textContent = text; };

// --- time on a unit -------------------------------------------------------------------------

/** @type {Map<HTMLElement, number>} */
const seconds = new Map();
let seen = performance.now();
/** @param {HTMLElement | null} unit */
function spent(unit) {
  const now = performance.now();
  if (unit) seconds.set(unit, (seconds.get(unit) ?? 0) + Math.min((now - seen) / 1000, IDLE));
  seen = now;
}

// --- unsent text ----------------------------------------------------------------------------

/** @param {HTMLElement} unit */
function keep(unit) {
  const text = field(unit).value;
  try {
    if (text === field(unit).defaultValue) localStorage.removeItem(key(unit));
    else localStorage.setItem(key(unit), JSON.stringify({ version: Number(unit.dataset.version), text }));
  } catch {
    say("This browser keeps no unsent text; save often");
  }
}

/** @param {HTMLElement} unit @returns {Unsent | null} */
function kept(unit) {
  try {
    return JSON.parse(localStorage.getItem(key(unit)) ?? "null");
  } catch {
    return null;
  }
}

/** @param {HTMLElement} unit */
function offer(unit) {
  const unsent = kept(unit);
  if (!unsent || unsent.text === field(unit).value) return;
  const theirs = field(unit).value;
  field(unit).value = unsent.text;
  const same = unsent.version === Number(unit.dataset.version);
  const words = same
    ? "This text was typed here and not saved yet."
    : "This text was typed here and not saved; meanwhile the unit was changed. Stored now:";
  notice(unit, words, same ? [] : [["same", theirs]], [
    ["Save it", () => save(unit, "save")],
    [same ? "Drop it" : "Take theirs", () => { field(unit).value = theirs; keep(unit); hush(unit); field(unit).focus(); }],
  ]);
}

// --- notices --------------------------------------------------------------------------------

/** @param {HTMLElement} unit */
const hush = (unit) => {
  const box = /** @type {HTMLElement} */ (unit.querySelector(".notice"));
  box.replaceChildren();
  box.hidden = true;
};

/**
 * @param {HTMLElement} unit @param {string} words @param {[string, string][]} pieces
 * @param {[string, () => void][]} choices
 */
function notice(unit, words, pieces, choices) {
  const box = /** @type {HTMLElement} */ (unit.querySelector(".notice"));
  const line = document.createElement("p");
  line.textContent = words;
  const text = document.createElement("p");
  text.className = "difference";
  text.dir = field(unit).dir;
  for (const [kind, piece] of pieces) {
    const part = document.createElement(kind === "same" ? "span" : kind);
    part.textContent = piece;
    text.append(part);
  }
  const buttons = document.createElement("p");
  for (const [label, act] of choices) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.addEventListener("click", act);
    buttons.append(button, " ");
  }
  box.replaceChildren(line, ...(pieces.length ? [text] : []), buttons);
  box.hidden = false;
}

// --- saving ---------------------------------------------------------------------------------

/** Saves of one unit wait for each other; those of different units do not. @type {Map<HTMLElement, Promise<void>>} */
const saving = new Map();

/** @param {HTMLElement} unit @param {string} action */
function save(unit, action) {
  spent(unit);
  const text = field(unit).value;
  const before = saving.get(unit) ?? Promise.resolve();
  const mine = before.then(() => send(unit, action, text));
  saving.set(unit, mine);
  say("Saving …");
}

/** @param {HTMLElement} unit @param {string} action @param {string} text @returns {Promise<void>} */
async function send(unit, action, text) {
  const time = seconds.get(unit) ?? 0;
  const body = { target: text, action, version: Number(unit.dataset.version), seconds: time };
  let response;
  try {
    response = await fetch(`${list.dataset.home}/unit/${unit.dataset.id}/save`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-csrftoken": csrf },
      body: JSON.stringify(body),
    });
  } catch {
    keep(unit);
    say("Not saved: no connection. Your text is kept here and sent again.");
    setTimeout(() => save(unit, action), RETRY);
    return;
  }
  const answer = await response.json().catch(() => ({}));
  if (response.ok) done(unit, answer.unit, text, time);
  else if (response.status === 409) conflict(unit, answer.conflict, answer.difference);
  else if (response.status === 401) askName(unit);
  else say(`Not saved: ${answer.error ?? response.statusText}. Your text is kept here.`);
}

/** @param {HTMLElement} unit @param {Stored} stored @param {string} text @param {number} time */
function done(unit, stored, text, time) {
  const fresh = !["reviewed", "final"].includes(unit.dataset.state ?? "");
  seconds.set(unit, Math.max(0, (seconds.get(unit) ?? 0) - time));
  show(unit, stored);
  field(unit).defaultValue = text;
  keep(unit);
  hush(unit);
  if (fresh && ["reviewed", "final"].includes(stored.state)) {
    const count = /** @type {HTMLElement} */ (document.getElementById("done"));
    count.textContent = String(Number(count.textContent) + 1);
  }
  say(stored.state === "reviewed" ? "Saved and accepted" : "Saved");
}

/** @param {HTMLElement} unit @param {Stored} stored */
function show(unit, stored) {
  unit.dataset.version = String(stored.version);
  unit.dataset.state = stored.state;
  const version = /** @type {HTMLInputElement} */ (unit.querySelector("input[name=version]"));
  version.value = String(stored.version);
  const state = /** @type {HTMLElement} */ (unit.querySelector(".state"));
  state.className = `state ${stored.state}`;
  state.textContent = `${MARKS[/** @type {keyof MARKS} */ (stored.state)]} ${stored.state}`;
  /** @type {HTMLElement} */ (unit.querySelector(".origin")).textContent = stored.updated_by;
}

/** @param {HTMLElement} unit @param {Stored} theirs @param {[string, string][]} pieces */
function conflict(unit, theirs, pieces) {
  keep(unit);
  show(unit, theirs);
  const who = theirs.updated_by || "An engine";
  notice(unit, `${who} changed this unit meanwhile. From their text to yours:`, pieces, [
    ["Keep mine", () => save(unit, "save")],
    ["Take theirs", () => {
      field(unit).value = theirs.target;
      field(unit).defaultValue = theirs.target;
      keep(unit);
      hush(unit);
      field(unit).focus();
    }],
  ]);
  field(unit).focus();
  say(`Not saved: ${who} changed this unit. Both texts are shown; yours is in the field.`);
}

/** @param {HTMLElement} unit */
function askName(unit) {
  keep(unit);
  document.getElementById("who")?.classList.add("asked");
  document.getElementById("name")?.focus();
  say("Type your name first; your text is kept here.");
}

// --- moving ---------------------------------------------------------------------------------

const current = () => /** @type {HTMLLIElement | null} */ (document.activeElement?.closest(".unit") ?? null);

/** @param {HTMLElement | null} from @param {number} step @param {boolean} editing */
function move(from, step, editing) {
  const next = units[(from ? units.indexOf(/** @type {HTMLLIElement} */ (from)) : step > 0 ? -1 : 0) + step];
  if (next) {
    (editing ? field(next) : next).focus({ preventScroll: true });
    next.scrollIntoView({ block: "center" });
    return;
  }
  const link = /** @type {HTMLAnchorElement | null} */ (document.querySelector(step > 0 ? "a[rel=next]" : "a[rel=prev]"));
  if (!link) return say(step > 0 ? "End of the text" : "Start of the text");
  Promise.allSettled(saving.values()).then(() => { location.href = `${link.href}#${step > 0 ? "first" : "last"}`; });
}

/** @param {HTMLElement | null} from */
function unfinished(from) {
  const rest = units.slice(from ? units.indexOf(/** @type {HTMLLIElement} */ (from)) + 1 : 0);
  const next = rest.find((unit) => !["reviewed", "final"].includes(unit.dataset.state ?? ""));
  if (next) {
    field(next).focus({ preventScroll: true });
    next.scrollIntoView({ block: "center" });
    return;
  }
  const last = units[units.length - 1]?.dataset.position ?? "-1";
  Promise.allSettled(saving.values()).then(() => { location.href = `${list.dataset.base}/next?after=${last}`; });
}

// --- events ---------------------------------------------------------------------------------

/** @param {KeyboardEvent} event @param {HTMLElement} unit @returns {(() => void) | undefined} */
function inField(event, unit) {
  const ctrl = event.ctrlKey || event.metaKey;
  if (ctrl && event.key === "Enter") return () => { save(unit, "accept"); move(unit, 1, true); };
  if (ctrl && event.key.toLowerCase() === "s") return () => save(unit, "save");
  if (ctrl && event.key === ".") return () => unfinished(unit);
  if (event.altKey && event.key === "ArrowDown") return () => move(unit, 1, true);
  if (event.altKey && event.key === "ArrowUp") return () => move(unit, -1, true);
  if (event.key === "Escape") return () => unit.focus();
  return undefined;
}

/** @param {KeyboardEvent} event @param {HTMLElement | null} unit @returns {(() => void) | undefined} */
function inList(event, unit) {
  if (event.ctrlKey || event.metaKey) {
    return event.key === "." ? () => unfinished(unit) : undefined;
  }
  if (event.key === "ArrowDown" && event.altKey) return () => move(unit, 1, true);
  if (event.key === "ArrowUp" && event.altKey) return () => move(unit, -1, true);
  if (event.altKey) return undefined;
  switch (event.key) {
    case "j": return () => move(unit, 1, false);
    case "k": return () => move(unit, -1, false);
    case "n": return () => unfinished(unit);
    case "?": return () => help.showModal();
    default:
  }
  if (!unit || document.activeElement !== unit) return undefined;
  switch (event.key) {
    case "Enter": return () => field(unit).focus();
    case "a": return () => { save(unit, "accept"); move(unit, 1, false); };
    case "h": return () => { location.href = /** @type {HTMLAnchorElement} */ (unit.querySelector("a.number")).href; };
    default: return undefined;
  }
}

document.addEventListener("keydown", (event) => {
  if (help.open || event.isComposing) return;
  const unit = current();
  spent(unit);
  const target = /** @type {HTMLElement} */ (event.target);
  if (target.matches("input")) return;
  const act = target.matches("textarea") && unit ? inField(event, unit) : inList(event, unit);
  if (!act) return;
  event.preventDefault();
  act();
});

list.addEventListener("input", (event) => keep(/** @type {HTMLElement} */ (/** @type {HTMLElement} */ (event.target).closest(".unit"))));
list.addEventListener("focusin", () => spent(null));
list.addEventListener("focusout", (event) => spent(/** @type {HTMLElement} */ (event.target).closest(".unit")));
list.addEventListener("submit", (event) => {
  event.preventDefault();
  const unit = /** @type {HTMLElement} */ (/** @type {HTMLElement} */ (event.target).closest(".unit"));
  const action = /** @type {HTMLButtonElement | null} */ (event.submitter)?.value ?? "save";
  save(unit, action);
  if (action === "accept") move(unit, 1, true);
});
window.addEventListener("beforeunload", () => units.forEach((unit) => {
  if (field(unit).value !== field(unit).defaultValue) keep(unit);
}));

const button = /** @type {HTMLElement} */ (document.getElementById("help-button"));
button.hidden = false;
button.addEventListener("click", () => help.showModal());
units.forEach(offer);
const asked = location.hash === "#first" ? units[0] : location.hash === "#last" ? units[units.length - 1] : document.getElementById(location.hash.slice(1));
if (asked?.classList.contains("unit")) {
  field(/** @type {HTMLElement} */ (asked)).focus({ preventScroll: true });
  asked.scrollIntoView({ block: "center" });
}

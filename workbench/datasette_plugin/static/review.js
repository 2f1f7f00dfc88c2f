// @ts-check
// The review page under the hand: joins keys, saving, moving and the panel.
// Without these scripts the page still reads and saves by plain forms.

import { actionNamed, actionOf, install, list as listKeys, reset } from "./keys.js";
import { restore } from "./keeping.js";
import { light, relight } from "./marks.js";
import { current, follow, jump, move, onArrival, seek, stay } from "./moving.js";
import { field, list, post, say, showFindings, type, unitById, unitOf, units } from "./page.js";
import { claim, listen } from "./people.js";
import { adopt, resume, save, settled, spent, undo, waiting } from "./saving.js";
import { attend, insertDraft, note, refresh, toWords, turn } from "./side.js";
import { keepUnsent, offer } from "./unsent.js";

const help = /** @type {HTMLDialogElement} */ (document.getElementById("help"));
/** Whether this is a unit's own page. */
const alone = list.classList.contains("single");
const jumper = /** @type {HTMLDialogElement} */ (document.getElementById("jump"));

/** Do something with the unit in hand, if there is one. @param {(unit: HTMLLIElement, editing: boolean) => void} act */
const withUnit = (act) => (/** @type {boolean} */ editing) => {
  const unit = current();
  if (unit) act(unit, editing);
  else move(null, 1, editing);
};

/** @param {HTMLElement} unit */
const source = (unit) => unit.querySelector(".source")?.textContent ?? "";

/** The number of characters as people count them before an offset. @param {string} text @param {number} offset */
const points = (text, offset) => [...text.slice(0, offset)].length;

/** Make two units of one, or one of two, on the server; then show what stands there now.
 * @param {HTMLElement} unit @param {"split" | "merge"} what @param {object} body */
async function recut(unit, what, body) {
  await settled();
  const reply = await post(`/unit/${unit.dataset.id}/${what}`, { version: Number(unit.dataset.version), ...body }).catch(() => null);
  if (!reply) return say("No connection: units are split and merged only with one", "warn");
  if (!reply.ok) return say(reply.status === 409 ? "The unit was changed meanwhile: look at it again" : reply.answer.error ?? `Not done: the server said ${reply.status}`, "warn");
  const at = Number(unit.dataset.position);
  const address = new URL(location.href);
  address.searchParams.set("at", String(Math.max(0, at - 10)));
  address.hash = `p${reply.answer.units?.[0]?.position ?? at}`;
  history.replaceState(null, "", address);
  location.reload();
}

const splitter = /** @type {HTMLDialogElement} */ (document.getElementById("split"));
// a readonly field has no cursor that keys could move, so these can be written, but nothing is
splitter.addEventListener("beforeinput", (event) => event.preventDefault());
splitter.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.target instanceof HTMLTextAreaElement)) return;
  event.preventDefault();
  if (event.target.name === "left") /** @type {HTMLElement} */ (splitter.querySelector("[name=right]")).focus();
  else splitter.close("split");
});

/** @param {HTMLLIElement} unit */
function split(unit) {
  const left = /** @type {HTMLTextAreaElement} */ (splitter.querySelector("[name=left]"));
  const right = /** @type {HTMLTextAreaElement} */ (splitter.querySelector("[name=right]"));
  const area = field(unit);
  if (area.value !== area.defaultValue) return say("Save the unit before you split it", "warn");
  left.value = source(unit);
  right.value = area.value;
  for (const [box, like] of /** @type {const} */ ([[left, unit.querySelector(".source")], [right, area]])) {
    box.lang = /** @type {HTMLElement} */ (like).lang;
    box.dir = /** @type {HTMLElement} */ (like).dir;
  }
  splitter.returnValue = "";
  splitter.showModal();
  left.setSelectionRange(0, 0);
  right.setSelectionRange(area.selectionStart, area.selectionStart);
  left.focus();
  splitter.addEventListener("close", () => {
    if (splitter.returnValue !== "split") return stay(unit);
    return recut(unit, "split", { source_at: points(left.value, left.selectionStart), target_at: points(right.value, right.selectionStart) });
  }, { once: true });
}

/** @param {HTMLLIElement} unit */
function merge(unit) {
  const next = /** @type {HTMLLIElement | null} */ (unit.nextElementSibling);
  if (!next || Number(next.dataset.position) <= Number(unit.dataset.position)) return say("There is no next unit here to merge with");
  if ([unit, next].some((one) => field(one).value !== field(one).defaultValue)) return say("Save both units before you merge them", "warn");
  return recut(unit, "merge", { next_version: Number(next.dataset.version) });
}

/** @param {string} action @param {boolean} onward */
const saving = (action, onward) => withUnit((unit, editing) => {
  if (save(unit, action) && onward && !alone) move(unit, 1, editing);
});

install([
  { name: "accept", words: "accept, and go to the next unit", anywhere: "Ctrl+Enter", outside: "A", act: saving("accept", true) },
  { name: "next-save", words: "save, and go to the next unit", anywhere: "Ctrl+Shift+Enter", outside: "W", act: saving("save", true) },
  { name: "save", words: "save", anywhere: "Ctrl+S", outside: "S", act: saving("save", false) },
  { name: "reject", words: "reject, and go to the next unit", anywhere: "Alt+R", outside: "R", act: saving("reject", true) },
  { name: "next", words: "next unit", anywhere: "Alt+ArrowDown", outside: "J", act: (editing) => move(current(), 1, editing) },
  { name: "previous", words: "previous unit", anywhere: "Alt+ArrowUp", outside: "K", act: (editing) => move(current(), -1, editing) },
  { name: "unfinished", words: "next unfinished unit", anywhere: "Ctrl+.", outside: "N", act: () => seek(current(), "unfinished") },
  { name: "findings", words: "next unit with findings", anywhere: "F8", outside: "F", act: () => seek(current(), "findings") },
  { name: "copy", words: "copy the source", anywhere: "Ctrl+I", outside: "C", act: withUnit((unit) => type(unit, source(unit))) },
  { name: "undo", words: "undo the last saved change", anywhere: "Alt+Z", outside: "U", act: () => undo(list.dataset.base ?? "", alone ? units()[0]?.dataset.id : "") },
  { name: "jump", words: "go to a number", anywhere: "Ctrl+G", outside: "G", act: () => jumper.showModal() },
  { name: "search", words: "search and filter", anywhere: "Alt+F", outside: "/", act: () => search() },
  { name: "split", words: "split the unit", anywhere: "Alt+S", outside: "X", act: withUnit(split) },
  { name: "merge", words: "merge with the next unit", anywhere: "Alt+M", outside: "M", act: withUnit(merge) },
  { name: "claim", words: "claim units, or release them", anywhere: "Alt+C", outside: "L", act: withUnit(claim) },
  { name: "panel", words: "to the panel and back", anywhere: "F6", outside: "P", act: () => turn() },
  { name: "words", words: "to the words and their links", anywhere: "Alt+L", outside: "I", act: () => toWords() },
  { name: "note", words: "write a note", anywhere: "Alt+N", outside: "T", act: withUnit(() => note()) },
  { name: "history", words: "the unit’s own page", anywhere: "Alt+H", outside: "H", act: withUnit(async (unit) => {
    await settled();
    location.href = /** @type {HTMLAnchorElement} */ (unit.querySelector("a.number")).href;
  }) },
  { name: "keys", words: "this list", anywhere: "Ctrl+/", outside: "?", act: () => showKeys() },
]);

function search() {
  const filters = /** @type {HTMLDetailsElement | null} */ (document.querySelector(".sift"));
  if (!filters) return;
  filters.open = true;
  /** @type {HTMLElement | null} */ (filters.querySelector("[name=text]"))?.focus();
}

function showKeys() {
  listKeys(/** @type {HTMLElement} */ (help.querySelector("tbody")), /** @type {HTMLElement} */ (help.querySelector("[role=status]")));
  help.showModal();
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  const target = /** @type {HTMLElement} */ (event.target);
  const unit = unitOf(target);
  spent(unit);
  const editing = target.matches("textarea, input, select");
  if (editing && !unit && !event.altKey && event.key !== "F6") return; // another field, its own keys
  const pressed = event.key;
  let act = null;
  if (/^[1-9]$/.test(pressed) && !event.altKey && (event.ctrlKey || event.metaKey || (!editing && !event.shiftKey))) act = () => insertDraft(Number(pressed));
  else if (pressed === "Escape" && unit && editing) act = () => unit.focus();
  else if (pressed === "Enter" && unit === target) act = () => field(/** @type {HTMLElement} */ (unit)).focus();
  else {
    const action = actionOf(event, editing);
    if (action) act = () => action.act(editing);
  }
  if (!act) return;
  event.preventDefault();
  act();
});

// --- the list -------------------------------------------------------------------------------

/** @param {HTMLElement} unit */
function countCharacters(unit) {
  const place = unit.querySelector(".count");
  if (place) place.textContent = `${[...field(unit).value].length}/${[...source(unit)].length}`;
}

list.addEventListener("input", (event) => {
  const unit = unitOf(event.target);
  if (!unit) return;
  keepUnsent(unit);
  countCharacters(unit);
  relight(unit);
});
list.addEventListener("submit", (event) => {
  event.preventDefault();
  const unit = unitOf(event.target);
  if (!unit) return;
  const action = /** @type {HTMLButtonElement | null} */ (event.submitter)?.value ?? "save";
  if (save(unit, action) && action === "accept" && !alone) move(unit, 1, true);
});
document.addEventListener("workbench:shown", (event) => relight(/** @type {CustomEvent} */ (event).detail));
document.addEventListener("workbench:unit", (event) => countCharacters(/** @type {CustomEvent} */ (event).detail.unit));
document.addEventListener("workbench:sent", (event) => {
  const { id, answer } = /** @type {CustomEvent} */ (event).detail;
  if (answer.unit) adopt(answer.unit);
  const unit = unitById(id);
  if (unit && Array.isArray(answer.findings)) showFindings(unit, answer.findings.filter((/** @type {{dismissed_by: string | null}} */ one) => !one.dismissed_by).length);
  else if (unit && typeof answer.findings === "number") showFindings(unit, answer.findings);
  refresh(id);
});

// whoever is asked for a name comes back to the unit in hand
document.getElementById("who")?.addEventListener("submit", (event) => {
  const back = /** @type {HTMLFormElement} */ (event.target).querySelector("[name=back]");
  /** @type {HTMLInputElement} */ (back).value = `${location.pathname}${location.search}#${current()?.id ?? ""}`;
});
const keysButton = document.getElementById("keys-button");
keysButton?.removeAttribute("hidden");
keysButton?.addEventListener("click", showKeys);
document.getElementById("side-body")?.addEventListener("click", (event) => {
  const run = /** @type {HTMLElement} */ (event.target).closest("[data-run]");
  if (run) actionNamed(/** @type {HTMLElement} */ (run).dataset.run ?? "")?.act(true);
});
help.querySelector("[name=reset]")?.addEventListener("click", () => reset(/** @type {HTMLElement} */ (help.querySelector("tbody")), /** @type {HTMLElement} */ (help.querySelector("[role=status]"))));
jumper.addEventListener("close", () => {
  const number = Number(/** @type {HTMLInputElement} */ (jumper.querySelector("input")).value);
  if (jumper.returnValue === "go" && number >= 1) jump(Math.floor(number));
});

light();
document.addEventListener("workbench:arrived", light);
attend();
listen();
follow();
document.dispatchEvent(new Event("workbench:ready")); // the keys work
restore(() => {
  resume();
  onArrival((unit) => offer(unit, waiting(unit.dataset.id), save));
  // for tests and for those who wonder whether what an earlier page left is here
  document.body.dataset.ready = "yes";
});

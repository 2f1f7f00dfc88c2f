// @ts-check
// Text that was typed and not saved: kept with every key, offered again after a crash or a closed page.

import { keep, recall, wouldLose } from "./keeping.js";
import { element, field, hush, marked, notice, type, units } from "./page.js";

/** @typedef {{version: number, text: string, base: string, source?: string}} Unsent */

/** @param {HTMLElement} unit */
const name = (unit) => `unsent:${unit.dataset.id}`;

/** @param {HTMLElement} unit */
export const isDirty = (unit) => field(unit).value !== field(unit).defaultValue;

/** @param {HTMLElement} unit */
export const forget = (unit) => keep(name(unit), null);

/** Units in which it was looked for text that an earlier page left. @type {WeakSet<HTMLElement>} */
const offered = new WeakSet();

/** Keep what is typed in a unit, but never in the place of what an earlier page left there and nobody has seen.
 * @param {HTMLElement} unit */
export function keepUnsent(unit) {
  if (!offered.has(unit) && recall(name(unit))) return;
  if (!isDirty(unit)) return forget(unit);
  keep(name(unit), { version: Number(unit.dataset.version), text: field(unit).value, base: field(unit).defaultValue, source: sourceOf(unit) });
}

/** @param {HTMLElement} unit */
const sourceOf = (unit) => unit.querySelector(".source")?.textContent ?? "";

/**
 * Put text that was kept back into a unit's field and say so.
 * @param {HTMLElement} unit @param {import("./saving.js").Save | null} waiting @param {(unit: HTMLElement, action: string) => void} save
 */
export function offer(unit, waiting, save) {
  const unsent = /** @type {Unsent | null} */ (recall(name(unit)));
  const area = field(unit);
  offered.add(unit);
  if (waiting) unit.classList.add("waiting");
  if (isDirty(unit)) { // typed before this script had come, or put back by the browser
    if (unsent && unsent.text !== area.value) return offerBeside(unit, unsent);
    return keepUnsent(unit);
  }
  if (!unsent || unsent.text === area.value) {
    if (unsent) forget(unit);
    if (waiting) area.value = waiting.target; // it is on its way
    return;
  }
  if (unsent.source !== undefined && unsent.source !== sourceOf(unit)) return offerElsewhere(unit, unsent);
  const theirs = area.value;
  area.value = unsent.text;
  if (waiting?.target === unsent.text) return;
  const drop = () => {
    area.value = theirs;
    forget(unit);
    hush(unit);
    area.focus();
  };
  if (unsent.version === Number(unit.dataset.version)) {
    notice(unit, ["This text was typed here and not saved yet."], [["Save it", () => save(unit, "save")], ["Drop it", drop]]);
  } else {
    const stored = element("p", {}, marked([["same", theirs]], unit));
    notice(unit, ["This text was typed here and not saved; meanwhile the unit was changed. Stored now:", stored],
      [["Save mine", () => save(unit, "save")], ["Take theirs", drop]]);
  }
}

/** A text that was typed when another source stood here: shown, not put in. @param {HTMLElement} unit @param {Unsent} unsent */
function offerElsewhere(unit, unsent) {
  const text = element("p", {}, marked([["same", unsent.text]], unit));
  notice(unit, ["This was typed here and not saved, when another source stood here:", text],
    [["Drop it", () => {
      forget(unit);
      hush(unit);
    }]]);
}

/** A text that an earlier page left, where another is being typed already. @param {HTMLElement} unit @param {Unsent} unsent */
function offerBeside(unit, unsent) {
  const text = element("p", {}, marked([["same", unsent.text]], unit));
  const end = () => {
    hush(unit);
    keepUnsent(unit);
  };
  notice(unit, ["This was typed here before and not saved:", text],
    [["Put it in", () => {
      type(unit, unsent.text);
      end();
    }], ["Drop it", end]]);
}

window.addEventListener("beforeunload", (event) => {
  units().forEach((unit) => {
    if (isDirty(unit)) keepUnsent(unit);
  });
  if (wouldLose()) event.preventDefault(); // the browser asks whether to leave
});

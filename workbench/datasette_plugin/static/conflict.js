// @ts-check
// Two people on one unit: shows what each made of the text both started from, and a merge of the two.

import { element, field, hush, marked, notice, say, show, type } from "./page.js";
import { forget, keepUnsent } from "./unsent.js";

/**
 * @typedef {import("./page.js").Stored} Stored
 * @typedef {import("./page.js").Pieces} Pieces
 * @typedef {{conflict: Stored, base: string | null, merged: string | null, difference: Pieces,
 *   theirs?: Pieces, mine?: Pieces}} Clash
 */

/**
 * @param {HTMLElement} unit @param {import("./saving.js").Save} entry @param {Clash} clash
 * @param {(unit: HTMLElement, action: string) => void} save
 */
export function clash(unit, entry, { conflict, merged, difference, theirs, mine }, save) {
  const who = conflict.updated_by || "An engine";
  const area = field(unit);
  show(unit, conflict);
  area.defaultValue = conflict.target;
  if (area.value === conflict.target) area.value = entry.target;
  keepUnsent(unit);
  const action = entry.action === "undo" ? "save" : entry.action;
  /** @type {(Node | string)[]} */
  const words = [`${who} changed this unit while you worked on it. Nothing is lost: decide what stays.`];
  const texts = element("dl", {});
  /** @param {string} label @param {Pieces} pieces */
  const add = (label, pieces) => texts.append(element("dt", {}, label), element("dd", {}, marked(pieces, unit)));
  if (theirs && mine) {
    add(`${who}’s change`, theirs);
    add("Yours", mine);
  } else {
    add("From theirs to yours", difference);
  }
  if (merged !== null && merged !== undefined) add("Both together", [["same", merged]]);
  /** @type {[string, () => void][]} */
  const choices = [
    ["Keep mine", () => save(unit, action)],
    ["Take theirs", () => {
      area.value = conflict.target;
      forget(unit);
      hush(unit);
      area.focus();
      say("Theirs stays");
    }],
  ];
  if (merged !== null && merged !== undefined) {
    choices.unshift(["Put both together", () => {
      type(unit, merged);
      hush(unit);
      say("Both changes are in the field; save it when it is right");
    }]);
  }
  notice(unit, [...words, texts], choices, true);
  say(`Not saved: ${who} changed this unit. Both texts are shown; yours is in the field.`, "warn");
}

// @ts-check
// Who else works at this text: where they are, what is kept for whom, and what they just stored.

import { current, jump, stay } from "./moving.js";
import { button, element, hush, home, list, notice, person, post, say, unitById, units } from "./page.js";
import { adopt } from "./saving.js";
import { isDirty } from "./unsent.js";

/**
 * @typedef {{person: string, unit: number | null, position: number | null, seconds: number}} Here
 * @typedef {{person: string, first: number, last: number, units: number, expires: string | null}} Claim
 * @typedef {{id: number, version: number, state: string, updated_by: string}} Change
 */

const EVERY = 20000; // milliseconds
const text = list.dataset.base ?? "";
const place = document.getElementById("people");
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/** Tell where this person is, and hear about the others. */
async function meet() {
  clearTimeout(timer);
  timer = setTimeout(meet, EVERY);
  if (document.hidden) return;
  try {
    const news = person ? (await post(`${text.slice(home.length)}/here`, { unit: Number(current()?.dataset.id ?? 0) || null })).answer
      : await (await fetch(`${text}/people.json`)).json();
    showPeople(news.people ?? [], news.claims ?? []);
    for (const change of news.changed ?? []) await showChange(change);
  } catch {
    // without a connection nobody is heard of
  }
}

/** @param {Here[]} people @param {Claim[]} claims */
function showPeople(people, claims) {
  const others = people.filter((one) => one.person !== person);
  for (const unit of units()) {
    const position = Number(unit.dataset.position);
    const claim = claims.find((one) => one.first <= position && position <= one.last);
    const words = others.filter((one) => one.unit === Number(unit.dataset.id)).map((one) => `${one.person} is here`);
    if (claim) words.unshift(claim.person === person ? "kept for you" : `kept for ${claim.person}`);
    unit.classList.toggle("others", claim !== undefined && claim.person !== person);
    const spot = unit.querySelector(".people");
    if (spot && spot.textContent !== words.join(", ")) spot.textContent = words.join(", ");
  }
  place?.replaceChildren(...others.flatMap((one) => {
    const at = one.position;
    const name = at === null ? element("span", {}, one.person) : button(`${one.person} at ${at + 1}`, () => jump(at + 1));
    name.classList.add("link");
    return ["· ", name, " "];
  }));
}

/** Show what another person stored, where nothing is being written over it. @param {Change} change */
async function showChange({ id, version, updated_by: who }) {
  const unit = unitById(id);
  if (!unit || Number(unit.dataset.version) >= version) return;
  if (isDirty(unit)) {
    if (who === person) return; // on its way from here, or typed at another machine: saving tells them apart
    // what is said there already is more urgent; saving shows both texts anyway
    if (unit.dataset.told === String(version) || unit.querySelector(".notice:not([hidden])")) return;
    unit.dataset.told = String(version);
    notice(unit, [`${who || "An engine"} changed this unit just now. When you save, both texts are shown.`], [["Close", () => hush(unit)]]);
    return;
  }
  const response = await fetch(`${home}/unit/${id}/more.json`);
  if (!response.ok) return;
  const { unit: stored } = await response.json();
  if (!isDirty(unit) && stored.version > Number(unit.dataset.version)) adopt(stored);
}

/** Ask which units to keep, and keep them. @param {HTMLElement} unit */
export function claim(unit) {
  const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("claim"));
  const [first, last, hours] = /** @type {HTMLInputElement[]} */ ([...dialog.querySelectorAll("input")]);
  first.value = last.value = String(Number(unit.dataset.position) + 1);
  dialog.returnValue = "";
  dialog.showModal();
  dialog.addEventListener("close", async () => {
    stay(unit);
    const action = dialog.returnValue;
    if (!action) return;
    const wanted = { first: Number(first.value) - 1, last: Number(last.value) - 1, hours: Number(hours.value), action };
    const reply = await post(`${text.slice(home.length)}/claim`, wanted).catch(() => null);
    if (!reply) say("No connection: nothing was claimed", "warn");
    else if (!reply.ok) say(reply.answer.error ?? `Not done: the server said ${reply.status}`, "warn");
    else {
      const { claimed, released, skipped } = reply.answer;
      say(action === "release" ? `${released} units are free again` : `${claimed} units are kept for you${skipped ? `, ${skipped} belong to others` : ""}`);
      meet();
    }
  }, { once: true });
}

/** Start to hear about others. */
export function listen() {
  if (!text || document.getElementById("side")?.dataset.fixed) return;
  document.addEventListener("workbench:unit", () => {
    clearTimeout(timer);
    timer = setTimeout(meet, 1000);
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) meet();
  });
  timer = setTimeout(meet, 1000);
}

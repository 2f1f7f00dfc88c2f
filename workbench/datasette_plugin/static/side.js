// @ts-check
// The panel beside the unit in hand: fetched once a unit, the next one ahead, never in the way of typing.

import { keep, recall } from "./keeping.js";
import { current, move } from "./moving.js";
import { csrf, element, field, home, say, type, unitById, units } from "./page.js";

const panel = /** @type {HTMLDetailsElement} */ (document.getElementById("side"));
const body = /** @type {HTMLElement} */ (document.getElementById("side-body"));
const title = /** @type {HTMLElement} */ (document.getElementById("side-title"));
const PAUSE = 120; // milliseconds that a unit must stay in hand

/** @type {Map<string, Promise<string>>} */
const pages = new Map();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let shown = "";
let shownHtml = "";

/** @param {string} id */
function fetched(id) {
  let page = pages.get(id);
  if (!page) {
    page = fetch(`${home}/unit/${id}/side`).then((response) => {
      if (!response.ok) throw new Error(response.statusText);
      return response.text();
    });
    page.catch(() => pages.delete(id));
    pages.set(id, page);
    if (pages.size > 60) pages.delete(/** @type {string} */ (pages.keys().next().value));
  }
  return page;
}

/** @param {HTMLElement} unit */
async function showSide(unit) {
  const id = unit.dataset.id ?? "";
  let html;
  try {
    html = await fetched(id);
  } catch {
    if (current() === unit) body.replaceChildren(element("p", {}, "No connection: drafts and history come later."));
    return;
  }
  if (current() !== unit) return;
  fill(id, html);
  const next = units()[units().indexOf(/** @type {HTMLLIElement} */ (unit)) + 1];
  if (next) fetched(next.dataset.id ?? "").catch(() => {});
}

const PARTS = "a, button, input:not([type=hidden]), textarea, summary";

/** @param {string} id @param {string} html */
function fill(id, html) {
  if (shown === id && shownHtml === html) return; // nothing new: leave what is being read or pressed
  const parsed = new DOMParser().parseFromString(html, "text/html"); // runs no script
  const open = new Set([...body.querySelectorAll("details[open]")].map((part) => part.id));
  const focus = shown === id ? [...body.querySelectorAll(PARTS)].indexOf(/** @type {Element} */ (document.activeElement)) : -1;
  const field = document.activeElement instanceof HTMLTextAreaElement ? document.activeElement : null;
  const reasons = new Map([...reasonsIn()].map((input) => [input.getAttribute("aria-label"), input.value]));
  body.replaceChildren(...document.importNode(parsed.body, true).childNodes);
  for (const part of body.querySelectorAll("details")) if (open.has(part.id)) part.open = true;
  if (shown !== id) body.parentElement?.scrollTo({ top: 0 });
  else for (const input of reasonsIn()) input.value = reasons.get(input.getAttribute("aria-label")) ?? "";
  [shown, shownHtml] = [id, html];
  const area = noteField();
  if (area) area.value = recall(`note:${id}`) ?? "";
  if (focus >= 0) refocus(focus, field);
  document.dispatchEvent(new CustomEvent("workbench:side", { detail: { id: Number(id) } }));
}

const noteField = () => /** @type {HTMLTextAreaElement | null} */ (body.querySelector(".note-form textarea"));
const reasonsIn = () => /** @type {NodeListOf<HTMLInputElement>} */ (body.querySelectorAll("[name=reason]"));

/** Put the focus where it was before the panel was filled anew. @param {number} at @param {HTMLTextAreaElement | null} field */
function refocus(at, field) {
  const parts = /** @type {HTMLElement[]} */ ([...body.querySelectorAll(PARTS)]);
  const area = noteField();
  if (field && area) {
    area.focus({ preventScroll: true });
    area.setSelectionRange(field.selectionStart, field.selectionEnd);
  } else parts[Math.min(at, parts.length - 1)]?.focus({ preventScroll: true });
}

/** Fetch what is known about a unit again. @param {string} id */
export function refresh(id) {
  pages.delete(id);
  const unit = current();
  if (unit?.dataset.id === id) showSide(unit);
}

/** Put the n-th draft into the field. @param {number} number */
export function insertDraft(number) {
  const unit = current();
  const draft = body.querySelector(`[data-draft="${number}"] .text`);
  if (!unit || !draft) return say(`There is no draft ${number}`);
  type(unit, draft.textContent ?? "");
  return say(`Draft ${number} inserted`);
}

/** Go into the panel, or back to the text. */
export function turn() {
  const unit = current();
  if (panel.contains(document.activeElement)) {
    if (unit) field(unit).focus();
    return;
  }
  panel.open = true;
  /** @type {HTMLElement | null} */ (body.querySelector("button, a, textarea, summary"))?.focus();
}

/** Go to the words of the unit and their links. */
export function toWords() {
  panel.open = true;
  const first = /** @type {HTMLElement | null} */ (document.querySelector("#word-links .word[tabindex='0']"));
  if (first) first.focus();
  else say("There are no words to link here yet");
}

/** Open the panel at the field for a note. */
export function note() {
  panel.open = true;
  const area = noteField();
  area?.focus();
  area?.scrollIntoView({ block: "nearest" });
}

/** Send one of the panel's forms without leaving the page. @param {HTMLFormElement} form @param {HTMLElement | null} submitter */
async function send(form, submitter) {
  const id = shown;
  const fields = new FormData(form);
  if (submitter instanceof HTMLButtonElement && submitter.name) fields.set(submitter.name, submitter.value);
  const sent = Object.fromEntries([...fields].filter(([name]) => !["csrftoken", "back"].includes(name)));
  if (sent.version) sent.version = unitById(id)?.dataset.version ?? sent.version;
  let response;
  try {
    // form.action would be the button of that name
    response = await fetch(form.getAttribute("action") ?? "", {
      method: "POST", headers: { "content-type": "application/json", "x-csrftoken": csrf }, body: JSON.stringify(sent),
    });
  } catch {
    return say("No connection: not sent; your text stays in its field", "warn");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) return say(answer.error ?? `Not done: the server said ${response.status}`, "warn");
  say("Done");
  if (form.matches(".note-form")) keep(`note:${id}`, null);
  document.dispatchEvent(new CustomEvent("workbench:sent", { detail: { id, answer, form } }));
  return undefined;
}

/** Start to follow the unit in hand. */
export function attend() {
  if (panel.dataset.fixed) return;
  panel.hidden = false;
  panel.open = matchMedia("(min-width: 70rem)").matches;
  body.replaceChildren(element("p", { class: "hint" }, "Drafts, memory, terms, findings, notes and history of the unit in hand stand here. ",
    element("kbd", {}, "J"), " takes the first unit in hand, ", element("kbd", {}, "?"), " shows all keys."));
  document.addEventListener("workbench:unit", (event) => {
    const { unit } = /** @type {CustomEvent} */ (event).detail;
    title.textContent = `Unit ${Number(unit.dataset.position) + 1}: drafts, notes, history`;
    clearTimeout(timer);
    timer = setTimeout(() => showSide(unit), pages.has(unit.dataset.id) ? 0 : PAUSE);
  });
  document.addEventListener("workbench:saved", (event) => refresh(String(/** @type {CustomEvent} */ (event).detail.id)));
  body.addEventListener("submit", (event) => {
    event.preventDefault();
    send(/** @type {HTMLFormElement} */ (event.target), event.submitter);
  });
  body.addEventListener("input", (event) => {
    if (event.target === noteField()) keep(`note:${shown}`, noteField()?.value || null);
  });
  body.addEventListener("click", (event) => {
    const insert = /** @type {HTMLElement} */ (event.target).closest("[data-insert]");
    const unit = current();
    if (!insert || !unit) return;
    type(unit, insert.closest("li")?.querySelector(".text")?.textContent ?? "");
    say("Inserted");
  });
  body.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target === noteField()) {
      event.preventDefault();
      event.stopPropagation();
      noteField()?.form?.requestSubmit();
    }
    if (event.key !== "Escape" || event.defaultPrevented) return;
    const unit = current();
    if (unit) field(unit).focus();
    else move(null, 1, true);
    event.stopPropagation();
  });
}

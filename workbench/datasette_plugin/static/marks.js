// @ts-check
// Lights up in the sources what was searched for; in fields, browsers let nothing be lit up.

import { list } from "./page.js";

const wanted = new URLSearchParams(location.search);
const words = wanted.get("regex") ? [] : (wanted.get("text") ?? "").toLowerCase().split(/\s+/).filter(Boolean);

/** Light up the words in what is on the page now. */
export function light() {
  if (!words.length || !("highlights" in CSS)) return;
  const found = [];
  for (const source of list.querySelectorAll(".source")) {
    const node = source.firstChild;
    const text = source.textContent?.toLowerCase() ?? "";
    if (!(node instanceof Text) || text.length !== node.length) continue;
    for (const word of words) {
      for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
        const range = new Range();
        range.setStart(node, at);
        range.setEnd(node, at + word.length);
        found.push(range);
      }
    }
  }
  CSS.highlights.set("found", new Highlight(...found));
}

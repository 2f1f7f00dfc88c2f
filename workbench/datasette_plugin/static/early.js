// @ts-check
// Holds the keys and the forms that come before the page's scripts do, and hands them over then.
// No module, since modules run only when the whole page is there.  Typing in a field goes on untouched.

(() => {
  const PATIENCE = 10000; // milliseconds
  /** Our keys that work in fields; a person's own ones are known only to the scripts. */
  const ACTIONS = /^(Ctrl\+(Shift\+)?Enter|Ctrl\+[SIG.\/1-9]|Alt\+[RZFSMCNHL]|Alt\+Arrow(Down|Up)|F6|F8)$/;
  const FIELDS = "textarea, input, select";
  /** @type {KeyboardEvent[]} */
  const keys = [];
  /** @type {SubmitEvent[]} */
  const forms = [];

  /** @param {KeyboardEvent} event */
  function isOurs(event) {
    const target = /** @type {Element} */ (event.target);
    const letter = /^Key[A-Z]$/.test(event.code) ? event.code.slice(3) : event.key;
    if (event.ctrlKey || event.metaKey || event.altKey || /^F\d/.test(event.key)) {
      return ACTIONS.test([event.ctrlKey || event.metaKey ? "Ctrl" : "", event.altKey ? "Alt" : "", event.shiftKey ? "Shift" : "", letter].filter(Boolean).join("+"));
    }
    if (target.matches(`${FIELDS}, button, a, summary`)) return false;
    return event.key.length === 1 ? event.key !== " " : keys.length > 0 && /^(Enter|Escape)$/.test(event.key);
  }

  /** @param {KeyboardEvent} event */
  function holdKey(event) {
    if (event.isComposing || !isOurs(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    keys.push(event);
  }

  /** @param {SubmitEvent} event */
  function holdForm(event) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (!form.matches(".target, .steps, .backs")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    forms.push(event);
  }

  /** Let everything go to the scripts, or to the browser if they do not come. @param {boolean} come */
  function release(come) {
    removeEventListener("keydown", holdKey, true);
    removeEventListener("submit", holdForm, true);
    clearTimeout(timer);
    for (const { target, submitter } of forms.splice(0)) /** @type {HTMLFormElement} */ (target).requestSubmit(submitter);
    for (const held of come ? keys.splice(0) : []) {
      const { key, code, ctrlKey, altKey, shiftKey, metaKey } = held;
      const target = document.activeElement ?? document.body;
      const untouched = target.dispatchEvent(new KeyboardEvent("keydown", { key, code, ctrlKey, altKey, shiftKey, metaKey, bubbles: true, cancelable: true }));
      // a key before has led into a field: this one was meant for it
      if (untouched && key.length === 1 && !ctrlKey && !altKey && !metaKey && target.matches("textarea")) document.execCommand("insertText", false, key);
    }
  }

  const timer = setTimeout(() => release(false), PATIENCE);
  addEventListener("keydown", holdKey, true);
  addEventListener("submit", holdForm, true);
  document.addEventListener("workbench:ready", () => release(true), { once: true });
  addEventListener("error", (event) => {
    if (event.target instanceof HTMLScriptElement) release(false);
  }, true);
})();

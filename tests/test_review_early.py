"""Keys, forms and text that come before the page's scripts or its slow storage do, in a real browser."""

from __future__ import annotations

import re
from importlib import resources
from string import ascii_uppercase
from typing import TYPE_CHECKING

import pytest
from browser import LINES, Desk, desk, holds, in_hand, leaving, ready, said, served
from samples import add_text, draft_all

from workbench import store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page, Route

# Opens IndexedDB only when a test says so.
SLOW = """
const open = IDBFactory.prototype.open;
IDBFactory.prototype.open = function (...parts) {
  const late = {};
  window.letOpen = () => {
    const real = open.apply(this, parts);
    for (const name of ["onupgradeneeded", "onsuccess", "onerror"]) {
      real[name] = () => { late.result = real.result; late[name](); };
    }
  };
  return late;
};
"""
KEYS, CRASH, BESIDE, SCRIPTS, FORMS = range(1, 6)


@pytest.fixture(scope="module", params=LINES)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    """A served database; each test has a document of its own."""
    db_path = tmp_path_factory.mktemp("early") / "workbench.db"
    with store.opened(db_path) as db:
        for number in range(1, 6):
            texts = [f"Sentence number {i}." for i in range(9)]
            added = add_text(db, [*texts, f"End of {number}."], path=f"text{number}.txt")
            draft_all(db, added.document_id)
    with served(db_path, LINES[request.param]) as url:
        yield url, db_path


def stored(db_path: Path, document: int, position: int) -> tuple[str, str]:
    with store.opened(db_path) as db:
        (unit_id,) = store.units_between(db, document, "es", position, position)
        unit = store.unit(db, unit_id)
    return unit.target, unit.state


def test_what_holds_keys_early_knows_all_keys_and_no_others() -> None:
    """The script that runs before the modules cannot read their table: it has the keys in a pattern."""
    static = resources.files("workbench.datasette_plugin") / "static"
    table = set(re.findall(r'anywhere: "([^"]+)"', (static / "review.js").read_text("utf-8")))
    written = re.search(r"const ACTIONS = /\^(.*)\$/;", (static / "early.js").read_text("utf-8"))
    assert len(table) > 15
    assert written
    held = re.compile(written[1])
    names = [*ascii_uppercase, *"0123456789./", "Enter", "Escape", "Space", "Tab",
             *(f"Arrow{side}" for side in ("Up", "Down", "Left", "Right")),
             *(f"F{n}" for n in range(1, 13))]  # fmt: skip
    modifiers = ["", "Ctrl+", "Alt+", "Shift+", "Ctrl+Shift+", "Ctrl+Alt+", "Alt+Shift+"]
    every = {modifier + name for modifier in modifiers for name in names}
    drafts = {f"Ctrl+{n}" for n in range(1, 10)}
    assert {key for key in every if held.fullmatch(key)} == table | drafts


def without_scripts(ana: Desk, path: str) -> tuple[Page, list[Route]]:
    """A page that is all there, but for its scripts, which are held back."""
    held: list[Route] = []
    page = ana.context.new_page()
    page.route("**/review.js", lambda route: route.continue_() if held else held.append(route))
    page.goto(ana.url + path, wait_until="commit")
    page.locator("#p9 textarea").wait_for()
    while not held:
        page.wait_for_timeout(20)
    return page, held


def test_keys_work_while_the_storage_is_slow(server: tuple[str, Path], browser: Browser) -> None:
    url, db_path = server
    with desk(browser, url) as ana:
        ana.open(name="Ana").close()
        ana.context.add_init_script(SLOW)
        page = ana.open(f"/{KEYS}/es", scripts=False)
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.keyboard.press("Control+a")
        page.keyboard.insert_text("Temprano.")
        page.keyboard.press("Control+Enter")
        in_hand(page, "p1")
        said(page, "Saved and accepted")
        assert stored(db_path, KEYS, 0) == ("Temprano.", "reviewed")
        page.evaluate("letOpen()")
        ready(page)
        holds(page, 0, "Temprano.")


def test_what_a_crash_left_is_offered_however_late(
    server: tuple[str, Path], browser: Browser
) -> None:
    url, _ = server
    with desk(browser, url) as ana:
        page = ana.open(f"/{CRASH}/es", "Ana")
        page.locator("#p3 textarea").fill("Half a thou")
        page.locator("#p4 textarea").fill("Another thought")
        page.wait_for_function(COPIED, arg=2)
        page.evaluate("localStorage.clear()")  # as a killed browser has not written it
        page.close()
        ana.context.add_init_script(SLOW)
        page = ana.open(f"/{CRASH}/es")  # ready without the copy
        page.locator("#p4 textarea").fill("Typed meanwhile")
        page.evaluate("letOpen()")
        holds(page, 3, "Half a thou")
        assert "not saved yet" in page.locator("#p3 .notice").inner_text()
        holds(page, 4, "Typed meanwhile")


def test_text_typed_early_does_not_cover_what_was_kept(
    server: tuple[str, Path], browser: Browser
) -> None:
    url, _ = server
    with desk(browser, url) as ana:
        page = ana.open(f"/{BESIDE}/es", "Ana")
        page.locator("#p3 textarea").fill("Half a thou")
        page.close()
        page, held = without_scripts(ana, f"/{BESIDE}/es")
        page.locator("#p3 textarea").fill("Another")
        held[0].continue_()
        page.get_by_text("This was typed here before and not saved").wait_for()
        holds(page, 3, "Another")
        page.get_by_role("button", name="Put it in").click()
        holds(page, 3, "Half a thou")


def test_keys_before_the_scripts_are_played_then(
    server: tuple[str, Path], browser: Browser
) -> None:
    url, db_path = server
    with desk(browser, url) as ana:
        ana.open(name="Ana").close()
        page, held = without_scripts(ana, f"/{SCRIPTS}/es")
        for key in ("j", "j", "Enter", "Control+i"):  # two down, into the field, copy the source
            page.keyboard.press(key)
        held[0].continue_()
        in_hand(page, "p1")
        holds(page, 1, "Sentence number 1.")
        ready(page)
        page.locator("#p3 textarea").press("Control+Enter")
        in_hand(page, "p4")
        page.wait_for_selector("#p3[data-state=reviewed]")
    assert stored(db_path, SCRIPTS, 3)[1] == "reviewed"


def test_forms_before_the_scripts_are_saved_without_leaving_the_page(
    server: tuple[str, Path], browser: Browser
) -> None:
    url, db_path = server
    with desk(browser, url) as ana:
        ana.open(name="Ana").close()
        page, held = without_scripts(ana, f"/{FORMS}/es")
        page.evaluate("() => { window.stillHere = true; }")
        page.locator("#p5 textarea").fill("Formular.")
        page.locator("#p5").get_by_role("button", name="Save").click()
        page.locator("#p6 textarea").fill("Tasten.")
        page.locator("#p6 textarea").press("Control+Enter")
        held[0].continue_()
        page.wait_for_selector("#p6[data-state=reviewed]")
        in_hand(page, "p7")
        assert page.evaluate("window.stillHere")
    assert stored(db_path, FORMS, 5) == ("Formular.", "translated")
    assert stored(db_path, FORMS, 6) == ("Tasten.", "reviewed")


def test_forms_go_without_the_scripts_if_these_do_not_come(
    server: tuple[str, Path], browser: Browser
) -> None:
    url, db_path = server
    with desk(browser, url) as ana:
        ana.open(name="Ana").close()
        page, held = without_scripts(ana, f"/{FORMS}/es")
        page.locator("#p8 textarea").fill("Ohne.")
        page.locator("#p8").get_by_role("button", name="Save").click()
        with leaving(page):
            held[0].abort()
        in_hand(page, "p8")
    assert stored(db_path, FORMS, 8)[0] == "Ohne."


# How many texts are on disk.
COPIED = """number => new Promise((resolve) => {
  const request = indexedDB.open("workbench", 1);
  request.onsuccess = () => {
    const kept = request.result.transaction("kept").objectStore("kept").getAllKeys();
    kept.onsuccess = () => {
      request.result.close();
      resolve(kept.result.filter((key) => key.includes("unsent:")).length === number);
    };
  };
})"""

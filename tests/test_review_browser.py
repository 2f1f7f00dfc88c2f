"""The review pages in a real browser, by keyboard, on both Datasette lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from browser import LINES, chromium, served
from samples import add_text, draft_all

from workbench import store
from workbench.store import Edit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module", params=LINES)
def line(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def site(line: str, db_path: Path) -> Iterator[str]:
    with store.opened(db_path) as db:
        texts = ["The harbour", *(f"Sentence number {i}." for i in range(1, 120)), "unbroken" * 60]
        draft_all(db, add_text(db, texts, path="story.txt").document_id)
        draft_all(db, 1, "ar")
    with served(db_path, LINES[line]) as url:
        yield url


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 1200, "height": 800})
    yield opened
    opened.close()


def open_page(context: BrowserContext, address: str) -> Page:
    """A page that fails the test on any error in its console."""
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
    page.goto(address)
    return page


def sign_in(page: Page, name: str) -> None:
    page.fill("#name", name)
    with page.expect_navigation():  # until its scripts have run, not only until it is seen
        page.press("#name", "Enter")
    page.wait_for_selector("text=You are")


def wait_for(page: Page, text: str) -> None:
    page.wait_for_function(
        "text => document.getElementById('status').textContent.includes(text)", arg=text
    )


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.closest('.unit')?.id ?? ''"))


def test_a_working_day_by_keyboard(site: str, db_path: Path, context: BrowserContext) -> None:
    page = open_page(context, f"{site}/-/workbench")
    sign_in(page, "Ana")
    with page.expect_navigation():
        page.get_by_role("link", name="Review story.txt in Spanish").press("Enter")
    # three corrections, each accepted, without touching the mouse
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    for position, text in enumerate(("El puerto", "Frase número 1.", "Frase número 2.")):
        assert focused(page) == f"p{position}"
        page.keyboard.press("Control+a")
        page.keyboard.insert_text(text)
        page.keyboard.press("Control+Enter")
    wait_for(page, "Saved and accepted")
    page.keyboard.press("Control+s")
    wait_for(page, "Saved")
    page.keyboard.press("Alt+ArrowUp")
    assert focused(page) == "p2"
    page.keyboard.press("Control+.")
    assert focused(page) == "p3"
    page.keyboard.press("Escape")
    page.keyboard.press("k")
    assert focused(page) == "p2"
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()
    page.keyboard.press("Escape")
    page.wait_for_function(
        "() => document.querySelectorAll('.unit[data-state=reviewed]').length === 3"
    )
    page.reload()
    assert page.locator("#p1 textarea").input_value() == "Frase número 1."
    assert page.locator("#done").inner_text() == "3"
    with store.opened(db_path) as db:
        revisions = [store.history(db, unit_id)[0] for unit_id in (1, 2, 3)]
        assert [row["actor"] for row in revisions] == ["Ana"] * 3
        assert all(row["seconds"] is not None and row["seconds"] < 60 for row in revisions)
        assert store.unit(db, 2).state == "reviewed"


def test_over_the_border_of_a_page(site: str, context: BrowserContext) -> None:
    page = open_page(context, f"{site}/-/workbench/1/es#p99")
    assert focused(page) == "p99"
    page.keyboard.press("Alt+ArrowDown")
    page.wait_for_url("**at=100**")
    page.wait_for_function("() => document.activeElement.closest('.unit')?.id === 'p100'")


def test_two_people_on_one_unit_lose_nothing(
    site: str, db_path: Path, browser: Browser, context: BrowserContext
) -> None:
    ana = open_page(context, f"{site}/-/workbench/1/es")
    sign_in(ana, "Ana")
    other = browser.new_context()
    ben = open_page(other, f"{site}/-/workbench/1/es")
    sign_in(ben, "Ben")
    ana.locator("#p5 textarea").fill("From Ana")
    ana.locator("#p5 textarea").press("Control+s")
    wait_for(ana, "Saved")
    ben.locator("#p5 textarea").fill("From Ben")
    ben.locator("#p5 textarea").press("Control+s")
    wait_for(ben, "Both texts are shown")
    notice = ben.locator("#p5 .notice")
    assert "Ana changed this unit" in notice.inner_text()
    assert notice.locator("del").all_inner_texts() == ["Ana"]
    assert ben.locator("#p5 textarea").input_value() == "From Ben"
    ben.get_by_role("button", name="Keep mine").click()
    wait_for(ben, "Saved")
    with store.opened(db_path) as db:
        assert [row["after"] for row in store.history(db, 6)] == ["From Ben", "From Ana"]
    other.close()


def test_unsent_text_survives(site: str, db_path: Path, context: BrowserContext) -> None:
    page = open_page(context, f"{site}/-/workbench/1/es")
    sign_in(page, "Ana")
    page.locator("#p7 textarea").fill("Half a thou")
    page.close()
    page = open_page(context, f"{site}/-/workbench/1/es")
    assert page.locator("#p7 textarea").input_value() == "Half a thou"
    assert "not saved yet" in page.locator("#p7 .notice").inner_text()
    # meanwhile another person saves: both texts are shown
    with store.opened(db_path) as db:
        store.edit_unit(db, Edit(8, 1, "ben", target="Stored"))
    page.reload()
    assert page.locator("#p7 textarea").input_value() == "Half a thou"
    assert "Stored" in page.locator("#p7 .notice").inner_text()
    page.locator("#p7").get_by_role("button", name="Take theirs").click()
    assert page.locator("#p7 textarea").input_value() == "Stored"


def test_a_lost_connection_is_said_and_mended(
    site: str, db_path: Path, context: BrowserContext
) -> None:
    page = open_page(context, f"{site}/-/workbench/1/es")
    sign_in(page, "Ana")
    context.set_offline(True)
    page.locator("#p8 textarea").fill("Typed offline")
    page.locator("#p8 textarea").press("Control+s")
    wait_for(page, "no connection")
    context.set_offline(False)
    page.wait_for_function(
        "() => document.getElementById('status').textContent === 'Saved'", timeout=15000
    )
    with store.opened(db_path) as db:
        assert store.unit(db, 9).target == "Typed offline"


def test_without_a_name_the_text_stays(site: str, context: BrowserContext) -> None:
    page = open_page(context, f"{site}/-/workbench/1/es")
    page.locator("#p9 textarea").fill("Nobody's text")
    page.locator("#p9 textarea").press("Control+s")
    wait_for(page, "Type your name first")
    assert page.evaluate("document.activeElement.id") == "name"
    sign_in(page, "Ana")
    assert page.locator("#p9 textarea").input_value() == "Nobody's text"


def test_history_and_restore(site: str, db_path: Path, context: BrowserContext) -> None:
    with store.opened(db_path) as db:
        store.edit_unit(db, Edit(10, 1, "ben", target="Changed."))
    page = open_page(context, f"{site}/-/workbench/1/es")
    sign_in(page, "Ana")
    page.locator("#p9 a.number").click()
    page.get_by_role("button", name="Restore what it was before").click()
    page.wait_for_selector("text=restored version 1")
    assert page.locator("#target").input_value() == "SENTENCE NUMBER 9."


def test_without_javascript(site: str, db_path: Path, browser: Browser) -> None:
    plain = browser.new_context(java_script_enabled=False)
    page = plain.new_page()
    page.goto(f"{site}/-/workbench/1/es")
    page.locator("#p3 textarea").fill("Sin guion")
    page.locator("#p3").get_by_role("button", name="Accept").click()
    page.fill("#asked", "Ana")
    page.locator("main").get_by_role("button", name="Save").click()
    page.wait_for_url("**/-/workbench/1/es#p3")
    assert page.locator("#p3 textarea").input_value() == "Sin guion"
    with store.opened(db_path) as db:
        assert (store.unit(db, 4).target, store.unit(db, 4).state) == ("Sin guion", "reviewed")
    plain.close()


@pytest.mark.parametrize("width", [390, 1400])
def test_no_page_scrolls_sideways(site: str, browser: Browser, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800})
    for path in ("", "/1/es", "/1/es?at=100", "/1/ar?at=100", "/unit/121", "/unit/1"):
        page = open_page(context, f"{site}/-/workbench{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    context.close()


def test_right_to_left(site: str, context: BrowserContext) -> None:
    page = open_page(context, f"{site}/-/workbench/1/ar")
    style = "getComputedStyle(document.querySelector('#p1 textarea')).direction"
    assert page.evaluate(style) == "rtl"

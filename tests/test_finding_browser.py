"""The finding page in a real browser: filters, replacing with preview, undo, roles, without a mouse."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from browser import LINES, desk, leaving, served
from samples import add_text, draft_all

from workbench import store
from workbench.model import Finding
from workbench.store import Edit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page


@pytest.fixture(scope="module", params=LINES)
def line(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def server(line: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A served database that tests share: none expects what another one changes."""
    db_path = tmp_path_factory.mktemp("finding") / "workbench.db"
    prepare(db_path)
    with served(db_path, LINES[line]) as url:
        yield url, db_path


@pytest.fixture
def site(server: tuple[str, Path]) -> str:
    return server[0]


def prepare(db_path: Path) -> None:
    with store.opened(db_path) as db:
        texts = [f"The storm number {i} came at night." for i in range(30)]
        draft_all(db, add_text(db, [*texts, "unbroken" * 60], path="story.txt").document_id)
        draft_all(db, 1, "ar")
        store.save_findings(db, [(3, "numbers", [Finding("numbers", "warning", "2 is missing")])])
        store.edit_unit(db, Edit(4, 1, "Ben", target="Tormenta.", state="reviewed", seconds=9))


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    with opened(browser, site) as page:
        yield page


@contextmanager
def opened(browser: Browser, site: str) -> Iterator[Page]:
    """Ana's browser at the finding page."""
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    context.set_default_timeout(60_000)  # a slow machine is no failure
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
    page.on("console", lambda message: complain(message.type, message.text))
    page.goto(f"{site}/-/workbench/find")
    page.fill("#name", "Ana")
    with leaving(page):
        page.press("#name", "Enter")
    yield page
    context.close()


def complain(kind: str, text: str) -> None:
    if kind == "error" and "favicon" not in text:
        pytest.fail(f"console: {text}")


def go(page: Page, selector: str) -> None:
    with leaving(page):
        page.locator(selector).press("Enter")


def found(page: Page) -> str:
    return str(page.locator(".count b").inner_text())


def test_find_replace_and_take_it_back_by_keyboard(page: Page, server: tuple[str, Path]) -> None:
    _, db_path = server
    page.fill("#f-text", "storm night")
    go(page, "#f-text")
    assert found(page) == "60"  # 30 units in two languages
    page.select_option("#f-lang", "es")
    go(page, "#f-text")
    assert "lang=es" in page.url
    page.locator("summary", has_text="Change all units found").press("Enter")
    page.fill("#r-find", "STORM")
    page.fill("#r-with", "TEMPESTAD")
    go(page, "#r-find")
    shown = page.locator(".found ins").count()
    assert (shown, page.locator(".found li").count()) == (29, 30)  # Ben's has no storm
    assert page.locator(".found ins").first.inner_text() == "TEMPESTAD"
    with leaving(page):
        page.get_by_role("button", name="Replace in all").press("Enter")
    assert "/run/" in page.url
    assert page.locator(".found li").count() == shown
    with store.opened(db_path) as db:
        assert "TEMPESTAD" in store.unit(db, 2).target
        # somebody works on one of them meanwhile
        store.edit_unit(db, Edit(2, store.unit(db, 2).version, "Ben", target="Of Ben."))
    with leaving(page):
        page.get_by_role("button", name="Undo this batch").press("Enter")
    assert "1 left as it was" in page.locator("main").inner_text()
    with store.opened(db_path) as db:
        assert store.unit(db, 2).target == "Of Ben."
        assert not store.search(db, "tempestad")


def test_filters_are_kept_and_shown(page: Page) -> None:
    page.select_option("#f-finding", "numbers")
    page.select_option("#f-sort", "findings")
    go(page, "#f-text")
    assert found(page) == "1"
    assert page.locator("#f-finding").input_value() == "numbers"
    page.locator("summary", has_text="Change all units found").click()
    page.fill("#s-title", "Numbers <first>")
    go(page, "#s-title")
    page.goto(page.url.split("?")[0])
    with leaving(page):
        page.get_by_role("link", name="Numbers <first>").click()
    assert found(page) == "1"
    with leaving(page):
        page.locator(".found a").first.click()
    assert page.evaluate("location.hash") == "#p2"


def test_a_broken_pattern_is_said_and_the_form_stays(page: Page) -> None:
    page.fill("#f-text", "(storm")
    page.check("input[name=regex]")
    go(page, "#f-text")
    assert "not a regular expression" in page.get_by_role("alert").inner_text()


def test_roles_are_given_and_hold(line: str, db_path: Path, browser: Browser) -> None:
    prepare(db_path)
    with served(db_path, LINES[line]) as site, opened(browser, site) as page:
        page.goto(f"{site}/-/workbench/people")
        page.fill("#p-person", "Tina")
        with leaving(page):
            page.get_by_role("button", name="Add").click()
        assert "You are Ana, admin" in page.locator("main").inner_text()
        with desk(browser, site) as tinas:
            tina = tinas.open("/find?lang=es", "Tina")
            tina.locator("summary", has_text="Change all units found").click()
            tina.get_by_role("button", name="Keep").first.wait_for()
            assert tina.get_by_role("button", name="Accept all").count() == 0


@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_scrolls_sideways_or_fails_axe(
    site: str, browser: Browser, width: int, line: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    context: BrowserContext = browser.new_context(viewport={"width": width, "height": 800})
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.goto(f"{site}/-/workbench/find")
    page.fill("#name", "Ana")
    with leaving(page):
        page.press("#name", "Enter")
    for path in ("find", "find?lang=ar", "find?text=storm&find=STORM&with=x", "find?by=Ben&since=2020-01-01",
                 "people", "report", "run/1"):  # fmt: skip
        page.goto(f"{site}/-/workbench/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        if line == "datasette-0.65" and width == 390:  # the pages are the same on both
            violations = Axe().run(page).response["violations"]
            serious = [v["id"] for v in violations if v["impact"] in {"serious", "critical"}]
            assert serious == [], path
    context.close()

"""Reviewing an alignment in a real browser, by keyboard, on both Datasette lines."""

from __future__ import annotations

import shutil
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from browser import LINES, counts, desk, leaving, said, served
from click.testing import CliRunner
from translate.storage.tmx import tmxfile

from workbench import store
from workbench.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

ENGLISH = [
    "The lighthouse stood at the end of the pier.",
    "Anna lit the lamp at six every evening.",
    "In 1912 a storm broke the large window.",
    "Nobody came to mend it. The winter was long.",
    "The captain wrote a letter to the harbour office.",
    "The office answered after three weeks.",
    "They sent a carpenter and twelve panes of glass.",
    "The carpenter stayed until the spring.",
    "In April Anna and the carpenter were married.",
    "The lamp still burns every night.",
]
SPANISH = [
    "El faro estaba al final del muelle.",
    "Anna encendía la lámpara a las seis cada tarde.",
    "En 1912 una tormenta rompió la ventana grande.",
    "Nadie vino a arreglarla. El invierno fue largo.",
    "El capitán escribió una carta a la oficina del puerto.",
    "La oficina contestó después de tres semanas.",
    "Mandaron un carpintero y doce cristales.",
    "El carpintero se quedó hasta la primavera.",
    "En abril Anna y el carpintero se casaron.",
    "La lámpara arde todavía cada noche.",
]
ARABIC = [f"الجملة رقم {i} في هذا النص." for i in range(10)]
DOCUMENTS = 6  # copies of the text, one for each test


def align(folder: Path, db_path: Path, number: int, lang: str, lines: list[str]) -> None:
    source, target = folder / f"story{number}.en.txt", folder / f"story{number}.{lang}.txt"
    source.write_text("\n".join([*ENGLISH, f"The end of story {number}."]), "utf-8")
    target.write_text("\n".join([*lines, f"Fin {number}."]), "utf-8")
    command = ["align", str(source), str(target), "--lines", "--db", str(db_path)]
    result = CliRunner().invoke(main, command, catch_exceptions=False)
    assert result.exit_code == 0, result.output


@pytest.fixture(scope="module")
def aligned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with all texts, made once for both lines."""
    folder = tmp_path_factory.mktemp("aligned")
    db_path = folder / "workbench.db"
    for number in range(DOCUMENTS):
        align(folder, db_path, number, "es", SPANISH)
    align(folder, db_path, DOCUMENTS, "ar", ARABIC)
    return db_path


@pytest.fixture(scope="module", params=LINES)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, aligned: Path
) -> Iterator[tuple[str, Path]]:
    db_path = tmp_path_factory.mktemp("align") / "workbench.db"
    shutil.copy(aligned, db_path)
    with served(db_path, LINES[request.param]) as url:
        yield url, db_path


def document(db_path: Path, number: int, lang: str = "es") -> int:
    with store.opened(db_path) as db:
        rows = store.rows(
            db,
            "SELECT id FROM documents WHERE path LIKE ? AND lang = 'en'",
            (f"%story{number}.en.txt",),
        )
    return int(rows[0]["id"])


def shape(db_path: Path, number: int) -> list[tuple[list[int], list[int]]]:
    with store.opened(db_path) as db:
        found = store.bitexts.beads(db, document(db_path, number), "es")
        return [(bead["source"], bead["target"]) for bead in found]


ONE_TO_ONE = [([i], [i]) for i in range(11)]


def in_hand(page: Page, place: int) -> None:
    """Wait until the focus is on a bead, counted on the page."""
    page.wait_for_function(
        "place => [...document.querySelectorAll('.bead')].indexOf(document.activeElement) === place",
        arg=place,
    )


def ready(page: Page) -> None:
    page.wait_for_function("() => document.body.dataset.ready")


def test_a_working_day_by_keyboard(
    server: tuple[str, Path], browser: Browser, tmp_path: Path
) -> None:
    url, db_path = server
    number = document(db_path, 0)
    assert shape(db_path, 0) == ONE_TO_ONE
    with desk(browser, url) as mine:
        page = mine.open(f"/align/{number}/es", "Ana")
        ready(page)
        page.keyboard.press("j")
        page.keyboard.press("j")
        in_hand(page, 1)
        page.keyboard.press("m")
        said(page, "Merged")
        assert shape(db_path, 0)[1] == ([1, 2], [1, 2])
        in_hand(page, 1)
        # split it again at the second segments, where the cursors are already
        page.keyboard.press("s")
        first, second = SPANISH[1:3]
        assert page.locator("#cut-target").inner_text() == f"… {first[-29:]} |{second[:30]} …"
        page.keyboard.press("PageUp")
        page.keyboard.press("PageDown")
        page.keyboard.press("Enter")
        said(page, "Split")
        assert shape(db_path, 0) == ONE_TO_ONE
        # a target segment down and up again, and one out of the middle of a sentence
        page.keyboard.press("4")
        said(page, "Moved")
        assert shape(db_path, 0)[1:3] == [([1], []), ([2], [1, 2])]
        page.keyboard.press("Control+z")
        said(page, "Undone")
        page.keyboard.press("c")
        said(page, "Confirmed")
        in_hand(page, 2)
        page.keyboard.press("j")
        page.keyboard.press("s")
        page.keyboard.press("Control+Home")
        for _ in range(len("Nobody came to mend it. ")):
            page.keyboard.press("ArrowRight")
        page.keyboard.press("Tab")
        page.keyboard.press("Control+Home")
        for _ in range(len("Nadie vino a arreglarla. ")):
            page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
        said(page, "Split")
        assert (
            page.locator(".bead").nth(4).locator(".source").inner_text() == "The winter was long."
        )
        assert (
            page.locator(".bead").nth(4).locator(".target").inner_text() == "El invierno fue largo."
        )
        # omitted and added, a crossing link, undone to the start and done again
        page.keyboard.press("o")
        said(page, "Marked")
        page.keyboard.press("x")
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("x")
        said(page, "Linked")
        with store.opened(db_path) as db:
            steps = store.rows(db, "SELECT kind, actor FROM alignment_steps WHERE role = 'do'")
            assert {step["actor"] for step in steps} == {"Ana"}
            assert len(steps) == 7
        for _ in range(6):  # one was undone already
            page.keyboard.press("u")
        said(page, "Undone: merge")
        assert page.locator(".bead .source").nth(1).inner_text() == ENGLISH[1]
        for _ in range(6):
            page.keyboard.press("r")
        said(page, "Done again: link")
        page.keyboard.press("?")
        assert page.locator("#help").is_visible()
        page.keyboard.press("Escape")
    out = tmp_path / "story"
    command = [
        "export",
        "--to",
        "es",
        "--document",
        str(number),
        "--out",
        str(out),
        "--db",
        str(db_path),
    ]
    result = CliRunner().invoke(main, [*command, "--format", "tmx", "--format", "moses"])
    assert result.exit_code == 0, result.output
    tmx = out.with_name("story.tmx").read_text("utf-8")
    pairs = [(unit.source, unit.target) for unit in tmxfile(BytesIO(tmx.encode())).units]
    assert ("The winter was long.", "El invierno fue largo.") not in pairs
    assert pairs[0] == (ENGLISH[0], SPANISH[0])
    assert "<seg>El invierno fue largo.</seg>" in tmx
    assert "The winter was long." not in tmx  # it is left without a target
    assert "<seg></seg>" not in tmx
    assert "<seg/>" not in tmx
    english, spanish = (out.with_name(f"story.{lang}").read_text("utf-8") for lang in ("en", "es"))
    assert english.count("\n") == spanish.count("\n")


def test_align_again_between_confirmed_beads(server: tuple[str, Path], browser: Browser) -> None:
    url, db_path = server
    with desk(browser, url) as mine:
        page = mine.open(f"/align/{document(db_path, 1)}/es", "Ana")
        ready(page)
        beads = page.locator(".bead")
        beads.nth(1).focus()
        page.keyboard.press("c")
        said(page, "Confirmed")
        beads.nth(6).focus()
        page.keyboard.press("c")
        said(page, "Confirmed")
        # two mistakes, as an aligner might have left them
        for place in (2, 4):
            beads.nth(place).focus()
            page.keyboard.press("4")
            empty = f"!document.querySelectorAll('.bead')[{place}].querySelector('.target .seg')"
            page.wait_for_function(f"() => {empty}")
        assert shape(db_path, 1) != ONE_TO_ONE
        beads.nth(3).focus()
        page.keyboard.press("a")
        said(page, "Aligned again")
        assert shape(db_path, 1) == ONE_TO_ONE
        assert page.locator(".bead.confirmed").count() == 2
        page.keyboard.press("u")
        said(page, "Undone: realign")
        assert shape(db_path, 1)[4] == ([4], [])


def test_two_people_on_one_bead(server: tuple[str, Path], browser: Browser) -> None:
    url, db_path = server
    path = f"/align/{document(db_path, 2)}/es"
    with desk(browser, url) as hers, desk(browser, url) as his:
        ana, ben = hers.open(path, "Ana"), his.open(path, "Ben")
        ready(ana)
        ready(ben)
        ana.locator(".bead").nth(2).focus()
        ana.keyboard.press("m")
        said(ana, "Merged")
        ben.locator(".bead").nth(3).focus()
        ben.keyboard.press("4")
        ben.wait_for_selector("#notice:not([hidden])")
        assert "Ana changed this bead" in ben.locator("#notice").inner_text()
        # he sees what she did, and does his own
        assert ben.locator(".bead").nth(2).locator(".source .seg").count() == 2
        ben.locator(".bead").nth(2).focus()
        ben.keyboard.press("4")
        said(ben, "Moved")
        # her undoing would take his work away: it is refused
        ana.keyboard.press("u")
        ana.wait_for_function(
            "() => document.getElementById('notice').textContent.includes('Ben changed')"
        )
        assert shape(db_path, 2)[2:4] == [([2, 3], [2]), ([4], [3, 4])]


def test_worst_first_and_both_ways_to_the_review_page(
    server: tuple[str, Path], browser: Browser
) -> None:
    url, db_path = server
    number = document(db_path, 3)
    with desk(browser, url) as mine:
        page = mine.open(f"/align/{number}/es?order=worst", "Ana")
        ready(page)
        sure = [float(text.split("%")[0]) for text in page.locator(".confidence").all_inner_texts()]
        assert sure == sorted(sure)
        assert page.locator(".bead").nth(1).locator(".context").count() >= 1
        first = page.locator(".bead").first.get_attribute("id")
        page.keyboard.press("j")
        page.keyboard.press("c")
        said(page, "Confirmed")
        assert page.locator(".bead").first.get_attribute("id") != first
        in_hand(page, 0)
        # what is changed stays in hand, though it is sure now, until it is confirmed
        page.keyboard.press("j")
        page.keyboard.press("m")
        said(page, "Merged")
        in_hand(page, 1)
        assert page.locator(".bead").nth(1).locator(".type").inner_text() == "2:2"
        page.keyboard.press("s")
        page.keyboard.press("Enter")
        said(page, "Split")
        in_hand(page, 1)
        page.keyboard.press("u")
        said(page, "Undone: split")
        page.keyboard.press("u")
        said(page, "Undone: merge")
        # all that are as sure as the third, as one step
        page.locator(".bead").nth(2).focus()
        page.keyboard.press("Shift+C")
        said(page, "Confirmed 8 beads")
        counts(page.locator(".bead"), 2)
        page.keyboard.press("u")
        said(page, "Undone: confirm")
        counts(page.locator(".bead"), 10)
        page.locator(".bead").first.focus()
        # a link may go to a bead on another page, in the other order
        page.keyboard.press("x")
        said(page, "Linking")
        from_unit = page.locator(".bead.linking").get_attribute("data-unit")
        with leaving(page):
            page.keyboard.press("w")
        page.wait_for_selector(f"#u{from_unit}.linking")
        there = "u" + str(
            page.evaluate("document.querySelector('.bead:not(.linking)').dataset.unit")
        )
        page.locator(f"#{there}").focus()
        page.keyboard.press("x")
        said(page, "Linked")
        assert page.locator(f"#u{from_unit} .target .seg").count() == 2
        page.keyboard.press("u")
        said(page, "Undone")
        with leaving(page):
            page.keyboard.press("e")
        assert page.url.startswith(f"{url}/-/workbench/{number}/es?at=")
        page.get_by_role("link", name="alignment").click()
        page.wait_for_url(f"**/align/{number}/es*")


def test_without_javascript(server: tuple[str, Path], browser: Browser) -> None:
    url, db_path = server
    with desk(browser, url, java_script_enabled=False) as mine:
        page = mine.context.new_page()
        page.goto(f"{url}/-/workbench/align/{document(db_path, 4)}/es")
        page.locator(".bead").nth(1).get_by_role("button", name="Merge").click()
        page.fill("#asked", "Ana")
        page.locator("main").get_by_role("button", name="Save").click()
        bead = page.locator(".bead").nth(1)
        counts(bead.locator(".source .seg"), 2)
        assert shape(db_path, 4)[1] == ([1, 2], [1, 2])
        bead.locator("summary").click()
        bead.locator("details").get_by_role("button", name="Split").click()
        counts(bead.locator(".source .seg"), 1)
        assert shape(db_path, 4) == ONE_TO_ONE
        page.get_by_role("button", name="Undo").click()
        counts(bead.locator(".source .seg"), 2)
        assert shape(db_path, 4)[1] == ([1, 2], [1, 2])


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1400, "light")])
def test_looks(server: tuple[str, Path], browser: Browser, width: int, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    url, db_path = server
    paths = [f"{document(db_path, 5)}/es", f"{document(db_path, DOCUMENTS)}/ar?order=worst"]
    with desk(browser, url, width=width, color_scheme=scheme) as mine:
        for path in paths:
            page = mine.open(f"/align/{path}")
            ready(page)
            page.locator(".bead").nth(1).focus()
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
        style = "getComputedStyle(document.querySelector('.target .seg')).direction"
        assert page.evaluate(style) == "rtl"

"""The review pages in a real browser, by keyboard, on both Datasette lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from browser import LINES, counts, desk, holds, in_hand, leaving, ready, said, served, sign_in
from click.testing import CliRunner
from samples import add_text, candidate, draft_all

from workbench import store
from workbench.cli import main
from workbench.model import Finding, Segment
from workbench.protect import Term
from workbench.store import Edit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from workbench.store import Database

DAY, KEYS, LONG, TWO, UNSENT, CUT, PANEL, PLAIN, RTL, BACK, DONE = range(1, 12)
REVIEWED = "() => document.querySelectorAll('.unit[data-state=reviewed]').length === 3"


@pytest.fixture(scope="module", params=LINES)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    """A served database; each test has a document of its own."""
    db_path = tmp_path_factory.mktemp("pages") / "workbench.db"
    with store.opened(db_path) as db:
        for number in range(1, 12):
            length = 460 if number == LONG else 14
            texts = [f"Sentence number {i}." for i in range(length - 1)]
            draft_all(
                db,
                add_text(
                    db, [*texts, f"The end of text {number}."], path=f"text{number}.txt"
                ).document_id,
            )
        draft_all(db, RTL, "ar")
        draft_all(db, RTL, "ja")
    with served(db_path, LINES[request.param]) as url:
        yield url, db_path


def unit_of(db_path: Path, document: int, position: int, lang: str = "es") -> int:
    with store.opened(db_path) as db:
        ids = store.units_between(db, document, lang, position, position)
    return ids[0]


def stored(db_path: Path, unit_id: int) -> tuple[str, str]:
    with store.opened(db_path) as db:
        unit = store.unit(db, unit_id)
    return unit.target, unit.state


def edit(db_path: Path, unit_id: int, target: str, actor: str = "Ben", *, state: str = "") -> None:
    with store.opened(db_path) as db:
        version = store.unit(db, unit_id).version
        store.edit_unit(db, Edit(unit_id, version, actor, target=target, state=state or None))  # type: ignore[arg-type]


def text_of(page: Page, position: int) -> str:
    return str(page.locator(f"#p{position} textarea").input_value())


def test_a_working_day_by_keyboard(
    server: tuple[str, Path], browser: Browser, tmp_path: Path
) -> None:
    url, db_path = server
    with desk(browser, url) as ana:
        page = ana.open(name="Ana")
        with leaving(page):
            page.get_by_role("link", name="Review text1.txt in Spanish").press("Enter")
        ready(page)
        # three corrections, each accepted, without touching the mouse
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        for position, text in enumerate(("El puerto", "Frase número 1.", "Frase número 2.")):
            in_hand(page, f"p{position}")
            page.keyboard.press("Control+a")
            page.keyboard.insert_text(text)
            page.keyboard.press("Control+Enter")
        page.wait_for_function(REVIEWED)
        said(page, "Saved and accepted")
        page.keyboard.press("Alt+ArrowUp")
        in_hand(page, "p2")
        page.keyboard.press("Control+.")
        in_hand(page, "p3")
        page.keyboard.press("Escape")
        page.keyboard.press("k")
        in_hand(page, "p2")
        page.keyboard.press("?")
        assert page.locator("#help").is_visible()
        page.keyboard.press("Escape")
        page.reload()
        assert text_of(page, 1) == "Frase número 1."
        assert page.locator("#done").inner_text() == "3"
    first = unit_of(db_path, DAY, 0)
    with store.opened(db_path) as db:
        revisions = [store.history(db, first + i)[0] for i in range(3)]
        assert [row["actor"] for row in revisions] == ["Ana"] * 3
        assert all(row["seconds"] is not None and row["seconds"] < 60 for row in revisions)
    out = tmp_path / "day"
    arguments = [
        "export",
        "--db",
        str(db_path),
        "--to",
        "es",
        "--document",
        str(DAY),
        "--state",
        "reviewed",
        "--format",
        "tsv",
    ]
    result = CliRunner().invoke(main, [*arguments, "--out", str(out)])
    assert result.exit_code == 0, result.output
    exported = out.with_name("day.tsv").read_text("utf-8")
    assert "Frase número 2." in exported
    assert "SENTENCE NUMBER 3." not in exported


def test_every_action_has_a_key(server: tuple[str, Path], browser: Browser) -> None:
    url, db_path = server
    first = unit_of(db_path, KEYS, 0)
    with store.opened(db_path) as db:
        store.save_findings(
            db, [(first + 7, "numbers", [Finding("numbers", "warning", "8 is gone")])]
        )
    with desk(browser, url) as ana:
        page = ana.open(f"/{KEYS}/es", "Ana")
        page.locator("#p0 textarea").focus()
        page.keyboard.press("Control+i")
        holds(page, 0, "Sentence number 0.")
        page.wait_for_selector("#side-body [data-draft]")
        page.keyboard.press("Control+1")
        holds(page, 0, "SENTENCE NUMBER 0.")
        page.keyboard.press("Control+z")  # the browser's own undo
        holds(page, 0, "Sentence number 0.")
        page.keyboard.press("Control+Shift+Enter")  # save and next
        in_hand(page, "p1")
        said(page, "Saved")
        assert stored(db_path, first) == ("Sentence number 0.", "translated")
        page.keyboard.press("Alt+z")
        said(page, "Undone")
        assert stored(db_path, first)[0] == "SENTENCE NUMBER 0."
        assert text_of(page, 0) == "SENTENCE NUMBER 0."
        page.keyboard.press("Control+Enter")
        page.wait_for_selector("#p1[data-state=reviewed]")
        page.keyboard.press("Alt+z")
        page.wait_for_selector("#p1[data-state=translated]")
        page.keyboard.press("Alt+r")  # reject the second of the list, where the focus is
        in_hand(page, "p3")
        said(page, "Rejected")
        with store.opened(db_path) as db:
            assert store.unit(db, first + 2).sub_state == "wb:rejected"
        page.keyboard.press("F8")
        in_hand(page, "p7")
        page.wait_for_selector("text=8 is gone")
        page.keyboard.press("F6")  # into the panel and back
        page.wait_for_function(
            "() => document.getElementById('side').contains(document.activeElement)"
        )
        page.keyboard.press("F6")
        in_hand(page, "p7")
        page.keyboard.press("Control+g")
        page.keyboard.type("11")
        page.keyboard.press("Enter")
        in_hand(page, "p10")
        page.keyboard.press("Alt+f")
        page.keyboard.type("number 5")
        with leaving(page):
            page.keyboard.press("Enter")
        assert page.locator(".unit").count() == 1
        assert "1 unit found" in page.locator(".sift summary").inner_text()


def test_own_keys(server: tuple[str, Path], browser: Browser) -> None:
    url, _ = server
    with desk(browser, url) as ana:
        page = ana.open(f"/{KEYS}/es", "Ana")
        page.keyboard.press("?")
        change = page.get_by_role("button", name=re.compile("^next unit, everywhere"))
        message = page.locator("#help [role=status]")
        for taken, words in (
            ("Control+s", "is taken: save"),
            ("Control+t", "belongs to the browser"),
            ("q", "alone is for typing"),
        ):
            change.press("Enter")
            page.keyboard.press(taken)
            assert words in message.inner_text()
        change.press("Enter")
        page.keyboard.press("Alt+ArrowRight")
        assert "Alt+→" in change.inner_text().replace("\n", "")
        page.keyboard.press("Escape")
        page.reload()
        ready(page)
        page.locator("#p0 textarea").focus()
        page.keyboard.press("Alt+ArrowRight")
        in_hand(page, "p1")
        page.keyboard.press("Alt+ArrowDown")
        in_hand(page, "p1")
        page.keyboard.press("Control+/")
        page.get_by_role("button", name="All as they came").press("Enter")
        page.keyboard.press("Escape")
        page.keyboard.press("Alt+ArrowDown")
        in_hand(page, "p2")


def test_keys_of_a_mac(server: tuple[str, Path], browser: Browser) -> None:
    url, _ = server
    with desk(browser, url) as ana:
        ana.context.add_init_script(
            "Object.defineProperty(navigator, 'platform', { value: 'MacIntel' })"
        )
        page = ana.open(f"/{KEYS}/es", "Ana")
        page.locator("#p12 textarea").focus()
        page.keyboard.press("Meta+i")
        holds(page, 12, "Sentence number 12.")
        page.keyboard.press("Alt+s")  # a letter of some languages
        assert page.locator("#split").is_hidden()
        page.keyboard.press("Control+g")
        assert page.locator("#jump").is_hidden()
        page.keyboard.press("Control+c")
        page.wait_for_selector("#claim[open]")


def test_a_long_text_goes_on_by_itself(server: tuple[str, Path], browser: Browser) -> None:
    url, _ = server
    with desk(browser, url) as ana:
        page = ana.open(f"/{LONG}/es", "Ana")
        page.locator("#p40 textarea").fill("Half a thou")
        page.locator("#p99 textarea").focus()
        page.keyboard.press("Alt+ArrowDown")
        in_hand(page, "p100")
        for window in (200, 300, 400):
            page.locator(".unit").last.locator("textarea").focus()
            page.wait_for_function("id => document.getElementById(id)", arg=f"p{window}")
        # the list stays bounded
        assert page.locator("#p40").count() == 0
        assert page.locator(".unit").count() <= 400
        page.locator("#p459 textarea").focus()
        page.wait_for_function("() => /at=400#p459$/.test(location.href)")
        page.reload()
        in_hand(page, "p459")
        assert page.locator("#turn-next").inner_text() == "End of the text."
        page.locator("#p400 textarea").focus()
        page.keyboard.press("Alt+ArrowUp")
        in_hand(page, "p399")
        page.wait_for_function("() => /at=300#p399$/.test(location.href)")
        page.locator("#p459 textarea").focus()
        page.wait_for_function("() => /at=400#p459$/.test(location.href)")
        page.keyboard.press("Control+g")
        page.keyboard.type("41")
        with leaving(page):
            page.keyboard.press("Enter")
        in_hand(page, "p40")
        assert text_of(page, 40) == "Half a thou"
        assert "not saved yet" in page.locator("#p40 .notice").inner_text()
        page.keyboard.press("Control+End")
        page.keyboard.type("ght")  # letters are text after a way to another page, too
        holds(page, 40, "Half a thought")


def test_a_filtered_list_goes_both_ways_and_shows_what_was_found(
    server: tuple[str, Path], browser: Browser
) -> None:
    url, _ = server
    with desk(browser, url) as ana:
        page = ana.open(f"/{LONG}/es?text=nÚmber&at=230", "Ana")
        page.locator("#p230 textarea").focus()
        page.keyboard.press("Alt+ArrowUp")
        in_hand(page, "p229")
        page.wait_for_function("() => /at=130#p229$/.test(location.href)")
        page.locator("#p130 textarea").focus()
        page.wait_for_selector("#p30", state="attached")
        lit = "name => CSS.highlights.get(name).size"
        assert page.evaluate(lit, "found") == page.evaluate(lit, "found-behind")
        before = page.evaluate(lit, "found-behind")
        page.locator("#p130 textarea").fill("number, number and NÚMBER")
        assert page.evaluate(lit, "found-behind") == before + 2  # three where one was


def test_undo_reaches_what_was_saved_before_the_page_came(
    server: tuple[str, Path], browser: Browser
) -> None:
    url, db_path = server
    first, second = unit_of(db_path, BACK, 0), unit_of(db_path, BACK, 1)
    with desk(browser, url) as ana:
        page = ana.open(f"/{BACK}/es", "Ana")
        for position, text in ((0, "Uno"), (1, "Dos"), (0, "Uno.")):
            page.locator(f"#p{position} textarea").fill(text)
            page.locator(f"#p{position} textarea").press("Control+Enter")
            page.wait_for_selector(f"#p{position}:not(.waiting)[data-state=reviewed]")
        page.reload()
        ready(page)
        page.keyboard.press("Alt+z")
        holds(page, 0, "Uno")
        for _ in range(3):
            page.keyboard.press("Alt+z")
        said(page, "nothing to undo")
        holds(page, 0, "SENTENCE NUMBER 0.")
        holds(page, 1, "SENTENCE NUMBER 1.")
    assert stored(db_path, first) == ("SENTENCE NUMBER 0.", "translated")
    assert stored(db_path, second) == ("SENTENCE NUMBER 1.", "translated")


def test_two_people_on_one_unit_lose_nothing(server: tuple[str, Path], browser: Browser) -> None:
    url, db_path = server
    unit = unit_of(db_path, TWO, 5)
    edit(db_path, unit, "The old dog sleeps in the house.", "Eve")
    with desk(browser, url) as ana, desk(browser, url) as ben:
        mine = ben.open(f"/{TWO}/es", "Ben")
        page = ana.open(f"/{TWO}/es", "Ana")
        # both have begun before either saves; where nothing is typed, a page takes over the other's text
        mine.locator("#p5 textarea").fill("The old dog sleeps in the garden.")
        page.locator("#p5 textarea").fill("The young dog sleeps in the house.")
        page.locator("#p5 textarea").press("Control+s")
        said(page, "Saved")
        mine.locator("#p5 textarea").press("Control+Enter")
        said(mine, "Both texts are shown")
        notice = mine.locator("#p5 .notice")
        assert "Ana changed this unit" in notice.inner_text()
        assert notice.locator("ins").all_inner_texts() == ["young", "garden"]
        # nothing was applied by itself
        assert text_of(mine, 5) == "The old dog sleeps in the garden."
        assert stored(db_path, unit)[0] == "The young dog sleeps in the house."
        mine.get_by_role("button", name="Put both together").click()
        holds(mine, 5, "The young dog sleeps in the garden.")
        # the same word: no merge will be offered
        page.locator("#p5 textarea").fill("The young cat sleeps in the house.")
        mine.locator("#p5 textarea").press("Control+Enter")
        said(mine, "Saved")
        assert stored(db_path, unit) == ("The young dog sleeps in the garden.", "reviewed")
        page.locator("#p5 textarea").press("Control+s")
        said(page, "Both texts are shown")
        edit(db_path, unit, "The young fox sleeps in the garden.", "Eve")
        page.get_by_role("button", name="Keep mine").click()
        page.wait_for_function(
            "() => document.querySelector('#p5 .notice').textContent.includes('Eve')"
        )
        assert page.get_by_role("button", name="Put both together").count() == 0
        page.get_by_role("button", name="Take theirs").click()
        holds(page, 5, "The young fox sleeps in the garden.")
        assert page.locator("#p5 .notice").is_hidden()


def test_unsent_text_survives(server: tuple[str, Path], browser: Browser) -> None:
    url, db_path = server
    with desk(browser, url) as ana:
        page = ana.open(f"/{UNSENT}/es", "Ana")
        page.locator("#p7 textarea").fill("Half a thou")
        page.close()
        page = ana.open(f"/{UNSENT}/es")
        holds(page, 7, "Half a thou")
        assert "not saved yet" in page.locator("#p7 .notice").inner_text()
        # meanwhile another person saves: both texts are shown
        edit(db_path, unit_of(db_path, UNSENT, 7), "Stored")
        page.reload()
        holds(page, 7, "Half a thou")
        page.wait_for_function(
            "() => document.querySelector('#p7 .notice').textContent.includes('Stored')"
        )
        page.locator("#p7").get_by_role("button", name="Take theirs").click()
        holds(page, 7, "Stored")


@pytest.mark.parametrize("storage", ["full", "blocked"])
def test_without_storage_the_page_works_and_says_so(
    server: tuple[str, Path], browser: Browser, storage: str
) -> None:
    url, db_path = server
    unit = unit_of(db_path, UNSENT, 9)
    fail = "{ throw new DOMException('no', 'QuotaExceededError'); }"
    broken = {
        "full": f"Storage.prototype.setItem = () => {fail};",
        "blocked": f"Object.defineProperty(window, 'localStorage', {{ get() {fail} }});",
    }[storage]
    with desk(browser, url) as ana:
        ana.context.add_init_script(
            broken + "Object.defineProperty(window, 'indexedDB', { value: null });"
        )
        page = ana.open(f"/{UNSENT}/es", "Ana")
        page.locator("#p9 textarea").fill(f"Typed while {storage}")
        said(page, "cannot keep unsent text")
        with page.expect_event("dialog") as asked:
            page.close(run_before_unload=True)
        assert asked.value.type == "beforeunload"
        asked.value.dismiss()
        page.locator("#p9 textarea").press("Control+s")
        said(page, "Saved")
        assert stored(db_path, unit)[0] == f"Typed while {storage}"


def test_without_a_name_the_text_stays_and_is_saved_then(
    server: tuple[str, Path], browser: Browser
) -> None:
    url, db_path = server
    with desk(browser, url) as nobody:
        page = nobody.open(f"/{UNSENT}/es")
        page.locator("#p11 textarea").fill("Nobody's text")
        page.locator("#p11 textarea").press("Control+s")
        said(page, "Type your name first")
        page.wait_for_function("() => document.activeElement.id === 'name'")
        sign_in(page, "Ana")
        in_hand(page, "p11")
        holds(page, 11, "Nobody's text")
        said(page, "Saved")
    assert stored(db_path, unit_of(db_path, UNSENT, 11))[0] == "Nobody's text"


def test_saves_made_offline_are_sent_in_order(server: tuple[str, Path], browser: Browser) -> None:
    url, db_path = server
    first, second = unit_of(db_path, UNSENT, 1), unit_of(db_path, UNSENT, 2)
    with desk(browser, url) as ana:
        page = ana.open(f"/{UNSENT}/es", "Ana")
        ana.context.set_offline(True)
        for position, text in ((1, "One"), (2, "Two"), (1, "One again")):
            page.locator(f"#p{position} textarea").fill(text)
            page.locator(f"#p{position} textarea").press("Control+s")
        said(page, "no connection")
        assert page.locator(".unit.waiting").count() == 2
        ana.context.set_offline(False)
        page.reload()  # not even the page needs to live
        page.wait_for_function(
            "() => document.body.dataset.ready && !document.querySelector('.waiting')"
        )
        holds(page, 1, "One again")  # sent by the old page or by the new one
    with store.opened(db_path) as db:
        assert [row["after"] for row in store.history(db, first)] == ["One again", "One"]
        assert [row["after"] for row in store.history(db, second)] == ["Two"]


def test_an_answer_that_is_cut_off_is_asked_for_again(
    server: tuple[str, Path], browser: Browser
) -> None:
    url, db_path = server
    unit = unit_of(db_path, UNSENT, 3)
    with desk(browser, url) as ana:
        page = ana.open(f"/{UNSENT}/es", "Ana")
        page.route("**/save", lambda route: route.fulfill(status=200, body='{"unit": {"i'), times=1)
        for text in ("First", "Second"):
            page.locator("#p3 textarea").fill(text)
            page.locator("#p3 textarea").press("Control+s")
        said(page, "Saved")
        page.wait_for_function("() => !document.querySelector('.waiting')")
    with store.opened(db_path) as db:
        assert [row["after"] for row in store.history(db, unit)] == ["Second", "First"]


def test_the_panel(server: tuple[str, Path], browser: Browser) -> None:
    url, db_path = server
    unit = unit_of(db_path, PANEL, 3)
    with store.opened(db_path) as db:
        with store.running(db, "translate", {}) as run:
            pending = store.PendingUnit(unit, -1, 3, "Sentence number 3.")
            store.save_drafts(
                db, [store.UnitDraft(pending, [candidate("Otra frase.", -0.9)])], run.run_id
            )
            run.counts["drafted"] = 1
        store.save_findings(db, [(unit, "numbers", [Finding("numbers", "warning", "3 is gone")])])
        store.add_terms(db, "en", "es", [Term("number", "número")])
        store.ensure_units(db, PANEL, "fr")
    edit(db_path, unit_of(db_path, PANEL, 4), "Frase número 4.", "Eve", state="reviewed")
    with desk(browser, url) as ana:
        page = ana.open(f"/{PANEL}/es", "Ana")
        page.evaluate(
            "() => { window.seen = [];"
            " document.addEventListener('workbench:unit', (event) => seen.push(event.detail.id)); }"
        )
        page.locator("#p3 textarea").focus()
        side = page.locator("#side-body")
        side.get_by_text("3 is gone").wait_for()
        assert page.evaluate("window.seen") == [unit]
        assert page.locator("#word-links").count() == 1
        assert side.get_by_text("número", exact=True).count() == 1
        assert "Frase número 4." in side.get_by_role("region", name="Memory").inner_text()
        assert side.get_by_role("link", name="French").count() == 1
        page.keyboard.press("Control+2")
        holds(page, 3, "Otra frase.")
        page.keyboard.press("Control+s")
        # the checks have looked again
        side.get_by_text("not in the target: 3").wait_for()
        side.get_by_label("Why numbers is no fault").fill("it is spelled out")
        side.get_by_role("button", name="Dismiss").click()
        side.get_by_text("dismissed by Ana: it is spelled out").wait_for()
        page.wait_for_selector("#p3 .flag", state="detached")
        side.locator("summary", has_text="History (1)").click()
        side.get_by_role("button", name="Restore what it was before").click()
        holds(page, 3, "SENTENCE NUMBER 3.")
        assert stored(db_path, unit)[0] == "SENTENCE NUMBER 3."
        page.locator("#p3 textarea").focus()
        page.keyboard.press("Alt+n")
        page.keyboard.type('@Ben is this right? <b>"bold"</b>')
        page.reload()  # a note that was not sent is kept as well
        ready(page)
        page.locator("#p3 textarea").focus()
        note = side.get_by_label("A note on this unit")
        note.press("Control+Enter")
        side.locator(".mention", has_text="@Ben").wait_for()
        side.get_by_role("button", name="Settled").click()
        side.get_by_text("settled by Ana").wait_for()
    with store.opened(db_path) as db:
        assert store.notes(db, unit)[0]["mentions"] == ["Ben"]


def test_people_see_each_other(server: tuple[str, Path], browser: Browser) -> None:
    url, db_path = server
    unit = unit_of(db_path, CUT, 10)
    with desk(browser, url) as ana, desk(browser, url) as ben:
        page = ana.open(f"/{CUT}/es", "Ana")
        page.locator("#p8 textarea").focus()
        page.keyboard.press("Alt+c")
        page.locator("#claim input").nth(1).fill("10")
        page.locator("#claim").get_by_role("button", name="Claim").press("Enter")
        said(page, "2 units are kept for you")
        in_hand(page, "p8")
        mine = ben.open(f"/{CUT}/es", "Ben")
        assert "kept for Ana" in mine.locator("#p9").inner_text()
        mine.locator("#p10 textarea").focus()
        mine.get_by_role("button", name="Ana at 9").wait_for()
        mine.locator("#p8 .people", has_text="Ana is here").wait_for()
        mine.locator("#p9 textarea").fill("Ben's")
        mine.locator("#p9 textarea").press("Control+s")
        said(mine, "Ana has claimed this unit")
        assert text_of(mine, 9) == "Ben's"
        # what another person stores is shown where nothing is being typed
        edit(db_path, unit, "From Eve", "Eve")
        mine.locator("#p11 textarea").focus()
        holds(mine, 10, "From Eve")


def test_split_and_merge(server: tuple[str, Path], browser: Browser) -> None:
    url, _ = server
    with desk(browser, url) as ana:
        page = ana.open(f"/{CUT}/es", "Ana")
        page.locator("#p2 textarea").focus()
        with leaving(page):
            page.keyboard.press("Alt+m")
        in_hand(page, "p2")
        ready(page)
        assert page.locator("#p2 .source").inner_text() == "Sentence number 2. Sentence number 3."
        page.keyboard.press("Alt+s")
        for _ in range(19):
            page.keyboard.press("ArrowRight")
        page.keyboard.type("nothing is written here")
        page.keyboard.press("Enter")
        for _ in range(19):
            page.keyboard.press("ArrowRight")
        with leaving(page):
            page.keyboard.press("Enter")
        in_hand(page, "p2")
        assert page.locator("#p2 .source").inner_text() == "Sentence number 2."
        assert text_of(page, 3) == "SENTENCE NUMBER 3."


def test_what_is_not_there_is_said_and_nobody_is_moved(
    server: tuple[str, Path], browser: Browser
) -> None:
    url, db_path = server
    for position in range(1, 14):
        edit(db_path, unit_of(db_path, DONE, position), "Hecho.", state="reviewed")
    with desk(browser, url) as ana:
        page = ana.open(f"/{DONE}/es", "Ana")
        page.locator("#p0 textarea").fill(" ")
        page.keyboard.press("Control+Enter")
        said(page, "Unit 1 has no text yet")
        in_hand(page, "p0")
        page.locator("#p0 textarea").fill("Hecho.")
        page.keyboard.press("Control+Enter")
        in_hand(page, "p1")
        page.wait_for_selector("#p0[data-state=reviewed]")
        page.keyboard.press("Control+.")
        said(page, "Every unit is reviewed")
        page.keyboard.press("F8")
        said(page, "No unit has findings")
        in_hand(page, "p1")


def test_the_field_of_a_long_unit_is_in_sight(server: tuple[str, Path], browser: Browser) -> None:
    url, db_path = server
    with store.opened(db_path) as db:
        added = add_text(db, ["Short.", "Long words " * 300, "End."], path="tall.txt")
        draft_all(db, added.document_id)
    with desk(browser, url) as wide, desk(browser, url, width=390) as narrow:
        for each in (wide, narrow):
            page = each.open(f"/{added.document_id}/es", "Ana")
            page.locator("#p0 textarea").focus()
            page.keyboard.press("Alt+ArrowDown")
            in_hand(page, "p1")
            top = page.locator("#p1 textarea").evaluate("area => area.getBoundingClientRect().top")
            assert 0 < top < 400


def test_without_javascript(server: tuple[str, Path], browser: Browser) -> None:
    url, db_path = server
    unit = unit_of(db_path, PLAIN, 3)
    with desk(browser, url, java_script_enabled=False) as plain:
        page = plain.open(f"/{PLAIN}/es", scripts=False)
        page.locator("#p3 textarea").fill("Sin guion todo va bien")
        page.locator("#p3").get_by_role("button", name="Accept").click()
        page.fill("#asked", "Ana")
        page.locator("main").get_by_role("button", name="Save").click()
        page.wait_for_url(f"**/-/workbench/{PLAIN}/es#p3")
        assert text_of(page, 3) == "Sin guion todo va bien"
        assert stored(db_path, unit) == ("Sin guion todo va bien", "reviewed")
        # a conflict, with the merge as a choice
        edit(db_path, unit, "Sin guion todo va mal")
        page.locator("#p3 textarea").fill("Con guion todo va bien")
        page.locator("#p3").get_by_role("button", name="Save").click()
        page.get_by_role("heading", name="Two texts for one unit").wait_for()
        assert page.locator("#merged").input_value() == "Con guion todo va mal"
        page.get_by_role("button", name="Save both together").click()
        page.wait_for_url(f"**/-/workbench/{PLAIN}/es#p3")
        assert stored(db_path, unit)[0] == "Con guion todo va mal"
        # the unit's own page: restore, and a note
        page.goto(f"{plain.url}/unit/{unit}")
        page.get_by_role("button", name="Restore what it was before").first.click()
        page.wait_for_selector("text=restored version")
        page.fill(".note-form textarea", "Written without a script")
        page.get_by_role("button", name="Add note").click()
        page.wait_for_selector("text=Written without a script")
        page.goto(f"{plain.url}/{PLAIN}/es")
        page.locator(".sift summary").click()
        page.locator("[name=state]").select_option("reviewed")
        page.get_by_role("button", name="Filter").click()
        page.wait_for_url("**state=reviewed**")
        counts(page.locator(".unit"), 1)


def test_a_unit_has_a_page_of_its_own(server: tuple[str, Path], browser: Browser) -> None:
    url, db_path = server
    unit = unit_of(db_path, PLAIN, 8)
    with desk(browser, url) as ana:
        page = ana.open(f"/unit/{unit}", "Ana")
        page.locator("textarea").first.fill("Casi")
        page.reload()
        page.wait_for_function("() => document.querySelector('.unit textarea').value === 'Casi'")
        page.locator("textarea").first.press("Control+Enter")
        said(page, "accepted")
        page.get_by_role("button", name="Final").click()
        page.wait_for_selector(".unit[data-state=final]")
    assert stored(db_path, unit) == ("Casi", "final")


def test_direction_and_language(server: tuple[str, Path], browser: Browser) -> None:
    url, _ = server
    with desk(browser, url) as ana:
        page = ana.open(f"/{RTL}/ar", "Ana")
        area = page.locator("#p1 textarea")
        assert area.evaluate("(area) => getComputedStyle(area).direction") == "rtl"
        assert area.get_attribute("lang") == "ar"
        source = page.locator("#p1 .source")
        assert (source.get_attribute("lang"), source.get_attribute("dir")) == ("en", "ltr")
        page = ana.open(f"/{RTL}/ja")
        assert page.locator("#p1 textarea").evaluate("(area) => area.lang + area.dir") == "jaltr"


def test_the_heading_stays_in_sight(server: tuple[str, Path], browser: Browser) -> None:
    url, db_path = server
    with store.opened(db_path) as db:
        document = add_chapters(db)
    with desk(browser, url) as ana:
        page = ana.open(f"/{document}/es", "Ana")
        page.locator("#p30 textarea").focus()
        assert page.locator(".head .heading").inner_text().strip() == "· Chapter 2"
        assert page.locator("#p20").evaluate("(unit) => unit.classList.contains('level2')")
        page = ana.open(f"/{document}/es?at=15")
        assert page.locator(".head .heading").inner_text().strip() == "· Chapter 1"


def add_chapters(db: Database) -> int:
    texts = [f"Chapter {i // 20 + 1}" if i % 20 == 0 else f"Line {i}." for i in range(40)]
    segments = [
        Segment(i, i, "heading" if i % 20 == 0 else "paragraph", 2, 10 * i, 10 * i + 9, text)
        for i, text in enumerate(texts)
    ]
    new = store.NewDocument(
        f"chapters{id(db)}.txt", "Chapters", "en", "txt", b"x%d" % id(db), "utf-8"
    )
    added = store.add_document(db, new, segments)
    draft_all(db, added.document_id)
    return added.document_id

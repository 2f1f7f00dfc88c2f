"""Word links over HTTP and in a real browser, on both Datasette lines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import LINES, desk, served
from samples import add_text
from site_client import Client

from workbench import store
from workbench.store import Edit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

TEXTS = [
    ("The keeper of the lighthouse <b>wrote</b> & slept.", "Le gardien du phare <b>écrivait</b> & dormait."),
    ("The sea was calm.", "La mer était calme."),
    ("Nobody came.", "Personne ne vint."),
    ("The lamp.", "La lampe."),
    ("Peace!", "!السلام"),
    ("Mine.", "À moi."),
    ("The dog.", "Le chien <."),
    ("Peace committee.", "和平委员会。"),
]  # fmt: skip
XSS, CALM, KEYS, SHARED, ARABIC, KEPT, PLAIN, CHINESE = range(1, 9)


@pytest.fixture(scope="module", params=LINES)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    db_path = tmp_path_factory.mktemp("words") / "workbench.db"
    with store.opened(db_path) as db:
        document = add_text(db, [source for source, _ in TEXTS]).document_id
        store.ensure_units(db, document, "fr")
        for unit_id, (_, target) in enumerate(TEXTS, 1):
            store.edit_unit(db, Edit(unit_id, 0, "eve", target=target))
    with served(db_path, LINES[request.param]) as url:
        yield url, db_path


def words_of(unit_id: int) -> str:
    return f"/-/workbench/unit/{unit_id}/words"


def decide(
    client: Client, unit_id: int, seen: dict[str, Any], **changes: object
) -> tuple[int, dict[str, Any]]:
    """Decide about the first words of both texts, as seen."""
    body = {
        "version": seen["version"], "text": seen["text"], "source": 0, "target": 0, "linked": True,
        **changes,
    }  # fmt: skip
    return client.post(words_of(unit_id), body)


def named(server: tuple[str, Path], name: str) -> Client:
    client = Client(*server)
    client.name(name)
    return client


def links(words: dict[str, Any]) -> set[tuple[int, int]]:
    return {(source, target) for source, target, _, _ in words["links"]}


def test_words_are_shown_whole_and_linked_by_the_lexicon(server: tuple[str, Path]) -> None:
    client = Client(*server)
    words = client.get_json(words_of(XSS))
    assert words["version"] == 0
    for side, text in zip(("source", "target"), TEXTS[XSS - 1], strict=True):
        assert "".join(gap + word for gap, word in words[side]["words"]) == text
    names = {
        (words["source"]["words"][i][1], words["target"]["words"][j][1]) for i, j in links(words)
    }
    assert {("keeper", "gardien"), ("lighthouse", "phare")} <= names
    with store.opened(client.db_path) as db:  # looking writes nothing
        assert store.unit_links(db, XSS).version == 0
    for path in (words_of(99), words_of(10**30), f"/-/workbench/unit/{10**30}/links"):
        assert client.ask("GET", path)[0] == 404


def test_two_people_decide_about_one_unit(server: tuple[str, Path]) -> None:
    ana, ben = named(server, "ana"), named(server, "ben")
    seen = ana.get_json(words_of(SHARED))
    status, after = decide(ana, SHARED, seen, target=1)
    assert status == 200
    assert [0, 1, 1.0, "ana"] in after["links"]
    status, answer = decide(ben, SHARED, seen)
    assert status == 409
    assert [0, 1, 1.0, "ana"] in answer["links"]
    status, after = decide(ben, SHARED, answer, target=1, linked=False)
    assert status == 200
    assert (0, 1) not in links(after)
    with store.opened(ana.db_path) as db:
        decisions = store.link_decisions(db, [SHARED])[SHARED]
        assert [(made.actor, made.linked) for made in decisions] == [("ana", True), ("ben", False)]
        unit = store.unit(db, SHARED)
        store.edit_unit(db, Edit(SHARED, unit.version, "eve", target="Une lampe."))
    assert decide(ben, SHARED, after)[0] == 409
    fresh = ben.get_json(words_of(SHARED))
    assert fresh["version"] == 0
    assert fresh["target"]["words"][0] == ["", "Une"]


def test_a_unit_kept_for_somebody_is_linked_by_nobody_else(server: tuple[str, Path]) -> None:
    ana, ben = named(server, "ana"), named(server, "ben")
    with store.opened(ana.db_path) as db:
        store.claim(db, [KEPT], "ana", "ana", hours=1)
    seen = ben.get_json(words_of(KEPT))
    status, answer = decide(ben, KEPT, seen)
    assert status == 423
    assert "ana has claimed this unit" in answer["error"]
    assert decide(ana, KEPT, seen)[0] == 200


def test_forms_link_and_part_without_a_script(server: tuple[str, Path], browser: Browser) -> None:
    url, db_path = server
    with desk(browser, url, java_script_enabled=False) as mine:
        page = mine.open(f"/unit/{PLAIN}", scripts=False)
        page.get_by_role("link", name="Word links").click()
        page.get_by_label("Word of the source").select_option(label="2 dog")
        page.get_by_label("Word of the translation").select_option(label="3 <")
        page.get_by_role("button", name="Link").click()
        page.fill("#asked", "ana")
        page.locator("main").get_by_role("button", name="Save").click()
        row = page.get_by_role("row").filter(has_text="ana")
        assert row.get_by_role("cell").all_inner_texts()[:4] == ["dog", "<", "100 %", "ana"]
        row.get_by_role("button", name="Part dog and <").click()
        row.wait_for(state="detached")
    with store.opened(db_path) as db:
        decided = store.link_decisions(db, [PLAIN])[PLAIN]
        assert [(made.target_text, made.linked) for made in decided] == [
            ("<", True), ("<", False)
        ]  # fmt: skip
    stale = named(server, "ben")
    status, text, _ = stale.form(words_of(PLAIN), version="0", text="x", source="0", target="0")
    assert status == 409
    assert "decide again" in text


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"source": 99}, 400),
        ({"target": -1}, 400),
        ({"source": "x"}, 400),
        ({"source": 1.5}, 400),
        ({"version": 10**30}, 400),
        ({"version": None}, 400),
        ({"text": 7}, 400),
        ({"text": "other"}, 409),
    ],
)
def test_what_is_refused(
    changes: dict[str, object], expected: int, server: tuple[str, Path]
) -> None:
    client = named(server, "mal")
    seen = client.get_json(words_of(KEYS))
    assert decide(client, KEYS, seen, **changes)[0] == expected
    with store.opened(client.db_path) as db:
        assert KEYS not in store.link_decisions(db, [KEYS])


def test_other_sites_and_the_nameless_cannot_decide(server: tuple[str, Path]) -> None:
    client = Client(*server)
    seen = client.get_json(words_of(CALM))
    assert decide(client, CALM, seen)[0] == 401
    client.name("mal")
    body = {"version": seen["version"], "text": seen["text"], "source": 0, "target": 0, "linked": 1}
    sent = {"content-type": "application/json", "x-csrftoken": client.token()}
    for forged in ({"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}):
        status, _, _ = client.ask("POST", words_of(CALM), json.dumps(body), {**sent, **forged})
        assert status == 403
    assert client.ask("GET", words_of(CALM), headers={"host": "evil.example"})[0] == 403


def told(page: Page, text: str) -> None:
    """Wait until the line under the words says something."""
    page.wait_for_function(
        "text => document.querySelector('#word-links [role=status]')?.textContent.includes(text)",
        arg=text,
    )


def partner_of(page: Page, word: str) -> list[str]:
    page.locator("[data-side=source] .word", has_text=word).first.hover()
    return page.locator("#word-links .partner").all_inner_texts()


def test_partners_light_up_and_are_changed_by_mouse(
    server: tuple[str, Path], browser: Browser
) -> None:
    url, db_path = server
    with desk(browser, url) as mine:
        page = mine.open(f"/unit/{CALM}", "ana")
        page.wait_for_selector("#word-links .word")
        assert partner_of(page, "sea") == ["mer"]
        source, target = (
            page.locator(f"[data-side={side}] .word") for side in ("source", "target")
        )
        source.nth(1).click()
        assert source.nth(1).get_attribute("aria-pressed") == "true"
        target.nth(3).click()
        told(page, "are linked")
        assert partner_of(page, "sea") == ["mer", "calme"]
        assert Axe().run(page).violations_count == 0
    with store.opened(db_path) as db:
        made = [link for link in store.unit_links(db, CALM).links if link.made_by]
        assert [(link.source_word, link.target_word, link.made_by) for link in made] == [
            ("sea", "calme", "ana")
        ]


def test_words_are_linked_and_parted_by_keys(server: tuple[str, Path], browser: Browser) -> None:
    url, db_path = server
    with desk(browser, url) as mine:
        page = mine.open("/1/fr", "ana")
        page.focus(f"#p{KEYS - 1} textarea")
        page.wait_for_selector("#word-links .word")
        page.keyboard.press("Alt+L")
        for key in ("ArrowRight", "Enter", "ArrowDown"):  # came, and its partner
            page.keyboard.press(key)
        there = page.evaluate("document.activeElement.textContent")
        assert there == "vint"
        page.keyboard.press("Enter")
        told(page, "are parted")
        assert page.evaluate("document.activeElement.textContent") == there
        for key in ("Enter", "ArrowUp", "Home", "ArrowRight", "Enter"):
            page.keyboard.press(key)
        told(page, "are linked")
        page.keyboard.press("Enter")
        page.keyboard.press("Escape")
        assert page.locator("[aria-pressed=true]").count() == 0
    with store.opened(db_path) as db:
        assert [made.linked for made in store.link_decisions(db, [KEYS])[KEYS]] == [False, True]


def test_characters_of_one_word_light_up_together(
    server: tuple[str, Path], browser: Browser
) -> None:
    url, db_path = server
    with desk(browser, url) as mine:
        page = mine.open(f"/unit/{CHINESE}", "ana")
        page.wait_for_selector("#word-links .word")
        page.keyboard.press("Alt+L")
        assert page.evaluate("document.activeElement.textContent") == "Peace"
        with store.opened(db_path) as db:
            there = {
                link.target for link in store.unit_links(db, CHINESE).links if link.source == 1
            }
        for character in {2, 3, 4} - there:
            page.locator("[data-side=source] .word").nth(1).click()
            page.locator("[data-side=target] .word").nth(character).click()
            told(page, f"committee and {'和平委员会'[character]} are linked")
        page.locator("[data-side=target] .word").nth(3).focus()
        assert "".join(page.locator("#word-links .self").all_inner_texts()) == "委员会"


def test_without_a_name_it_asks_for_one(server: tuple[str, Path], browser: Browser) -> None:
    url, _ = server
    with desk(browser, url) as mine:
        page = mine.open(f"/unit/{ARABIC}")
        page.wait_for_selector("#word-links .word")
        page.locator("[data-side=source] .word").first.click()
        page.locator("[data-side=target] .word").first.click()
        told(page, "name first")

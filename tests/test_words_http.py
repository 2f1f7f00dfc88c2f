"""Word links over HTTP and in a real browser, on both Datasette lines."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import LINES, chromium, desk, served
from samples import add_text

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
]  # fmt: skip
XSS, CALM, KEYS, SHARED = 1, 2, 3, 4
ARABIC = 5


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


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


class Person:
    """Somebody who sends what our script sends."""

    def __init__(self, url: str, name: str = "") -> None:
        self.url = f"{url}/-/workbench"
        self.opener: OpenerDirector = build_opener(HTTPCookieProcessor())
        page = self.opener.open(self.url).read().decode()
        found = re.search(r'name="workbench-csrf" content="([^"]*)"', page)
        self.token = found[1] if found else ""
        self.name = name

    def ask(self, unit_id: int, body: object = None, **headers: str) -> tuple[int, dict[str, Any]]:
        """The words of a unit, or the answer to what is sent."""
        data = None if body is None else json.dumps(body).encode()
        sent = {"content-type": "application/json", "x-csrftoken": self.token, **headers}
        request = Request(f"{self.url}/unit/{unit_id}/words", data, sent)
        try:
            with self.opener.open(request) as response:
                status, text = response.status, response.read().decode()
        except HTTPError as error:
            status, text = error.code, error.read().decode()
        return status, json.loads(text) if text.startswith("{") else {"text": text}

    def decide(
        self, unit_id: int, seen: dict[str, Any], **changes: object
    ) -> tuple[int, dict[str, Any]]:
        """Decide about the first words of both texts, as seen."""
        body = {
            "version": seen["version"], "text": seen["text"], "source": 0, "target": 0,
            "linked": True, "name": self.name, **changes,
        }  # fmt: skip
        return self.ask(unit_id, body)


def links(words: dict[str, Any]) -> set[tuple[int, int]]:
    return {(source, target) for source, target, _, _ in words["links"]}


def test_words_are_shown_whole_and_linked_by_the_lexicon(server: tuple[str, Path]) -> None:
    url, db_path = server
    status, words = Person(url).ask(XSS)
    assert status == 200
    assert words["version"] == 0
    for side, text in zip(("source", "target"), TEXTS[XSS - 1], strict=True):
        assert "".join(gap + word for gap, word in words[side]["words"]) == text
    names = {
        (words["source"]["words"][i][1], words["target"]["words"][j][1]) for i, j in links(words)
    }
    assert {("keeper", "gardien"), ("lighthouse", "phare")} <= names
    with store.opened(db_path) as db:  # looking writes nothing
        assert store.unit_links(db, XSS).version == 0
    assert Person(url).ask(99)[0] == 404
    assert Person(url).ask(10**30)[0] == 404


def test_two_people_decide_about_one_unit(server: tuple[str, Path]) -> None:
    url, db_path = server
    ana, ben = Person(url, "ana"), Person(url, "ben")
    _, seen = ana.ask(SHARED)
    status, after = ana.decide(SHARED, seen, target=1)
    assert status == 200
    assert [0, 1, 1.0, "ana"] in after["links"]
    status, answer = ben.decide(SHARED, seen)
    assert status == 409
    assert [0, 1, 1.0, "ana"] in answer["links"]
    status, after = ben.decide(SHARED, answer, target=1, linked=False)
    assert status == 200
    assert (0, 1) not in links(after)
    with store.opened(db_path) as db:
        decisions = store.link_decisions(db, [SHARED])[SHARED]
        assert [(made.actor, made.linked) for made in decisions] == [("ana", True), ("ben", False)]
        unit = store.unit(db, SHARED)
        store.edit_unit(db, Edit(SHARED, unit.version, "eve", target="Une lampe."))
    assert ben.decide(SHARED, after)[0] == 409
    _, fresh = ben.ask(SHARED)
    assert fresh["version"] == 0
    assert fresh["target"]["words"][0] == ["", "Une"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"name": ""}, 401),
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
    url, db_path = server
    person = Person(url, "mal")
    _, seen = person.ask(KEYS)
    assert person.decide(KEYS, seen, **changes)[0] == expected
    with store.opened(db_path) as db:
        assert KEYS not in store.link_decisions(db, [KEYS])


def test_other_sites_cannot_decide(server: tuple[str, Path]) -> None:
    url, _ = server
    person = Person(url, "mal")
    _, seen = person.ask(CALM)
    body = {"version": seen["version"], "text": seen["text"], "source": 0, "target": 0, "linked": 1}
    assert person.ask(CALM, body, origin="http://evil.example")[0] == 403
    assert person.ask(CALM, body, **{"sec-fetch-site": "cross-site"})[0] == 403
    assert person.ask(CALM, None, host="evil.example")[0] == 403


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
        page.focus("[data-side=source] .word >> nth=0")
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


def test_without_a_name_it_asks_for_one(server: tuple[str, Path], browser: Browser) -> None:
    url, _ = server
    with desk(browser, url) as mine:
        page = mine.open(f"/unit/{ARABIC}")
        page.wait_for_selector("#word-links .word")
        page.locator("[data-side=source] .word").first.click()
        page.locator("[data-side=target] .word").first.click()
        told(page, "name first")

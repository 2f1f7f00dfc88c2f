"""The review pages over HTTP, on both Datasette lines: who may do what, and nothing slips through."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from browser import LINES, served
from samples import add_text, draft_all
from site_client import Visitor

from workbench import store
from workbench.store import Edit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

XSS = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}"


class Site(Visitor):
    """A visitor that reads the token of each form anew, from its page."""

    def form(self, path: str, page: str = "/-/workbench", **fields: str) -> tuple[int, str]:
        """Send a plain form as the page at `page` has it."""
        token = re.search(r'name="csrftoken" value="([^"]*)"', self.get(page))
        data = {"csrftoken": token[1] if token else "", **fields}
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.url}
        status, text, _ = self.ask("POST", path, urlencode(data), headers)
        return status, text

    def save(self, unit_id: int, **fields: object) -> tuple[int, dict[str, object]]:
        """Save as the page's script does."""
        token = re.search(r'name="workbench-csrf" content="([^"]*)"', self.get("/-/workbench"))
        headers = {"Content-Type": "application/json", "x-csrftoken": token[1] if token else ""}
        status, text, _ = self.ask(
            "POST", f"/-/workbench/unit/{unit_id}/save", json.dumps(fields), headers
        )
        return status, json.loads(text) if text.startswith("{") else {"text": text}

    def name(self, name: str) -> None:
        """Say who works."""
        status, text = self.form("/-/workbench/name", name=name)
        assert status == 302, text


@pytest.fixture(scope="module", params=LINES)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    db_path = tmp_path_factory.mktemp("review") / "my book's.db"
    with store.opened(db_path) as db:
        texts = [f"Sentence {i}." for i in range(250)]
        draft_all(db, add_text(db, texts, path="long.txt").document_id)
        draft_all(db, add_text(db, [XSS, "Two."], path=f"{XSS}.txt").document_id, "ar")
    with served(db_path, LINES[request.param]) as url:
        yield url, db_path


@pytest.fixture
def site(server: tuple[str, Path]) -> Site:
    return Site(*server)


def test_documents_and_windows(site: Site) -> None:
    assert "long.txt" in site.get("/-/workbench")
    first = site.get("/-/workbench/1/es")
    assert first.count('<textarea name="target"') == 100
    assert "?at=100" in first
    middle = site.get("/-/workbench/1/es?at=100")
    assert "Sentence 100." in middle
    assert "?at=200" in middle
    assert 'rel="prev"' in middle
    last = site.get("/-/workbench/1/es?at=200")
    assert last.count('<textarea name="target"') == 50
    assert "End of the text" in last


def test_what_is_not_there(site: Site) -> None:
    for path in ("1/fr", "99/es", "unit/99999", "static/x.js", f"unit/{10**20}"):
        assert site.ask("GET", f"/-/workbench/{path}")[0] == 404, path


def test_direction_and_language(site: Site) -> None:
    page = site.get("/-/workbench/2/ar")
    assert 'lang="ar" dir="rtl"' in page
    assert 'lang="en" dir="ltr"' in page


def test_nothing_is_saved_without_a_name(site: Site) -> None:
    status, answer = site.save(10, target="x", version=1, action="save")
    assert (status, answer["ok"]) == (401, False)
    status, text = site.form(
        "/-/workbench/unit/10/save", target="kept text", version="1", action="save"
    )
    assert status == 401
    assert "kept text" in text
    with store.opened(site.db_path) as db:
        assert store.history(db, 10) == []


def test_a_name_and_a_text_in_one_form(site: Site) -> None:
    status, _ = site.form(
        "/-/workbench/unit/11/save", target="Once.", version="1", action="accept", name=" Ana \x00"
    )
    assert status == 302
    with store.opened(site.db_path) as db:
        assert (store.unit(db, 11).target, store.unit(db, 11).state) == ("Once.", "reviewed")
        assert store.history(db, 11)[0]["actor"] == "Ana"
    assert 'value="Ana"' in site.get("/-/workbench")


def test_save_accept_conflict_restore(site: Site) -> None:
    site.name("Ben")
    status, answer = site.save(20, target="Veinte.", version=1, action="accept", seconds=3.25)
    assert (status, answer["ok"]) == (200, True)
    status, answer = site.save(20, target="20", version=1, action="save")
    assert (status, answer["conflict"]["target"]) == (409, "Veinte.")  # type: ignore[index]
    status, text = site.form("/-/workbench/unit/20/save", target="mine", version="1", action="save")
    assert status == 409
    assert "Veinte." in text
    assert "mine" in text
    with store.opened(site.db_path) as db:
        (revision,) = store.history(db, 20)
        assert (revision["actor"], revision["seconds"], revision["edit_distance"]) == (
            "Ben",
            3.2,
            11,
        )
    page = site.get("/-/workbench/unit/20")
    assert "Restore what it was before" in page
    status, _ = site.form(
        "/-/workbench/unit/20/save", page="/-/workbench/unit/20",
        target=revision["before"], version="2", action="save", why="restored version 1",
    )  # fmt: skip
    assert status == 302
    with store.opened(site.db_path) as db:
        assert store.unit(db, 20).target == revision["before"]
        assert store.history(db, 20)[0]["why"] == "restored version 1"


def test_odd_bodies_never_crash(site: Site) -> None:
    site.name("Ben")
    assert site.save(30, target="half \ud800 and \0", version=1, action="save")[0] == 200
    assert site.save(30, target="x", version="one", action="save")[0] == 400
    assert site.save(30, target=["x"], version=2, action="save")[0] == 400
    assert site.save(30, target="x", version=2, action="delete")[0] == 400
    assert site.save(30, target="x", version=10**30, action="save")[0] in {400, 409}
    assert site.save(30, target="x", version=2, action="save", seconds="NaN")[0] == 200
    assert site.save(31, target="", version=1, action="accept")[0] == 400
    assert site.save(31, target="x" * (2 << 20), version=1, action="save")[0] in {400, 413}
    assert site.ask(
        "POST", "/-/workbench/unit/31/save", b"\xff\xfe", {"Content-Type": "application/json"}
    )[0] in {400, 403}


def test_get_never_writes(site: Site) -> None:
    site.name("Ben")
    for path in (
        "/-/workbench/unit/40/save?target=x&version=1&action=save",
        "/-/workbench/name?name=Eve",
    ):
        assert site.ask("GET", path)[0] == 405
    with store.opened(site.db_path) as db:
        assert store.history(db, 40) == []


def test_foreign_hosts_and_sites_are_refused(site: Site) -> None:
    site.name("Ben")
    for host in ("evil.example", "127.0.0.1.evil.example", "", "localhost@evil.example"):
        assert site.ask("GET", "/-/workbench", headers={"Host": host})[0] in {400, 403}
        assert site.ask("GET", "/", headers={"Host": host})[0] in {400, 403}
    body = json.dumps({"target": "evil", "version": 1, "action": "save"})
    for headers in (
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "same-site", "Origin": site.url},
    ):
        sent = {"Content-Type": "application/json", **headers}
        assert site.ask("POST", "/-/workbench/unit/50/save", body, sent)[0] == 403
    with store.opened(site.db_path) as db:
        assert store.history(db, 50) == []


def test_every_text_is_escaped(site: Site) -> None:
    site.name(XSS)
    assert site.save(251, target=XSS, version=1, action="save")[0] == 200
    site.save(251, target=XSS + "2", version=1, action="save")
    for path in ("/-/workbench", "/-/workbench/2/ar", "/-/workbench/unit/251"):
        status, page, headers = site.ask("GET", path)
        assert status == 200
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "script-src 'self'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
    status, page = site.form(
        "/-/workbench/unit/251/save", target=XSS + "3", version="1", action="save"
    )
    assert status == 409
    assert "<script>alert" not in page


def test_only_our_own_addresses_are_gone_back_to(site: Site) -> None:
    for back in (
        "https://evil.example",
        "//evil.example",
        "/-/workbench\\@evil.example",
        "/elsewhere",
    ):
        token = re.search(r'name="csrftoken" value="([^"]*)"', site.get("/-/workbench"))
        data = urlencode({"csrftoken": token[1] if token else "", "name": "Ana", "back": back})
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        status, _, answer = site.ask("POST", "/-/workbench/name", data, headers)
        assert (status, answer["location"]) == (302, "/-/workbench")


def test_next_unfinished(site: Site) -> None:
    with store.opened(site.db_path) as db:
        unit = next(u for u in store.bitext(db, "es") if u.position == 121)
        store.edit_unit(db, Edit(unit.unit_id, unit.version, "ana", state="reviewed"))
    status, _, headers = site.ask("GET", "/-/workbench/1/es/next?after=120")
    assert (status, headers["location"]) == (302, "/-/workbench/1/es?at=120#p122")


def test_datasettes_own_pages_link_to_ours(site: Site) -> None:
    database = re.search(r'href="(/[^"/]+)">Tables, views', site.get("/-/workbench"))
    assert database
    assert "/-/workbench/unit/1" in site.get(f"{database[1]}/bitext?unit_id=1")
    assert "/-/workbench/unit/1" in site.get(f"{database[1]}/units/1")
    assert "/-/workbench" in site.get(f"{database[1]}/units")
    assert "translated" in site.get(f"{database[1]}/units/1")
    row = re.search(r'href="([^"]+)">the row in Datasette', site.get("/-/workbench/unit/1"))
    assert row
    site.get(row[1])

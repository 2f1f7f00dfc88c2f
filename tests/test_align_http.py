"""The alignment pages over HTTP, on both Datasette lines: windows, broken requests, foreign texts."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from browser import LINES, served
from samples import add_text
from test_review_http import XSS, Site

from workbench import store
from workbench.model import Alignment, Bead
from workbench.store.alignments import Bitext, save_alignment

if TYPE_CHECKING:
    from collections.abc import Iterator

COUNT = 130


@pytest.fixture(scope="module", params=LINES)
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    db_path = tmp_path_factory.mktemp("align") / "workbench.db"
    with store.opened(db_path) as db:
        add_text(db, [XSS, *(f"Sentence {i}." for i in range(1, COUNT))], path=f"{XSS}.txt")
        add_text(db, [XSS, *(f"Frase {i}." for i in range(1, COUNT))], path="b.txt", lang="es")
        found = [Bead((i,), (i,), 0.99 - 0.005 * i, {XSS: 1.0}) for i in range(COUNT)]
        with store.running(db, "align", {}) as run:
            alignment = Alignment(found, 1.0, warnings=[XSS])
            save_alignment(db, Bitext(1, 2, "es"), alignment, origin="test 1", run_id=run.run_id)
            run.counts["aligned"] = 1
    with served(db_path, LINES[request.param]) as url:
        yield Site(url, db_path)


PAGE = "/-/workbench/align/1/es"


def step(site: Site, **fields: object) -> tuple[int, dict[str, Any]]:
    token = re.search(r'name="workbench-csrf" content="([^"]*)"', site.get("/-/workbench"))
    headers = {"Content-Type": "application/json", "x-csrftoken": token[1] if token else ""}
    status, text, _ = site.ask("POST", f"{PAGE}/step", json.dumps(fields), headers)
    return status, json.loads(text) if text.startswith("{") else {"text": text}


def positions(page: str) -> list[int]:
    return [int(n) for n in re.findall(r'data-position="(\d+)"', page)]


def test_windows(site: Site) -> None:
    assert positions(site.get(PAGE)) == list(range(50))
    assert positions(site.get(f"{PAGE}?at=100")) == list(range(100, 130))
    seen: list[int] = []
    address: str | None = f"{PAGE}?order=worst"
    while address:
        page = site.get(address)
        seen += positions(page)
        link = re.search(r'rel="next" href="([^"]+)"', page)
        address = link[1].replace("&amp;", "&") if link else None
    assert seen == list(range(129, -1, -1))
    for odd in (
        "?at=-1",
        "?at=x",
        "?at=9999999999999999999999",
        "?order=worst&after=x",
        "?order=none&at=1e9",
    ):
        site.get(PAGE + odd)
    assert site.ask("GET", "/-/workbench/align/99/es")[0] == 404
    assert site.ask("GET", "/-/workbench/align/1/fr")[0] == 404
    assert site.ask("GET", "/-/workbench/align/99999999999999999999999/es")[0] == 404


def test_every_text_is_escaped(site: Site) -> None:
    status, page, headers = site.ask("GET", PAGE)
    assert status == 200
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "unsafe" not in headers["content-security-policy"]


def test_broken_steps_change_nothing(site: Site) -> None:
    assert step(site, action="merge", unit=1)[0] == 401
    site.name("Ben")
    with store.opened(site.db_path) as db:
        before = store.rows(db, "SELECT * FROM units")
    for fields in (
        {}, {"action": "merge"}, {"action": "none", "unit": 1}, {"action": "merge", "unit": "x"},
        {"action": "merge", "unit": 1, "versions": "[1"}, {"action": "merge", "unit": 1, "versions": {"a": 1}},
        {"action": "split", "unit": 1}, {"action": "split", "unit": 1, "source_at": -5, "target_at": -5},
        {"action": "split", "unit": 1, "source_at": 10**9, "target_at": 10**9},
        {"action": "link", "unit": 1}, {"action": "link", "unit": 1, "other": 1},
        {"action": "source-up", "unit": 1}, {"action": "target-down", "unit": COUNT}, {"action": "undo"},
        {"action": "redo"}, {"action": ["x"], "unit": 1}, {"action": "merge", "unit": 10**30},
    ):  # fmt: skip
        status, answer = step(site, **fields)
        assert status == 400, (fields, answer)
    assert step(site, action="merge", unit=999)[0] == 404
    assert step(site, action="merge", unit=1, versions={"1": 7})[0] == 409
    assert site.ask("GET", f"{PAGE}/step?action=merge&unit=1")[0] == 405
    foreign = {"Content-Type": "application/json", "Origin": "https://evil.example"}
    body = json.dumps({"action": "merge", "unit": 1})
    assert site.ask("POST", f"{PAGE}/step", body, foreign)[0] == 403
    with store.opened(site.db_path) as db:
        assert store.rows(db, "SELECT * FROM units") == before
        assert store.rows(db, "SELECT * FROM alignment_steps") == []


def test_claims_and_forms(site: Site) -> None:
    site.name("Ben")
    with store.opened(site.db_path) as db:
        store.claim(db, [40], "Ana", "Ana", hours=1)
    for unit, action in ((40, "confirm"), (39, "merge"), (41, "source-up"), (41, "realign")):
        assert step(site, action=action, unit=unit)[0] == 423, action
    status, _ = site.form(
        f"{PAGE}/step", page=PAGE, action="confirm", unit="41", versions="{}", back=PAGE
    )
    assert status == 302
    status, page = site.form(
        f"{PAGE}/step", page=PAGE, action="confirm", unit="41", versions='{"41": 1}'
    )
    assert status == 409
    assert "Ben changed this bead" in page
    assert positions(site.get(f"{PAGE}?order=worst&after=0.79,0"))[0] != 40


def test_confirming_needs_the_role_to_review(site: Site) -> None:
    with store.opened(site.db_path) as db:
        store.set_role(db, "Tina", "translator", "Ana")
    site.name("Tina")
    assert step(site, action="merge", unit=60)[0] == 200
    for action in ("confirm", "omitted", "added"):
        assert step(site, action=action, unit=60)[0] == 403
    site.name("Ana")
    assert step(site, action="confirm", unit=60)[0] == 200
    site.name("Tina")
    assert step(site, action="undo")[0] == 409
    assert step(site, action="reopen", unit=60)[0] == 403
    assert step(site, action="merge", unit=59)[0] == 403

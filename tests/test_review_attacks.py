"""Odd and hostile requests to every address of the plugin: none is an error of the server's, none writes."""

from __future__ import annotations

import http.client
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from browser import LINES, served
from samples import add_text, draft_all
from site_client import Client

from workbench import store
from workbench.datasette_plugin import HOME, register_routes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NUMBERS = ("0", "-1", "9" * 19, "9" * 30, "1" * 5000, "%00", "..%2f..", "1;x")
DEEP = b"[" * 100_000 + b"]" * 100_000
BODIES = (
    b"", b"null", b"[]", b'"x"', b"{", b"\xff\xfe", DEEP, b'{"a":' + b"9" * 9000 + b"}",
    b'{"version": 1e999, "unit": 1}', b'{"version": NaN, "action": "save"}',
    b'{"target": "\\ud800\\u0000", "version": "1", "action": [], "unit": {}, "text": 1, "person": null}',
    b'{"version": 1, "action": "undo", "undoes": -1, "first": -1, "last": 1e308, "hours": "inf"}',
)  # fmt: skip
KINDS = ("application/json", "application/x-www-form-urlencoded", "multipart/form-data", "")
QUERIES = (
    "text=%00", "text=%ff%fe", "text=%ed%a0%80&side=target", "text=NEAR(a+b)+OR+*", "since=-1", "since=%00",
    "state=x", "after=~~~", "before=~~~", "sort=score&before=nan~1", "sort=score&after=1e999~1",
    "before=1~es~" + "9" * 30, "at=-5", "at=1e15", "min_score=x", "regex=1&text=%5B",
    "regex=1&text=" + "(" * 400 + ")" * 400, "find=(&find_regex=1", "find=a&with=%5C9&find_regex=1",
    "order=worst&after=%00", "size=-1", "note=@%22", "unit=-1", "document=1e9", "lang=%00",
)  # fmt: skip
HEADERS = (
    {"Host": "evil.example"}, {"Host": "127.0.0.1.evil.example:80"}, {"Host": "["}, {"Host": "\xff"},
    {"Origin": "null"}, {"Origin": "["}, {"Origin": "http://127.0.0.1:x"}, {"Origin": "https://evil.example"},
    {"Cookie": "ds_actor=x; ds_csrftoken=\xff"}, {"X-Forwarded-Host": "evil.example"},
)  # fmt: skip


@pytest.fixture(scope="module", params=LINES)
def client(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Client]:
    db_path = tmp_path_factory.mktemp("attacked") / "workbench.db"
    with store.opened(db_path) as db:
        draft_all(db, add_text(db, [f"Sentence {i}." for i in range(20)]).document_id)
    with served(db_path, LINES[request.param]) as url:
        visitor = Client(url, db_path)
        visitor.name("Ana")
        yield visitor


def paths(number: str = "1") -> list[str]:
    """Every address of the plugin, with a number for its parts."""
    parts = {"target_lang": "es", "name": "x.js"}
    found = []
    for pattern, _ in register_routes():
        path = re.sub(r"\(\?P<(\w+)>[^)]*\)+", lambda part: parts.get(part[1], number), pattern)
        found.append(path.strip("^$").replace("\\", "").replace(".*", "nowhere"))
    return found


def ask(
    client: Client, method: str, path: str, body: bytes = b"", **headers: str
) -> tuple[int, str]:
    sent = {
        "x-csrftoken": client.token(),
        **{k.replace("_", "-"): v for k, v in headers.items() if v},
    }
    status, text, _ = client.ask(method, path, body, sent)
    assert status < 500, (method, path[:200], body[:80], text[:300])
    assert "Traceback" not in text
    return status, text


def everything(db_path: Path) -> list[Any]:
    with store.opened(db_path) as db:
        tables = ("units", "revisions", "notes", "users", "claims", "saved_filters", "runs")
        return [
            store.rows(db, f"SELECT * FROM {table}")
            for table in tables
            if table in db.table_names()
        ]


def test_numbers_that_are_none(client: Client) -> None:
    for number in NUMBERS:
        for path in paths(number):
            ask(client, "GET", path)
            body = json.dumps(
                {"target": "x", "version": 1, "action": "save", "unit": number, "text": ""}
            )
            ask(client, "POST", path, body.encode(), Content_Type="application/json")


def test_bodies_that_are_none(client: Client) -> None:
    before = everything(client.db_path)[0]
    for path in paths():
        for body in BODIES:
            for kind in KINDS:
                ask(client, "POST", path, body, Content_Type=kind)
    assert everything(client.db_path)[0] == before


def test_looking_never_writes_and_never_fails(client: Client) -> None:
    before = everything(client.db_path)
    for path in paths():
        for query in QUERIES:
            ask(
                client,
                "GET",
                f"{path}?{query}&target=x&version=1&action=accept&person=x&role=admin",
            )
    assert everything(client.db_path) == before


def test_a_wrong_filter_shows_the_text_all_the_same(client: Client) -> None:
    status, text = ask(client, "GET", f"{HOME}/1/es?since=yesterday")
    assert status == 200
    assert "is no day" in text
    assert "Sentence 3." in text


def test_strange_hosts_and_origins(client: Client) -> None:
    before = everything(client.db_path)
    body = json.dumps({"target": "forged", "version": 1, "action": "save"}).encode()
    for headers in HEADERS:
        for method, path in (("GET", HOME), ("POST", f"{HOME}/unit/3/save")):
            status = raw(client, method, path, body, headers)
            assert status in (
                {200} if "X-Forwarded-Host" in headers and method == "GET" else {200, 400, 401, 403}
            )
            if "Host" in headers or (method == "POST" and "Origin" in headers):
                assert status in {400, 403}, (method, headers)
    assert everything(client.db_path) == before  # the last one had no token


def raw(client: Client, method: str, path: str, body: bytes, headers: dict[str, str]) -> int:
    """Send headers that the ordinary client would not."""
    connection = http.client.HTTPConnection(client.url.removeprefix("http://"), timeout=60)
    connection.putrequest(method, path, skip_host="Host" in headers)
    for name, value in headers.items():
        connection.putheader(name, value.encode("latin-1"))
    if method == "POST":
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body if method == "POST" else None)
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status


def test_addresses_that_lead_nowhere(client: Client) -> None:
    for path in (
        f"{HOME}/nowhere",
        f"{HOME}/unit/-1",
        f"{HOME}/static/..%2fpages.py",
        "/-/nothing/here",
    ):
        assert ask(client, "GET", path)[0] == 404, path
    assert client.ask("GET", f"{HOME}/")[2]["location"] == HOME

"""A team with datasette-auth-passwords, as docs/team.md describes it, on both Datasette lines."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from browser import LINES, served
from datasette_auth_passwords.utils import hash_password
from samples import add_text, draft_all
from site_client import Client

from workbench import store

if TYPE_CHECKING:
    from collections.abc import Iterator

HOME = "/-/workbench"
PEOPLE = ("ana", "ben", "zoe")
DOCUMENTED = (Path(__file__).parents[1] / "docs" / "team.md").read_text("utf-8")


def settings() -> dict[str, object]:
    """The documented configuration, with passwords, a third person and the second-person rule."""
    block = re.search(r"```yaml\n(.*?)```", DOCUMENTED, re.DOTALL)
    assert block
    config = yaml.safe_load(block[1])
    hashes = {f"{who}_password_hash": hash_password(f"{who}'s", iterations=1000) for who in PEOPLE}
    actors = {who: {"id": who, "name": "ana"} for who in PEOPLE}  # a name proves nothing
    config["plugins"]["datasette-auth-passwords"] = {**hashes, "actors": actors}
    config["plugins"]["workbench"]["second_person"] = True
    return dict(config)


@pytest.fixture(scope="module", params=LINES)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    db_path = tmp_path_factory.mktemp("team") / "book.db"
    with store.opened(db_path) as db:
        draft_all(db, add_text(db, [f"Sentence {i}." for i in range(20)]).document_id)
        store.set_role(db, "ben", "reviewer", "ana")
    with served(db_path, LINES[request.param], settings=settings()) as url:
        yield url, db_path


def login(server: tuple[str, Path], who: str) -> Client:
    client = Client(*server)
    _, page, _ = client.ask("GET", "/-/login")
    token = re.search(r'name="csrftoken" value="([^"]*)"', page)
    status, text, _ = client.form(
        "/-/login", username=who, password=f"{who}'s", csrftoken=token[1] if token else ""
    )
    assert status == 302, text
    return client


@pytest.mark.parametrize(
    "path",
    ["", "/1/es", "/unit/1", "/unit/1/more.json", "/1/es/units.json", "/1/es/people.json", "/find",
     "/find.json", "/run/1", "/people", "/report", "/report.json", "/1/es/next"],
)  # fmt: skip
def test_without_a_login_nothing_is_read(server: tuple[str, Path], path: str) -> None:
    status, text, _ = Client(*server).ask("GET", HOME + path)
    assert status in {302, 403}
    assert "Sentence" not in text


def test_without_a_login_nothing_is_written(server: tuple[str, Path]) -> None:
    client = Client(*server)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": client.url}
    for path, body in (
        ("/unit/1/save", "target=x&version=1&action=save&name=ana"),
        ("/unit/1/note", "text=x&name=ana"),
        ("/name", "name=ana"),
        ("/people", "person=eve&role=admin&name=ana"),
    ):
        assert client.ask("POST", HOME + path, body, headers)[0] in {302, 401, 403}
    assert "ds_actor" not in client.cookies
    with store.opened(client.db_path) as db:
        assert store.history(db, 1) == []
        assert db["notes"].count == 0


def test_a_login_gives_the_role(server: tuple[str, Path]) -> None:
    ana, ben, zoe = (login(server, who) for who in PEOPLE)
    save = f"{HOME}/unit/2/save"
    # logged in, but nobody gave her a role
    status, answer = zoe.post(save, target="x", version=1, action="save")
    assert (status, "zoe is a reader here" in answer["error"]) == (403, True)
    assert zoe.post(f"{HOME}/people", person="zoe", role="admin")[0] == 403
    assert ana.post(f"{HOME}/people", person="zoe", role="translator")[0] == 200
    assert zoe.post(save, target="Dos.", version=1, action="save")[0] == 200
    assert zoe.post(save, version=2, action="accept")[0] == 403
    # names cannot be typed here
    assert zoe.form(f"{HOME}/name", name="ana")[0] == 403
    assert 'id="name"' not in zoe.get(f"{HOME}/find")
    # a second person accepts; admins are bound by the rule as well
    assert ben.post(save, version=2, action="accept")[0] == 200
    assert ben.post(save, version=3, action="final")[0] == 403
    assert ana.post(save, version=3, action="final")[0] == 200
    status, answer = ana.post(f"{HOME}/unit/3/save", target="Tres.", version=1, action="accept")
    assert (status, "another person" in answer["error"]) == (403, True)
    with store.opened(ana.db_path) as db:
        assert [row["actor"] for row in store.history(db, 2)] == ["ana", "ben", "zoe"]


def test_the_public_name_must_be_listed(server: tuple[str, Path]) -> None:
    client = login(server, "ben")
    assert client.ask("GET", HOME, headers={"Host": "translate.example.org"})[0] == 200
    assert client.ask("GET", HOME, headers={"Host": "other.example.org"})[0] == 403
    headers = {"Host": "translate.example.org", "Origin": "https://translate.example.org",
               "Sec-Fetch-Site": "same-origin",
               "Content-Type": "application/json", "x-csrftoken": client.token()}  # fmt: skip
    assert client.ask("POST", f"{HOME}/unit/4/note", '{"text": "x"}', headers)[0] == 200

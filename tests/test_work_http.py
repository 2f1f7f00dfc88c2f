"""The addresses for working together over HTTP, on both Datasette lines: what they do, whom they refuse."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from browser import LINES, served
from samples import add_text, draft_all
from site_client import Client

from workbench import store
from workbench.model import Finding
from workbench.store import Database
from workbench.store.migrations import MIGRATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

XSS = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}"
HOME = "/-/workbench"
# Every address that writes, with a body that it would take.
WRITES: dict[str, dict[str, object]] = {
    f"{HOME}/unit/41/save": {"target": "x", "version": 1, "action": "save"},
    f"{HOME}/unit/41/note": {"text": "x"},
    f"{HOME}/unit/41/dismiss": {"check": "x", "message": "m", "reason": "r"},
    f"{HOME}/unit/41/split": {"source_at": 5, "target_at": 5, "version": 1},
    f"{HOME}/unit/41/merge": {"version": 1, "next_version": 1},
    f"{HOME}/1/es/claim": {"first": 40, "last": 40},
    f"{HOME}/1/es/here": {"unit": 41},
    f"{HOME}/find/batch": {"action": "accept", "document": 1, "text": "Sentence 40"},
    f"{HOME}/find/saved": {"title": "mine", "query": "state=initial"},
    f"{HOME}/run/1/undo": {},
    f"{HOME}/people": {"person": "eve", "role": "admin"},
}
TABLES = ("revisions", "notes", "dismissals", "claims", "regroupings", "saved_filters", "users")


@pytest.fixture(scope="module", params=LINES)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    db_path = tmp_path_factory.mktemp("work") / "book.db"
    with store.opened(db_path) as db:
        texts = [f"Sentence {i} is here. And more of {i}." for i in range(120)]
        draft_all(db, add_text(db, texts, path="long.txt").document_id)
        draft_all(db, add_text(db, [XSS, "Two."], path=f"{XSS}.txt").document_id, "ar")
        store.save_findings(db, [(3, "numbers", [Finding("numbers", "warning", "3 is missing")])])
    with served(db_path, LINES[request.param]) as url:
        yield url, db_path


@pytest.fixture
def site(server: tuple[str, Path]) -> Client:
    return Client(*server)


def written(site: Client) -> dict[str, int]:
    with store.opened(site.db_path) as db:
        return {table: db[table].count for table in TABLES}


# --- whom they refuse ------------------------------------------------------------------------


@pytest.mark.parametrize("path", WRITES)
def test_every_write_is_guarded(site: Client, path: str) -> None:
    before = written(site)
    assert site.ask("GET", path)[0] in ({200} if path.endswith("/people") else {405})
    assert site.ask("PUT", path, "{}")[0] in {403, 404, 405}
    assert site.post(path, WRITES[path])[0] == 401  # nobody has said who they are
    assert site.form(path, **{key: str(value) for key, value in WRITES[path].items()})[0] == 401
    site.name("Eve")
    body = json.dumps(WRITES[path])
    for headers in (
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "null"},
        {"Host": "evil.example"},
    ):
        sent = {"Content-Type": "application/json", **headers}
        assert site.ask("POST", path, body, sent)[0] in {400, 403}, headers
    form = {"Content-Type": "text/plain", "Origin": "https://evil.example"}
    assert site.ask("POST", path, body, form)[0] == 403
    assert site.post(path, b"{")[0] in {400, 403}
    assert site.post(path, b"[1]")[0] == 400
    assert site.post(path, b"\xff\xfe")[0] == 400
    assert site.post(path, b"[" * 100_000)[0] == 400
    assert site.post(path, b'{"x": "' + b"a" * (1 << 20) + b'"}')[0] == 413
    assert written(site) == before


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("unit/42/note", {"text": ["x"]}),
        ("unit/42/note", {"text": "x" * 20_000}),
        ("unit/42/note", {"note": 999}),
        ("unit/42/note", {"note": "1e9"}),
        ("unit/42/dismiss", {"check": 3}),
        ("unit/42/dismiss", {"check": "x", "message": "m", "reason": "r", "action": "destroy"}),
        ("unit/42/split", {"version": 1}),
        ("unit/42/split", {"version": 1, "source_at": 1.5, "target_at": 0}),
        ("unit/42/split", {"version": 1, "source_at": 10**30, "target_at": 0}),
        ("unit/42/split", {"version": 1, "source_at": True, "target_at": 0}),
        ("unit/42/merge", {"version": None, "next_version": []}),
        ("1/es/claim", {"first": "a", "last": 3}),
        ("1/es/claim", {"first": 0, "last": 3, "hours": -3}),
        ("1/es/claim", {"first": 0, "last": 3, "hours": "NaNa"}),
        ("find/batch", {"action": "replace", "find": "(", "find_regex": True}),
        ("find/batch", {"action": "explode"}),
        ("find/batch", {"action": "accept", "state": "odd"}),
        ("find/batch", {"action": "accept", "min_score": "low"}),
        ("find/batch", {"action": "assign"}),
        ("find/saved", {"title": "", "query": ""}),
        ("find/saved", {"title": "x", "query": "state=odd"}),
        ("people", {"person": "", "role": "admin"}),
        ("people", {"person": "x", "role": "king"}),
    ],
)  # fmt: skip
def test_broken_requests_are_said(site: Client, path: str, fields: dict[str, object]) -> None:
    site.name("Eve")
    before = written(site)
    status, answer = site.post(f"{HOME}/{path}", fields)
    assert status in {400, 404}, answer
    assert answer["ok"] is False
    assert answer["error"]
    assert written(site) == before


def test_what_is_not_there(site: Client) -> None:
    site.name("Eve")
    for path in ("unit/99999/more.json", f"unit/{10**25}/more.json", "run/99999", f"run/{10**25}"):
        assert site.ask("GET", f"{HOME}/{path}")[0] == 404, path
    for path in ("unit/99999/note", f"unit/{10**25}/note", "run/99999/undo"):
        assert site.post(f"{HOME}/{path}", text="x")[0] == 404, path


def test_odd_texts_are_stored_as_they_can_be(site: Client) -> None:
    site.name("Eve")
    status, answer = site.post(f"{HOME}/unit/43/note", text="half \ud800 \0 \u202e")
    assert (status, answer["note"]["text"]) == (200, "half ? \0 \u202e")


# --- what they do ----------------------------------------------------------------------------


def test_notes_and_dismissals(site: Client) -> None:
    site.name("Ana")
    status, answer = site.post(f"{HOME}/unit/3/note", text="@Ben, is that right?")
    assert (status, answer["note"]["mentions"]) == (200, ["Ben"])
    site.post(f"{HOME}/unit/3/note", note=answer["note"]["id"], action="done")
    finding = {"check": "numbers", "message": "3 is missing"}
    status, answer = site.post(f"{HOME}/unit/3/dismiss", {**finding, "reason": "spelled out"})
    assert [f["dismissed_by"] for f in answer["findings"]] == ["Ana"]
    more = site.get_json(f"{HOME}/unit/3/more.json")
    assert more["notes"][0]["done_by"] == "Ana"
    assert more["findings"][0]["reason"] == "spelled out"
    assert site.get_json(f"{HOME}/find.json?finding=numbers")["count"] == 0
    status, _, headers = site.form(f"{HOME}/unit/3/dismiss", **finding, action="restore")
    assert (status, headers["location"]) == (302, f"{HOME}/unit/3#findings")
    assert site.get_json(f"{HOME}/find.json?finding=numbers")["count"] == 1


def test_split_merge_and_undo(site: Client) -> None:
    site.name("Ana")
    status, answer = site.post(f"{HOME}/unit/5/split", source_at=19, target_at=19, version=1)
    assert status == 200, answer
    first, second = answer["units"]
    assert (first["source"], second["source"]) == ("Sentence 4 is here.", "And more of 4.")
    status, answer = site.post(f"{HOME}/unit/5/split", source_at=5, target_at=0, version=1)
    assert status == 409
    status, merged = site.post(
        f"{HOME}/unit/5/merge", version=first["version"], next_version=second["version"]
    )
    assert [u["source"] for u in merged["units"]] == ["Sentence 4 is here. And more of 4."]
    status, undone = site.post(f"{HOME}/run/{merged['run']}/undo")
    assert (undone["undone"], undone["kept"]) == (2, 0)
    run = undone["run"]
    status, _, headers = site.form(f"{HOME}/run/{run}/undo")
    assert status == 302
    assert "undo" in site.get(headers["location"])


def test_claims_and_people(site: Client) -> None:
    site.name("Ana")
    status, answer = site.post(f"{HOME}/1/es/claim", first=60, last=64, hours=1)
    assert (status, answer["claimed"], answer["skipped"]) == (200, 5, 0)
    unit = site.get_json(f"{HOME}/1/es/units.json?at=60&size=1")["units"][0]
    assert unit["claimed_by"] == "Ana"
    ben = Client(site.url, site.db_path)
    ben.name("Ben")
    fields = {"target": "Ben's", "version": unit["version"], "action": "save"}
    status, answer = ben.post(f"{HOME}/unit/{unit['id']}/save", fields)
    assert status == 423
    assert "Ana has claimed" in answer["error"]
    # nor from the unit before it
    versions = {"version": 1, "next_version": unit["version"]}
    status, answer = ben.post(f"{HOME}/unit/{unit['id'] - 1}/merge", versions)
    assert (status, "Ana has claimed" in answer["error"]) == (423, True)
    status, text, _ = ben.form(
        f"{HOME}/unit/{unit['id']}/save", target="Ben's own words", version="1", action="save"
    )
    assert (status, "Ben&#39;s own words" in text) == (423, True)
    status, answer = ben.post(f"{HOME}/1/es/here", unit=unit["id"])
    assert [(p["person"], p["position"]) for p in answer["people"]] == [("Ben", 60)]
    assert [(c["person"], c["units"]) for c in answer["claims"]] == [("Ana", 5)]
    assert site.get_json(f"{HOME}/1/es/people.json")["people"][0]["unit"] == unit["id"]
    status, answer = site.post(f"{HOME}/1/es/claim", first=60, last=64, action="release")
    assert answer["released"] == 5


def test_a_conflict_names_the_base(site: Client) -> None:
    site.name("Ana")
    save = f"{HOME}/unit/70/save"
    for version, text in ((1, "First."), (2, "Second.")):
        site.post(save, target=text, version=version, action="save")
    status, answer = site.post(save, target="Third.", version=2, action="save")
    assert (status, answer["base"], answer["conflict"]["target"]) == (409, "First.", "Second.")


# --- finding ---------------------------------------------------------------------------------


def test_filters_in_the_address(site: Client) -> None:
    page = site.get_json(f"{HOME}/find.json?document=1&size=50")
    assert (len(page["units"]), page["count"] >= 120, page["exact"]) == (50, True, True)
    last = page["units"][-1]["position"]
    following = site.get_json(f"{HOME}/find.json?document=1&size=50&after={page['next']}")
    assert following["units"][0]["position"] == last + 1
    found = site.get_json(f"{HOME}/1/es/units.json?text=sentence%201[0-9]%20&regex=1")
    assert found["count"] == 10
    assert found["searched"]["units"] == found["searched"]["of"]
    some = site.get_json(f"{HOME}/1/es/units.json?text=sentence%201[0-9]%20&regex=1&size=4")
    assert (some["count"], some["exact"]) == (4, False)
    looked = some["searched"]["units"]
    query = f"text=sentence%201[0-9]%20&regex=1&after={some['next']}&seen={looked}"
    rest = site.get_json(f"{HOME}/1/es/units.json?{query}")
    assert [unit["id"] for unit in some["units"] + rest["units"]] == [
        unit["id"] for unit in found["units"]
    ]
    assert rest["searched"]["units"] == found["searched"]["of"]
    for broken in ("state=odd", "min_score=x", "sort=odd", "text=(&regex=1", "after=x", "since=never",
                   "document=1e400", "side=up"):  # fmt: skip
        status, text, _ = site.ask("GET", f"{HOME}/find.json?{broken}")
        assert (status, json.loads(text)["ok"]) == (400, False), broken
        assert 'role="alert"' in site.get(f"{HOME}/find?{broken}")


def test_where_documents_are_many_their_names_are_typed(tmp_path: Path) -> None:
    db_path = tmp_path / "many.db"
    with store.opened(db_path) as db, store.writing(db):
        for number in range(210):
            added = add_text(db, [f"Letter {number}."], path=f"box/letter{number}.txt")
            store.ensure_units(db, added.document_id, "es")
    with served(db_path) as url:
        visitor = Client(url, db_path)
        page = visitor.get(f"{HOME}/find?file=LETTER209")
        assert page.count("<option>box/letter") == 200
        assert "Letter 209." in page
        assert page.count('<p class="meta">') == 1
        chosen = visitor.get(f"{HOME}/find?document=209")
        assert 'value="209" selected' in chosen
        assert "Letter 208." in chosen


def test_a_hostile_pattern_does_not_hold_the_server(site: Client) -> None:
    found = site.get_json(f"{HOME}/find.json?regex=1&text=(%5Cw%7C%5Cw%5Cw)%2B%24%24%24x")
    assert found["ok"] is True  # answered in time, with or without a problem


def told(page: str) -> dict[str, str]:
    """What the page of a batch says that it was told."""
    return dict(re.findall(r"<dt>([^<]+)</dt><dd><bdi>([^<]+)</bdi>", page))


def test_replace_with_preview_and_undo(site: Client) -> None:
    site.name("Ana")
    query = "document=1&text=Sentence+8%5B0-4%5D&regex=1"
    preview = site.get(f"{HOME}/find?{query}&find=SENTENCE&with=FRASE&find_case=1")
    assert preview.count("<ins>FRASE</ins>") == 5
    assert written(site) == written(site)
    fields = {"document": "1", "text": "Sentence 8[0-4]", "regex": "1"}
    status, _, headers = site.form(
        f"{HOME}/find/batch", action="replace", find="SENTENCE", find_case="1",
        **{"with": "FRASE"}, **fields,
    )  # fmt: skip
    assert status == 302
    page = site.get(headers["location"])
    assert page.count("<ins>FRASE</ins>") == 5
    assert "Undo this batch" in page
    assert told(page) == {
        "what was replaced": "“SENTENCE”", "by": "“FRASE”", "capitals matter": "yes"
    }  # fmt: skip
    unit = site.get_json(f"{HOME}/find.json?{query}")["units"][0]
    site.post(
        f"{HOME}/unit/{unit['id']}/save", target="Mine.", version=unit["version"], action="save"
    )
    status, _, headers = site.form(f"{headers['location']}/undo")
    page = site.get(headers["location"])
    assert "<b>4</b> units changed, 1 left" in re.sub(r"\s+", " ", page)
    targets = [u["target"] for u in site.get_json(f"{HOME}/find.json?{query}")["units"]]
    assert targets[0] == "Mine."
    assert all(target.startswith("SENTENCE") for target in targets[1:])


def test_accept_and_assign_all_found(site: Client) -> None:
    site.name("Ana")
    status, answer = site.post(f"{HOME}/find/batch", action="accept", document=1, text="90")
    assert (status, answer["changed"]) == (200, 1)
    status, answer = site.post(
        f"{HOME}/find/batch", {"action": "assign", "person": "Ben", "document": 1, "text": "91"}
    )
    assert (status, answer["changed"]) == (200, 1)
    assert site.get_json(f"{HOME}/find.json?claimed=Ben")["count"] == 1
    _, released = site.post(f"{HOME}/find/batch", action="release", claimed="Ben")
    assert released["ok"], released
    assert told(site.get(f"{HOME}/run/{released['run']}")) == {"claims ended": "1, of Ben"}
    given = told(site.get(f"{HOME}/run/{answer['run']}"))
    assert given == {"for": "Ben", "how long": "until released", "units": "1"}
    assert site.get_json(f"{HOME}/find.json?claimed=Ben")["count"] == 0
    site.post(f"{HOME}/run/{released['run']}/undo")
    assert site.get_json(f"{HOME}/find.json?claimed=Ben")["count"] == 1
    site.post(f"{HOME}/run/{answer['run']}/undo")
    status, text, _ = site.form(f"{HOME}/find/batch", action="replace", find="zzz", document="1")
    assert (status, "would change" in text) == (400, True)


def test_saved_filters(site: Client) -> None:
    site.name("Ana")
    query = "state=reviewed&sort=score&evil=<script>"
    assert site.post(f"{HOME}/find/saved", title="To check & sign", query=query)[0] == 200
    page = site.get(f"{HOME}/find")
    assert "To check &amp; sign" in page
    assert f"{HOME}/find?state=reviewed&amp;sort=score" in page
    site.post(f"{HOME}/find/saved", title="To check & sign", query="", action="forget")
    assert "To check" not in site.get(f"{HOME}/find")


# --- people and report -----------------------------------------------------------------------


def test_every_text_of_these_pages_is_escaped(site: Client) -> None:
    site.name(XSS)
    site.post(f"{HOME}/unit/121/note", text=XSS)
    unit = site.get_json(f"{HOME}/2/ar/units.json")["units"][0]
    site.post(
        f"{HOME}/unit/{unit['id']}/save",
        target=XSS,
        version=unit["version"],
        action="save",
        why=XSS,
    )
    site.post(f"{HOME}/find/saved", title=XSS, query=f"text={XSS}")
    _, answer = site.post(
        f"{HOME}/find/batch", action="replace", document=2, find="alert", **{"with": XSS}
    )
    for path in (f"find?document=2&text={'%3Cscript%3E'}", "find", "people", "report",
                 f"run/{answer['run']}"):  # fmt: skip
        status, page, headers = site.ask("GET", f"{HOME}/{path}")
        assert status == 200, path
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "49" not in re.findall(r"\{\{7\*7\}\}|>49<", page)
        assert "unsafe" not in headers["content-security-policy"]
    site.post(f"{HOME}/find/saved", title=XSS, query="", action="forget")


def test_report_and_its_numbers(site: Client) -> None:
    site.name("Rita")
    site.post(f"{HOME}/unit/100/save", target="Cien.", version=1, action="accept", seconds=12)
    numbers = site.get_json(f"{HOME}/report.json")
    (row,) = [row for row in numbers["days"] if row["person"] == "Rita"]
    assert (row["units"], row["seconds_per_unit"], row["accepted"]) == (1, 12.0, 1)
    assert {row["origin"] for row in numbers["engines"]} == {"caps 1"}
    every = [(row["document_id"], row["target_lang"]) for row in numbers["texts"]]
    assert numbers["next"] is None
    first, lang = every[0]
    rest = site.get_json(f"{HOME}/report.json?after={first}~{lang}")["texts"]
    assert [(row["document_id"], row["target_lang"]) for row in rest] == every[1:]
    page = site.get(f"{HOME}/report")
    assert page.count("<svg viewBox") >= 4
    assert "Rita" in page


def test_roles_come_last(site: Client) -> None:
    """Given roles hold for everything after, so this test is the last of the module."""
    site.name("Root")
    assert site.post(f"{HOME}/people", person="Tina", role="translator")[0] == 200
    tina = Client(site.url, site.db_path)
    tina.name("Tina")
    save = f"{HOME}/unit/110/save"
    status, answer = tina.post(save, target="x", version=1, action="accept")
    assert status == 403
    assert "Tina is a translator here; this needs a reviewer" in answer["error"]
    assert tina.post(save, target="Ciento diez.", version=1, action="save")[0] == 200
    assert tina.post(f"{HOME}/people", person="Tina", role="admin")[0] == 403
    assert tina.post(f"{HOME}/find/batch", action="assign", person="Tina", document=1)[0] == 403
    assert tina.post(f"{HOME}/1/es/claim", first=1, last=2, person="Ben")[0] == 403
    assert "Set" not in tina.get(f"{HOME}/people")
    assert site.post(save, version=2, action="accept")[0] == 200
    assert tina.post(save, target="y", version=3, action="save")[0] == 403
    assert site.post(f"{HOME}/people", person="Root", role="reader")[0] == 400


def test_datasettes_own_pages(site: Client) -> None:
    """Links and marks in its cells, our questions, and bitexts as CSV and JSON."""
    site.name("Root")
    unit = site.get_json(f"{HOME}/1/es/units.json?at=99&size=1")["units"][0]
    site.post(
        f"{HOME}/unit/{unit['id']}/save",
        target="SENTENCE 99 <b>",
        version=unit["version"],
        action="save",
    )
    revisions = site.get(f"/book/revisions?unit_id={unit['id']}")
    assert re.search(r"<ins>[^<]*&lt;", revisions)
    assert "<del>" in revisions
    bitext = site.get(f"/book/bitext?unit_id={unit['id']}")
    assert f"{HOME}/1/es?at={unit['position'] - 2}#p{unit['position']}" in bitext
    assert "mean probability of a token: 61%" in bitext
    assert f"{HOME}/find" in site.get("/book/bitext_en_es")
    page = site.get("/book") + site.ask("GET", "/book/-/queries")[1]  # 1.0 has a page of its own
    for name, question in store.QUESTIONS.items():
        assert question.title in page, name
        parameters = "".join(f"&{each}=" for each in re.findall(r":(\w+)", question.sql))
        if name == "concordance":
            parameters = "&word=sentence"
        assert f"/book/{name}" in page
        assert "rows" in site.get_json(f"/book/{name}.json?_shape=objects{parameters}")
    rows = site.get("/book/bitext_en_es.csv?_size=3").splitlines()
    assert rows[0].startswith(
        "unit_id,document_id,document,position,source_lang,target_lang,source,target"
    )
    assert len(rows) == 4
    answer = site.get_json("/book/bitext_en_es.json?_shape=objects&_size=2")
    assert [row["position"] for row in answer["rows"]] == [0, 1]


@pytest.mark.parametrize("line", LINES)
def test_a_locked_database_is_said_and_an_old_one_migrated(line: str, db_path: Path) -> None:
    with closing(sqlite3.connect(db_path)) as connection:  # as an older workbench left it
        early = Database(connection)
        early.enable_wal()
        MIGRATIONS.apply(early, stop_before="m006_working_together")
        store.ensure_units(early, add_text(early, ["One."]).document_id, "es")
        early.execute("UPDATE units SET target = 'ONE.', state = 'translated', version = 1")
    with served(db_path, LINES[line]) as url:
        site = Client(url, db_path)
        site.name("Ana")
        assert "One." in site.get(f"{HOME}/1/es")
        with closing(sqlite3.connect(db_path)) as other:
            other.execute("BEGIN IMMEDIATE")
            save = f"{HOME}/unit/1/save"
            status, answer = site.post(save, target="Uno.", version=1, action="save")
            assert (status, "another program is writing" in answer["error"]) == (503, True)
            other.rollback()
        assert site.post(save, target="Uno.", version=1, action="save")[0] == 200

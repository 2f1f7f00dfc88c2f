"""Documents: the same text is one document, a changed text a new version that keeps people's work."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import add_text, draft_all, segments

from workbench import store
from workbench.errors import InputError, StoreError
from workbench.store import Database, Edit


def texts_of(db: Database, target_lang: str = "es") -> list[tuple[str, str, str]]:
    return [(unit.source, unit.target, unit.state) for unit in store.bitext(db, target_lang)]


def test_same_content_is_one_document(db: Database) -> None:
    first = add_text(db, ["One.", "Two."])
    again = add_text(db, ["One.", "Two."], path="copy.txt")
    assert (first.status, again.status) == ("added", "unchanged")
    assert again.document_id == first.document_id
    assert [row["segments"] for row in store.documents(db)] == [2]


def test_same_content_in_another_language_is_another_document(db: Database) -> None:
    add_text(db, ["No."])
    assert add_text(db, ["No."], lang="es").status == "added"


def test_original_is_rebuilt_from_the_stored_bytes(db: Database) -> None:
    content = "\ufeffOne.\r\nDos é.\r\n".encode("utf-16-le")
    new = store.NewDocument("a.txt", "a", "en", "txt", content, "utf-16-le")
    added = store.add_document(db, new, segments(["One."]))
    source = store.original(db, added.document_id)
    assert source.text.encode(source.encoding) == content


def test_new_version_keeps_what_people_did(db: Database) -> None:
    old = add_text(db, ["One.", "Two.", "Three."])
    draft_all(db, old.document_id)
    edited = store.edit_unit(db, Edit(1, 1, "ana", target="Uno.", state="reviewed"))
    new = add_text(db, ["Zero.", "One.", "Three."])
    assert (new.status, new.kept, edited) == ("replaced", 2, 2)
    assert texts_of(db) == [
        ("Zero.", "", "initial"),
        ("One.", "Uno.", "reviewed"),
        ("Three.", "THREE.", "translated"),
    ]
    assert [row["after"] for row in store.history(db, 1)] == ["Uno."]
    # what stayed behind is hidden from the bitext, not lost
    left = db.execute(
        "SELECT target FROM units WHERE document_id = ?", [old.document_id]
    ).fetchall()
    assert left == [("TWO.",)]


def test_going_back_to_an_older_version_finds_its_units(db: Database) -> None:
    old = add_text(db, ["One.", "Two."])
    draft_all(db, old.document_id)
    store.edit_unit(db, Edit(2, 1, "ana", target="Dos."))
    add_text(db, ["One."])
    back = add_text(db, ["One.", "Two."])
    assert (back.status, back.document_id) == ("replaced", old.document_id)
    assert texts_of(db) == [("One.", "ONE.", "translated"), ("Two.", "Dos.", "translated")]


def test_refrains_keep_their_own_translations(db: Database) -> None:
    old = add_text(db, ["La la.", "Verse.", "La la."])
    draft_all(db, old.document_id)
    store.edit_unit(db, Edit(3, 1, "ana", target="Tra la."))
    add_text(db, ["New.", "La la.", "Verse.", "La la."])
    assert [target for _, target, _ in texts_of(db)] == ["", "LA LA.", "VERSE.", "Tra la."]


def test_a_failing_document_leaves_nothing(db: Database) -> None:
    def broken() -> object:
        yield from segments(["One.", "Two."])
        raise InputError("cut short")

    new = store.NewDocument("a.txt", "a", "en", "txt", b"x", "utf-8")
    with pytest.raises(InputError):
        store.add_document(db, new, broken())  # type: ignore[arg-type]  # a generator that fails
    counts = [
        db.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in ("documents", "segments")
    ]
    assert counts == [0, 0]


def test_a_full_disk_is_said_and_leaves_nothing(db_path: Path) -> None:
    with store.opened(db_path) as db:
        add_text(db, ["One."])

    def fill() -> None:
        with store.opened(db_path) as db:
            pages = db.execute("PRAGMA page_count").fetchone()[0]
            db.execute(f"PRAGMA max_page_count = {pages + 5}")
            add_text(db, [f"Sentence {i}." for i in range(10_000)], path="b.txt")

    with pytest.raises(StoreError, match="disk is full"):
        fill()
    with store.opened(db_path) as db:
        assert [row["document"] for row in store.documents(db)] == ["a.txt"]
        assert db["segments"].count == 1


line = st.text("ab", min_size=1, max_size=3)
version = st.tuples(
    st.lists(line, min_size=1, max_size=6), st.lists(st.integers(0, 20), max_size=3)
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None
)
@given(versions=st.lists(version, min_size=2, max_size=5))
def test_any_history_of_versions_has_every_unit_once_and_loses_no_typing(
    versions: list[tuple[list[str], list[int]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    with store.opened(tmp_path_factory.mktemp("versions") / "v.db") as db:
        typed = 0
        latest = 0
        before: dict[tuple[str, int], list[tuple[str, str]]] = {}
        for number, (texts, splits) in enumerate(versions):
            added = add_text(db, texts)
            store.ensure_units(db, added.document_id, "es")
            sentences = by_sentence(db, texts)
            # what was split and translated in a sentence that is still there came along, except to an
            # old version that has come back with translations of its own
            if added.document_id > latest:
                still = before.keys() & sentences.keys()
                assert {key: sentences[key] for key in still} == {key: before[key] for key in still}
            latest = max(latest, added.document_id)
            for at in splits:
                split_somewhere(db, at)
            for unit in store.bitext(db, "es"):
                if not unit.target:
                    store.edit_unit(
                        db, Edit(unit.unit_id, unit.version, "ana", target=f"{unit.source}{number}")
                    )
                    typed += 1
            before = by_sentence(db, texts)
        kept = db.execute(
            "SELECT count(*) FROM revisions WHERE actor = 'ana' AND run_id IS NULL"
        ).fetchone()[0]
        assert kept == typed
        assert not db.execute("PRAGMA foreign_key_check").fetchall()


def by_sentence(db: Database, texts: list[str]) -> dict[tuple[str, int], list[tuple[str, str]]]:
    """The sources and targets that make up each sentence; fails if they are not all there in order."""
    units = [(unit.source, unit.target) for unit in store.bitext(db, "es")]
    found: dict[tuple[str, int], list[tuple[str, str]]] = {}
    for at, text in enumerate(texts):
        parts = found.setdefault((text, texts[:at].count(text)), [])
        while "".join(source for source, _ in parts) != text:
            parts.append(units.pop(0))
    assert not units
    return found


def split_somewhere(db: Database, at: int) -> None:
    units = list(store.bitext(db, "es"))
    unit = units[at % len(units)]
    if len(unit.source) > 1:
        store.split_unit(db, unit.unit_id, unit.version, source_at=1, target_at=at, actor="ben")


def test_foreign_file_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE documents (x)")
    connection.close()
    with pytest.raises(StoreError, match="not a workbench database"), store.opened(other):
        pass
    other.write_bytes(b"not a database at all, but long enough to be read as a header" * 20)
    with pytest.raises(StoreError, match="not an SQLite file"), store.opened(other):
        pass
    with (
        pytest.raises(StoreError, match="no database"),
        store.opened(Path("missing.db"), create=False),
    ):
        pass

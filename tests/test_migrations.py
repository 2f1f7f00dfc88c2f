"""Migrations: from nothing, from each earlier shape with data in it, and refusing the future."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from sqlite_utils import Database

from workbench import store
from workbench.errors import StoreError
from workbench.store.migrations import MIGRATIONS
from workbench.store.views import VIEWS

if TYPE_CHECKING:
    from pathlib import Path

with closing(sqlite3.connect(":memory:")) as empty:
    NAMES = [migration.name for migration in MIGRATIONS.pending(Database(empty))]


def shape(path: Path) -> list[tuple[str, str]]:
    connection = sqlite3.connect(path)
    rows = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE '\\_sqlite%' ESCAPE '\\' ORDER BY name"
    ).fetchall()
    connection.close()
    return rows


def test_from_nothing_makes_the_contract(db_path: Path) -> None:
    with store.opened(db_path) as db:
        assert set(VIEWS) <= set(db.view_names())
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert db.execute("PRAGMA foreign_keys").fetchone() == (1,)
        contract = {
            "documents",
            "segments",
            "units",
            "unit_segments",
            "matches",
            "revisions",
            "findings",
            "runs",
        }
        assert contract <= set(db.table_names())


def test_opening_again_changes_nothing(db_path: Path) -> None:
    for _ in range(2):
        with store.opened(db_path):
            pass
        before = shape(db_path)
    assert shape(db_path) == before


@pytest.mark.parametrize("stop", NAMES[1:])
def test_from_every_earlier_shape_with_data(stop: str, tmp_path: Path) -> None:
    old, new = tmp_path / "old.db", tmp_path / "new.db"
    connection = sqlite3.connect(old)
    early = Database(connection)
    MIGRATIONS.apply(early, stop_before=stop)
    early.execute("INSERT INTO documents VALUES (1, 'a.txt', 'a', 'en', 'txt', 'h', '', 1, NULL)")
    early.execute(
        'INSERT INTO segments (id, document_id, position, block, kind, level, "start", "end", text,'
        " words, hash) VALUES (1, 1, 0, 0, 'paragraph', 0, 0, 8, 'Café ole', 2, 'h')"
    )
    connection.close()
    with store.opened(old) as db:
        store.ensure_units(db, 1, "es")
        assert [unit.source for unit in store.bitext(db, "es")] == ["Café ole"]
        assert [unit.source for unit in store.search(db, "cafe")] == ["Café ole"]
    with store.opened(new) as db:
        db.execute("INSERT INTO documents VALUES (1, 'a.txt', 'a', 'en', 'txt', 'h', '', 1, NULL)")
        store.ensure_units(db, 1, "es")
    assert shape(old) == shape(new)


def test_a_newer_database_is_refused(db_path: Path) -> None:
    with store.opened(db_path) as db:
        db.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('workbench', 'm999', '')"
        )
    with pytest.raises(StoreError, match="newer"), store.opened(db_path):
        pass

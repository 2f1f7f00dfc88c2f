"""Search: both sides, any script, without case and diacritics."""

from __future__ import annotations

import pytest
from samples import add_text

from workbench import store
from workbench.errors import InputError
from workbench.store import Database, Edit

SOURCES = [
    "The café was ÉLÉGANT.",
    "これは日本語の文です。",
    "ภาษาไทยไม่มีช่องว่าง",
    "我们在北京学习中文。",
    'He said "so what?" twice.',
    "Straße und Größe",
]


@pytest.fixture
def filled(db: Database) -> Database:
    store.ensure_units(db, add_text(db, SOURCES).document_id, "es")
    store.edit_unit(db, Edit(1, 0, "ana", target="El café era elegante, en 東京都."))
    return db


@pytest.mark.parametrize(
    ("query", "position"),
    [
        ("CAFE elegant", 0),
        ("elegánte", 0),
        ("東京", 0),
        ("東京都", 0),
        ("日本語", 1),
        ("日本", 1),
        ("語", 1),
        ("ไทย", 2),
        ("北京", 3),
        ('"so', 4),
        ("grosse", None),
        ("größe", 5),
        ("NOT OR (", None),
        ("*", None),
    ],
)
def test_finds(filled: Database, query: str, position: int | None) -> None:
    found = [unit.position for unit in store.search(filled, query)]
    assert found == ([] if position is None else [position])


def test_index_follows_edits(filled: Database) -> None:
    store.edit_unit(filled, Edit(1, 1, "ana", target="El bar."))
    assert store.search(filled, "elegante") == []
    assert store.search(filled, "東京都") == []
    assert [unit.target for unit in store.search(filled, "bar")] == ["El bar."]


def test_regex_and_language_and_limit(filled: Database) -> None:
    assert [unit.position for unit in store.search(filled, r"^he\b.*\?", regex=True)] == [4]
    assert store.search(filled, "cafe", target_lang="fr") == []
    assert len(store.search(filled, ".", regex=True, limit=2)) == 2
    with pytest.raises(InputError, match="regular expression"):
        store.search(filled, "(", regex=True)
    with pytest.raises(InputError, match="nothing to search"):
        store.search(filled, "  ")

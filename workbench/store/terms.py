"""The glossary: what a term of one language must be in another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.protect import Term
from workbench.store.database import writing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlite_utils import Database


def add_terms(db: Database, source_lang: str, target_lang: str, terms: Iterable[Term]) -> int:
    """Store terms of a language pair; one that is there already gets its new target.  Returns how many."""
    with writing(db):
        before = db.conn.total_changes
        db.conn.executemany(
            """INSERT INTO terms (source_lang, target_lang, source, target, note) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (source_lang, target_lang, source)
            DO UPDATE SET target = excluded.target, note = excluded.note
            WHERE target <> excluded.target OR note <> excluded.note""",
            [(source_lang, target_lang, t.source, t.target, t.note) for t in terms],
        )
        return int(db.conn.total_changes - before)


def terms(db: Database, source_lang: str, target_lang: str) -> list[Term]:
    """The terms of a language pair, in the order of the alphabet."""
    rows = db.conn.execute(
        "SELECT source, target, note FROM terms WHERE source_lang = ? AND target_lang = ? ORDER BY source",
        (source_lang, target_lang),
    )
    return [Term(*row) for row in rows]


def remove_terms(db: Database, source_lang: str, target_lang: str, sources: Iterable[str]) -> int:
    """Take terms out by their source, in any case; returns how many were there."""
    with writing(db):
        before = db.conn.total_changes
        db.conn.executemany(
            "DELETE FROM terms WHERE source_lang = ? AND target_lang = ? AND source = ?",
            [(source_lang, target_lang, source) for source in sources],
        )
        return int(db.conn.total_changes - before)

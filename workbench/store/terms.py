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
            """INSERT INTO terms (source_lang, target_lang, source, target) VALUES (?, ?, ?, ?)
            ON CONFLICT (source_lang, target_lang, source) DO UPDATE SET target = excluded.target
            WHERE target <> excluded.target""",
            [(source_lang, target_lang, term.source, term.target) for term in terms],
        )
        return int(db.conn.total_changes - before)


def terms(db: Database, source_lang: str, target_lang: str) -> list[Term]:
    """The terms of a language pair, in the order of the alphabet."""
    rows = db.conn.execute(
        "SELECT source, target FROM terms WHERE source_lang = ? AND target_lang = ? ORDER BY source",
        (source_lang, target_lang),
    )
    return [Term(source, target) for source, target in rows]

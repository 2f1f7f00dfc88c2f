"""The queries of the review pages: one page of units, what comes next, documents with progress."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.store.reading import rows
from workbench.store.views import SOURCE

if TYPE_CHECKING:
    from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class UnitsPage:
    """A window of a document's units, and the positions where its neighbours start, if any."""

    units: list[dict[str, Any]]
    previous: int | None
    following: int | None


def review_documents(db: Database) -> list[dict[str, Any]]:
    """Every current document with its progress in each target language; one row without languages."""
    return rows(
        db,
        "SELECT d.id AS document_id, d.title, d.path AS document, d.lang AS source_lang, p.target_lang,"
        " p.units, p.words, p.initial, p.translated, p.reviewed, p.final"
        " FROM documents d LEFT JOIN progress p ON p.document_id = d.id"
        " WHERE d.replaced_by IS NULL ORDER BY d.id, p.target_lang",
    )


def review_document(db: Database, document_id: int, target_lang: str) -> dict[str, Any] | None:
    """One document's progress in one language; None if it has no units in it."""
    found = rows(
        db,
        "SELECT d.id AS document_id, d.title, d.path AS document, d.lang AS source_lang, u.target_lang,"
        " count(*) AS units, sum(u.state = 'initial') AS initial,"
        " sum(u.state = 'translated') AS translated, sum(u.state = 'reviewed') AS reviewed,"
        " sum(u.state = 'final') AS final FROM units u JOIN documents d ON d.id = u.document_id"
        " WHERE u.document_id = ? AND u.target_lang = ? GROUP BY u.document_id",
        (document_id, target_lang),
    )
    return found[0] if found else None


def units_page(
    db: Database, document_id: int, target_lang: str, *, at: int, size: int
) -> UnitsPage:
    """The units from position `at` on, with the kind of text each is."""
    where = (document_id, target_lang, at)
    found = rows(
        db,
        f"SELECT u.id, u.position, {SOURCE} AS source, u.target, u.state, u.sub_state, u.origin, u.score,"
        " u.version, u.updated_by, u.updated_at, coalesce(s.kind, 'paragraph') AS kind,"
        " coalesce(s.level, 0) AS level, s.block"
        " FROM units u JOIN documents d ON d.id = u.document_id"
        " LEFT JOIN unit_segments f ON f.unit_id = u.id AND f.position = 0"
        " LEFT JOIN segments s ON s.id = f.segment_id"
        " WHERE u.document_id = ? AND u.target_lang = ? AND u.position >= ?"
        " ORDER BY u.position LIMIT ?",
        (*where, size + 1),
    )
    before = rows(
        db,
        "SELECT min(position) AS start FROM (SELECT position FROM units WHERE document_id = ?"
        " AND target_lang = ? AND position < ? ORDER BY position DESC LIMIT ?)",
        (*where, size),
    )[0]["start"]
    following = found[size]["position"] if len(found) > size else None
    return UnitsPage(found[:size], before, following)


def next_unfinished(db: Database, document_id: int, target_lang: str, after: int) -> int | None:
    """The position of the next unit that is not reviewed yet."""
    found = rows(
        db,
        "SELECT position FROM units WHERE document_id = ? AND target_lang = ? AND position > ?"
        " AND state IN ('initial', 'translated') ORDER BY position LIMIT 1",
        (document_id, target_lang, after),
    )
    return int(found[0]["position"]) if found else None


def is_workbench(db: Database) -> bool:
    """Whether a database holds our tables."""
    return {"documents", "segments", "units", "revisions"} <= set(db.table_names())

"""The queries of the review pages: one page of units, what comes next, documents with progress."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.model import STATES
from workbench.store.reading import rows
from workbench.store.views import SOURCE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class UnitsPage:
    """A window of a document's units, and the positions where its neighbours start, if any."""

    units: list[dict[str, Any]]
    previous: int | None
    following: int | None


# Whether a text has an existing translation aligned with it.
_ALIGNED = "EXISTS (SELECT 1 FROM bitexts b WHERE b.document_id = d.id AND b.target_lang = {lang})"


def review_documents(
    db: Database, *, after: int = 0, text: str = "", size: int = 100
) -> list[dict[str, Any]]:
    """Current documents with their progress in each target language, a row each; one row without languages.

    These are the first `size` documents whose number is above `after` and whose title or path has a text
    (in any case, as far as SQLite knows cases).
    """
    return rows(
        db,
        "SELECT d.id AS document_id, d.title, d.path AS document, d.lang AS source_lang, u.target_lang,"
        " sum(u.units) AS units, sum(u.words) AS words,"
        + "".join(f" sum(u.units * (u.state = '{state}')) AS {state}," for state in STATES)
        + f" {_ALIGNED.format(lang='u.target_lang')} AS aligned,"
        " (SELECT o.title FROM bitexts b JOIN documents o ON o.id = b.document_id"
        " WHERE b.target_document_id = d.id AND o.replaced_by IS NULL LIMIT 1) AS translation_of"
        " FROM (SELECT * FROM documents WHERE replaced_by IS NULL AND id > :after"
        "  AND instr(lower(title || char(10) || path), lower(:text)) ORDER BY id LIMIT :size) d"
        " LEFT JOIN tallies u ON u.document_id = d.id AND u.units > 0"
        " GROUP BY d.id, u.target_lang ORDER BY d.id, u.target_lang",
        {"after": after, "text": text, "size": size},
    )


def target_languages(db: Database) -> list[str]:
    """The languages that any text is translated to."""
    found = db.conn.execute(
        "SELECT DISTINCT target_lang FROM tallies WHERE units > 0 ORDER BY target_lang"
    )
    return [row[0] for row in found]


def review_document(db: Database, document_id: int, target_lang: str) -> dict[str, Any] | None:
    """One document's progress in one language; None if it has no units in it."""
    found = rows(
        db,
        "SELECT d.id AS document_id, d.title, d.path AS document, d.lang AS source_lang, u.target_lang,"
        f" {_ALIGNED.format(lang='u.target_lang')} AS aligned,"
        " sum(u.units) AS units, sum(u.units * (u.state = 'initial')) AS initial,"
        " sum(u.units * (u.state = 'translated')) AS translated,"
        " sum(u.units * (u.state = 'reviewed')) AS reviewed, sum(u.units * (u.state = 'final')) AS final"
        " FROM tallies u JOIN documents d ON d.id = u.document_id"
        " WHERE u.document_id = ? AND u.target_lang = ? GROUP BY u.document_id HAVING sum(u.units) > 0",
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
    found = [
        rows(
            db,
            "SELECT min(position) AS position FROM units WHERE document_id = ? AND target_lang = ?"
            " AND position > ? AND state = ?",
            (document_id, target_lang, after, state),
        )[0]["position"]
        for state in ("initial", "translated")
    ]
    return min((position for position in found if position is not None), default=None)


def other_languages(db: Database, unit_id: int) -> list[dict[str, Any]]:
    """Units of other target languages that have a segment of this unit."""
    return rows(
        db,
        "SELECT DISTINCT o.id AS unit_id, o.target_lang, o.target, o.state, o.updated_by"
        " FROM unit_segments mine JOIN unit_segments us ON us.segment_id = mine.segment_id"
        " JOIN units o ON o.id = us.unit_id JOIN units u ON u.id = mine.unit_id"
        " WHERE mine.unit_id = ? AND o.target_lang <> u.target_lang ORDER BY o.target_lang, o.position",
        (unit_id,),
    )


def positions(db: Database, unit_ids: Sequence[int]) -> dict[int, int]:
    """Where units stand in their texts."""
    found = db.conn.execute(
        "SELECT id, position FROM units WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(unit_ids)),),
    )
    return dict(found.fetchall())


def changed_lately(
    db: Database, document_id: int, target_lang: str, since: str
) -> list[dict[str, Any]]:
    """The units of a text that were stored since a moment, at most 500."""
    return rows(
        db,
        "SELECT id, version, state, updated_by FROM units WHERE document_id = ? AND target_lang = ?"
        " AND updated_at >= ? ORDER BY updated_at LIMIT 500",
        (document_id, target_lang, since),
    )


def finding_names(db: Database) -> list[str]:
    """The names of the checks that have findings."""
    names: list[str] = []
    while True:  # each step jumps to the next name in the index
        (name,) = db.conn.execute(
            "SELECT min(name) FROM findings WHERE name > ?", (names[-1] if names else "",)
        ).fetchone()
        if name is None:
            return names
        names.append(name)


def is_workbench(db: Database) -> bool:
    """Whether a database holds our tables."""
    return {"documents", "segments", "units", "revisions"} <= set(db.table_names())

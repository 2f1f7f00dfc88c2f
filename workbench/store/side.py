"""What the review page shows beside its units: drafts, counts, terms, other languages; only reads."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from workbench.store.reading import rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

    from workbench.model import Unit


def first_drafts(db: Database, unit_ids: Sequence[int]) -> dict[int, str]:
    """The draft that each of these units started from, where a person changed it."""
    cursor = db.conn.execute(
        "SELECT u.id, m.text FROM units u JOIN matches m ON m.id = u.match_id"
        " WHERE u.id IN (SELECT value FROM json_each(?)) AND u.updated_by <> '' AND m.text <> u.target",
        (json.dumps(list(unit_ids)),),
    )
    return dict(cursor.fetchall())


def heading_before(db: Database, document_id: int, target_lang: str, position: int) -> str:
    """The text of the last heading above a position; empty if there is none."""
    found = rows(
        db,
        "SELECT s.text FROM segments s WHERE s.document_id = ? AND s.kind = 'heading' AND s.position <"
        " coalesce((SELECT f.position FROM units u JOIN unit_segments us ON us.unit_id = u.id"
        "   JOIN segments f ON f.id = us.segment_id"
        "   WHERE u.document_id = ? AND u.target_lang = ? AND u.position = ? LIMIT 1), 0)"
        " ORDER BY s.position DESC LIMIT 1",
        (document_id, document_id, target_lang, position),
    )
    return str(found[0]["text"]) if found else ""


def terms_in(db: Database, unit: Unit) -> list[dict[str, Any]]:
    """The terms of the glossary that stand in a unit's source, in their order, each with its note."""
    from workbench.protect import Term, spans

    known = rows(
        db,
        "SELECT source, target, note FROM terms WHERE source_lang = ? AND target_lang = ?"
        " AND instr(lower(?), lower(source))",
        (unit.source_lang, unit.target_lang, unit.source.lower()),
    )
    if not known:
        return []
    by_source = {row["source"].casefold(): row for row in known}
    terms = [Term(row["source"], row["target"]) for row in known]
    found: dict[str, dict[str, Any]] = {}
    for span in spans(unit.source, terms):
        row = by_source.get(unit.source[span.start : span.end].casefold())
        if row:
            found.setdefault(row["source"], row)
    return list(found.values())


def window_before(
    db: Database, document_id: int, target_lang: str, position: int, size: int
) -> int | None:
    """The position from which `size` units come before another; None at the start of a text."""
    (start,) = db.conn.execute(
        "SELECT min(position) FROM (SELECT position FROM units WHERE document_id = ?"
        " AND target_lang = ? AND position < ? ORDER BY position DESC LIMIT ?)",
        (document_id, target_lang, position, size),
    ).fetchone()
    return None if start is None else int(start)


def identity(db: Database) -> str:
    """What tells this database from others, and stays the same in its copies: when it was made."""
    (made,) = db.conn.execute(
        "SELECT min(applied_at) FROM _sqlite_migrations WHERE migration_set = 'workbench'"
    ).fetchone()
    return "".join(character for character in str(made) if character.isdigit())

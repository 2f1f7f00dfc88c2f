"""Reads what is stored: documents, units, progress, history; never writes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from workbench.errors import StoreError
from workbench.model import STATES, SourceText, Unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlite_utils import Database

    from workbench.model import State

_UNIT_COLUMNS = ", ".join(Unit.__dataclass_fields__)


def rows(
    db: Database, query: str, parameters: Sequence[object] | Mapping[str, object] = ()
) -> list[dict[str, Any]]:
    """The rows of a query as dictionaries."""
    cursor = db.conn.execute(query, parameters)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def documents(db: Database, document_ids: Iterable[int] | None = None) -> list[dict[str, Any]]:
    """The current documents, or these of them, with the number of their segments and words.

    In the order of adding.
    """
    wanted = None if document_ids is None else json.dumps(list(document_ids))
    return rows(
        db,
        "SELECT d.id AS document_id, d.path AS document, d.title, d.lang, d.format, d.version,"
        " d.added_at, count(s.id) AS segments, coalesce(sum(s.words), 0) AS words"
        " FROM documents d LEFT JOIN segments s ON s.document_id = d.id"
        " WHERE d.replaced_by IS NULL AND (:wanted IS NULL OR"
        " d.id IN (SELECT value FROM json_each(:wanted))) GROUP BY d.id",
        {"wanted": wanted},
    )


def bitext(
    db: Database,
    target_lang: str,
    *,
    source_lang: str | None = None,
    document_id: int | None = None,
    state: State = "initial",
) -> Iterator[Unit]:
    """Units in reading order, document by document, that have reached `state`."""
    reached = STATES[STATES.index(state) :]
    marks = ", ".join("?" * len(reached))
    for document in documents_of(db, source_lang, document_id):
        cursor = db.conn.execute(
            f"SELECT {_UNIT_COLUMNS} FROM bitext WHERE document_id = ? AND target_lang = ?"
            f" AND state IN ({marks}) ORDER BY position",
            (document, target_lang, *reached),
        )
        for row in cursor:
            yield Unit(*row)


def documents_of(db: Database, source_lang: str | None, document_id: int | None) -> list[int]:
    """Ids of the current documents, of one language or one alone.

    Raises StoreError if the one asked for is not there.
    """
    if document_id is not None:
        found = db.conn.execute(
            "SELECT id FROM documents WHERE id = ? AND replaced_by IS NULL", (document_id,)
        ).fetchall()
        if not found:
            raise StoreError(f"there is no current document {document_id}; see: workbench report")
    elif source_lang is not None:
        found = db.conn.execute(
            "SELECT id FROM documents WHERE lang = ? AND replaced_by IS NULL ORDER BY id",
            (source_lang,),
        ).fetchall()
    else:
        # a text that is the translation of another is not translated itself, unless it is named
        found = db.conn.execute(
            "SELECT id FROM documents WHERE replaced_by IS NULL"
            " AND (id NOT IN (SELECT target_document_id FROM bitexts)"
            " OR EXISTS (SELECT 1 FROM units WHERE document_id = documents.id)) ORDER BY id"
        ).fetchall()
    return [row[0] for row in found]


def language_pairs(db: Database) -> list[tuple[str, str]]:
    """The (source, target) language pairs that have units."""
    query = (
        "SELECT DISTINCT d.lang, u.target_lang FROM documents d JOIN units u ON u.document_id = d.id"
        " WHERE d.replaced_by IS NULL ORDER BY 1, 2"
    )
    return [(source_lang, target_lang) for source_lang, target_lang in db.conn.execute(query)]


def original(db: Database, document_id: int) -> SourceText:
    """The decoded text of a document, as its segments' offsets count it."""
    row = db.conn.execute(
        "SELECT content, encoding FROM originals WHERE document_id = ?", (document_id,)
    ).fetchone()
    if row is None:
        raise StoreError(f"there is no document {document_id}; see: workbench report")
    return SourceText(row[0].decode(row[1]), row[1])


def unit(db: Database, unit_id: int) -> Unit:
    """One unit.  Raises StoreError if it is not there."""
    row = db.conn.execute(
        f"SELECT {_UNIT_COLUMNS} FROM bitext WHERE unit_id = ?", (unit_id,)
    ).fetchone()
    if row is None:
        raise StoreError(f"there is no unit {unit_id}; look its number up in the view bitext")
    return Unit(*row)


def history(db: Database, unit_id: int) -> list[dict[str, Any]]:
    """The revisions of a unit, newest first."""
    return rows(db, "SELECT * FROM revisions WHERE unit_id = ? ORDER BY version DESC", (unit_id,))


def text_at(db: Database, unit_id: int, version: int) -> str | None:
    """The target that a unit had at a version; None if that is not known."""
    found = db.conn.execute(
        "SELECT coalesce((SELECT after FROM revisions WHERE unit_id = :unit AND version = :version),"
        " (SELECT before FROM revisions WHERE unit_id = :unit AND version = :version + 1))",
        {"unit": unit_id, "version": version},
    ).fetchone()
    return found[0] if found else None


def matches(db: Database, unit_id: int) -> list[dict[str, Any]]:
    """The drafts and other candidates of a unit, newest first."""
    return rows(db, "SELECT * FROM matches WHERE unit_id = ? ORDER BY id DESC", (unit_id,))


def progress(db: Database) -> list[dict[str, Any]]:
    """Units and words by state for every document and target language."""
    return rows(db, "SELECT * FROM progress ORDER BY document_id, target_lang")

"""Stores documents and their segments, each whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from workbench import lang
from workbench.store.database import now, writing
from workbench.store.hashing import content_hash, text_hash
from workbench.store.versions import carry_over

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlite_utils import Database

    from workbench.model import Segment


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document about to be stored; `path` names it, `content` are the bytes of its file."""

    path: str
    title: str
    lang: str
    format: str
    content: bytes
    encoding: str


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a document; `kept` counts the units that came along from its older version."""

    document_id: int
    status: Literal["added", "unchanged", "replaced"]
    segments: int
    kept: int = 0


def find_unchanged(db: Database, new: NewDocument) -> Added | None:
    """The current document with the same bytes, language and format, if there is one."""
    row = db.conn.execute(
        "SELECT id, (SELECT count(*) FROM segments WHERE document_id = documents.id) FROM documents"
        " WHERE hash = ? AND lang = ? AND format = ? AND replaced_by IS NULL",
        (content_hash(new.content), new.lang, new.format),
    ).fetchone()
    return Added(row[0], "unchanged", row[1]) if row else None


def add_document(db: Database, new: NewDocument, segments: Iterable[Segment]) -> Added:
    """Store a document with its segments in one transaction.

    The same bytes again are the same document.  Other bytes under a known path are its new version:
    units whose source is unchanged move to it with all their history, the rest stay with the old
    version.  The segments are staged first, so the database is locked only for a moment.
    """
    if unchanged := find_unchanged(db, new):
        return unchanged
    staged = _stage(db, segments)
    with writing(db):
        if unchanged := find_unchanged(db, new):  # another process was faster
            return unchanged
        return _store(db, new, staged)


def _store(db: Database, new: NewDocument, staged: int) -> Added:
    execute = db.conn.execute
    old = execute(
        "SELECT id, version FROM documents WHERE path = ? AND lang = ? AND replaced_by IS NULL",
        (new.path, new.lang),
    ).fetchone()
    version = old[1] + 1 if old else 1
    earlier = execute(
        "SELECT id FROM documents WHERE hash = ? AND lang = ? AND format = ?",
        (content_hash(new.content), new.lang, new.format),
    ).fetchone()
    if earlier:  # the text went back to what it once was
        document_id: int = earlier[0]
        execute(
            "UPDATE documents SET replaced_by = NULL, path = ?, version = ? WHERE id = ?",
            (new.path, version, document_id),
        )
    else:
        document_id = _insert(db, new, version)
    kept = 0
    if old:
        execute("UPDATE documents SET replaced_by = ? WHERE id = ?", (document_id, old[0]))
        kept = carry_over(db, old[0], document_id)
        execute(
            "UPDATE OR IGNORE bitexts SET document_id = ? WHERE document_id = ?",
            (document_id, old[0]),
        )
    return Added(document_id, "replaced" if old else "added", staged, kept)


def _insert(db: Database, new: NewDocument, version: int) -> int:
    execute = db.conn.execute
    cursor = execute(
        "INSERT INTO documents (path, title, lang, format, hash, added_at, version)"
        " VALUES (?, coalesce((SELECT text FROM temp.staged WHERE kind = 'heading' ORDER BY position"
        " LIMIT 1), ?), ?, ?, ?, ?, ?) RETURNING id",
        (new.path, new.title, new.lang, new.format, content_hash(new.content), now(), version),
    )
    document_id: int = cursor.fetchone()[0]
    execute("INSERT INTO originals VALUES (?, ?, ?)", (document_id, new.content, new.encoding))
    execute(
        'INSERT INTO segments (document_id, position, block, kind, level, "start", "end", text, words,'
        ' hash) SELECT ?, position, block, kind, level, "start", "end", text, words, hash'
        " FROM temp.staged ORDER BY position",
        (document_id,),
    )
    return document_id


def _stage(db: Database, segments: Iterable[Segment]) -> int:
    """Write segments to a temporary table, outside the database's lock and out of memory."""
    db.conn.execute("DROP TABLE IF EXISTS temp.staged")
    db.conn.execute(
        'CREATE TEMP TABLE staged (position, block, kind, level, "start", "end", text, words, hash)'
    )
    with db.atomic():
        cursor = db.conn.executemany(
            "INSERT INTO temp.staged VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", map(_row, segments)
        )
    return cursor.rowcount


def _row(segment: Segment) -> tuple[int, int, str, int, int, int, str, int, str]:
    text = segment.text
    return (
        segment.position,
        segment.block,
        segment.kind,
        segment.level,
        segment.start,
        segment.end,
        text,
        len(lang.words(text)),
        text_hash(text),
    )

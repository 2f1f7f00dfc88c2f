"""The shelf of a text: a document that holds what was taken out of it and may come back.

It counts as an older version of the text, so no list, count or export has it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.store.database import now

if TYPE_CHECKING:
    from sqlite_utils import Database

SHELF = "shelf"


def shelf(db: Database, home: int) -> int:
    """The document that is the shelf of a text; made where there is none."""
    name = f"{SHELF}:{home}"
    found = db.conn.execute("SELECT id FROM documents WHERE hash = ?", (name,)).fetchone()
    if found:
        return int(found[0])
    cursor = db.conn.execute(
        "INSERT INTO documents (path, title, lang, format, hash, added_at, version, replaced_by)"
        " SELECT path, title, lang, ?, ?, ?, version, id FROM documents WHERE id = ?",
        (SHELF, name, now(), home),
    )
    return int(cursor.lastrowid or 0)


def is_shelf(db: Database, document_id: int) -> bool:
    """Whether a document is the shelf of another."""
    query = "SELECT 1 FROM documents WHERE id = ? AND format = ?"
    return db.conn.execute(query, (document_id, SHELF)).fetchone() is not None

"""Cuts segments in two, for every unit that has them, and finds where the parts are in the original."""

from __future__ import annotations

import json
import unicodedata
from bisect import bisect_left
from typing import TYPE_CHECKING

from workbench import lang
from workbench.errors import StoreError
from workbench.store.database import writing
from workbench.store.hashing import text_hash
from workbench.store.reading import original

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlite_utils import Database

# Beyond any position.
_FAR = 1 << 60


def split_segment(db: Database, segment_id: int, at: int) -> int:
    """Make two segments of one, `at` characters into its text; returns the second one's id.

    The segments after it and their units move one position on, and every unit that has the first
    gets the second too: all sources stay as they were.
    """
    return split_segments(db, {segment_id: [at]})[0]


def split_segments(db: Database, cuts: Mapping[int, Sequence[int]]) -> list[int]:
    """Split segments of one document, each at offsets into its text; returns the ids of the new ones.

    The new ones are given segment by segment, the last part of each first.
    """
    with writing(db):
        found = db.conn.execute(
            "SELECT id, document_id, position FROM segments WHERE id IN (SELECT value FROM json_each(?))"
            " ORDER BY position",
            (json.dumps(list(cuts)),),
        ).fetchall()
        make_room(db, found[0][1], *(place for one, _, place in found for _ in cuts[one]))
        return [
            split_off(db, one, at, further)
            for one, _, _ in found
            for further, at in sorted(enumerate(sorted(cuts[one]), start=1), reverse=True)
        ]


def split_off(
    db: Database, segment_id: int, at: int, further: int = 1, number: int | None = None
) -> int:
    """Make a segment of what stands after an offset of one, so many positions further, which are free.

    It gets the number given, or a new one; returns that.
    """
    document_id, start, end, text = db.conn.execute(
        'SELECT document_id, "start", "end", text FROM segments WHERE id = ?', (segment_id,)
    ).fetchone()
    left, right = text[:at].rstrip(), text[at:].lstrip()
    border = _border(db, document_id, (start, end), left, right)
    cursor = db.conn.execute(
        'INSERT INTO segments (id, document_id, position, block, kind, level, "start", "end", text, words,'
        " hash, joint) SELECT ?, document_id, position + ?, block, kind, level, ?, ?, ?, ?, ?, ?"
        " FROM segments WHERE id = ?",
        (number, further, border[1], end, right, len(lang.words(right)), text_hash(right),
         text[len(left) : len(text) - len(right)], segment_id),
    )  # fmt: skip
    new = int(cursor.lastrowid or 0)
    db.conn.execute(
        'UPDATE segments SET "end" = ?, text = ?, words = ?, hash = ? WHERE id = ?',
        (border[0], left, len(lang.words(left)), text_hash(left), segment_id),
    )
    _share(db, segment_id, new)
    count_sides(db, segment_id)
    return new


def make_room(db: Database, document_id: int, *places: int) -> None:
    """Move what follows each of some positions one further; after a single one, as far as the next gap."""
    ordered = sorted(places)
    end = _gap(db, document_id, ordered[0]) if len(ordered) == 1 else None
    for table in ("segments", "units"):
        # the last first, since positions are unique
        found = db.conn.execute(
            f"SELECT id, position FROM {table} WHERE document_id = ? AND position > ? AND position < ?"
            " ORDER BY position DESC",
            (document_id, ordered[0], _FAR if end is None else end),
        ).fetchall()
        db.conn.executemany(
            f"UPDATE {table} SET position = ? WHERE id = ?",
            [(position + bisect_left(ordered, position), row) for row, position in found],
        )


def _gap(db: Database, document_id: int, start: int) -> int | None:
    """A position after one that neither a segment nor a unit has, before the end of a document."""
    row = db.conn.execute(
        """SELECT s.position + 1 AS free FROM segments s
        WHERE s.document_id = :document AND s.position > :start
          AND NOT EXISTS (SELECT 1 FROM segments n WHERE n.document_id = :document AND n.position = free)
          AND NOT EXISTS (SELECT 1 FROM units u WHERE u.document_id = :document AND u.position = free
            AND u.target_lang IN (SELECT t.target_lang FROM tallies t WHERE t.document_id = :document))
        ORDER BY s.position LIMIT 1""",
        {"document": document_id, "start": start},
    ).fetchone()
    return row[0] if row else None


def close_gap(db: Database, document_id: int, position: int) -> None:
    """Move everything after a position that is free one back."""
    for table in ("segments", "units"):
        found = db.conn.execute(
            f"SELECT position - 1, id FROM {table} WHERE document_id = ? AND position > ? ORDER BY position",
            (document_id, position),
        ).fetchall()
        db.conn.executemany(f"UPDATE {table} SET position = ? WHERE id = ?", found)


def count_sides(db: Database, segment_id: int) -> None:
    """Let units with a segment say how many words their source has, and segments both sides of their beads."""
    db.conn.execute(
        """UPDATE units SET words = (SELECT sum(s.words) FROM unit_segments us JOIN segments s
          ON s.id = us.segment_id WHERE us.unit_id = units.id)
        WHERE id IN (SELECT unit_id FROM unit_segments WHERE segment_id = ?)""",
        (segment_id,),
    )
    db.conn.execute(
        """UPDATE beads SET type =
          (SELECT count(*) FROM unit_segments s WHERE s.unit_id = beads.unit_id) || ':' ||
          (SELECT count(*) FROM unit_targets t WHERE t.unit_id = beads.unit_id)
        WHERE unit_id IN (SELECT unit_id FROM unit_segments WHERE segment_id = :segment
          UNION SELECT unit_id FROM unit_targets WHERE segment_id = :segment)""",
        {"segment": segment_id},
    )


def _share(db: Database, segment_id: int, new: int) -> None:
    """Let every unit that has a segment, on either side, have its new second part after it."""
    for table in ("unit_segments", "unit_targets"):
        owners = db.conn.execute(
            f"SELECT unit_id, position FROM {table} WHERE segment_id = ?", (segment_id,)
        ).fetchall()
        for unit_id, place in owners:
            db.conn.execute(
                f"UPDATE {table} SET position = position + 1 WHERE unit_id = ? AND position > ?",
                (unit_id, place),
            )
            db.conn.execute(
                f"INSERT INTO {table} (unit_id, segment_id, position) VALUES (?, ?, ?)",
                (unit_id, new, place + 1),
            )


def _border(
    db: Database, document_id: int, span: tuple[int, int], left: str, right: str
) -> tuple[int, int]:
    """Where in the original the left part ends and the right part starts.

    Where the original cannot be followed, the left part keeps the whole range.
    """
    try:
        raw = original(db, document_id).text[span[0] : span[1]]
    except (StoreError, UnicodeDecodeError, LookupError):
        return span[1], span[1]
    end = _follow(raw, left)
    if end is None:
        return span[1], span[1]
    first = unicodedata.normalize("NFD", right)[:1]
    begin = next(
        (i for i in range(end, len(raw)) if unicodedata.normalize("NFD", raw[i])[:1] == first), None
    )
    return (span[0] + end, span[0] + begin) if begin is not None else (span[1], span[1])


def _follow(raw: str, text: str) -> int | None:
    """Where a text ends with which the original begins, passing over its line ends and markers."""
    wanted = [c for c in unicodedata.normalize("NFD", text) if not c.isspace()]
    found = 0
    for index, written in enumerate(raw):
        for character in unicodedata.normalize("NFD", written):
            if found < len(wanted) and character == wanted[found]:
                found += 1
        if found == len(wanted):
            return index + 1
    return None

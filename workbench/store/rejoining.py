"""Makes one segment again of parts that were split off it, and splits them off again as they were.

A part that is joined again keeps its number on the shelf (shelf.py), so that what is done again
makes the same segment, and no other segment ever gets the number.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from workbench import lang
from workbench.errors import ConflictError
from workbench.store.cutting import close_gap, count_sides, make_room, split_off
from workbench.store.hashing import text_hash
from workbench.store.shelf import SHELF, shelf

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from sqlite_utils import Database

Row = dict[str, Any]
_SIDES = ("segments", "targets")


def held(rows: Iterable[Row | None]) -> set[int]:
    """The segments on both sides of units."""
    return {segment for row in rows if row for side in _SIDES for segment in row.get(side, ())}


def shelved(db: Database, segments: Iterable[int]) -> set[int]:
    """Which of some segments are parts that were joined again."""
    found = db.conn.execute(
        "SELECT s.id FROM segments s JOIN documents d ON d.id = s.document_id"
        " WHERE s.id IN (SELECT value FROM json_each(?)) AND d.format = ?",
        (json.dumps(list(segments)), SHELF),
    )
    return {row[0] for row in found}


def standing(db: Database, segment: int | None, document_id: int) -> int | None:
    """A segment of a document, or the one that has its text since it was joined again."""
    if segment is None or not shelved(db, [segment]):
        return segment
    found = db.conn.execute(
        'SELECT id FROM segments WHERE document_id = ? AND "start" <='
        ' (SELECT "start" FROM segments WHERE id = ?) ORDER BY position DESC LIMIT 1',
        (document_id, segment),
    ).fetchone()
    return found[0] if found else None


def cuts(db: Database, segments: Iterable[int]) -> dict[int, list[int]]:
    """Where further parts of sentences begin: the sentence's first part, and the offset in its text."""
    further = db.conn.execute(
        """SELECT s.id, (SELECT f.id FROM segments f WHERE f.document_id = s.document_id AND f.joint IS NULL
            AND f.position < s.position ORDER BY f.position DESC LIMIT 1) FROM segments s
        WHERE s.id IN (SELECT value FROM json_each(?)) AND s.joint IS NOT NULL""",
        (json.dumps(list(segments)),),
    ).fetchall()
    found: dict[int, list[int]] = {}
    for sentence in {first for _, first in further}:
        end = 0
        for part, _, _, joint, text in _parts(db, sentence):
            found[part] = [sentence, end + len(joint)]
            end += len(joint) + len(text)
    return {segment: found[segment] for segment, _ in further}


def split_again(db: Database, there: Sequence[Row], wanted: Mapping[int, Row | None]) -> None:
    """Split off the parts that units shall have and that were joined since.

    Raises ConflictError if the sentence was split in another way meanwhile.
    """
    known = {
        int(segment): cut
        for row in wanted.values()
        if row
        for segment, cut in row.get("cuts", {}).items()
    }
    missing = (held(wanted.values()) - held(there)) & known.keys()
    for segment in sorted(missing, key=lambda segment: known[segment]):
        _split_at(db, segment, *known[segment])


def _split_at(db: Database, segment: int, sentence: int, at: int) -> None:
    """Split a sentence, given by its first segment, at an offset; the new part has a number already."""
    start = 0
    for part, position, document_id, joint, text in _parts(db, sentence):
        start += len(joint)
        inner = at - start
        start += len(text)
        if 0 < inner < len(text) and text[:inner].strip() and text[inner:].strip():
            shelved = db.conn.execute(
                "DELETE FROM segments WHERE id = ? AND document_id = ?",
                (segment, shelf(db, document_id)),
            )
            if not shelved.rowcount:
                break
            make_room(db, document_id, position)
            split_off(db, part, inner, number=segment)
            return
    raise ConflictError("this sentence was split in another way since; split it by hand")


def _parts(db: Database, sentence: int) -> list[tuple[int, int, int, str, str]]:
    """The parts of a sentence, by its first: id, position, document, joint, text."""
    return db.conn.execute(
        """SELECT s.id, s.position, s.document_id, iif(s.id = f.id, '', s.joint), s.text FROM segments f
        JOIN segments s ON s.document_id = f.document_id AND s.position >= f.position
          AND s.position < coalesce((SELECT min(n.position) FROM segments n WHERE n.document_id = f.document_id
            AND n.position > f.position AND n.joint IS NULL), s.position + 1)
        WHERE f.id = ? ORDER BY s.position""",
        (sentence,),
    ).fetchall()


def join_again(db: Database, segments: Collection[int]) -> None:
    """Join parts of sentences with what they were split off, the last first.

    A part that begins another unit somewhere, in any language, stays: that is another person's split.
    """
    further = db.conn.execute(
        "SELECT id FROM segments WHERE id IN (SELECT value FROM json_each(?)) AND joint IS NOT NULL"
        " ORDER BY document_id, position DESC",
        (json.dumps(sorted(segments)),),
    ).fetchall()
    for (segment,) in further:
        _join(db, segment)


def _join(db: Database, segment: int) -> None:
    document_id, position, joint, text, end = db.conn.execute(
        'SELECT document_id, position, joint, text, "end" FROM segments WHERE id = ?', (segment,)
    ).fetchone()
    before = db.conn.execute(
        "SELECT id, text FROM segments WHERE document_id = ? AND position < ? ORDER BY position DESC LIMIT 1",
        (document_id, position),
    ).fetchone()
    if before is None or not _always_together(db, before[0], segment):
        return
    first, whole = before[0], f"{before[1]}{joint}{text}"
    for table in ("unit_segments", "unit_targets"):
        db.conn.execute(
            f"UPDATE {table} SET position = position - 1 WHERE position > (SELECT position FROM {table} t"
            f" WHERE t.unit_id = {table}.unit_id AND t.segment_id = ?)",
            (segment,),
        )
        db.conn.execute(f"DELETE FROM {table} WHERE segment_id = ?", (segment,))
    db.conn.execute(
        "UPDATE segments SET document_id = ?, position = id WHERE id = ?",
        (shelf(db, document_id), segment),
    )
    db.conn.execute(
        'UPDATE segments SET "end" = ?, text = ?, words = ?, hash = ? WHERE id = ?',
        (end, whole, len(lang.words(whole)), text_hash(whole), first),
    )
    close_gap(db, document_id, position)
    count_sides(db, first)


def _always_together(db: Database, first: int, second: int) -> bool:
    """Whether every unit with one of two segments, on either side, has the other beside it."""
    for table in ("unit_segments", "unit_targets"):
        owners, pairs = db.conn.execute(
            f"""SELECT count(*), coalesce(sum(o.unit_id IS NOT NULL), 0) FROM {table} t
            LEFT JOIN {table} o ON o.unit_id = t.unit_id
              AND o.segment_id = iif(t.segment_id = :first, :second, :first)
              AND o.position = t.position + iif(t.segment_id = :first, 1, -1)
            WHERE t.segment_id IN (:first, :second)""",
            {"first": first, "second": second},
        ).fetchone()
        if owners != pairs:
            return False
    return True

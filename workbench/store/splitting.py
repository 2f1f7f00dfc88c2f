"""Splits a unit at a cursor, also inside a segment, and merges it with the next."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench import lang
from workbench.errors import ConflictError, InputError, StoreError
from workbench.store.database import writing
from workbench.store.hashing import text_hash
from workbench.store.reading import original
from workbench.store.regroup import Regrouped, regroup
from workbench.store.sides import Part

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlite_utils import Database

# Languages whose sentences are joined without a space (see SOURCE in views.py).
_JOINED = frozenset({"zh", "ja", "th", "lo", "km", "my"})


@dataclass(frozen=True, slots=True)
class _Piece:
    segment_id: int
    text: str
    joint: str  # what stands before it in its unit's source


def split_unit(
    db: Database, unit_id: int, version: int, *, source_at: int, target_at: int, actor: str
) -> Regrouped:
    """Make two units of one; the offsets are characters in its source and its target.

    A split inside a segment makes two segments of it, for every language; the units of the other
    languages then have both.  Raises ConflictError on another version, InputError if a side of the
    source would be empty.
    """
    with writing(db):
        target = _target(db, unit_id, version)
        pieces = _pieces(db, unit_id)
        left, right = _divided(db, pieces, source_at)
        at = min(max(target_at, 0), len(target))
        parts = (Part(left, target[:at].rstrip()), Part(right, target[at:].lstrip()))
        return regroup(db, [(unit_id, version)], parts, actor=actor, command="split")


def merge_units(
    db: Database, unit_id: int, version: int, next_version: int, *, actor: str
) -> Regrouped:
    """Make one unit of a unit and the one after it.

    Raises ConflictError on another version, InputError if there is none after it.
    """
    with writing(db):
        target = _target(db, unit_id, version)
        row = db.conn.execute(
            "SELECT n.id, n.target, n.target_lang FROM units n JOIN units u ON u.document_id = n.document_id"
            " AND u.target_lang = n.target_lang AND n.position > u.position"
            " WHERE u.id = ? ORDER BY n.position LIMIT 1",
            (unit_id,),
        ).fetchone()
        if row is None:
            raise InputError("this is the last unit; there is none to merge it with")
        next_id, next_target, target_lang = row
        segments = tuple(
            piece.segment_id for each in (unit_id, next_id) for piece in _pieces(db, each)
        )
        joint = _joint(target_lang) if target and next_target else ""
        part = Part(segments, f"{target}{joint}{next_target}")
        olds = [(unit_id, version), (next_id, next_version)]
        return regroup(db, olds, [part], actor=actor, command="merge")


def _target(db: Database, unit_id: int, version: int) -> str:
    row = db.conn.execute(
        "SELECT u.target, u.version, d.replaced_by FROM units u JOIN documents d ON d.id = u.document_id"
        " WHERE u.id = ?",
        (unit_id,),
    ).fetchone()
    if row is None:
        raise StoreError(f"there is no unit {unit_id}; look its number up in the view bitext")
    if row[2] is not None:
        raise InputError("this unit belongs to an older version of its text")
    if row[1] != version:
        raise ConflictError(f"unit {unit_id} was changed since you read it; look at it again")
    return str(row[0])


def _joint(tag: str) -> str:
    return "" if tag[:2] in _JOINED else " "


def _pieces(db: Database, unit_id: int) -> list[_Piece]:
    found = db.conn.execute(
        "SELECT s.id, s.text, s.joint, d.lang FROM unit_segments us JOIN segments s ON s.id = us.segment_id"
        " JOIN documents d ON d.id = s.document_id WHERE us.unit_id = ? ORDER BY us.position",
        (unit_id,),
    ).fetchall()
    return [
        _Piece(segment_id, text, "" if first else (joint if joint is not None else _joint(tag)))
        for first, (segment_id, text, joint, tag) in zip(
            [True, *[False] * len(found)], found, strict=False
        )
    ]


def _divided(
    db: Database, pieces: list[_Piece], at: int
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The segments before and after an offset in a unit's source."""
    start = 0
    for index, piece in enumerate(pieces):
        start += len(piece.joint)
        inner = at - start
        start += len(piece.text)
        if at > start or (at == start and index < len(pieces) - 1):
            continue
        ids = [each.segment_id for each in pieces]
        if piece.text[: max(inner, 0)].strip() and piece.text[inner:].strip():
            new = split_segment(db, piece.segment_id, inner)
            return tuple(ids[: index + 1]), (new, *ids[index + 1 :])
        border = index if inner <= 0 or not piece.text[:inner].strip() else index + 1
        if 0 < border < len(ids):
            return tuple(ids[:border]), tuple(ids[border:])
        break
    raise InputError("put the cursor inside the source, where the second unit shall begin")


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
            _split_off(db, one, at, further)
            for one, _, _ in found
            for further, at in sorted(enumerate(sorted(cuts[one]), start=1), reverse=True)
        ]


def _split_off(db: Database, segment_id: int, at: int, further: int) -> int:
    """Make a segment of what stands after an offset of one, so many positions further, which are free."""
    document_id, start, end, text = db.conn.execute(
        'SELECT document_id, "start", "end", text FROM segments WHERE id = ?', (segment_id,)
    ).fetchone()
    left, right = text[:at].rstrip(), text[at:].lstrip()
    border = _border(db, document_id, (start, end), left, right)
    cursor = db.conn.execute(
        'INSERT INTO segments (document_id, position, block, kind, level, "start", "end", text, words,'
        " hash, joint) SELECT document_id, position + ?, block, kind, level, ?, ?, ?, ?, ?, ?"
        " FROM segments WHERE id = ?",
        (further, border[1], end, right, len(lang.words(right)), text_hash(right),
         text[len(left) : len(text) - len(right)], segment_id),
    )  # fmt: skip
    new = int(cursor.lastrowid or 0)
    db.conn.execute(
        'UPDATE segments SET "end" = ?, text = ?, words = ?, hash = ? WHERE id = ?',
        (border[0], left, len(lang.words(left)), text_hash(left), segment_id),
    )
    _share(db, segment_id, new)
    return new


def make_room(db: Database, document_id: int, *places: int) -> None:
    """Move everything after each of some positions one further; in two steps, since positions are unique."""
    db.conn.execute("DROP TABLE IF EXISTS temp.room")
    db.conn.execute("CREATE TEMP TABLE room (after INTEGER PRIMARY KEY, moved INTEGER)")
    db.conn.executemany(
        "INSERT OR REPLACE INTO temp.room VALUES (?, ?)",
        [(place, moved) for moved, place in enumerate(sorted(places), start=1)],
    )
    for table in ("segments", "units"):
        db.conn.execute(
            f"UPDATE {table} SET position = -1 - position - (SELECT moved FROM temp.room"
            f" WHERE after < {table}.position ORDER BY after DESC LIMIT 1)"
            " WHERE document_id = ? AND position > ?",
            (document_id, min(places)),
        )
        db.conn.execute(
            f"UPDATE {table} SET position = -1 - position WHERE document_id = ? AND position < 0",
            (document_id,),
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

"""Splits a unit at a cursor, also inside a segment, and merges it with the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.errors import ConflictError, InputError, StoreError
from workbench.store.cutting import split_segment
from workbench.store.database import writing
from workbench.store.regroup import Regrouped, regroup
from workbench.store.sides import Part

if TYPE_CHECKING:
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
        parted = {*left, *right}.difference(piece.segment_id for piece in pieces)
        return regroup(db, [(unit_id, version)], parts, actor=actor, command="split", parted=parted)


def merge_units(
    db: Database, unit_id: int, version: int, next_version: int, *, actor: str
) -> Regrouped:
    """Make one unit of a unit and the one after it.

    Raises ConflictError on another version, InputError if there is none after it.
    """
    with writing(db):
        target = _target(db, unit_id, version)
        next_id = following_unit(db, unit_id)
        if next_id is None:
            raise InputError("this is the last unit; there is none to merge it with")
        next_target, target_lang = db.conn.execute(
            "SELECT target, target_lang FROM units WHERE id = ?", (next_id,)
        ).fetchone()
        segments = tuple(
            piece.segment_id for each in (unit_id, next_id) for piece in _pieces(db, each)
        )
        joint = _joint(target_lang) if target and next_target else ""
        part = Part(segments, f"{target}{joint}{next_target}")
        olds = [(unit_id, version), (next_id, next_version)]
        return regroup(db, olds, [part], actor=actor, command="merge")


def following_unit(db: Database, unit_id: int) -> int | None:
    """The unit after one in its text; None after the last."""
    row = db.conn.execute(
        "SELECT n.id FROM units n JOIN units u ON u.document_id = n.document_id"
        " AND u.target_lang = n.target_lang AND n.position > u.position"
        " WHERE u.id = ? ORDER BY n.position LIMIT 1",
        (unit_id,),
    ).fetchone()
    return row[0] if row else None


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

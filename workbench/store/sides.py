"""The sides of units as they are regrouped: their segments, and the bead of a translation that exists."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.store.views import SPACELESS_LANGS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

_BEAD = (
    "bitext_id", "confidence", "signals", "crossing", "mark", "aligner", "confirmed_by", "confirmed_at",
)  # fmt: skip


def joined(texts: Sequence[str], lang: str) -> str:
    """Segments of a language as one text."""
    return ("" if lang[:2] in SPACELESS_LANGS else " ").join(text for text in texts if text)


@dataclass(frozen=True, slots=True)
class Part:
    """One unit as it shall be: its segments in order, and its target.

    `position` is needed only without segments; else it is the first segment's.  `target_ids` are the
    segments of an aligned translation; None shares those of the old units by length.
    """

    segment_ids: tuple[int, ...]
    target: str
    position: int | None = None
    target_ids: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A segment in a unit, with what stands before it."""

    id: int
    text: str
    joint: str


def pieces(db: Database, ids: Sequence[int], lang: str) -> list[Piece]:
    """Segments with what joins each to the one before it."""
    usual = "" if lang[:2] in SPACELESS_LANGS else " "
    found: list[Piece] = []
    for segment_id in ids:
        text, joint = db.conn.execute(
            "SELECT text, joint FROM segments WHERE id = ?", (segment_id,)
        ).fetchone()
        before = usual if joint is None else joint
        found.append(Piece(segment_id, text, before if found else ""))
    return found


def side_text(db: Database, ids: Sequence[int], lang: str) -> str:
    """Segments of a language, by id, as one text."""
    return "".join(piece.joint + piece.text for piece in pieces(db, ids, lang))


def target_sides(
    db: Database, unit_ids: Sequence[int]
) -> dict[int, tuple[list[int], dict[str, Any] | None]]:
    """The ids of units' target segments, in order, and their beads' rows; None for one that is no bead."""
    every, asked = "unit_id IN (SELECT value FROM json_each(?))", (json.dumps(list(unit_ids)),)
    targets: dict[int, list[int]] = {unit_id: [] for unit_id in unit_ids}
    for unit_id, segment_id in db.conn.execute(
        f"SELECT unit_id, segment_id FROM unit_targets WHERE {every} ORDER BY unit_id, position",
        asked,
    ):
        targets[unit_id].append(segment_id)
    beads = {
        unit_id: dict(zip(_BEAD, row, strict=True))
        for unit_id, *row in db.conn.execute(
            f"SELECT unit_id, {', '.join(_BEAD)} FROM beads WHERE {every}", asked
        )
    }
    return {unit_id: (targets[unit_id], beads.get(unit_id)) for unit_id in unit_ids}


def write_target_sides(db: Database, rows: Sequence[dict[str, Any]]) -> None:
    """Store the target sides of units that have none: `targets` and `bead` of rows as planned."""
    db.conn.executemany(
        "INSERT INTO unit_targets (unit_id, segment_id, position) VALUES (?, ?, ?)",
        [
            (row["id"], segment, place)
            for row in rows
            for place, segment in enumerate(row.get("targets", ()))
        ],
    )
    marks = ", ".join("?" * (len(_BEAD) + 2))
    db.conn.executemany(
        f"INSERT INTO beads (unit_id, type, {', '.join(_BEAD)}) VALUES ({marks})",
        [
            (
                row["id"],
                f"{len(row['segments'])}:{row.get('counted', len(row.get('targets', ())))}",
                *(row["bead"][column] for column in _BEAD),
            )
            for row in rows
            if row.get("bead")
        ],
    )


def new_bead(before: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """The bead that a person makes of units; None if these were no beads."""
    old = next((unit["bead"] for unit in before if unit.get("bead")), None)
    if old is None:
        return None
    return dict.fromkeys(_BEAD) | {
        "bitext_id": old["bitext_id"],
        "confidence": 1.0,
        "signals": "{}",
        "crossing": 0,
        "mark": "",
        "aligner": "",
    }


def shared_targets(
    db: Database, before: Sequence[dict[str, Any]], parts: Sequence[Part]
) -> list[list[int]]:
    """The target segments of each part; where a part does not say, by the lengths of the new targets."""
    rest = [segment for unit in before for segment in unit["targets"]]
    if any(part.target_ids is not None for part in parts):
        return [list(part.target_ids or ()) for part in parts]
    if len(parts) == 1 or not rest:
        return [rest, *([] for _ in parts[1:])]
    lengths = dict(
        db.conn.execute(
            "SELECT id, length(text) FROM segments WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(rest),),
        )
    )
    ends, end = [], 0
    for part in parts:
        end += len(part.target)
        ends.append(end)
    scale = end / max(1, sum(lengths.values()))
    shared: list[list[int]] = [[] for _ in parts]
    at = 0.0
    for segment in rest:
        middle = (at + lengths[segment] / 2) * scale
        at += lengths[segment]
        place = next((n for n, end in enumerate(ends) if middle <= end), len(parts) - 1)
        shared[place].append(segment)
    return shared

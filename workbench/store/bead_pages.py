"""The queries of the alignment pages: beads with both their texts and neighbours, worst first or in order."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from workbench.store.reading import rows
from workbench.store.sides import pieces
from workbench.store.views import SOURCE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

Order = Literal["text", "worst"]

_COLUMNS = (
    "u.id AS unit_id, u.position, u.version, u.target, u.state, u.sub_state, u.updated_by, b.type,"
    " b.confidence, b.signals, b.crossing, b.mark, b.aligner, b.confirmed_by, b.confirmed_at"
)


@dataclass(frozen=True, slots=True)
class BeadsPage:
    """A window of beads, and where the ones before and after it start, if there are any."""

    beads: list[dict[str, Any]]
    previous: str | None
    following: str | None


def beads_page(
    db: Database, bitext: dict[str, Any], *, order: Order, start: str, size: int, more: str = ""
) -> BeadsPage:
    """Beads with their segments and neighbours.

    In the order of the text `start` is a position; worst first it is `confidence,unit` of the bead
    before, and confirmed beads are left out.  There `more` are numbers of beads that a person has in
    hand, with commas: those that are not on the page come after the others, as `extra`.
    """
    if order == "worst":
        found, previous, following = _worst(db, bitext, start, size)
        found += _in_hand(db, bitext, more, [bead["unit_id"] for bead in found], size)
    else:
        found, previous, following = _in_order(db, bitext, start, size)
    for bead in found:
        _complete(db, bitext, bead)
    return BeadsPage(found, previous, following)


def _in_order(
    db: Database, bitext: dict[str, Any], start: str, size: int
) -> tuple[list[dict[str, Any]], str | None, str | None]:
    at = int(start) if start.isascii() and start.isdigit() and len(start) < 19 else 0
    where = (bitext["document_id"], bitext["target_lang"], at)
    found = rows(
        db,
        f"SELECT {_COLUMNS} FROM units u JOIN beads b ON b.unit_id = u.id WHERE u.document_id = ?"
        " AND u.target_lang = ? AND u.position >= ? ORDER BY u.position LIMIT ?",
        (*where, size + 1),
    )
    before = rows(
        db,
        "SELECT min(position) AS start FROM (SELECT position FROM units WHERE document_id = ?"
        " AND target_lang = ? AND position < ? ORDER BY position DESC LIMIT ?)",
        (*where, size),
    )[0]["start"]
    following = str(found[size]["position"]) if len(found) > size else None
    return found[:size], None if before is None else str(before), following


def _worst(
    db: Database, bitext: dict[str, Any], start: str, size: int
) -> tuple[list[dict[str, Any]], str | None, str | None]:
    after = _after(start)
    found = rows(
        db,
        f"SELECT {_COLUMNS} FROM beads b JOIN units u ON u.id = b.unit_id WHERE b.bitext_id = ?"
        " AND b.confirmed_at IS NULL AND (b.confidence, b.unit_id) > (?, ?) AND u.document_id = ?"
        " ORDER BY b.confidence, b.unit_id LIMIT ?",
        (bitext["id"], *after, bitext["document_id"], size + 1),
    )
    last = found[size - 1] if len(found) > size else None
    following = f"{last['confidence']!r},{last['unit_id']}" if last else None
    return found[:size], "" if after[0] >= 0 else None, following


def _in_hand(
    db: Database, bitext: dict[str, Any], more: str, shown: Sequence[int], size: int
) -> list[dict[str, Any]]:
    """Beads by number that are not confirmed and not shown yet."""
    wanted = [
        int(one) for one in more.split(",") if one.isascii() and one.isdigit() and len(one) < 19
    ]
    return rows(
        db,
        f"SELECT {_COLUMNS}, 1 AS extra FROM beads b JOIN units u ON u.id = b.unit_id WHERE b.bitext_id = ?"
        " AND b.confirmed_at IS NULL AND b.unit_id IN (SELECT value FROM json_each(?)) AND u.document_id = ?"
        " ORDER BY u.position",
        (
            bitext["id"],
            json.dumps([n for n in wanted[-size:] if n not in shown]),
            bitext["document_id"],
        ),
    )


def _after(start: str) -> tuple[float, int]:
    confidence, _, unit_id = start.partition(",")
    try:
        return float(confidence), int(unit_id[:18])
    except ValueError:
        return -1.0, 0


def _complete(db: Database, bitext: dict[str, Any], bead: dict[str, Any]) -> None:
    """Add a bead's segments on both sides, and what stands before and after it."""
    sides = (("source", "unit_segments", "source_lang"), ("target", "unit_targets", "target_lang"))
    for side, table, lang in sides:
        ids = db.conn.execute(
            f"SELECT segment_id FROM {table} WHERE unit_id = ? ORDER BY position",
            (bead["unit_id"],),
        ).fetchall()
        found = pieces(db, [row[0] for row in ids], bitext[lang])
        bead[f"{side}_pieces"] = found
        bead[f"{side}_text"] = "".join(piece.joint + piece.text for piece in found)
    bead["edited"] = bead["target"] != bead["target_text"]
    bead["target_text"] = bead["target"]
    bead["signals"] = json.loads(bead["signals"])
    bead["before"] = _neighbour(db, bitext, bead["position"], "<", "DESC")
    bead["after"] = _neighbour(db, bitext, bead["position"], ">", "ASC")
    seen = [one for one in (bead["before"], bead["after"], bead) if one]
    bead["versions"] = {one["unit_id"]: one["version"] for one in seen}


def _neighbour(
    db: Database, bitext: dict[str, Any], position: int, sign: str, order: str
) -> dict[str, Any] | None:
    found = rows(
        db,
        f"SELECT u.id AS unit_id, u.version, u.position, {SOURCE} AS source, u.target FROM units u"
        " JOIN documents d ON d.id = u.document_id WHERE u.document_id = ? AND u.target_lang = ?"
        f" AND u.position {sign} ? ORDER BY u.position {order} LIMIT 1",
        (bitext["document_id"], bitext["target_lang"], position),
    )
    return found[0] if found else None


def overview(db: Database, bitext: dict[str, Any]) -> dict[str, Any]:
    """How far the review of a bitext is: beads, confirmed ones, null ones, crossing ones."""
    return rows(
        db,
        "SELECT count(*) AS beads, coalesce(sum(b.confirmed_at IS NOT NULL), 0) AS confirmed,"
        " coalesce(sum(b.type LIKE '0:%' OR b.type LIKE '%:0'), 0) AS lone,"
        " coalesce(sum(b.crossing), 0) AS crossing, avg(b.confidence) AS confidence"
        " FROM beads b WHERE b.bitext_id = ?",
        (bitext["id"],),
    )[0]


def last_steps(db: Database, bitext_id: int, size: int = 8) -> Sequence[dict[str, Any]]:
    """The latest changes of a bitext's beads, the newest first."""
    return rows(
        db,
        "SELECT id, kind, role, actor, at, undone_by FROM alignment_steps WHERE bitext_id = ?"
        " ORDER BY id DESC LIMIT ?",
        (bitext_id, size),
    )

"""Finds the places of units that have no source: where the segment before them ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.store.cutting import make_room
from workbench.store.rejoining import standing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlite_utils import Database

Row = dict[str, Any]

# Where a unit without a source waits for its place: beyond any position.
FAR = 1 << 40


def anchor(db: Database, row: Row) -> int | None:
    """The source segment before a unit without a source; None if there is none, or it has one."""
    if row["segments"]:
        return None
    before = db.conn.execute(
        "SELECT id FROM segments WHERE document_id = ? AND position < ? ORDER BY position DESC LIMIT 1",
        (row["document_id"], row["position"]),
    ).fetchone()
    return before[0] if before else None


def seat(db: Database, rows: Iterable[Row]) -> None:
    """Give units without a source their places, in the order of their targets, after their anchors."""
    for row in rows:
        where = (row["document_id"], row["target_lang"])
        # after all of the unit that has the anchor
        anchor = standing(db, row["anchor"], row["document_id"])
        found = db.conn.execute(
            "SELECT max(s.position) FROM unit_segments a JOIN units u ON u.id = a.unit_id"
            " JOIN unit_segments o ON o.unit_id = u.id JOIN segments s ON s.id = o.segment_id"
            " WHERE a.segment_id = ? AND u.target_lang = ?",
            (anchor, where[1]),
        ).fetchone()[0]
        start = -1 if found is None else found
        following = db.conn.execute(
            "SELECT min(position) FROM segments WHERE document_id = ? AND position > ?",
            (where[0], start),
        ).fetchone()[0]
        end = FAR if following is None else following
        mates = db.conn.execute(
            "SELECT u.id FROM units u LEFT JOIN unit_targets t ON t.unit_id = u.id AND t.position = 0"
            " LEFT JOIN segments s ON s.id = t.segment_id WHERE u.document_id = ? AND u.target_lang = ?"
            " AND (u.position > ? AND u.position < ? OR u.id = ?) ORDER BY s.position, u.id",
            (*where, start, end, row["id"]),
        ).fetchall()
        for _ in range(len(mates) - (end - start - 1)):
            make_room(db, where[0], start)
        for place, (unit_id,) in enumerate(mates):
            db.conn.execute(
                "UPDATE units SET position = ? WHERE id = ?", (FAR * 2 + place, unit_id)
            )
        for place, (unit_id,) in enumerate(mates, start + 1):
            db.conn.execute("UPDATE units SET position = ? WHERE id = ?", (place, unit_id))

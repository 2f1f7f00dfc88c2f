"""Stores the alignment of a document with a translation of it, whole or not at all.

Each bead becomes a unit of the grid that drafts are in: its source side in `unit_segments`, its target
side in `unit_targets`, its text joined from them.  A unit that a person touched stays as it is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workbench.store.database import now, writing
from workbench.store.placing import Placed, Standing, around_touched, crossings, placed, whole
from workbench.store.shelf import shelf
from workbench.store.sides import joined
from workbench.store.views import create_pair_view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

    from workbench.model import Alignment, Bead

# The sub-state of a target that an existing translation gave.
ALIGNED = "wb:aligned"
_EVERY = "IN (SELECT value FROM json_each(?))"
# Beyond any position.
_FAR = 1 << 40


@dataclass(frozen=True, slots=True)
class Bitext:
    """Two documents that translate each other, as they shall be aligned."""

    document_id: int
    target_document_id: int
    target_lang: str


@dataclass(frozen=True, slots=True)
class _Segment:
    id: int
    position: int
    words: int
    text: str


def pins(db: Database, bitext: Bitext) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """The beads, as ranks of segments, that a person touched or confirmed: an aligner keeps them."""
    return [
        (tuple(unit.source), tuple(unit.target))
        for unit in _units(db, bitext)
        if unit.touched and unit.target
    ]


def save_alignment(
    db: Database, bitext: Bitext, alignment: Alignment, *, origin: str, run_id: int
) -> None:
    """Store an alignment in one transaction; `origin` is the aligner's name and version.

    Untouched units take the text of their bead, and what they had stays among their matches.  A bead
    that overlaps a touched unit is given to it: its text stays, the aligned text is among its matches.
    Raises AlignError if a segment is in no bead, or in several.
    """
    with writing(db):
        source = _segments(db, bitext.document_id)
        units = _units(db, bitext)
        size = db.conn.execute(
            "SELECT count(*) FROM segments WHERE document_id = ?", (bitext.target_document_id,)
        ).fetchone()[0]
        found = whole(alignment.beads, len(source), size)
        beads = around_touched(found, [unit for unit in units if unit.touched])
        places, shifts = placed(beads, units, [segment.position for segment in source])
        kept = {place.unit.id for place in places if place.unit}
        left_over = [unit for unit in units if unit.id not in kept]
        _clear(db, bitext, [unit.id for unit in units], [unit.id for unit in left_over])
        _shift(db, bitext.document_id, shifts)
        bitext_id = _bitext_row(db, bitext, alignment, origin, run_id)
        _Writer(db, bitext, bitext_id, origin, run_id).write(places)
        _move_notes(db, bitext, {u.id: source[u.source[0]].id for u in left_over if u.source})


def _segments(db: Database, document_id: int) -> list[_Segment]:
    query = "SELECT id, position, words, text FROM segments WHERE document_id = ? ORDER BY position"
    return [_Segment(*row) for row in db.conn.execute(query, (document_id,))]


def _units(db: Database, bitext: Bitext) -> list[Standing]:
    """The units of a text in reading order, with both sides as ranks of segments."""
    where = (bitext.document_id, bitext.target_lang)
    units = {
        row[0]: Standing(row[0], row[1], row[2], touched=bool(row[3] or row[4]))
        for row in db.conn.execute(
            "SELECT u.id, u.version, u.target, u.updated_by <> '' OR u.state IN ('reviewed', 'final'),"
            " b.confirmed_at IS NOT NULL FROM units u LEFT JOIN beads b ON b.unit_id = u.id"
            " WHERE u.document_id = ? AND u.target_lang = ? ORDER BY u.position",
            where,
        )
    }
    sides = (("unit_segments", bitext.document_id), ("unit_targets", bitext.target_document_id))
    for table, document_id in sides:
        ranks = _ranks(db, document_id)
        for unit_id, segment_id in db.conn.execute(
            f"SELECT t.unit_id, t.segment_id FROM {table} t JOIN units u ON u.id = t.unit_id"
            " WHERE u.document_id = ? AND u.target_lang = ? ORDER BY t.unit_id, t.position",
            where,
        ):
            side = units[unit_id].source if table == "unit_segments" else units[unit_id].target
            if segment_id in ranks:
                side.append(ranks[segment_id])
    return list(units.values())


def _ranks(db: Database, document_id: int) -> dict[int, int]:
    """Segments' places in a document; those of its older versions go with the same text."""
    ranks = {
        row[0]: rank
        for rank, row in enumerate(
            db.conn.execute(
                "SELECT id FROM segments WHERE document_id = ? ORDER BY position", (document_id,)
            )
        )
    }
    older = db.conn.execute(
        """WITH RECURSIVE old(id) AS (
          SELECT id FROM documents WHERE replaced_by = ?
          UNION SELECT d.id FROM documents d JOIN old ON d.replaced_by = old.id),
        numbered AS (SELECT id, document_id, hash,
          row_number() OVER (PARTITION BY document_id, hash ORDER BY position) AS k
          FROM segments WHERE document_id = ? OR document_id IN old)
        SELECT o.id, n.id FROM numbered o JOIN numbered n ON n.hash = o.hash AND n.k = o.k
        WHERE o.document_id <> n.document_id AND n.document_id = ?""",
        (document_id, document_id, document_id),
    ).fetchall()
    return ranks | {old: ranks[new] for old, new in older}


def _clear(db: Database, bitext: Bitext, ids: Sequence[int], left_over: Sequence[int]) -> None:
    """Take units off their positions and segments; put those that are left over on the shelf."""
    every = json.dumps(ids)
    db.conn.execute(f"UPDATE units SET position = -1 - id WHERE id {_EVERY}", (every,))
    for table in ("unit_segments", "unit_targets"):
        db.conn.execute(f"DELETE FROM {table} WHERE unit_id {_EVERY}", (every,))
    if left_over:
        gone = json.dumps(left_over)
        for table in ("beads", "findings", "claims"):
            db.conn.execute(f"DELETE FROM {table} WHERE unit_id {_EVERY}", (gone,))
        db.conn.execute(
            f"UPDATE units SET document_id = ?, position = id, version = version + 1 WHERE id {_EVERY}",
            (shelf(db, bitext.document_id), gone),
        )


def _move_notes(db: Database, bitext: Bitext, first: dict[int, int]) -> None:
    """Give the notes of units that are left over to the units that have their first segments now."""
    noted = db.conn.execute(
        f"SELECT DISTINCT unit_id FROM notes WHERE unit_id {_EVERY}", (json.dumps(list(first)),)
    ).fetchall()
    for (unit_id,) in noted:
        db.conn.execute(
            "UPDATE notes SET unit_id = (SELECT us.unit_id FROM unit_segments us"
            " JOIN units u ON u.id = us.unit_id WHERE us.segment_id = ? AND u.target_lang = ?)"
            " WHERE unit_id = ?",
            (first[unit_id], bitext.target_lang, unit_id),
        )


def _shift(db: Database, document_id: int, shifts: Sequence[tuple[int, int]]) -> None:
    """Move a document's positions on; by way of far ones, since they are unique."""
    if not shifts:
        return
    execute = db.conn.execute
    execute("CREATE TEMP TABLE IF NOT EXISTS shifts (position INTEGER PRIMARY KEY, amount INTEGER)")
    execute("DELETE FROM temp.shifts")
    db.conn.executemany("INSERT INTO temp.shifts VALUES (?, ?)", shifts)
    for table in ("segments", "units"):
        execute(
            f"UPDATE {table} SET position = position + {_FAR} + (SELECT amount FROM temp.shifts s"
            f" WHERE s.position <= {table}.position ORDER BY s.position DESC LIMIT 1)"
            " WHERE document_id = ? AND position >= ?",
            (document_id, shifts[0][0]),
        )
        execute(
            f"UPDATE {table} SET position = position - {_FAR} WHERE document_id = ? AND position >= {_FAR}",
            (document_id,),
        )


def _bitext_row(
    db: Database, bitext: Bitext, alignment: Alignment, origin: str, run_id: int
) -> int:
    (source_lang,) = db.conn.execute(
        "SELECT lang FROM documents WHERE id = ?", (bitext.document_id,)
    ).fetchone()
    db.conn.execute(create_pair_view(source_lang, bitext.target_lang))
    row = db.conn.execute(
        "INSERT INTO bitexts (document_id, target_document_id, target_lang, aligner, fit, warnings,"
        " aligned_at, run_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
        " target_document_id = excluded.target_document_id, aligner = excluded.aligner,"
        " fit = excluded.fit, warnings = excluded.warnings, aligned_at = excluded.aligned_at,"
        " run_id = excluded.run_id RETURNING id",
        (bitext.document_id, bitext.target_document_id, bitext.target_lang, origin, alignment.fit,
         json.dumps(list(alignment.warnings), ensure_ascii=False), now(), run_id),
    ).fetchone()  # fmt: skip
    return int(row[0])


@dataclass(slots=True)
class _Rows:
    """The rows to write, by statement; parents come before what refers to them."""

    moved: list[tuple[object, ...]] = field(default_factory=list)
    changed: list[tuple[object, ...]] = field(default_factory=list)
    new: list[tuple[object, ...]] = field(default_factory=list)
    sources: list[tuple[int, int, int]] = field(default_factory=list)
    targets: list[tuple[int, int, int]] = field(default_factory=list)
    matches: list[tuple[object, ...]] = field(default_factory=list)
    beads: list[tuple[object, ...]] = field(default_factory=list)


class _Writer:
    """Makes and writes the rows of an alignment's units."""

    def __init__(
        self, db: Database, bitext: Bitext, bitext_id: int, origin: str, run_id: int
    ) -> None:
        self.db = db
        self.bitext = bitext
        self.bitext_id = bitext_id
        self.origin = origin
        self.run_id = run_id
        self.source = _segments(db, bitext.document_id)
        self.target = _segments(db, bitext.target_document_id)
        self.at = now()
        self.next_unit = self._next_id("units")
        self.next_match = self._next_id("matches")
        self.rows = _Rows()

    def write(self, places: Sequence[Placed]) -> None:
        """Write units, both their sides, matches and beads."""
        crossing = crossings([place.bead.target for place in places])
        for place, crosses in zip(places, crossing, strict=True):
            self._add(place, crosses=crosses)
        many, rows = self.db.conn.executemany, self.rows
        many("UPDATE units SET position = ? WHERE id = ?", rows.moved)
        many(
            "UPDATE units SET position = ?, target = ?, state = ?, sub_state = ?, origin = ?, score = NULL,"
            " match_id = ?, words = ?, version = version + 1, updated_at = ? WHERE id = ?",
            rows.changed,
        )
        many(
            "INSERT INTO units (id, document_id, target_lang, position, target, state, sub_state, origin,"
            " match_id, words, version, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?)",
            rows.new,
        )
        many(
            "INSERT INTO unit_segments (unit_id, segment_id, position) VALUES (?, ?, ?)",
            rows.sources,
        )
        many(
            "INSERT INTO unit_targets (unit_id, segment_id, position) VALUES (?, ?, ?)",
            rows.targets,
        )
        many(
            "INSERT INTO matches (id, unit_id, type, origin, text, match_quality, signature, created_at,"
            " run_id) VALUES (?, ?, 'tm', ?, ?, ?, ?, ?, ?)",
            rows.matches,
        )
        many(
            "INSERT OR REPLACE INTO beads (unit_id, bitext_id, type, confidence, signals, crossing, aligner)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            rows.beads,
        )
        replaced = json.dumps([row[-1] for row in rows.changed])
        # what was found before was about another text
        self.db.conn.execute(f"DELETE FROM findings WHERE unit_id {_EVERY}", (replaced,))

    def _next_id(self, table: str) -> int:
        found = self.db.conn.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}").fetchone()
        return int(found[0])

    def _add(self, place: Placed, *, crosses: bool) -> None:
        bead, unit = place.bead, place.unit
        unit_id = unit.id if unit else self.next_unit
        self.next_unit += unit is None
        text = joined([self.target[rank].text for rank in bead.target], self.bitext.target_lang)
        same_target = unit is not None and unit.target == [*bead.target]
        same = (
            same_target and unit is not None and unit.source == [*bead.source] and unit.text == text
        )
        match_id = self._match(bead, unit_id, text) if text and not (same or same_target) else None
        self._sides(bead, unit_id)
        if unit and (unit.touched or same):
            self.rows.moved.append((place.position, unit_id))
        else:
            self._unit(place, unit_id, text, match_id)
        if unit is None or not (unit.touched and same_target):
            self._bead(bead, unit_id, crosses=crosses)

    def _unit(self, place: Placed, unit_id: int, text: str, match_id: int | None) -> None:
        """The row of a new unit, or of one that takes its bead's text."""
        state, sub_state = ("translated", ALIGNED) if text else ("initial", "")
        words = sum(self.source[rank].words for rank in place.bead.source)
        row = (
            place.position,
            text,
            state,
            sub_state,
            self.origin if text else "",
            match_id,
            words,
            self.at,
        )
        if place.unit:
            self.rows.changed.append((*row, unit_id))
        else:
            self.rows.new.append((unit_id, self.bitext.document_id, self.bitext.target_lang, *row))

    def _match(self, bead: Bead, unit_id: int, text: str) -> int:
        match_id = self.next_match
        self.next_match += 1
        quality = round(100 * bead.confidence, 1)
        row = (
            match_id,
            unit_id,
            self.origin,
            text,
            quality,
            f"aligner:{self.origin}",
            self.at,
            self.run_id,
        )
        self.rows.matches.append(row)
        return match_id

    def _sides(self, bead: Bead, unit_id: int) -> None:
        for place, rank in enumerate(bead.source):
            self.rows.sources.append((unit_id, self.source[rank].id, place))
        for place, rank in enumerate(bead.target):
            self.rows.targets.append((unit_id, self.target[rank].id, place))

    def _bead(self, bead: Bead, unit_id: int, *, crosses: bool) -> None:
        signals = json.dumps({name: round(value, 3) for name, value in bead.signals.items()})
        kind = f"{len(bead.source)}:{len(bead.target)}"
        confidence = round(bead.confidence, 4)
        row = (unit_id, self.bitext_id, kind, confidence, signals, int(crosses), self.origin)
        self.rows.beads.append(row)

"""Aligns again what lies between two confirmed beads, while a person waits."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.errors import AlignError, InputError
from workbench.model import Passage, TextPair
from workbench.store.alignments import ALIGNED
from workbench.store.beads import (
    EDITED,
    MOST,
    blank,
    is_drafted,
    segment_before,
    settled,
    source_lang,
)
from workbench.store.bitexts import drafts_of
from workbench.store.database import writing
from workbench.store.hashing import text_hash
from workbench.store.sides import side_text
from workbench.store.steps import Row, Stepped, load, load_all, step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

    from workbench.model import Bead
    from workbench.store.beads import Seen


@dataclass(frozen=True, slots=True)
class Stretch:
    """Beads between two confirmed ones: the units, and their segments as an aligner wants them."""

    rows: list[Row]
    source_ids: list[int]
    target_ids: list[int]
    pair: TextPair
    langs: tuple[str, str]


def stretch(db: Database, unit_id: int) -> Stretch:
    """The beads around one, up to the confirmed ones before and after it.

    Units whose text a person edited or accepted are pinned.  Raises InputError if these are too many
    to wait for.
    """
    row = load(db, unit_id, None)
    where = (row["document_id"], row["target_lang"])
    ids = _between_confirmed(db, where, row["position"])
    rows = load_all(db, ids, {})
    source = [segment for one in rows for segment in one["segments"]]
    target = _by_position(db, [segment for one in rows for segment in one["targets"]])
    ranks = {segment: rank for rank, segment in enumerate(source)}
    target_ranks = {segment: rank for rank, segment in enumerate(target)}
    pinned = [
        (tuple(ranks[n] for n in one["segments"]), tuple(target_ranks[n] for n in one["targets"]))
        for one in rows
        if one["state"] in {"reviewed", "final"} or _is_edited(one)
    ]
    langs = (source_lang(db, row), row["target_lang"])
    pair = TextPair(
        _passages(db, source),
        _passages(db, target),
        drafts_of(db, source, langs[1]),
        drafts_of(db, target, langs[0]),
        pinned,
    )
    return Stretch(rows, source, target, pair, langs)


def realign(db: Database, seen: Seen, part: Stretch, beads: Sequence[Bead], origin: str) -> Stepped:
    """Put an aligner's beads in the place of those of a stretch.

    Raises ConflictError if one of its units was changed since the stretch was read, InputError if the
    aligner finds what is there already, AlignError if it does not keep what people did.
    """
    if not {(bead.source, bead.target) for bead in beads}.issuperset(part.pair.pinned):
        raise AlignError(
            f"{origin} does not keep the beads that people edited or accepted; nothing is changed"
        )
    with writing(db):
        for row in part.rows:
            seen.may(db, row["id"])
        load_all(db, [row["id"] for row in part.rows], {r["id"]: r["version"] for r in part.rows})
        owner = {segment: row for row in part.rows for segment in row["segments"]}
        lone = {tuple(row["targets"]): row for row in part.rows if not row["segments"]}
        free = {row["id"]: row for row in part.rows}
        placed: list[tuple[Row | None, Row]] = []
        anchor = segment_before(db, part.rows[0])
        for bead in beads:
            ids = [part.source_ids[rank] for rank in bead.source]
            targets = [part.target_ids[rank] for rank in bead.target]
            old = next((owner[n] for n in ids if owner[n]["id"] in free), None)
            if not ids:
                old = lone.get(tuple(targets))
            if old and old["segments"] == ids and old["targets"] == targets:
                del free[old["id"]]  # as it was, though it may stand elsewhere
                if not ids and old["anchor"] != anchor:
                    placed.append((old, old | {"anchor": anchor}))
            else:
                new = _from_bead(db, part, bead, (ids, targets), origin) | {"anchor": anchor}
                placed.append((free.pop(old["id"], None) if old else None, new))
            anchor = ids[-1] if ids else anchor
        if not placed:
            raise InputError("the aligner finds the same beads again; nothing is changed")
        kept = [(old, new) for old, new in placed if old]
        before = [*(old for old, _ in kept), *free.values()]
        after: list[Row | None] = [*(new for _, new in kept), *(None for _ in free)]
        after += [new for old, new in placed if not old]
        return step(db, "realign", seen.actor, before, after)


def _is_edited(row: Row) -> bool:
    """Whether the text of a unit is another than its segments have, and no machine's draft."""
    return row["sub_state"] == EDITED or bool(
        row["target"] and text_hash(row["target"]) != row["texts"][1] and not is_drafted(row)
    )


def _from_bead(
    db: Database, part: Stretch, bead: Bead, ids: tuple[list[int], list[int]], origin: str
) -> Row:
    row = blank(part.rows[0], part.rows[:1])
    row |= {"segments": ids[0], "targets": ids[1], "origin": origin}
    row["target"] = side_text(db, ids[1], part.langs[1])
    signals = {name: round(value, 3) for name, value in bead.signals.items()}
    row["bead"] |= {
        "confidence": round(bead.confidence, 4),
        "signals": json.dumps(signals),
        "aligner": origin,
    }
    return settled(row | {"state": "translated", "sub_state": ALIGNED})


def _between_confirmed(db: Database, where: tuple[int, str], position: int) -> list[int]:
    """The units around a position, up to the nearest confirmed ones."""
    border = (
        "SELECT {end}(u.position) FROM units u JOIN beads b ON b.unit_id = u.id WHERE u.document_id = ?"
        " AND u.target_lang = ? AND b.confirmed_at IS NOT NULL AND u.position {side} ?"
    )
    first = db.conn.execute(border.format(end="max", side="<"), (*where, position)).fetchone()[0]
    last = db.conn.execute(border.format(end="min", side=">"), (*where, position)).fetchone()[0]
    rows = db.conn.execute(
        "SELECT u.id FROM units u JOIN beads b ON b.unit_id = u.id"
        " WHERE u.document_id = ? AND u.target_lang = ? AND u.position > ? AND u.position < ?"
        " ORDER BY u.position LIMIT ?",
        (*where, -1 if first is None else first, 1 << 62 if last is None else last, MOST + 1),
    ).fetchall()
    if len(rows) > MOST:
        raise InputError(
            f"more than {MOST} beads lie between the confirmed ones; confirm one nearer, or align the"
            " whole text again: workbench align --redo"
        )
    return [row[0] for row in rows]


def _by_position(db: Database, ids: Sequence[int]) -> list[int]:
    query = "SELECT id FROM segments WHERE id IN (SELECT value FROM json_each(?)) ORDER BY position"
    return [row[0] for row in db.conn.execute(query, (json.dumps(ids),))]


def _passages(db: Database, ids: Sequence[int]) -> list[Passage]:
    query = (
        "SELECT id, text, block, kind FROM segments WHERE id IN (SELECT value FROM json_each(?))"
    )
    found = {n: Passage(*rest) for n, *rest in db.conn.execute(query, (json.dumps(ids),))}
    return [found[n] for n in ids]

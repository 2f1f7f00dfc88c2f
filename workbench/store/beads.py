"""What a person does to beads: merge, split, move a segment, mark, link, confirm, align again.

Every change takes the versions of the units that the person saw, and is one step (steps.py).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from workbench.errors import ConflictError, InputError
from workbench.model import STATES, Passage, TextPair
from workbench.store.alignments import ALIGNED
from workbench.store.database import now, writing
from workbench.store.sides import new_bead
from workbench.store.splitting import split_segment
from workbench.store.steps import Row, Stepped, load, step
from workbench.store.views import SPACELESS_LANGS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlite_utils import Database

    from workbench.model import Bead

Side = Literal["source", "target"]
Direction = Literal["up", "down"]
Mark = Literal["omitted", "added"]
_IDS: dict[Side, str] = {"source": "segments", "target": "targets"}
# The most segments of one side that are aligned again while a person waits.
MOST = 3000


@dataclass(frozen=True, slots=True)
class Seen:
    """Who changes a bead, and the versions of the units as this person saw them."""

    actor: str
    versions: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Beads between two confirmed ones: the units, and their segments as an aligner wants them."""

    rows: list[Row]
    source_ids: list[int]
    target_ids: list[int]
    pair: TextPair
    langs: tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Piece:
    id: int
    text: str
    joint: str  # what stands before it


def merge(db: Database, seen: Seen, unit_id: int) -> Stepped:
    """Make one bead of a bead and the next.  Raises InputError if there is no next."""
    with writing(db):
        row = _seen(db, seen, unit_id)
        other = _neighbour(db, seen, row, "down")
        new = _blank(row, [row, other])
        new["segments"] = row["segments"] + other["segments"]
        halves = sorted((row, other), key=lambda half: _first(db, half["targets"]))
        new["targets"] = [segment for half in halves for segment in half["targets"]]
        new["target"] = _join([half["target"] for half in halves], row["target_lang"])
        return step(db, "merge", seen.actor, [row, other], [_settled(new), None])


def split(db: Database, seen: Seen, unit_id: int, source_at: int, target_at: int) -> Stepped:
    """Make two beads of one; the offsets are characters of its source and its target as shown.

    Where an offset falls inside a segment, the segment is split for good.  Raises InputError if one
    of the two would be empty on both sides.
    """
    with writing(db):
        row = _seen(db, seen, unit_id)
        source = _divided(db, _pieces(db, row["segments"], _lang(db, row)), source_at)
        targets, texts = _divided_target(db, row, target_at)
        if not (source[0] or targets[0]) or not (source[1] or targets[1]):
            raise InputError("put the cursors where the second bead shall begin, in either text")
        parts = []
        for ids, target_ids, text in zip(source, targets, texts, strict=True):
            parts.append(
                _blank(row, [row]) | {"segments": ids, "targets": target_ids, "target": text}
            )
        if not source[1]:
            parts[1]["anchor"] = source[0][-1] if source[0] else row["anchor"]
        if not source[0]:
            parts[0]["anchor"] = _before(db, row)
            parts.reverse()  # the unit goes on where its source is
        return step(db, "split", seen.actor, [row], [_settled(part) for part in parts])


def move(db: Database, seen: Seen, unit_id: int, side: Side, direction: Direction) -> Stepped:
    """Give the first (up) or last (down) segment of one side to the neighbouring bead.

    A bead that nothing is left of goes.  Raises InputError if the side is empty, there is no
    neighbour, or the text was edited so that the segment is not to be found in it.
    """
    with writing(db):
        row = _seen(db, seen, unit_id)
        other = _neighbour(db, seen, row, direction)
        ids = _IDS[side]
        if not row[ids]:
            raise InputError(f"this bead has no {side} segment to move")
        up = direction == "up"
        moved, kept = (row[ids][:1], row[ids][1:]) if up else (row[ids][-1:], row[ids][:-1])
        new, grown = _blank(row, [row]), _blank(other, [other])
        new[ids] = kept
        grown[ids] = other[ids] + moved if up else moved + other[ids]
        if side == "target":
            piece = _text(db, moved, row["target_lang"])
            new["target"] = _cut(row["target"], piece, at_start=up)
            texts = [other["target"], piece] if up else [piece, other["target"]]
            grown["target"] = _join(texts, row["target_lang"])
        elif not kept:
            new["anchor"] = moved[-1] if up else _before(db, row)
        left = _settled(new) if new["segments"] or new["targets"] else None
        return step(db, "move", seen.actor, [row, other], [left, _settled(grown)])


def mark(db: Database, seen: Seen, unit_id: int, what: Mark) -> Stepped:
    """Say that the source is left out in the translation, or the target added by it; confirmed.

    A bead with both sides becomes two.
    """
    with writing(db):
        row = _seen(db, seen, unit_id)
        wanted = "segments" if what == "omitted" else "targets"
        if not row[wanted]:
            side = "source" if what == "omitted" else "target"
            raise InputError(f"this bead has no {side} to mark as {what}")
        source = _blank(row, [row]) | {"segments": row["segments"], "targets": [], "target": ""}
        target = _blank(row, [row]) | {"segments": [], "targets": row["targets"]}
        target |= {"target": row["target"], "anchor": (row["segments"] or [row["anchor"]])[-1]}
        parts = [part for part in (source, target) if part["segments"] or part["targets"]]
        for part in parts:
            _settled(part)
            if part[wanted]:
                _confirm(part, seen.actor)
        return step(db, "mark", seen.actor, [row], parts)


def link(db: Database, seen: Seen, unit_id: int, other_id: int) -> Stepped:
    """Give a bead the target of another one that stands elsewhere; it then crosses."""
    with writing(db):
        row, other = _seen(db, seen, unit_id), _seen(db, seen, other_id)
        where = (row["document_id"], row["target_lang"])
        if unit_id == other_id or (other["document_id"], other["target_lang"]) != where:
            raise InputError("choose another bead of the same text")
        if not other["targets"]:
            raise InputError("that bead has no target to link to")
        if not row["segments"]:
            raise InputError("this bead has no source; link from the bead that has it")
        halves = sorted((row, other), key=lambda half: _first(db, half["targets"]))
        new = _blank(row, [row, other])
        new["targets"] = [segment for half in halves for segment in half["targets"]]
        new["target"] = _join([half["target"] for half in halves], row["target_lang"])
        new["bead"] |= {"crossing": 1}
        rest = _blank(other, [other]) | {"targets": [], "target": ""}
        left = _settled(rest) if rest["segments"] else None
        return step(db, "link", seen.actor, [row, other], [_settled(new), left])


def confirm(db: Database, seen: Seen, unit_id: int, *, on: bool = True) -> Stepped:
    """Say that a bead is right, or take that back; its unit is then reviewed, or not any more."""
    with writing(db):
        row = _seen(db, seen, unit_id)
        new = {**row, "bead": dict(row["bead"]), "updated_by": seen.actor}
        if on:
            _confirm(new, seen.actor)
        else:
            new["bead"] |= {"confirmed_by": None, "confirmed_at": None, "mark": ""}
            new["state"] = "translated" if new["target"] else "initial"
            if new["sub_state"] in {"wb:omitted", "wb:added"}:
                new["sub_state"] = ALIGNED if new["target"] else ""
        return step(db, "confirm" if on else "reopen", seen.actor, [row], [new])


def stretch(db: Database, unit_id: int) -> Stretch:
    """The beads around one, up to the confirmed ones before and after it.

    Units whose text a person edited or accepted are pinned.  Raises InputError if these are too many
    to wait for.
    """
    row = load(db, unit_id, None)
    where = (row["document_id"], row["target_lang"])
    ids = _between_confirmed(db, where, row["position"])
    rows = [load(db, found, None) for found in ids]
    source = [segment for one in rows for segment in one["segments"]]
    target = _by_position(db, [segment for one in rows for segment in one["targets"]])
    ranks = {segment: rank for rank, segment in enumerate(source)}
    target_ranks = {segment: rank for rank, segment in enumerate(target)}
    pinned = [
        (tuple(ranks[n] for n in one["segments"]), tuple(target_ranks[n] for n in one["targets"]))
        for one in rows
        if one["state"] in {"reviewed", "final"} or one["sub_state"] == "wb:edited"
    ]
    pair = TextPair(_passages(db, source), _passages(db, target), pinned=pinned)
    return Stretch(rows, source, target, pair, (_lang(db, row), row["target_lang"]))


def realign(db: Database, seen: Seen, part: Stretch, beads: Sequence[Bead], origin: str) -> Stepped:
    """Put an aligner's beads in the place of those of a stretch.

    Raises ConflictError if one of its units was changed since the stretch was read, InputError if the
    aligner finds what is there already.
    """
    with writing(db):
        for row in part.rows:
            _seen(db, Seen(seen.actor, {row["id"]: row["version"]}), row["id"])
        owner = {segment: row for row in part.rows for segment in row["segments"]}
        lone = {tuple(row["targets"]): row for row in part.rows if not row["segments"]}
        free = {row["id"]: row for row in part.rows}
        placed: list[tuple[Row | None, Row]] = []
        anchor = _before(db, part.rows[0])
        for bead in beads:
            ids = [part.source_ids[rank] for rank in bead.source]
            targets = [part.target_ids[rank] for rank in bead.target]
            old = next((owner[n] for n in ids if owner[n]["id"] in free), None)
            if not ids:
                old = lone.get(tuple(targets))
            if old and old["segments"] == ids and old["targets"] == targets:
                del free[old["id"]]  # as it was
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


def _from_bead(
    db: Database, part: Stretch, bead: Bead, ids: tuple[list[int], list[int]], origin: str
) -> Row:
    row = _blank(part.rows[0], part.rows[:1])
    row |= {"segments": ids[0], "targets": ids[1], "origin": origin}
    row["target"] = _text(db, ids[1], part.langs[1])
    signals = {name: round(value, 3) for name, value in bead.signals.items()}
    row["bead"] |= {
        "confidence": round(bead.confidence, 4),
        "signals": json.dumps(signals),
        "aligner": origin,
    }
    return _settled(row | {"state": "translated", "sub_state": ALIGNED})


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


def _seen(db: Database, seen: Seen, unit_id: int) -> Row:
    return load(db, unit_id, seen.versions.get(unit_id))


def _neighbour(db: Database, seen: Seen, row: Row, direction: Direction) -> Row:
    """The bead before or after one.

    Raises InputError if there is none, ConflictError if it is not among those the person saw.
    """
    order, sign = ("DESC", "<") if direction == "up" else ("ASC", ">")
    found = db.conn.execute(
        f"SELECT id FROM units WHERE document_id = ? AND target_lang = ? AND position {sign} ?"
        f" ORDER BY position {order} LIMIT 1",
        (row["document_id"], row["target_lang"], row["position"]),
    ).fetchone()
    if found is None:
        raise InputError(f"there is no bead {'before' if direction == 'up' else 'after'} this one")
    if seen.versions and found[0] not in seen.versions:
        raise ConflictError("the bead beside this one is another now; look at it again")
    return _seen(db, seen, found[0])


def _blank(row: Row, before: Sequence[Row]) -> Row:
    """A copy of a row for a new bead: not confirmed, made by a person, with the lowest state."""
    lowest = min((one["state"] for one in before), key=STATES.index)
    crossing = max(one["bead"]["crossing"] for one in before)
    bead = (new_bead(before) or {}) | {"crossing": crossing}
    return {**row, "bead": bead, "state": lowest, "score": None, "match_id": None}


def _settled(row: Row) -> Row:
    """A row with the state that its text allows."""
    if not row["target"]:
        row |= {"state": "initial", "sub_state": ""}
    elif row["state"] == "initial":
        row["state"] = "translated"
    if row["target"] and row["sub_state"] in {"", "wb:omitted", "wb:added"}:
        row["sub_state"] = ALIGNED
    if not (row["segments"] and row["targets"]):
        row["bead"]["crossing"] = 0
    return row


def _confirm(row: Row, actor: str) -> None:
    row["bead"] |= {"confirmed_by": actor, "confirmed_at": now()}
    row["state"] = "final" if row["state"] == "final" else "reviewed"
    if not row["targets"] and not row["target"]:
        row["bead"]["mark"] = "omitted"
        row["sub_state"] = "wb:omitted"
    elif not row["segments"]:
        row["bead"]["mark"] = "added"
        row["sub_state"] = "wb:added"


def _lang(db: Database, row: Row) -> str:
    query = "SELECT lang FROM documents WHERE id = ?"
    return str(db.conn.execute(query, (row["document_id"],)).fetchone()[0])


def _before(db: Database, row: Row) -> int | None:
    """The source segment that stands before a unit."""
    if not row["segments"]:
        anchor: int | None = row["anchor"]
        return anchor
    found = db.conn.execute(
        "SELECT b.id FROM segments s JOIN segments b ON b.document_id = s.document_id"
        " AND b.position < s.position WHERE s.id = ? ORDER BY b.position DESC LIMIT 1",
        (row["segments"][0],),
    ).fetchone()
    return found[0] if found else None


def _first(db: Database, targets: Sequence[int]) -> int:
    """Where a bead's target begins; what has none goes last."""
    if not targets:
        return 1 << 62
    query = "SELECT position FROM segments WHERE id = ?"
    return int(db.conn.execute(query, (targets[0],)).fetchone()[0])


def _by_position(db: Database, ids: Sequence[int]) -> list[int]:
    query = "SELECT id FROM segments WHERE id IN (SELECT value FROM json_each(?)) ORDER BY position"
    return [row[0] for row in db.conn.execute(query, (json.dumps(ids),))]


def _passages(db: Database, ids: Sequence[int]) -> list[Passage]:
    query = "SELECT text, block, kind FROM segments WHERE id = ?"
    return [Passage(*db.conn.execute(query, (n,)).fetchone()) for n in ids]


def _pieces(db: Database, ids: Sequence[int], lang: str) -> list[_Piece]:
    """Segments with what joins each to the one before it."""
    usual = "" if lang[:2] in SPACELESS_LANGS else " "
    found: list[_Piece] = []
    for segment_id in ids:
        text, joint = db.conn.execute(
            "SELECT text, joint FROM segments WHERE id = ?", (segment_id,)
        ).fetchone()
        before = usual if joint is None else joint
        found.append(_Piece(segment_id, text, before if found else ""))
    return found


def _text(db: Database, ids: Sequence[int], lang: str) -> str:
    return "".join(piece.joint + piece.text for piece in _pieces(db, ids, lang))


def _join(texts: Sequence[str], lang: str) -> str:
    return ("" if lang[:2] in SPACELESS_LANGS else " ").join(text for text in texts if text)


def _cut(text: str, piece: str, *, at_start: bool) -> str:
    """A text without a segment at its start or end.  Raises InputError if it is not there."""
    if at_start and text.startswith(piece):
        return text[len(piece) :].lstrip()
    if not at_start and text.endswith(piece):
        return text[: len(text) - len(piece)].rstrip()
    raise InputError(
        f"the text of this unit was edited, and {piece[:40]!r} is not in it as it was; move the words"
        " in the text itself, or restore the aligned text on the unit's page first"
    )


def _divided(db: Database, pieces: Sequence[_Piece], at: int) -> tuple[list[int], list[int]]:
    """The segments before and after an offset in their joined text; splits the one it falls into."""
    start = 0
    for index, piece in enumerate(pieces):
        start += len(piece.joint)
        inner = at - start
        start += len(piece.text)
        if at >= start:
            continue
        ids = [one.id for one in pieces]
        if inner > 0 and piece.text[:inner].strip() and piece.text[inner:].strip():
            return ids[: index + 1], [split_segment(db, piece.id, inner), *ids[index + 1 :]]
        border = index if inner <= 0 or not piece.text[:inner].strip() else index + 1
        return ids[:border], ids[border:]
    return [piece.id for piece in pieces], []


def _divided_target(
    db: Database, row: Row, at: int
) -> tuple[tuple[list[int], list[int]], tuple[str, str]]:
    """The target segments and texts of both halves.

    In a text that was edited, the segments go where most of each would be.
    """
    lang = row["target_lang"]
    pieces = _pieces(db, row["targets"], lang)
    whole = "".join(piece.joint + piece.text for piece in pieces)
    texts = (row["target"][:at].rstrip(), row["target"][at:].lstrip())
    if whole == row["target"]:
        return _divided(db, pieces, at), texts
    border = at * len(whole) / max(1, len(row["target"]))
    halves: tuple[list[int], list[int]] = ([], [])
    end = 0
    for piece in pieces:
        middle = end + len(piece.joint) + len(piece.text) / 2
        end += len(piece.joint) + len(piece.text)
        halves[middle > border].append(piece.id)
    return halves, texts

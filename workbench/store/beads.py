"""What a person does to beads: merge, split, move a segment, mark, link, confirm, align again.

Every change takes the versions of the units that the person saw, and is one step (steps.py).
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from workbench.errors import ClaimedError, ConflictError, InputError, RefusedError
from workbench.model import STATES
from workbench.store.alignments import ALIGNED
from workbench.store.cutting import split_segment
from workbench.store.database import now, writing
from workbench.store.sides import Piece, joined, new_bead, pieces, side_text
from workbench.store.steps import May, Row, Stepped, anybody, load, load_all, step

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlite_utils import Database


Side = Literal["source", "target"]
Direction = Literal["up", "down"]
Mark = Literal["omitted", "added"]
EDITED = "wb:edited"
# The most beads that one step changes while a person waits.
MOST = 3000
_IDS: dict[Side, str] = {"source": "segments", "target": "targets"}


@dataclass(frozen=True, slots=True)
class Seen:
    """Who changes a bead, the versions of the units as this person saw them, and whether they may."""

    actor: str
    versions: Mapping[int, int] = field(default_factory=dict)
    may: May = anybody


def merge(db: Database, seen: Seen, unit_id: int) -> Stepped:
    """Make one bead of a bead and the next.  Raises InputError if there is no next."""
    with writing(db):
        row = row_seen(db, seen, unit_id)
        other = _neighbour(db, seen, row, "down")
        new = blank(row, [row, other])
        new["segments"] = row["segments"] + other["segments"]
        new["targets"], new["target"] = _united(db, row, other)
        return step(db, "merge", seen.actor, [row, other], [settled(new), None])


def split(db: Database, seen: Seen, unit_id: int, source_at: int, target_at: int) -> Stepped:
    """Make two beads of one; the offsets are characters of its source and its target as shown.

    Where an offset falls inside a segment, the segment is split, until the step is undone.  Raises
    InputError if one of the two would be empty on both sides.
    """
    with writing(db):
        row = row_seen(db, seen, unit_id)
        source = _divided(db, pieces(db, row["segments"], source_lang(db, row)), source_at)
        targets, texts = _divided_target(db, row, target_at)
        if not (source[0] or targets[0]) or not (source[1] or targets[1]):
            raise InputError("put the cursors where the second bead shall begin, in either text")
        parts = []
        for ids, target_ids, text in zip(source, targets, texts, strict=True):
            parts.append(
                blank(row, [row]) | {"segments": ids, "targets": target_ids, "target": text}
            )
        if not source[1]:
            parts[1]["anchor"] = source[0][-1] if source[0] else row["anchor"]
        if not source[0]:
            parts[0]["anchor"] = segment_before(db, row)
            parts.reverse()  # the unit goes on where its source is
        return step(db, "split", seen.actor, [row], [settled(part) for part in parts])


def move(db: Database, seen: Seen, unit_id: int, side: Side, direction: Direction) -> Stepped:
    """Give the first (up) or last (down) segment of one side to the neighbouring bead.

    A bead that nothing is left of goes.  Raises InputError if the side is empty, there is no
    neighbour, or the text was edited so that the segment is not to be found in it.
    """
    with writing(db):
        row = row_seen(db, seen, unit_id)
        other = _neighbour(db, seen, row, direction)
        ids = _IDS[side]
        if not row[ids]:
            raise InputError(f"this bead has no {side} segment to move")
        up = direction == "up"
        moved, kept = (row[ids][:1], row[ids][1:]) if up else (row[ids][-1:], row[ids][:-1])
        new, grown = blank(row, [row]), blank(other, [other])
        new[ids] = kept
        goes = not (new["segments"] or new["targets"])
        piece = side_text(db, moved, row["target_lang"]) if side == "target" else ""
        if side == "target" and not goes:
            new["target"] = _cut(row["target"], piece, at_start=up)
        if side == "source":
            grown[ids] = other[ids] + moved if up else moved + other[ids]
        if side == "target" or goes:  # where nothing is left of a bead, all its text goes along
            part = {"targets": moved if piece else [], "target": row["target"] if goes else piece}
            halves = (other, row | part) if up else (row | part, other)
            grown["targets"], grown["target"] = _united(db, *halves)
        if side == "source" and not kept:
            new["anchor"] = moved[-1] if up else segment_before(db, row)
        left = None if goes else settled(new)
        return step(db, "move", seen.actor, [row, other], [left, settled(grown)])


def mark(db: Database, seen: Seen, unit_id: int, what: Mark) -> Stepped:
    """Say that the source is left out in the translation, or the target added by it; confirmed.

    A bead with both sides becomes two.  Raises InputError if there is no such side, or a person
    translated the source.
    """
    with writing(db):
        row = row_seen(db, seen, unit_id)
        wanted = "segments" if what == "omitted" else "targets"
        if not row[wanted]:
            side = "source" if what == "omitted" else "target"
            raise InputError(f"this bead has no {side} to mark as {what}")
        if what == "omitted" and row["target"] and not row["targets"] and not is_drafted(row):
            raise InputError("somebody translated this source; empty the text of its unit first")
        source = blank(row, [row]) | {"segments": row["segments"], "targets": [], "target": ""}
        target = blank(row, [row]) | {"segments": [], "targets": row["targets"]}
        target |= {"target": row["target"], "anchor": (row["segments"] or [row["anchor"]])[-1]}
        parts = [part for part in (source, target) if part["segments"] or part["targets"]]
        for part in parts:
            settled(part)
            if part[wanted]:
                _confirm(part, seen.actor)
        return step(db, "mark", seen.actor, [row], parts)


def link(db: Database, seen: Seen, unit_id: int, other_id: int) -> Stepped:
    """Give a bead the target of another one that stands elsewhere; it then crosses."""
    with writing(db):
        row, other = row_seen(db, seen, unit_id), row_seen(db, seen, other_id)
        where = (row["document_id"], row["target_lang"])
        if unit_id == other_id or (other["document_id"], other["target_lang"]) != where:
            raise InputError("choose another bead of the same text")
        if not other["targets"]:
            raise InputError("that bead has no target to link to")
        if not row["segments"]:
            raise InputError("this bead has no source; link from the bead that has it")
        new = blank(row, [row, other])
        new["targets"], new["target"] = _united(db, row, other)
        new["bead"] |= {"crossing": 1}
        rest = blank(other, [other]) | {"targets": [], "target": ""}
        left = settled(rest) if rest["segments"] else None
        return step(db, "link", seen.actor, [row, other], [settled(new), left])


def confirm(db: Database, seen: Seen, unit_id: int, *, on: bool = True) -> Stepped:
    """Say that a bead is right, or take that back; its unit is then reviewed, or not any more."""
    with writing(db):
        row = row_seen(db, seen, unit_id)
        if on:
            new = _confirmed(row, seen.actor)
        else:
            new = {**row, "bead": dict(row["bead"])}
            new["bead"] |= {"confirmed_by": None, "confirmed_at": None, "mark": ""}
            new["state"] = "translated" if new["target"] else "initial"
            if new["sub_state"] in {"wb:omitted", "wb:added"}:
                new["sub_state"] = ALIGNED if new["target"] else ""
        return step(db, "confirm" if on else "reopen", seen.actor, [row], [new])


def confirm_surer(db: Database, seen: Seen, unit_id: int) -> Stepped:
    """Confirm a bead and those that are surer and have both sides, as one step.

    Passed over are what `seen.may` refuses.  Raises InputError if that leaves none, or too many to wait
    for.
    """
    with writing(db):
        row = load(db, unit_id, seen.versions.get(unit_id))
        found = db.conn.execute(
            "SELECT unit_id FROM beads WHERE bitext_id = ? AND confirmed_at IS NULL AND type NOT LIKE '0:%'"
            " AND type NOT LIKE '%:0' AND (confidence, unit_id) >= (?, ?) LIMIT ?",
            (row["bead"]["bitext_id"], row["bead"]["confidence"], unit_id, MOST + 1),
        ).fetchall()
        if len(found) > MOST:
            raise InputError(
                f"more than {MOST} beads are as sure; begin further down, at a surer one"
            )
        allowed = []
        for (surer,) in found:
            with suppress(RefusedError, ClaimedError):
                seen.may(db, surer)
                allowed.append(surer)
        if not allowed:
            raise InputError("no bead from here on has two sides and is yours to confirm")
        before = load_all(db, allowed, {})
        return step(
            db, "confirm", seen.actor, before, [_confirmed(one, seen.actor) for one in before]
        )


def row_seen(db: Database, seen: Seen, unit_id: int) -> Row:
    """A unit as a person saw it.

    Raises ConflictError if it was changed since, and what `seen.may` raises.
    """
    seen.may(db, unit_id)
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
    return row_seen(db, seen, found[0])


def blank(row: Row, before: Sequence[Row]) -> Row:
    """A copy of a row for a new bead: not confirmed, made by a person, with the lowest state."""
    lowest = min((one["state"] for one in before), key=STATES.index)
    crossing = max(one["bead"]["crossing"] for one in before)
    bead = (new_bead(before) or {}) | {"crossing": crossing}
    origin = next((one["origin"] for one in before if one["targets"]), row["origin"])
    edited = [one["sub_state"] for one in before if one["sub_state"] == EDITED and one["target"]]
    new = {"bead": bead, "state": lowest, "origin": origin, "score": None, "match_id": None}
    new |= {"sub_state": [*edited, row["sub_state"]][0]}
    return {**row, **new, "notes": []}  # notes stay where they are


def settled(row: Row) -> Row:
    """A row with the state that its text allows; a machine's draft is none of a changed source."""
    if is_drafted(row):
        row["target"] = ""
    if not row["target"]:
        row |= {"state": "initial", "sub_state": ""}
    elif row["state"] == "initial":
        row["state"] = "translated"
    if row["targets"] and row["sub_state"] in {"", "wb:mt", "wb:tm", "wb:omitted", "wb:added"}:
        row["sub_state"] = ALIGNED
    if not (row["segments"] and row["targets"]):
        row["bead"]["crossing"] = 0
    return row


def _confirmed(row: Row, actor: str) -> Row:
    """A copy of a row, confirmed; a machine's draft is no part of it."""
    new = {**row, "bead": dict(row["bead"])}
    new["target"] = "" if is_drafted(row) else row["target"]
    _confirm(new, actor)
    return new


def _confirm(row: Row, actor: str) -> None:
    row["bead"] |= {"confirmed_by": actor, "confirmed_at": now()}
    row["state"] = "final" if row["state"] == "final" else "reviewed"
    if not row["targets"] and not row["target"]:
        row["bead"]["mark"] = "omitted"
        row["sub_state"] = "wb:omitted"
    elif not row["segments"]:
        row["bead"]["mark"] = "added"
        row["sub_state"] = "wb:added"


def source_lang(db: Database, row: Row) -> str:
    """The language of a unit's source."""
    query = "SELECT lang FROM documents WHERE id = ?"
    return str(db.conn.execute(query, (row["document_id"],)).fetchone()[0])


def segment_before(db: Database, row: Row) -> int | None:
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


def is_drafted(row: Row) -> bool:
    """Whether a bead without a target shows a machine's draft."""
    return not row["targets"] and row.get("sub_state") in {"wb:mt", "wb:tm"}


def _united(db: Database, row: Row, other: Row) -> tuple[list[int], str]:
    """The target sides of two beads as one, in the order of the target text."""
    lang = row["target_lang"]
    row, other = ({**half, "target": ""} if is_drafted(half) else half for half in (row, other))
    places: dict[int, int] = dict(
        db.conn.execute(
            "SELECT id, position FROM segments WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(row["targets"] + other["targets"]),),
        ).fetchall()
    )
    targets = sorted(places, key=lambda segment: places[segment])
    if all(half["target"] == side_text(db, half["targets"], lang) for half in (row, other)):
        return targets, side_text(db, targets, lang)
    # where a person edited, the texts stay as they are
    halves = [row, other]
    if row["targets"] and other["targets"]:
        halves.sort(key=lambda half: places[half["targets"][0]])
    return targets, joined([half["target"] for half in halves], lang)


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


def _divided(db: Database, pieces: Sequence[Piece], at: int) -> tuple[list[int], list[int]]:
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
    found = pieces(db, row["targets"], lang)
    whole = "".join(piece.joint + piece.text for piece in found)
    texts = (row["target"][:at].rstrip(), row["target"][at:].lstrip())
    if whole == row["target"]:
        return _divided(db, found, at), texts
    border = at * len(whole) / max(1, len(row["target"]))
    halves: tuple[list[int], list[int]] = ([], [])
    end = 0
    for piece in found:
        middle = end + len(piece.joint) + len(piece.text) / 2
        end += len(piece.joint) + len(piece.text)
        halves[middle > border].append(piece.id)
    return halves, texts

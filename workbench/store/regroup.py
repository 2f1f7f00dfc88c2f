"""Makes other units of the same segments: splits, merges, and any new grouping; each can be undone.

A unit that a regrouping leaves over keeps its history, drafts and text.  It stands on a shelf: a
document of its own that counts as an older version of the text it came from.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.errors import ConflictError, InputError, StoreError
from workbench.model import STATES
from workbench.store.database import now, writing
from workbench.store.reading import rows
from workbench.store.rejoining import cuts, held, join_again, split_again
from workbench.store.runs import running
from workbench.store.seating import FAR, anchor, seat
from workbench.store.shelf import SHELF, is_shelf, shelf
from workbench.store.sides import Part, new_bead, shared_targets, target_sides, write_target_sides
from workbench.store.units import edit_distance
from workbench.store.views import SOURCE

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlite_utils import Database

_EVERY = "IN (SELECT value FROM json_each(?))"
_KEPT = (
    "document_id", "target_lang", "position", "target", "state", "sub_state", "origin", "score",
    "updated_by", "words", "match_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Regrouped:
    """The run that a regrouping is, and the units that stand there now, in order."""

    run_id: int
    unit_ids: tuple[int, ...]


def regroup(
    db: Database,
    olds: Sequence[tuple[int, int]],
    parts: Sequence[Part],
    *,
    actor: str,
    command: str = "regroup",
    parted: Collection[int] = (),
) -> Regrouped:
    """Put new units in the place of old ones, given as (unit id, version), in one transaction.

    `parted` are segments that were split off others just before, for this: undoing joins them again.
    The old units go on as the first new ones.  The new ones have the lowest state of the old, and
    no findings: those were about other texts.  Raises ConflictError if an old unit has another
    version, InputError if they are of different texts or the segments are not the same.
    """
    with writing(db), running(db, command, {"units": [i for i, _ in olds]}, actor=actor) as run:
        before = [current_unit(db, unit_id, version) for unit_id, version in olds]
        _same_text(before)
        if not parts:
            raise InputError("say which units shall stand there")
        kept = sorted(segment for unit in before for segment in unit["segments"])
        if sorted(segment for part in parts for segment in part.segment_ids) != kept:
            raise InputError("the new units must have the segments of the old ones, each once")
        targets = shared_targets(db, before, parts)
        after = [
            _planned(db, part, before, actor, ids) for part, ids in zip(parts, targets, strict=True)
        ]
        ids = [unit["id"] for unit in before][: len(parts)]
        placed: dict[int, dict[str, Any] | None] = dict.fromkeys(
            unit["id"] for unit in before[len(parts) :]
        )
        missing = [new_unit(db, plan) for plan in after[len(ids) :]]
        before += [
            {"id": unit_id, "version": 0, "target": "", "state": "initial"} for unit_id in missing
        ]
        placed.update(zip([*ids, *missing], after, strict=True))
        for unit in before[: len(olds)]:
            unit["segments"] = [one for one in unit["segments"] if one not in parted]
        place_units(db, run.run_id, before, placed, actor=actor, why=command)
        run.counts.update(before=len(olds), after=len(parts))
    return Regrouped(run.run_id, (*ids, *missing))


def undo_regroup(db: Database, run_id: int, actor: str, undoing: int) -> bool:
    """Bring back the units of before a regrouping, inside the run `undoing`.

    False, and nothing done, if one of them is not as the regrouping left it.
    """
    snapshot = db.conn.execute(
        f"""SELECT g.unit_id, g.before, u.target = r.after AND u.state = r.state_after
          AND CASE WHEN g.source IS NULL THEN d.format = '{SHELF}' ELSE {SOURCE} = g.source END
        FROM regroupings g JOIN units u ON u.id = g.unit_id JOIN documents d ON d.id = u.document_id
        JOIN revisions r ON r.unit_id = g.unit_id AND r.run_id = g.run_id WHERE g.run_id = ?""",
        (run_id,),
    ).fetchall()
    if not all(stands for *_, stands in snapshot):
        return False
    wanted = {unit_id: json.loads(before) if before else None for unit_id, before, _ in snapshot}
    now_there = current_units(db, list(wanted))
    home = {row["document_id"] for row in wanted.values() if row}
    if not home & {unit["document_id"] for unit in now_there}:
        return False  # the text has a new version, with other segments
    parted = held(now_there) - held(wanted.values())
    split_again(db, now_there, wanted)
    give_segments(db, current_units(db, list(wanted)), wanted)
    lone = [  # what older versions stored has no anchor
        {"anchor": anchor(db, row), **row, "id": unit_id}
        for unit_id, row in wanted.items()
        if row and not row["segments"] and not is_shelf(db, row["document_id"])
    ]
    for row in lone:
        wanted[row["id"]] = row | {"position": FAR + row["id"]}
    place_units(db, undoing, now_there, wanted, actor=actor, why=f"undid run {run_id}")
    seat(db, lone)
    join_again(db, parted)
    return True


def current_unit(db: Database, unit_id: int, version: int) -> dict[str, Any]:
    """A unit's row, with the ids of its segments.  Raises ConflictError if it has another version."""
    (unit,) = current_units(db, [unit_id])
    if unit["version"] != version:
        raise ConflictError(
            f"unit {unit_id} was changed by {unit['updated_by'] or 'an engine'} since you read it;"
            " look at it again"
        )
    return unit


def current_units(db: Database, unit_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Units' rows, with the ids of their segments.  Raises StoreError if one is not there."""
    asked = (json.dumps(list(unit_ids)),)
    found_units = rows(
        db,
        f"SELECT id, version, updated_at, {', '.join(_KEPT)} FROM units WHERE id {_EVERY}",
        asked,
    )
    units = {row["id"]: row for row in found_units}
    if missing := [unit_id for unit_id in unit_ids if unit_id not in units]:
        raise StoreError(f"there is no unit {missing[0]}; look its number up in the view bitext")
    segments = db.conn.execute(
        f"SELECT unit_id, segment_id FROM unit_segments WHERE unit_id {_EVERY} ORDER BY unit_id, position",
        asked,
    )
    notes = db.conn.execute(
        f"SELECT unit_id, id FROM notes WHERE unit_id {_EVERY} ORDER BY id", asked
    )
    for unit in units.values():
        unit |= {"segments": [], "targets": [], "bead": None, "notes": []}
    for column, numbers in (("segments", segments), ("notes", notes)):
        for unit_id, number in numbers:
            units[unit_id][column].append(number)
    for unit_id, (targets, bead) in target_sides(db, unit_ids).items():
        units[unit_id] |= {"targets": targets, "bead": bead}
    for unit in units.values():
        unit["anchor"] = anchor(db, unit)
    found = cuts(db, held(units.values()))
    for unit in units.values() if found else ():
        if mine := {segment: found[segment] for segment in held([unit]) & found.keys()}:
            unit["cuts"] = mine
    return [units[unit_id] for unit_id in unit_ids]


def _same_text(units: Sequence[dict[str, Any]]) -> None:
    if len({(unit["document_id"], unit["target_lang"]) for unit in units}) != 1:
        raise InputError("only units of one text and one language can be regrouped together")


def _planned(
    db: Database, part: Part, before: Sequence[dict[str, Any]], actor: str, targets: Sequence[int]
) -> dict[str, Any]:
    """The row of a new unit."""
    (words, first) = db.conn.execute(
        "SELECT coalesce(sum(words), 0), min(position) FROM segments"
        " WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(part.segment_ids),),
    ).fetchone()
    position = first if part.segment_ids else part.position
    if position is None:
        raise InputError("a unit without segments needs a position")
    lowest = min(before, key=lambda unit: STATES.index(unit["state"]))["state"]
    reached = "translated" if lowest == "initial" else lowest
    return {
        "document_id": before[0]["document_id"],
        "target_lang": before[0]["target_lang"],
        "position": position,
        "target": part.target,
        "state": reached if part.target else "initial",
        "sub_state": "wb:edited",
        "origin": before[0]["origin"],
        "score": None,
        "updated_by": actor,
        "words": words,
        "match_id": None,
        "segments": list(part.segment_ids),
        "targets": list(targets),
        "bead": new_bead(before),
    }


def new_unit(db: Database, plan: dict[str, Any]) -> int:
    """An empty unit, on no position that another could have."""
    cursor = db.conn.execute(
        "INSERT INTO units (document_id, target_lang, position, updated_at)"
        " VALUES (?, ?, -2 - (SELECT coalesce(max(id), 0) FROM units), ?)",
        (plan["document_id"], plan["target_lang"], now()),
    )
    return int(cursor.lastrowid or 0)


def place_units(
    db: Database,
    run_id: int,
    before: Sequence[dict[str, Any]],
    wanted: dict[int, dict[str, Any] | None],
    *,
    actor: str,
    why: str,
) -> None:
    """Give units their new rows and segments, or (None) put them on the shelf; with history."""
    ids = json.dumps([unit["id"] for unit in before])
    db.conn.execute(f"UPDATE units SET position = -1 - id WHERE id {_EVERY}", (ids,))
    for table in ("unit_segments", "unit_targets", "beads", "findings"):
        db.conn.execute(f"DELETE FROM {table} WHERE unit_id {_EVERY}", (ids,))
    _keep_claims(db, before, wanted)
    db.conn.executemany(
        "INSERT INTO regroupings (run_id, unit_id, before) VALUES (?, ?, ?)",
        [(run_id, unit["id"], json.dumps(unit) if "segments" in unit else None) for unit in before],
    )
    placed: list[dict[str, Any]] = []
    for unit in before:
        row = wanted[unit["id"]]
        if row is None:
            row = {**unit, "document_id": shelf(db, unit["document_id"]), "position": unit["id"]}
            row |= {"segments": [], "targets": [], "bead": None}
            db.conn.execute(
                "UPDATE notes SET unit_id = ? WHERE unit_id = ?", (_heir(unit, wanted), unit["id"])
            )
        placed.append({**row, "id": unit["id"], "version": unit["version"] + 1})
    _write(db, (run_id, actor, why), before, placed)
    db.conn.execute(
        f"""UPDATE regroupings SET source = (SELECT {SOURCE} FROM units u
          JOIN documents d ON d.id = u.document_id WHERE u.id = unit_id AND d.format <> '{SHELF}')
        WHERE run_id = ?""",
        (run_id,),
    )
    for unit_id, row in wanted.items():
        for note_id in (row or {}).get("notes", ()):
            db.conn.execute("UPDATE notes SET unit_id = ? WHERE id = ?", (unit_id, note_id))


def _keep_claims(
    db: Database, before: Sequence[dict[str, Any]], wanted: Mapping[int, dict[str, Any] | None]
) -> None:
    """End the claims of units that are left over; the new units of a split are kept as the old one is."""
    gone = json.dumps([unit_id for unit_id, row in wanted.items() if row is None])
    db.conn.execute(f"DELETE FROM claims WHERE unit_id {_EVERY}", (gone,))
    first, *others = before
    if not any("segments" in unit for unit in others):
        db.conn.execute(
            "INSERT INTO claims SELECT value, person, actor, at, expires, run_id FROM claims, json_each(?)"
            " WHERE unit_id = ?",
            (json.dumps([unit["id"] for unit in others]), first["id"]),
        )


def _heir(unit: dict[str, Any], wanted: Mapping[int, dict[str, Any] | None]) -> int:
    """The unit that takes over the notes of one that is left over: the first with a segment of it."""
    standing = {unit_id: row for unit_id, row in wanted.items() if row}
    shares = (
        unit_id
        for side in ("segments", "targets")
        for unit_id, row in standing.items()
        if set(row.get(side, ())).intersection(unit.get(side, ()))
    )
    return next(shares, next(iter(standing)))


def _write(
    db: Database,
    run: tuple[int, str, str],
    before: Sequence[dict[str, Any]],
    placed: Sequence[dict[str, Any]],
) -> None:
    """Store new rows of units, their sides and their history; `run` is its id, the actor, and why.

    One statement for all units: the full-text index writes what it holds at the end of each statement.
    """
    at, (run_id, actor, why) = now(), run
    drafts = dict(
        db.conn.execute(
            f"SELECT id, text FROM matches WHERE id {_EVERY}",
            (json.dumps([row["match_id"] for row in placed]),),
        )
    )
    db.conn.executemany(
        "INSERT INTO revisions (unit_id, version, before, after, state_before, state_after, actor, at,"
        " edit_distance, run_id, why, sub_state_before) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (row["id"], row["version"], unit["target"], row["target"], unit["state"], row["state"], actor,
             at, edit_distance(drafts.get(row["match_id"]), row["target"]), run_id, why,
             unit.get("sub_state", ""))
            for unit, row in zip(before, placed, strict=True)
        ],
    )  # fmt: skip
    plain = ("id", "version", *(column for column in _KEPT if column != "target"))
    values = ", ".join(
        f"json_extract(value, '$[{k}]') AS {column}" for k, column in enumerate(plain)
    )
    db.conn.execute(
        # texts come from where they are: JSON may cut them
        f"WITH wanted AS MATERIALIZED (SELECT {values} FROM json_each(?))"
        f" UPDATE units SET {', '.join(f'{column} = w.{column}' for column in plain[1:])},"
        " target = r.after, updated_at = ? FROM wanted w JOIN revisions r"
        " ON r.unit_id = w.id AND r.version = w.version WHERE units.id = w.id",
        (json.dumps([[row[column] for column in plain] for row in placed]), at),
    )
    db.conn.executemany(
        "INSERT INTO unit_segments (unit_id, segment_id, position) VALUES (?, ?, ?)",
        [(row["id"], segment, n) for row in placed for n, segment in enumerate(row["segments"])],
    )
    write_target_sides(db, placed)


def give_segments(
    db: Database, units: Sequence[dict[str, Any]], wanted: dict[int, dict[str, Any] | None]
) -> None:
    """Share the segments that units have now, on both sides, among their old selves.

    A segment that was split meanwhile goes where the part before it goes.
    """
    for side in ("segments", "targets"):
        owner = {
            segment: unit_id
            for unit_id, row in wanted.items()
            if row
            for segment in row.get(side, ())
        }
        there = json.dumps([segment for unit in units for segment in unit.get(side, ())])
        shared: dict[int, list[int]] = {unit_id: [] for unit_id in wanted}
        last = next((unit_id for unit_id, row in wanted.items() if row), 0)
        places: dict[int, int] = {}
        for segment, position in db.conn.execute(
            "SELECT id, position FROM segments WHERE id IN (SELECT value FROM json_each(?)) ORDER BY position",
            (there,),
        ):
            last = owner.get(segment, last)
            shared[last].append(segment)
            places.setdefault(last, position)
        for unit_id, row in wanted.items():
            if row:
                row[side] = shared[unit_id]
                if side == "segments":
                    row["position"] = places.get(unit_id, row["position"])

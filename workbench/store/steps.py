"""Carries out a person's changes of beads as steps that can be undone and redone without limit.

A step keeps the units it changed as they were before and after; undoing brings back their texts,
segments and beads, as long as nobody changed them since.  Each step is a run and a revision of each
of its units.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from workbench.errors import ConflictError, InputError
from workbench.store.database import now, writing
from workbench.store.regroup import current_units, give_segments, new_unit, place_units
from workbench.store.runs import running
from workbench.store.sides import write_target_sides
from workbench.store.splitting import make_room

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlite_utils import Database

Row = dict[str, Any]
Role = Literal["do", "undo", "redo"]

# Where a unit without a source waits for its place: beyond any position.
_FAR = 1 << 40
# What must be as a step left it for the step to be undone.
_CONTENT = ("target", "state", "sub_state", "segments", "targets", "bead")


@dataclass(frozen=True, slots=True)
class Stepped:
    """A step that was done, and the units that stand there now, in order."""

    step_id: int
    kind: str
    unit_ids: tuple[int, ...]


def load(db: Database, unit_id: int, version: int | None) -> Row:
    """A unit with both its sides; one without a source knows the segment before it (`anchor`).

    Raises ConflictError if it has another version than the one given.
    """
    (row,) = load_all(db, [unit_id], {} if version is None else {unit_id: version})
    return row


def load_all(db: Database, unit_ids: Sequence[int], versions: Mapping[int, int]) -> list[Row]:
    """Units as `load` gives them; `versions` are those that they must have."""
    rows = current_units(db, unit_ids)
    for row in rows:
        if versions.get(row["id"], row["version"]) != row["version"]:
            raise ConflictError(f"{_who(db, row['id'])} changed this bead since you saw it")
        if row["bead"] is None:
            raise InputError(
                f"unit {row['id']} is not aligned; align its text first: workbench align"
            )
    return [_anchored(db, row) for row in rows]


def _who(db: Database, unit_id: int) -> str:
    """Who changed a unit last."""
    found = db.conn.execute(
        "SELECT actor FROM revisions WHERE unit_id = ? ORDER BY version DESC LIMIT 1", (unit_id,)
    ).fetchone()
    return str(found[0]) if found else "an aligner"


def _anchored(db: Database, row: Row) -> Row:
    """A unit's row with the source segment before it, if it has none itself."""
    row["anchor"] = None
    if not row["segments"]:
        before = db.conn.execute(
            "SELECT id FROM segments WHERE document_id = ? AND position < ? ORDER BY position DESC LIMIT 1",
            (row["document_id"], row["position"]),
        ).fetchone()
        row["anchor"] = before[0] if before else None
    return row


def step(
    db: Database, kind: str, actor: str, before: Sequence[Row], after: Sequence[Row | None]
) -> Stepped:
    """Change units as one step: each of `before` becomes its row of `after`, None is left over.

    Further rows of `after` are new units.
    """
    with writing(db):
        wanted = {row["id"]: new for row, new in zip(before, after, strict=False)}
        rows = list(before)
        for new in after:
            if new is not None:
                new["updated_by"] = actor
        for new in after[len(before) :]:
            if new is not None:
                unit_id = new_unit(db, new)
                rows.append(_nothing(new, unit_id))
                wanted[unit_id] = {**new, "id": unit_id}
        return _apply(db, kind, "do", actor, rows, wanted)


def undo(db: Database, bitext_id: int, actor: str) -> Stepped:
    """Take back a person's last step.  Raises InputError if there is none, ConflictError if others
    changed its units since.
    """
    row = _latest(db, bitext_id, actor, "role IN ('do', 'redo')")
    if row is None:
        raise InputError("there is nothing of yours to undo here")
    return _back(db, row, "undo", actor)


def redo(db: Database, bitext_id: int, actor: str) -> Stepped:
    """Do again what a person took back last.  Raises as undo does."""
    row = _latest(db, bitext_id, actor, "role = 'undo'")
    newer = db.conn.execute(
        "SELECT max(id) FROM alignment_steps WHERE bitext_id = ? AND actor = ? AND role = 'do'",
        (bitext_id, actor),
    ).fetchone()[0]
    if row is None or (newer or 0) > row["id"]:
        raise InputError("there is nothing to do again")
    return _back(db, row, "redo", actor)


def _latest(db: Database, bitext_id: int, actor: str, which: str) -> Row | None:
    cursor = db.conn.execute(
        "SELECT * FROM alignment_steps WHERE bitext_id = ? AND actor = ? AND undone_by IS NULL"
        f" AND {which} ORDER BY id DESC LIMIT 1",
        (bitext_id, actor),
    )
    row = cursor.fetchone()
    return dict(zip([c[0] for c in cursor.description], row, strict=True)) if row else None


def _back(db: Database, done: Row, role: Role, actor: str) -> Stepped:
    """Bring the units of a step back to what they were before it."""
    left: dict[str, Row | None] = json.loads(done["after"])
    wanted: dict[str, Row | None] = json.loads(done["before"])
    with writing(db):
        rows = _there(db, [int(unit_id) for unit_id in left])
        for there, row in zip(rows, left.values(), strict=True):
            if not _same(there, row, done["newest_segment"]):
                raise ConflictError(
                    f"{_who(db, there['id'])} changed these beads since; their change stays"
                )
        again = {int(unit_id): row for unit_id, row in wanted.items()}
        give_segments(db, rows, again)
        for row in again.values():
            if row:
                row |= {"updated_by": actor}
        return _apply(db, done["kind"], role, actor, rows, again, undoes=done["id"])


def _there(db: Database, unit_ids: Sequence[int]) -> list[Row]:
    """Units as they stand, also those that are left over."""
    return [_anchored(db, row) for row in current_units(db, unit_ids)]


def _same(there: Row, left: Row | None, newest: int) -> bool:
    """Whether a unit is as a step left it; segments that were split since count as one."""
    if left is None:
        return not there["segments"] and not there["targets"]
    there = dict(there)
    for side in ("segments", "targets"):
        there[side] = [segment for segment in there[side] if segment <= newest]
    return all(there[key] == left[key] for key in _CONTENT)


def _nothing(row: Row, unit_id: int) -> Row:
    """A unit that is not there yet, beside the row it shall have."""
    kept = {key: value for key, value in row.items() if key not in {"segments", "targets", "bead"}}
    empty = {"version": 0, "target": "", "state": "initial", "sub_state": "", "notes": []}
    return {**kept, **empty, "id": unit_id}


def _apply(
    db: Database, kind: str, role: Role, actor: str, rows: Sequence[Row],
    wanted: Mapping[int, Row | None], undoes: int | None = None,
) -> Stepped:  # fmt: skip
    name = kind if role == "do" else f"{role} {kind}"
    with running(db, f"align {name}", {"units": sorted(wanted)}, actor=actor) as run:
        run.counts["units"] = len(wanted)
        bitext_id = next(
            row["bead"]["bitext_id"] for row in (*wanted.values(), *rows) if row and row["bead"]
        )
        heavy = [row for row in rows if _restructured(row, wanted[row["id"]])]
        for row in rows:
            if row not in heavy:
                _touch(db, run.run_id, row, wanted[row["id"]] or row, actor, name)
        if heavy:
            planned = {row["id"]: _placed(db, wanted[row["id"]], row["id"]) for row in heavy}
            place_units(db, run.run_id, heavy, planned, actor=actor, why=name)
            _seat(db, [row for row in planned.values() if row and not row["segments"]])
        step_id = _record(db, bitext_id, (kind, role, actor), run.run_id, rows, wanted, undoes)
    standing = [unit_id for unit_id, row in wanted.items() if row]
    order = db.conn.execute(
        "SELECT id FROM units WHERE id IN (SELECT value FROM json_each(?)) ORDER BY position",
        (json.dumps(standing),),
    )
    return Stepped(step_id, kind, tuple(row[0] for row in order))


def _stands(row: Row) -> bool:
    """Whether a unit is there: not new, and not on the shelf."""
    return bool(row.get("segments") or row.get("targets"))


def _restructured(row: Row, new: Row | None) -> bool:
    if new is None or not _stands(row):
        return True
    return any(row[key] != new[key] for key in ("target", "segments", "targets"))


def _placed(db: Database, row: Row | None, unit_id: int) -> Row | None:
    """A planned row with what follows from its segments."""
    if row is None:
        return None
    words, first = db.conn.execute(
        "SELECT coalesce(sum(words), 0), min(position) FROM segments"
        " WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(row["segments"]),),
    ).fetchone()
    return {
        **row,
        "id": unit_id,
        "words": words,
        "position": _FAR + unit_id if first is None else first,
    }


def _touch(db: Database, run_id: int, row: Row, new: Row, actor: str, why: str) -> None:
    """Change a unit's state and bead, not its texts."""
    at = now()
    db.conn.execute(
        "UPDATE units SET state = ?, sub_state = ?, version = version + 1, updated_by = ?, updated_at = ?"
        " WHERE id = ?",
        (new["state"], new["sub_state"], actor, at, row["id"]),
    )
    db.conn.execute("DELETE FROM beads WHERE unit_id = ?", (row["id"],))
    write_target_sides(
        db, [{**new, "id": row["id"], "targets": (), "counted": len(new["targets"])}]
    )
    db.conn.execute(
        "INSERT INTO revisions (unit_id, version, before, after, state_before, state_after, actor, at,"
        " run_id, why, sub_state_before) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (row["id"], row["version"] + 1, row["target"], row["target"], row["state"], new["state"], actor,
         at, run_id, why, row["sub_state"]),
    )  # fmt: skip


def _record(
    db: Database, bitext_id: int, what: tuple[str, Role, str], run_id: int, rows: Sequence[Row],
    wanted: Mapping[int, Row | None], undoes: int | None,
) -> int:  # fmt: skip
    kind, role, actor = what
    # what is new, or comes back from the shelf, was not there before
    before = {row["id"]: row if _stands(row) else None for row in rows}
    standing = iter(_there(db, [unit_id for unit_id, row in wanted.items() if row]))
    after = {unit_id: next(standing) if row else None for unit_id, row in wanted.items()}
    cursor = db.conn.execute(
        "INSERT INTO alignment_steps (bitext_id, kind, role, actor, at, run_id, before, after,"
        " newest_segment, undoes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, (SELECT max(id) FROM segments), ?)",
        (
            bitext_id,
            kind,
            role,
            actor,
            now(),
            run_id,
            json.dumps(before),
            json.dumps(after),
            undoes,
        ),
    )
    step_id = int(cursor.lastrowid or 0)
    if undoes is not None:
        db.conn.execute("UPDATE alignment_steps SET undone_by = ? WHERE id = ?", (step_id, undoes))
    return step_id


def _seat(db: Database, rows: Sequence[Row]) -> None:
    """Give units without a source their places, in the order of their targets, after their anchors."""
    for row in rows:
        where = (row["document_id"], row["target_lang"])
        # after all of the unit that has the anchor
        found = db.conn.execute(
            "SELECT max(s.position) FROM unit_segments a JOIN units u ON u.id = a.unit_id"
            " JOIN unit_segments o ON o.unit_id = u.id JOIN segments s ON s.id = o.segment_id"
            " WHERE a.segment_id = ? AND u.target_lang = ?",
            (row["anchor"], where[1]),
        ).fetchone()[0]
        start = -1 if found is None else found
        following = db.conn.execute(
            "SELECT min(position) FROM segments WHERE document_id = ? AND position > ?",
            (where[0], start),
        ).fetchone()[0]
        end = _FAR if following is None else following
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
                "UPDATE units SET position = ? WHERE id = ?", (_FAR * 2 + place, unit_id)
            )
        for place, (unit_id,) in enumerate(mates, start + 1):
            db.conn.execute("UPDATE units SET position = ? WHERE id = ?", (place, unit_id))

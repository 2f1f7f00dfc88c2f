"""Carries out a person's changes of beads as steps that can be undone and redone without limit.

A step keeps the units it changed as they were before and after; undoing brings back their texts,
segments and beads, as long as nobody changed them since.  Each step is a run and a revision of each
of its units.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from workbench.errors import ConflictError, InputError
from workbench.store.database import now, writing
from workbench.store.hashing import text_hash
from workbench.store.regroup import current_units, give_segments, new_unit, place_units
from workbench.store.rejoining import held, join_again, shelved, split_again
from workbench.store.runs import running
from workbench.store.seating import FAR, seat
from workbench.store.sides import side_text, write_target_sides

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlite_utils import Database

Row = dict[str, Any]
Role = Literal["do", "undo", "redo"]

# Raises an error for a unit that a person may not change.
May = Callable[["Database", int], None]

# What must be as a step left it for the step to be undone.
_CONTENT = ("target", "state", "sub_state", "bead")


def anybody(_: Database, unit_id: int) -> None:
    """Let a person change any unit."""


@dataclass(frozen=True, slots=True)
class _Act:
    """What is done and by whom; an undoing or redoing knows its step, and the parts to be joined again."""

    kind: str
    role: Role
    actor: str
    undoes: int | None = None
    parted: Collection[int] = ()

    @property
    def name(self) -> str:
        """The act as runs and revisions call it."""
        return self.kind if self.role == "do" else f"{self.role} {self.kind}"


@dataclass(frozen=True, slots=True)
class Stepped:
    """A step that was done, and the units that stand there now, in order.

    Of an undoing, `passed` counts the person's later steps, which others changed since.
    """

    step_id: int
    kind: str
    unit_ids: tuple[int, ...]
    passed: int = 0


def load(db: Database, unit_id: int, version: int | None) -> Row:
    """A unit with both its sides.

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
    return [_with_texts(db, row) for row in rows]


def _who(db: Database, unit_id: int) -> str:
    """Who changed a unit last."""
    found = db.conn.execute(
        "SELECT actor FROM revisions WHERE unit_id = ? ORDER BY version DESC LIMIT 1", (unit_id,)
    ).fetchone()
    return str(found[0]) if found else "an aligner"


def _with_texts(db: Database, row: Row) -> Row:
    """A unit's row with the hashes of its segments' texts on both sides."""
    (lang,) = db.conn.execute(
        "SELECT lang FROM documents WHERE id = ?", (row["document_id"],)
    ).fetchone()
    langs = (lang, row["target_lang"])
    sides = (row["segments"], row["targets"])
    row["texts"] = [
        text_hash(side_text(db, ids, lang)) for ids, lang in zip(sides, langs, strict=True)
    ]
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
        return _apply(db, _Act(kind, "do", actor), rows, wanted)


def undo(db: Database, bitext_id: int, actor: str, may: May = anybody) -> Stepped:
    """Take back a person's last step that nobody has changed since; later ones are passed over.

    Raises InputError if there is none, ConflictError if others changed all of them, and what `may`
    raises for a unit.
    """
    refused: ConflictError | None = None
    with writing(db):
        for passed, step_id in enumerate(_open_steps(db, bitext_id, actor, ("do", "redo"))):
            try:
                return replace(_back(db, step_id, "undo", actor, may), passed=passed)
            except ConflictError as error:
                refused = refused or error
    raise refused or InputError("there is nothing of yours to undo here")


def redo(db: Database, bitext_id: int, actor: str, may: May = anybody) -> Stepped:
    """Do again what a person took back last.

    Raises InputError if there is none, ConflictError if others changed its units since, and what `may`
    raises for a unit.
    """
    undone = _open_steps(db, bitext_id, actor, ("undo",))[:1]
    newer = db.conn.execute(
        "SELECT max(id) FROM alignment_steps WHERE bitext_id = ? AND actor = ? AND role = 'do'",
        (bitext_id, actor),
    ).fetchone()[0]
    if not undone or (newer or 0) > undone[0]:
        raise InputError("there is nothing to do again")
    return _back(db, undone[0], "redo", actor, may)


def _open_steps(db: Database, bitext_id: int, actor: str, roles: Sequence[Role]) -> list[int]:
    """A person's steps that were not taken back, or done again, since; the latest first."""
    found = db.conn.execute(
        "SELECT id FROM alignment_steps WHERE bitext_id = ? AND actor = ? AND undone_by IS NULL"
        " AND role IN (SELECT value FROM json_each(?)) ORDER BY id DESC",
        (bitext_id, actor, json.dumps(roles)),
    )
    return [row[0] for row in found]


def _back(db: Database, step_id: int, role: Role, actor: str, may: May) -> Stepped:
    """Bring the units of a step back to what they were before it."""
    kind, newest, *both = db.conn.execute(
        "SELECT kind, newest_segment, before, after FROM alignment_steps WHERE id = ?", (step_id,)
    ).fetchone()
    wanted, left = ({int(unit): row for unit, row in json.loads(one).items()} for one in both)
    with writing(db):
        rows = _there(db, list(wanted))
        _require_same(db, rows, left, newest)
        for unit_id in wanted:
            may(db, unit_id)
        parted = held(left.values()) & held(rows) - held(wanted.values())
        split_again(db, rows, wanted)
        give_segments(db, _there(db, list(wanted)), wanted)
        return _apply(db, _Act(kind, role, actor, step_id, parted), rows, wanted)


def _there(db: Database, unit_ids: Sequence[int]) -> list[Row]:
    """Units as they stand, also those that are left over."""
    return [_with_texts(db, row) for row in current_units(db, unit_ids)]


def _require_same(
    db: Database, rows: Sequence[Row], left: Mapping[int, Row | None], newest: int
) -> None:
    """Raise ConflictError if units are not as a step left them.

    Segments that were split since, or joined again, count as they were.
    """
    gone = shelved(db, held(left.values()))
    for row in rows:
        then = left[row["id"]]
        if then is None:
            same = not _stands(row)
        else:
            keys = [*_CONTENT, *({"texts"} & then.keys())]  # older steps do not have them
            same = all(row[key] == then[key] for key in keys) and all(
                [segment for segment in row[side] if segment <= newest]
                == [segment for segment in then[side] if segment not in gone]
                for side in ("segments", "targets")
            )
        if not same:
            raise ConflictError(
                f"{_who(db, row['id'])} changed these beads since; that change stays"
            )


def _nothing(row: Row, unit_id: int) -> Row:
    """A unit that is not there yet, beside the row it shall have."""
    kept = {key: value for key, value in row.items() if key not in {"segments", "targets", "bead"}}
    empty = {"version": 0, "target": "", "state": "initial", "sub_state": "", "notes": []}
    return {**kept, **empty, "id": unit_id}


def _apply(
    db: Database, act: _Act, rows: Sequence[Row], wanted: Mapping[int, Row | None]
) -> Stepped:
    with running(db, f"align {act.name}", {"units": sorted(wanted)}, actor=act.actor) as run:
        run.counts["units"] = len(wanted)
        heavy = [row for row in rows if _restructured(db, row, wanted[row["id"]])]
        for row in rows:
            if row not in heavy:
                _touch(db, run.run_id, row, wanted[row["id"]] or row, act)
        if heavy:
            planned = {row["id"]: _placed(db, wanted[row["id"]], row["id"]) for row in heavy}
            place_units(db, run.run_id, heavy, planned, actor=act.actor, why=act.name)
            seat(db, [row for row in planned.values() if row and not row["segments"]])
            join_again(db, act.parted)
        step_id = _record(db, act, run.run_id, rows, wanted)
    standing = [unit_id for unit_id, row in wanted.items() if row]
    order = db.conn.execute(
        "SELECT id FROM units WHERE id IN (SELECT value FROM json_each(?)) ORDER BY position",
        (json.dumps(standing),),
    )
    return Stepped(step_id, act.kind, tuple(row[0] for row in order))


def _stands(row: Row) -> bool:
    """Whether a unit is there: not new, and not on the shelf."""
    return bool(row.get("segments") or row.get("targets"))


def _restructured(db: Database, row: Row, new: Row | None) -> bool:
    if new is None or not _stands(row):
        return True
    # where a sentence was split, a unit has more segments by now than its row says
    (more,) = db.conn.execute(
        "SELECT (SELECT count(*) FROM unit_segments WHERE unit_id = :unit)"
        " + (SELECT count(*) FROM unit_targets WHERE unit_id = :unit)",
        {"unit": row["id"]},
    ).fetchone()
    if more != len(row["segments"]) + len(row["targets"]):
        return True
    same = all(row[key] == new[key] for key in ("target", "segments", "targets"))
    return not same or not (new["segments"] or row["anchor"] == new["anchor"])


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
        "position": FAR + unit_id if first is None else first,
    }


def _touch(db: Database, run_id: int, row: Row, new: Row, act: _Act) -> None:
    """Change a unit's state and bead, not its texts."""
    at = now()
    db.conn.execute(
        "UPDATE units SET state = ?, sub_state = ?, version = version + 1, updated_by = ?, updated_at = ?"
        " WHERE id = ?",
        (new["state"], new["sub_state"], new["updated_by"], at, row["id"]),
    )
    db.conn.execute("DELETE FROM beads WHERE unit_id = ?", (row["id"],))
    write_target_sides(
        db, [{**new, "id": row["id"], "targets": (), "counted": len(new["targets"])}]
    )
    db.conn.execute(
        "INSERT INTO revisions (unit_id, version, before, after, state_before, state_after, actor, at,"
        " run_id, why, sub_state_before) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (row["id"], row["version"] + 1, row["target"], row["target"], row["state"], new["state"],
         act.actor, at, run_id, act.name, row["sub_state"]),
    )  # fmt: skip


def _record(
    db: Database, act: _Act, run_id: int, rows: Sequence[Row], wanted: Mapping[int, Row | None]
) -> int:
    # what is new, or comes back from the shelf, was not there before
    before = {row["id"]: row if _stands(row) else None for row in rows}
    there = iter(_there(db, [unit_id for unit_id, row in wanted.items() if row]))
    after = {unit_id: next(there) if row else None for unit_id, row in wanted.items()}
    bitext_id = next(
        row["bead"]["bitext_id"] for row in (*wanted.values(), *rows) if row and row["bead"]
    )
    cursor = db.conn.execute(
        "INSERT INTO alignment_steps (bitext_id, kind, role, actor, at, run_id, before, after,"
        " newest_segment, undoes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, (SELECT max(id) FROM segments), ?)",
        (bitext_id, act.kind, act.role, act.actor, now(), run_id, json.dumps(before), json.dumps(after),
         act.undoes),
    )  # fmt: skip
    step_id = int(cursor.lastrowid or 0)
    if act.undoes is not None:
        db.conn.execute(
            "UPDATE alignment_steps SET undone_by = ? WHERE id = ?", (step_id, act.undoes)
        )
    return step_id

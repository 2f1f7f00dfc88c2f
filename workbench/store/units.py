"""Makes units and changes them: drafts by engines, edits by people, always against a known version."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.errors import ConflictError, InputError, StoreError
from workbench.store.database import now, writing
from workbench.store.views import SOURCE, create_pair_view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

    from workbench.model import Finding, State

# Levenshtein distance of two texts longer than this would keep the person who saves waiting.
LONGEST_MEASURED = 20_000
# All positions of a document.
EVERYWHERE = (0, 2**62)
# The sub-state of a draft that a person found useless.
REJECTED = "wb:rejected"


@dataclass(frozen=True, slots=True)
class PendingUnit:
    """A unit that waits for a draft."""

    unit_id: int
    version: int
    position: int
    source: str


@dataclass(frozen=True, slots=True)
class Edit:
    """A person's change of one unit, made on `version`; None leaves target or state as it is."""

    unit_id: int
    version: int
    actor: str
    target: str | None = None
    state: State | None = None
    seconds: float | None = None
    why: str = ""
    sub_state: str | None = None


def ensure_units(
    db: Database, document_id: int, target_lang: str, within: tuple[int, int] = EVERYWHERE
) -> int:
    """Give the segments of a document a unit each for a target language; returns how many were new.

    `within` are the first and the last position of those that shall have one.
    """
    with writing(db):
        execute = db.conn.execute
        (source_lang,) = execute(
            "SELECT lang FROM documents WHERE id = ?", (document_id,)
        ).fetchone()
        execute(create_pair_view(source_lang, target_lang))
        made = execute(
            """INSERT INTO units (document_id, target_lang, position, updated_at, words)
            SELECT s.document_id, :target_lang, s.position, :now, s.words FROM segments s
            WHERE s.document_id = :document_id AND s.position BETWEEN :first AND :last
              AND NOT EXISTS (
                SELECT 1 FROM unit_segments us JOIN units u ON u.id = us.unit_id
                WHERE us.segment_id = s.id AND u.target_lang = :target_lang)
            ORDER BY s.position""",
            {"document_id": document_id, "target_lang": target_lang, "now": now(),
             "first": within[0], "last": within[1]},
        ).rowcount  # fmt: skip
        if made:
            execute(
                """INSERT INTO unit_segments (unit_id, segment_id, position)
                SELECT u.id, s.id, 0 FROM units u
                JOIN segments s ON s.document_id = u.document_id AND s.position = u.position
                WHERE u.document_id = ? AND u.target_lang = ? AND u.position BETWEEN ? AND ?
                  AND NOT EXISTS (SELECT 1 FROM unit_segments us WHERE us.unit_id = u.id)
                ORDER BY u.position""",
                (document_id, target_lang, *within),
            )
        return made


def last_position(db: Database, document_id: int) -> int:
    """The position of a document's last segment; -1 if it has none."""
    query = "SELECT coalesce(max(position), -1) FROM segments WHERE document_id = ?"
    return int(db.conn.execute(query, (document_id,)).fetchone()[0])


def next_pending(
    db: Database,
    document_id: int,
    target_lang: str,
    *,
    after: int = -1,
    size: int = 256,
    redo: bool = False,
) -> list[PendingUnit]:
    """The next units of a document, after a position, that wait for a draft.

    With `redo` these are all that no person has touched or translated.  Going on after the last position, not
    from the start, keeps a unit that gets no draft from holding up the rest.
    """
    wanted = "AND u.sub_state <> 'wb:aligned'" if redo else "AND u.state = 'initial'"
    rows = db.conn.execute(
        f"""SELECT u.id, u.version, u.position, {SOURCE} FROM units u
        JOIN documents d ON d.id = u.document_id
        WHERE u.document_id = ? AND u.target_lang = ? AND u.position > ? AND u.updated_by = '' {wanted}
        ORDER BY u.position LIMIT ?""",
        (document_id, target_lang, after, size),
    )
    return [PendingUnit(*row) for row in rows]


def count_pending(
    db: Database, document_ids: Sequence[int], target_lang: str, *, redo: bool = False
) -> int:
    """How many units of these documents wait for a draft, those that are still to be made included."""
    wanted = "AND sub_state <> 'wb:aligned'" if redo else "AND state = 'initial'"
    query = f"""SELECT
      (SELECT count(*) FROM units
       WHERE document_id = :document_id AND target_lang = :target_lang AND updated_by = '' {wanted})
      + (SELECT count(*) FROM segments s WHERE s.document_id = :document_id AND NOT EXISTS (
           SELECT 1 FROM unit_segments us JOIN units u ON u.id = us.unit_id
           WHERE us.segment_id = s.id AND u.target_lang = :target_lang))"""
    counts = (
        db.conn.execute(query, {"document_id": n, "target_lang": target_lang}).fetchone()[0]
        for n in document_ids
    )
    return sum(counts)


def save_findings(db: Database, found: Sequence[tuple[int, str, Sequence[Finding]]]) -> int:
    """Store what checks say, as (unit, check, findings), in place of what they said before.

    Returns how many findings came or went; what is said again stays as it is.
    """
    with writing(db):
        rows = db.conn.execute(
            "SELECT unit_id, name, severity, message FROM findings WHERE unit_id IN"
            " (SELECT value FROM json_each(?)) AND name IN (SELECT value FROM json_each(?))",
            (
                json.dumps([unit_id for unit_id, _, _ in found]),
                json.dumps([n for _, n, _ in found]),
            ),
        )
        before = set(rows.fetchall())
        after = {
            (unit_id, name, finding.severity, finding.message)
            for unit_id, name, findings in found
            for finding in findings
        }
        db.conn.executemany(
            "DELETE FROM findings WHERE unit_id = ? AND name = ? AND severity = ? AND message = ?",
            before - after,
        )
        at = now()
        db.conn.executemany(
            "INSERT OR IGNORE INTO findings (unit_id, name, severity, message, at)"
            " VALUES (?, ?, ?, ?, ?)",
            [(*row, at) for row in sorted(after - before)],
        )
    return len(before ^ after)


def edit_unit(db: Database, edit: Edit, *, run_id: int | None = None) -> int:
    """Store a person's change and its revision; returns the unit's version.

    Nothing is written when nothing changes.  Raises ConflictError if the unit is not at
    `edit.version` any more, InputError if an empty text is accepted, StoreError if there is no such
    unit.
    """
    with writing(db):
        current = _current(db, edit.unit_id)
        if current["version"] != edit.version:
            raise ConflictError(
                f"unit {edit.unit_id} was changed by {current['updated_by'] or 'an engine'} since you"
                f" read it (version {current['version']}, yours {edit.version}); compare both texts"
            )
        after = current["target"] if edit.target is None else edit.target
        state = _state_after(edit, current["state"], after)
        new = (after, state, _sub_state_after(edit, current, after))
        if new == (current["target"], current["state"], current["sub_state"]):
            return int(edit.version)
        _write_edit(db, edit, current, new, run_id)
        return edit.version + 1


def _state_after(edit: Edit, state: str, after: str) -> str:
    if edit.state in {"reviewed", "final"} and not after.strip():
        raise InputError("this unit has no text yet; type a translation, then accept it")
    if not after:
        return "initial"
    if edit.state:
        return edit.state
    return "translated" if state == "initial" else state


def _sub_state_after(edit: Edit, current: dict[str, Any], after: str) -> str:
    if edit.sub_state is not None:
        return edit.sub_state
    if after != current["target"]:
        return "wb:edited"
    if current["sub_state"] == REJECTED and edit.state in {"reviewed", "final"}:
        return f"wb:{current['type']}" if after == current["draft"] else "wb:edited"
    return str(current["sub_state"])


def _current(db: Database, unit_id: int) -> dict[str, Any]:
    cursor = db.conn.execute(
        "SELECT u.target, u.state, u.sub_state, u.version, u.updated_by, m.text AS draft, m.type"
        " FROM units u LEFT JOIN matches m ON m.id = u.match_id WHERE u.id = ?",
        (unit_id,),
    )
    row = cursor.fetchone()
    if row is None:
        raise StoreError(f"there is no unit {unit_id}; look its number up in the view bitext")
    return dict(zip([column[0] for column in cursor.description], row, strict=True))


def _write_edit(
    db: Database, edit: Edit, current: dict[str, Any], new: tuple[str, str, str], run_id: int | None
) -> None:
    after, state, sub_state = new
    at = now()
    changed = db.conn.execute(
        "UPDATE units SET target = ?, state = ?, sub_state = ?, version = version + 1, updated_by = ?,"
        " updated_at = ? WHERE id = ? AND version = ?",
        (after, state, sub_state, edit.actor, at, edit.unit_id, edit.version),
    ).rowcount
    if changed != 1:
        raise ConflictError(f"unit {edit.unit_id} was changed meanwhile; load it again")
    db.conn.execute(
        "INSERT INTO revisions (unit_id, version, before, after, state_before, state_after, actor, at,"
        " seconds, edit_distance, run_id, why, sub_state_before)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (edit.unit_id, edit.version + 1, current["target"], after, current["state"], state, edit.actor,
         at, edit.seconds, edit_distance(current["draft"], after), run_id, edit.why,
         current["sub_state"]),
    )  # fmt: skip


def edit_distance(draft: str | None, text: str) -> int | None:
    """Characters to change from draft to text (Levenshtein); None without a draft or for huge texts."""
    from rapidfuzz.distance import Levenshtein

    if draft is None or max(len(draft), len(text)) > LONGEST_MEASURED:
        return None
    return int(Levenshtein.distance(draft, text))

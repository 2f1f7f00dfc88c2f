"""Changes many units as one run, and takes any run back, keeping what was edited since."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from workbench.errors import InputError, RefusedError, StoreError
from workbench.model import STATES
from workbench.store.claims import claim, release
from workbench.store.database import now, writing
from workbench.store.filters import Filter
from workbench.store.finding import each_unit
from workbench.store.patterns import Deadline, pattern_of
from workbench.store.people import Rules, check_edit
from workbench.store.reading import rows
from workbench.store.regroup import undo_regroup
from workbench.store.runs import running
from workbench.store.units import REJECTED, Edit, edit_unit

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlite_utils import Database

# Units in one batch: a second or two of work, in which nobody else can save.
LARGEST = 10_000
# Seconds that all its texts together may keep a pattern busy.
PATIENCE = 10.0
ACTIONS = ("accept", "reject", "reopen", "replace", "assign", "release")


@dataclass(frozen=True, slots=True)
class Batch:
    """What shall happen to all units that a filter keeps (docs/review-api.md names the actions)."""

    action: str
    actor: str
    find: str = ""
    replacement: str = ""
    is_regex: bool = False
    case: bool = False
    person: str = ""
    hours: float = 0.0


@dataclass(frozen=True, slots=True)
class Done:
    """The run of a batch, how many units it changed, and how many it had to leave and why."""

    run_id: int
    changed: int
    skipped: int
    reason: str = ""


def run_batch(db: Database, wanted: Filter, batch: Batch, rules: Rules) -> Done:
    """Change all units that a filter keeps, in one transaction and one run.

    Units that the person may not change are left.  Raises InputError for an unknown action, a broken
    pattern, or more than 10,000 units.
    """
    if batch.action not in ACTIONS:
        raise InputError(f"there is no action {batch.action!r}; choose one of {', '.join(ACTIONS)}")
    deadline = Deadline(PATIENCE)
    units = _wanted(db, wanted, deadline)
    ids = [unit["id"] for unit in units]
    if batch.action == "assign":
        run_id, taken, skipped = claim(db, ids, batch.person, batch.actor, hours=batch.hours)
        return Done(run_id, taken, skipped, "others have claimed them" if skipped else "")
    if batch.action == "release":
        return _release(db, ids, batch)
    change = _change(batch, deadline)
    arguments = {key: value for key, value in _arguments(batch).items() if value}
    with writing(db), running(db, batch.action, arguments, actor=batch.actor) as run:
        changed, reasons = 0, []
        for unit in units:
            edit = change(unit)
            if edit is None:
                continue
            try:
                check_edit(db, edit, rules)
                changed += edit_unit(db, edit, run_id=run.run_id) - edit.version
            except (RefusedError, InputError) as error:
                reasons.append(str(error))
        run.counts.update(units=changed, skipped=len(reasons))
    return Done(run.run_id, changed, len(reasons), reasons[0] if reasons else "")


def replaced(batch: Batch, deadline: Deadline) -> Callable[[str], str]:
    """What a replacement makes of a text.  Raises InputError if the pattern is broken or too slow."""
    if not batch.find:
        raise InputError("type what shall be replaced")
    import regex

    source = batch.find if batch.is_regex else regex.escape(batch.find)
    pattern = pattern_of(source, case=batch.case)
    template = batch.replacement if batch.is_regex else batch.replacement.replace("\\", "\\\\")

    def make(text: str) -> str:
        try:
            return str(pattern.sub(template, text, timeout=deadline.left(), concurrent=True))
        except TimeoutError as error:
            raise InputError("the pattern takes too long; make it simpler") from error
        except (regex.error, IndexError) as error:
            raise InputError(f"the replacement is broken: {error}") from error

    return make


def undo(db: Database, run_id: int, actor: str, rules: Rules) -> Done:
    """Take a run's changes of units back, as a run of its own.

    Units that were changed since stay as they are and are counted as skipped.  Raises StoreError if
    there is no such run, InputError if it changed no unit.
    """
    rules = replace(rules, second_person=False)  # what was accepted once may stand again
    with writing(db):
        run_before = _run(db, run_id)
        if run_before["command"] in {"assign", "release"}:
            return _undo_claims(db, run_before, actor)
        with running(db, "undo", {"run": run_id}, actor=actor) as run:
            if db.conn.execute("SELECT 1 FROM regroupings WHERE run_id = ?", (run_id,)).fetchone():
                done = _undo_regrouping(db, run_id, actor, run.run_id, rules)
            else:
                done = _undo_edits(db, run_id, actor, run.run_id, rules)
            run.counts.update(units=done.changed, skipped=done.skipped)
    return done


def batch_rows(db: Database, run_id: int, limit: int = 200) -> list[dict[str, Any]]:
    """What a run changed, unit by unit, with whether it stands as the run left it."""
    return rows(
        db,
        "SELECT r.unit_id, u.position, u.document_id, d.title, d.path AS document, u.target_lang, r.before,"
        " r.after, r.state_before, r.state_after, r.actor, r.at, r.why,"
        " u.target = r.after AND u.state = r.state_after AS stands"
        " FROM revisions r JOIN units u ON u.id = r.unit_id JOIN documents d ON d.id = u.document_id"
        " WHERE r.run_id = ? ORDER BY r.id LIMIT ?",
        (run_id, limit),
    )


def batch(db: Database, run_id: int) -> dict[str, Any]:
    """A run with how many units it changed and how many of them were changed since."""
    found = _run(db, run_id)
    (found["units"], found["later"]) = db.conn.execute(
        "SELECT count(*), coalesce(sum(u.target <> r.after OR u.state <> r.state_after), 0) FROM revisions r"
        " JOIN units u ON u.id = r.unit_id WHERE r.run_id = ?",
        (run_id,),
    ).fetchone()
    (found["skipped"],) = db.conn.execute(
        "SELECT json_extract(counts, '$.skipped') FROM runs WHERE id = ?", (run_id,)
    ).fetchone()
    if found["command"] in {"assign", "release"}:
        (found["units"],) = db.conn.execute(
            "SELECT json_extract(counts, '$.units') FROM runs WHERE id = ?", (run_id,)
        ).fetchone()
    found["undoable"] = found["units"] > 0
    return found


def batches(db: Database, limit: int = 20) -> list[dict[str, Any]]:
    """The latest runs that people made on the pages, newest first."""
    return rows(
        db,
        "SELECT id, command, arguments, actor, started, counts FROM runs WHERE actor <> ''"
        " ORDER BY id DESC LIMIT ?",
        (limit,),
    )


def _wanted(db: Database, wanted: Filter, deadline: Deadline) -> list[dict[str, Any]]:
    try:
        units = list(islice(each_unit(db, wanted, deadline), LARGEST + 1))
    except TimeoutError as error:
        raise InputError("the pattern takes too long; make it simpler") from error
    if len(units) > LARGEST:
        raise InputError(f"more than {LARGEST:,} units; filter further, and do it in parts")
    return units


def _change(batch: Batch, deadline: Deadline) -> Callable[[dict[str, Any]], Edit | None]:
    """What a batch makes of one unit; None leaves it as it is."""
    state = {"accept": "reviewed", "reject": "translated", "reopen": "translated"}.get(batch.action)
    goal = next((known for known in STATES if known == state), None)
    if goal:
        sub_state = REJECTED if batch.action == "reject" else None

        def decide(unit: dict[str, Any]) -> Edit | None:
            if not unit["target"] or (batch.action == "accept" and unit["state"] == "final"):
                return None
            if batch.action == "reopen" and unit["state"] not in {"reviewed", "final"}:
                return None
            return Edit(unit["id"], unit["version"], batch.actor, state=goal, sub_state=sub_state)

        return decide
    make = replaced(batch, deadline)

    def write(unit: dict[str, Any]) -> Edit | None:
        after = make(unit["target"])
        if after == unit["target"]:
            return None
        return Edit(unit["id"], unit["version"], batch.actor, target=after, why="replaced")

    return write


def _arguments(batch: Batch) -> dict[str, Any]:
    return {
        "find": batch.find,
        "with": batch.replacement,
        "regex": batch.is_regex,
        "case": batch.case,
    }


def _run(db: Database, run_id: int) -> dict[str, Any]:
    found = rows(db, "SELECT * FROM runs WHERE id = ?", (run_id,))
    if not found:
        raise StoreError(f"there is no run {run_id}; see the table runs")
    return found[0]


def _release(db: Database, ids: list[int], batch: Batch) -> Done:
    """End claims, remembering them in the run, so that it can be undone."""
    with writing(db):
        found = db.conn.execute(
            "SELECT unit_id, person, actor, at, expires FROM claims"
            " WHERE unit_id IN (SELECT value FROM json_each(?)) AND (? = '' OR person = ?)",
            (json.dumps(ids), batch.person, batch.person),
        )
        freed = [list(row) for row in found]
        with running(db, "release", {"claims": freed}, actor=batch.actor) as run:
            run.counts["units"] = release(db, ids, batch.person or None)
    return Done(run.run_id, len(freed), 0)


def _undo_claims(db: Database, before: dict[str, Any], actor: str) -> Done:
    with running(db, "undo", {"run": before["id"]}, actor=actor) as run:
        if before["command"] == "assign":
            done = db.conn.execute("DELETE FROM claims WHERE run_id = ?", (before["id"],)).rowcount
        else:
            done = db.conn.executemany(
                "INSERT OR IGNORE INTO claims (unit_id, person, actor, at, expires)"
                " VALUES (?, ?, ?, ?, ?)",
                json.loads(before["arguments"])["claims"],
            ).rowcount
        run.counts["units"] = done
    return Done(run.run_id, done, 0)


def _undo_regrouping(db: Database, run_id: int, actor: str, undoing: int, rules: Rules) -> Done:
    touched = rows(
        db,
        "SELECT r.unit_id, u.version FROM revisions r JOIN units u ON u.id = r.unit_id WHERE r.run_id = ?",
        (run_id,),
    )
    for unit in touched:
        check_edit(db, Edit(unit["unit_id"], unit["version"], actor), rules)
    if undo_regroup(db, run_id, actor, undoing):
        return Done(undoing, len(touched), 0)
    return Done(undoing, 0, len(touched), "they were changed since")


def _undo_edits(db: Database, run_id: int, actor: str, undoing: int, rules: Rules) -> Done:
    changes = rows(
        db,
        "SELECT r.unit_id, r.before, r.state_before, r.sub_state_before, u.version,"
        " u.target = r.after AND u.state = r.state_after AS stands,"
        " (SELECT p.actor FROM revisions p WHERE p.unit_id = r.unit_id AND p.version < r.version"
        "  ORDER BY p.version DESC LIMIT 1) AS person"
        " FROM revisions r JOIN units u ON u.id = r.unit_id WHERE r.run_id = ? ORDER BY r.id",
        (run_id,),
    )
    if not changes:
        raise InputError(f"run {run_id} changed no unit that could be taken back")
    undone, reasons = 0, []
    for change in changes:
        if not change["stands"]:
            reasons.append("they were changed since")
            continue
        edit = Edit(
            change["unit_id"],
            change["version"],
            actor,
            target=change["before"],
            state=change["state_before"],
            why=f"undid run {run_id}",
            sub_state=change["sub_state_before"],
        )
        try:
            check_edit(db, edit, rules)
        except RefusedError as error:
            reasons.append(str(error))
            continue
        undone += edit_unit(db, edit, run_id=undoing) - edit.version
        db.conn.execute(
            "UPDATE units SET updated_by = ? WHERE id = ?",
            (change["person"] or "", change["unit_id"]),
        )
    return Done(undoing, undone, len(reasons), reasons[0] if reasons else "")


def save_filter(db: Database, name: str, query: str, actor: str) -> None:
    """Keep the filters of an address under a name.  Raises InputError if the name is empty or taken."""
    name = " ".join(name.split())[:80]
    if not name:
        raise InputError("give the filter a name")
    with writing(db):
        db.conn.execute(
            "INSERT INTO saved_filters (name, query, actor, at) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (name) DO UPDATE SET query = excluded.query, actor = excluded.actor,"
            " at = excluded.at",
            (name, query[:4000], actor, now()),
        )


def forget_filter(db: Database, name: str) -> None:
    """Forget a saved filter."""
    with writing(db):
        db.conn.execute("DELETE FROM saved_filters WHERE name = ?", (name,))


def saved_filters(db: Database) -> list[dict[str, Any]]:
    """The saved filters, by name."""
    return rows(db, "SELECT name, query, actor, at FROM saved_filters ORDER BY name")

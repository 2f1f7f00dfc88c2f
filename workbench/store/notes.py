"""What people say about units: notes that call others, and findings they declare no mistake."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from workbench.errors import InputError, StoreError
from workbench.store.database import now, writing
from workbench.store.reading import rows

if TYPE_CHECKING:
    from sqlite_utils import Database

LONGEST_NOTE = 10_000
# `@ana`, or `@"Ana María"` for a name with spaces; not inside a word, as in an address of e-mail.
_MENTION = re.compile(r'(?<![\w.])@(?:"([^"\n]{1,80})"|([^\W_][\w.\-]{0,79}))')


def mentioned(text: str) -> list[str]:
    """The names that a note calls, each once, in order."""
    found = (quoted.strip() or plain.rstrip(".-") for quoted, plain in _MENTION.findall(text))
    return [name for name in dict.fromkeys(found) if name]


def add_note(db: Database, unit_id: int, actor: str, text: str) -> dict[str, Any]:
    """Store a note on a unit.  Raises InputError if it is empty or too long, StoreError without a unit."""
    text = text.strip()
    if not text:
        raise InputError("the note is empty; type what you want to say")
    if len(text) > LONGEST_NOTE:
        raise InputError(f"the note is longer than {LONGEST_NOTE} characters; shorten it")
    with writing(db):
        _require_unit(db, unit_id)
        cursor = db.conn.execute(
            "INSERT INTO notes (unit_id, actor, at, text) VALUES (?, ?, ?, ?)",
            (unit_id, actor, now(), text),
        )
        note_id = int(cursor.lastrowid or 0)
        db.conn.executemany(
            "INSERT INTO mentions VALUES (?, ?)", [(note_id, name) for name in mentioned(text)]
        )
    return _notes(db, "n.id = ?", note_id)[0]


def settle_note(
    db: Database, unit_id: int, note_id: int, actor: str, *, done: bool
) -> dict[str, Any]:
    """Mark a note of a unit as done, or open it again.  Raises StoreError if it is not there."""
    with writing(db):
        changed = db.conn.execute(
            "UPDATE notes SET done_by = ?, done_at = ? WHERE id = ? AND unit_id = ?",
            (actor if done else None, now() if done else None, note_id, unit_id),
        ).rowcount
    if not changed:
        raise StoreError(f"unit {unit_id} has no note {note_id}")
    return _notes(db, "n.id = ?", note_id)[0]


def notes(db: Database, unit_id: int) -> list[dict[str, Any]]:
    """The notes of a unit, oldest first, each with the names it mentions."""
    return _notes(db, "n.unit_id = ?", unit_id)


def _notes(db: Database, condition: str, parameter: int) -> list[dict[str, Any]]:
    found = rows(db, f"SELECT n.* FROM notes n WHERE {condition} ORDER BY n.id", (parameter,))
    for note in found:
        note["mentions"] = mentioned(note["text"])
    return found


def dismiss_finding(
    db: Database, unit_id: int, name: str, message: str, *, actor: str, reason: str
) -> list[dict[str, Any]]:
    """Declare a finding no mistake; it stays so when the checks run again.  Returns the findings.

    Raises InputError without a reason, StoreError if the unit has no such finding.
    """
    if not reason.strip():
        raise InputError("say why this is no mistake")
    with writing(db):
        known = db.conn.execute(
            "SELECT 1 FROM findings WHERE unit_id = ? AND name = ? AND message = ?",
            (unit_id, name, message),
        ).fetchone()
        if not known:
            raise StoreError("this unit has no such finding any more; load it again")
        db.conn.execute(
            "INSERT OR IGNORE INTO dismissals (unit_id, name, message, reason, actor, at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (unit_id, name, message, reason.strip()[:LONGEST_NOTE], actor, now()),
        )
    return findings(db, unit_id)


def restore_finding(db: Database, unit_id: int, name: str, message: str) -> list[dict[str, Any]]:
    """Take a dismissal back; returns the unit's findings."""
    with writing(db):
        _require_unit(db, unit_id)
        db.conn.execute(
            "DELETE FROM dismissals WHERE unit_id = ? AND name = ? AND message = ?",
            (unit_id, name, message),
        )
    return findings(db, unit_id)


def findings(db: Database, unit_id: int) -> list[dict[str, Any]]:
    """The findings of a unit, open ones first, with who dismissed them and why."""
    return rows(
        db,
        "SELECT f.name, f.severity, f.message, f.at, d.actor AS dismissed_by, d.at AS dismissed_at,"
        " d.reason FROM findings f LEFT JOIN dismissals d"
        " ON d.unit_id = f.unit_id AND d.name = f.name AND d.message = f.message"
        " WHERE f.unit_id = ? ORDER BY d.id IS NOT NULL, f.severity = 'info', f.name, f.message",
        (unit_id,),
    )


def _require_unit(db: Database, unit_id: int) -> None:
    if not db.conn.execute("SELECT 1 FROM units WHERE id = ?", (unit_id,)).fetchone():
        raise StoreError(f"there is no unit {unit_id}; look its number up in the view bitext")

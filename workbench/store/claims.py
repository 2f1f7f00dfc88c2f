"""Keeps units for one person: claims that end by themselves, and assignments that stay."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from workbench.errors import InputError
from workbench.store.database import now, writing
from workbench.store.reading import rows
from workbench.store.runs import running

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

LONGEST_HOURS = 24.0 * 366
MOST_UNITS = 10_000
_LIVE = "(c.expires IS NULL OR c.expires > ?)"


def units_between(
    db: Database, document_id: int, target_lang: str, first: int, last: int
) -> list[int]:
    """The ids of a text's units from one position to another, both included."""
    found = db.conn.execute(
        "SELECT id FROM units WHERE document_id = ? AND target_lang = ? AND position BETWEEN ? AND ?"
        " ORDER BY position LIMIT ?",
        (document_id, target_lang, first, last, MOST_UNITS + 1),
    )
    return [row[0] for row in found]


def claim(
    db: Database, unit_ids: Sequence[int], person: str, actor: str, *, hours: float
) -> tuple[int, int, int]:
    """Keep units for a person, for some hours or (0) until released; claims of others stay.

    Returns the run, how many units were taken and how many are others'.
    """
    if not 0 <= hours <= LONGEST_HOURS:
        raise InputError(f"a claim lasts 0 to {LONGEST_HOURS:.0f} hours; 0 is until released")
    if len(unit_ids) > MOST_UNITS:
        raise InputError(f"more than {MOST_UNITS:,} units at once; claim them in parts")
    if not unit_ids:
        raise InputError("there are no units to claim there")
    at = now()
    expires = _after(hours) if hours else None
    arguments = {"person": person, "hours": hours, "units": len(unit_ids)}
    with writing(db), running(db, "assign", arguments, actor=actor) as run:
        taken = 0
        for unit_id in unit_ids:
            taken += db.conn.execute(
                "INSERT INTO claims (unit_id, person, actor, at, expires, run_id)"
                " SELECT ?, ?, ?, ?, ?, ? WHERE true ON CONFLICT (unit_id) DO UPDATE SET"
                " person = excluded.person, actor = excluded.actor, at = excluded.at,"
                " expires = excluded.expires, run_id = excluded.run_id"
                " WHERE claims.person = excluded.person"
                " OR (claims.expires IS NOT NULL AND claims.expires <= excluded.at)",
                (unit_id, person, actor, at, expires, run.run_id),
            ).rowcount
        run.counts.update(units=taken, skipped=len(unit_ids) - taken)
    return run.run_id, taken, len(unit_ids) - taken


def release(db: Database, unit_ids: Sequence[int], person: str | None) -> int:
    """End the claims of a person on units, or (None) anybody's; returns how many."""
    with writing(db):
        whose = "" if person is None else " AND person = ?"
        parameters = () if person is None else (person,)
        return sum(
            db.conn.execute(
                f"DELETE FROM claims WHERE unit_id = ?{whose}", (unit_id, *parameters)
            ).rowcount
            for unit_id in unit_ids
        )


def claim_of(db: Database, unit_id: int) -> dict[str, Any] | None:
    """Who has claimed a unit now, until when; None if nobody."""
    found = rows(
        db,
        f"SELECT c.person, c.actor, c.at, c.expires FROM claims c WHERE c.unit_id = ? AND {_LIVE}",
        (unit_id, now()),
    )
    return found[0] if found else None


def claims_of(db: Database, document_id: int, target_lang: str) -> list[dict[str, Any]]:
    """Who has claimed what of a text: runs of units claimed together by one person."""
    return rows(
        db,
        "SELECT c.person, min(u.position) AS first, max(u.position) AS last, count(*) AS units, c.expires"
        " FROM claims c JOIN units u ON u.id = c.unit_id"
        f" WHERE u.document_id = ? AND u.target_lang = ? AND {_LIVE}"
        " GROUP BY c.person, c.run_id, c.expires ORDER BY first",
        (document_id, target_lang, now()),
    )


def _after(hours: float) -> str:
    end = datetime.now(UTC) + timedelta(hours=hours)
    return end.isoformat(timespec="milliseconds").replace("+00:00", "Z")

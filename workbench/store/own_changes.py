"""Finds what a person changed last and nobody has changed since, so that it can be taken back; only reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.errors import InputError
from workbench.store.reading import rows
from workbench.store.units import Edit

if TYPE_CHECKING:
    from sqlite_utils import Database

# The reason that an undoing gives in its revision.
UNDONE = "undone"
# Revisions of the person looked at; who wants to go further back has each unit's history.
MOST = 2000
# What no unit has: nothing older of its unit stands on its own.
_BROKEN = ("\0", "")


def own_change(
    db: Database, person: str, document_id: int, target_lang: str, *, unit_id: int | None = None
) -> dict[str, Any] | None:
    """A person's latest change of a text, or of one unit, that can be taken back; None if there is none.

    It has unit, position, version (of the unit now), undoes (the version that the change made), before
    and after.  Passed over are batches, which are undone as a whole, changes that were undone, and those
    of units that somebody has changed since.
    """
    found = rows(
        db,
        "SELECT r.unit_id AS unit, u.position, u.version, r.version AS undoes, r.before, r.after,"
        " u.target, u.state, r.state_before, r.state_after, r.why, r.run_id"
        " FROM (SELECT * FROM revisions WHERE actor = :person ORDER BY at DESC, id DESC LIMIT :most) r"
        " JOIN units u ON u.id = r.unit_id"
        " WHERE u.document_id = :document AND u.target_lang = :lang AND u.id = coalesce(:unit, u.id)"
        " ORDER BY r.at DESC, r.id DESC",
        {
            "person": person,
            "most": MOST,
            "document": document_id,
            "lang": target_lang,
            "unit": unit_id,
        },
    )
    undone: dict[int, int] = {}  # of each unit, how many of the changes to come were taken back
    reached: dict[int, tuple[str, str]] = {}  # its text and state when those seen are taken back
    for row in found:
        unit = row["unit"]
        if row["why"] == UNDONE:
            undone[unit] = undone.get(unit, 0) + 1
        elif undone.get(unit):
            undone[unit] -= 1
        elif row["run_id"] is None and (row["after"], row["state_after"]) == reached.get(
            unit, (row["target"], row["state"])
        ):
            wanted = ("unit", "position", "version", "undoes", "before", "after")
            return {key: row[key] for key in wanted}
        else:
            reached[unit] = _BROKEN
    return None


def undoing(db: Database, unit_id: int, version: int, undoes: int, person: str) -> Edit:
    """The edit that takes a person's change back.  Raises InputError if they made no such change."""
    found = rows(
        db,
        "SELECT before, state_before, sub_state_before FROM revisions"
        " WHERE unit_id = ? AND version = ? AND actor = ?",
        (unit_id, undoes, person),
    )
    if not found:
        raise InputError(f"version {undoes} of this unit is no change of yours; see its history")
    row = found[0]
    return Edit(
        unit_id,
        version,
        person,
        target=row["before"],
        state=row["state_before"],
        sub_state=row["sub_state_before"],
        why=UNDONE,
    )

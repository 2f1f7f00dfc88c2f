"""Looks again at a unit that a person changed, so that what the checks say is about the text that stands there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench import registry, store
from workbench.datasette_plugin.responses import read, write

if TYPE_CHECKING:
    from workbench.model import Finding, Unit
    from workbench.store import Database

_Found = list[tuple[int, str, list["Finding"]]]


async def look_again(database: Any, unit: Unit) -> int:
    """Run the checks over one unit and store what is new; returns the number of its open findings.

    The text is stored already: a check cannot keep it from being saved.
    """
    found = await read(database, lambda db: _news(db, unit))
    if found:
        await write(database, lambda db: _store(db, unit, found))
    findings = await read(database, lambda db: store.findings(db, unit.unit_id))
    return sum(finding["dismissed_by"] is None for finding in findings)


def _news(db: Database, unit: Unit) -> _Found:
    """What the checks say, if it is not what is stored."""
    checks = registry.checks()
    found: _Found = [
        (unit.unit_id, name, list(check.findings(unit)) if unit.target else [])
        for name, check in checks.items()
    ]
    said = {(one.name, one.severity, one.message) for _, _, all_ in found for one in all_}
    known = {
        (row["name"], row["severity"], row["message"])
        for row in store.findings(db, unit.unit_id)
        if row["name"] in checks
    }
    return found if said != known else []


def _store(db: Database, unit: Unit, found: _Found) -> None:
    if store.unit(db, unit.unit_id).version == unit.version:  # else a later save looks again
        store.save_findings(db, found)

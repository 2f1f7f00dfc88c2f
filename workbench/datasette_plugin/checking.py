"""Looks again at a unit that a person changed: what the checks say is about the text that stands there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench import registry, store
from workbench.datasette_plugin.responses import read, write
from workbench.model import Finding

if TYPE_CHECKING:
    from workbench.model import Check, Unit
    from workbench.store import Database

_Found = list[tuple[int, str, list[Finding]]]


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
        (unit.unit_id, name, said(check, unit) if unit.target else [])
        for name, check in checks.items()
    ]
    said = {(one.name, one.severity, one.message) for _, _, all_ in found for one in all_}
    known = {
        (row["name"], row["severity"], row["message"])
        for row in store.findings(db, unit.unit_id)
        if row["name"] in checks
    }
    return found if said != known else []


def said(check: Check, unit: Unit) -> list[Finding]:
    """What a check says; a plugin's that fails says so among the findings."""
    try:
        return list(check.findings(unit))
    except Exception as error:  # noqa: BLE001 - whatever a plugin's author did not foresee
        message = f"this check failed ({type(error).__name__}: {error}); tell its author"
        return [Finding(check.name, "warning", message)]


def _store(db: Database, unit: Unit, found: _Found) -> None:
    if store.unit(db, unit.unit_id).version == unit.version:  # else a later save looks again
        store.save_findings(db, found)

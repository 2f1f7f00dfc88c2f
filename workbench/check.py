"""The step that runs the registered checks over drafted units and stores what they find."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from workbench import registry, store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.store import Database

# Units per transaction.
BATCH = 1000


def check(db: Database, target_langs: Sequence[str]) -> tuple[int, int]:
    """Run all checks over the units that have both sides.

    Returns the number of findings, and how many came or went since the last time.
    """
    checks = list(registry.checks().values())
    total = changed = 0
    for target_lang in target_langs:
        # what a translation added has no source to compare it with
        units = (unit for unit in store.bitext(db, target_lang) if unit.target and unit.source)
        while batch := list(islice(units, BATCH)):
            found = [
                (unit.unit_id, each.name, list(each.findings(unit)))
                for each in checks  # one after the other: its code and data stay in the cache
                for unit in batch
            ]
            total += sum(len(findings) for _, _, findings in found)
            changed += store.save_findings(db, found)
    return total, changed

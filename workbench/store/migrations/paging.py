"""What the pages that list people need, to list them a page at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.store.migrations.registry import MIGRATIONS

if TYPE_CHECKING:
    from sqlite_utils import Database


@MIGRATIONS()
def m013_tallies_by_person(db: Database) -> None:
    """A person's units and words without reading those of all texts."""
    db.conn.execute("CREATE INDEX tallies_by_person ON tallies(updated_by, state, units, words)")

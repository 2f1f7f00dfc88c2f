"""An index for the review page's line that says under which heading a unit stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.store.migrations.registry import MIGRATIONS

if TYPE_CHECKING:
    from sqlite_utils import Database


@MIGRATIONS()
def m012_headings(db: Database) -> None:
    """The headings of a document, in order."""
    db.conn.execute(
        "CREATE INDEX segments_headings ON segments(document_id, position) WHERE kind = 'heading'"
    )

"""The SQLite file: its tables, its views, and every way to read and change them."""

from sqlite_utils import Database

from workbench.store.database import from_connection, now, opened, writing
from workbench.store.documents import Added, NewDocument, add_document, find_unchanged
from workbench.store.reading import (
    bitext,
    documents,
    documents_of,
    history,
    language_pairs,
    matches,
    original,
    progress,
    rows,
    unit,
)
from workbench.store.runs import Run, running
from workbench.store.units import (
    Edit,
    PendingUnit,
    UnitDraft,
    edit_unit,
    ensure_units,
    pending,
    save_drafts,
    save_findings,
)

__all__ = [
    "Added",
    "Database",
    "Edit",
    "NewDocument",
    "PendingUnit",
    "Run",
    "UnitDraft",
    "add_document",
    "bitext",
    "documents",
    "documents_of",
    "edit_unit",
    "ensure_units",
    "find_unchanged",
    "from_connection",
    "history",
    "language_pairs",
    "matches",
    "now",
    "opened",
    "original",
    "pending",
    "progress",
    "rows",
    "running",
    "save_drafts",
    "save_findings",
    "unit",
    "writing",
]

"""The SQLite file: its tables, its views, and every way to read and change them."""

from sqlite_utils import Database

from workbench.store.alignments import Bitext, save_alignment
from workbench.store.bitexts import Parts, add_lexicon, is_newer_version, lexicon, text_pair
from workbench.store.bitexts import beads as beads_of
from workbench.store.bitexts import bitext as bitext_row
from workbench.store.bitexts import summary as alignment_summary
from workbench.store.database import from_connection, now, opened, writing
from workbench.store.documents import Added, NewDocument, add_document, find_unchanged
from workbench.store.drafts import ENGINE_FINDING, DraftReader, UnitDraft, evidence, save_drafts
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
from workbench.store.review import (
    UnitsPage,
    is_workbench,
    next_unfinished,
    review_document,
    review_documents,
    units_page,
)
from workbench.store.runs import Run, running
from workbench.store.search import search
from workbench.store.terms import add_terms, terms
from workbench.store.units import (
    Edit,
    PendingUnit,
    count_pending,
    edit_unit,
    ensure_units,
    next_pending,
    save_findings,
)

__all__ = [
    "ENGINE_FINDING",
    "Added",
    "Bitext",
    "Database",
    "DraftReader",
    "Edit",
    "NewDocument",
    "Parts",
    "PendingUnit",
    "Run",
    "UnitDraft",
    "UnitsPage",
    "add_document",
    "add_lexicon",
    "add_terms",
    "alignment_summary",
    "beads_of",
    "bitext",
    "bitext_row",
    "count_pending",
    "documents",
    "documents_of",
    "edit_unit",
    "ensure_units",
    "evidence",
    "find_unchanged",
    "from_connection",
    "history",
    "is_newer_version",
    "is_workbench",
    "language_pairs",
    "lexicon",
    "matches",
    "next_pending",
    "next_unfinished",
    "now",
    "opened",
    "original",
    "progress",
    "review_document",
    "review_documents",
    "rows",
    "running",
    "save_alignment",
    "save_drafts",
    "save_findings",
    "search",
    "terms",
    "text_pair",
    "unit",
    "units_page",
    "writing",
]

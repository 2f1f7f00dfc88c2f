"""The SQLite file: its tables, its views, and every way to read and change them."""

from sqlite_utils import Database

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
from workbench.store.word_links import (
    LinkWriter,
    UnitLinks,
    UnitText,
    count_unit_texts,
    decide_link,
    link_decisions,
    pair_counts,
    unit_links,
    unit_texts,
    with_links,
    word_translations,
)

__all__ = [
    "ENGINE_FINDING",
    "Added",
    "Database",
    "DraftReader",
    "Edit",
    "LinkWriter",
    "NewDocument",
    "PendingUnit",
    "Run",
    "UnitDraft",
    "UnitLinks",
    "UnitText",
    "UnitsPage",
    "add_document",
    "add_terms",
    "bitext",
    "count_pending",
    "count_unit_texts",
    "decide_link",
    "documents",
    "documents_of",
    "edit_unit",
    "ensure_units",
    "evidence",
    "find_unchanged",
    "from_connection",
    "history",
    "is_workbench",
    "language_pairs",
    "link_decisions",
    "matches",
    "next_pending",
    "next_unfinished",
    "now",
    "opened",
    "original",
    "pair_counts",
    "progress",
    "review_document",
    "review_documents",
    "rows",
    "running",
    "save_drafts",
    "save_findings",
    "search",
    "terms",
    "unit",
    "unit_links",
    "unit_texts",
    "units_page",
    "with_links",
    "word_translations",
    "writing",
]

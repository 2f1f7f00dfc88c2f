"""What engines were asked, pivot texts, the glossary, and what models looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.store.migrations.registry import MIGRATIONS, statements

if TYPE_CHECKING:
    from sqlite_utils import Database


_REQUESTS_AND_TERMS = """
ALTER TABLE matches ADD COLUMN request INTEGER;  -- number of the engine, its settings and the text
ALTER TABLE matches ADD COLUMN lang TEXT NOT NULL DEFAULT '';  -- of a pivot text, empty for the target
CREATE INDEX matches_request ON matches(request, unit_id) WHERE request IS NOT NULL;
CREATE TABLE terms (
  id INTEGER PRIMARY KEY,
  source_lang TEXT NOT NULL,
  target_lang TEXT NOT NULL,
  source TEXT NOT NULL COLLATE NOCASE,
  target TEXT NOT NULL,
  note TEXT NOT NULL DEFAULT '',
  UNIQUE (source_lang, target_lang, source)
)
"""


@MIGRATIONS()
def m004_requests_and_terms(db: Database) -> None:
    """What an engine was asked, so that it is never asked twice; pivot texts; the glossary."""
    for statement in statements(_REQUESTS_AND_TERMS):
        db.conn.execute(statement)


@MIGRATIONS()
def m005_links_of_matches(db: Database) -> None:
    """The word links of a draft by its model's attention, in Pharaoh's form, where they were kept."""
    db.conn.execute("ALTER TABLE matches ADD COLUMN links TEXT NOT NULL DEFAULT ''")

"""Word links: which word of a unit's source is which word of its target."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.store.migrations.registry import MIGRATIONS, statements

if TYPE_CHECKING:
    from sqlite_utils import Database

_TABLES = """
CREATE TABLE words (
  id INTEGER PRIMARY KEY,
  lang TEXT NOT NULL,
  text TEXT NOT NULL,               -- lower case
  UNIQUE (text, lang)
);
CREATE TABLE linked_units (         -- units whose links are those of their present text
  unit_id INTEGER PRIMARY KEY REFERENCES units(id),
  version INTEGER NOT NULL,         -- counts the changes of its links
  spaced INTEGER NOT NULL,          -- 1: words are what spaces separate
  linked_at TEXT NOT NULL,
  run_id INTEGER REFERENCES runs(id)
);
CREATE TABLE word_links (
  unit_id INTEGER NOT NULL,
  source INTEGER NOT NULL,          -- number of the word in the source, from 0
  target INTEGER NOT NULL,
  source_word INTEGER NOT NULL,     -- of words
  target_word INTEGER NOT NULL,
  probability REAL NOT NULL,
  made_by TEXT NOT NULL DEFAULT '', -- the person who made it, '' for the statistics
  PRIMARY KEY (unit_id, source, target)
) WITHOUT ROWID;
CREATE TABLE word_pairs (           -- sums of word_links, kept current
  source_word INTEGER NOT NULL,
  target_word INTEGER NOT NULL,
  links INTEGER NOT NULL,
  unit_id INTEGER,                  -- an example
  PRIMARY KEY (source_word, target_word)
) WITHOUT ROWID;
CREATE INDEX word_pairs_target_word ON word_pairs(target_word);
CREATE TABLE word_link_edits (      -- what people decided, all of it
  id INTEGER PRIMARY KEY,
  unit_id INTEGER NOT NULL REFERENCES units(id),
  source INTEGER NOT NULL,
  target INTEGER NOT NULL,
  source_text TEXT NOT NULL,        -- the words as they stood
  target_text TEXT NOT NULL,
  linked INTEGER NOT NULL CHECK (linked IN (0, 1)),
  actor TEXT NOT NULL,
  at TEXT NOT NULL
);
CREATE INDEX word_link_edits_unit ON word_link_edits(unit_id)
"""

# Whoever changes a text, its links go with it: those of another text must never be shown.
_CHANGES = {
    "target": ("AFTER UPDATE OF target ON units WHEN old.target <> new.target", "new.id"),
    "unit": ("BEFORE DELETE ON units", "old.id"),
    "segment": (
        "AFTER UPDATE OF text ON segments WHEN old.text <> new.text",
        "SELECT unit_id FROM unit_segments WHERE segment_id = new.id",
    ),
    "more": ("AFTER INSERT ON unit_segments", "new.unit_id"),
    "less": ("AFTER DELETE ON unit_segments", "old.unit_id"),
    "moved": ("AFTER UPDATE ON unit_segments", "old.unit_id, new.unit_id"),
}

_SUMS = """CREATE TRIGGER word_pairs_less AFTER DELETE ON word_links BEGIN
  UPDATE word_pairs SET links = links - 1, unit_id = nullif(unit_id, old.unit_id)
  WHERE source_word = old.source_word AND target_word = old.target_word;
  DELETE FROM word_pairs
  WHERE source_word = old.source_word AND target_word = old.target_word AND links < 1;
END"""

_VIEW = """CREATE VIEW word_links_text AS
SELECT s.lang AS source_lang, t.lang AS target_lang, s.text AS source_word, t.text AS target_word,
  p.links AS count,
  1.0 * p.links / (SELECT sum(o.links) FROM word_pairs o JOIN words w ON w.id = o.target_word
                   WHERE o.source_word = p.source_word AND w.lang = t.lang) AS probability,
  p.unit_id, b.source || ' = ' || b.target AS example
FROM word_pairs p JOIN words s ON s.id = p.source_word JOIN words t ON t.id = p.target_word
LEFT JOIN bitext b ON b.unit_id = p.unit_id"""


@MIGRATIONS()
def m008_word_links(db: Database) -> None:
    """Words, their links, what people decided about them, and the view that counts them."""
    for statement in statements(_TABLES):
        db.conn.execute(statement)
    db.conn.execute(_SUMS)
    for name, (change, units) in _CHANGES.items():
        forget = "".join(
            f"DELETE FROM {table} WHERE unit_id IN ({units}); "
            for table in ("word_links", "linked_units")
        )
        db.conn.execute(f"CREATE TRIGGER word_links_{name} {change} BEGIN {forget}END")
    db.conn.execute(_VIEW)

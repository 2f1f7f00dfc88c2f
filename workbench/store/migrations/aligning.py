"""Translations that exist: bitexts, their beads, what was learned from them, every step of reviewing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.store.migrations.registry import MIGRATIONS, statements
from workbench.store.views import BEADS_TEXT

if TYPE_CHECKING:
    from sqlite_utils import Database


_TABLES = """
CREATE TABLE bitexts (              -- a document and a translation of it that exists
  id INTEGER PRIMARY KEY,
  document_id INTEGER NOT NULL REFERENCES documents(id),
  target_document_id INTEGER NOT NULL REFERENCES documents(id),
  target_lang TEXT NOT NULL,
  aligner TEXT NOT NULL,            -- name and version
  fit REAL,                         -- mean score per token in nats, near 0 is no better than chance
  warnings TEXT NOT NULL DEFAULT '[]',  -- JSON
  aligned_at TEXT NOT NULL,
  run_id INTEGER REFERENCES runs(id),
  UNIQUE (document_id, target_lang)
);
CREATE INDEX bitexts_target ON bitexts(target_document_id);

CREATE TABLE unit_targets (         -- the target side of a unit that came from a translation
  unit_id INTEGER NOT NULL REFERENCES units(id),
  segment_id INTEGER NOT NULL REFERENCES segments(id),
  position INTEGER NOT NULL,
  PRIMARY KEY (unit_id, segment_id)
);
CREATE INDEX unit_targets_segment ON unit_targets(segment_id);

CREATE TABLE beads (                -- how sure it is that a unit's two sides belong together
  unit_id INTEGER PRIMARY KEY REFERENCES units(id),
  bitext_id INTEGER NOT NULL REFERENCES bitexts(id),
  type TEXT NOT NULL,               -- `2:1`: two source segments, one target segment
  confidence REAL NOT NULL,         -- 0-1: that the bead is exactly right, 1 if a person made it
  signals TEXT NOT NULL DEFAULT '{}',  -- JSON: what spoke for it, in nats
  crossing INTEGER NOT NULL DEFAULT 0,  -- 1: its translation stands elsewhere in the target
  mark TEXT NOT NULL DEFAULT '' CHECK (mark IN ('', 'omitted', 'added')),
  aligner TEXT NOT NULL DEFAULT '', -- '' if a person made it
  confirmed_by TEXT,
  confirmed_at TEXT
);
CREATE INDEX beads_overview ON beads(bitext_id, type, crossing, confidence, confirmed_at);
CREATE INDEX beads_worst ON beads(bitext_id, confidence, unit_id) WHERE confirmed_at IS NULL;

CREATE TABLE alignment_steps (      -- every change of a person to beads, so that each can be undone
  id INTEGER PRIMARY KEY,
  bitext_id INTEGER NOT NULL REFERENCES bitexts(id),
  kind TEXT NOT NULL,               -- merge, split, move, mark, link, confirm, realign
  role TEXT NOT NULL CHECK (role IN ('do', 'undo', 'redo')),
  actor TEXT NOT NULL,
  at TEXT NOT NULL,
  run_id INTEGER REFERENCES runs(id),
  before TEXT NOT NULL,             -- JSON: the units as they were
  after TEXT NOT NULL,
  newest_segment INTEGER NOT NULL,  -- segments made later were split from older ones
  undoes INTEGER REFERENCES alignment_steps(id),
  undone_by INTEGER REFERENCES alignment_steps(id)
);
CREATE INDEX alignment_steps_run ON alignment_steps(run_id);
CREATE INDEX alignment_steps_actor ON alignment_steps(bitext_id, actor, id);

CREATE TABLE lexicon (              -- how often forms were seen to translate each other
  source_lang TEXT NOT NULL,
  target_lang TEXT NOT NULL,
  source TEXT NOT NULL,             -- an aligner's own form: small letters, cut
  target TEXT NOT NULL,
  count REAL NOT NULL,
  PRIMARY KEY (source_lang, target_lang, source, target)
) WITHOUT ROWID;

CREATE TABLE alignment_parts (      -- finished parts of an alignment that was broken off
  job TEXT NOT NULL,
  part TEXT NOT NULL,
  content BLOB NOT NULL,
  PRIMARY KEY (job, part)
) WITHOUT ROWID
"""


@MIGRATIONS()
def m007_alignments(db: Database) -> None:
    """Bitexts, beads with their signals, the steps of reviewing them, what aligners learned."""
    for statement in statements(_TABLES):
        db.conn.execute(statement)
    db.conn.execute(f"CREATE VIEW beads_text AS {BEADS_TEXT}")

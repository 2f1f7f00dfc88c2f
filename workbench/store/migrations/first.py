"""The first release: documents, segments, units and their history, full-text search, the views."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.lang import SPACELESS
from workbench.store.migrations.registry import MIGRATIONS, statements
from workbench.store.views import VIEWS

if TYPE_CHECKING:
    from sqlite_utils import Database

_TABLES = """
CREATE TABLE documents (
  id INTEGER PRIMARY KEY,
  path TEXT NOT NULL,
  title TEXT NOT NULL,
  lang TEXT NOT NULL,
  format TEXT NOT NULL,
  hash TEXT NOT NULL,               -- SHA-256 of the file's bytes
  added_at TEXT NOT NULL,
  version INTEGER NOT NULL DEFAULT 1,
  replaced_by INTEGER REFERENCES documents(id),  -- the newer version, null for the current one
  UNIQUE (hash, lang, format)
);
CREATE INDEX documents_path ON documents(path, lang);
CREATE INDEX documents_replaced_by ON documents(replaced_by);

CREATE TABLE originals (            -- the file as it was added, so that it can be rebuilt
  document_id INTEGER PRIMARY KEY REFERENCES documents(id),
  content BLOB NOT NULL,
  encoding TEXT NOT NULL
);

CREATE TABLE segments (
  id INTEGER PRIMARY KEY,
  document_id INTEGER NOT NULL REFERENCES documents(id),
  position INTEGER NOT NULL,
  block INTEGER NOT NULL,
  kind TEXT NOT NULL,
  level INTEGER NOT NULL DEFAULT 0,
  "start" INTEGER NOT NULL,         -- characters in the decoded original
  "end" INTEGER NOT NULL,
  text TEXT NOT NULL,
  words INTEGER NOT NULL,
  hash TEXT NOT NULL,               -- of the NFC text
  UNIQUE (document_id, position)
);
CREATE INDEX segments_hash ON segments(hash);

CREATE TABLE runs (
  id INTEGER PRIMARY KEY,
  command TEXT NOT NULL,
  arguments TEXT NOT NULL,          -- JSON
  actor TEXT NOT NULL DEFAULT '',
  signature TEXT NOT NULL DEFAULT '',
  started TEXT NOT NULL,
  finished TEXT,
  pid INTEGER NOT NULL,             -- the process, to tell a killed run from one that goes on
  status TEXT NOT NULL CHECK (status IN ('running', 'done', 'failed', 'interrupted')),
  counts TEXT NOT NULL DEFAULT '{}',
  errors TEXT NOT NULL DEFAULT '[]'
);

CREATE TABLE units (
  id INTEGER PRIMARY KEY,
  document_id INTEGER NOT NULL REFERENCES documents(id),
  target_lang TEXT NOT NULL,
  position INTEGER NOT NULL,
  target TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL DEFAULT 'initial'
    CHECK (state IN ('initial', 'translated', 'reviewed', 'final')),
  sub_state TEXT NOT NULL DEFAULT '',
  origin TEXT NOT NULL DEFAULT '',  -- engine or memory that made the draft
  score REAL,
  version INTEGER NOT NULL DEFAULT 0,
  updated_by TEXT NOT NULL DEFAULT '',  -- the last person, '' if nobody touched it
  updated_at TEXT NOT NULL,
  words INTEGER NOT NULL DEFAULT 0, -- of the source side
  match_id INTEGER,                 -- the match that the draft was taken from
  UNIQUE (document_id, target_lang, position)
);
CREATE INDEX units_progress ON units(document_id, target_lang, state, words);
CREATE INDEX units_state ON units(target_lang, state, id);
CREATE INDEX units_updated_at ON units(updated_at);

CREATE TABLE unit_segments (
  unit_id INTEGER NOT NULL REFERENCES units(id),
  segment_id INTEGER NOT NULL REFERENCES segments(id),
  position INTEGER NOT NULL,
  PRIMARY KEY (unit_id, segment_id)
);
CREATE INDEX unit_segments_segment ON unit_segments(segment_id);

CREATE TABLE matches (
  id INTEGER PRIMARY KEY,
  unit_id INTEGER NOT NULL REFERENCES units(id),
  type TEXT NOT NULL CHECK (type IN ('mt', 'tm', 'tb')),
  origin TEXT NOT NULL,
  text TEXT NOT NULL,
  similarity REAL,                  -- 0-100: of the source to the stored source
  match_quality REAL,               -- 0-100
  score REAL,                       -- mean log-probability per token
  signature TEXT NOT NULL,
  created_at TEXT NOT NULL,
  run_id INTEGER REFERENCES runs(id)
);
CREATE INDEX matches_unit ON matches(unit_id);

CREATE TABLE revisions (
  id INTEGER PRIMARY KEY,
  unit_id INTEGER NOT NULL REFERENCES units(id),
  version INTEGER NOT NULL,
  before TEXT NOT NULL,
  after TEXT NOT NULL,
  state_before TEXT NOT NULL,
  state_after TEXT NOT NULL,
  actor TEXT NOT NULL,
  at TEXT NOT NULL,
  seconds REAL,                     -- the person's time on the unit
  edit_distance INTEGER,            -- characters between the draft and `after`
  run_id INTEGER REFERENCES runs(id),
  why TEXT NOT NULL DEFAULT '',
  UNIQUE (unit_id, version)
);
CREATE INDEX revisions_at ON revisions(at);
CREATE INDEX revisions_actor ON revisions(actor, at);

CREATE TABLE findings (
  id INTEGER PRIMARY KEY,
  unit_id INTEGER NOT NULL REFERENCES units(id),
  name TEXT NOT NULL,               -- the check that says it
  severity TEXT NOT NULL CHECK (severity IN ('info', 'warning', 'error')),
  message TEXT NOT NULL,
  at TEXT NOT NULL,
  UNIQUE (unit_id, name, message)
);
CREATE INDEX findings_name ON findings(name);
"""


@MIGRATIONS()
def m001_documents_units_and_history(db: Database) -> None:
    """The first release: documents, segments, units, matches, revisions, findings, runs."""
    for statement in statements(_TABLES):
        db.conn.execute(statement)


@MIGRATIONS()
def m002_full_text_search(db: Database) -> None:
    """Search both sides: words without case and diacritics, and characters of spaceless scripts."""
    for table, column in (("segments", "text"), ("units", "target")):
        for statement in _search_tables(table, column):
            db.conn.execute(statement)


@MIGRATIONS()
def m003_views(db: Database) -> None:
    """The views people query without a join."""
    for name, select in VIEWS.items():
        db.conn.execute(f"CREATE VIEW {name} AS {select}")


def _search_tables(table: str, column: str) -> list[str]:
    """Two indexes that read their text from the table itself, and the triggers that keep them true.

    `*_fts` finds words; `*_chars` finds three or more characters anywhere, and holds only rows with
    characters of scripts that have no spaces.  Its single quotes hide it from Datasette, which
    offers a search box for the first index it finds.
    """
    spaceless = f"GLOB '*[{SPACELESS}]*'"
    indexes = {
        f"{table}_fts": (f"content=[{table}], tokenize='unicode61 remove_diacritics 2'", "<> ''"),
        f"{table}_chars": (f"content='{table}', tokenize='trigram'", spaceless),
    }
    made = []
    for index, (options, condition) in indexes.items():
        add = f"INSERT INTO {index}(rowid, {column}) VALUES (new.id, new.{column})"
        remove = (
            f"INSERT INTO {index}({index}, rowid, {column}) VALUES ('delete', old.id, old.{column})"
        )
        fill = f"INSERT INTO {index}(rowid, {column}) SELECT id, {column} FROM {table}"
        new, old = f"WHEN new.{column} {condition}", f"WHEN old.{column} {condition}"
        made += [
            f"CREATE VIRTUAL TABLE {index} USING fts5({column}, {options}, content_rowid='id')",
            f"{fill} WHERE {column} {condition}",
            f"CREATE TRIGGER {index}_ai AFTER INSERT ON {table} {new} BEGIN {add}; END",
            f"CREATE TRIGGER {index}_ad AFTER DELETE ON {table} {old} BEGIN {remove}; END",
            f"CREATE TRIGGER {index}_bu AFTER UPDATE OF {column} ON {table} {old} BEGIN {remove}; END",
            f"CREATE TRIGGER {index}_cu AFTER UPDATE OF {column} ON {table} {new} BEGIN {add}; END",
        ]
    return made

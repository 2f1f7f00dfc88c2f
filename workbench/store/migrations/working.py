"""What people need to work together: roles, notes, claims, dismissals, counters, split segments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.lang import SPACELESS
from workbench.store.migrations.registry import MIGRATIONS, statements
from workbench.store.views import VIEWS

if TYPE_CHECKING:
    from sqlite_utils import Database

_TABLES = """
CREATE TABLE users (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  role TEXT NOT NULL CHECK (role IN ('reader', 'translator', 'reviewer', 'admin')),
  updated_by TEXT NOT NULL,
  updated_at TEXT NOT NULL
);

CREATE TABLE notes (
  id INTEGER PRIMARY KEY,
  unit_id INTEGER NOT NULL REFERENCES units(id),
  actor TEXT NOT NULL,
  at TEXT NOT NULL,
  text TEXT NOT NULL,
  done_by TEXT,                     -- who settled it, null while it is open
  done_at TEXT
);
CREATE INDEX notes_unit ON notes(unit_id);

CREATE TABLE mentions (             -- whom a note calls
  note_id INTEGER NOT NULL REFERENCES notes(id),
  name TEXT NOT NULL,
  PRIMARY KEY (note_id, name)
);
CREATE INDEX mentions_name ON mentions(name);

CREATE TABLE dismissals (           -- findings that a person declared no mistake
  id INTEGER PRIMARY KEY,
  unit_id INTEGER NOT NULL REFERENCES units(id),
  name TEXT NOT NULL,
  message TEXT NOT NULL,
  reason TEXT NOT NULL,
  actor TEXT NOT NULL,
  at TEXT NOT NULL,
  UNIQUE (unit_id, name, message)
);

CREATE TABLE claims (               -- units kept for one person
  unit_id INTEGER PRIMARY KEY REFERENCES units(id),
  person TEXT NOT NULL,
  actor TEXT NOT NULL,              -- who claimed them: the person, or a reviewer
  at TEXT NOT NULL,
  expires TEXT,                     -- null: until released
  run_id INTEGER REFERENCES runs(id)
);
CREATE INDEX claims_person ON claims(person);
CREATE INDEX claims_run ON claims(run_id);

CREATE TABLE saved_filters (        -- addresses of the finding page, by name
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  query TEXT NOT NULL,
  actor TEXT NOT NULL,
  at TEXT NOT NULL
);

CREATE TABLE regroupings (          -- what units were before they were split, merged or regrouped
  id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES runs(id),
  unit_id INTEGER NOT NULL REFERENCES units(id),
  before TEXT,                      -- JSON: its row and its segments, null if it was not there
  source TEXT                       -- its source side after, null on the shelf
);
CREATE INDEX regroupings_run ON regroupings(run_id);
CREATE INDEX regroupings_unit ON regroupings(unit_id);

ALTER TABLE segments ADD COLUMN joint TEXT;
ALTER TABLE revisions ADD COLUMN sub_state_before TEXT;
CREATE INDEX revisions_run ON revisions(run_id) WHERE run_id IS NOT NULL
"""


# How many open findings each unit has, so that they can be sorted and found by an index.
def _count(event: str, table: str, row: str, change: str) -> str:
    """A trigger that keeps `units.open_findings` true."""
    other = "dismissals" if table == "findings" else "findings"
    same = " AND ".join(f"o.{column} = {row}.{column}" for column in ("unit_id", "name", "message"))
    number = f"(SELECT count(*) FROM {other} o WHERE {same})"
    return (
        f"CREATE TRIGGER {table}_open_{event.lower()} AFTER {event} ON {table} BEGIN"
        f" UPDATE units SET open_findings = open_findings {change.format(other=number)}"
        f" WHERE id = {row}.unit_id; END"
    )


_FINDINGS = [
    "ALTER TABLE units ADD COLUMN open_findings INTEGER NOT NULL DEFAULT 0",
    """UPDATE units SET open_findings = (SELECT count(*) FROM findings f WHERE f.unit_id = units.id)
    WHERE id IN (SELECT unit_id FROM findings)""",
    _count("INSERT", "findings", "new", "+ ({other} = 0)"),
    _count("DELETE", "findings", "old", "- ({other} = 0)"),
    _count("INSERT", "dismissals", "new", "- {other}"),
    _count("DELETE", "dismissals", "old", "+ {other}"),
]

# Every list of units comes from an index that already has its order.
_INDEXES = """
DROP INDEX units_progress;
DROP INDEX units_state;
CREATE INDEX units_by_state ON units(state, document_id, target_lang, position);
CREATE INDEX units_by_person ON units(updated_by, document_id, target_lang, position)
  WHERE updated_by <> '';
CREATE INDEX units_by_origin ON units(origin, document_id, target_lang, position) WHERE origin <> '';
CREATE INDEX units_by_score ON units(score, id) WHERE score IS NOT NULL;
CREATE INDEX units_of_text_by_score ON units(document_id, target_lang, score, id)
  WHERE score IS NOT NULL;
CREATE INDEX units_by_findings ON units(open_findings DESC, id) WHERE open_findings > 0;
CREATE INDEX units_of_text_by_findings ON units(document_id, target_lang, open_findings DESC, id)
  WHERE open_findings > 0;
CREATE INDEX units_found ON units(document_id, target_lang, position) WHERE open_findings > 0;
CREATE INDEX units_rejected ON units(document_id, target_lang, position)
  WHERE sub_state = 'wb:rejected';
CREATE INDEX units_of_text_by_change ON units(document_id, target_lang, updated_at)
"""

# Units and words by document, language, state and last person: progress without counting units.
_TALLIES = """
CREATE TABLE tallies (
  document_id INTEGER NOT NULL,
  target_lang TEXT NOT NULL,
  state TEXT NOT NULL,
  updated_by TEXT NOT NULL,
  units INTEGER NOT NULL,
  words INTEGER NOT NULL,
  PRIMARY KEY (document_id, target_lang, state, updated_by)
) WITHOUT ROWID;
INSERT INTO tallies SELECT document_id, target_lang, state, updated_by, count(*), sum(words)
  FROM units GROUP BY 1, 2, 3, 4
"""
_ADD = (
    "INSERT INTO tallies VALUES (new.document_id, new.target_lang, new.state, new.updated_by, 1, new.words)"
    " ON CONFLICT DO UPDATE SET units = units + 1, words = words + excluded.words"
)
_TAKE = (
    "UPDATE tallies SET units = units - 1, words = words - old.words WHERE document_id = old.document_id"
    " AND target_lang = old.target_lang AND state = old.state AND updated_by = old.updated_by"
)
_TALLIED = ("document_id", "target_lang", "state", "updated_by", "words")
_CHANGED = " OR ".join(f"new.{column} <> old.{column}" for column in _TALLIED)
_TALLY_TRIGGERS = [
    f"CREATE TRIGGER tallies_insert AFTER INSERT ON units BEGIN {_ADD}; END",
    f"CREATE TRIGGER tallies_delete AFTER DELETE ON units BEGIN {_TAKE}; END",
    f"""CREATE TRIGGER tallies_update AFTER UPDATE OF {", ".join(_TALLIED)} ON units
    WHEN {_CHANGED} BEGIN {_TAKE}; {_ADD}; END""",
]


@MIGRATIONS()
def m006_working_together(db: Database) -> None:
    """Roles, notes, dismissed findings, claims, saved filters, regrouped units, counters."""
    for name in VIEWS:
        db.conn.execute(f"DROP VIEW IF EXISTS {name}")
    scripts = [statements(script) for script in (_TABLES, _INDEXES, _TALLIES)]
    for step in (scripts[0], _FINDINGS, *scripts[1:], _TALLY_TRIGGERS):
        for statement in step:
            db.conn.execute(statement)
    for name, select in VIEWS.items():
        db.conn.execute(f"CREATE VIEW {name} AS {select}")


@MIGRATIONS()
def m006_search_after_edits(db: Database) -> None:
    """Take the old text out of the search indexes before the new one comes in.

    Two triggers did it in the other order, since SQLite runs the latest first: what both texts had
    was then not found any more.
    """
    for table, column in (("segments", "text"), ("units", "target")):
        for index, condition in (
            (f"{table}_fts", "<> ''"),
            (f"{table}_chars", f"GLOB '*[{SPACELESS}]*'"),
        ):
            for statement in _mended(table, column, index, condition):
                db.conn.execute(statement)


def _mended(table: str, column: str, index: str, condition: str) -> list[str]:
    remove = f"INSERT INTO {index}({index}, rowid, {column}) SELECT 'delete', old.id, old.{column}"
    add = f"INSERT INTO {index}(rowid, {column})"
    return [
        f"DROP TRIGGER {index}_bu",
        f"DROP TRIGGER {index}_cu",
        f"""CREATE TRIGGER {index}_au AFTER UPDATE OF {column} ON {table}
        WHEN new.{column} <> old.{column} BEGIN
          {remove} WHERE old.{column} {condition};
          {add} SELECT new.id, new.{column} WHERE new.{column} {condition};
        END""",
        f"INSERT INTO {index}({index}) SELECT 'delete-all' WHERE EXISTS (SELECT 1 FROM revisions)",
        f"""{add} SELECT id, {column} FROM {table}
        WHERE {column} {condition} AND EXISTS (SELECT 1 FROM revisions)""",
    ]

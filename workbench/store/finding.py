"""Finds the units that a filter keeps: a page at a time, all of them, or only their number."""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.errors import InputError
from workbench.store.filters import Filter, ids_sql, key_of, state_conditions
from workbench.store.reading import rows
from workbench.store.views import SOURCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import regex
    from sqlite_utils import Database

# Seconds that one text may keep a pattern busy, and that a whole search may take.
ONE_TEXT = 0.2
PATIENCE = 2.0
# Units looked at for a pattern at a time, counted at most, and shown at most.
CHUNK = 200
COUNTED = 1000
MOST = 500


@dataclass(frozen=True, slots=True)
class Found:
    """A page of units as rows, where the next one starts, and why the search stopped early, if it did."""

    units: list[dict[str, Any]]
    following: str | None
    problem: str | None = None


# What a page shows of a unit.
_COLUMNS = f"""u.id, u.document_id, d.title, d.path AS document, d.lang AS source_lang, u.target_lang,
  u.position, {SOURCE} AS source, u.target, u.state, u.sub_state, u.origin, u.score, u.version,
  u.updated_by, u.updated_at, u.words, u.open_findings AS findings,
  coalesce(s.kind, 'paragraph') AS kind, coalesce(s.level, 0) AS level, s.block,
  (SELECT count(*) FROM notes n WHERE n.unit_id = u.id AND n.done_at IS NULL) AS notes,
  (SELECT c.person FROM claims c WHERE c.unit_id = u.id
   AND (c.expires IS NULL OR c.expires > :now)) AS claimed_by"""
_SHOWN = f"""SELECT {_COLUMNS} FROM units u JOIN documents d ON d.id = u.document_id
  LEFT JOIN unit_segments f ON f.unit_id = u.id AND f.position = 0
  LEFT JOIN segments s ON s.id = f.segment_id WHERE u.id IN (SELECT value FROM json_each(:ids))"""


def find_units(db: Database, wanted: Filter, *, after: str = "", size: int = 100) -> Found:
    """A page of the units that a filter keeps, in its order.

    Raises InputError for a pattern that is none or an `after` that is not ours.
    """
    size = max(1, min(size, MOST))
    matches = _matcher(wanted)
    found: list[dict[str, Any]] = []
    last = ""
    try:
        with limited(db, PATIENCE):
            for row in _stream(db, wanted, after, size + 1 if matches is None else CHUNK):
                if matches is None or matches(row):
                    if len(found) == size:
                        return Found(found, key_of(wanted, found[-1]))
                    found.append(row)
                last = key_of(wanted, row)
    except TimeoutError:
        return Found(found, last or None, "the pattern takes too long; make it simpler")
    except sqlite3.OperationalError as error:
        if "interrupted" not in str(error):
            raise
        return Found(found, last or None, "the search takes long; go on, or filter further")
    return Found(found, None)


def each_unit(db: Database, wanted: Filter) -> Iterator[dict[str, Any]]:
    """Every unit that a filter keeps, in its order.  Raises InputError if a pattern takes too long."""
    matches = _matcher(wanted)
    try:
        for row in _stream(db, wanted, "", CHUNK):
            if matches is None or matches(row):
                yield row
    except TimeoutError as error:
        raise InputError("the pattern takes too long; make it simpler") from error


def count_units(db: Database, wanted: Filter) -> tuple[int, bool]:
    """How many units a filter keeps, and whether that is exact; many are not counted out."""
    if _only_progress(wanted):
        return _tallied(db, wanted), True
    if wanted.is_regex and wanted.text:
        found = find_units(db, wanted, size=MOST)
        return len(found.units), found.following is None
    sql, parameters = ids_sql(db, wanted, "")
    try:
        with limited(db, PATIENCE):
            (number,) = db.conn.execute(
                f"SELECT count(*) FROM ({sql} LIMIT {COUNTED + 1})", parameters
            ).fetchone()
    except sqlite3.OperationalError as error:
        if "interrupted" not in str(error):
            raise
        return 0, False
    return min(number, COUNTED), number <= COUNTED


@contextmanager
def limited(db: Database, seconds: float) -> Iterator[None]:
    """Interrupt what SQLite does in a `with` block when its time is over (OperationalError)."""
    end = time.monotonic() + seconds
    db.conn.set_progress_handler(lambda: time.monotonic() > end, 20_000)
    try:
        yield
    finally:
        db.conn.set_progress_handler(None, 0)


def pattern_of(text: str, *, case: bool) -> regex.Pattern[str]:
    """A person's regular expression.  Raises InputError if it is none."""
    import regex

    try:
        return regex.compile(text, 0 if case else regex.IGNORECASE)
    except (regex.error, RecursionError, OverflowError) as error:
        raise InputError(f"not a regular expression: {text[:80]!r}: {error}") from error


def _matcher(wanted: Filter) -> Callable[[dict[str, Any]], bool] | None:
    """What says whether a row's text fits the pattern; None without one."""
    if not (wanted.is_regex and wanted.text):
        return None
    pattern = pattern_of(wanted.text, case=wanted.case)
    sides = ("source", "target") if wanted.side == "either" else (wanted.side,)
    return lambda row: any(pattern.search(row[side], timeout=ONE_TEXT) for side in sides)


def _stream(db: Database, wanted: Filter, after: str, chunk: int) -> Iterator[dict[str, Any]]:
    """The rows that the conditions keep, in order, from the one after a key on."""
    sql, parameters = ids_sql(db, wanted, after)
    cursor = db.conn.execute(sql, parameters)
    while ids := [row[0] for row in cursor.fetchmany(chunk)]:
        found = rows(db, _SHOWN, {"ids": json.dumps(ids), "now": parameters["now"]})
        shown = {row["id"]: row for row in found}
        yield from (shown[unit_id] for unit_id in ids)


def _only_progress(wanted: Filter) -> bool:
    """Whether the tallies know how many units a filter keeps."""
    plain = Filter(
        document_id=wanted.document_id, target_lang=wanted.target_lang, states=wanted.states, by=wanted.by
    )  # fmt: skip
    return plain == wanted and "rejected" not in wanted.states


def _tallied(db: Database, wanted: Filter) -> int:
    conditions = [f"({' OR '.join(state_conditions(wanted))})", "d.replaced_by IS NULL"]
    values = {"document_id": wanted.document_id, "target_lang": wanted.target_lang, "by": wanted.by}
    columns = {"document_id": "document_id", "target_lang": "target_lang", "by": "updated_by"}
    conditions += [f"u.{columns[name]} = :{name}" for name, value in values.items() if value]
    found = rows(
        db,
        "SELECT coalesce(sum(u.units), 0) AS number FROM tallies u"
        f" JOIN documents d ON d.id = u.document_id WHERE {' AND '.join(conditions)}",
        values,
    )
    return int(found[0]["number"])

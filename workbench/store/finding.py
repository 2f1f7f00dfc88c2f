"""Finds the units that a filter keeps: a page at a time, all of them, or only their number."""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from workbench.errors import InputError
from workbench.store.database import now
from workbench.store.filters import Filter, ids_sql, is_frequent, key_of, state_conditions
from workbench.store.reading import rows
from workbench.store.views import SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    import regex
    from sqlite_utils import Database

# Seconds that one text may keep a pattern busy, and that a whole search may take.
ONE_TEXT = 0.2
PATIENCE = 2.0
# Units looked at for a pattern at a time, counted at most (of frequent words: fewer), and shown at most.
CHUNK = 200
COUNTED = 1000
FEW = 100
MOST = 500


class Deadline:
    """The end of the time that one request may take."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def over(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() > self._end

    def left(self) -> float:
        """Seconds that one text may still take.  Raises TimeoutError if the time is up."""
        if self.over:
            raise TimeoutError
        return max(min(ONE_TEXT, self._end - time.monotonic()), 0.001)


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


def find_units(
    db: Database, wanted: Filter, *, after: str = "", before: str = "", size: int = 100
) -> Found:
    """A page of the units that a filter keeps, in its order, after a key or the last ones before one.

    Going backwards, `following` is the key from which to go on backwards.

    Raises InputError for a pattern that is none or a key that is not ours.
    """
    size = max(1, min(size, MOST))
    deadline = Deadline(PATIENCE)
    found: list[dict[str, Any]] = []
    last: dict[str, Any] | None = None
    problem, more = None, False
    try:
        with limited(db, deadline):
            for row, fits in _candidates(db, wanted, deadline, after, before):
                if fits and len(found) == size:
                    last, more = found[-1], True
                    break
                found += [row] if fits else []
                last = row
    except TimeoutError:
        problem, more = "the search takes long; go on, or make it simpler", last is not None
    ids = [row["unit"] for row in found]
    units = shown_units(db, ids[::-1] if before else ids)
    return Found(units, key_of(wanted, last) if more and last else None, problem)


def each_unit(db: Database, wanted: Filter, deadline: Deadline) -> Iterator[dict[str, Any]]:
    """Id, version, state and target of every unit that a filter keeps, in its order.

    Raises TimeoutError after the deadline.
    """
    candidates = _candidates(db, wanted, deadline)
    ids = (row["unit"] for row, fits in candidates if fits)
    while chunk := list(islice(ids, CHUNK)):
        found = rows(
            db,
            "SELECT id, version, state, target FROM units WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(chunk),),
        )
        units = {row["id"]: row for row in found}
        yield from (units[unit_id] for unit_id in chunk)


def count_units(db: Database, wanted: Filter) -> tuple[int, bool]:
    """How many units a filter keeps, and whether that is exact; many are not counted out."""
    if _only_progress(wanted):
        return _tallied(db, wanted), True
    if wanted.is_regex and wanted.text:
        found = find_units(db, wanted, size=MOST)
        return len(found.units), found.following is None
    sql, parameters = ids_sql(db, wanted, "")
    most = FEW if is_frequent(db, wanted) else COUNTED
    try:
        with limited(db, Deadline(PATIENCE)):
            (number,) = db.conn.execute(
                f"SELECT count(*) FROM ({sql} LIMIT {most + 1})", parameters
            ).fetchone()
    except TimeoutError:
        return 0, False
    return min(number, most), number <= most


@contextmanager
def limited(db: Database, deadline: Deadline) -> Iterator[None]:
    """Interrupt what SQLite does in a `with` block after a deadline (TimeoutError)."""
    db.conn.set_progress_handler(lambda: deadline.over, 20_000)
    try:
        yield
    except sqlite3.OperationalError as error:
        if deadline.over and "interrupted" in str(error):
            raise TimeoutError(str(error)) from error
        raise
    finally:
        db.conn.set_progress_handler(None, 0)


def pattern_of(text: str, *, case: bool) -> regex.Pattern[str]:
    """A person's regular expression.  Raises InputError if it is none."""
    import regex

    try:
        return regex.compile(text, 0 if case else regex.IGNORECASE)
    except (regex.error, RecursionError, OverflowError) as error:
        raise InputError(f"not a regular expression: {text[:80]!r}: {error}") from error


def _candidates(
    db: Database, wanted: Filter, deadline: Deadline, after: str = "", before: str = ""
) -> Iterator[tuple[dict[str, Any], bool]]:
    """The units that the conditions keep, in order, by their keys; and whether they fit the pattern.

    Raises TimeoutError if the pattern takes too long.
    """
    sql, parameters = ids_sql(db, wanted, after, before)
    pattern = pattern_of(wanted.text, case=wanted.case) if wanted.is_regex and wanted.text else None
    sides = ("source", "target") if wanted.side == "either" else (wanted.side,)
    cursor = db.conn.execute(sql, parameters)
    names = [column[0] for column in cursor.description]
    while chunk := [dict(zip(names, row, strict=True)) for row in cursor.fetchmany(CHUNK)]:
        if pattern is None:
            yield from ((row, True) for row in chunk)
            continue
        texts = _texts(db, [row["unit"] for row in chunk])
        for row in chunk:
            mine = texts[row["unit"]]
            yield (
                row,
                any(
                    pattern.search(mine[side], timeout=deadline.left(), concurrent=True)
                    for side in sides
                ),
            )


def _texts(db: Database, ids: list[int]) -> dict[int, dict[str, str]]:
    """The source and the target of units."""
    found = rows(
        db,
        f"SELECT u.id, {SOURCE} AS source, u.target FROM units u JOIN documents d ON d.id = u.document_id"
        " WHERE u.id IN (SELECT value FROM json_each(?))",
        (json.dumps(ids),),
    )
    return {row["id"]: row for row in found}


def shown_units(db: Database, ids: list[int]) -> list[dict[str, Any]]:
    """What a page shows of units, in the order of their ids as given."""
    found = rows(db, _SHOWN, {"ids": json.dumps(ids), "now": now()})
    shown = {row["id"]: row for row in found}
    return [shown[unit_id] for unit_id in ids]


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

"""Finds the units that a filter keeps: a page at a time, all of them, or only their number."""

from __future__ import annotations

import json
import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from workbench.store.database import now
from workbench.store.filters import COLUMNS, Filter, ids_sql, is_frequent, key_of, state_conditions
from workbench.store.patterns import Deadline, fitting
from workbench.store.reading import rows
from workbench.store.views import SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlite_utils import Database

# Seconds that a whole search may take.
PATIENCE = 2.0
# Texts after which a page that a pattern has filled by half is shown.
ENOUGH = 10_000
# Units read at a time, counted at most (of frequent words: fewer), and shown at most.
CHUNK = 500
COUNTED = 1000
FEW = 100
MOST = 500


@dataclass(frozen=True, slots=True)
class Found:
    """A page of units as rows, where the next one starts, and how many units were looked at for it.

    `left_out` are texts that kept a pattern busy for too long.  With `in_time` false the search stopped
    before the page was full.
    """

    units: list[dict[str, Any]]
    following: str | None
    searched: int
    left_out: int
    in_time: bool


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
    found: list[tuple[Any, ...]] = []
    last: tuple[Any, ...] | None = None
    in_time, more, searched = True, False, 0
    try:
        with limited(db, deadline):
            for row, fits in _candidates(db, wanted, deadline, after, before):
                if fits and len(found) == size:
                    last, more = found[-1], True
                    break
                if wanted.pattern and searched >= ENOUGH and len(found) >= size / 2:
                    more = True
                    break
                found += [row] if fits else []
                last = row
                searched += 1
    except TimeoutError:
        in_time, more = False, last is not None
    ids = [row[0] for row in found]
    units = shown_units(db, ids[::-1] if before else ids)
    following = key_of(wanted, dict(zip(COLUMNS, last, strict=False))) if more and last else None
    return Found(units, following, searched, deadline.left_out, in_time=in_time)


def each_unit(db: Database, wanted: Filter, deadline: Deadline) -> Iterator[dict[str, Any]]:
    """Id, version, state and target of every unit that a filter keeps, in its order.

    Raises TimeoutError after the deadline.
    """
    candidates = _candidates(db, wanted, deadline)
    ids = (row[0] for row, fits in candidates if fits)
    while chunk := list(islice(ids, CHUNK)):
        found = rows(
            db,
            "SELECT id, version, state, target FROM units WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(chunk),),
        )
        units = {row["id"]: row for row in found}
        yield from (units[unit_id] for unit_id in chunk)


def weighed(db: Database, wanted: Filter) -> Filter:
    """A filter that knows whether its words are frequent, so that no query asks for that again."""
    return replace(wanted, frequent=is_frequent(db, wanted))


def count_units(db: Database, wanted: Filter, *, known: int = 0) -> tuple[int, bool]:
    """How many units a filter keeps, and whether that is exact; many are not counted out.

    `known` are so many that have been found already.

    A pattern is left out: whoever wants to know how many fit it has to read them all.
    """
    wanted = replace(wanted, text="") if wanted.pattern else wanted
    if _only_progress(wanted):
        return _tallied(db, wanted), True
    most = FEW if is_frequent(db, wanted) else COUNTED
    if known > most:
        return most, False
    sql, parameters = ids_sql(db, wanted)
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


def _candidates(
    db: Database, wanted: Filter, deadline: Deadline, after: str = "", before: str = ""
) -> Iterator[tuple[tuple[Any, ...], bool]]:
    """The keys of the units that the conditions keep, in order, and whether they fit the pattern.

    Raises TimeoutError if the pattern takes too long.
    """
    sql, parameters = ids_sql(db, wanted, after, before)
    fits = fitting(wanted.pattern, deadline, case=wanted.case) if wanted.pattern else None
    cursor = db.conn.execute(sql, parameters)
    if fits is None:  # one by one: each may be tested for frequent words, and a page needs few
        yield from ((row, True) for row in cursor)
        return
    while chunk := cursor.fetchmany(CHUNK):
        sides = [(row[-1],) for row in chunk]
        if wanted.side != "target":
            sources = _sources(db, [row[0] for row in chunk])
            targets = wanted.side == "either"
            sides = [(sources.get(row[0], ""), *(row[-1:] if targets else ())) for row in chunk]
        verdicts = fits([text for texts in sides for text in texts])
        for row, texts in zip(chunk, sides, strict=True):
            yield row, max([next(verdicts) for _ in texts])  # each is asked for


def _sources(db: Database, ids: list[int]) -> dict[int, str]:
    """The sources of units that have one."""
    found: dict[int, str] = {}
    several = []
    for unit_id, text in db.conn.execute(
        "SELECT j.value, s.text FROM json_each(?) j CROSS JOIN unit_segments us ON us.unit_id = j.value"
        " CROSS JOIN segments s ON s.id = us.segment_id",
        (json.dumps(ids),),
    ):
        if unit_id in found:
            several.append(unit_id)
        found[unit_id] = text
    if several:  # few have more than one segment
        cursor = db.conn.execute(
            f"SELECT u.id, {SOURCE} FROM json_each(?) j JOIN units u ON u.id = j.value"
            " JOIN documents d ON d.id = u.document_id",
            (json.dumps(several),),
        )
        found.update(cursor.fetchall())
    return found


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

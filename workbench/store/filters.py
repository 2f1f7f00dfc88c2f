"""Finds units by what they are and say, a page at a time, each order from an index that has it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from workbench.errors import InputError
from workbench.model import STATES
from workbench.store.database import now
from workbench.store.reading import rows
from workbench.store.search import word_matches
from workbench.store.views import SOURCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import regex
    from sqlite_utils import Database

Sort = Literal["position", "score", "findings", "changed"]
SORTS: tuple[Sort, ...] = ("position", "score", "findings", "changed")
# Seconds that one text may keep a pattern busy, and that a whole search may take.
ONE_TEXT = 0.2
PATIENCE = 2.0
# Units looked at for a pattern between two looks at the clock, and counted at most.
CHUNK = 200
COUNTED = 1000
MOST = 500


@dataclass(frozen=True, slots=True)
class Filter:
    """What units shall be; what is None or empty does not matter (docs/review-api.md has the meanings)."""

    document_id: int | None = None
    target_lang: str | None = None
    states: tuple[str, ...] = ()
    origin: str = ""
    min_score: float | None = None
    max_score: float | None = None
    finding: str = ""
    by: str = ""
    touched: str = ""
    claimed: str = ""
    note: str = ""
    min_words: int | None = None
    max_words: int | None = None
    since: str = ""
    until: str = ""
    text: str = ""
    side: Literal["source", "target", "either"] = "either"
    is_regex: bool = False
    case: bool = False
    sort: Sort = "position"
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A page of units as rows, where the next one starts, and why the search stopped early, if it did."""

    units: list[dict[str, Any]]
    following: str | None
    problem: str | None = None


_COLUMNS = f"""u.id, u.document_id, d.title, d.path AS document, d.lang AS source_lang, u.target_lang,
  u.position, {SOURCE} AS source, u.target, u.state, u.sub_state, u.origin, u.score, u.version,
  u.updated_by, u.updated_at, u.words, u.open_findings AS findings,
  coalesce(s.kind, 'paragraph') AS kind, coalesce(s.level, 0) AS level, s.block,
  (SELECT count(*) FROM notes n WHERE n.unit_id = u.id AND n.done_at IS NULL) AS notes,
  (SELECT c.person FROM claims c WHERE c.unit_id = u.id
   AND (c.expires IS NULL OR c.expires > :now)) AS claimed_by"""
_FROM = """units u JOIN documents d ON d.id = u.document_id
  LEFT JOIN unit_segments f ON f.unit_id = u.id AND f.position = 0
  LEFT JOIN segments s ON s.id = f.segment_id"""

# Each order with its key: how rows go on after one, and how the key is read from a row.
_ORDERS = {
    "position": "u.document_id, u.target_lang, u.position",
    "score": "u.score, u.id",
    "findings": "u.open_findings DESC, u.id",
    "changed": "u.updated_at DESC, u.id DESC",
}
_KEYS = {
    "position": ("document_id", "target_lang", "position"),
    "score": ("score", "id"),
    "findings": ("findings", "id"),
    "changed": ("updated_at", "id"),
}
_AFTER = {
    "position": "(u.document_id, u.target_lang, u.position) > (:k0, :k1, :k2)",
    "score": "(u.score, u.id) > (:k0, :k1)",
    "findings": "u.open_findings <= :k0 AND (u.open_findings < :k0 OR u.id > :k1)",
    "changed": "(u.updated_at, u.id) < (:k0, :k1)",
}


def find_units(db: Database, wanted: Filter, *, after: str = "", size: int = 100) -> Found:
    """A page of the units that a filter keeps, in its order.

    Raises InputError for a pattern that is none or an `after` that is not ours.
    """
    size = max(1, min(size, MOST))
    matches = _matcher(wanted)
    found: list[dict[str, Any]] = []
    started = time.monotonic()
    for row in _stream(db, wanted, after):
        try:
            fits = matches is None or matches(row)
        except TimeoutError:
            problem = f"the pattern takes too long on unit {row['id']}; make it simpler"
            return Found(found, _key(wanted, row), problem)
        if fits:
            if len(found) == size:
                return Found(found, _key(wanted, found[-1]))
            found.append(row)
        elif time.monotonic() - started > PATIENCE:
            return Found(
                found, _key(wanted, row), "the search takes long; go on to search the rest"
            )
    return Found(found, None)


def each_unit(db: Database, wanted: Filter) -> Iterator[dict[str, Any]]:
    """Every unit that a filter keeps, in its order.  Raises InputError if a pattern takes too long."""
    matches = _matcher(wanted)
    for row in _stream(db, wanted, ""):
        try:
            if matches is None or matches(row):
                yield row
        except TimeoutError as error:
            raise InputError(f"the pattern takes too long on unit {row['id']}") from error


def count_units(db: Database, wanted: Filter) -> tuple[int, bool]:
    """How many units a filter keeps, and whether that is exact; what is many is not counted out."""
    if _only_progress(wanted):
        return _tallied(db, wanted), True
    if wanted.is_regex and wanted.text:
        found = find_units(db, wanted, size=MOST)
        return len(found.units), found.following is None
    where, parameters = _conditions(wanted)
    (number,) = db.conn.execute(
        f"SELECT count(*) FROM (SELECT 1 FROM units u JOIN documents d ON d.id = u.document_id"
        f" WHERE {where} LIMIT {COUNTED + 1})",
        parameters,
    ).fetchone()
    return min(number, COUNTED), number <= COUNTED


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


def _stream(db: Database, wanted: Filter, after: str) -> Iterator[dict[str, Any]]:
    """The rows that the conditions keep, in order, from the one after a key on."""
    where, parameters = _conditions(wanted)
    if after:
        where += f" AND {_AFTER[wanted.sort]}"
        parameters.update(_read_key(wanted, after))
    cursor = db.conn.execute(
        f"SELECT {_COLUMNS} FROM {_FROM} WHERE {where} ORDER BY {_ORDERS[wanted.sort]}",
        {**parameters, "now": now()},
    )
    names = [column[0] for column in cursor.description]
    for row in cursor:
        yield dict(zip(names, row, strict=True))


def _conditions(wanted: Filter) -> tuple[str, dict[str, Any]]:
    """The SQL of a filter, without its pattern."""
    values: dict[str, Any] = {
        name: getattr(wanted, name)
        for name in ("document_id", "target_lang", "min_score", "max_score", "min_words", "max_words",
                     "by", "touched", "at")
    }  # fmt: skip
    values |= {"since": _moment(wanted.since), "until": _moment(wanted.until), "now": now()}
    simple = {
        "document_id": "u.document_id = :document_id",
        "target_lang": "u.target_lang = :target_lang",
        "min_score": "u.score >= :min_score",
        "max_score": "u.score <= :max_score",
        "min_words": "u.words >= :min_words",
        "max_words": "u.words <= :max_words",
        "by": "u.updated_by = :by AND u.updated_by <> ''",
        "touched": "u.id IN (SELECT unit_id FROM revisions WHERE actor = :touched)",
        "since": "u.updated_at >= :since",
        "until": "u.updated_at <= :until",
        "at": "u.position >= :at",
    }
    where = ["d.replaced_by IS NULL"]
    where += [sql for name, sql in simple.items() if values[name] not in {None, ""}]
    for condition, more in (_states(wanted), _work(wanted), _words(wanted)):
        where += condition
        values |= more
    if wanted.sort == "score":
        where.append("u.score IS NOT NULL")
    if wanted.sort == "findings":
        where.append("u.open_findings > 0")
    return " AND ".join(where), values


_Conditions = tuple[list[str], dict[str, Any]]


def _states(wanted: Filter) -> _Conditions:
    states = set(wanted.states)
    if "unfinished" in states:
        states |= {"initial", "translated"}
    known = [state for state in STATES if state in states]
    choices = []
    if known:
        quoted = ", ".join(f"'{state}'" for state in known)
        choices.append(f"u.state = {quoted}" if len(known) == 1 else f"u.state IN ({quoted})")
    if "rejected" in states:
        choices.append("u.sub_state = 'wb:rejected'")
    return ([f"({' OR '.join(choices)})"] if choices else []), {}


def _work(wanted: Filter) -> _Conditions:
    """Conditions on origin, findings, notes and claims."""
    where: list[str] = []
    values: dict[str, Any] = {}
    if wanted.origin:
        where.append("u.origin >= :origin AND u.origin < :origin_end AND u.origin <> ''")
        values |= {"origin": wanted.origin, "origin_end": wanted.origin + "\U0010ffff"}
    if wanted.finding:
        where.append("u.open_findings > 0")
        if wanted.finding != "any":
            where.append("u.id IN (SELECT unit_id FROM open_findings WHERE name = :finding)")
            values["finding"] = wanted.finding
    if wanted.note.startswith("@"):
        where.append("u.id IN (SELECT n.unit_id FROM mentions m JOIN notes n ON n.id = m.note_id"
                     " WHERE m.name = :note AND n.done_at IS NULL)")  # fmt: skip
        values["note"] = wanted.note[1:].strip('"')
    elif wanted.note:
        where.append("u.id IN (SELECT unit_id FROM notes WHERE done_at IS NULL)")
    live = "SELECT unit_id FROM claims WHERE (expires IS NULL OR expires > :now)"
    if wanted.claimed == "nobody":
        where.append(f"u.id NOT IN ({live})")
    elif wanted.claimed:
        where.append(f"u.id IN ({live} AND person = :claimed)")
        values["claimed"] = wanted.claimed
    return where, values


def _words(wanted: Filter) -> _Conditions:
    """Conditions on the text by the full-text indexes."""
    if wanted.is_regex or not wanted.text.strip():
        return [], {}
    sql, parameters = word_matches(wanted.text, wanted.side)
    return [f"u.id IN ({sql})"], parameters


def _moment(text: str) -> str:
    """A day or a moment as it is stored.  Raises InputError if it is none."""
    from datetime import datetime

    if not text:
        return ""
    try:
        moment = datetime.fromisoformat(text.strip().removesuffix("Z"))
    except ValueError as error:
        raise InputError(f"{text!r} is no day; write 2026-11-25 or 2026-11-25T08:00") from error
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def _key(wanted: Filter, row: dict[str, Any]) -> str:
    return "~".join(str(row[name]) for name in _KEYS[wanted.sort])


def _read_key(wanted: Filter, after: str) -> dict[str, Any]:
    """The key that an address carries.  Raises InputError if it is not one of this order."""
    kinds = {"document_id": int, "position": int, "id": int, "findings": int, "score": float}
    names = _KEYS[wanted.sort]
    broken = InputError("this page's address is broken; start from the first page")
    try:
        values = [kinds.get(n, str)(part) for n, part in zip(names, after.split("~"), strict=True)]
    except ValueError as error:
        raise broken from error
    if any(isinstance(value, int) and abs(value) >= 2**63 for value in values):
        raise broken
    return {f"k{index}": value for index, value in enumerate(values)}


def _only_progress(wanted: Filter) -> bool:
    """Whether the tallies know how many units a filter keeps."""
    plain = Filter(
        document_id=wanted.document_id, target_lang=wanted.target_lang, states=wanted.states, by=wanted.by
    )  # fmt: skip
    return plain == wanted and "rejected" not in wanted.states


def _tallied(db: Database, wanted: Filter) -> int:
    states, _ = _states(wanted)
    conditions = [*states, "d.replaced_by IS NULL"]
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

"""What units a person wants to see, as a value and as SQL whose every order an index has."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Any, Literal

from workbench.errors import InputError
from workbench.model import STATES
from workbench.store.database import now
from workbench.store.search import text_matches, word_matches, word_test
from workbench.store.units import REJECTED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlite_utils import Database

Sort = Literal["position", "score", "findings", "changed"]
SORTS: tuple[Sort, ...] = ("position", "score", "findings", "changed")
MOST_ORIGINS = 12
# Units that are found first and sorted then; where there are more, units are tested in order.
MANY = 20_000
# The same for documents.
MANY_FILES = 20


@dataclass(frozen=True, slots=True)
class Filter:
    """What units shall be; what is None or empty does not matter (docs/review-api.md has the meanings)."""

    document_id: int | None = None
    target_lang: str | None = None
    file: str = ""
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
    # whether the words are frequent (`is_frequent`); None if nobody has looked
    frequent: bool | None = field(default=None, compare=False, repr=False)

    @property
    def pattern(self) -> str:
        """The regular expression that a text must fit; empty if there is none."""
        return self.text if self.is_regex else ""


# Each order with its key: how rows go on after one, and how the key is read from a row.
_ORDERS = {
    "position": "document_id, target_lang, position",
    "score": "score, unit",
    "findings": "findings DESC, unit",
    "changed": "updated_at DESC, unit DESC",
}
_KEYS = {
    "position": ("document_id", "target_lang", "position"),
    "score": ("score", "unit"),
    "findings": ("findings", "unit"),
    "changed": ("updated_at", "unit"),
}
_AFTER = {
    "position": "(u.document_id, u.target_lang, u.position) > (:k0, :k1, :k2)",
    "score": "(u.score, u.id) > (:k0, :k1)",
    "findings": "u.open_findings <= :k0 AND (u.open_findings < :k0 OR u.id > :k1)",
    "changed": "(u.updated_at, u.id) < (:k0, :k1)",
}
# The same, backwards from a key.
_BACK = {
    "position": "document_id DESC, target_lang DESC, position DESC",
    "score": "score DESC, unit DESC",
    "findings": "findings, unit DESC",
    "changed": "updated_at, unit",
}
_BEFORE = {
    "position": "(u.document_id, u.target_lang, u.position) < (:k0, :k1, :k2)",
    "score": "(u.score, u.id) < (:k0, :k1)",
    "findings": "u.open_findings >= :k0 AND (u.open_findings > :k0 OR u.id < :k1)",
    "changed": "(u.updated_at, u.id) > (:k0, :k1)",
}


# What is read of every unit that the conditions keep: its keys in all orders.
COLUMNS = ("unit", "document_id", "target_lang", "position", "score", "findings", "updated_at")


def ids_sql(
    db: Database, wanted: Filter, after: str = "", before: str = ""
) -> tuple[str, dict[str, Any]]:
    """SQL for the keys of the units that the conditions keep, in order; backwards from the key `before`.

    Where a pattern is wanted, the targets follow, since their rows are read anyway.  Where a filter
    names several states or origins, each has a select of its own, which an index gives in order, and
    SQLite merges them.
    """
    where, parameters = _conditions(db, wanted)
    if key := before or after:
        where.append((_BEFORE if before else _AFTER)[wanted.sort])
        parameters.update(_read_key(wanted, key))
    target = ", u.target" if wanted.pattern else ""
    branches = [
        "SELECT u.id AS unit, u.document_id, u.target_lang, u.position, u.score,"
        f" u.open_findings AS findings, u.updated_at{target}"
        f" FROM units u CROSS JOIN documents d ON d.id = u.document_id WHERE {' AND '.join([*where, *more])}"
        for more in product(state_conditions(wanted), _origins(db, wanted))
    ]
    if not branches:
        return "SELECT id AS unit FROM units WHERE false", parameters
    order = (_BACK if before else _ORDERS)[wanted.sort]
    return f"{' UNION ALL '.join(branches)} ORDER BY {order}", parameters


def _conditions(db: Database, wanted: Filter) -> tuple[list[str], dict[str, Any]]:
    """The conditions that hold for every unit wanted, without the pattern."""
    values: dict[str, Any] = {
        name: getattr(wanted, name)
        for name in ("document_id", "target_lang", "min_score", "max_score", "min_words", "max_words",
                     "by", "at")
    }  # fmt: skip
    values |= {"until": _moment(wanted.until), "now": now()}
    simple = {
        "document_id": "u.document_id = :document_id",
        "target_lang": "u.target_lang = :target_lang",
        "min_score": "+u.score >= :min_score",
        "max_score": "+u.score <= :max_score",
        "min_words": "u.words >= :min_words",
        "max_words": "u.words <= :max_words",
        "by": "u.updated_by = :by AND u.updated_by <> ''",
        "until": "+u.updated_at <= :until",
        "at": "u.position >= :at",
    }
    where = ["d.replaced_by IS NULL"]
    where += [sql for name, sql in simple.items() if values[name] not in {None, ""}]
    for condition, more in (
        _file(db, wanted),
        _work(wanted),
        _since(db, wanted),
        _touched(db, wanted),
        _words(db, wanted),
    ):
        where += condition
        values |= more
    if wanted.sort == "score":
        where.append("u.score IS NOT NULL")
    if wanted.sort == "findings":
        where.append("u.open_findings > 0")
    return where, values


_Conditions = tuple[list[str], dict[str, Any]]


def state_conditions(wanted: Filter) -> list[str]:
    """A condition for each state wanted."""
    states = set(wanted.states)
    if "unfinished" in states:
        states |= {"initial", "translated"}
    found = [f"{_by(wanted)}u.state = '{state}'" for state in STATES if state in states]
    if "rejected" in states:
        others = "".join(f" AND u.state <> '{state}'" for state in STATES if state in states)
        found.append(f"u.sub_state = '{REJECTED}'{others}")
    return found or ["true"]


def _origins(db: Database, wanted: Filter) -> list[str]:
    """A condition for each origin that starts as wanted; none if there is none."""
    if not wanted.origin:
        return ["true"]
    found: list[str] = []
    name = ""
    while len(found) < MOST_ORIGINS:  # each step jumps to the next name in the index
        row = db.conn.execute(
            "SELECT min(origin) FROM units WHERE origin <> '' AND origin > ?", (name,)
        ).fetchone()
        if row[0] is None:
            break
        name = row[0]
        if name.startswith(wanted.origin):
            found.append(f"{_by(wanted)}u.origin = {_literal(name)}")
    return found


def _by(wanted: Filter) -> str:
    """A sign that keeps SQLite from choosing an index that lacks the order wanted."""
    return "" if wanted.sort == "position" else "+"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _file(db: Database, wanted: Filter) -> _Conditions:
    """A condition on the title or the path of the document."""
    if not wanted.file:
        return [], {}
    found = db.conn.execute(
        "SELECT id FROM documents WHERE replaced_by IS NULL"
        " AND instr(lower(title || char(10) || path), lower(?))",
        (wanted.file,),
    )
    ids = [row[0] for row in found]
    if len(ids) == 1:
        return ["u.document_id = :files"], {"files": ids[0]}
    # of many documents, units are tested in order; those of few are found first, and sorted
    scans = "+" if len(ids) > MANY_FILES else ""
    return [f"{scans}u.document_id IN (SELECT value FROM json_each(:files))"], {
        "files": json.dumps(ids)
    }


def _work(wanted: Filter) -> _Conditions:
    """Conditions on findings, notes and claims."""
    where: list[str] = []
    values: dict[str, Any] = {}
    if wanted.finding:
        where.append("u.open_findings > 0")
        if wanted.finding != "any":
            where.append(
                "EXISTS (SELECT 1 FROM open_findings o WHERE o.unit_id = u.id AND o.name = :finding)"
            )
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


def _since(db: Database, wanted: Filter) -> _Conditions:
    """A condition on when a unit was changed."""
    if not wanted.since:
        return [], {}
    values = {"since": _moment(wanted.since)}
    few = "SELECT id FROM units WHERE updated_at >= :since"
    return [f"u.id IN ({few})" if not _many(db, few, values) else "+u.updated_at >= :since"], values


def _touched(db: Database, wanted: Filter) -> _Conditions:
    """A condition on who ever edited a unit."""
    if not wanted.touched:
        return [], {}
    values = {"touched": wanted.touched}
    few = "SELECT unit_id FROM revisions WHERE actor = :touched"
    if _many(db, few, values):
        return [
            "EXISTS (SELECT 1 FROM revisions r WHERE r.unit_id = u.id AND r.actor = :touched)"
        ], values
    return [f"u.id IN ({few})"], values


def _words(db: Database, wanted: Filter) -> _Conditions:
    """A condition on the words of a unit, by the full-text indexes."""
    if wanted.is_regex or not wanted.text.strip():
        return [], {}
    few, values = word_matches(wanted.text, wanted.side)
    test = word_test(wanted.text, wanted.side) if is_frequent(db, wanted) else f"u.id IN ({few})"
    return [test], dict(values)


def is_frequent(db: Database, wanted: Filter) -> bool:
    """Whether so many units have the words wanted that each unit is tested in order."""
    if wanted.frequent is not None:
        return wanted.frequent
    if wanted.is_regex or not wanted.text.strip():
        return False
    sides: tuple[Literal["source", "target"], ...] = (
        ("source", "target") if wanted.side == "either" else (wanted.side,)
    )
    return any(_many(db, *text_matches(wanted.text, side)) for side in sides)


def _many(db: Database, sql: str, values: Mapping[str, object]) -> bool:
    """Whether so many units are found that it is better to test each one in order."""
    (number,) = db.conn.execute(f"SELECT count(*) FROM ({sql} LIMIT {MANY + 1})", values).fetchone()
    return int(number) > MANY


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


def key_of(wanted: Filter, row: dict[str, Any]) -> str:
    """Where a row stands in the order, as an address carries it."""
    return "~".join(str(row[name]) for name in _KEYS[wanted.sort])


def _read_key(wanted: Filter, after: str) -> dict[str, Any]:
    """The key that an address carries.  Raises InputError if it is not one of this order."""
    kinds = {"document_id": int, "position": int, "unit": int, "findings": int, "score": float}
    names = _KEYS[wanted.sort]
    broken = InputError("this page's address is broken; start from the first page")
    try:
        values = [kinds.get(n, str)(part) for n, part in zip(names, after.split("~"), strict=True)]
    except ValueError as error:
        raise broken from error
    if any(isinstance(value, int) and abs(value) >= 2**63 for value in values):
        raise broken
    return {f"k{index}": value for index, value in enumerate(values)}

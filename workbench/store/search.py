"""Finds units by the text of either side: words by index, any script, or regular expressions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from workbench import lang
from workbench.errors import InputError
from workbench.model import Unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlite_utils import Database

_COLUMNS = ", ".join(Unit.__dataclass_fields__)
# The trigram index finds nothing shorter than three characters.
TRIGRAM = 3


def search(
    db: Database,
    query: str,
    *,
    target_lang: str | None = None,
    regex: bool = False,
    limit: int = 20,
) -> list[Unit]:
    """Units whose source or target has all words of the query, the first `limit` in reading order.

    Case and diacritics do not matter.  Words of scripts without spaces are found anywhere.
    Raises InputError if a regular expression is broken.
    """
    if not query.strip():
        raise InputError("nothing to search for; give a word")
    found = _by_regex(db, query) if regex else _by_words(db, query)
    units = (unit for unit in found if target_lang in {None, unit.target_lang})
    return [unit for unit, _ in zip(units, range(limit), strict=False)]


def word_matches(
    query: str, side: Literal["source", "target", "either"] = "either"
) -> tuple[str, dict[str, str]]:
    """SQL that selects the ids of units with all words of a query on a side, and its parameters."""
    in_segments, parameters = text_matches(query, "source")
    in_units, _ = text_matches(query, "target")
    source = f"SELECT us.unit_id FROM unit_segments us WHERE us.segment_id IN ({in_segments})"
    target = f"SELECT id FROM units WHERE id IN ({in_units})"
    selects = {"source": source, "target": target, "either": f"{source} UNION {target}"}
    return selects[side], parameters


def text_matches(query: str, side: Literal["source", "target"]) -> tuple[str, dict[str, str]]:
    """SQL that selects the ids of segments (source) or units (target) with all words, and its parameters."""
    parts, parameters = _parts(query)
    table, column = {"source": ("segments", "text"), "target": ("units", "target")}[side]
    return " INTERSECT ".join(part.format(t=table, c=column) for part in parts), parameters


def word_test(query: str, side: Literal["source", "target", "either"] = "either") -> str:
    """The same as a condition on one unit `u`: for words so frequent that all their units are too many."""
    parts, _ = _parts(query)
    tests = {
        "target": " AND ".join(
            f"u.id IN ({part.format(t='units', c='target')} AND rowid = u.id)" for part in parts
        ),
        "source": "EXISTS (SELECT 1 FROM unit_segments us WHERE us.unit_id = u.id AND "
        + " AND ".join(
            f"us.segment_id IN ({part.format(t='segments', c='text')} AND rowid = us.segment_id)"
            for part in parts
        )
        + ")",
    }
    return f"({tests['target']} OR {tests['source']})" if side == "either" else f"({tests[side]})"


def _parts(query: str) -> tuple[list[str], dict[str, str]]:
    """One select for each kind of word, to be filled with a table and its column, and the parameters.

    A word of a script with spaces is in the index of words; three characters or more of another are
    in the index of characters; fewer are looked for in every text.
    """
    words = query.split()
    spaceless = [word for word in words if any(map(lang.is_spaceless, word))]
    kinds = {
        "fts": [word for word in words if word not in spaceless],
        "chars": [word for word in spaceless if len(word) >= TRIGRAM],
    }
    parts, parameters = [], {}
    for kind, mine in kinds.items():
        if mine:
            parts.append(f"SELECT rowid FROM {{t}}_{kind} WHERE {{t}}_{kind} MATCH :words_{kind}")
            parameters[f"words_{kind}"] = " ".join(_quoted(word) for word in mine)
    for number, word in enumerate(each for each in spaceless if len(each) < TRIGRAM):
        parts.append(f"SELECT rowid FROM {{t}} WHERE instr({{c}}, :word_{number})")
        parameters[f"word_{number}"] = word
    return parts, parameters


def _quoted(word: str) -> str:
    return '"' + word.replace("\0", "").replace('"', '""') + '"'


def _by_words(db: Database, query: str) -> Iterator[Unit]:
    ids, parameters = word_matches(query)
    yield from _units(db, f"unit_id IN ({ids})", parameters)


def _by_regex(db: Database, query: str) -> Iterator[Unit]:
    try:
        pattern = re.compile(query, re.IGNORECASE)
    except re.error as error:
        raise InputError(f"not a regular expression: {query!r}: {error}") from error
    for unit in _units(db, "1", {}):
        if pattern.search(unit.source) or pattern.search(unit.target):
            yield unit


def _units(db: Database, condition: str, parameters: dict[str, str]) -> Iterator[Unit]:
    cursor = db.conn.execute(
        f"SELECT {_COLUMNS} FROM bitext WHERE {condition} ORDER BY document_id, target_lang, position",
        parameters,
    )
    for row in cursor:
        yield Unit(*row)

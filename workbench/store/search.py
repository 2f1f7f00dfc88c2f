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
    words = query.split()
    numbered = list(enumerate(words))
    in_segments = " INTERSECT ".join(_word_query("segments", "text", *word) for word in numbered)
    in_units = " INTERSECT ".join(_word_query("units", "target", *word) for word in numbered)
    source = f"SELECT us.unit_id FROM unit_segments us WHERE us.segment_id IN ({in_segments})"
    target = f"SELECT id FROM units WHERE id IN ({in_units})"
    selects = {"source": source, "target": target, "either": f"{source} UNION {target}"}
    return selects[side], {f"word{n}": _parameter(word) for n, word in numbered}


def _by_words(db: Database, query: str) -> Iterator[Unit]:
    ids, parameters = word_matches(query)
    yield from _units(db, f"unit_id IN ({ids})", parameters)


def _word_query(table: str, column: str, number: int, word: str) -> str:
    if not any(lang.is_spaceless(character) for character in word):
        return f"SELECT rowid FROM {table}_fts WHERE {table}_fts MATCH :word{number}"
    if len(word) >= TRIGRAM:
        return f"SELECT rowid FROM {table}_chars WHERE {table}_chars MATCH :word{number}"
    return f"SELECT id FROM {table} WHERE instr({column}, :word{number})"


def _parameter(word: str) -> str:
    if any(lang.is_spaceless(character) for character in word) and len(word) < TRIGRAM:
        return word
    return '"' + word.replace('"', '""') + '"'


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

"""Marks in a text what was searched for, where the page runs no script that does it; pure."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

import regex

from workbench import lang, store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from workbench.store import Filter

Pieces = list[tuple[str, str]]
# Seconds that all the texts of a page may take for a pattern.
PATIENCE = 0.5


def lights(wanted: Filter) -> Callable[[str], Pieces]:
    """Make pieces (`same` or `mark`, text) of a text by what a filter searches for."""
    if wanted.pattern:
        pattern = store.pattern_of(wanted.pattern, case=wanted.case)
        deadline = store.Deadline(PATIENCE)
        return lambda text: _pieces(text, _by_pattern(pattern, text, deadline))
    words = [fold(word)[0] for word in wanted.text.split()]
    either = regex.compile("|".join(map(_word, filter(None, words))) or "(?!)")
    return lambda text: _pieces(text, _by_words(either, text))


def fold(text: str) -> tuple[str, Sequence[int]]:
    """A text as searching sees it, without case and marks, and where each of its characters stood."""
    if text.isascii():
        return text.lower(), range(len(text) + 1)
    folded: list[str] = []
    places: list[int] = []
    for at, character in enumerate(text):
        plain = _plain(character)
        folded.append(plain)
        places += [at] * len(plain)
    return "".join(folded), [*places, len(text)]


@lru_cache(10_000)
def _plain(character: str) -> str:
    marked = unicodedata.normalize("NFD", character).lower()
    return "".join(c for c in marked if unicodedata.category(c) != "Mn")


def _word(word: str) -> str:
    """A word as a pattern: whole, unless its script puts no spaces between words."""
    written = regex.escape(word)
    return written if any(map(lang.is_spaceless, word)) else rf"(?<!\w){written}(?!\w)"


def _by_words(either: regex.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    folded, places = fold(text)
    for match in either.finditer(folded):
        yield places[match.start()], places[match.end() - 1] + 1


def _by_pattern(
    pattern: regex.Pattern[str], text: str, deadline: store.Deadline
) -> Iterator[tuple[int, int]]:
    try:
        yield from (m.span() for m in pattern.finditer(text, timeout=deadline.left()))
    except TimeoutError:
        return  # the page comes first


def _pieces(text: str, spans: Iterator[tuple[int, int]]) -> Pieces:
    pieces, at = [], 0
    for start, end in spans:
        if start < end and start >= at:
            pieces += [("same", text[at:start]), ("mark", text[start:end])]
            at = end
    return [(kind, part) for kind, part in [*pieces, ("same", text[at:])] if part]

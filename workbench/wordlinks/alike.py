"""Which words of two languages are spelled alike: names, numbers, cognates."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.wordlinks.arrays import Floats, Ints, Longs

# Words that share this many first letters are taken for cognates.
BEGINNING = 3


class Likeness:
    """Compares words of two vocabularies by number, many pairs at once."""

    def __init__(self, source: Sequence[str], target: Sequence[str]) -> None:
        sides = [[_plain(word) for word in side] for side in (source, target)]
        whole: dict[str, int] = {}
        self._whole = [_numbers(side, whole) for side in sides]
        start: dict[str, int] = {}
        self._start = [
            _numbers([w[:BEGINNING] if len(w) > BEGINNING else "" for w in side], start)
            for side in sides
        ]
        self._none = start.get("", -1)

    def bonus(self, source: Ints, target: Ints, *, same: float, alike: float) -> Floats:
        """`same` for word pairs that are equal but for case and accents, `alike` for cognates, else 0."""
        equal = self._whole[0][source] == self._whole[1][target]
        first = self._start[0][source]
        begins = (first == self._start[1][target]) & (first != self._none)
        bonus = np.where(begins, np.float32(alike), np.float32(0))
        bonus[equal] = same
        return bonus


@lru_cache(1 << 16)
def _plain(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))


def _numbers(words: Sequence[str], known: dict[str, int]) -> Longs:
    return np.array([known.setdefault(word, len(known)) for word in words], np.int64)

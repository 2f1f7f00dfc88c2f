"""Finds the words of alphabets that are written without spaces, from nothing but the texts at hand.

A unigram model over rows of letters: begun with all that are frequent, and learned by cutting the texts
into the likeliest rows again and again (Viterbi training; Deligne and Bimbot 1995; as in Kudo 2018).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import chain, groupby, pairwise
from math import inf, log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# Words have at most so many letters (with their marks); rows met less often at first are none.
LONGEST, LEAST = 10, 8
ROUNDS = 4
# What is learned from: enough for the frequent words, and soon read.
LETTERS = 300_000
# The cost, in nats, of a letter that was never seen alone.
UNKNOWN = 20.0
# Thai and Lao, Burmese, Khmer.
_FIRST = ("\u0e00", "\u0eff"), ("\u1000", "\u109f"), ("\u1780", "\u17ff")


def is_letter(word: str) -> bool:
    """Whether a word is a letter, with its marks, of an alphabet that is written without spaces."""
    letter = word[:1]
    # nearly all letters of all texts come before
    return letter >= _FIRST[0][0] and any(first <= letter <= last for first, last in _FIRST)


@dataclass(slots=True)
class Lexemes:
    """The cost of each word in nats; letters have a character each, so that marks do not count."""

    letters: dict[str, str]
    costs: dict[str, float]

    def join(self, words: Sequence[str]) -> tuple[list[str], list[int]]:
        """Words with their letters joined to words, and the number of words in each."""
        texts: list[str] = []
        sizes: list[int] = []
        for letters, members in groupby(words, is_letter):
            row = list(members)
            cuts = list(range(len(row) + 1))
            if letters:
                cuts = _cuts("".join(self.letters.get(word, "\0") for word in row), self.costs)
            texts += ["".join(row[start:end]) for start, end in pairwise(cuts)]
            sizes += [end - start for start, end in pairwise(cuts)]
        return texts, sizes


def learn_lexemes(texts: Iterable[Sequence[str]]) -> Lexemes | None:
    """The words of texts; None if they have no letters of such alphabets."""
    letters: dict[str, str] = {}
    rows: list[str] = []
    count = 0
    for row in chain.from_iterable(_rows(text) for text in texts):
        rows.append("".join(letters.setdefault(word, chr(0x10000 + len(letters))) for word in row))
        count += len(row)
        if count > LETTERS:
            break
    if not rows:
        return None
    found = _frequent(rows)
    # as if the longer had been counted first: letters of a word are no words
    costs = _costs({row: count * len(row) for row, count in found.items()})
    for _ in range(ROUNDS):
        uses = Counter(row[start:end] for row in rows for start, end in pairwise(_cuts(row, costs)))
        costs = _costs({row: n for row, n in uses.items() if n > 1 or len(row) == 1})
    return Lexemes(letters, costs)


def _rows(text: Sequence[str]) -> Iterator[list[str]]:
    return (list(members) for letters, members in groupby(text, is_letter) if letters)


def _frequent(rows: Sequence[str]) -> dict[str, int]:
    """All letters, and rows of letters that are met LEAST times, with their number."""
    found: dict[str, int] = dict(Counter(chain.from_iterable(rows)))
    known = set(found)
    for size in range(2, LONGEST + 1):
        counts = Counter(
            row[start : start + size]
            for row in rows
            for start in range(len(row) - size + 1)
            if row[start : start + size - 1] in known and row[start + 1 : start + size] in known
        )
        longer = {row: count for row, count in counts.items() if count >= LEAST}
        found.update(longer)
        known = set(longer)
    return found


def _costs(counts: dict[str, int]) -> dict[str, float]:
    total = sum(counts.values())
    return {row: log(total / count) for row, count in counts.items()}


def _cuts(row: str, costs: dict[str, float]) -> list[int]:
    """Where the words of a row begin that cost least in all, and the row's end."""
    least, before = [0.0], [0]
    for end in range(1, len(row) + 1):
        best, place = inf, end - 1
        for start in range(max(0, end - LONGEST), end):
            cost = costs.get(row[start:end], UNKNOWN if end - start == 1 else inf)
            if least[start] + cost < best:
                best, place = least[start] + cost, start
        least.append(best)
        before.append(place)
    cuts = [len(row)]
    while cuts[-1]:
        cuts.append(before[cuts[-1]])
    return cuts[::-1]

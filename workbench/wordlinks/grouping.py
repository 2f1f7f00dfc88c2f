"""Groups the characters of scripts without spaces that belong together, learned from the texts at hand.

Neighbours are joined, in a few rounds, if they stand together in a large share of the places where
either stands; letters of alphabets are joined to the words of a unigram model.  Links are made between
groups, and each character of a group gets its group's links.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import accumulate, chain, pairwise
from typing import TYPE_CHECKING

from workbench.wordlinks.lexemes import Lexemes, is_letter, learn_lexemes
from workbench.wordlinks.tokens import is_character_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Neighbours are joined that met so often, and in this share (the product of both shares) of places.
LEAST, SHARE = 2, 0.05
ROUNDS = 2

Strength = dict[tuple[str, str], float]


@dataclass(slots=True)
class Groups:
    """What is joined in each round, and how strongly, after letters are joined to words."""

    rounds: list[Strength] = field(default_factory=list)
    lexemes: Lexemes | None = None

    def __bool__(self) -> bool:
        """Whether anything is joined."""
        return bool(self.rounds or self.lexemes)

    def join(self, words: Sequence[str]) -> tuple[list[str], list[int]]:
        """Groups of words, and where each begins, with the number of words at the end."""
        texts, sizes = list(words), [1] * len(words)
        if self.lexemes:
            texts, sizes = self.lexemes.join(words)
        for strength in self.rounds:
            texts, sizes = _joined(texts, sizes, strength)
        return texts, [0, *accumulate(sizes)]


def learn_groups(texts: Sequence[Sequence[str]]) -> Groups:
    """What belongs together in texts."""
    words = set(chain.from_iterable(texts))
    letters = {word for word in words if is_letter(word)}
    groups = Groups(lexemes=learn_lexemes(texts) if letters else None)
    parts = {word for word in words - letters if is_character_word(word)}
    if not parts:
        return groups
    for _ in range(ROUNDS):
        alone = Counter(chain.from_iterable(texts))
        together = Counter(_neighbours(texts, parts))
        strength = {
            (left, right): count * count / (alone[left] * alone[right])
            for (left, right), count in together.items()
            if count >= LEAST and count * count >= SHARE * alone[left] * alone[right]
        }
        groups.rounds.append(strength)
        texts = [_joined(text, [1] * len(text), strength)[0] for text in texts]
        parts.update(left + right for left, right in strength)
    return groups


def _neighbours(texts: Iterable[Sequence[str]], parts: set[str]) -> Iterable[tuple[str, str]]:
    return (pair for text in texts for pair in pairwise(text) if parts.issuperset(pair))


def _joined(
    words: Sequence[str], sizes: Sequence[int], strength: Strength
) -> tuple[list[str], list[int]]:
    """Join neighbours from the left, but for one that belongs more strongly to the next."""
    texts: list[str] = []
    counts: list[int] = []
    at = 0
    while at < len(words):
        here = strength.get((words[at], words[at + 1]), 0.0) if at + 1 < len(words) else 0.0
        after = strength.get((words[at + 1], words[at + 2]), 0.0) if at + 2 < len(words) else 0.0
        step = 2 if here and here >= after else 1
        texts.append("".join(words[at : at + step]))
        counts.append(sum(sizes[at : at + step]))
        at += step
    return texts, counts

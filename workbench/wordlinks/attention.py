"""What a translating model looked at, as a signal of links; and how far it is to be trusted.

Each pair of words of a text with attention was looked at or not: a binary feature, whose probability
among linked and other pairs is estimated in each round of learning.  Attention that knows nothing is
as frequent among both, and so changes nothing.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.wordlinks.arrays import Bytes, Doubles, Floats
    from workbench.wordlinks.batches import Batch
    from workbench.wordlinks.pair import Pair

# What a pair of words is: of a text without attention, not looked at, looked at.
UNKNOWN, PASSED, LOOKED = range(3)
# Before anything is seen, looking says nothing: it is as frequent among links as among others.
LINKS, OTHERS = (0.0, 20.0, 1.0), (0.0, 20.0, 1.0)


class Trust:
    """How many times likelier a link is by what its words are (UNKNOWN, PASSED, LOOKED)."""

    def __init__(self) -> None:
        self.factors: Floats = np.ones(3, np.float32)
        self.forget()
        self.learn()

    def forget(self) -> None:
        """Begin to count anew."""
        self._links: Doubles = np.array(LINKS)
        self._others: Doubles = np.array(OTHERS)

    def count(self, looked: Bytes, links: Floats) -> None:
        """Count pairs of words by what they are, with the expected number of links of each."""
        kinds = looked.ravel()
        found = np.bincount(kinds, links.ravel(), minlength=3)
        self._links += found
        self._others += np.bincount(kinds, minlength=3) - found

    def learn(self) -> None:
        """Take what was counted for the truth."""
        links, others = (
            kinds[PASSED:] / kinds[PASSED:].sum() for kinds in (self._links, self._others)
        )
        self.factors[PASSED:] = links / others


def looked_at(batch: Batch, pairs: Sequence[Pair]) -> Bytes:
    """What the pairs of words (I, J, B) of a batch are; padding is UNKNOWN."""
    kinds = np.full((len(batch.source), *batch.target.shape), UNKNOWN, np.int8)
    for k, pair in enumerate(pairs):
        if pair.looked is None:
            continue
        width, height = len(pair.source), len(pair.target)
        kinds[:width, :height, k] = PASSED
        for i, j in pair.looked:
            if i < width and j < height:
                kinds[i, j, k] = LOOKED
    return kinds


def carried(
    looked: Sequence[tuple[int, int]], seen: Sequence[str], target: Sequence[str]
) -> list[tuple[int, int]]:
    """Links to words of a draft as links to the same words of what became of it."""
    if seen == target:
        return list(looked)
    places: dict[int, int] = {}
    for block in SequenceMatcher(None, seen, target, autojunk=False).get_matching_blocks():
        places.update(
            zip(
                range(block.a, block.a + block.size),
                range(block.b, block.b + block.size),
                strict=True,
            )
        )
    return [(i, places[j]) for i, j in looked if j in places]

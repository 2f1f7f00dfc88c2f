"""The words of one language of a chunk, by number, and what is known of each of them alone."""

from __future__ import annotations

from collections import defaultdict
from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from workbench.wordlinks.tables import variational

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.wordlinks.arrays import Doubles, Floats, Ints, Longs

# Dirichlet smoothing of every two words that meet; a tenth or ten times as much breaks the model.
SMOOTHING = 0.2


class Side:
    """One language of a chunk: its words by number, and how many of each stay unexplained."""

    def __init__(self, texts: Sequence[Sequence[str]]) -> None:
        numbers: defaultdict[str, int] = defaultdict(count().__next__)
        self.ids = [[numbers[word] for word in words] for words in texts]
        self.words = list(numbers)
        self.pseudo = np.full(len(self.words), SMOOTHING, np.float32)
        self.empty = np.full(len(self.words), 1 / max(len(self.words), 1), np.float32)

    def places(self, known: dict[str, int]) -> Longs:
        """The words' numbers in another vocabulary, -1 for those it lacks."""
        return np.array([known.get(word, -1) for word in self.words], np.int64)

    def explained(self, alone: Doubles) -> None:
        """Learn p(word | nothing) from the occurrences that nothing explains."""
        counts = alone.astype(np.float32) + self.pseudo
        self.empty = variational(counts, np.zeros(len(alone), np.int32))[:-1]

    def sums(self, words: Ints, values: Floats) -> Doubles:
        """The sum of each word's values, negative ones left out."""
        found = np.bincount(words.ravel(), values.clip(0).ravel(), minlength=len(self.words))
        return found.astype(np.float64, copy=False)

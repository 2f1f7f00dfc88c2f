"""A source of word evidence between two sides of the same passages, and what it has learned so far.

The texts themselves are one channel; a machine translation beside its source is another.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from workbench.aligners import lexicon
from workbench.aligners.lexicon import Cells, Counts, Lexicon, Sample
from workbench.aligners.linking import weights
from workbench.aligners.scoring import Evidence

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workbench.aligners.features import Side

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

NOTHING = Sample(*(np.zeros(0, np.int64),) * 4, np.zeros(0))


@dataclass
class Channel:
    """Two sides with the lexicons between them; `weight` is how much its words count, by text.

    `seeds` are forms that are alike; `known` is what earlier texts and batches taught, in
    both directions, `taught` what the batches of this call did.
    """

    left: Side
    right: Side
    seeds: tuple[Ints, Ints, Floats]
    weight: Floats
    known: tuple[Counts | None, Counts | None] = (None, None)
    fresh: tuple[Counts, Counts] | None = None
    lexicons: tuple[Lexicon, Lexicon] | None = None
    taught: Counts | None = None

    @cached_property
    def says(self) -> tuple[Floats, Floats]:
        """How much each form of the left and of the right says."""
        return weights(self.left), weights(self.right)

    @property
    def sizes(self) -> tuple[int, int]:
        """How many forms there are on the left and on the right."""
        return self.left.forms, self.right.forms

    def learn(self, rows: Ints, columns: Ints, sample: Sample) -> tuple[Lexicon, Lexicon]:
        """Learn both lexicons anew from beads among these passages (all of a batch)."""
        cells = Cells(self.left, self.right, sample)
        counts, lexicons = [], []
        for back, side, passages, known in (
            (False, self.right, columns, self.known[0]),
            (True, self.left, rows, self.known[1]),
        ):
            seen = np.bincount(side.take(passages).flat, minlength=side.forms).astype(float)
            sizes = self.sizes[::-1] if back else self.sizes
            seeds = (self.seeds[1], self.seeds[0], self.seeds[2]) if back else self.seeds
            found = lexicon.learn(cells, sizes, seen, backward=back, prior=known)
            counts.append(found)
            lexicons.append(lexicon.lexicon(lexicon.add(found, known), sizes, seeds))
        self.fresh = counts[0], counts[1]
        self.lexicons = lexicons[0], lexicons[1]
        return self.lexicons

    def beforehand(self) -> tuple[Lexicon, Lexicon]:
        """The lexicons before these texts taught anything."""
        every = np.arange(len(self.left)), np.arange(len(self.right))
        return self.lexicons or self.learn(*every, NOTHING)

    def keep(self) -> None:
        """What was learned last is known from now on: the batch is done."""
        if self.fresh:
            fresh = [lexicon.pruned(counts) for counts in self.fresh]
            self.taught = lexicon.add(fresh[0], self.taught)
            there, back = (
                lexicon.add(counts, known) for counts, known in zip(fresh, self.known, strict=True)
            )
            self.known, self.fresh = (there, back), None

    def evidence(self, rows: Ints, columns: Ints) -> Evidence:
        """The words of some passages, with the lexicons as they are now."""
        there, back = self.lexicons or self.learn(rows, columns, NOTHING)
        return Evidence(self.left.take(rows), self.right.take(columns), there, back)

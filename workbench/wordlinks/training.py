"""Learns a chunk's word tables by expectation maximisation in both directions, made to agree.

Sources: Liang, Taskar and Klein 2006 (agreement: each direction's posteriors weighted by the
other's); Riley and Gildea 2012 (variational smoothing, so that rare words do not collect links).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from workbench.wordlinks import hmm
from workbench.wordlinks.alike import Likeness
from workbench.wordlinks.attention import Trust, looked_at
from workbench.wordlinks.batches import number_cells, pack
from workbench.wordlinks.counts import SHIFT, Counts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from workbench.wordlinks.arrays import Doubles, Floats, Ints, Longs
    from workbench.wordlinks.batches import Batch

# Dirichlet smoothing of every two words that meet; a tenth or ten times as much breaks the model.
SMOOTHING = 0.2
# More for words that are spelled alike, and for those that begin alike.
SAME, ALIKE = 2.0, 1.0
# The share of words that nothing explains.
EMPTY = 0.15
# What is counted of each jump before any is seen: what is assumed of a few sentences, and a little.
JUMPS = 30 * hmm.first_jumps().astype(np.float64) + 0.05
# What a direction may keep of a link that the other does not see.
FLOOR = np.float32(0.001)


class Pair(NamedTuple):
    """Keys of the words of both sides; what is known of links: (i, j, how many times likelier).

    `weight` is what the pair's links count for when tables are learned.  `looked` are the words (i, j)
    that a model looked at as it wrote, None if that is not known.
    """

    source: Sequence[str]
    target: Sequence[str]
    hints: Sequence[tuple[int, int, float]] = ()
    weight: float = 1.0
    looked: Sequence[tuple[int, int]] | None = None


@dataclass(frozen=True, slots=True)
class Prior:
    """Links known before; no word's links count for more than `most` occurrences."""

    counts: Counts
    most: float


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


class Chunk:
    """Pairs that fit into memory, with their tables p(target|source) and p(source|target).

    `tables`, `counts` and `pseudo` hold both directions' values for every two words that meet;
    `rows` and `columns` are those words' numbers.
    """

    def __init__(
        self,
        pairs: Sequence[Pair],
        priors: Sequence[Prior] = (),
    ) -> None:
        self.source = Side([pair.source for pair in pairs])
        self.target = Side([pair.target for pair in pairs])
        self.batches = pack(self.source.ids, self.target.ids)
        self._take_hints(pairs)
        self.trust = Trust()
        self.cells, keys = number_cells(
            self.batches, len(self.source.words), len(self.target.words)
        )
        rows, columns = np.divmod(keys, max(len(self.target.words), 1))
        self.rows, self.columns = rows.astype(np.int32), columns.astype(np.int32)
        self.counts = np.zeros((2, len(keys)), np.float32)
        self.alone = np.zeros(len(self.source.words)), np.zeros(len(self.target.words))
        self.jumps = hmm.first_jumps(), hmm.first_jumps()
        likeness = Likeness(self.source.words, self.target.words)
        pseudo = SMOOTHING + likeness.bonus(self.rows, self.columns, same=SAME, alike=ALIKE)
        self.pseudo = np.stack([pseudo, pseudo])
        self.informed = any(len(prior.counts) for prior in priors)
        for prior in priors:
            self._inform(prior)
        self._maximise() if self.informed else self._start()

    def _take_hints(self, pairs: Sequence[Pair]) -> None:
        for batch in self.batches:
            members = [pairs[k] for k in batch.pairs]
            if any(pair.looked is not None for pair in members):
                batch.looked = looked_at(batch, members)
            if not any(pair.hints or pair.weight != 1 for pair in members):
                continue
            batch.weights = np.array([pair.weight for pair in members], np.float32)
            batch.hints = np.ones((len(batch.source), *batch.target.shape), np.float32)
            for k, pair in enumerate(members):
                for i, j, factor in pair.hints:
                    if i < len(pair.source) and j < len(pair.target):
                        batch.hints[i, j, k] *= factor

    def _inform(self, prior: Prior) -> None:
        """Add a prior's links to the pseudo-counts."""
        source, target = (
            side.places(known)
            for side, known in (
                (self.source, prior.counts.source),
                (self.target, prior.counts.target),
            )
        )
        known = prior.counts.look_up(source[self.rows], target[self.columns])
        for pseudo, words in zip(self.pseudo, (self.rows, self.columns), strict=True):
            totals = np.bincount(words, known)
            pseudo += known * np.minimum(1, prior.most / np.maximum(totals, hmm.TINY))[words]
        for side, place, alone in (
            (self.source, source, prior.counts.source_alone),
            (self.target, target, prior.counts.target_alone),
        ):
            if len(alone):
                side.pseudo += np.where(place < 0, 0, alone[place])

    def _start(self) -> None:
        """Nothing is known: each word that a word meets is as likely."""
        self.tables = shares(self.rows), shares(self.columns)

    def _maximise(self) -> None:
        """New tables from counts and pseudo-counts."""
        forward, backward = self.counts + self.pseudo
        self.tables = variational(forward, self.rows), variational(backward, self.columns)
        self.source.explained(self.alone[0])
        self.target.explained(self.alone[1])

    def learn(self, plain: int, ordered: int) -> None:
        """Learn in `plain` rounds of IBM model 1, then `ordered` ones of the hidden Markov model."""
        for left in range(plain, 0, -1):
            self._round(ordered=False, agreeing=left == 1)
        for _ in range(ordered):
            self._round(ordered=True, agreeing=True)

    def _round(self, *, ordered: bool, agreeing: bool) -> None:
        """One round: expected counts of every batch, then new tables."""
        self.alone = np.zeros(len(self.source.words)), np.zeros(len(self.target.words))
        jumps = JUMPS.copy(), JUMPS.copy()
        expected = np.empty((2, len(self.cells)), np.float32)
        self.trust.forget()
        start = 0
        for batch in self.batches:
            both = self._expected(batch, jumps) if ordered else self._unordered(batch)
            self._count_alone(batch, both)
            if agreeing:
                both = agreed(*both)
                if batch.looked is not None:
                    self.trust.count(batch.looked, np.sqrt(both[0] * both[1]))
            stop = start + batch.cells.size
            for total, found in zip(expected, both, strict=True):
                part = total[start:stop].reshape(batch.cells.shape)
                np.multiply(found, 1 if batch.weights is None else batch.weights, out=part)
            start = stop
        size = len(self.rows) + 1
        for total, found in zip(self.counts, expected, strict=True):
            total[:] = np.bincount(self.cells, found, minlength=size)[:-1]
        if agreeing:
            self.trust.learn()
        if ordered:
            forward, backward = ((jump / jump.sum()).astype(np.float32) for jump in jumps)
            self.jumps = forward, backward
        self._maximise()

    def _count_alone(self, batch: Batch, both: tuple[Floats, Floats]) -> None:
        forward, backward = both
        for total, words, rest in (
            (self.alone[0], batch.source, batch.source_mask - backward.sum(1)),
            (self.alone[1], batch.target, batch.target_mask - forward.sum(0)),
        ):
            total += np.bincount(words.ravel(), rest.clip(0).ravel(), minlength=len(total))

    def _seen(self, batch: Batch) -> tuple[hmm.Direction, hmm.Direction]:
        forward, backward = (table.take(batch.cells) for table in self.tables)
        if batch.hints is not None:
            forward, backward = forward * batch.hints, backward * batch.hints
        if batch.looked is not None:
            likelier = self.trust.factors.take(batch.looked)
            forward, backward = forward * likelier, backward * likelier
        return (
            hmm.Direction(forward.transpose(1, 0, 2), self.target.empty[batch.target],
                          batch.source_lengths, batch.target_mask),
            hmm.Direction(backward, self.source.empty[batch.source],
                          batch.target_lengths, batch.source_mask),
        )  # fmt: skip

    def _unordered(self, batch: Batch) -> tuple[Floats, Floats]:
        """Posteriors (I, J, B) of both directions under IBM model 1."""
        forward, backward = (hmm.ibm1(direction, EMPTY) for direction in self._seen(batch))
        return forward.transpose(1, 0, 2), backward

    def _expected(
        self, batch: Batch, jumps: tuple[Doubles, Doubles] | None = None
    ) -> tuple[Floats, Floats]:
        """Posteriors (I, J, B) of both directions under the HMM; adds what jumped to `jumps`."""
        found = []
        for k, direction in enumerate(self._seen(batch)):
            posterior, moved = hmm.posteriors(direction, self.jumps[k], EMPTY)
            found.append(posterior)
            if jumps is not None:
                jumps[k][:] += moved
        return found[0].transpose(1, 0, 2), found[1]

    def agreement(self) -> Iterator[tuple[Longs, Floats]]:
        """For each batch its pairs' numbers (B), and both directions' geometric mean (I, J, B)."""
        for batch in self.batches:
            forward, backward = self._expected(batch)
            yield batch.pairs, np.sqrt(forward * backward)

    def learned(self) -> Counts:
        """The links that the last round counted."""
        return Counts(
            {word: number for number, word in enumerate(self.source.words)},
            {word: number for number, word in enumerate(self.target.words)},
            self.rows.astype(np.int64) << SHIFT | self.columns,
            (self.counts[0] + self.counts[1]) / 2,
            self.alone[0].astype(np.float32),
            self.alone[1].astype(np.float32),
        )


def agreed(forward: Floats, backward: Floats) -> tuple[Floats, Floats]:
    """Posteriors (I, J, B) weighted by the other direction's; each word keeps the sum it had."""
    ours = forward * (backward + FLOOR)
    ours *= forward.sum(0) / (ours.sum(0) + hmm.TINY)
    theirs = backward * (forward + FLOOR)
    theirs *= (backward.sum(1) / (theirs.sum(1) + hmm.TINY))[:, None]
    return ours, theirs


def shares(rows: Ints) -> Floats:
    """The same share for each pair of a row, and a 0 at the end for padding."""
    return np.append(1 / np.bincount(rows)[rows], 0).astype(np.float32)


def variational(counts: Floats, rows: Ints) -> Floats:
    """exp(E[log p]) under the rows' Dirichlet posteriors, and a 0 at the end for padding."""
    totals = exp_digamma(np.bincount(rows, counts).astype(np.float32))
    table = np.zeros(len(counts) + 1, np.float32)
    np.multiply(exp_digamma(counts), (1 / totals)[rows], out=table[:-1])
    return table


def exp_digamma(x: Floats) -> Floats:
    """What digamma is the logarithm of, to a ten-thousandth, for positive numbers.

    Three steps of its recurrence, then the asymptotic series of exp(digamma(y + 1/2)) in 1/y, which
    needs no logarithm.
    """
    y = x + np.float32(2.5)
    series: Floats = y + np.float32(1 / 24) / y
    below = (3 * x + 6) * x + 2
    series *= np.exp(-below / (x * (x + 1) * (x + 2)))
    return series

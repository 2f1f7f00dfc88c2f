"""Learns a chunk's word tables by expectation maximisation in both directions, made to agree.

Sources: Liang, Taskar and Klein 2006 (agreement: each direction's posteriors weighted by the
other's); Riley and Gildea 2012 (variational smoothing, so that rare words do not collect links).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from workbench.wordlinks import hmm
from workbench.wordlinks.alike import Likeness
from workbench.wordlinks.arrays import Doubles, Floats, Longs
from workbench.wordlinks.batches import Batch, number_cells, pack
from workbench.wordlinks.counts import SHIFT, Counts


@dataclass(frozen=True, slots=True)
class Settings:
    """How to learn; the values were chosen on held-out data (docs/words.md)."""

    plain_rounds: int = 4  # of IBM model 1, without a prior
    ordered_rounds: int = 4  # of the HMM
    smoothing: float = 0.2  # Dirichlet, for every pair of words that meet
    same: float = 2.0  # more for words that are spelled alike
    alike: float = 1.0  # ... and for those that begin alike
    empty_share: float = 0.15  # of words that nothing explains
    agreement_floor: float = 1e-4
    prior_most: float = 50.0  # what a word's prior counts for at most, in occurrences


@dataclass(slots=True)
class Side:
    """One language of a chunk: its words by number, and their occurrences that stay unexplained."""

    words: list[str]
    alone: Doubles
    prior_alone: Floats


class Chunk:
    """Pairs of a size that fits into memory, with their tables p(target|source) and p(source|target)."""

    def __init__(
        self,
        sources: Sequence[Sequence[str]],
        targets: Sequence[Sequence[str]],
        prior: Counts,
        settings: Settings,
    ) -> None:
        self.settings = settings
        self.size = len(sources)
        self.source, source_ids = _numbered(sources)
        self.target, target_ids = _numbered(targets)
        self.batches = pack(source_ids, target_ids)
        self.keys = (
            number_cells(self.batches, len(self.target)) if self.batches else np.zeros(0, np.int64)
        )
        self.rows = self.keys // max(len(self.target), 1)
        self.columns = self.keys % max(len(self.target), 1)
        self.jumps = [hmm.first_jumps(), hmm.first_jumps()]
        self._smooth(prior)
        self.counts = (np.zeros(len(self.keys)), np.zeros(len(self.keys)))
        self.alone = (np.zeros(len(self.source)), np.zeros(len(self.target)))
        self._start(prior)

    def _smooth(self, prior: Counts) -> None:
        s = self.settings
        likeness = Likeness(self.source, self.target)
        bonus = likeness.bonus(self.rows, self.columns, same=s.same, alike=s.alike)
        places = _places(self.source, prior.source), _places(self.target, prior.target)
        known = prior.look_up(places[0][self.rows], places[1][self.columns])
        self.pseudo = (
            s.smoothing + bonus + _capped(known, self.rows, s.prior_most),
            s.smoothing + bonus + _capped(known, self.columns, s.prior_most),
        )
        self.pseudo_alone = tuple(
            _taken(alone, place)
            for alone, place in ((prior.source_alone, places[0]), (prior.target_alone, places[1]))
        )

    def _start(self, prior: Counts) -> None:
        if len(prior):
            self._maximise()
            return
        # nothing is known: every word that meets another is as likely
        ones = np.ones(len(self.keys))
        self.tables = (_shares(ones, self.rows), _shares(ones, self.columns))
        self.empty = tuple(
            np.full(len(side), 1 / max(len(side), 1), np.float32)
            for side in (self.source, self.target)
        )

    def _maximise(self) -> None:
        self.tables = (
            _variational(self.counts[0] + self.pseudo[0], self.rows),
            _variational(self.counts[1] + self.pseudo[1], self.columns),
        )
        self.empty = tuple(
            _variational(alone + extra + 0.2, np.zeros(len(alone), np.int64))[:-1]
            for alone, extra in zip(self.alone, self.pseudo_alone, strict=True)
        )

    def learn(self, *, ordered: bool, agreeing: bool) -> None:
        """One round: expected counts of every batch, then new tables."""
        size = len(self.keys) + 1
        counts = np.zeros(size), np.zeros(size)
        alone = np.zeros(len(self.source)), np.zeros(len(self.target))
        jumps = np.full(2 * hmm.WIDEST + 1, 0.5), np.full(2 * hmm.WIDEST + 1, 0.5)
        for batch in self.batches:
            forward, backward = self._expected(batch, ordered, jumps)
            alone[0][:] += np.bincount(
                batch.source.ravel(),
                (batch.source_mask - backward.sum(2)).clip(0).ravel(),
                minlength=len(alone[0]),
            )
            alone[1][:] += np.bincount(
                batch.target.ravel(),
                (batch.target_mask - forward.sum(1)).clip(0).ravel(),
                minlength=len(alone[1]),
            )
            if agreeing:
                forward, backward = self._agreed(forward, backward)
            if batch.weights is not None:
                forward = forward * batch.weights[:, None, None]
                backward = backward * batch.weights[:, None, None]
            cells = batch.cells.ravel()
            for total, found in zip(counts, (forward, backward), strict=True):
                total += np.bincount(cells, found.ravel(), minlength=size)
        self.counts = counts[0][:-1], counts[1][:-1]
        self.alone = alone
        if ordered:
            self.jumps = [(jump / jump.sum()).astype(np.float32) for jump in jumps]
        self._maximise()

    def _expected(
        self, batch: Batch, ordered: bool, jumps: tuple[Doubles, Doubles] | None
    ) -> tuple[Floats, Floats]:
        """Posteriors (B, I, J) of both directions."""
        s = self.settings
        emissions = [table[batch.cells] for table in self.tables]
        if batch.hints is not None:
            emissions = [emission * batch.hints for emission in emissions]
        seen = (
            hmm.Direction(
                emissions[0], self.empty[1][batch.target], batch.source_lengths, batch.target_mask
            ),
            hmm.Direction(
                emissions[1].transpose(0, 2, 1),
                self.empty[0][batch.source],
                batch.target_lengths,
                batch.source_mask,
            ),
        )
        if not ordered:
            found = [hmm.ibm1(direction, s.empty_share) for direction in seen]
        else:
            found = []
            for k, direction in enumerate(seen):
                posterior, moved = hmm.posteriors(direction, self.jumps[k], s.empty_share)
                found.append(posterior)
                if jumps is not None:
                    jumps[k][:] += moved
        return found[0], found[1].transpose(0, 2, 1)

    def _agreed(self, forward: Floats, backward: Floats) -> tuple[Floats, Floats]:
        floor = np.float32(self.settings.agreement_floor)
        ours = forward * (backward + floor)
        ours *= (forward.sum(1) / (ours.sum(1) + hmm.TINY))[:, None, :]
        theirs = backward * (forward + floor)
        theirs *= (backward.sum(2) / (theirs.sum(2) + hmm.TINY))[:, :, None]
        return ours, theirs

    def run(self, rounds: tuple[int, int]) -> None:
        plain, ordered = rounds
        for number in range(plain):
            self.learn(ordered=False, agreeing=number == plain - 1)
        for _ in range(ordered):
            self.learn(ordered=True, agreeing=True)

    def linked(self) -> Iterator[tuple[int, Floats]]:
        """For each pair its number and both directions' agreement, the root of their product (I, J)."""
        for batch in self.batches:
            forward, backward = self._expected(batch, True, None)
            both = np.sqrt(forward * backward)
            for k, pair in enumerate(batch.pairs):
                yield int(pair), both[k, : batch.source_lengths[k], : batch.target_lengths[k]]

    def learned(self) -> Counts:
        """What the last round counted."""
        keys = self.rows << SHIFT | self.columns
        return Counts(
            {word: n for n, word in enumerate(self.source)},
            {word: n for n, word in enumerate(self.target)},
            keys,
            ((self.counts[0] + self.counts[1]) / 2).astype(np.float32),
            self.alone[0].astype(np.float32),
            self.alone[1].astype(np.float32),
        )


def _numbered(texts: Sequence[Sequence[str]]) -> tuple[list[str], list[list[int]]]:
    numbers: dict[str, int] = {}
    ids = [[numbers.setdefault(word, len(numbers)) for word in words] for words in texts]
    return list(numbers), ids


def _places(words: Sequence[str], known: dict[str, int]) -> Longs:
    return np.array([known.get(word, -1) for word in words], np.int64)


def _taken(values: Floats, places: Longs) -> Floats:
    if not len(values):
        return np.zeros(len(places), np.float32)
    return np.where(places < 0, np.float32(0), values[places])


def _capped(counts: Floats, rows: Longs, most: float) -> Floats:
    """Counts scaled so that no row has more than `most`."""
    totals = np.bincount(rows, counts)
    return counts * np.minimum(1, most / np.maximum(totals, 1e-9))[rows]


def _shares(counts: Doubles, rows: Longs) -> Floats:
    totals = np.bincount(rows, counts)
    return np.append(counts / totals[rows], 0).astype(np.float32)


def _variational(counts: Doubles, rows: Longs) -> Floats:
    """exp(E[log p]) under the rows' Dirichlet posteriors, and a 0 at the end for padding."""
    totals = np.bincount(rows, counts)
    return np.append(np.exp(_digamma(counts) - _digamma(totals)[rows]), 0).astype(np.float32)


def _digamma(x: Doubles) -> Doubles:
    """The logarithmic derivative of the gamma function, to 1e-8 for positive numbers."""
    y = x + 6.0
    inverse = 1 / (y * y)
    series = inverse * (1 / 12 - inverse * (1 / 120 - inverse / 252))
    result: Doubles = np.log(y) - 0.5 / y - series
    for k in range(1, 7):
        result -= 1 / (y - k)
    return result

"""Learns a chunk's word tables by expectation maximisation in both directions, made to agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from workbench.wordlinks import hmm
from workbench.wordlinks.alike import Likeness
from workbench.wordlinks.attention import Trust, looked_at
from workbench.wordlinks.batches import number_cells, pack, parts
from workbench.wordlinks.counts import SHIFT, Counts
from workbench.wordlinks.parallel import in_order
from workbench.wordlinks.side import SMOOTHING, Side
from workbench.wordlinks.tables import agreed, shares, variational

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from workbench.wordlinks.arrays import Doubles, Floats, Longs
    from workbench.wordlinks.batches import Batch
    from workbench.wordlinks.pair import Pair

# More for words that are spelled alike, and for those that begin alike.
SAME, ALIKE = 2.0, 1.0
# The share of words that nothing explains.
EMPTY = 0.1
# How much less likely words are that stand a text apart, in nats, before the order is learned.
APART = 0.25
# What is counted of each jump before any is seen: what is assumed of a few sentences, and a little.
JUMPS = 30 * hmm.first_jumps().astype(np.float64) + 0.05


@dataclass(frozen=True, slots=True)
class Prior:
    """Links known before; no word's links count for more than `most` occurrences."""

    counts: Counts
    most: float


class Seen(NamedTuple):
    """What a batch adds: words that nothing explains and jumps, both ways, and links if it has attention."""

    alone: tuple[Doubles, Doubles]
    jumps: tuple[Doubles, ...]
    links: Floats | None


class Chunk:
    """Pairs that fit into memory, with their tables p(target|source) and p(source|target).

    `tables`, `counts` and `pseudo` hold both directions' values for every two words that meet;
    `rows` and `columns` are those words' numbers.
    """

    def __init__(self, pairs: Sequence[Pair], priors: Sequence[Prior] = ()) -> None:
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

    def _maximise(self, expected: Floats | None = None) -> None:
        """New tables from pseudo-counts and, if there are any, the expected counts of all cells."""

        def act(side: int) -> Floats:
            counts = self.counts[side]
            if expected is not None:
                counts[:] = np.bincount(self.cells, expected[side], minlength=len(counts) + 1)[:-1]
            return variational(counts + self.pseudo[side], (self.rows, self.columns)[side])

        forward, backward = in_order(act, (0, 1))
        self.tables = forward, backward
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
        expected = np.empty((2, len(self.cells)), np.float32)
        places = [
            *zip(self.batches, *(parts(self.batches, side) for side in expected), strict=True)
        ]

        def act(place: tuple[Batch, Floats, Floats]) -> Seen:
            return self._expect(*place, ordered=ordered, agreeing=agreeing)

        self.alone = np.zeros(len(self.source.words)), np.zeros(len(self.target.words))
        jumps = JUMPS.copy(), JUMPS.copy()
        self.trust.forget()
        for batch, seen in zip(self.batches, in_order(act, places), strict=True):
            for total, found in zip(
                (*self.alone, *jumps), (*seen.alone, *seen.jumps), strict=False
            ):
                total += found
            if batch.looked is not None and seen.links is not None:
                self.trust.count(batch.looked, seen.links)
        if agreeing:
            self.trust.learn()
        if ordered:
            forward, backward = ((jump / jump.sum()).astype(np.float32) for jump in jumps)
            self.jumps = forward, backward
        self._maximise(expected)

    def _expect(self, batch: Batch, *expected: Floats, ordered: bool, agreeing: bool) -> Seen:
        """Fill in what is expected of a batch (I, J, B) both ways; gives the sums of other things."""
        both, jumps = self._ordered(batch) if ordered else (self._unordered(batch), ())
        alone = self._alone(batch, both)
        if agreeing:
            both = agreed(*both)
        links = None
        if agreeing and batch.looked is not None:
            links = np.sqrt(both[0] * both[1])
        for total, found in zip(expected, both, strict=True):
            np.multiply(found, 1 if batch.weights is None else batch.weights, out=total)
        return Seen(alone, jumps, links)

    def _alone(self, batch: Batch, both: tuple[Floats, Floats]) -> tuple[Doubles, Doubles]:
        """How many occurrences of each word nothing explains, on both sides."""
        forward, backward = both
        return (
            self.source.sums(batch.source, batch.source_mask - backward.sum(1)),
            self.target.sums(batch.target, batch.target_mask - forward.sum(0)),
        )

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
        """Posteriors (I, J, B) of both directions under IBM model 1, words at like places preferred."""
        near = batch.near(APART)
        ahead, back = self._seen(batch)
        ahead.emission = ahead.emission * near.transpose(1, 0, 2)
        back.emission = back.emission * near
        forward, backward = (hmm.ibm1(direction, EMPTY) for direction in (ahead, back))
        return forward.transpose(1, 0, 2), backward

    def _ordered(
        self, batch: Batch, *, counted: bool = True
    ) -> tuple[tuple[Floats, Floats], tuple[Doubles, ...]]:
        """Posteriors (I, J, B) of both directions under the HMM, and if `counted` what jumped."""
        (forward, ahead), (backward, back) = (
            hmm.posteriors(direction, jumps, EMPTY, counted=counted)
            for direction, jumps in zip(self._seen(batch), self.jumps, strict=True)
        )
        moved = () if ahead is None or back is None else (ahead, back)
        return (forward.transpose(1, 0, 2), backward), moved

    def agreement(self) -> Iterator[tuple[Longs, Floats]]:
        """For each batch its pairs' numbers (B), and both directions' geometric mean (I, J, B)."""

        def act(batch: Batch) -> Floats:
            (forward, backward), _ = self._ordered(batch, counted=False)
            backward *= forward
            return np.sqrt(backward, out=backward)

        for batch, mean in zip(self.batches, in_order(act, self.batches), strict=True):
            yield batch.pairs, mean

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

"""Scores every bead in a band: how well its forms explain each other, how alike its lengths are.

All scores are in nats, [shape, row, column] of the node where the bead ends.  A form of a bead earns
log(alone + (1 - alone) * mean of p(form | given form) / p(form)), so one explained by the other side
earns, one that should be and is not costs, and one that nothing ever explains does neither.  That puts
beads of any size and passages without a counterpart on one scale.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, pi
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from workbench.aligners.features import distinct, runs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workbench.aligners.features import Side
    from workbench.aligners.lattice import Band
    from workbench.aligners.lexicon import Lexicon

    Floats = NDArray[np.float64]
    Singles = NDArray[np.float32]
    Ints = NDArray[np.int64]
    Number = TypeVar("Number", Floats, Singles)

# Rows of the band scored at once: enough to keep numpy busy, few enough to have few columns and forms.
ROWS = 32
FORMS = 1_000
# Few bands are wider; those that are, are gone through in parts.
COLUMNS = 512
# A form that the other side should have explained and does not costs at most -log of this.
SURPRISE = 0.25
LOWEST = -70.0
# No bead has more passages on a side.
LARGEST = 4


@dataclass(frozen=True)
class Evidence:
    """Two texts of the same content and the lexicons between them, there and back."""

    source: Side
    target: Side
    forward: Lexicon
    backward: Lexicon


@dataclass(frozen=True)
class Words:
    """The words of a run of passages: `forms[at[i]]` is word i, `passage` counts from the first one."""

    forms: Ints
    at: Ints
    passage: Ints
    size: Ints

    @property
    def counts(self) -> Singles:
        """How often each form stands in each passage, [passage, form]."""
        passages, forms = len(self.size), len(self.forms)
        counts = np.bincount(self.passage * forms + self.at, minlength=passages * forms)
        return counts.reshape(passages, forms).astype(np.float32)


def words_of(side: Side, first: int, end: int) -> Words:
    """The words of the passages from one to another."""
    forms, at = distinct(side.flat[side.start[first] : side.start[end]])
    size = side.size[first:end]
    return Words(forms, at, np.repeat(np.arange(end - first), size), size)


def word_scores(evidence: Evidence, band: Band) -> Singles:
    """How well the forms of each bead explain each other, both ways; 0 for one without target.

    Beads that begin outside of the band have any score.
    """
    score = np.zeros((len(band.shapes), band.n + 1, band.width), np.float32)
    joined = [k for k, (_, b) in enumerate(band.shapes) if b]
    shapes = np.array(band.shapes)[joined].T[:, :, None, None]
    longest = max(a for a, _ in band.shapes)
    rows = int(np.clip(FORMS * band.n / max(1, evidence.source.size.sum()), 8, ROWS))
    for first in range(0, band.n, rows):
        end = min(first + rows, band.n)
        # beads that end here may begin a little before
        top = max(0, first - longest + 1)
        source = words_of(evidence.source, top, end)
        i = np.arange(first + 1 - top, end + 1 - top)[:, None]
        begin, last = int(band.low[top]), int(min(band.low[end] + band.width - 1, band.m))
        for low in range(begin, last, COLUMNS):
            left, right = max(begin, low - longest + 1), min(low + COLUMNS, last)
            target = words_of(evidence.target, left, right)
            there = _Runs(evidence.forward, source, target, longest)
            back = _Runs(evidence.backward, target, source, longest)
            y = slice(max(0, low - int(band.low[end])), right + 1 - int(band.low[first + 1]))
            column = band.column[first + 1 : end + 1, y]
            found = _beads(there, back, shapes, (i, column - left))
            if low > begin:
                found = np.where(column > low, found, score[joined, first + 1 : end + 1, y])
            score[joined, first + 1 : end + 1, y] = found
    return score


def _beads(there: _Runs, back: _Runs, shapes: Ints, ends: tuple[Ints, Ints]) -> Singles:
    """The scores of beads [shape, row, column] of shapes [side, shape, 1, 1] by where they end."""
    (a, b), (i, j) = shapes, ends
    return there.between(a, i - a, j - b, j) + back.between(b, j - b, i - a, i)


class _Runs:
    """The sums of the scores of the passages on one side given runs of passages on the other.

    `sums[first[a] + i, j]` is that of the passages before j given the run of a passages from i on,
    so that all beads share it.
    """

    def __init__(self, lexicon: Lexicon, given: Words, other: Words, longest: int) -> None:
        passages = len(given.size)
        longest = min(longest, passages)
        # runs of no passages have no row
        self.first = np.zeros(LARGEST + 1, np.int64)
        sizes = passages - np.arange(longest)
        self.first[2 : longest + 1] = np.cumsum(sizes)[:-1]
        mean = np.empty((int(sizes.sum()), len(other.forms)), np.float32)
        length = np.empty(len(mean), np.float32)
        mean[:passages] = _mass(lexicon, given, other.forms)
        length[:passages] = given.size
        for a, size in enumerate(sizes.tolist()[1:], 2):
            shorter, begin = self.first[a - 1], self.first[a]
            for sums in (mean, length):
                np.add(
                    sums[shorter : shorter + size],
                    sums[a - 1 : passages],
                    out=sums[begin : begin + size],
                )
        alone = np.maximum(lexicon.alone[other.forms], SURPRISE).astype(np.float32)
        chance = np.maximum(lexicon.unigram[other.forms], 1e-12).astype(np.float32)
        mean *= np.divide(1 - alone, chance, dtype=np.float32)
        mean /= np.maximum(length, 1)[:, None]
        mean += alone
        np.log(mean, out=mean)
        self.sums = np.zeros((len(mean), len(other.size) + 1), np.float32)
        np.cumsum(mean @ other.counts.T, axis=1, out=self.sums[:, 1:])

    def between(self, length: Ints, run: Ints, begin: Ints, end: Ints) -> Singles:
        """The scores of passages [begin, end) given the runs of so many passages from `run` on."""
        row = (self.first[length] + run) * self.sums.shape[1]
        found: Singles = self.sums.take(row + end, mode="clip")
        found -= self.sums.take(row + begin, mode="clip")
        return found


def _entries(lexicon: Lexicon, given_forms: Ints, other_forms: Ints) -> tuple[Ints, Ints, Floats]:
    """(start, other form, probability): the rows of the lexicon cut to the forms of a block.

    Those of given form k are `start[k]` to `start[k + 1]`.
    """
    first = lexicon.start[given_forms]
    size = lexicon.start[given_forms + 1] - first
    at = runs(first, size)
    place = np.full(len(lexicon.unigram), -1)
    place[other_forms] = np.arange(len(other_forms))
    column = place[lexicon.column[at]]
    there = np.flatnonzero(column >= 0)
    start = np.searchsorted(there, np.concatenate([[0], np.cumsum(size)]))
    return start, column[there], lexicon.probability[at[there]]


def _mass(lexicon: Lexicon, given: Words, other_forms: Ints) -> Singles:
    """The sum of p(other form | given form) over the words of each passage, [passage, other form]."""
    # the rows of a lexicon are short: that is why this is no product of matrices
    start, column, probability = _entries(lexicon, given.forms, other_forms)
    size = np.diff(start)[given.at]
    at = runs(start[given.at], size)
    width = len(other_forms)
    place = np.repeat(given.passage * width, size)
    place += column[at]
    sums = np.bincount(place, probability[at], minlength=len(given.size) * width)
    return sums.reshape(len(given.size), width).astype(np.float32)


def both_ways(
    evidence: Evidence, source_forms: Ints, target_forms: Ints, least: float
) -> tuple[Ints, Ints, Singles]:
    """(start, target form, geometric mean of p(t | s) and p(s | t)) of the likely pairs of a block.

    Those of source form k, with a mean above the least, are `start[k]` to `start[k + 1]`.
    """
    start, target, there = _entries(evidence.forward, source_forms, target_forms)
    again, source, back = _entries(evidence.backward, target_forms, source_forms)
    width = len(target_forms)
    table = np.zeros(len(source_forms) * width, np.float32)
    table[source * width + np.repeat(np.arange(width), np.diff(again))] = back
    at = np.repeat(np.arange(len(source_forms)) * width, np.diff(start)) + target
    mean = np.sqrt(table[at] * there.astype(np.float32))
    likely = np.flatnonzero(mean > least)
    return np.searchsorted(likely, start), target[likely], mean[likely]


@dataclass(frozen=True)
class Lengths:
    """How lengths in characters go together: target = ratio * source, with a variance per character."""

    ratio: float
    variance: float


def length_scores(lengths: Lengths, source: Floats, target: Floats, band: Band) -> Singles:
    """How probable it is that the sides of each bead differ so much in length (Gale and Church 1993)."""
    score = np.zeros((len(band.shapes), band.n + 1, band.width), np.float32)
    left = np.concatenate([[0.0], np.cumsum(source)]) * lengths.ratio
    right = np.concatenate([[0.0], np.cumsum(target)])
    column = np.minimum(band.column, band.m)
    # target lengths by how many passages they are
    lengths_of = {
        b: (right[column] - right[np.maximum(column - b, 0)]).astype(np.float32)
        for b in {b for _, b in band.shapes if b}
    }
    for k, (a, b) in enumerate(band.shapes):
        if not b or a > band.n:
            continue
        x = (left[a:] - left[:-a]).astype(np.float32)[:, None]
        score[k, a:] = log_tail(np.abs(deviations(x, lengths_of[b][a:], lengths.variance)))
    return score


def deviations(expected: Number, length: Number, variance: float) -> Number:
    """How many standard deviations a length is from the expected one (Gale and Church 1993)."""
    spread = np.sqrt(variance * np.maximum(0.5 * (expected + length), 1))
    found: Number = (length - expected) / spread
    return found


def log_tail(z: Number) -> Number:
    """log(2 (1 - Phi(z))) for z >= 0 by Birnbaum's bound (1942), within 0.05; not below -70."""
    root = np.log(z + np.sqrt(z * z + 8 / pi))
    found: Number = np.maximum(0.5 * log(8 / pi) - z * z / 2 - root, LOWEST)
    return found

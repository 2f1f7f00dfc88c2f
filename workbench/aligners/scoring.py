"""Scores every bead in a band: how well its forms explain each other, how alike its lengths are.

All scores are in nats, [shape, row, column] of the node where the bead ends.  A form of a bead earns
log(alone + (1 - alone) * mean of p(form | given form) / p(form)), so one explained by the other side
earns, one that should be and is not costs, and one that nothing ever explains does neither.  That puts
beads of any size and passages without a counterpart on one scale.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from workbench.aligners.features import runs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from workbench.aligners.features import Side
    from workbench.aligners.lattice import Band
    from workbench.aligners.lexicon import Lexicon

    Floats = NDArray[np.float64]
    Singles = NDArray[np.float32]
    Ints = NDArray[np.int64]

# Rows of the band scored at once: enough to keep numpy busy, few enough to have few columns and forms.
ROWS = 48
FORMS = 1_000
# A form that the other side should have explained and does not costs at most -log of this.
SURPRISE = 0.25
LOWEST = -70.0


@dataclass(frozen=True)
class Evidence:
    """Two texts of the same content and the lexicons between them, there and back."""

    source: Side
    target: Side
    forward: Lexicon
    backward: Lexicon


def word_scores(evidence: Evidence, band: Band) -> Singles:
    """How well the forms of each bead explain each other, both ways."""
    score = np.zeros((len(band.shapes), band.n + 1, band.width), np.float32)
    longest = max(a for a, _ in band.shapes)
    rows = int(np.clip(FORMS * band.n / max(1, evidence.source.size.sum()), 8, ROWS))
    for first in range(0, band.n, rows):
        end = min(first + rows, band.n)
        # beads that end here may begin a little before
        top = max(0, first - longest + 1)
        left = int(band.low[top])
        columns = left, int(min(band.low[end] + band.width - 1, band.m))
        if columns[1] <= left:
            continue
        for k, row, value in _block(evidence, band, (top, end), columns):
            at = band.column[row : end + 1] - left - band.shapes[k][1]
            inside = (at >= 0) & (at < value.shape[1])
            found = np.take_along_axis(value, np.clip(at, 0, value.shape[1] - 1), 1)
            score[k, row : end + 1] = np.where(inside, found, 0)
    return score


def _block(
    evidence: Evidence, band: Band, rows: tuple[int, int], columns: tuple[int, int]
) -> Iterator[tuple[int, int, Singles]]:
    """(shape, first row, scores of the beads that end in the rows from there on and begin at a column).

    The score of a bead is the difference of sums that are shared by all beads.
    """
    source, source_forms = counted(evidence.source, *rows)
    target, target_forms = counted(evidence.target, *columns)
    longest = max(a for a, _ in band.shapes)
    there = _explained(evidence.forward, (source, source_forms), (target, target_forms), longest)
    back = _explained(evidence.backward, (target, target_forms), (source, source_forms), longest)
    along = [np.pad(np.cumsum(value, axis=1), ((0, 0), (1, 0))) for value in there]
    down = [np.pad(np.cumsum(value.T, axis=0), ((1, 0), (0, 0))) for value in back]
    for k, (a, b) in enumerate(band.shapes):
        if not b or a > len(along) or b > len(down):
            continue
        sums, other = along[a - 1], down[b - 1]
        value = sums[:, b:] - sums[:, :-b] + other[a:] - other[:-a]
        first = rows[0] + longest - a if rows[0] else 0
        yield k, first + a, value[first - rows[0] :]


def counted(side: Side, first: int, end: int) -> tuple[Singles, Ints]:
    """How often each form of a stretch stands in each passage, [passage, form]; and the forms."""
    forms, at = np.unique(side.flat[side.start[first] : side.start[end]], return_inverse=True)
    place = np.repeat(np.arange(end - first), side.size[first:end]) * len(forms) + at
    counts = np.bincount(place, minlength=(end - first) * len(forms))
    return counts.reshape(end - first, len(forms)).astype(np.float32), forms


def _explained(
    lexicon: Lexicon, one: tuple[Singles, Ints], two: tuple[Singles, Ints], longest: int
) -> list[Singles]:
    """Scores of the passages of side two given runs of side one, by the length of the run less one."""
    (given, given_forms), (other, other_forms) = one, two
    mass = _mass(given, *_entries(lexicon, given_forms, other_forms), len(other_forms))
    length = given.sum(axis=1)
    alone = np.maximum(lexicon.alone[other_forms], SURPRISE).astype(np.float32)
    gain = (1 - alone) / np.maximum(lexicon.unigram[other_forms], 1e-12).astype(np.float32)
    found: list[Singles] = []
    run, run_length = mass, length
    for a in range(1, min(longest, len(given)) + 1):
        if a > 1:
            run = run[:-1] + mass[a - 1 :]
            run_length = run_length[:-1] + length[a - 1 :]
        mean = run / np.maximum(run_length, 1)[:, None]
        found.append(np.log(alone + mean * gain) @ other.T)
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
    kept = np.bincount(np.repeat(np.arange(len(size)), size)[there], minlength=len(size))
    return np.concatenate([[0], np.cumsum(kept)]), column[there], lexicon.probability[at[there]]


def _mass(given: Singles, start: Ints, column: Ints, probability: Floats, width: int) -> Singles:
    """The sum of p(other form | given form) over the forms of each passage, [passage, other form]."""
    # the rows of a lexicon are short: that is why this is no product of matrices
    passage, form = np.nonzero(given)
    size = start[form + 1] - start[form]
    at = runs(start[form], size)
    place = np.repeat(passage * width, size) + column[at]
    value = np.repeat(given[passage, form], size) * probability[at]
    sums = np.bincount(place, value, minlength=len(given) * width)
    return sums.reshape(len(given), width).astype(np.float32)


def table(lexicon: Lexicon, given_forms: Ints, other_forms: Ints) -> Singles:
    """p(other form | given form) for the forms of a block, [given, other]."""
    start, column, probability = _entries(lexicon, given_forms, other_forms)
    found = np.zeros((len(given_forms), len(other_forms)), np.float32)
    found[np.repeat(np.arange(len(given_forms)), np.diff(start)), column] = probability
    return found


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
    for k, (a, b) in enumerate(band.shapes):
        if not b or a > band.n:
            continue
        x = (left[a:] - left[:-a])[:, None]
        y = right[column[a:]] - right[np.maximum(column[a:] - b, 0)]
        score[k, a:] = log_tail(np.abs(deviations(x, y, lengths.variance)))
    return score


def deviations(expected: Floats, length: Floats, variance: float) -> Floats:
    """How many standard deviations a length is from the expected one (Gale and Church 1993)."""
    spread = np.sqrt(variance * np.maximum(0.5 * (expected + length), 1))
    found: Floats = (length - expected) / spread
    return found


def log_tail(z: Floats) -> Floats:
    """log(2 (1 - Phi(z))) for z >= 0 by Birnbaum's bound (1942), within 0.05; not below -70."""
    root = np.log(z + np.sqrt(z * z + 8 / np.pi))
    found: Floats = np.maximum(0.5 * np.log(8 / np.pi) - z * z / 2 - root, LOWEST)
    return found

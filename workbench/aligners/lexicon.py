"""Learns which forms translate each other: IBM model 1 both ways, from weighted beads, discounted."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING

import numpy as np

from workbench.aligners.features import distinct, in_order, runs, sums
from workbench.model import Tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from workbench.aligners.features import Side, Vocabulary

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Counts:
    """Expected counts of pairs of forms in one direction.

    `key` is source number * size of the target vocabulary + target number, ascending; `pair` the
    expected count of the pair, `given` of all pairs of a source form, `seen` of a target form.
    """

    key: Ints
    pair: Floats
    given: Floats
    seen: Floats


@dataclass(frozen=True)
class Lexicon:
    """p(target form | source form) as rows: those of source form s are `start[s]` to `start[s + 1]`.

    `alone` is the share of a target form's occurrences that nothing on the other side explains.
    """

    start: Ints
    column: Ints
    probability: Floats
    alone: Floats
    unigram: Floats


@dataclass(frozen=True)
class Sample:
    """Beads to learn from: passages [first, end) of both sides, and how sure each bead is."""

    source: Ints
    source_end: Ints
    target: Ints
    target_end: Ints
    weight: Floats


def _distinct(side: Side, first: Ints, end: Ints) -> tuple[Ints, Ints, Ints]:
    """(form, how often, size of each run): the distinct forms of runs of passages."""
    begin, size = side.start[first], side.start[end] - side.start[first]
    owner = np.repeat(np.arange(len(first)), size)
    width = max(1, side.forms)
    key, count = np.unique(owner * width + side.flat[runs(begin, size)], return_counts=True)
    return key % width, count, np.bincount(key // width, minlength=len(first))


def thinned(source: Side, target: Side, sample: Sample, most: int) -> Sample:
    """Beads evenly thinned out if they have more pairs of words."""
    pairs = (source.start[sample.source_end] - source.start[sample.source]) * (
        target.start[sample.target_end] - target.start[sample.target]
    )
    every = int(pairs.sum() // most) + 1
    if every == 1:
        return sample
    return Sample(*(values[::every] for values in vars(sample).values()))


# Memory is for so many cells; texts of sentences never have them in one piece.
MOST = 10_000_000


class Cells:
    """The pairs of forms that stand in the same bead, for many beads at once, ordered by pair.

    Cell i is the pair `key[at[i]]` in a bead where it joins the source form `source_at[i]` with the
    target form `target_at[i]`; forms are numbered bead by bead, `source_form` says which they are and
    `source_weight` how often they stand there, times how sure the bead is.
    """

    def __init__(self, source: Side, target: Side, sample: Sample) -> None:
        sample = thinned(source, target, sample, MOST)
        self.source_form, often, m = _distinct(source, sample.source, sample.source_end)
        self.target_form, other, n = _distinct(target, sample.target, sample.target_end)
        self.source_weight = np.repeat(sample.weight, m) * often
        self.target_weight = np.repeat(sample.weight, n) * other
        self.width = max(1, target.forms)
        # each source form of a bead meets all target forms of it
        met = np.repeat(n, m)
        source_at = np.repeat(np.arange(len(self.source_form)), met)
        target_at = runs(np.repeat(np.cumsum(n) - n, m), met)
        key = np.repeat(self.source_form * self.width, met)
        key += self.target_form[target_at]
        key, order = in_order(key)
        self.source_at, self.target_at = source_at[order], target_at[order]
        new = np.ones(len(key), bool)
        np.not_equal(key[1:], key[:-1], out=new[1:])
        self.key = key[new]
        self.at = np.cumsum(new) - 1


# The empty word: this share of a form's frequency competes with the words of the bead.
EMPTY = 0.3
STEPS = 5
# Pairs with a smaller share of a form after the second step are given up.
FAINT = 0.003


def learn(
    cells: Cells, sizes: tuple[int, int], seen: Floats, *, backward: bool, prior: Counts | None
) -> Counts:
    """Expected counts of IBM model 1 (Brown et al. 1993) over the cells.

    `sizes` are those of the vocabularies (given, explained), `seen` how often each explained form
    occurs in the texts.  `backward` explains the source by the target.
    """
    at, key = cells.at, cells.key
    given, form = np.divmod(key, cells.width)
    group, weight, explained = cells.target_at, cells.target_weight, cells.target_form
    if backward:
        given, form = form, given
        group, weight, explained = cells.source_at, cells.source_weight, cells.source_form
        key = given * sizes[1] + form
    empty = (EMPTY * seen / max(1.0, seen.sum()))[explained]
    known: Floats = _look_up(prior, key) if prior else np.zeros(len(key))
    known_given = prior.given if prior else np.zeros(sizes[0])
    alone = 1.0 / np.maximum(1, np.bincount(given, minlength=sizes[0]))
    probability = (alone[given] + known) / (1.0 + known_given)[given]
    total: Floats = np.zeros(sizes[0])
    # there are millions of cells: they are gone through in place, and nothing is kept twice
    value = np.empty(len(at))
    for step in range(STEPS):
        probability.take(at, out=value, mode="clip")
        norm = sums(group, value, len(explained))
        norm += empty
        if step == 1:
            value /= norm[group]
            strong = value > FAINT
        (weight / norm).take(group, out=value, mode="clip")
        pair = sums(at, value, len(key))
        pair *= probability
        total = sums(given, pair, sizes[0])
        np.add(pair, known, out=probability)
        probability *= (1 / np.maximum(total + known_given, 1e-9))[given]
        if step == 1:
            at, group = at[strong], group[strong]
            there = np.zeros(len(key), bool)
            there[at] = True
            at = (np.cumsum(there) - 1)[at]
            key, given, known = key[there], given[there], known[there]
            probability = probability[there]
            value = np.empty(len(at))
    if backward:
        key, order = in_order(key)
        pair = pair[order]
    return Counts(key, pair, total, seen)


def _look_up(counts: Counts, key: Ints) -> Floats:
    if not len(counts.key):
        return np.zeros(len(key))
    at = np.minimum(np.searchsorted(counts.key, key), len(counts.key) - 1)
    return np.where(counts.key[at] == key, counts.pair[at], 0.0)


# Pairs expected less often than this in a batch are not carried on: there are millions of them.
WORTH = 0.3


def pruned(counts: Counts) -> Counts:
    """The counts without the pairs that are hardly ever met."""
    kept = counts.pair >= WORTH
    return Counts(counts.key[kept], counts.pair[kept], counts.given, counts.seen)


def add(first: Counts, second: Counts | None) -> Counts:
    """Both counts together."""
    if second is None:
        return first
    key, at = np.unique(np.concatenate([first.key, second.key]), return_inverse=True)
    pair = sums(at, np.concatenate([first.pair, second.pair]), len(key))
    return Counts(key, pair, first.given + second.given, first.seen + second.seen)


# Taken off every count, so that a pair met once cannot confirm the path on which it was met.
DISCOUNT = 0.85
LEAST = 1e-4


def lexicon(counts: Counts, sizes: tuple[int, int], seeds: tuple[Ints, Ints, Floats]) -> Lexicon:
    """Probabilities from counts; `seeds` are (source, target, least probability) of alike forms."""
    pair = np.maximum(counts.pair - DISCOUNT, 0.0)
    width = sizes[1]
    explained = np.bincount(counts.key % width, pair, minlength=width)
    alone = np.clip(1 - explained / np.maximum(counts.seen, 1.0), 0.0, 1.0)
    probability = pair / np.maximum(counts.given[counts.key // width], 1e-9)
    keep = probability > LEAST
    source, target, least = seeds
    np.minimum.at(alone, target, 1 - least / 2)
    key = np.concatenate([counts.key[keep], source * width + target])
    value = np.concatenate([probability[keep], least])
    order = np.lexsort((value, key))
    key, value = key[order], value[order]
    last = np.append(key[1:] != key[:-1], True) if len(key) else np.zeros(0, bool)
    key, value = key[last], value[last]
    return Lexicon(
        np.searchsorted(key, np.arange(sizes[0] + 1) * width),
        key % width,
        value,
        alone,
        counts.seen / max(1.0, counts.seen.sum()),
    )


IDENTICAL = 0.5


def alike(source: Vocabulary, target: Vocabulary) -> tuple[Ints, Ints, Floats]:
    """Forms that are equal in both languages, with the least probability that one means the other."""
    found = [
        (number, target.number[form], IDENTICAL * _trust(form))
        for form, number in source.number.items()
        if form in target.number
    ]
    columns = list(zip(*found, strict=True)) or [(), (), ()]
    return (
        np.array(columns[0], np.int64),
        np.array(columns[1], np.int64),
        np.array(columns[2], float),
    )


def _trust(form: str) -> float:
    """Numbers and words of four letters or more are equal on purpose."""
    return 1.0 if form[0].isalnum() and (len(form) >= 4 or form.isdigit()) else 0.3


def from_tables(
    tables: Tables, source: Vocabulary, target: Vocabulary
) -> tuple[Counts, Counts] | tuple[None, None]:
    """The rows of kept tables that these texts need, there and back; None if there are none."""
    left, right = [row[0] for row in tables.rows], [row[1] for row in tables.rows]
    counts = np.array([row[2] for row in tables.rows], float)
    s, t = (
        np.fromiter(map(side.number.get, forms, repeat(-1)), np.int64, len(forms))
        for side, forms in ((source, left), (target, right))
    )
    both = (s >= 0) & (t >= 0)
    if not both.any():
        return None, None
    given, seen = (
        sums(here[alone], counts[alone], len(side))
        for side, here, other in ((source, s, right), (target, t, left))
        for alone in [(here >= 0) & ~np.fromiter(map(bool, other), bool, len(other))]
    )
    s, t, counts = s[both], t[both], counts[both]
    return (
        _summed(s * len(target) + t, counts, given, seen),
        _summed(t * len(source) + s, counts, seen, given),
    )


def _summed(keys: Ints, counts: Floats, given: Floats, seen: Floats) -> Counts:
    """Counts of pairs that may be told several times."""
    key, at = distinct(keys)
    return Counts(key, sums(at, counts, len(key)), given, seen)


def to_tables(counts: Counts, source: Sequence[str], target: Sequence[str]) -> Tables:
    """Counts as rows to keep; pairs met less than half a time are left out."""
    width = max(1, len(target))
    rows = [
        (source[k // width], target[k % width], round(float(c), 3))
        for k, c in zip(counts.key.tolist(), counts.pair.tolist(), strict=True)
        if c >= 0.5
    ]
    rows += [(source[i], "", round(float(c), 3)) for i, c in enumerate(counts.given) if c >= 0.5]
    rows += [("", target[j], float(c)) for j, c in enumerate(counts.seen) if c]
    return Tables(rows)

"""Finds out before aligning whether parts of a text stand in another order, and where they begin.

Both sides are cut into blocks.  A hidden Markov model walks over the source's blocks (Vogel et al. 1996
do so with words): its state is the target's block, it goes on to the next one or jumps at a price.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from workbench.aligners import coarse, lattice
from workbench.aligners.features import Side
from workbench.aligners.pool import Stretch
from workbench.aligners.scoring import Evidence, word_scores

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from workbench.aligners.channel import Channel

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

# Shorter texts are not looked at.  A block has so many passages, but there are no more than MOST.
LEAST = 40
BLOCK = 5
MOST = 120
WEIGHT = 0.6
# Shares of going on by so many blocks; the rest are jumps to anywhere.
STEPS = {0: 0.1, 1: 0.789, 2: 0.1}
JUMP = 0.001
NEVER = 1e-300
# What jumps must be worth in the end, and each block beyond chance, in nats.
CLEAR = 20.0
EARNED = 2.0
# A part has so many blocks at least.
PART = 2
ONE = ((1, 1),)


@dataclass(frozen=True)
class _Run:
    """Blocks [first, end) of the source that go with blocks [low, high) of the target, in order."""

    first: int
    end: int
    low: int
    high: int


def in_order(stretch: Stretch, channel: Channel) -> tuple[list[Stretch], list[Stretch]]:
    """The parts that follow each other in both texts, and those that stand elsewhere."""
    sides = channel.left.take(stretch.rows), channel.right.take(stretch.columns)
    if min(len(side) for side in sides) < LEAST:
        return [stretch], []
    grid = int(min(MOST, *(len(side) // BLOCK for side in sides)))
    borders = [coarse.cuts(side, grid) for side in sides]
    known = [np.diff(lexicon.start) > 0 for lexicon in channel.beforehand()]
    blocks = [
        coarse.signatures(side, cut, forms)
        for side, cut, forms in zip(sides, borders, known, strict=True)
    ]
    score = WEIGHT * _alike(blocks[0], blocks[1], channel)
    walk, worth = _walk(score, JUMP)
    runs = _runs(walk)
    main = _ascending(runs)
    if len(main) == len(runs) or not _believed(score, worth):
        return [stretch], []
    rows, columns = _places(runs, borders, sides, channel)
    parts = [
        Stretch(stretch.text, stretch.rows[a:b], stretch.columns[c:d])
        for (a, b), (c, d) in zip(rows, columns, strict=True)
    ]
    return [parts[k] for k in main], [p for k, p in enumerate(parts) if k not in main]


def _alike(source: Side, target: Side, channel: Channel) -> Floats:
    """How well each source passage goes with each target passage, in nats."""
    there, back = channel.beforehand()
    band = lattice.full(len(source), len(target), ONE)
    score = word_scores(Evidence(source, target, there, back), band)
    return score[0, 1:, 1:].astype(float)


def _believed(score: Floats, worth: float) -> bool:
    """Whether a walk is worth more than one without jumps, and than what chance gives."""
    draw = np.random.default_rng(0)
    chance = max(_walk(score[:, draw.permutation(len(score))], JUMP)[1] for _ in range(3))
    return worth > _walk(score, NEVER)[1] + CLEAR and worth > chance + EARNED * len(score)


def _walk(score: Floats, jumps: float) -> tuple[list[int], float]:
    """The target block of each source block on the best walk, and its worth."""
    grid = len(score)
    jump = np.log(jumps / grid)
    best = score[0] + np.where(np.arange(grid) == 0, 0.0, jump)
    origins = []
    for row in score[1:]:
        ways = [np.full(grid, best.max() + jump)]
        froms = [np.full(grid, int(best.argmax()))]
        for step, share in STEPS.items():
            way = np.full(grid, -np.inf)
            way[step:] = best[: grid - step] + np.log(share)
            ways.append(way)
            froms.append(np.arange(grid) - step)
        choice = np.argmax(ways, axis=0)
        origins.append(np.array(froms)[choice, np.arange(grid)])
        best = np.max(ways, axis=0) + row
    walk = [int(best.argmax())]
    for origin in reversed(origins):
        walk.append(int(origin[walk[-1]]))
    return walk[::-1], float(best.max())


def _runs(walk: Sequence[int]) -> list[_Run]:
    """Runs without a jump back or far ahead, those too short left out."""
    runs, first = [], 0
    for k in range(1, len(walk) + 1):
        if k == len(walk) or not 0 <= walk[k] - walk[k - 1] <= max(STEPS):
            runs.append(_Run(first, k, walk[first], walk[k - 1] + 1))
            first = k
    return [run for run in runs if run.end - run.first >= PART]


def _ascending(runs: Sequence[_Run]) -> list[int]:
    """The runs that follow each other in the target too, so that they are as long as possible."""
    best: list[tuple[int, list[int]]] = []
    for k, run in enumerate(runs):
        before = [chain for chain in best if runs[chain[1][-1]].low < run.low]
        size, chain = max(before, default=(0, []))
        best.append((size + run.end - run.first, [*chain, k]))
    return max(best, default=(0, []))[1]


Spans = list[tuple[int, int]]


def _places(
    runs: Sequence[_Run], borders: Sequence[Ints], sides: tuple[Side, Side], channel: Channel
) -> tuple[Spans, Spans]:
    """The passages of each run in the source and in the target; together they are all passages."""
    spans = []
    for side in (0, 1):
        ends = [(r.first, r.end) if side == 0 else (r.low, r.high) for r in runs]
        others = [(r.low, r.high) if side == 0 else (r.first, r.end) for r in runs]
        order = np.argsort([first for first, _ in ends]).tolist()
        cuts = [0]
        for one, two in pairwise(order):
            low = _span(borders[side], ends[one][1] - OUT)[0]
            high = _span(borders[side], ends[two][0] + OUT)[0]
            other, end, begin = borders[1 - side], others[one][1], others[two][0]
            beside = _span(other, end - IN, end + OUT), _span(other, begin - OUT, begin + IN)
            cuts.append(_cut(side, (cuts[-1], low, high), beside, sides, channel))
        cuts.append(len(sides[side]))
        place = {k: (cuts[i], cuts[i + 1]) for i, k in enumerate(order)}
        spans.append([place[k] for k in range(len(runs))])
    return spans[0], spans[1]


# Blocks looked at on the inside and the outside of a border to find the passage where a part begins.
IN, OUT = 3, 1


def _span(borders: Ints, first: int, end: int = 0) -> tuple[int, int]:
    """The passages of some blocks."""
    last = len(borders) - 1
    return int(borders[np.clip(first, 0, last)]), int(borders[np.clip(end, 0, last)])


def _cut(
    side: int,
    where: tuple[int, int, int],
    beside: tuple[tuple[int, int], tuple[int, int]],
    sides: tuple[Side, Side],
    channel: Channel,
) -> int:
    """The place from `low` to `high` before which passages go with the first stretch of the other side."""
    least, low, high = where
    low, high = max(least, min(low, high)), max(least, low, high)
    few = sides[side].take(np.arange(low, high))
    two = [_together(sides[1 - side], first, end) for first, end in beside]
    if not len(few) or not all(len(part.flat) for part in two):
        return (low + high) // 2
    scores = [
        _alike(few, one, channel)[:, 0] if side == 0 else _alike(one, few, channel)[0]
        for one in two
    ]
    gain = np.concatenate([[0.0], np.cumsum(scores[0] - scores[1])])
    return low + int(gain.argmax())


def _together(side: Side, first: int, end: int) -> Side:
    """Some passages as one."""
    flat = side.flat[side.start[first] : side.start[max(first, end)]]
    size = np.array([len(flat)])
    return Side(flat, np.array([0, len(flat)]), size, np.ones(1), side.forms)

"""The beads worth a closer look, and sums and best paths over them alone.

The lattice weighs every bead near the path by features that are quick to add up; what they leave possible
are a few beads for each passage, and these can be looked at word by word.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import exp, log
from typing import TYPE_CHECKING

import numpy as np

from workbench.aligners import lattice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from workbench.aligners.lattice import Band

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

# The lattice is too sure of itself: its scores count so much when the candidates are chosen.
TEMPER = 0.5
# Beads less probable than this are out of the question.
LEAST = 1e-3
NEVER = -1e30
Node = tuple[int, int]


@dataclass(frozen=True)
class Candidates:
    """Beads [bead, (source, end, target, target end)], in an order in which every path is ascending.

    `place` are their shapes, rows and columns in the band; shape -1 is the target-only bead.
    """

    beads: Ints
    place: tuple[Ints, Ints, Ints]
    n: int
    m: int

    @cached_property
    def nodes(self) -> tuple[list[Node], list[Node]]:
        """Where each bead begins and where it ends."""
        beads = self.beads.tolist()
        return [(a, c) for a, _, c, _ in beads], [(b, d) for _, b, _, d in beads]

    @property
    def joined(self) -> NDArray[np.bool_]:
        """Which beads have both sides."""
        a, b, c, d = self.beads.T
        found: NDArray[np.bool_] = (b > a) & (d > c)
        return found

    def at(self, values: NDArray[np.floating]) -> Floats:
        """Values [shape, row, column] of the band for each bead, 0 where a side is empty."""
        shape, row, column = self.place
        return np.where(self.joined, values[shape, row, column], 0.0).astype(float)


def choose(band: Band, score: Floats, skip: Floats) -> Candidates:
    """The beads that are at all probable under these scores, and those of the best path."""
    post = lattice.posteriors(band, score * TEMPER, skip * TEMPER)
    likely, alone = post.bead > LEAST, post.skip > LEAST
    number = {shape: k for k, shape in enumerate(band.shapes)}
    for a, b, c, d in lattice.best(band, score, skip):
        if b > a:
            likely[number[b - a, d - c], b, d - band.low[b]] = True
        else:
            alone[b, d - band.low[b]] = True
    shape, row, column = np.nonzero(likely)
    alone_row, alone_column = np.nonzero(alone)
    source, target = np.array(band.shapes)[shape].T
    shape = np.concatenate([shape, np.full(len(alone_row), -1)])
    row, column = np.concatenate([row, alone_row]), np.concatenate([column, alone_column])
    source = np.concatenate([source, np.zeros_like(alone_row)])
    target = np.concatenate([target, np.ones_like(alone_row)])
    end = band.column[row, column]
    beads = np.stack([row - source, row, end - target, end], axis=1)
    order = np.lexsort((beads[:, 0], beads[:, 0] + beads[:, 2]))
    return Candidates(beads[order], (shape[order], row[order], column[order]), band.n, band.m)


def posteriors(found: Candidates, score: Floats) -> Floats:
    """How probable each candidate is; a passage alone is as probable as at all places together."""
    begin, end = found.nodes
    first, last = (0, 0), (found.n, found.m)
    scores = score.tolist()
    before = _sums(first, begin, end, scores)
    after = _sums(last, end[::-1], begin[::-1], scores[::-1])
    total = before[last]
    probability = np.array(
        [
            exp(min(0.0, before.get(x, NEVER) + value + after.get(y, NEVER) - total))
            for x, y, value in zip(begin, end, scores, strict=True)
        ]
    )
    a, b, c, d = found.beads.T
    for passage, empty, size in ((a, c == d, found.n), (c, a == b, found.m)):
        together = np.bincount(passage[empty], probability[empty], minlength=size)
        probability[empty] = np.minimum(1.0, together[passage[empty]])
    return probability


def _sums(
    start: Node, begin: Sequence[Node], end: Sequence[Node], scores: Sequence[float]
) -> dict[Node, float]:
    """Log of the sum over all paths from the start to each node."""
    sums = {start: 0.0}
    for x, y, value in zip(begin, end, scores, strict=True):
        way = sums.get(x)
        if way is None:
            continue
        way += value
        other = sums.get(y)
        if other is None:
            sums[y] = way
        else:
            low, high = (way, other) if way < other else (other, way)
            sums[y] = high + log(1.0 + exp(low - high)) if high - low < 40 else high
    return sums


def best(found: Candidates, worth: Floats) -> Ints:
    """The numbers of the candidates on the path of the highest sum."""
    begin, end = found.nodes
    sums: dict[Node, float] = {(0, 0): 0.0}
    last: dict[Node, int] = {}
    for k, (x, y, value) in enumerate(zip(begin, end, worth.tolist(), strict=True)):
        way = sums.get(x, NEVER) + value
        if way > sums.get(y, NEVER):
            sums[y], last[y] = way, k
    path = []
    node = found.n, found.m
    while node != (0, 0):
        path.append(last[node])
        node = begin[path[-1]]
    return np.array(path[::-1], np.int64)

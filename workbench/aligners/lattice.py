"""Sums and best paths over all alignments in a band: forward, backward, posteriors, decoding.

A node (i, j) says that i source and j target passages are done.  In row i the band holds the nodes
j = low[i] ... low[i] + width - 1.  Arrays of beads are [shape, row, column] of the node where they end.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

# Beads in order: (source, source end, target, target end).
Path = list[tuple[int, int, int, int]]

# Source and target passages of a bead; the target-only bead is apart, it stays in its row.
SHAPES = (
    *((1, 0), (1, 1), (1, 2), (2, 1), (2, 2), (1, 3), (3, 1), (1, 4), (4, 1)),
    *((2, 3), (3, 2), (3, 3), (2, 4), (4, 2), (3, 4), (4, 3), (4, 4)),
)
LOST = -1e9
FAR = 1 << 40


@dataclass(frozen=True)
class Band:
    """The nodes looked at: n + 1 rows of `width` columns from `low`, which never falls."""

    low: Ints
    width: int
    n: int
    m: int
    shapes: tuple[tuple[int, int], ...] = SHAPES

    @cached_property
    def column(self) -> Ints:
        """Target passages done at each node, [row, column]; more than m where there is none."""
        return self.low[:, None] + np.arange(self.width)

    @cached_property
    def origin(self) -> Ints:
        """Flat index of the node where each bead begins, or of the extra last node if outside."""
        return self._nodes(-1)

    @cached_property
    def end(self) -> Ints:
        """Flat index of the node where the bead that begins at each node ends, or of the extra node."""
        return self._nodes(1)

    def _nodes(self, sign: int) -> Ints:
        """Flat index of the node one bead away from each, [shape, row, column]."""
        a, b = np.array(self.shapes).T[:, :, None] * sign
        row = np.arange(self.n + 1) + a
        # rows that are not there begin beyond all columns
        low = np.where((row >= 0) & (row <= self.n), self.low[np.clip(row, 0, self.n)], FAR)
        nodes: Ints = self.column + (b - low)[:, :, None]
        outside = nodes.view(np.uint64) >= self.width  # negative ones too
        nodes += (row * self.width)[:, :, None]
        np.putmask(nodes, outside, (self.n + 1) * self.width)
        return nodes

    @property
    def last(self) -> tuple[int, int]:
        """Row and column of the node where everything is done."""
        return self.n, int(self.m - self.low[self.n])


def full(n: int, m: int, shapes: tuple[tuple[int, int], ...] = SHAPES) -> Band:
    """All nodes."""
    return Band(np.zeros(n + 1, np.int64), m + 1, n, m, shapes)


def _steps(band: Band, skip: Floats) -> Floats:
    """Sum of the scores of the target-only beads from the row's first node, [row, column]."""
    sums = np.concatenate([[0.0], np.cumsum(skip)])
    return sums[np.minimum(band.column, band.m)]


def _by_row(values: NDArray[Any]) -> NDArray[Any]:
    """[shape, row, column] seen as [row, shape, column], for walks that go row by row."""
    return values.transpose(1, 0, 2)


def sums(band: Band, score: Floats, skip: Floats) -> tuple[Floats, Floats]:
    """Log of the sum over all paths from the start to each node, and from each node to the end.

    `skip` are the scores of the target-only beads, one for each target passage.  Both are flat, with an
    extra node at the end that no path reaches.
    """
    n, width, shapes = band.n, band.width, len(band.shapes)
    nodes = (n + 1) * width
    # step i goes forward to row i and back to row n - i, whose columns are turned round, side by side
    origin = np.empty((n + 1, shapes, 2 * width), np.int64)
    ways = np.empty(origin.shape)
    origin[..., :width], ways[..., :width] = _by_row(band.origin), _by_row(score)
    end = _by_row(band.end)[::-1, :, ::-1]
    origin[..., width:] = end + (nodes + 1)
    # the score of a bead stands where it ends; of those that end outside any will do
    ways[..., width:] = score.take(end + np.arange(shapes)[:, None] * nodes, mode="clip")
    steps = _steps(band, skip)
    steps = np.stack([steps, -steps[::-1, ::-1]], axis=1)
    found = np.full((2, nodes + 1), LOST)
    rows = found[:, :-1].reshape(2, n + 1, width)
    backward = rows[1, ::-1, ::-1]
    flat = found.reshape(-1)
    raw = np.where(np.stack([band.column[0] == 0, band.column[n, ::-1] == band.m]), 0.0, LOST)
    for i in range(n + 1):
        if i:
            way = ways[i]
            way += flat.take(origin[i])
            top = np.maximum.reduce(way)
            way -= top
            raw = np.log(np.add.reduce(np.exp(way, out=way)))
            raw += top
            raw = raw.reshape(2, width)
        raw -= steps[i]
        row = np.logaddexp.accumulate(raw, axis=1)
        row += steps[i]
        rows[0, i], backward[i] = row
    rows[:, band.column > band.m] = LOST
    return found[0], found[1]


@dataclass(frozen=True)
class Posteriors:
    """How probable each bead is: [shape, row, column], and of target-only beads [row, column]."""

    bead: Floats
    skip: Floats
    total: float


def posteriors(band: Band, score: Floats, skip: Floats) -> Posteriors:
    """Probabilities of all beads in the band (Rabiner 1989, forward-backward)."""
    before, after = sums(band, score, skip)
    row, column = band.last
    total = float(before[row * band.width + column])
    nodes = after[:-1].reshape(band.n + 1, band.width)
    bead = before[band.origin]
    bead += score
    bead += nodes - total
    # what underflows takes several times as long
    np.exp(np.clip(bead, -700.0, 0.0, out=bead), out=bead)
    left = np.full((band.n + 1, band.width), LOST)
    left[:, 1:] = before[:-1].reshape(band.n + 1, band.width)[:, :-1]
    step = np.concatenate([[LOST], skip])[np.minimum(band.column, band.m)]
    return Posteriors(bead, np.exp(np.minimum(left + step + nodes - total, 0.0)), total)


def best(band: Band, score: Floats, skip: Floats) -> Path:
    """The path of the highest sum: beads (source, source end, target, target end)."""
    found = np.full((band.n + 1) * band.width + 1, LOST)
    rows = found[:-1].reshape(band.n + 1, band.width)
    raw = np.empty_like(rows)
    steps = _steps(band, skip)
    origin, ways = _by_row(band.origin).copy(), _by_row(score).copy()
    for i in range(band.n + 1):
        if i == 0:
            raw[0] = np.where(band.column[0] == 0, 0.0, LOST)
        else:
            way = ways[i]
            way += found.take(origin[i])
            np.maximum.reduce(way, out=raw[i])
        np.maximum.accumulate(raw[i] - steps[i], out=rows[i])
        rows[i] += steps[i]
    return _trace(band, ways.argmax(axis=1), rows > raw + 1e-9)


def _trace(band: Band, choice: Ints, skipped: NDArray[np.bool_]) -> Path:
    path = []
    i, j = band.n, band.m
    while i or j:
        y = j - int(band.low[i])
        a, b = (0, 1) if skipped[i, y] else band.shapes[choice[i, y]]
        path.append((i - a, i, j - b, j))
        i, j = i - a, j - b
    return path[::-1]


def around(
    path: Path, n: int, m: int, half: int, shapes: tuple[tuple[int, int], ...] = SHAPES
) -> Band:
    """The nodes within `half` target passages of a path, or as many rows of it."""
    first, last = np.full(n + 1, m), np.zeros(n + 1, np.int64)
    for a, b, c, d in path:
        first[a : b + 1] = np.minimum(first[a : b + 1], c)
        last[a : b + 1] = np.maximum(last[a : b + 1], d)
    if not path:
        first[:], last[:] = 0, m
    rows = np.arange(n + 1)
    low = np.maximum(0, first[np.maximum(0, rows - half)] - half)
    high = np.minimum(m, last[np.minimum(n, rows + half)] + half)
    low = np.minimum.accumulate(low[::-1])[::-1]
    width = int((high - low).max()) + 1
    return Band(np.minimum(low, max(0, m + 1 - width)), width, n, m, shapes)

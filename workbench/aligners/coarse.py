"""Finds roughly where a long text goes: both sides in blocks, the blocks halved again and again.

The idea of searching a coarse grid first and a narrow band in each finer one is that of Thompson and
Koehn, Vecalign (2019); here blocks of equal length are compared by words learned on the way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.aligners import lattice
from workbench.aligners.features import Side
from workbench.aligners.lexicon import Cells, Sample, learn, lexicon, thinned
from workbench.aligners.scoring import Evidence, word_scores

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from workbench.aligners.lattice import Path

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Seeds = tuple[Ints, Ints, Floats]

# The coarsest grid is searched as a whole, the finer ones so many blocks around the last path.
TOP = 96
HALF = 12
# The search ends when blocks hold about so many passages.
FINE = 4
# How likely blocks correspond one to one, and so on.
SHAPES = ((1, 0), (1, 1), (1, 2), (2, 1), (2, 2))
CHANCE: Floats = np.log(np.array([0.05, 0.7, 0.09, 0.09, 0.02]))
WEIGHT = 0.6
# So many forms stand for a block, and the tables are learned from so many pairs of them at most.
FORMS = 60
FORMS_TOP = 120
PAIRS = 300_000


def coarse_path(
    source: Side, target: Side, seeds: Seeds, progress: Callable[[float], None]
) -> Path:
    """A path of beads of several passages each, near which the true path is probably found."""
    grid, path = TOP, None
    last = max(TOP, min(len(source), len(target)) // FINE)
    while True:
        borders = cuts(source, grid), cuts(target, grid)
        blocks = signatures(source, borders[0]), signatures(target, borders[1])
        path = _align_blocks(blocks, seeds, path)
        progress(min(1.0, grid / last))
        if grid * 2 > last:
            break
        grid *= 2
        path = [(2 * a, 2 * b, 2 * c, 2 * d) for a, b, c, d in path]
    left, right = borders
    return [(int(left[a]), int(left[b]), int(right[c]), int(right[d])) for a, b, c, d in path]


def cuts(side: Side, grid: int) -> Ints:
    """Passages where the blocks begin, so that all are about equally long; grid + 1 of them."""
    mass = np.concatenate([[0.0], np.cumsum(side.chars + 10)])
    borders = np.searchsorted(mass, np.linspace(0, mass[-1], grid + 1))
    borders[0], borders[-1] = 0, len(side)
    return np.maximum.accumulate(borders)


def signatures(side: Side, borders: Ints, known: NDArray[np.bool_] | None = None) -> Side:
    """The forms that tell each block from the others, each once.

    A form met once says nothing yet, unless it is known; one in every fifth block says little about any.
    """
    grid = len(borders) - 1
    block = np.repeat(np.repeat(np.arange(grid), np.diff(borders)), side.size)
    key, often = np.unique(block * side.forms + side.flat, return_counts=True)
    block, form = key // side.forms, key % side.forms
    total = np.bincount(side.flat, minlength=side.forms)[form]
    spread = np.bincount(form, minlength=side.forms)[form]
    told = total >= 2 if known is None else known[form]
    good = told & (spread <= max(4, grid // 5))
    block, form = block[good], form[good]
    value = often[good] * np.log(grid / spread[good])
    order = np.lexsort((-value, block))
    block, form = block[order], form[order]
    rank = np.arange(len(block)) - np.searchsorted(block, block)
    few = rank < (FORMS_TOP if grid == TOP else FORMS)
    block, form = block[few], form[few]
    size = np.bincount(block, minlength=grid)
    start = np.concatenate([[0], np.cumsum(size)])
    return Side(form, start, size, np.ones(grid), side.forms)


def _align_blocks(blocks: tuple[Side, Side], seeds: Seeds, path: Path | None) -> Path:
    source, target = blocks
    grid = len(source)
    seen = [np.bincount(side.flat, minlength=side.forms).astype(float) for side in blocks]
    back = seeds[1], seeds[0], seeds[2]
    for _ in range(4 if path is None else 2 if grid <= 4 * TOP else 1):
        band = (
            lattice.full(grid, grid, SHAPES)
            if grid == TOP
            else lattice.around(path or [], grid, grid, HALF, SHAPES)
        )
        cells = Cells(source, target, _sample(blocks, path or []))
        sizes = source.forms, target.forms
        there = learn(cells, sizes, seen[1], backward=False, prior=None)
        again = learn(cells, sizes[::-1], seen[0], backward=True, prior=None)
        words = Evidence(
            source,
            target,
            lexicon(there, sizes, seeds),
            lexicon(again, sizes[::-1], back),
        )
        score = WEIGHT * word_scores(words, band) + CHANCE[:, None, None]
        before, path = path, lattice.best(band, score, np.full(grid, float(CHANCE[0])))
        if path == before:
            break  # it would be found again
    return path or []


def _sample(blocks: tuple[Side, Side], path: Path) -> Sample:
    """Beads of the path to learn from, evenly thinned out if they are many."""
    beads = np.array([bead for bead in path if bead[1] > bead[0] and bead[3] > bead[2]], np.int64)
    beads = beads.reshape(-1, 4)
    a, b, c, d = beads.T
    return thinned(*blocks, Sample(a, b, c, d, np.ones(len(a))), PAIRS)

"""Links the words of candidate beads, one to one, and measures what the links leave open.

A bag of words cannot tell whether both halves of a sentence are there, nor whether one name is used
to explain two; links can.  Words that stand in many passages count little (inverse document frequency).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from workbench.aligners.features import in_order, runs, sums
from workbench.aligners.scoring import both_ways, words_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workbench.aligners.features import Side
    from workbench.aligners.scoring import Evidence

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

# Words that translate each other less probably than this (geometric mean of both ways) are not linked;
# from half on a word counts as explained.
FAINT = 0.02
# What a difference of place in the bead, from 0 to 1, costs a link.
FAR = 0.1
# A passage of a bead, and a bead, should have so much of their words linked.
ENOUGH = 0.3
# The first and last forms of a bead.
FIRST, LAST = 6, 7
# So many source words, of 32 passages at most, are looked up at once.
WORDS = 1_280
NAMES = ("head", "tail", "displaced", "open_source", "open_target", "outside", "weak", "loose")


@dataclass(frozen=True)
class _Pairs:
    """Likely translations between the words of pairs of passages.

    Those of pair k are `start[k]` to `start[k + 1]`; `source` and `target` are places in the passages.
    """

    start: Ints
    source: Ints
    target: Ints
    value: Floats


def weights(side: Side) -> Floats:
    """How much each form says: 1 for one that is met once, near 0 for one in every passage."""
    passage = np.repeat(np.arange(len(side)), side.size)
    distinct = np.unique(passage * max(1, side.forms) + side.flat)
    often = np.bincount(distinct % max(1, side.forms), minlength=side.forms)
    size = max(2, len(side))
    found: Floats = np.log((size + 1) / (often + 0.5)) / np.log(size + 1)
    return found


def link(evidence: Evidence, weight: tuple[Floats, Floats], beads: Ints) -> Floats:
    """What links say of each bead, [bead, name] with the columns NAMES; all but the first two are losses.

    `weight` are the weights of the forms of both sides; beads are (source, end, target, end).
    """
    found = np.zeros((len(beads), len(NAMES)))
    source, target = evidence.source, evidence.target
    rows, columns = (
        int(np.clip(most * len(side) / max(1, len(side.flat)), 1, most // 40))
        for side, most in ((source, WORDS), (target, 8 * WORDS))
    )
    block = beads[:, 0] // rows * (len(target) // columns + 1) + beads[:, 2] // columns
    order = np.argsort(block, kind="stable")
    for at in np.split(order, np.flatnonzero(np.diff(block[order])) + 1):
        if len(at):
            found[at] = _Block(evidence, weight, beads[at]).measured()
    return found


def _spread(first: Ints, size: Ints) -> tuple[Ints, Ints]:
    """(which run, number) for the numbers of runs that begin at `first`."""
    return np.repeat(np.arange(len(first)), size), runs(first, size)


class _Block:
    """Some beads, with the words of their passages one after the other, bead by bead."""

    def __init__(self, evidence: Evidence, weight: tuple[Floats, Floats], beads: Ints) -> None:
        self.evidence, self.beads = evidence, beads
        self.sides = evidence.source, evidence.target
        ends = (beads[:, 0], beads[:, 1]), (beads[:, 2], beads[:, 3])
        # the words of bead k on a side are begin[k] to begin[k + 1] in the block
        self.size = [s.start[e] - s.start[f] for s, (f, e) in zip(self.sides, ends, strict=True)]
        self.begin = [np.concatenate([[0], np.cumsum(size)]) for size in self.size]
        spread = [
            _spread(s.start[f], size)
            for s, (f, _), size in zip(self.sides, ends, self.size, strict=True)
        ]
        self.owner = [owner for owner, _ in spread]
        self.weight = [
            w[s.flat[place]] for s, w, (_, place) in zip(self.sides, weight, spread, strict=True)
        ]
        self.passage = [
            np.searchsorted(s.start, place, side="right") - 1
            for s, (_, place) in zip(self.sides, spread, strict=True)
        ]

    def measured(self) -> Floats:
        """[bead, name]."""
        beads = self.beads
        a, b, c, d = beads.T
        inner = [self._grid((a, b), (c, d))]
        before, after = (np.maximum(c - 1, 0), c), (d, np.minimum(d + 1, len(self.sides[1])))
        above, below = (np.maximum(a - 1, 0), a), (b, np.minimum(b + 1, len(self.sides[0])))
        beside = [self._grid((a, b), before), self._grid((a, b), after)]
        around = [self._grid(above, (c, d)), self._grid(below, (c, d))]
        keys = np.unique(np.concatenate([key for _, key in (*inner, *beside, *around)]))
        pairs = self._looked_up(keys)
        linked, columns = self._linked(keys, pairs, inner[0])
        outside = np.zeros(len(beads))
        for side, grids in ((0, beside), (1, around)):
            top = np.zeros(len(self.weight[side]))
            for grid in grids:
                at, value = self._entries(keys, pairs, grid, side)
                np.maximum.at(top, at, value)
            missed = self.weight[side] * np.clip(2 * top - linked[side], 0, 1)
            outside -= self._by_bead(side, missed)
        columns["outside"] = outside
        return np.stack([columns[name] for name in NAMES], axis=1)

    def _by_bead(self, side: int, values: Floats) -> Floats:
        return sums(self.owner[side], values, len(self.beads))

    def _grid(self, rows: tuple[Ints, Ints], columns: tuple[Ints, Ints]) -> tuple[Ints, Ints]:
        """(bead, pair of passages as one number) for the passages of each bead."""
        bead, row = _spread(rows[0], rows[1] - rows[0])
        width = (columns[1] - columns[0])[bead]
        which, column = _spread(columns[0][bead], width)
        return bead[which], row[which] * (len(self.sides[1]) + 1) + column

    def _looked_up(self, keys: Ints) -> _Pairs:
        """The likely translations between the passages of each pair."""
        source, target = self.sides
        row, column = np.divmod(keys, len(target) + 1)
        if not len(keys):
            none = np.zeros(0, np.int64)
            return _Pairs(np.zeros(1, np.int64), none, none, np.zeros(0))
        rows, columns = (
            (int(row.min()), int(row.max()) + 1),
            (int(column.min()), int(column.max()) + 1),
        )
        first = source.start[rows[0]], target.start[columns[0]]
        left, right = words_of(source, *rows), words_of(target, *columns)
        start, form, value = both_ways(self.evidence, left.forms, right.forms, FAINT)
        # the likely translations of each word on the left, one word after the other
        size = np.diff(start)[left.at]
        word, entry = _spread(start[left.at], size)
        begin = np.concatenate([[0], np.cumsum(size)])[
            source.start[rows[0] : rows[1] + 1] - first[0]
        ]
        # where each form stands in each passage on the right
        forms = len(right.forms)
        stands, order = in_order(right.passage * forms + right.at)
        often = np.bincount(stands, minlength=(columns[1] - columns[0]) * forms)
        row, column = row - rows[0], column - columns[0]
        pair, at = _spread(begin[row], begin[row + 1] - begin[row])
        place = (column * forms)[pair] + form[entry[at]]
        hit = np.flatnonzero(often[place])
        pair, at, place = pair[hit], at[hit], place[hit]
        which, t = _spread((np.cumsum(often) - often)[place], often[place])
        pair, at = pair[which], at[which]
        return _Pairs(
            np.searchsorted(pair, np.arange(len(keys) + 1)),
            word[at] + first[0] - source.start[rows[0] + row[pair]],
            order[t] + first[1] - target.start[columns[0] + column[pair]],
            value[entry[at]].astype(float),
        )

    def _found(self, keys: Ints, pairs: _Pairs, grid: tuple[Ints, Ints]) -> tuple[Ints, Ints, Ints]:
        """(bead, pair, place in pairs) of all that the pairs of a grid have."""
        bead, key = grid
        pair = np.searchsorted(keys, key)
        which, place = _spread(pairs.start[pair], pairs.start[pair + 1] - pairs.start[pair])
        return bead[which], pair[which], place

    def _word(self, side: int, bead: Ints, passage: Ints, place: Ints) -> Ints:
        """Where a word of a bead is in the block."""
        first = self.beads[bead, 0 if side == 0 else 2]
        start = self.sides[side].start
        at: Ints = self.begin[side][bead] + start[passage] - start[first] + place
        return at

    def _entries(
        self, keys: Ints, pairs: _Pairs, grid: tuple[Ints, Ints], side: int
    ) -> tuple[Ints, Floats]:
        """Words of one side with what they would find in the passages of a grid."""
        bead, pair, place = self._found(keys, pairs, grid)
        passage = np.divmod(keys, len(self.sides[1]) + 1)[side][pair]
        within = (pairs.source, pairs.target)[side][place]
        return self._word(side, bead, passage, within), pairs.value[place]

    def _linked(
        self, keys: Ints, pairs: _Pairs, grid: tuple[Ints, Ints]
    ) -> tuple[list[Floats], dict[str, Floats]]:
        """How well each word is linked inside its bead, and what that says of the beads."""
        bead, pair, place = self._found(keys, pairs, grid)
        row, column = np.divmod(keys, len(self.sides[1]) + 1)
        at = [
            self._word(0, bead, row[pair], pairs.source[place]),
            self._word(1, bead, column[pair], pairs.target[place]),
        ]
        value = pairs.value[place]
        inside = [at[side] - self.begin[side][bead] for side in (0, 1)]
        share = [(inside[side] + 0.5) / self.size[side][bead] for side in (0, 1)]
        far = np.abs(share[0] - share[1])
        worth = value - FAR * far
        best = np.ones(len(worth), bool)
        for side in (0, 1):
            top = np.full(len(self.weight[side]), -1.0)
            np.maximum.at(top, at[side], worth)
            best &= worth >= top[at[side]]
        bead, far, value = bead[best], far[best], np.minimum(1.0, 2 * value[best])
        at = [where[best] for where in at]
        linked = [np.zeros(len(weight)) for weight in self.weight]
        for side in (0, 1):
            linked[side][at[side]] = value
        worth = value * (self.weight[0][at[0]] + self.weight[1][at[1]]) / 2
        count = len(self.beads)
        first = [inside[side][best] for side in (0, 1)]
        left = [self.size[side][bead] - first[side] for side in (0, 1)]
        head = (first[0] < FIRST) & (first[1] < FIRST)
        tail = (left[0] <= LAST) & (left[1] <= LAST)
        columns: dict[str, Floats] = {
            "head": sums(bead, worth * head, count),
            "tail": sums(bead, worth * tail, count),
            "displaced": -sums(bead, worth * far, count),
        }
        for side, name in ((0, "open_source"), (1, "open_target")):
            columns[name] = -self._by_bead(side, self.weight[side] * (1 - linked[side]))
        columns["weak"], columns["loose"] = self._weak(linked)
        return linked, columns

    def _weak(self, linked: list[Floats]) -> tuple[Floats, Floats]:
        """Passages among several of a bead, and sides of beads, of which little is linked."""
        a, b, c, d = self.beads.T
        joined = (b > a) & (d > c)
        weak, loose = np.zeros(len(self.beads)), np.zeros(len(self.beads))
        for side, several in ((0, b - a > 1), (1, d - c > 1)):
            weight = self.weight[side]
            key, of = np.unique(
                self.owner[side] * (len(self.sides[side]) + 1) + self.passage[side],
                return_inverse=True,
            )
            lack = _lack(sums(of, weight * linked[side], len(key)), sums(of, weight, len(key)))
            bead = key // (len(self.sides[side]) + 1)
            weak -= sums(bead, lack * (several & joined)[bead], len(weak))
            mass = self._by_bead(side, weight * linked[side])
            loose -= _lack(mass, self._by_bead(side, weight)) * joined
        return weak, loose


def _lack(mass: Floats, whole: Floats) -> Floats:
    """What is missing of the share that should be linked; where all forms say little, little is."""
    there = np.maximum(0.5, whole)
    lack: Floats = np.maximum(0.0, ENOUGH * whole - mass) / there
    return lack

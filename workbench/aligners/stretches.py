"""Divides texts into stretches that are aligned each for itself, and long ones into pieces."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

import numpy as np

from workbench.aligners.pool import Stretch
from workbench.errors import AlignError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from workbench.aligners.lattice import Path
    from workbench.model import TextPair

    Ints = NDArray[np.int64]

# Neither white space nor a mark of width zero, such as editors leave in empty lines.
VISIBLE = re.compile(r"[^\s\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")

Pin = tuple[tuple[int, ...], tuple[int, ...]]


def blanks(pair: TextPair) -> list[Pin]:
    """Each passage without a visible character, for itself: it goes with nothing and parts nothing."""
    pinned = [{i for pin in pair.pinned for i in pin[side]} for side in (0, 1)]
    return [
        ((i,), ()) if side == 0 else ((), (i,))
        for side, passages in enumerate((pair.source, pair.target))
        for i, passage in enumerate(passages)
        if i not in pinned[side] and not VISIBLE.search(passage.text)
    ]


def between_pins(text: Stretch, pinned: Sequence[Pin]) -> Iterator[Stretch]:
    """What lies between confirmed beads; those that cross others only drop out of both texts.

    Raises AlignError if a position is outside the texts or in two of the beads.
    """
    _check(text, pinned)
    kept = np.ones(len(text.rows), bool), np.ones(len(text.columns), bool)
    for source, target in pinned:
        kept[0][list(source)] = False
        kept[1][list(target)] = False
    ends = [
        (source[-1] + 1, target[-1] + 1)
        for source, target in _in_order([pin for pin in pinned if pin[0] and pin[1]])
    ]
    done = 0, 0
    for source_end, target_end in [*ends, (len(text.rows), len(text.columns))]:
        rows = np.arange(done[0], source_end)
        columns = np.arange(done[1], target_end)
        rows, columns = rows[kept[0][rows]], columns[kept[1][columns]]
        if len(rows) or len(columns):
            yield Stretch(text.text, text.rows[rows], text.columns[columns])
        done = source_end, target_end


def _check(text: Stretch, pinned: Sequence[Pin]) -> None:
    for side, size, name in (0, len(text.rows), "source"), (1, len(text.columns), "target"):
        positions = [position for pin in pinned for position in pin[side]]
        if any(not 0 <= position < size for position in positions):
            raise AlignError(f"a confirmed bead names a {name} segment that the text does not have")
        if len(set(positions)) < len(positions):
            raise AlignError(f"two confirmed beads share a {name} segment; keep one of them")


def _in_order(pinned: Sequence[Pin]) -> list[Pin]:
    """The longest series of beads in which none crosses another."""
    pins = sorted(pinned)
    tops: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for k, (_, target) in enumerate(pins):
        at = bisect_left(tops, target[0])
        before.append(last[at - 1] if at else -1)
        if at == len(tops):
            tops.append(target[0])
            last.append(k)
        else:
            tops[at], last[at] = target[0], k
    series = []
    k = last[-1] if last else -1
    while k >= 0:
        series.append(pins[k])
        k = before[k]
    return series[::-1]


def excise(stretch: Stretch, margin: int) -> tuple[Stretch, Stretch]:
    """Take out the inside of long parts that a rough path leaves alone: (the rest, what was out).

    So many passages stay at both ends of such a part, for the path is only rough.
    """
    keep = np.ones(len(stretch.rows), bool), np.ones(len(stretch.columns), bool)
    for a, b, c, d in _gaps(stretch.path or []):
        for side, first, end in (0, a, b), (1, c, d):
            keep[side][first + margin : max(first + margin, end - margin)] = False
    before = [np.concatenate([[0], np.cumsum(kept)]) for kept in keep]
    path = [
        (int(before[0][a]), int(before[0][b]), int(before[1][c]), int(before[1][d]))
        for a, b, c, d in stretch.path or []
    ]
    rest = Stretch(stretch.text, stretch.rows[keep[0]], stretch.columns[keep[1]], path)
    return rest, Stretch(stretch.text, stretch.rows[~keep[0]], stretch.columns[~keep[1]])


def _gaps(path: Path) -> Iterator[tuple[int, int, int, int]]:
    """Runs of beads that are empty on the same side, each as one."""
    run: tuple[int, int, int, int] | None = None
    for a, b, c, d in path:
        empty = (a == b, c == d)
        if run and empty == (run[0] == run[1], run[2] == run[3]) and any(empty):
            run = (run[0], b, run[2], d)
            continue
        if run:
            yield run
        run = (a, b, c, d) if any(empty) else None
    if run:
        yield run


def part(stretch: Stretch, first: tuple[int, int], end: tuple[int, int]) -> Stretch:
    """The passages from one node to another, with their share of the path."""
    path = None
    if stretch.path is not None:
        low, high = np.array([first[0], first[0], first[1], first[1]]), np.array([*end, *end])
        low, high = low, np.array([end[0], end[0], end[1], end[1]])
        beads = np.clip(np.array(stretch.path), low, high) - low
        path = [(int(a), int(b), int(c), int(d)) for a, b, c, d in beads.tolist() if b > a or d > c]
    return Stretch(
        stretch.text,
        stretch.rows[first[0] : end[0]],
        stretch.columns[first[1] : end[1]],
        path,
    )


def column_at(path: Path, row: int) -> int:
    """Where a rough path is in the target when so much of the source is done."""
    for a, b, c, d in path:
        if a <= row < b:
            return c + (d - c) * (row - a) // (b - a)
    return path[-1][3] if path else 0

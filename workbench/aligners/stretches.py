"""Divides texts into stretches that are aligned each for itself."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

import numpy as np

from workbench.aligners.pool import Stretch
from workbench.errors import AlignError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Pin = tuple[tuple[int, ...], tuple[int, ...]]


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

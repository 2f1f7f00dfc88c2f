"""Finds parts that stand elsewhere: what is left alone in the source is sought in the target's rest."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from workbench.aligners.deciding import Verdict, decide
from workbench.aligners.learning import score
from workbench.aligners.pool import Stretch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from workbench.aligners.learning import Options
    from workbench.aligners.pool import Pool

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

# Fewer passages than these are no part; they may be alike by chance.
LEAST = 6
# So many of the longest parts of each side are compared.
MOST = 12
# What sure beads must earn by their words, in nats a form, to be believed at another place.
FIT = 0.25
SURE = 0.7


def moved(
    verdicts: Sequence[Verdict], pool: Pool, options: Options, rough: Callable[[Stretch], None]
) -> list[Verdict]:
    """New beads for passages that the verdicts leave alone, in other places than between neighbours.

    `rough` gives a long stretch its rough path.
    """
    known: dict[tuple[bytes, bytes], Verdict | None] = {}

    def judged(stretch: Stretch) -> Verdict | None:
        """What two parts have in common; most meet again when others have found their places."""
        parts = stretch.rows.tobytes(), stretch.columns.tobytes()
        if parts not in known:
            rough(stretch)
            scored = score(stretch, pool, options.half)
            known[parts] = _core(decide(scored, stretch, pool, options), pool)
        return known[parts]

    found: list[Verdict] = []
    for text in sorted({verdict.stretch.text for verdict in verdicts}):
        sides = _left([verdict for verdict in verdicts if verdict.stretch.text == text])
        while len(sides[0]) and len(sides[1]):
            best = _best(text, sides, judged)
            if best is None:
                break
            found.append(_alone_with(best))
            sides = [_without(runs, used) for runs, used in zip(sides, _used(best), strict=True)]
    return found


def _alone_with(verdict: Verdict) -> Verdict:
    """The verdict on a stretch of just the passages in its beads."""
    stretch, beads = verdict.stretch, verdict.beads
    a, b, c, d = beads[0, 0], beads[-1, 1], beads[0, 2], beads[-1, 3]
    part = Stretch(stretch.text, stretch.rows[a:b], stretch.columns[c:d])
    return Verdict(part, beads - np.array([a, a, c, c]), verdict.sure, verdict.reasons)


def _left(verdicts: Sequence[Verdict]) -> list[list[Ints]]:
    """Long runs of passages that no bead joins with the other side, for source and target."""
    alone: list[list[Ints]] = [[], []]
    for verdict in verdicts:
        a, b, c, d = verdict.beads.T
        for side, first, end, other in (0, a, b, c == d), (1, c, d, a == b):
            passages = verdict.stretch.rows if side == 0 else verdict.stretch.columns
            alone[side] += [passages[i:j] for i, j in zip(first[other], end[other], strict=True)]
    return [_runs(np.sort(np.concatenate(side)) if side else np.zeros(0, int)) for side in alone]


def _runs(passages: Ints) -> list[Ints]:
    runs = np.split(passages, np.flatnonzero(np.diff(passages) > 1) + 1)
    long = sorted((run for run in runs if len(run) >= LEAST), key=len, reverse=True)
    return long[:MOST]


def _without(runs: list[Ints], used: Ints) -> list[Ints]:
    return [rest for run in runs for rest in _runs(np.setdiff1d(run, used)) if len(rest) >= LEAST]


def _used(verdict: Verdict) -> tuple[Ints, Ints]:
    beads, stretch = verdict.beads, verdict.stretch
    return (
        np.concatenate([stretch.rows[a:b] for a, b, _, _ in beads]),
        np.concatenate([stretch.columns[c:d] for _, _, c, d in beads]),
    )


def _best(
    text: int, sides: Sequence[list[Ints]], judged: Callable[[Stretch], Verdict | None]
) -> Verdict | None:
    best, worth = None, 0
    for rows, columns in product(*sides):
        verdict = judged(Stretch(text, rows, columns))
        if verdict is not None and len(verdict.beads) > worth:
            best, worth = verdict, len(verdict.beads)
    return best


def _core(verdict: Verdict, pool: Pool) -> Verdict | None:
    """The beads from the first sure one to the last; None if they are few or say little."""
    a, b, c, d = verdict.beads.T
    joined = (b > a) & (d > c)
    sure = np.flatnonzero(joined & (verdict.sure >= SURE))
    if len(sure) < LEAST:
        return None
    first, end = int(sure[0]), int(sure[-1]) + 1
    inside = slice(first, end)
    if joined[inside].mean() < 0.5:
        return None
    channel = pool.channels[0]
    size = sum(
        int(side.size[passages[lo:hi]].sum())
        for side, passages, lo, hi in (
            (channel.left, verdict.stretch.rows, a[first], b[end - 1]),
            (channel.right, verdict.stretch.columns, c[first], d[end - 1]),
        )
    )
    earned = sum(verdict.reasons[name][inside][joined[inside]].sum() for name in ("lexical",))
    if earned < FIT * size:
        return None
    reasons = {name: values[inside] for name, values in verdict.reasons.items()}
    return Verdict(verdict.stretch, verdict.beads[inside], verdict.sure[inside], reasons)

"""Puts what was decided about stretches together to alignments of whole texts, with warnings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.aligners.stretches import Pin, blanks
from workbench.model import Alignment, Bead

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from workbench.aligners.deciding import Verdict
    from workbench.aligners.pool import Pool, Stretch
    from workbench.model import TextPair

# Below this mean score of a form, in nats, a path is hardly better than chance.
LOST = 0.04
# Shorter texts say too little about themselves for that.
ENOUGH = 20
# A text that has more than so many times the segments of the other is hardly cut in the same way.
TIMES = 2.5
# Below this mean confidence an alignment is told to be doubtful.
DOUBTFUL = 0.6
# Longer parts without a counterpart are told.
PART = 10


def alignments(
    texts: Sequence[TextPair],
    whole: Sequence[Stretch],
    verdicts: Sequence[Verdict],
    moved: Sequence[Verdict],
    pool: Pool,
) -> list[Alignment]:
    """One alignment for each text."""
    return [
        _alignment(
            pair,
            text,
            [verdict for verdict in verdicts if verdict.stretch.text == text.text],
            [verdict for verdict in moved if verdict.stretch.text == text.text],
            pool,
        )
        for pair, text in zip(texts, whole, strict=True)
    ]


def _alignment(
    pair: TextPair,
    text: Stretch,
    verdicts: Sequence[Verdict],
    moved: Sequence[Verdict],
    pool: Pool,
) -> Alignment:
    blank = blanks(pair)
    beads = [Bead(tuple(a), tuple(b), 1.0, {"pinned": 1.0}) for a, b in pair.pinned]
    beads += [Bead(*pin, 1.0, {"blank": 1.0}) for pin in blank]
    taken: tuple[set[int], set[int]] = set(), set()
    # what was found last was left alone by those before
    for verdict in (*reversed(moved), *verdicts):
        for bead in _beads(verdict, text):
            if not taken[0].intersection(bead.source) and not taken[1].intersection(bead.target):
                beads.append(bead)
                taken[0].update(bead.source)
                taken[1].update(bead.target)
    beads = _ordered(beads)
    taken_as = {(bead.source, bead.target) for bead in beads}
    fit = _fit(beads, text, pool)
    parts = [
        (
            min(i for bead in found for i in bead.source),
            max(i for bead in found for i in bead.source) + 1,
        )
        for found in (_joined(_beads(verdict, text), taken_as) for verdict in moved)
        if found and _crosses(found, beads)
    ]
    parts = [
        (first, end)
        for first, end in sorted(parts)
        if not any(a <= first and end <= b and (a, b) != (first, end) for a, b in parts)
    ]
    sizes = [
        len(passages) - sum(bool(pin[side]) for pin in blank)
        for side, passages in enumerate((pair.source, pair.target))
    ]
    return Alignment(beads, fit, parts, list(_warnings(sizes, beads, fit, parts)))


def _beads(verdict: Verdict, text: Stretch) -> list[Bead]:
    rows = verdict.stretch.rows - text.rows[:1] if len(text.rows) else verdict.stretch.rows
    columns = (
        verdict.stretch.columns - text.columns[:1] if len(text.columns) else verdict.stretch.columns
    )
    names = list(verdict.reasons)
    values = np.array([verdict.reasons[name] for name in names]).T.tolist() or [[]] * len(
        verdict.beads
    )
    return [
        Bead(
            tuple(rows[a:b].tolist()),
            tuple(columns[c:d].tolist()),
            round(sure, 4),
            {name: round(value, 3) for name, value in zip(names, why, strict=True) if value},
        )
        for (a, b, c, d), sure, why in zip(
            verdict.beads.tolist(), verdict.sure.tolist(), values, strict=True
        )
    ]


def _joined(beads: Sequence[Bead], kept: set[Pin]) -> list[Bead]:
    """Those that have both sides and were kept."""
    return [b for b in beads if b.source and b.target and (b.source, b.target) in kept]


def _crosses(part: Sequence[Bead], beads: Sequence[Bead]) -> bool:
    """Whether other beads stand before a part in one text and after it in the other."""
    sides = [[i for bead in part for i in getattr(bead, side)] for side in ("source", "target")]
    (first, end), (low, high) = ((min(side), max(side)) for side in sides)
    return any(
        (bead.source[-1] < first and bead.target[0] > high)
        or (bead.source[0] > end and bead.target[-1] < low)
        for bead in beads
        if bead.source and bead.target
    )


def _ordered(beads: list[Bead]) -> list[Bead]:
    """In the order of the source; a bead without source follows its neighbour in the target."""
    after: dict[int, list[Bead]] = {}
    last = -1
    for bead in sorted((bead for bead in beads if bead.target), key=lambda bead: bead.target):
        if bead.source:
            last = bead.source[-1]
        else:
            after.setdefault(last, []).append(bead)
    ordered = after.get(-1, [])[:]
    for bead in sorted((bead for bead in beads if bead.source), key=lambda bead: bead.source):
        ordered.append(bead)
        ordered += after.get(bead.source[-1], [])
    return ordered


def _fit(beads: Sequence[Bead], text: Stretch, pool: Pool) -> float:
    """Mean word score of a form, over all forms that stand in a bead of both sides."""
    channel = pool.channels[0]
    earned, forms = 0.0, 0
    for bead in beads:
        if bead.source and bead.target and "pinned" not in bead.signals:
            earned += bead.signals.get("lexical", 0.0)
            forms += int(channel.left.size[text.rows[list(bead.source)]].sum())
            forms += int(channel.right.size[text.columns[list(bead.target)]].sum())
    return round(earned / max(1, forms), 3)


def _warnings(
    sizes: Sequence[int], beads: Sequence[Bead], fit: float, moved: Sequence[tuple[int, int]]
) -> Iterator[str]:
    source, target = sizes
    if not source or not target:
        if source or target:
            yield f"the {'target' if source else 'source'} is empty: nothing to align with"
        return
    joined = [bead for bead in beads if bead.source and bead.target]
    ratio = source / target
    if not 1 / TIMES <= ratio <= TIMES:
        yield (
            f"{source} source segments against {target} target segments: are these the same text?"
            " A bead has four of a side at most: join lines of verse to sentences first"
        )
    if len(joined) < 0.3 * min(sizes):
        yield f"only {len(joined)} beads have both sides: are these the same text?"
    elif len(joined) >= ENOUGH and fit < LOST:
        yield (
            f"the words hardly confirm the alignment (fit {fit:.2f}): the path may be lost;"
            " align chapter by chapter, confirm a few beads, or give a machine translation"
        )
    sure = float(np.mean([bead.confidence for bead in beads]))
    if len(joined) >= ENOUGH and sure < DOUBTFUL:
        yield f"only about {sure:.0%} of the beads are expected to be right; look at the least sure first"
    for first, end in moved:
        yield f"source segments {first} to {end - 1} are translated in another place"
    for side in ("source", "target"):
        for first, end in _alone(beads, side):
            yield f"{side} segments {first} to {end - 1} have no counterpart"


def _alone(beads: Sequence[Bead], side: str) -> Iterator[tuple[int, int]]:
    """Long runs of passages that stand alone, [first, end)."""
    other = "target" if side == "source" else "source"
    joined = sorted(i for bead in beads if getattr(bead, other) for i in getattr(bead, side))
    positions = sorted(
        i
        for bead in beads
        if not getattr(bead, other) and "blank" not in bead.signals
        for i in getattr(bead, side)
    )
    between = np.searchsorted(joined, positions)
    for run in np.split(np.array(positions, int), np.flatnonzero(np.diff(between)) + 1):
        if len(run) >= PART:
            yield int(run[0]), int(run[-1]) + 1

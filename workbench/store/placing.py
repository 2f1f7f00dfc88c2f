"""Plans which units the beads of an alignment become, and where they stand; pure, touches nothing."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workbench.errors import AlignError
from workbench.model import Bead

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(slots=True)
class Standing:
    """A unit that is there already; `source` and `target` are ranks in their documents."""

    id: int
    version: int
    text: str
    touched: bool
    source: list[int] = field(default_factory=list)
    target: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Placed:
    """A bead with the unit it becomes (None: a new one) and the unit's position."""

    bead: Bead
    unit: Standing | None
    position: int


def whole(beads: Sequence[Bead], source: int, target: int) -> list[Bead]:
    """Beads that cover two texts of so many segments, in the order of the source.

    Raises AlignError if a segment is in none of them, or in several.
    """
    for name, count, found in (
        ("source", source, [n for bead in beads for n in bead.source]),
        ("target", target, [n for bead in beads for n in bead.target]),
    ):
        if sorted(found) != list(range(count)):
            raise AlignError(
                f"the aligner left out or repeated {name} segments; report this to who made it, and use"
                " another: --aligner gale-church"
            )
    kept = [bead for bead in beads if bead.source or bead.target]
    places = [bead.source for bead in kept if bead.source]
    return kept if places == sorted(places) else _in_order(kept)


def around_touched(beads: Sequence[Bead], touched: Sequence[Standing]) -> list[Bead]:
    """Beads that leave the source sides of touched units whole.

    Such a unit gets the targets of every bead that it is the first to overlap; what else those beads
    have on their source side is left without a translation, to be looked at.
    """
    owner = {rank: unit for unit in touched for rank in unit.source}
    if not owner:
        return list(beads)
    targets: dict[int, set[int]] = {unit.id: set() for unit in touched}
    confidence: dict[int, float] = {}
    rest: list[Bead] = []
    for bead in beads:
        first = next((owner[rank] for rank in bead.source if rank in owner), None)
        if first is None:
            rest.append(bead)
            continue
        targets[first.id].update(bead.target)
        confidence[first.id] = min(confidence.get(first.id, 1.0), bead.confidence)
        rest += [Bead((rank,), (), 0.0) for rank in bead.source if rank not in owner]
    for unit in touched:
        if unit.source:
            sure = confidence.get(unit.id, 0.0)
            rest.append(Bead(tuple(unit.source), tuple(sorted(targets[unit.id])), sure))
    return _in_order(rest)


def _in_order(beads: Sequence[Bead]) -> list[Bead]:
    """Beads by their source; those without one after the bead of the target before them."""
    found = sorted((bead for bead in beads if bead.source), key=lambda bead: bead.source)
    follows: dict[int, list[Bead]] = {}
    ends = sorted((max(bead.target), number) for number, bead in enumerate(found) if bead.target)
    at = -1
    step = 0
    for bead in sorted((b for b in beads if not b.source), key=lambda bead: bead.target):
        while step < len(ends) and ends[step][0] < bead.target[0]:
            at = ends[step][1]
            step += 1
        follows.setdefault(at, []).append(bead)
    ordered = list(follows.get(-1, ()))
    for number, bead in enumerate(found):
        ordered += [bead, *follows.get(number, ())]
    return ordered


def placed(
    beads: Sequence[Bead], units: Sequence[Standing], positions: Sequence[int]
) -> tuple[list[Placed], list[tuple[int, int]]]:
    """Every bead with its unit and position, and how the document's positions must move for that.

    A unit stands at its first segment's position.  One without a source stands in a gap; where there
    is none, what follows moves on: shifts are (old position, how far all from there on move).
    """
    by_rank = {rank: unit for unit in units for rank in unit.source}
    sourceless = {tuple(unit.target): unit for unit in units if not unit.source}
    places: list[Placed] = []
    taken: set[int] = set()
    shifts: list[tuple[int, int]] = []
    moved = 0
    free = 0  # the next position not used yet, counted as before the document was moved
    for bead in beads:
        if bead.source:
            start = positions[bead.source[0]]
            if free > start:
                moved += free - start
                shifts.append((start, moved))
            unit = next(
                (u for rank in bead.source if (u := by_rank.get(rank)) and u.id not in taken), None
            )
            free = positions[bead.source[-1]] + 1
            at = start + moved
        else:
            unit = sourceless.get(bead.target)
            at = free + moved
            free += 1
        if unit:
            taken.add(unit.id)
        places.append(Placed(bead, unit, at))
    return places, shifts


def crossings(targets: Sequence[Sequence[int]]) -> list[bool]:
    """Which beads, in source order, have their target elsewhere: outside the longest rising run."""
    best: list[int] = []  # the smallest end of a rising run of each length
    lengths: list[int] = []
    for target in targets:
        if not target:
            lengths.append(0)
            continue
        at = bisect_left(best, target[0])
        lengths.append(at + 1)
        best[at : at + 1] = [min([target[-1], *best[at : at + 1]])]
    wanted, ceiling = len(best), None
    crossing = [False] * len(targets)
    for number in range(len(targets) - 1, -1, -1):
        if not lengths[number]:
            continue
        rises = ceiling is None or targets[number][-1] < ceiling
        if lengths[number] == wanted and rises:
            wanted, ceiling = wanted - 1, targets[number][0]
        else:
            crossing[number] = True
    return crossing

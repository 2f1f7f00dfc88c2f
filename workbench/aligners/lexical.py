"""The main aligner: lengths and words learned from the texts themselves, all paths weighed at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.aligners import coarse, deciding, learning
from workbench.aligners.pool import gather
from workbench.aligners.stretches import between_pins
from workbench.model import Alignment, Bead, Tables

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping, Sequence

    from workbench.aligners.lattice import Path
    from workbench.aligners.pool import Pool, Stretch
    from workbench.model import TextPair

# Paths over more nodes than these are looked for coarsely first.
FULL = 130_000


class Lexical:
    """Lengths, words, marks and machine translations, weighed together; see docs/aligning.md."""

    name = "lexical"

    def align(
        self,
        texts: Sequence[TextPair],
        *,
        langs: tuple[str, str],
        tables: Tables = Tables(),
        progress: Callable[[float], None] = lambda _: None,
        saved: MutableMapping[str, bytes] | None = None,
    ) -> tuple[list[Alignment], Tables]:
        """As the protocol says; beads to 4:4, time and memory grow with the length of the texts."""
        from threadpoolctl import threadpool_limits

        del langs, saved
        # the matrices are small: threads would cost more than they give
        with threadpool_limits(1):
            return self._align(texts, tables, progress)

    def _align(
        self, texts: Sequence[TextPair], tables: Tables, progress: Callable[[float], None]
    ) -> tuple[list[Alignment], Tables]:
        pool, whole = gather(texts, tables)
        stretches = [
            stretch
            for text, pair in zip(whole, texts, strict=True)
            for stretch in between_pins(text, pair.pinned)
        ]
        options = learning.Options()
        for number, stretch in enumerate(stretches):
            if len(stretch.rows) * len(stretch.columns) > FULL:
                stretch.path = _coarse(stretch, pool)
            progress(0.3 * (number + 1) / len(stretches))
        learning.learn(stretches, pool, options, lambda share: progress(0.3 + 0.6 * share))
        beads: list[list[Bead]] = [
            [Bead(tuple(a), tuple(b), 1.0, {"pinned": 1.0}) for a, b in pair.pinned]
            for pair in texts
        ]
        for stretch in stretches:
            beads[stretch.text] += _beads(stretch, pool, whole[stretch.text], options)
        progress(1.0)
        return [Alignment(_ordered(each), fit=0.0) for each in beads], pool.tables()


def _coarse(stretch: Stretch, pool: Pool) -> Path:
    channel = pool.channels[0]
    sides = channel.left.take(stretch.rows), channel.right.take(stretch.columns)
    return coarse.coarse_path(*sides, channel.seeds, lambda _: None)


def _beads(stretch: Stretch, pool: Pool, whole: Stretch, options: learning.Options) -> list[Bead]:
    if not len(stretch.rows) or not len(stretch.columns):
        path = [(i, i + 1, 0, 0) for i in range(len(stretch.rows))]
        path += [(0, 0, j, j + 1) for j in range(len(stretch.columns))]
        sure = np.full(len(path), 0.9)
    else:
        path, sure = deciding.decide(learning.score(stretch, pool, options.half))
    rows, columns = stretch.rows - whole.rows[:1], stretch.columns - whole.columns[:1]
    return [
        Bead(tuple(rows[a:b].tolist()), tuple(columns[c:d].tolist()), float(p))
        for (a, b, c, d), p in zip(path, sure, strict=True)
    ]


def _ordered(beads: list[Bead]) -> list[Bead]:
    """In the order of the source; a bead without source follows its neighbour in the target."""
    after: dict[int, list[Bead]] = {}
    by_target = sorted((bead for bead in beads if bead.target), key=lambda bead: bead.target)
    last = -1
    for bead in by_target:
        if bead.source:
            last = bead.source[-1]
        else:
            after.setdefault(last, []).append(bead)
    ordered = after.get(-1, [])[:]
    for bead in sorted((bead for bead in beads if bead.source), key=lambda bead: bead.source):
        ordered.append(bead)
        ordered += after.get(bead.source[-1], [])
    return ordered

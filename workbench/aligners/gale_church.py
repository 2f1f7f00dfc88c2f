"""The simplest aligner: NLTK's Gale-Church, by length in characters alone; an oracle for others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.errors import AlignError
from workbench.model import Alignment, Bead, Tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, MutableMapping, Sequence

    from workbench.model import Passage, TextPair

# NLTK fills the whole table in Python: 4.8 s for 468 x 554
CELLS = 1_500 * 1_500


class GaleChurch:
    """Gale and Church, A Program for Aligning Sentences in Bilingual Corpora (1993), by NLTK."""

    name = "gale-church"

    def align(
        self,
        texts: Sequence[TextPair],
        *,
        langs: tuple[str, str],
        tables: Tables = Tables(),
        progress: Callable[[float], None] = lambda _: None,
        saved: MutableMapping[str, bytes] | None = None,
    ) -> tuple[list[Alignment], Tables]:
        """As the protocol says; beads to 2:2, confidence unknown (0.5), nothing learned.

        Raises AlignError for texts of more than about 1,500 passages a side: its time grows with
        their product.
        """
        del langs, tables, saved
        found = []
        for number, pair in enumerate(texts, 1):
            found.append(Alignment(list(_beads(pair)), fit=0.0))
            progress(number / len(texts))
        return found, Tables()


def _beads(pair: TextPair) -> Iterator[Bead]:
    """Align what lies between the pinned beads, each stretch for itself."""
    done_source = done_target = 0
    ends = ((len(pair.source),), (len(pair.target),))
    for source, target in [*sorted(pair.pinned), ends]:
        first_source = source[0] if source else done_source
        first_target = target[0] if target else done_target
        if first_source < done_source or first_target < done_target:
            raise AlignError(
                "gale-church cannot keep confirmed beads that cross; use another aligner"
            )
        yield from _stretch(pair, (done_source, first_source), (done_target, first_target))
        if (source, target) != ends:
            yield Bead(source, target, 1.0)
        done_source = source[-1] + 1 if source else done_source
        done_target = target[-1] + 1 if target else done_target


def _stretch(pair: TextPair, source: tuple[int, int], target: tuple[int, int]) -> Iterator[Bead]:
    n, m = source[1] - source[0], target[1] - target[0]
    if n * m > CELLS:
        raise AlignError(
            f"gale-church cannot align {n} with {m} segments in reasonable time; use another aligner"
        )
    if not n or not m:
        yield from (Bead((i,), (), 0.5) for i in range(*source))
        yield from (Bead((), (j,), 0.5) for j in range(*target))
        return
    from nltk.translate.gale_church import align_blocks

    links = align_blocks(
        _lengths(pair.source[slice(*source)]), _lengths(pair.target[slice(*target)])
    )
    yield from _joined(links, source, target)


def _lengths(passages: Sequence[Passage]) -> list[int]:
    return [max(1, len(passage.text)) for passage in passages]


def _joined(
    links: Sequence[tuple[int, int]], source: tuple[int, int], target: tuple[int, int]
) -> Iterator[Bead]:
    """Beads from NLTK's links; passages without a link become beads of their own."""
    groups: list[tuple[set[int], set[int]]] = []
    for i, j in sorted(links):
        if groups and (i in groups[-1][0] or j in groups[-1][1]):
            groups[-1][0].add(i)
            groups[-1][1].add(j)
        else:
            groups.append(({i}, {j}))
    groups.append(({source[1] - source[0]}, {target[1] - target[0]}))
    next_i = next_j = 0
    for left, right in groups:
        yield from (Bead((source[0] + i,), (), 0.5) for i in range(next_i, min(left)))
        yield from (Bead((), (target[0] + j,), 0.5) for j in range(next_j, min(right)))
        if min(left) < source[1] - source[0]:
            yield Bead(
                tuple(source[0] + i for i in sorted(left)),
                tuple(target[0] + j for j in sorted(right)),
                0.5,
            )
        next_i, next_j = max(left) + 1, max(right) + 1

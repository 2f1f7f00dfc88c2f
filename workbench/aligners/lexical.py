"""The main aligner: lengths and words learned from the texts themselves, all paths weighed at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.aligners import coarse, learning, stretches
from workbench.aligners.deciding import Verdict, alone, decide
from workbench.aligners.moved import moved
from workbench.aligners.order import in_order
from workbench.aligners.pool import Stretch, gather
from workbench.aligners.report import alignments
from workbench.aligners.saving import Saved, pack, unpack
from workbench.model import Alignment, Tables

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping, Sequence

    from workbench.aligners.learning import Options
    from workbench.aligners.pool import Pool
    from workbench.model import TextPair

# Paths over more nodes than these are looked for coarsely first.
FULL = 130_000
# So many source passages are learned from together; longer texts go in pieces of this size.
BATCH = 4_000
# So many source passages of one text teach enough without what is rare and doubtful in them.
ENOUGH = 600
# The last passages of a piece are done again with the next, from the surest bead among them on.
AGAIN = 60
# Passages left at both ends of a part that has no counterpart, for its ends are only roughly known.
MARGIN = 30
# How sure it is that the inside of such a part has none.
OMITTED = 0.96


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

        # the matrices are small: threads would cost more than they give
        with threadpool_limits(1):
            pool, whole = gather(texts, tables, langs)
            work = _Work(pool, learning.Options(), progress, Saved(saved, texts, langs, tables))
            for text, pair in zip(whole, texts, strict=True):
                work.add(text, [*pair.pinned, *stretches.blanks(pair)])
            verdicts = work.run()
            progress(1.0)
            return alignments(texts, whole, verdicts, work.moved, pool), pool.tables()


class _Work:
    """What is left to do of one call, and what was decided."""

    def __init__(
        self, pool: Pool, options: Options, progress: Callable[[float], None], saved: Saved
    ) -> None:
        self.pool, self.options, self.progress, self.saved = pool, options, progress, saved
        self.todo: list[Stretch] = []
        self.done: list[Verdict] = []
        self.moved: list[Verdict] = []
        # source passages of parts that are known to stand elsewhere
        self.elsewhere: set[int] = set()

    def add(self, text: Stretch, pinned: Sequence[stretches.Pin]) -> None:
        for stretch in stretches.between_pins(text, pinned):
            main, elsewhere = in_order(stretch, self.pool.channels[0])
            self.todo += [*main, *elsewhere]
            for part in elsewhere:
                self.elsewhere.update(part.rows.tolist())

    def run(self) -> list[Verdict]:
        """Align batch by batch; what the texts teach is carried on."""
        total = sum(len(stretch.rows) for stretch in self.todo) or 1
        for k, stretch in enumerate(self.todo):
            arrays = self.saved.read(f"rough{k}")
            if arrays is not None:
                stretch.path = [(a, b, c, d) for a, b, c, d in arrays["path"].tolist()]
                continue
            self.rough(stretch)
            if stretch.path is not None and len(stretch.rows) > BATCH:
                self.saved.write(f"rough{k}", {"path": np.array(stretch.path, np.int64)})
        rest = []
        for stretch in self.todo:
            if stretch.path is None:
                rest.append(stretch)
                continue
            inside, out = stretches.excise(stretch, MARGIN)
            rest.append(inside)
            self.done.append(alone(out, OMITTED))
        self.todo = rest
        number = 0
        while self.todo:
            batch, cut = self._next()
            self._batch(f"batch{number}", batch, cut)
            number += 1
            left = sum(len(stretch.rows) for stretch in self.todo)
            self.progress(0.3 + 0.6 * (1 - left / total))
        shifted = [each for each in self.done if self.elsewhere.intersection(each.stretch.rows[:1])]
        self.moved = [*shifted, *self._moved()]
        return self.done

    def rough(self, stretch: Stretch) -> None:
        """Give a long stretch its rough path."""
        if len(stretch.rows) * len(stretch.columns) > FULL:
            channel = self.pool.channels[0]
            sides = channel.left.take(stretch.rows), channel.right.take(stretch.columns)
            stretch.path = coarse.coarse_path(*sides, channel.seeds, lambda _: None)

    def _next(self) -> tuple[list[Stretch], bool]:
        """The next batch; and whether its last stretch is only the beginning of the next to do."""
        batch: list[Stretch] = []
        room = BATCH
        while self.todo and room > 0:
            stretch = self.todo[0]
            if len(stretch.rows) > room + BATCH // 2 and stretch.path is not None:
                if batch:
                    break
                row = BATCH
                end = row, stretches.column_at(stretch.path, row)
                batch.append(stretches.part(stretch, (0, 0), end))
                return batch, True
            batch.append(self.todo.pop(0))
            room -= len(stretch.rows)
        return batch, False

    def _batch(self, name: str, batch: list[Stretch], cut: bool) -> None:
        arrays = self.saved.read(name)
        if arrays is None:
            verdicts = self._align(batch, cut)
            if cut or self.todo:
                self.saved.write(name, pack(verdicts, self.pool))
        else:
            verdicts = unpack(arrays, self.pool)
        if cut:
            end = verdicts[-1].beads[-1] if len(verdicts[-1].beads) else (0, 0, 0, 0)
            whole = self.todo[0]
            node = int(end[1]), int(end[3])
            self.todo[0] = stretches.part(whole, node, (len(whole.rows), len(whole.columns)))
        self.done += verdicts
        self.pool.keep()

    def _align(self, batch: list[Stretch], cut: bool) -> list[Verdict]:
        size = max(len(stretch.rows) for stretch in batch)
        options = self.options if size < ENOUGH else learning.LONG
        learning.learn(batch, self.pool, options, lambda _: None)
        verdicts = [self._decide(stretch, options) for stretch in batch]
        if cut:
            verdicts[-1] = _surely(verdicts[-1])
        return verdicts

    def _decide(self, stretch: Stretch, options: Options) -> Verdict:
        if not len(stretch.rows) or not len(stretch.columns):
            return alone(stretch, OMITTED)
        scored = learning.score(stretch, self.pool, options.half)
        return decide(scored, stretch, self.pool, options)

    def _moved(self) -> list[Verdict]:
        """Look for parts at another place; once more when those found have taught their words."""
        found = moved(self.done, self.pool, self.options, self.rough)
        if not found:
            return []
        learning.learn(
            [verdict.stretch for verdict in found], self.pool, self.options, lambda _: None
        )
        self.pool.keep()
        return moved(self.done, self.pool, self.options, self.rough)


def _surely(verdict: Verdict) -> Verdict:
    """The beads up to the surest of the last ones: there the next piece begins."""
    late = [
        k
        for k, (a, b, c, d) in enumerate(verdict.beads)
        if len(verdict.stretch.rows) - AGAIN <= b and b > a and d > c
    ][:-1]
    if not late:
        return verdict
    best = max(late, key=lambda k: float(verdict.sure[k]))
    return verdict.first(best + 1)

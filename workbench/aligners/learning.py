"""Learns from the texts: weigh all paths, count what stands in the same beads, weigh again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from workbench.aligners import lattice, trust
from workbench.aligners.edges import edge_scores
from workbench.aligners.lexicon import Sample
from workbench.aligners.pool import CHANCE
from workbench.aligners.scoring import Lengths, length_scores, word_scores

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from workbench.aligners.lattice import Band, Path, Posteriors
    from workbench.aligners.pool import Habits, Pool, Stretch
    from workbench.aligners.trust import Share

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Singles = NDArray[np.float32]


@dataclass(frozen=True)
class Options:
    """Numbers chosen on development texts."""

    words: float = 0.6
    lengths: float = 0.5
    # before any words are known
    lengths_first: float = 1.5
    edges: float = 0.7
    rounds: int = 5
    # when earlier pieces have taught the words
    rounds_more: int = 2
    # target passages searched on both sides of the last path
    half: int = 7
    # so many beads' worth of CHANCE beside what a text shows
    belief: float = 30.0
    # it has no beads of several passages on both sides so many times as often as texts at large
    large: float = 3.0
    # beads less probable teach nothing, nor do longer ones
    least: float = 0.05
    longest: int = 2
    # learning ends when fewer of the beads than this share change
    settled: float = 0.002
    # the beads weighed while words are learned
    shapes: tuple[tuple[int, int], ...] = lattice.SHAPES


# For long texts, which teach enough without their rare large beads and their doubtful ones.
LONG = Options(
    rounds_more=1,
    half=4,
    least=0.1,
    settled=0.01,
    shapes=((1, 0), (1, 1), (1, 2), (2, 1), (2, 2), (1, 3), (3, 1)),
)


@dataclass(frozen=True)
class Scored:
    """All beads of a stretch with what speaks for them: word scores by channel, and length scores."""

    band: Band
    words: list[Singles]
    shares: list[Share]
    lengths: Singles
    edges: Floats
    habits: Habits

    def total(self, words: float, lengths: float, edges: float) -> Floats:
        """The scores together, under these weights, with those of the beads' shapes."""
        score = lengths * self.lengths + edges * self.edges
        score += self.habits.log(self.band.shapes)[:, None, None]
        for share, found in zip(self.shares, self.words, strict=True):
            score += words * share * found
        return score

    def posteriors(self, words: float, lengths: float, edges: float) -> tuple[Floats, Posteriors]:
        """The scores together, and how probable they make each bead."""
        score = self.total(words, lengths, edges)
        return score, lattice.posteriors(self.band, score, self.skip)

    @property
    def skip(self) -> Floats:
        """The score of each target passage alone."""
        return np.full(self.band.m, np.log(self.habits.shapes[0, 1]))


def score(
    stretch: Stretch, pool: Pool, half: int, shapes: tuple[tuple[int, int], ...] = lattice.SHAPES
) -> Scored:
    """Score the beads of these shapes near the stretch's path, or all if it has none."""
    habits, channels = pool.habits[stretch.text], trust.used(pool, stretch.text)
    n, m = len(stretch.rows), len(stretch.columns)
    path = stretch.path
    band = lattice.full(n, m, shapes) if path is None else lattice.around(path, n, m, half, shapes)
    evidences = [channel.evidence(stretch.rows, stretch.columns) for channel in channels]
    chars = (channels[0].left.chars[stretch.rows], channels[0].right.chars[stretch.columns])
    return Scored(
        band,
        [word_scores(evidence, band) for evidence in evidences],
        trust.shares(stretch, pool, band),
        length_scores(Lengths(habits.ratio, habits.variance), *chars, band),
        _edge_scores(stretch, pool, band),
        habits,
    )


def _edge_scores(stretch: Stretch, pool: Pool, band: Band) -> Floats:
    source, target = pool.edges
    return edge_scores(
        pool.edge_model, source.take(stretch.rows), target.take(stretch.columns), band
    )


@dataclass(frozen=True)
class Found:
    """The beads of a stretch that may teach something, in local positions, and all beads counted.

    `earned` is what the words of each channel explain, in nats.
    """

    beads: NDArray[np.int64]
    weight: Floats
    shapes: dict[tuple[int, int], float]
    earned: list[float]


def weigh(scored: Scored, path_of: Stretch, options: Options, first: bool) -> Found:
    """Weigh all paths; the stretch gets the best."""
    lengths = options.lengths_first if first else options.lengths
    total, post = scored.posteriors(options.words, lengths, options.edges)
    band = scored.band
    path_of.path = lattice.best(band, total, scored.skip)
    shapes = {shape: float(post.bead[k].sum()) for k, shape in enumerate(band.shapes)}
    shapes[0, 1] = float(post.skip.sum())
    size = np.array(band.shapes)
    teach = (size.max(axis=1) <= options.longest) & (size.min(axis=1) > 0)
    k, row, column = np.nonzero((post.bead > options.least) & teach[:, None, None])
    end = band.column[row, column]
    beads = np.stack([row - size[k, 0], row, end - size[k, 1], end], axis=1)
    earned = [
        trust.earned(share, words, post.bead)
        for share, words in zip(scored.shares, scored.words, strict=True)
    ]
    return Found(beads, post.bead[k, row, column], shapes, earned)


def learn(
    stretches: Sequence[Stretch],
    pool: Pool,
    options: Options,
    progress: Callable[[float], None],
) -> None:
    """Go over a batch of stretches until nothing changes; each gets its path."""
    stretches = [stretch for stretch in stretches if len(stretch.rows) and len(stretch.columns)]
    if not stretches:
        return
    rows = np.concatenate([stretch.rows for stretch in stretches])
    columns = np.concatenate([stretch.columns for stretch in stretches])
    rounds = options.rounds_more if pool.taught else options.rounds
    for turn in range(rounds):
        before = [stretch.path for stretch in stretches]
        found = []
        for stretch in stretches:
            scored = score(stretch, pool, options.half, options.shapes)
            found.append(weigh(scored, stretch, options, turn == 0))
        _habits(stretches, found, pool, options)
        trust.learn(pool, stretches, [each.earned for each in found])
        pool.learn(rows, columns, _sample(stretches, found))
        progress((turn + 1) / rounds)
        if _changed(before, [stretch.path for stretch in stretches]) < options.settled:
            break


def _changed(before: Sequence[Path | None], after: Sequence[Path | None]) -> float:
    """The share of beads that are new."""
    fresh = total = 0
    for old, new in zip(before, after, strict=True):
        fresh += len(set(new or ()).difference(old or ()))
        total += len(new or ())
    return fresh / max(1, total)


def _sample(stretches: Sequence[Stretch], found: Sequence[Found]) -> Sample:
    """The beads of all stretches in positions of the pool."""
    parts = []
    for stretch, each in zip(stretches, found, strict=True):
        a, b, c, d = each.beads.T
        source, source_end = stretch.rows[a], stretch.rows[b - 1] + 1
        target, target_end = stretch.columns[c], stretch.columns[d - 1] + 1
        # where passages were left out between, a bead is no run of the pool
        whole = (source_end - source == b - a) & (target_end - target == d - c)
        parts.append([x[whole] for x in (source, source_end, target, target_end, each.weight)])
    return Sample(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _habits(
    stretches: Sequence[Stretch],
    found: Sequence[Found],
    pool: Pool,
    options: Options,
) -> None:
    """Move each text's habits to what its stretches show."""
    chars = pool.channels[0].left.chars, pool.channels[0].right.chars
    for text in {stretch.text for stretch in stretches}:
        mine = [i for i, stretch in enumerate(stretches) if stretch.text == text]
        counts = {shape: sum(found[i].shapes.get(shape, 0.0) for i in mine) for shape in CHANCE}
        joined = sum(counts[shape] for shape in CHANCE if min(shape) > 0)
        # large beads swallow what is not understood, so they stay as rare as elsewhere
        for shape in CHANCE:
            if min(shape) > 1:
                counts[shape] = min(counts[shape], options.large * CHANCE[shape] * joined)
        total = sum(counts.values()) + options.belief
        habit = pool.habits[text]
        habit.shapes = {
            shape: (counts[shape] + options.belief * CHANCE[shape]) / total for shape in CHANCE
        }
        pairs = [
            (chars[0][stretches[i].rows[a]], chars[1][stretches[i].columns[c]])
            for i in mine
            for a, b, c, d in stretches[i].path or []
            if b - a == d - c == 1
        ]
        if len(pairs) > 10:
            x, y = np.array(pairs).T
            x = x * habit.ratio
            # the median of a squared standard normal is 0.455
            variance = np.median((y - x) ** 2 / (0.5 * (x + y))) / 0.455
            habit.variance = float(np.clip(variance, 1, 30))

"""Decides on beads when all paths are weighed, and says how sure each is and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from workbench.aligners import candidates
from workbench.aligners.confidence import confidence, describe, varied
from workbench.aligners.weighing import features, named, weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workbench.aligners.learning import Options, Scored
    from workbench.aligners.pool import Pool, Stretch

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

# A bead is worth its probability less this, so beads that are probably wrong are not strung together.
COST = 0.4


@dataclass(frozen=True)
class Verdict:
    """The beads of a stretch: local positions [bead, (source, end, target, end)], how sure, and why.

    `reasons` are the scores of each bead in nats by name.
    """

    stretch: Stretch
    beads: Ints
    sure: Floats
    reasons: dict[str, Floats]

    def first(self, beads: int) -> Verdict:
        """The same for the first beads only."""
        reasons = {name: values[:beads] for name, values in self.reasons.items()}
        return Verdict(self.stretch, self.beads[:beads], self.sure[:beads], reasons)


def decide(scored: Scored, stretch: Stretch, pool: Pool, options: Options) -> Verdict:
    """The beads of the highest expected worth."""
    total = scored.total(options.words, options.lengths, options.edges)
    found = candidates.choose(scored.band, total, scored.skip)
    described = features(found, scored, stretch, pool)
    posterior = candidates.posteriors(found, described @ weights())
    path = candidates.best(found, posterior - COST)
    doubted = varied(found, described, weights())
    sure = confidence(describe(found, named(described), doubted, path), found.beads[path])
    reasons = {name: found.at(values)[path] for name, values in _reasons(scored).items()}
    return Verdict(stretch, found.beads[path], sure, reasons)


def _reasons(scored: Scored) -> dict[str, Floats]:
    reasons: dict[str, Floats] = {
        "lexical": scored.words[0].astype(float),
        "length": scored.lengths.astype(float),
        "structure": scored.edges,
    }
    if len(scored.words) > 1:
        reasons["mt"] = np.sum(scored.words[1:], axis=0, dtype=float)
    return reasons


def alone(stretch: Stretch, sure: float) -> Verdict:
    """Every passage of a stretch for itself, where there is nothing on the other side."""
    n, m = len(stretch.rows), len(stretch.columns)
    beads = [(i, i + 1, 0, 0) for i in range(n)] + [(n, n, j, j + 1) for j in range(m)]
    return Verdict(stretch, np.array(beads, np.int64).reshape(-1, 4), np.full(n + m, sure), {})

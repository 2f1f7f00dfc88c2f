"""Decides on beads when all paths are weighed, and says how sure each is and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.aligners import lattice

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workbench.aligners.lattice import Path, Posteriors
    from workbench.aligners.learning import Scored

    Floats = NDArray[np.float64]

# A bead is worth its probability less this, so beads that are probably wrong are not strung together.
COST = 0.4
# The committee: weights of words and lengths under which all paths are weighed again.
COMMITTEE = ((0.6, 0.5, 0.5),)


def decide(scored: Scored) -> tuple[Path, Floats]:
    """The beads of the highest expected worth, and how probable each is."""
    band = scored.band
    posts = [scored.posteriors(*weights)[1] for weights in COMMITTEE]
    bead = np.mean([post.bead for post in posts], axis=0)
    alone = bead[0].sum(axis=1)
    skip = np.mean([_skipped(scored, post) for post in posts], axis=0)
    worth = bead - COST
    worth[0] = alone[:, None] - COST
    path = lattice.best(band, worth, skip - COST)
    sure = []
    for a, b, c, d in path:
        if a == b:
            sure.append(skip[c])
        elif c == d:
            sure.append(alone[b])
        else:
            k = band.shapes.index((b - a, d - c))
            sure.append(bead[k, b, d - band.low[b]])
    return path, np.clip(np.array(sure), 0, 1)


def _skipped(scored: Scored, post: Posteriors) -> Floats:
    """How probable it is that each target passage stands alone."""
    band = scored.band
    sums: Floats = np.zeros(band.m + 1)
    np.add.at(sums, np.minimum(band.column, band.m), post.skip)
    return sums[1:]

"""Says how sure a bead is: how many of the aligner's slightly different selves would find it too.

A posterior is too sure of itself (Guo et al. 2017), for it takes the weights as given.  So the paths are
weighed again with each weight a little larger or smaller; errors are where these disagree.  A logistic
regression on gold alignments sets the mean right; benchmarks/fit_aligning.py finds its coefficients.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.aligners import candidates, lattice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from workbench.aligners.candidates import Candidates

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

COEFFICIENTS = {
    "always": 1.95,
    # log odds of the mean posterior under varied weights, and the lower one of the beads beside
    "varied": 0.18,
    "varied_beside": 0.13,
    # without a counterpart on either side, and how long then
    "source_alone": -0.59,
    "target_alone": 1.18,
    "size_alone": -0.44,
    # how often beads of its shape are met, in nats; larger beads beside; the difference in length
    "shape": 0.43,
    "size_beside": -0.22,
    "deviation": 0.11,
}
# Weights are multiplied by numbers whose logarithms are so spread, and the scores tempered.
SELVES, SPREAD, TEMPER = 16, 0.5, 0.5
# What stands beside the first and the last bead.
BORDER = 4.0
# Beads as large as beads can be tell of larger ones that cannot be found: verse against prose, or another
# text.  Of the beads of two sides around, so many before and after, a tenth may be so large; a half makes
# all worthless.
LARGEST = max(map(max, lattice.SHAPES))
AROUND = 10
FEW, MANY = 0.1, 0.5


def varied(found: Candidates, features: Floats, weights: Floats) -> Floats:
    """The mean posterior of each candidate when the weights of the features are varied."""
    draw = np.random.default_rng(3)
    factors = np.exp(draw.normal(0, SPREAD, (SELVES, len(weights))))
    scores = features @ (factors * weights * TEMPER).T
    mean: Floats = np.mean([candidates.posteriors(found, score) for score in scores.T], axis=0)
    return mean


def describe(
    found: Candidates, features: Mapping[str, Floats], varied: Floats, path: Ints
) -> Floats:
    """What the confidence of each bead of a path goes by, [bead, name of COEFFICIENTS].

    `features` are those of all candidates, by name, as weighing gives them.
    """
    odds = _odds(varied[path])
    beside = np.concatenate([[BORDER], odds, [BORDER]])
    a, b, c, d = found.beads[path].T
    several = np.concatenate([[0], found.joined[path] & (b - a + d - c > 2), [0]])
    columns = {
        "always": np.ones(len(path)),
        "varied": odds,
        "varied_beside": np.minimum(beside[:-2], beside[2:]),
        "size_beside": several[:-2] + several[2:],
    }
    return np.stack(
        [columns[n] if n in columns else features[n][path] for n in COEFFICIENTS], axis=1
    )


def confidence(described: Floats, beads: Ints) -> Floats:
    """How probably each bead of a path is right, 0 to 1; `beads` are (source, end, target, end)."""
    odds = described @ np.array(list(COEFFICIENTS.values()))
    sure: Floats = _plausible(beads) / (1 + np.exp(-odds))
    return sure


def _plausible(beads: Ints) -> Floats:
    """1 where few of the beads around are as large as beads can be, 0 where many are."""
    a, b, c, d = beads.T
    joined = (b > a) & (d > c)
    large = np.maximum(b - a, d - c)[joined] == LARGEST
    sums = np.concatenate([[0], np.cumsum(large)])
    at = np.cumsum(joined)
    first, end = np.maximum(at - AROUND, 0), np.minimum(at + AROUND, len(large))
    # a few beads say little
    share = (sums[end] - sums[first]) / np.maximum(end - first, AROUND)
    plausible: Floats = np.clip((MANY - share) / (MANY - FEW), 0.0, 1.0)
    return plausible


def _odds(probability: Floats) -> Floats:
    kept = np.clip(probability, 1e-4, 1 - 1e-4)
    odds: Floats = np.log(kept / (1 - kept))
    return odds

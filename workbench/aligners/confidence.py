"""Says how sure a bead is: how many of the aligner's slightly different selves would find it too.

A posterior is too sure of itself (Guo et al. 2017), for it takes the weights as given.  So the paths are
weighed again with each weight a little larger or smaller; errors are where these disagree.  A logistic
regression on gold alignments sets the mean right; benchmarks/fit_aligning.py finds its coefficients.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.aligners import candidates

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from workbench.aligners.candidates import Candidates

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

COEFFICIENTS = {
    "always": 1.96,
    # log odds of the mean posterior under varied weights, and the lower one of the beads beside
    "varied": 0.07,
    "varied_beside": 0.10,
    # without a counterpart on either side, and how long then
    "source_alone": 1.27,
    "target_alone": 1.27,
    "size_alone": -0.93,
    # how often beads of its shape are met, in nats; larger beads beside; the difference in length
    "shape": 0.1,
    "size_beside": -0.38,
    "deviation": 0.10,
}
# Weights are multiplied by numbers whose logarithms are so spread, and the scores tempered.
SELVES, SPREAD, TEMPER = 8, 0.5, 0.5
# What stands beside the first and the last bead.
BORDER = 4.0


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


def confidence(described: Floats) -> Floats:
    """How probably each bead is right, 0 to 1."""
    odds = described @ np.array(list(COEFFICIENTS.values()))
    sure: Floats = 1 / (1 + np.exp(-odds))
    return sure


def _odds(probability: Floats) -> Floats:
    kept = np.clip(probability, 1e-4, 1 - 1e-4)
    odds: Floats = np.log(kept / (1 - kept))
    return odds

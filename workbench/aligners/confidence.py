"""Says how sure a bead is: its posterior, corrected by what makes beads wrong that look probable.

Posteriors are too sure of themselves (Guo et al. 2017); a logistic regression on gold alignments, with
whole documents held out, sets them right.  benchmarks/fit_aligning.py finds its coefficients.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.aligners import candidates

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workbench.aligners.candidates import Candidates

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

COEFFICIENTS = {
    "always": 1.96,
    # log odds of the posterior, of a flat one, and the lower of the neighbours' under tempered scores
    "posterior": 0.07,
    "flat": 0.20,
    "neighbour": 0.10,
    # without a counterpart, and how long then; passages more than one to one, here and beside
    "alone": 1.27,
    "size_alone": -0.93,
    "size": -0.65,
    "size_beside": -0.38,
    "deviation": 0.10,
}
TEMPER, FLAT = 0.35, 0.15
# What stands beside the first and the last bead.
BORDER = 4.0


def describe(
    found: Candidates, features: dict[str, Floats], score: Floats, posterior: Floats, path: Ints
) -> Floats:
    """What the confidence of each bead of a path goes by, [bead, name of COEFFICIENTS].

    `features`, `score` and its `posterior` are those of all candidates, as weighing gives them.
    """
    tempered = _odds(candidates.posteriors(found, score * TEMPER)[path])
    beside = np.concatenate([[BORDER], tempered, [BORDER]])
    a, b, c, d = found.beads[path].T
    joined = found.joined[path]
    size = joined * (b - a + d - c - 2.0)
    several = np.concatenate([[False], size > 0, [False]])
    columns = {
        "always": np.ones(len(path)),
        "posterior": _odds(posterior[path]),
        "flat": _odds(candidates.posteriors(found, score * FLAT)[path]),
        "neighbour": np.minimum(beside[:-2], beside[2:]),
        "alone": 1.0 * ~joined,
        "size_alone": features["size_alone"][path],
        "size": size,
        "size_beside": 1.0 * several[:-2] + several[2:],
        "deviation": features["deviation"][path],
    }
    return np.stack([columns[name] for name in COEFFICIENTS], axis=1)


def confidence(described: Floats) -> Floats:
    """How probably each bead is right, 0 to 1."""
    odds = described @ np.array(list(COEFFICIENTS.values()))
    sure: Floats = 1 / (1 + np.exp(-odds))
    return sure


def _odds(probability: Floats) -> Floats:
    kept = np.clip(probability, 1e-4, 1 - 1e-4)
    odds: Floats = np.log(kept / (1 - kept))
    return odds

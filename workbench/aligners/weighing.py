"""Weighs candidate beads by all that is known of them, under weights learned from gold alignments.

The weights maximise the beads expected to be right (Smith and Eisner 2006, minimum risk), which unlike
likelihood does not mind passages where gold and text disagree; benchmarks/fit_aligning.py finds them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.aligners import linking, trust
from workbench.aligners.linking import link
from workbench.aligners.scoring import deviations

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workbench.aligners.candidates import Candidates
    from workbench.aligners.learning import Scored
    from workbench.aligners.pool import Pool, Stretch

    Floats = NDArray[np.float64]

WEIGHTS = {
    "words": 0.58,
    "length": 0.38,
    "deviation": 0.61,
    "opens": 0.68,
    "closes": 0.69,
    "shape": 1.35,
    "one_to_many": 0.04,
    "many_to_many": -1.49,
    "large": -2.30,
    "source_alone": 6.99,
    "target_alone": 2.09,
    "size_alone": -2.96,
    "mute_alone": 15.97,
    "head": 5.23,
    "tail": 3.05,
    "displaced": 5.53,
    "open_source": 0.08,
    "open_target": 0.11,
    "outside": 1.11,
    "weak": 10.36,
    "loose": 24.04,
}


def features(found: Candidates, scored: Scored, stretch: Stretch, pool: Pool) -> Floats:
    """What is known of each candidate, [bead, name of WEIGHTS], mostly in nats."""
    columns = {**_shapes(found, scored, stretch, pool), **_sums(found, scored)}
    columns |= _lengths(found, scored, stretch, pool)
    columns |= _edges(found, stretch, pool)
    columns |= _links(found, scored, stretch, pool)
    return np.stack([columns[name] for name in WEIGHTS], axis=1)


def named(features: Floats) -> dict[str, Floats]:
    """The features by name."""
    return dict(zip(WEIGHTS, features.T, strict=True))


def weights() -> Floats:
    """The weights of the features, in their order."""
    return np.array(list(WEIGHTS.values()))


def _shapes(found: Candidates, scored: Scored, stretch: Stretch, pool: Pool) -> dict[str, Floats]:
    a, b, c, d = found.beads.T
    source, target = b - a, d - c
    kinds, which = np.unique(np.stack([source, target]), axis=1, return_inverse=True)
    habit = np.log([scored.habits.shapes[int(x), int(y)] for x, y in kinds.T])
    chars = pool.channels[0].left.chars[stretch.rows], pool.channels[0].right.chars[stretch.columns]
    mute = [
        side.mute[at] for side, at in zip(pool.edges, (stretch.rows, stretch.columns), strict=True)
    ]
    size, silent = np.zeros(len(a)), np.zeros(len(a))
    for side, first, empty in ((0, a, target == 0), (1, c, source == 0)):
        size[empty] = np.log(1 + chars[side][first[empty]])
        silent[empty] = mute[side][first[empty]]
    joined = found.joined
    return {
        "shape": habit[which.reshape(-1)],
        "one_to_many": joined * ((source == 1) != (target == 1)),
        "many_to_many": joined * ((source > 1) & (target > 1)),
        "large": joined * np.maximum(0, source + target - 3),
        "source_alone": 1.0 * (target == 0),
        "target_alone": 1.0 * (source == 0),
        "size_alone": size,
        "mute_alone": silent,
    }


def _sums(found: Candidates, scored: Scored) -> dict[str, Floats]:
    words: Floats = np.sum(
        [
            share * found.at(values)
            for share, values in zip(
                trust.decisive(found, scored.shares), scored.words, strict=True
            )
        ],
        axis=0,
    )
    return {"words": words, "length": found.at(scored.lengths)}


# A difference in length beyond this says no more.
FAR_OFF = 40.0


def _lengths(found: Candidates, scored: Scored, stretch: Stretch, pool: Pool) -> dict[str, Floats]:
    a, b, c, d = found.beads.T
    left = np.cumsum([0.0, *pool.channels[0].left.chars[stretch.rows]]) * scored.habits.ratio
    right = np.cumsum([0.0, *pool.channels[0].right.chars[stretch.columns]])
    x, y = left[b] - left[a], right[d] - right[c]
    off = deviations(x, y, scored.habits.variance) ** 2
    return {"deviation": found.joined * -np.minimum(off, FAR_OFF) / 2}


def _edges(found: Candidates, stretch: Stretch, pool: Pool) -> dict[str, Floats]:
    joined = found.joined
    a, b, c, d = found.beads[joined].T
    source, target = pool.edges[0].take(stretch.rows), pool.edges[1].take(stretch.columns)
    opens, closes = np.zeros(len(joined)), np.zeros(len(joined))
    opens[joined] = pool.edge_model.opens[source.opens[a], target.opens[c]]
    closes[joined] = pool.edge_model.closes[source.closes[b - 1], target.closes[d - 1]]
    return {"opens": opens, "closes": closes}


def _links(found: Candidates, scored: Scored, stretch: Stretch, pool: Pool) -> dict[str, Floats]:
    """The mean of what the links of each channel say, as far as each is trusted."""
    mean = np.zeros((len(found.beads), len(linking.NAMES)))
    shares = trust.decisive(found, scored.shares)
    for channel, share in zip(trust.used(pool, stretch.text), shares, strict=True):
        values = link(channel.evidence(stretch.rows, stretch.columns), channel.says, found.beads)
        mean += values * np.reshape(share, (-1, 1))
    return dict(zip(linking.NAMES, mean.T, strict=True))

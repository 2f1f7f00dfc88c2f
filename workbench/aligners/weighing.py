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
    "words": 0.57,
    "length": 0.42,
    "deviation": 0.56,
    "opens": 0.47,
    "closes": 0.65,
    "shape": 1.26,
    "one_to_many": 0.29,
    "many_to_many": -2.03,
    "large": -2.09,
    "source_alone": 7.11,
    "target_alone": 2.54,
    "size_alone": -2.80,
    "mute_alone": 20.47,
    "head": 5.08,
    "tail": 3.34,
    "displaced": 5.10,
    "open_source": 0.16,
    "open_target": 0.11,
    "outside": 1.22,
    "weak": 8.97,
    "loose": 20.50,
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
            trust.at(found, share) * found.at(values)
            for share, values in zip(scored.shares, scored.words, strict=True)
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
    for channel, share in zip(trust.used(pool, stretch.text), scored.shares, strict=True):
        values = link(channel.evidence(stretch.rows, stretch.columns), channel.says, found.beads)
        mean += values * np.reshape(trust.at(found, share), (-1, 1))
    return dict(zip(linking.NAMES, mean.T, strict=True))

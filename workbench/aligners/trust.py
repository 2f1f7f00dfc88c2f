"""How much the words of each channel count: as much as they explain of the text, where there are any.

A machine translation may be good or bad, or there for some passages only; with a lexicon that knows the
languages well the texts themselves say more, without one they say little.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from workbench.aligners.candidates import Candidates
    from workbench.aligners.channel import Channel
    from workbench.aligners.features import Side
    from workbench.aligners.lattice import Band
    from workbench.aligners.pool import Pool, Stretch

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Singles = NDArray[np.float32]
    # one number, or one for each bead [shape, row, column] where some passages have no translation
    Share = float | Singles | Floats

# A translation must explain so much more to count as much as the texts; and how decisive that is.
DOUBT, SHARP = 0.7, 4
# What a channel that explains nothing still counts, in nats a form.
LEAST = 0.01


def used(pool: Pool, text: int) -> list[Channel]:
    """The channels that a text has."""
    return [channel for channel in pool.channels if channel.weight[text] > 0]


def shares(stretch: Stretch, pool: Pool, band: Band) -> list[Share]:
    """How much each channel counts in the beads of a stretch; together 1 in every bead."""
    channels = used(pool, stretch.text)
    weights = [float(channel.weight[stretch.text]) for channel in channels]
    there = [_there(channel, stretch, band) for channel in channels[1:]]
    if all(share is None for share in there):
        return list(weights)
    parts: list[Share] = [1.0, *(1.0 if share is None else share for share in there)]
    total: Share = 0.0
    for weight, part in zip(weights, parts, strict=True):
        total = total + weight * part
    return [weight * part / total for weight, part in zip(weights, parts, strict=True)]


def decisive(found: Candidates, shares: Sequence[Share]) -> list[float | Floats]:
    """The shares in each candidate for the last weighing: one channel counts nearly alone there.

    Mixed, the better channel would lose by the other's noise; words that are alike make a translation
    look a little better than it is.  Where only some passages are translated, the texts decide on those
    that stand alone.
    """
    parts = [
        (DOUBT if k else 1.0)
        * (share if isinstance(share, float) else np.where(found.joined, found.at(share), k == 0))
        for k, share in enumerate(shares)
    ]
    powers = [part**SHARP for part in parts]
    total = sum(powers)
    return [power / total for power in powers]


def _there(channel: Channel, stretch: Stretch, band: Band) -> Singles | None:
    """Which share of each bead's passages a channel has words for; None if it has for all."""
    filled = _filled(channel.left, stretch.rows), _filled(channel.right, stretch.columns)
    if all(side.all() for side in filled):
        return None
    rows, columns = (np.concatenate([[0], np.cumsum(side)]) for side in filled)
    end = np.minimum(band.column, band.m)
    found = np.zeros((len(band.shapes), band.n + 1, band.width), np.float32)
    for k, (a, b) in enumerate(band.shapes):
        if b and a <= band.n:
            left = (rows[a:] - rows[: len(rows) - a]) / a
            right = (columns[end[a:]] - columns[np.maximum(end[a:] - b, 0)]) / b
            found[k, a:] = left[:, None] * right
    return found


def _filled(side: Side, passages: Ints) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = side.size[passages] > 0
    return found


def earned(share: Share, words: Singles, probable: Floats) -> float:
    """What the words of a channel explain in beads that are so probable, in nats."""
    there = 1.0 if isinstance(share, float) else share > 0
    return float(np.sum(probable * words * there))


def _forms(channel: Channel, stretch: Stretch) -> float:
    """About how many forms of a stretch stand opposite passages that the channel has words for."""
    left, right = channel.left.size[stretch.rows], channel.right.size[stretch.columns]
    return float(left.sum() * (right > 0).mean() + right.sum() * (left > 0).mean())


def learn(pool: Pool, stretches: Sequence[Stretch], sums: Sequence[Sequence[float]]) -> None:
    """Weigh each text's channels by what they earned in its stretches, per form."""
    for text in {stretch.text for stretch in stretches}:
        mine = [k for k, stretch in enumerate(stretches) if stretch.text == text]
        channels = used(pool, text)
        if len(channels) < 2:
            continue
        fit = []
        for which, channel in enumerate(channels):
            forms = sum(_forms(channel, stretches[k]) for k in mine)
            fit.append(max(LEAST, sum(sums[k][which] for k in mine) / max(1.0, forms)))
        for channel, each in zip(channels, fit, strict=True):
            channel.weight[text] = each / sum(fit)

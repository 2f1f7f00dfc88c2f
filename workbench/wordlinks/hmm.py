"""Word alignment of one direction: posteriors under IBM model 1 and under a hidden Markov model.

Sources: Brown et al. 1993 (IBM 1); Vogel, Ney and Tillmann 1996 (HMM); Och and Ney 2003 (the empty
word, which keeps the place of the word before it); Rabiner 1989 (forward-backward with scaling).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from workbench.wordlinks.arrays import Bools, Doubles, Floats, Longs

# Jumps farther than this share one probability.
WIDEST = 60
TINY = np.float32(1e-30)


@dataclass(slots=True)
class Direction:
    """What a direction sees: I states generate J observations, in B pairs at once.

    `emission` (J, I, B) is p(observation j | state i), `empty` (J, B) p(observation | no state);
    `lengths` (B) counts the states, `mask` (J, B) is true where there is an observation.  Emissions
    of padding are 0.  The pairs come last, so that every step works on long rows.
    """

    emission: Floats
    empty: Floats
    lengths: Longs
    mask: Bools


def first_jumps() -> Floats:
    """Jump probabilities before anything is learned: forward by one, less the farther."""
    steps = np.arange(-WIDEST, WIDEST + 1)
    jumps: Floats = np.exp(-np.abs(steps - 1) / 4.0).astype(np.float32)
    jumps /= jumps.sum()
    return jumps


def ibm1(seen: Direction, empty_share: float) -> Floats:
    """Posteriors (J, I, B) without regard to order."""
    joint: Floats = seen.emission * ((1 - empty_share) / seen.lengths).astype(np.float32)
    total = joint.sum(1) + np.float32(empty_share) * seen.empty + TINY
    joint *= (seen.mask / total)[:, None, :]
    return joint


def posteriors(seen: Direction, jumps: Floats, empty_share: float) -> tuple[Floats, Doubles]:
    """Posteriors (J, I, B) by forward-backward, and the expected count of each jump.

    Every state is reached from every other one, so that no message comes near the denormal numbers,
    which processors multiply a hundred times slower.
    """
    width = seen.emission.shape[1]
    # padding counts as words that only the empty word explains: it changes no message
    empty = np.where(seen.mask, np.float32(empty_share) * seen.empty, np.float32(1))
    place = np.clip(np.arange(width) - np.arange(width)[:, None], -WIDEST, WIDEST) + WIDEST
    step = jumps[place]
    reach = np.cumsum(step, 1)[:, seen.lengths - 1]
    leave = (np.float32(1 - empty_share) / reach).astype(np.float32)
    found, left, scale = _forward(seen, empty, step, leave, empty_share)
    arrived = _backward(seen, empty * scale, step, leave, (found, scale))
    pairs = step * np.matmul(left[1:], arrived[1:].transpose(0, 2, 1)).sum(0)
    counts = np.bincount(place.ravel(), pairs.ravel(), minlength=2 * WIDEST + 1)
    return found, counts.astype(np.float64)


def _forward(
    seen: Direction, empty: Floats, step: Floats, leave: Floats, share: float
) -> tuple[Floats, Floats, Floats]:
    """Forward messages (J, I, B), what leaves each state (J, I, B), and the messages' scale (J, B)."""
    count, width, size = seen.emission.shape
    full, left = np.empty((2, count, width, size), np.float32)
    scale = np.empty((count, size), np.float32)
    before = ((np.arange(width)[:, None] < seen.lengths) / seen.lengths).astype(np.float32)
    left[0] = before * np.float32(1 - share)
    turned = np.ascontiguousarray(step.T)
    for j in range(count):
        word = full[j]
        if j:
            np.multiply(before, leave, out=left[j])
            np.matmul(turned, left[j], out=word)
            word *= seen.emission[j]
        else:
            np.multiply(left[0], seen.emission[0], out=word)
        np.divide(1, word.sum(0) + empty[j], out=scale[j])
        word *= scale[j]
        # the empty word keeps the place
        before *= empty[j] * scale[j]
        before += word
    return full, left, scale


def _backward(
    seen: Direction, held: Floats, step: Floats, leave: Floats, messages: tuple[Floats, Floats]
) -> Floats:
    """Turn forward messages into posteriors, in place; returns what each state sends back (J, I, B).

    `held` (J, B) is the scaled probability of the empty word.
    """
    found, scale = messages
    back = np.ones(found.shape[1:], np.float32)
    arrived = np.empty_like(found)
    earlier = np.empty_like(back)
    for j in range(len(found) - 1, -1, -1):
        found[j] *= back
        if j:
            np.multiply(seen.emission[j], back, out=arrived[j])
            arrived[j] *= scale[j]
            np.matmul(step, arrived[j], out=earlier)
            earlier *= leave
            back *= held[j]
            back += earlier
    return arrived

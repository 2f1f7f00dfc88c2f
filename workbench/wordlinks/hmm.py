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


def posteriors(
    seen: Direction, jumps: Floats, empty_share: float, *, counted: bool = True
) -> tuple[Floats, Doubles | None]:
    """Posteriors (J, I, B) by forward-backward, and the expected count of each jump if `counted`.

    Every state is reached from every other one, so that no message comes near the denormal numbers,
    which processors multiply a hundred times slower.
    """
    width = seen.emission.shape[1]
    # padding counts as words that only the empty word explains: it changes no message
    empty = np.where(seen.mask, np.float32(empty_share) * seen.empty, np.float32(1))
    place = np.clip(np.arange(width) - np.arange(width)[:, None], -WIDEST, WIDEST) + WIDEST
    step = jumps[place]
    # what of a state's jumps stays inside its text; messages are multiplied by it where they arrive
    reach = np.cumsum(step, 1).take(seen.lengths - 1, 1)
    leave = (np.float32(1 - empty_share) / reach).astype(np.float32, copy=False)
    start = ((np.arange(width)[:, None] < seen.lengths) / seen.lengths).astype(np.float32)
    emission: Floats = seen.emission * leave
    emission[0] *= np.float32(1 - empty_share) * start
    found, left, scale = _forward(emission, empty, step, start * leave)
    back = (1 / leave).astype(np.float32, copy=False)
    back /= (left[-1] * back).sum(0)
    arrived = _backward(emission, (empty, scale), step, back, found, counted=counted)
    if not counted:
        return found, None
    pairs = step * np.matmul(left[1:-1], arrived[1:].transpose(0, 2, 1)).sum(0)
    counts = np.bincount(place.ravel(), pairs.ravel(), minlength=2 * WIDEST + 1)
    return found, counts.astype(np.float64)


def _forward(
    emission: Floats, empty: Floats, step: Floats, before: Floats
) -> tuple[Floats, Floats, Floats]:
    """Forward messages (J, I, B), what leaves each state before and after (J + 1, I, B), and its scale.

    `before` (I, B) leaves before the first observation; the messages are not scaled yet.
    """
    count, width, size = emission.shape
    full, left = np.empty_like(emission), np.empty((count + 1, width, size), np.float32)
    scale = np.empty((count, size), np.float32)
    left[0] = before
    turned = np.ascontiguousarray(step.T)
    full[0] = emission[0]
    for j in range(count):
        word, after = full[j], left[j + 1]
        if j:
            np.matmul(turned, left[j], out=word)
            word *= emission[j]
        # the empty word keeps the place
        np.multiply(left[j], empty[j], out=after)
        after += word
        np.divide(1, after.sum(0), out=scale[j])
        after *= scale[j]
    return full, left, scale


def _backward(
    emission: Floats, held: tuple[Floats, Floats], step: Floats, back: Floats, found: Floats,
    *, counted: bool,
) -> Floats:  # fmt: skip
    """Turn forward messages into posteriors, in place; returns what each state sends back (J, I, B).

    `held` are the probability of the empty word and the scale (J, B), `back` (I, B) what comes back
    after the last observation.  Unless `counted`, one array is used again and again for what is sent.
    """
    empty, scale = held
    arrived = np.empty_like(found if counted else found[:1])
    earlier = np.empty_like(back)
    for j in range(len(found) - 1, -1, -1):
        back *= scale[j]
        found[j] *= back
        if j:
            sent = arrived[j if counted else 0]
            np.multiply(emission[j], back, out=sent)
            np.matmul(step, sent, out=earlier)
            back *= empty[j]
            back += earlier
    return arrived

"""Word alignment of one direction: posteriors under IBM model 1 and under a hidden Markov model.

Sources: Brown et al. 1993 (IBM 1); Vogel, Ney and Tillmann 1996 (HMM); Och and Ney 2003 (the empty
word, which keeps the place of the word before it).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from workbench.wordlinks.arrays import Bools, Doubles, Floats, Longs

# Jumps farther than this share one probability.
WIDEST = 60
# Numbers in memory at once while jumps are counted.
BLOCK = 1 << 16
TINY = np.float32(1e-30)
# Keeps products out of the denormal numbers, which processors multiply a hundred times slower.
FLOOR = np.float32(1e-12)


@dataclass(slots=True)
class Direction:
    """What a direction sees: states generate observations.

    `emission` (B, I, J) is p(observation j | state i), `empty` (B, J) p(observation | no state);
    `lengths` (B) counts the states, `mask` (B, J) is true where there is an observation.
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
    """Posteriors (B, I, J) without regard to order."""
    share = ((1 - empty_share) / seen.lengths).astype(np.float32)
    joint: Floats = seen.emission * share[:, None, None]
    total = joint.sum(1) + np.float32(empty_share) * seen.empty + TINY
    joint *= (seen.mask / total)[:, None, :]
    return joint


def posteriors(seen: Direction, jumps: Floats, empty_share: float) -> tuple[Floats, Doubles]:
    """Posteriors (B, I, J) by forward-backward, and the expected count of each jump."""
    width = seen.emission.shape[1]
    emission = np.ascontiguousarray(seen.emission.transpose(2, 0, 1))
    empty = np.ascontiguousarray(seen.empty.T)[:, :, None] * np.float32(empty_share)
    mask = np.ascontiguousarray(seen.mask.T)[:, :, None]
    distance = np.arange(width)[None, :] - np.arange(width)[:, None]
    place = np.clip(distance, -WIDEST, WIDEST) + WIDEST
    step = jumps[place]
    reach = np.cumsum(step, 1).T[seen.lengths - 1]
    leave = (np.float32(1 - empty_share) / np.maximum(reach, FLOOR)).astype(np.float32)
    full, held, scale = _forward(emission, empty, step, leave, seen.lengths, empty_share)
    found, arrived = _backward(emission, empty, mask, step, leave, (full, held, scale))
    pairs = np.zeros((width, width), np.float32)
    # small products: a large one would make the linear algebra library start threads
    some = max(1, BLOCK // width**2)
    for start in range(0, len(full) - 1, some):
        left = (full[start : start + some] + held[start : start + some]) * leave
        right = arrived[start + 1 : start + 1 + some]
        pairs += (left[: len(right)].transpose(0, 2, 1) @ right).sum(0)
    pairs *= step
    counts = np.bincount(place.ravel(), pairs.ravel(), minlength=2 * WIDEST + 1)
    return found.transpose(1, 2, 0), counts.astype(np.float64)


def _forward(
    emission: Floats, empty: Floats, step: Floats, leave: Floats, lengths: Longs, share: float
) -> tuple[Floats, Floats, Floats]:
    """Forward messages (J, B, I) of words and of the empty word, and their scale (J, B, 1)."""
    count, size, width = emission.shape
    full = np.empty((count, size, width), np.float32)
    held = np.empty_like(full)
    scale = np.empty((count, size, 1), np.float32)
    even = ((np.arange(width) < lengths[:, None]) / lengths[:, None]).astype(np.float32)
    word, none = even * emission[0], even * empty[0]
    word *= np.float32(1 - share)
    for j in range(count):
        if j:
            before = full[j - 1] + held[j - 1]
            none = before * empty[j]
            before *= leave
            word = before @ step
            word *= emission[j]
        total = word.sum(1) + none.sum(1) + TINY
        scale[j, :, 0] = total
        np.divide(word, scale[j], out=full[j])
        np.divide(none, scale[j], out=held[j])
        full[j] += FLOOR
    return full, held, scale


def _backward(
    emission: Floats,
    empty: Floats,
    mask: Bools,
    step: Floats,
    leave: Floats,
    messages: tuple[Floats, Floats, Floats],
) -> tuple[Floats, Floats]:
    """Posteriors (J, B, I), and what each state sends back (J, B, I), for the jumps' counts."""
    full, held, scale = messages
    count, size, width = full.shape
    back = np.ones((size, width), np.float32)
    found = np.empty_like(full)
    arrived = np.zeros_like(full)
    turned = np.ascontiguousarray(step.T)
    for j in range(count - 1, -1, -1):
        word = full[j] * back
        total = word.sum(1) + (held[j] * back).sum(1) + TINY
        word *= (mask[j, :, 0] / total)[:, None]
        found[j] = word
        if j:
            sent = emission[j] * back
            sent /= scale[j]
            np.multiply(sent, mask[j], out=arrived[j])
            earlier = sent @ turned
            earlier *= leave
            earlier += back * (empty[j] / scale[j])
            np.copyto(back, earlier, where=mask[j])
    return found, arrived

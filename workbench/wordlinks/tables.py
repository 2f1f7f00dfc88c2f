"""From expected counts to word tables, and from two directions' posteriors to agreeing ones.

Sources: Liang, Taskar and Klein 2006 (agreement: each direction's posteriors weighted by the
other's); Riley and Gildea 2012 (variational smoothing, so that rare words do not collect links).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.wordlinks.hmm import TINY

if TYPE_CHECKING:
    from workbench.wordlinks.arrays import Floats, Ints

# What a direction may keep of a link that the other does not see.
FLOOR = np.float32(0.0001)


def agreed(forward: Floats, backward: Floats) -> tuple[Floats, Floats]:
    """Posteriors (I, J, B) weighted by the other direction's; each word keeps the sum it had."""
    ours = forward * (backward + FLOOR)
    ours *= forward.sum(0) / (ours.sum(0) + TINY)
    theirs = backward * (forward + FLOOR)
    theirs *= (backward.sum(1) / (theirs.sum(1) + TINY))[:, None]
    return ours, theirs


def shares(rows: Ints) -> Floats:
    """The same share for each pair of a row, and a 0 at the end for padding."""
    return np.append(1 / np.bincount(rows)[rows], 0).astype(np.float32)


def variational(counts: Floats, rows: Ints) -> Floats:
    """exp(E[log p]) under the rows' Dirichlet posteriors, and a 0 at the end for padding."""
    totals = exp_digamma(np.bincount(rows, counts).astype(np.float32))
    table = np.zeros(len(counts) + 1, np.float32)
    np.multiply(exp_digamma(counts), (1 / totals)[rows], out=table[:-1])
    return table


def exp_digamma(x: Floats) -> Floats:
    """What digamma is the logarithm of, to a ten-thousandth, for positive numbers.

    Three steps of its recurrence, then the asymptotic series of exp(digamma(y + 1/2)) in 1/y, which
    needs no logarithm.
    """
    y = x + np.float32(2.5)
    series: Floats = y + np.float32(1 / 24) / y
    below = (3 * x + 6) * x + 2
    series *= np.exp(-below / (x * (x + 1) * (x + 2)))
    return series

"""The words of a sentence and of its translation, as the linking takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class Pair(NamedTuple):
    """Keys of the words of both sides; what is known of links: (i, j, how many times likelier).

    `weight` is what the pair's links count for when tables are learned.  `looked` are the words (i, j)
    that a model looked at as it wrote, None if that is not known.
    """

    source: Sequence[str]
    target: Sequence[str]
    hints: Sequence[tuple[int, int, float]] = ()
    weight: float = 1.0
    looked: Sequence[tuple[int, int]] | None = None

"""Packs pairs of word numbers into padded arrays of like lengths, and numbers their word pairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from workbench.wordlinks.arrays import Bools, Bytes, Floats, Ints, Longs

Number = TypeVar("Number", bound="np.generic")

# Cells (pairs x source words x target words) of one batch: what the processor's cache likes.
CELLS = 1 << 19
# What one more word of a batch costs, whatever it holds, in cells: numpy's calls.
CALLS = 800
WORD = 64


@dataclass(slots=True)
class Batch:
    """Pairs of like lengths: I source words and J target words of B pairs, padded with 0.

    `cells` (I, J, B) is each word pair's place in the tables; padding points to the last place,
    which is always 0.  `pairs` (B) are the pairs' numbers.  `hints` (I, J, B) multiplies what the
    tables say, `looked` (I, J, B) is what is known of attention, and `weights` (B) what the pairs
    count for; None where there is nothing to say.
    """

    pairs: Longs
    source: Ints
    target: Ints
    source_lengths: Longs
    target_lengths: Longs
    source_mask: Bools
    target_mask: Bools
    cells: Longs
    hints: Floats | None = None
    looked: Bytes | None = None
    weights: Floats | None = None

    def near(self, apart: float) -> Floats:
        """exp(-apart * d) for each word pair (I, J, B), d from 0 to 1: how far apart their places are.

        As in fast_align (Dyer, Chahuneau and Smith 2013).
        """
        source, target = (
            ((np.arange(len(side))[:, None] + 0.5) / lengths).astype(np.float32)
            for side, lengths in (
                (self.source, self.source_lengths),
                (self.target, self.target_lengths),
            )
        )
        distance: Floats = np.abs(source[:, None] - target)
        distance *= np.float32(-apart)
        return np.exp(distance, out=distance)


def pack(sources: Sequence[Sequence[int]], targets: Sequence[Sequence[int]]) -> list[Batch]:
    """Batches of all pairs that have words on both sides."""
    lengths = np.array([(len(s), len(t)) for s, t in zip(sources, targets, strict=True)])
    whole = np.flatnonzero(lengths.all(1)) if len(lengths) else np.zeros(0, np.int64)
    parts = [_packed(members, sources, targets) for members in _alike(whole, lengths)]
    # the largest first, so that threads that share them end together
    return sorted(parts, key=lambda batch: -len(batch.source) * batch.target.size)


def _alike(members: Longs, lengths: Longs) -> Iterator[Longs]:
    """Split pairs by one side's length again and again, as long as it saves more than it costs."""
    waiting = [members] if len(members) else []
    while waiting:
        members = waiting.pop()
        longest = lengths[members].max(0)
        least, parts = _cost(longest, len(members)), [members]
        for side in (0, 1):
            order = members[np.argsort(lengths[members, side], kind="stable")]
            before = np.maximum.accumulate(lengths[order])[:-1]
            after = np.maximum.accumulate(lengths[order[::-1]])[-2::-1]
            count = np.arange(1, len(order))
            costs = _cost(before, count) + _cost(after, count[::-1])
            if len(costs) and costs.min() < least:
                least, cut = costs.min(), int(costs.argmin()) + 1
                parts = [order[:cut], order[cut:]]
        if len(parts) > 1:
            waiting += parts
        else:
            some = max(1, CELLS // int(longest.prod()))
            yield from (members[start : start + some] for start in range(0, len(members), some))


def _cost(longest: Longs, pairs: Longs | int) -> Longs:
    """What a batch costs by the lengths of both sides (..., 2) and its number of pairs."""
    cost: Longs = longest.prod(-1) * pairs + CALLS * longest.sum(-1)
    return cost


def _packed(
    pairs: Longs, sources: Sequence[Sequence[int]], targets: Sequence[Sequence[int]]
) -> Batch:
    source, source_lengths, source_mask = _padded([sources[k] for k in pairs])
    target, target_lengths, target_mask = _padded([targets[k] for k in pairs])
    nothing = np.zeros((0, 0, 0), np.int64)
    return Batch(
        pairs, source, target, source_lengths, target_lengths, source_mask, target_mask,
        nothing,
    )  # fmt: skip


def _padded(rows: Sequence[Sequence[int]]) -> tuple[Ints, Longs, Bools]:
    """Rows of numbers as columns (longest, rows), their lengths, and where there are numbers."""
    lengths = np.array([len(row) for row in rows])
    mask = np.arange(lengths.max()) < lengths[:, None]
    padded = np.zeros(mask.shape, np.int32)
    padded[mask] = np.concatenate([np.asarray(row, np.int32) for row in rows])
    return np.ascontiguousarray(padded.T), lengths, np.ascontiguousarray(mask.T)


def number_cells(
    batches: Sequence[Batch], source_words: int, target_words: int
) -> tuple[Longs, Longs]:
    """Fill in each batch's `cells`, parts of one array; returns the array and the different word pairs.

    A word pair is `source * target_words + target`.  Its place is the number of pairs before it: the
    bits of a map over all conceivable pairs, and the pairs before every 64th of them, are several
    times faster than looking it up.
    """
    padding = source_words * target_words
    cells = np.concatenate(
        [_keys(batch, target_words, padding).ravel() for batch in batches]
        or [np.zeros(0, np.int64)]
    )
    every = np.sort(np.append(cells, padding))
    every = every[np.append(True, every[1:] != every[:-1])]
    word = every >> 6
    first = np.flatnonzero(np.append(True, word[1:] != word[:-1]))
    bits, before = (np.zeros(padding // WORD + 1, kind) for kind in (np.uint64, np.int32))
    bits[word[first]] = np.bitwise_or.reduceat(_bit(every), first)
    before[word[first]] = first
    for batch, part in zip(batches, parts(batches, cells), strict=True):
        word = part >> 6
        part[:] = before[word] + np.bitwise_count(bits[word] & (_bit(part) - np.uint64(1)))
        batch.cells = part
    return cells, every[:-1]


def _bit(keys: Longs) -> npt.NDArray[np.uint64]:
    return np.uint64(1) << (keys & (WORD - 1)).astype(np.uint64)


def parts(batches: Sequence[Batch], values: npt.NDArray[Number]) -> Iterator[npt.NDArray[Number]]:
    """The part (I, J, B) of each batch in values of all cells."""
    start = 0
    for batch in batches:
        shape = (*batch.source.shape[:1], *batch.target.shape)
        stop = start + int(np.prod(shape))
        yield values[start:stop].reshape(shape)
        start = stop


def _keys(batch: Batch, target_words: int, padding: int) -> Longs:
    key = batch.source[:, None].astype(np.int64) * target_words + batch.target
    key[~(batch.source_mask[:, None] & batch.target_mask)] = padding
    return key

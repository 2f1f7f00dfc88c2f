"""Packs pairs of word numbers into padded arrays of like lengths, and numbers their word pairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.wordlinks.arrays import Bools, Floats, Ints, Longs

# Cells (pairs x source words x target words) of one batch: what the processor's cache likes.
CELLS = 1 << 18
# Few pairs a batch would leave numpy idle between calls; many would pad too much.
FEWEST = 128
STEP = 8
WORD = 64


@dataclass(slots=True)
class Batch:
    """Pairs of like lengths: B pairs, I source words, J target words, padded with 0.

    `cells` (B, I, J) is each word pair's place in the tables; padding points to the last place,
    which is always 0.  `pairs` (B) are the pairs' numbers.  `hints` (B, I, J) multiplies what the
    tables say, and `weights` (B) what the pairs count for; None where there is nothing to say.
    """

    pairs: Longs
    source: Ints
    target: Ints
    source_lengths: Longs
    target_lengths: Longs
    source_mask: Bools
    target_mask: Bools
    cells: Ints
    hints: Floats | None = None
    weights: Floats | None = None


def pack(sources: Sequence[Sequence[int]], targets: Sequence[Sequence[int]]) -> list[Batch]:
    """Batches of all pairs that have words on both sides."""
    lengths = [(len(s), len(t)) for s, t in zip(sources, targets, strict=True)]
    order = [k for k, (i, j) in enumerate(lengths) if i and j]
    order.sort(key=lambda k: (-(-lengths[k][0] // STEP), lengths[k][1]))
    batches, start = [], 0
    while start < len(order):
        stop, longest_i, longest_j = start, 0, 0
        while stop < len(order):
            i = max(longest_i, lengths[order[stop]][0])
            j = max(longest_j, lengths[order[stop]][1])
            count = stop - start + 1
            if count > 1 and count * i * j > CELLS:
                break
            shortest_i, shortest_j = lengths[order[start]]
            if count > FEWEST and (i > shortest_i + STEP or j > shortest_j + shortest_j // 4 + 2):
                break
            longest_i, longest_j, stop = i, j, stop + 1
        batches.append(_packed(order[start:stop], sources, targets))
        start = stop
    return batches


def _packed(
    pairs: Sequence[int], sources: Sequence[Sequence[int]], targets: Sequence[Sequence[int]]
) -> Batch:
    source, source_lengths, source_mask = _padded([sources[k] for k in pairs])
    target, target_lengths, target_mask = _padded([targets[k] for k in pairs])
    nothing = np.zeros((0, 0, 0), np.int32)
    return Batch(
        np.array(pairs), source, target, source_lengths, target_lengths, source_mask, target_mask,
        nothing,
    )  # fmt: skip


def _padded(rows: Sequence[Sequence[int]]) -> tuple[Ints, Longs, Bools]:
    lengths = np.array([len(row) for row in rows])
    mask = np.arange(lengths.max()) < lengths[:, None]
    padded = np.zeros(mask.shape, np.int32)
    padded[mask] = np.concatenate([np.asarray(row, np.int32) for row in rows])
    return padded, lengths, mask


def number_cells(batches: Sequence[Batch], source_words: int, target_words: int) -> Longs:
    """Fill in each batch's `cells`; returns the different word pairs, `source * target_words + target`.

    A pair's place is the number of pairs before it: a map of bits over all conceivable pairs, and
    the bits before every 64th of them, are several times faster than sorting.
    """
    padding = source_words * target_words
    keys = [_keys(batch, target_words, padding) for batch in batches]
    seen = np.zeros((padding // WORD + 1) * WORD, np.bool_)
    for key in keys:
        seen[key.ravel()] = True
    seen[padding] = True
    every = np.flatnonzero(seen)[:-1]
    bits = np.packbits(seen, bitorder="little").view("<u8")
    del seen
    before = np.append(0, np.cumsum(np.bitwise_count(bits), dtype=np.int32)[:-1]).astype(np.int32)
    for batch, key in zip(batches, keys, strict=True):
        word = key >> 6
        lower = (np.uint64(1) << (key & (WORD - 1)).astype(np.uint64)) - np.uint64(1)
        batch.cells = before[word] + np.bitwise_count(bits[word] & lower).astype(np.int32)
    return every


def _keys(batch: Batch, target_words: int, padding: int) -> Longs:
    key = batch.source[:, :, None].astype(np.int64) * target_words + batch.target[:, None, :]
    key[~(batch.source_mask[:, :, None] & batch.target_mask[:, None, :])] = padding
    return key

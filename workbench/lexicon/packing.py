"""The form in which a lexicon is stored: xz over words, rows of differences, and logarithms of counts.

A JSON line with the sizes; both vocabularies, a word a line; then bytes: how many words each source
word is linked to, the targets' numbers as differences, the links, and both sides' unlinked
occurrences.  Counts are rounded to an eighth of a power of two, which is within 4.5 %.
"""

from __future__ import annotations

import json
import lzma
from typing import TYPE_CHECKING

import numpy as np

from workbench.wordlinks.counts import MASK, SHIFT, Counts

if TYPE_CHECKING:
    from workbench.wordlinks.arrays import Floats, Longs

LEAST = 0.25
STEPS = 8


def packed(counts: Counts) -> bytes:
    """A lexicon's file; equal counts give equal bytes."""
    source, source_order = _by_use(counts.source, counts.keys >> SHIFT, counts.links)
    target, target_order = _by_use(counts.target, counts.keys & MASK, counts.links)
    rows, columns = source_order[counts.keys >> SHIFT], target_order[counts.keys & MASK]
    order = np.lexsort((columns, rows))
    rows, columns, links = rows[order], columns[order], counts.links[order]
    sizes = np.bincount(rows, minlength=len(source))
    starts = np.append(True, rows[1:] != rows[:-1])
    steps = np.where(starts, columns, columns - np.append(0, columns[:-1]))
    header = {"version": 1, "source": len(source), "target": len(target), "pairs": len(links)}
    parts = [
        json.dumps(header).encode(),
        *("\n".join(words).encode() for words in (source, target)),
        b"".join((
            *_planes(sizes), *_planes(steps), _rounded(links),
            _rounded(_kept(counts.source_alone, counts.source, source)),
            _rounded(_kept(counts.target_alone, counts.target, target)),
        )),
    ]  # fmt: skip
    content = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return lzma.compress(content, preset=9 | lzma.PRESET_EXTREME)


def unpacked(content: bytes) -> Counts:
    """A lexicon from its file.  Raises lzma.LZMAError if it is damaged."""
    data = memoryview(lzma.decompress(content))
    parts = []
    while data:
        size = int.from_bytes(data[:4], "big")
        parts.append(data[4 : 4 + size])
        data = data[4 + size :]
    header = json.loads(bytes(parts[0]))
    words = [str(part, "utf-8").split("\n") for part in parts[1:3]]
    numbers = np.frombuffer(parts[3], np.uint8)
    sizes, numbers = _joined(numbers, header["source"])
    steps, numbers = _joined(numbers, header["pairs"])
    links, source_alone, target_alone = np.split(
        _counts(numbers), [header["pairs"], header["pairs"] + header["source"]]
    )
    rows = np.repeat(np.arange(header["source"]), sizes)
    ends = np.cumsum(sizes)
    sums = np.cumsum(steps)
    before = np.append(0, sums)[ends - sizes]
    keys = rows << SHIFT | (sums - np.repeat(before, sizes))
    source, target = ({word: n for n, word in enumerate(side)} for side in words)
    return Counts(source, target, keys, links, source_alone, target_alone)


def _by_use(words: dict[str, int], ids: Longs, links: Floats) -> tuple[list[str], Longs]:
    """The words that are linked at all, the most linked first, and each old number's new one."""
    used = np.bincount(ids, links, minlength=len(words))
    known = list(words)
    ranked = sorted(np.flatnonzero(used).tolist(), key=lambda n: (-used[n], known[n]))
    places = np.full(len(words), -1)
    places[ranked] = np.arange(len(ranked))
    return [known[n] for n in ranked], places


def _kept(alone: Floats, numbers: dict[str, int], words: list[str]) -> Floats:
    return alone[[numbers[word] for word in words]]


def _planes(numbers: Longs) -> tuple[bytes, bytes]:
    """Numbers below 65536 as their low bytes, then their high bytes, which compresses better."""
    short = numbers.astype("<u2").view(np.uint8)
    return short[0::2].tobytes(), short[1::2].tobytes()


def _joined(
    data: np.ndarray[tuple[int], np.dtype[np.uint8]], size: int
) -> tuple[Longs, np.ndarray[tuple[int], np.dtype[np.uint8]]]:
    low, high = data[:size].astype(np.int64), data[size : 2 * size].astype(np.int64)
    return low | high << 8, data[2 * size :]


def _rounded(values: Floats) -> bytes:
    logs = np.log2(np.maximum(values, LEAST) / LEAST) * STEPS
    return bytes(np.rint(logs).clip(0, 255).astype(np.uint8))


def _counts(data: np.ndarray[tuple[int], np.dtype[np.uint8]]) -> Floats:
    return (LEAST * np.exp2(data / STEPS)).astype(np.float32)

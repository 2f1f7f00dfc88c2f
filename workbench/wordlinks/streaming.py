"""Learns from and links any number of pairs in one reading each, a chunk in memory at a time."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from workbench.wordlinks.counts import Counts
from workbench.wordlinks.training import Chunk, Pair, Prior

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from workbench.wordlinks.arrays import Floats, Longs

# A chunk holds this many cells (source words x target words of its pairs), or a little more ...
CELLS = 2_000_000
# ... and no more conceivable word pairs than this.
TABLE = 1 << 27
# Longer sides are linked up to here; nothing that people review comes near.
LONGEST = 250
# Rounds of IBM model 1 and of the HMM where nothing is known, and where something is.
ROUNDS_NEW, ROUNDS_INFORMED, ROUNDS_LATER = (2, 3), (0, 2), (0, 1)
# What a word's links in a shipped lexicon count for at most, in occurrences.
LEXICON_MOST = 50.0
# Taken off what was learned of each word pair: what was linked once may be chance.
DISCOUNT = 0.85
# Word pairs that a chunk links less than this are chance.
LEAST = 0.05
PRUNE_EVERY = 8
# Links whose agreement is above this are made: where the error was least with and without a lexicon.
THRESHOLD = 0.5


class Link(NamedTuple):
    """Source word `source` and target word `target`, counted from 0, translate each other."""

    source: int
    target: int
    probability: float


@dataclass(slots=True)
class Linker:
    """Links pairs with what a lexicon and `learn` know.

    `discount` links are taken off each learned word pair before it is used.
    """

    lexicon: Counts | None = None
    learned: Counts | None = None
    discount: float = DISCOUNT

    def priors(self) -> list[Prior]:
        """What is known before a chunk is read."""
        known = []
        if self.lexicon is not None:
            known.append(Prior(self.lexicon, LEXICON_MOST))
        if self.learned is not None:
            known.append(Prior(self.learned.discounted(self.discount), np.inf))
        return known

    def learn(self, pairs: Iterable[Pair]) -> list[Pair] | None:
        """Learn from pairs, chunk by chunk.

        If they are one chunk only, nothing is done and they are given back: `link` learns from a
        chunk while it links it.
        """
        read = chunks(pairs)
        first = list(islice(read, 2))
        if len(first) < 2:
            return first[0] if first else []
        for number, members in enumerate(chain(first, read)):
            found = self._trained(members).learned()
            found.prune(LEAST)
            if self.learned is None:
                self.learned = Counts()
            self.learned.add(found)
            if number % PRUNE_EVERY == PRUNE_EVERY - 1:
                self.learned.prune(LEAST * PRUNE_EVERY)
        return None

    def link(self, pairs: Iterable[Pair]) -> Iterator[list[Link]]:
        """The links of each pair, in the order of the pairs."""
        for members in chunks(pairs):
            yield from self._linked(members)

    def _linked(self, members: list[Pair]) -> list[list[Link]]:
        found: list[list[Link]] = [[] for _ in members]
        chunk = self._trained(members)
        with _one_thread():
            for pairs, agreement in chunk.agreement():
                collect(agreement, pairs, found)
        return found

    def _trained(self, members: list[Pair]) -> Chunk:
        with _one_thread():
            chunk = Chunk(members, self.priors())
            chunk.learn(*self._rounds())
        return chunk

    def _rounds(self) -> tuple[int, int]:
        if self.learned is not None:
            return ROUNDS_LATER
        return ROUNDS_INFORMED if self.lexicon is not None else ROUNDS_NEW


def _one_thread() -> AbstractContextManager[object]:
    """The matrices are small: threads of the linear algebra library would cost more than they give."""
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[object] = threadpool_limits(1)
    return limits


def chunks(pairs: Iterable[Pair]) -> Iterator[list[Pair]]:
    """Cut a stream into lists that fit into memory."""
    members: list[Pair] = []
    words: tuple[set[str], set[str]] = set(), set()
    cells = 0
    for pair in pairs:
        short = pair._replace(source=pair.source[:LONGEST], target=pair.target[:LONGEST])
        cells += len(short.source) * len(short.target)
        words[0].update(short.source)
        words[1].update(short.target)
        members.append(short)
        if cells > CELLS or len(words[0]) * len(words[1]) > TABLE:
            yield members
            members, words, cells = [], (set(), set()), 0
    if members:
        yield members


def collect(agreement: Floats, pairs: Longs, found: Sequence[list[Link]]) -> None:
    """Add the links of pairs, by number, from the agreement (I, J, B) of both directions."""
    places = np.nonzero(agreement > THRESHOLD)
    shares = agreement[places].tolist()
    rows, columns, members = (side.tolist() for side in (*places[:2], pairs[places[2]]))
    for i, j, pair, share in zip(rows, columns, members, shares, strict=True):
        found[pair].append(Link(i, j, share))

"""Learns from and links any number of pairs in one reading each, a chunk in memory at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain, islice
from operator import sub
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from workbench.wordlinks.counts import Counts
from workbench.wordlinks.grouping import Groups, learn_groups
from workbench.wordlinks.training import Chunk, Pair, Prior

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
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


Starts = tuple[list[int], list[int]]
Joined = tuple[list[str], list[int]]


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
    groups: tuple[Groups, Groups] = field(default_factory=lambda: (Groups(), Groups()))

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
        known = [pair for members in first for pair in members]
        self.groups = (
            learn_groups([pair.source for pair in known]),
            learn_groups([pair.target for pair in known]),
        )
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
        if not any(side.rounds for side in self.groups):
            return found
        return [
            list(apart(links, self._joined(pair)[1]))
            for pair, links in zip(members, found, strict=True)
        ]

    def _joined(self, pair: Pair) -> tuple[Pair, Starts]:
        """A pair of groups of words, and where each group begins, on both sides."""
        source, target = (
            groups.join(words) for groups, words in zip(self.groups, pair[:2], strict=True)
        )
        return together(pair, source, target), (source[1], target[1])

    def _trained(self, members: list[Pair]) -> Chunk:
        if any(side.rounds for side in self.groups):
            members = [self._joined(pair)[0] for pair in members]
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


def collect(agreement: Floats, pairs: Longs, found: list[list[Link]]) -> None:
    """Set the links of pairs, by number, from the agreement (I, J, B) of both directions."""
    places = np.nonzero(agreement > THRESHOLD)
    order = np.argsort(places[2], kind="stable")
    rows, columns, members = (side[order] for side in places)
    shares = np.round(agreement[rows, columns, members].astype(np.float64), 3)
    links = [*map(Link, rows.tolist(), columns.tolist(), shares.tolist())]
    ends = np.cumsum(np.bincount(members, minlength=len(pairs))).tolist()
    for pair, start, end in zip(pairs.tolist(), [0, *ends], ends, strict=False):
        found[pair] = links[start:end]


def together(pair: Pair, source: Joined, target: Joined) -> Pair:
    """A pair with groups for words; what is known of a group's words holds for the group."""
    places = [
        [number for number, size in enumerate(map(sub, starts[1:], starts)) for _ in range(size)]
        for _, starts in (source, target)
    ]

    def moved(i: int, j: int) -> tuple[int, int] | None:
        there = i < len(places[0]) and j < len(places[1])
        return (places[0][i], places[1][j]) if there else None

    looked = pair.looked
    if looked is not None:
        looked = [place for place in (moved(i, j) for i, j in looked) if place]
    hints = [(*place, factor) for i, j, factor in pair.hints if (place := moved(i, j))]
    return pair._replace(source=source[0], target=target[0], hints=hints, looked=looked)


def apart(links: Iterable[Link], starts: Starts) -> Iterator[Link]:
    """Links of groups as links of all their words."""
    for link in links:
        for i in range(*starts[0][link.source : link.source + 2]):
            for j in range(*starts[1][link.target : link.target + 2]):
                yield Link(i, j, link.probability)

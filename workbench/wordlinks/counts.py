"""How often words were linked: a sparse table of two vocabularies that grows, is pruned, and is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.wordlinks.arrays import Floats, Longs

SHIFT = 32
MASK = (1 << SHIFT) - 1


# A pair found through a third language is kept if it is this frequent.
THROUGH_LEAST = 0.25
THROUGH_SHARE = 0.01


def _floats() -> Floats:
    return np.zeros(0, np.float32)


def _longs() -> Longs:
    return np.zeros(0, np.int64)


@dataclass(slots=True)
class Counts:
    """Expected links of `source` words (number by word) to `target` words.

    `keys`, ascending, are `source number << 32 | target number`, and `links` how often the two were
    linked.  `source_alone` and `target_alone` are a word's occurrences that nothing explains.
    """

    source: dict[str, int] = field(default_factory=dict)
    target: dict[str, int] = field(default_factory=dict)
    keys: Longs = field(default_factory=_longs)
    links: Floats = field(default_factory=_floats)
    source_alone: Floats = field(default_factory=_floats)
    target_alone: Floats = field(default_factory=_floats)

    def __len__(self) -> int:
        return len(self.keys)

    def turned(self) -> Counts:
        """The same counts for the languages the other way round."""
        keys = (self.keys & MASK) << SHIFT | self.keys >> SHIFT
        order = np.argsort(keys)
        return Counts(
            self.target, self.source, keys[order], self.links[order],
            self.target_alone, self.source_alone,
        )  # fmt: skip

    def through(self, second: Counts) -> Counts:
        """These counts followed by `second`, whose source is our target: a pair through a third language.

        The links of two words are those of the first step, shared out as the second step shares them.
        """
        middle = _places(self.target, second.source)[self.keys & MASK]
        sizes = np.bincount(second.keys >> SHIFT, minlength=len(second.source))
        starts = np.append(0, np.cumsum(sizes))[:-1]
        totals = np.bincount(second.keys >> SHIFT, second.links, minlength=len(second.source))
        known = np.flatnonzero(middle >= 0)
        known = known[sizes[middle[known]] > 0]
        repeats = sizes[middle[known]]
        ours = np.repeat(known, repeats)
        first = np.repeat(np.cumsum(repeats) - repeats, repeats)
        theirs = np.arange(len(ours)) - first + np.repeat(starts[middle[known]], repeats)
        links = self.links[ours] * second.links[theirs] / totals[middle[ours]]
        keys = self.keys[ours] >> SHIFT << SHIFT | second.keys[theirs] & MASK
        every, place = np.unique(keys, return_inverse=True)
        result = Counts(
            self.source, second.target, every, np.bincount(place, links).astype(np.float32),
            self.source_alone, second.target_alone,
        )  # fmt: skip
        result.prune(THROUGH_LEAST, THROUGH_SHARE)
        return result

    def translations(self, word: str) -> list[tuple[str, float]]:
        """What a source word is linked to, the most frequent first, with the share of its links."""
        number = self.source.get(word, -1)
        first, last = np.searchsorted(self.keys, [number << SHIFT, (number + 1) << SHIFT])
        links = self.links[first:last]
        targets = list(self.target)
        order = np.argsort(-links, kind="stable")
        return [
            (targets[self.keys[first + n] & MASK], float(links[n] / links.sum())) for n in order
        ]

    def look_up(self, source: Longs, target: Longs) -> Floats:
        """The links of word numbers pair by pair; 0 where one is negative or they never met."""
        if not len(self.keys):
            return np.zeros(len(source), np.float32)
        wanted = source << SHIFT | target
        wanted[(source < 0) | (target < 0)] = -1
        places = np.searchsorted(self.keys, wanted)
        places[places == len(self.keys)] = 0
        return np.where(self.keys[places] == wanted, self.links[places], np.float32(0))

    def add(self, other: Counts) -> None:
        """Add counts that use any vocabularies."""
        source = _numbers(self.source, other.source)
        target = _numbers(self.target, other.target)
        keys = source[other.keys >> SHIFT] << SHIFT | target[other.keys & MASK]
        every, place = np.unique(np.concatenate([self.keys, keys]), return_inverse=True)
        links = np.concatenate([self.links, other.links])
        self.links = np.bincount(place, links, minlength=len(every)).astype(np.float32)
        self.keys = every
        self.source_alone = _grown(self.source_alone, source, other.source_alone, len(self.source))
        self.target_alone = _grown(self.target_alone, target, other.target_alone, len(self.target))

    def discounted(self, links: float) -> Counts:
        """These counts with so many links less of each pair (absolute discounting)."""
        fewer = np.maximum(self.links - np.float32(links), 0)
        return Counts(
            self.source, self.target, self.keys, fewer, self.source_alone, self.target_alone
        )

    def prune(self, least: float, share: float = 0.0) -> None:
        """Forget pairs linked less than `least` times, or less than `share` of both words' links."""
        source, target = self.keys >> SHIFT, self.keys & MASK
        common = self.links >= share * np.minimum(
            np.bincount(source, self.links)[source], np.bincount(target, self.links)[target]
        )
        kept = (self.links >= least) & common
        self.keys, self.links = self.keys[kept], self.links[kept]


def _numbers(vocabulary: dict[str, int], words: Sequence[str] | dict[str, int]) -> Longs:
    return np.array([vocabulary.setdefault(word, len(vocabulary)) for word in words], np.int64)


def _places(words: dict[str, int], known: dict[str, int]) -> Longs:
    return np.array([known.get(word, -1) for word in words], np.int64)


def _grown(ours: Floats, places: Longs, theirs: Floats, size: int) -> Floats:
    grown = np.zeros(size, np.float32)
    grown[: len(ours)] = ours
    grown[places] += theirs
    return grown

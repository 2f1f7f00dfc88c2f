"""Links one unit by itself, from a lexicon and from how often its words were linked elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.wordlinks.counts import SHIFT, Counts
from workbench.wordlinks.phrases import joined
from workbench.wordlinks.streaming import Linker, apart, together
from workbench.wordlinks.tokens import is_character_word, key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from workbench.wordlinks.pair import Pair
    from workbench.wordlinks.streaming import Link


def link_pair(
    pair: Pair, lexicon: Counts | None, elsewhere: Iterable[tuple[str, str, int]]
) -> list[Link]:
    """Links of a pair; `elsewhere` has pairs of words with the number of their links."""
    counts = _counts(elsewhere)
    source, target = joined(pair.source, counts.source), joined(pair.target, counts.target)
    whole = together(pair, source, target)
    links = next(Linker(lexicon, counts).link([whole]))
    return sorted(apart(links, (source[1], target[1])))


def _counts(rows: Iterable[tuple[str, str, int]]) -> Counts:
    """Links of words as links of their keys."""
    found = Counts()
    sums: dict[int, int] = {}
    for source, target, links in rows:
        first, second = (
            word if is_character_word(word) else key(word) for word in (source, target)
        )
        i = found.source.setdefault(first, len(found.source))
        j = found.target.setdefault(second, len(found.target))
        sums[i << SHIFT | j] = sums.get(i << SHIFT | j, 0) + links
    found.keys = np.array(sorted(sums), np.int64)
    found.links = np.array([sums[place] for place in sorted(sums)], np.float32)
    found.source_alone = np.zeros(len(found.source), np.float32)
    found.target_alone = np.zeros(len(found.target), np.float32)
    return found

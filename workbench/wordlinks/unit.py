"""The words of one unit, with what people decided about their links and what a model looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.wordlinks import gold
from workbench.wordlinks.attention import carried
from workbench.wordlinks.pair import Pair
from workbench.wordlinks.tokens import key, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from workbench.model import LinkDecision, WordLink
    from workbench.wordlinks.streaming import Link


@dataclass(slots=True)
class UnitWords:
    """A unit's words on both sides.

    `decisions` are those of people that hold for them, `looked` the words (source, target) that the
    model of its draft looked at, None if that is not known.
    """

    source: list[str]
    target: list[str]
    decisions: dict[tuple[int, int], LinkDecision]
    looked: list[tuple[int, int]] | None = None

    def pair(self) -> Pair:
        """What the models learn from."""
        return Pair(
            [key(word) for word in self.source],
            [key(word) for word in self.target],
            gold.hints(self.decisions),
            gold.WEIGHT if self.decisions else 1.0,
            self.looked,
        )

    def decided(self, found: Iterable[Link]) -> list[WordLink]:
        """The unit's links: what the models found, but for what people decided."""
        return gold.with_decisions(found, self.decisions, self.source, self.target)


def unit_words(
    texts: tuple[str, str],
    langs: tuple[str, str],
    decisions: Iterable[LinkDecision],
    look: tuple[str, Sequence[tuple[int, int]]] | None = None,
    *,
    spaced: bool = False,
) -> UnitWords:
    """The words of a unit's two texts; `look` is a draft and the words that its model looked at."""
    source, target = (
        words(text, lang, spaced=spaced) for text, lang in zip(texts, langs, strict=True)
    )
    looked = None
    if look and not spaced:
        looked = carried(look[1], words(look[0], langs[1]), target)
    return UnitWords(source, target, gold.present(decisions, source, target), looked)

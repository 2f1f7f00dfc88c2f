"""What people decided about links, carried over to the words of the present text."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from workbench.model import WordLink
from workbench.wordlinks.phrases import named
from workbench.wordlinks.tokens import is_character_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from workbench.model import LinkDecision
    from workbench.wordlinks.streaming import Link

# How many times likelier a link is that a person made, and how many times less one they took away.
MADE, REMOVED = 1e4, 1e-6
# How many pairs a pair with a person's decision counts for when tables are learned.
WEIGHT = 5.0


def present(
    decisions: Iterable[LinkDecision], source: Sequence[str], target: Sequence[str]
) -> dict[tuple[int, int], LinkDecision]:
    """The decisions that hold for these words, by number; the latest wins.

    A decision holds where its words stand as they stood.  If the text around them changed, it moves
    with them, as long as both are there exactly once.
    """
    found: dict[tuple[int, int], LinkDecision] = {}
    for decision in decisions:
        i = _place(decision.source, decision.source_text, source)
        j = _place(decision.target, decision.target_text, target)
        if i is not None and j is not None:
            found.pop((i, j), None)
            found[i, j] = decision
    return found


def hints(decisions: Mapping[tuple[int, int], LinkDecision]) -> list[tuple[int, int, float]]:
    """The decisions as a `Pair`'s hints."""
    return [(i, j, MADE if made.linked else REMOVED) for (i, j), made in decisions.items()]


def with_decisions(
    found: Iterable[Link],
    decisions: Mapping[tuple[int, int], LinkDecision],
    source: Sequence[str],
    target: Sequence[str],
) -> list[WordLink]:
    """A unit's links, by place: what the models found, but for what people decided."""
    links = [(i, j, share, "") for i, j, share in found]
    if decisions:
        links = [link for link in links if link[:2] not in decisions]
        links += [(i, j, 1.0, decision.actor) for (i, j), decision in decisions.items()
                  if decision.linked]  # fmt: skip
        links.sort()
    if any(map(is_character_word, chain(source, target))):
        names = named([link[:2] for link in links], source, target)
        return [WordLink(i, j, *names[i, j], share, actor) for i, j, share, actor in links]
    first, second = ([word.lower() for word in side] for side in (source, target))
    return [WordLink(i, j, first[i], second[j], share, actor) for i, j, share, actor in links]


def _place(number: int, text: str, words: Sequence[str]) -> int | None:
    if number < len(words) and words[number] == text:
        return number
    places = [place for place, word in enumerate(words) if word == text]
    return places[0] if len(places) == 1 else None

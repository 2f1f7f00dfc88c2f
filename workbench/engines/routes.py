"""Finds how one language leads to another over the pairs that an engine has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench import lang

if TYPE_CHECKING:
    from collections.abc import Iterable

# The steps of a translation: one pair, or several that meet in pivot languages.
Route = tuple[tuple[str, str], ...]
# A longer way than through one pivot loses so much that nobody is led there unasked.
GOOD = 2


def routes(pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Route]:
    """The shortest route for every pair that can be reached.

    Of several pivots English wins, then the first in the alphabet.
    """
    steps: dict[str, list[str]] = {}
    for source_lang, target_lang in sorted(set(pairs), key=lambda pair: (pair[1] != "en", pair)):
        steps.setdefault(source_lang, []).append(target_lang)
    return {(start, end): route for start in steps for end, route in _from(start, steps).items()}


def good(found: dict[tuple[str, str], Route]) -> list[tuple[str, str]]:
    """The pairs of routes through one pivot at most."""
    return sorted(pair for pair, route in found.items() if len(route) <= GOOD)


def _from(start: str, steps: dict[str, list[str]]) -> dict[str, Route]:
    """The shortest route to every language, found step by step from one."""
    found: dict[str, Route] = {target: ((start, target),) for target in steps[start]}
    for here in (waiting := list(found)):  # grows as it goes
        for target in steps.get(here, ()):
            if target not in found and not lang.same_language(target, start):
                found[target] = (*found[here], (here, target))
                waiting.append(target)
    return found

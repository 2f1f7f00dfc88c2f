"""Finds how one language leads to another over the pairs that an engine has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench import lang

if TYPE_CHECKING:
    from collections.abc import Iterable

# The steps of a translation: one pair, or two that meet in a pivot language.
Route = tuple[tuple[str, str], ...]


def routes(pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Route]:
    """The shortest route for every pair that can be reached in one or two steps.

    Of several pivots English wins, then the first in the alphabet.
    """
    direct = sorted(set(pairs), key=lambda pair: (pair[0] != "en" and pair[1] != "en", pair))
    found: dict[tuple[str, str], Route] = {pair: (pair,) for pair in direct}
    for source_lang, pivot in direct:
        for start, target_lang in direct:
            if start == pivot and not lang.same_language(target_lang, source_lang):
                found.setdefault(
                    (source_lang, target_lang), ((source_lang, pivot), (start, target_lang))
                )
    return found

"""Names the words of scripts without spaces: neighbouring characters with the same partners are one word."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from workbench.wordlinks.tokens import is_character_word

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

# What stands for a further character of a word, so that the word is counted once.
FURTHER = ""
# Characters of the longest words that are looked up.
LONGEST = 10


def named(
    places: Iterable[tuple[int, int]], source: Sequence[str], target: Sequence[str]
) -> dict[tuple[int, int], tuple[str, str]]:
    """For each link the two words that it says translate each other, in lower case.

    Where these are of several characters in a script without spaces, their first two say so; links of
    their other characters have FURTHER on both sides.
    """
    links = sorted(places)
    first = _runs(links, source)
    second = _runs([(j, i) for i, j in links], target)
    return {
        (i, j): (first[i], second[j]) if first[i] and second[j] else (FURTHER, FURTHER)
        for i, j in links
    }


def _runs(links: Iterable[tuple[int, int]], words: Sequence[str]) -> dict[int, str]:
    """The word that begins at each linked place; FURTHER where one goes on."""
    partners: dict[int, list[int]] = {}
    for here, there in sorted(links):
        partners.setdefault(here, []).append(there)
    found: dict[int, str] = {}
    # what may stand together: next to each other, with the same partners, in scripts without spaces
    alike = groupby(
        enumerate(partners.items()),
        lambda item: (
            (item[1][0] - item[0], item[1][1])
            if is_character_word(words[item[1][0]])
            else (item[1][0], None)
        ),
    )
    for _, items in alike:
        places = [here for _, (here, _) in items]
        found.update(dict.fromkeys(places, FURTHER))
        found[places[0]] = "".join(words[here] for here in places).lower()
    return found


def conceivable(words: Sequence[str]) -> set[str]:
    """Every word that these may be or begin, in lower case: rows of characters, up to LONGEST."""
    found = {word.lower() for word in words}
    for start, word in enumerate(words):
        end = start + 1
        while is_character_word(word) and end - start <= LONGEST:
            found.add("".join(words[start:end]).lower())
            if end == len(words) or not is_character_word(words[end]):
                break
            end += 1
    return found


def joined(words: Sequence[str], known: Collection[str]) -> tuple[list[str], list[int]]:
    """Words with characters joined to known words, the longest first from the left; where each begins.

    The number of words stands at the end of the places.
    """
    found, starts = [], [0]
    while starts[-1] < len(words):
        start = starts[-1]
        longest = LONGEST if is_character_word(words[start]) else 1
        rows = ("".join(words[start : start + size]) for size in range(longest, 1, -1))
        text = next((row for row in rows if row in known), words[start])
        size = 1
        while "".join(words[start : start + size]) != text:
            size += 1
        found.append(text)
        starts.append(start + size)
    return found, starts

"""Takes the lexicon that ships with the workbench as something known before the texts are read."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from workbench.aligners.features import CUT, forms
from workbench.aligners.lexicon import Counts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workbench.aligners.features import Vocabulary
    from workbench.wordlinks.counts import Counts as Links

    Ints = NDArray[np.int64]

# However often a form was met elsewhere, it counts as met so often: a text has habits of its own.
BELIEF = 20.0


def shipped(
    langs: tuple[str, str], vocabularies: tuple[Vocabulary, Vocabulary]
) -> tuple[Counts | None, Counts | None]:
    """What is known of the forms of these texts, there and back; None for a pair without a lexicon."""
    from workbench import lexicon

    found = lexicon.load(*langs)
    if found is None:
        return None, None
    source, target = (
        _places(known, vocabulary)
        for known, vocabulary in zip(_forms(*langs), vocabularies, strict=True)
    )
    sizes = len(vocabularies[0]), len(vocabularies[1])
    return _counts(found, (source, target), sizes), _counts(
        found.turned(), (target, source), sizes[::-1]
    )


def _counts(links: Links, places: tuple[Ints, Ints], sizes: tuple[int, int]) -> Counts | None:
    left, right = places
    s, t = left[links.keys >> 32], right[links.keys & 0xFFFFFFFF]
    # the share of each source form's links, also those to forms that these texts lack
    given = np.bincount(np.maximum(s, 0), links.links * (s >= 0), minlength=sizes[0])
    scale = np.minimum(1.0, BELIEF / np.maximum(given, 1e-9))
    both = (s >= 0) & (t >= 0)
    if not both.any():
        return None
    width = sizes[1]
    key, at = np.unique(s[both] * width + t[both], return_inverse=True)
    pair = np.bincount(at, links.links[both] * scale[s[both]], minlength=len(key))
    linked = np.bincount(np.maximum(t, 0), links.links * (t >= 0), minlength=width)
    alone = np.bincount(np.maximum(right, 0), links.target_alone * (right >= 0), minlength=width)
    explained = np.bincount(key % width, pair, minlength=width)
    seen = explained * (linked + alone) / np.maximum(linked, 1e-9)
    return Counts(key, pair.astype(float), (given * scale).astype(float), seen.astype(float))


@cache
def _forms(source_lang: str, target_lang: str) -> tuple[list[str], list[str]]:
    """The form of each word of the lexicon by its number, "" if it is none or several."""
    from workbench import lexicon

    found = lexicon.load(source_lang, target_lang)
    return (_cut(found.source), _cut(found.target)) if found else ([], [])


def _cut(words: dict[str, int]) -> list[str]:
    cut = [""] * len(words)
    for word, number in words.items():
        if word.isascii() and word.isalpha() and word.islower():
            cut[number] = word[:CUT]  # most are
        else:
            parts = forms(word)
            cut[number] = parts[0] if len(parts) == 1 else ""
    return cut


def _places(known: list[str], vocabulary: Vocabulary) -> Ints:
    """The number of each form in the vocabulary, -1 for none."""
    places = [vocabulary.number.get(form, -1) for form in known]
    return np.array(places, np.int64)

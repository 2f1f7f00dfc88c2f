"""Takes the lexicon that ships with the workbench as something known before the texts are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.aligners.features import forms
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
    return _counts(found, vocabularies), _counts(found.turned(), vocabularies[::-1])


def _counts(links: Links, vocabularies: tuple[Vocabulary, Vocabulary]) -> Counts | None:
    source, target = vocabularies
    left, right = _places(links.source, source), _places(links.target, target)
    s, t = left[links.keys >> 32], right[links.keys & 0xFFFFFFFF]
    # the share of each source form's links, also those to forms that these texts lack
    given = np.bincount(np.maximum(s, 0), links.links * (s >= 0), minlength=len(source))
    scale = np.minimum(1.0, BELIEF / np.maximum(given, 1e-9))
    both = (s >= 0) & (t >= 0)
    if not both.any():
        return None
    width = len(target)
    key, at = np.unique(s[both] * width + t[both], return_inverse=True)
    pair = np.bincount(at, links.links[both] * scale[s[both]], minlength=len(key))
    linked = np.bincount(np.maximum(t, 0), links.links * (t >= 0), minlength=width)
    alone = np.bincount(np.maximum(right, 0), links.target_alone * (right >= 0), minlength=width)
    explained = np.bincount(key % width, pair, minlength=width)
    seen = explained * (linked + alone) / np.maximum(linked, 1e-9)
    return Counts(key, pair.astype(float), (given * scale).astype(float), seen.astype(float))


def _places(words: dict[str, int], vocabulary: Vocabulary) -> Ints:
    """The number of each word's form in the vocabulary, -1 for none."""
    places = np.full(len(words), -1, np.int64)
    for word, number in words.items():
        cut = forms(word)
        if len(cut) == 1:
            places[number] = vocabulary.number.get(cut[0], -1)
    return places

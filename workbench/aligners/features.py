"""Turns passages into numbers: forms (cut words, digits, signs, single characters), and lengths."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

# Scripts written without spaces, and Hangul, whose syllables say more than its inflected words.
_SPACELESS = (
    "\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
    "\uf900-\ufaff\U00020000-\U0003ffff"
)
_FORM = re.compile(rf"[{_SPACELESS}]|\d+|(?:(?![{_SPACELESS}])[^\W\d_])+|[^\w\s]")
# the same where there is none of these scripts, in half the time
_SPACED = re.compile(r"\d+|[^\W\d_]+|[^\w\s]")
_ANY_SPACELESS = re.compile(rf"[{_SPACELESS}]")
# Inflection sits at the end of words in most languages we meet.
CUT = 5
# A passage longer than this is no sentence; what follows is not looked at.
LONGEST = 4_000


def forms(text: str) -> list[str]:
    """The forms of a text in their order: lower case, without diacritics, words cut to five letters."""
    return list(map(_form, _words(text)))


def _words(text: str) -> list[str]:
    text = unicodedata.normalize("NFKC", text[:LONGEST]).lower()
    return (_FORM if _ANY_SPACELESS.search(text) else _SPACED).findall(text)


def _form(word: str) -> str:
    if word.isdigit():
        return word
    if word.isascii():
        return word[:CUT]
    plain = unicodedata.normalize("NFKD", word)
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", plain or word)[:CUT]


class Vocabulary:
    """Forms of one language, numbered as they come."""

    def __init__(self) -> None:
        self.number: dict[str, int] = {}
        self._known = _Numbers(self.number)

    def __len__(self) -> int:
        return len(self.number)

    def numbers(self, text: str) -> list[int]:
        """Numbers of the forms of a text; new ones get the next."""
        return list(map(self._known.__getitem__, _words(text)))


class _Numbers(dict[str, int]):
    """The number of each word's form; a word met first adds it."""

    def __init__(self, forms: dict[str, int]) -> None:
        super().__init__()
        self.forms = forms

    def __missing__(self, word: str) -> int:
        number = self[word] = self.forms.setdefault(_form(word), len(self.forms))
        return number


@dataclass(frozen=True)
class Side:
    """One text in numbers: passage i is `flat[start[i]:start[i + 1]]`, `size[i]` forms, `chars[i]` long."""

    flat: Ints
    start: Ints
    size: Ints
    chars: Floats
    forms: int

    def __len__(self) -> int:
        return len(self.size)

    def take(self, passages: Ints) -> Side:
        """Some of the passages, in the order given."""
        size = self.size[passages]
        return Side(
            self.flat[runs(self.start[passages], size)],
            np.concatenate([[0], np.cumsum(size)]),
            size,
            self.chars[passages],
            self.forms,
        )


def read(texts: Sequence[str], vocabulary: Vocabulary) -> Side:
    """A text in numbers; the vocabulary grows.  `forms` is its size, set when all texts are read."""
    rows = [vocabulary.numbers(text) for text in texts]
    size = np.array([len(row) for row in rows], dtype=np.int64)
    flat = np.fromiter(chain.from_iterable(rows), np.int64, int(size.sum()))
    chars = np.array([max(1, len(text.strip())) for text in texts], float)
    return Side(flat, np.concatenate([[0], np.cumsum(size)]), size, chars, len(vocabulary))


def runs(first: Ints, size: Ints) -> Ints:
    """The numbers first[0] ... first[0]+size[0]-1, first[1] ... one run after the other."""
    numbers = np.repeat(first - (np.cumsum(size) - size), size)
    numbers += np.arange(len(numbers))
    return numbers


def sums(at: Ints, value: Floats, size: int) -> Floats:
    """The totals of values by number."""
    totals: Floats = np.bincount(at, value, minlength=size).astype(float, copy=False)
    return totals


def in_order(keys: Ints) -> tuple[Ints, Ints]:
    """The numbers ascending, and where each stood; equal ones in the order in which they stood."""
    bits = len(keys).bit_length()
    if not len(keys) or int(keys.max()) >> (63 - bits):
        order = np.argsort(keys, kind="stable")
        return keys[order], order
    # numbers are sorted several times as fast as places, so each takes its place along
    packed = keys << bits
    packed |= np.arange(len(keys))
    packed.sort()
    return packed >> bits, packed & ((1 << bits) - 1)


def distinct(numbers: Ints) -> tuple[Ints, Ints]:
    """The numbers without repetition, ascending; and the place of each number among them."""
    ascending, order = in_order(numbers)
    new = np.ones(len(ascending), bool)
    np.not_equal(ascending[1:], ascending[:-1], out=new[1:])
    at = np.empty(len(order), np.int64)
    at[order] = np.cumsum(new) - 1
    return ascending[new], at

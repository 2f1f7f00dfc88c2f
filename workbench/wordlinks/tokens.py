"""Cuts a text into the words and marks that are linked, and says which of them count as one word."""

from __future__ import annotations

from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from workbench.lang import SPACELESS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import regex

# Beginnings of words say most of what links need, and are met more often than whole words.
KEY = 5

# Where a word is cut although no space is there: after an elided word, before an enclitic one.
_BEFORE = {
    "fr": r"(?:\p{L}{0,5}qu|\p{L}|entr)['’](?=\p{L})",
    "it": r"(?:\p{L}{0,8}[lntrs]|\p{L})['’](?=\p{L})",
    "ca": r"\p{L}['’](?=\p{L})",
}
_AFTER = {
    "en": r"['’](?:s|t|m|d|re|ve|ll)",
    "fr": r"-(?:t|je|tu|ils?|elles?|on|nous|vous|les?|la|lui|leur|moi|toi|ce|y|en|ci|là|mêmes?)",
    "pt": r"-(?:se|me|te|lhes?|os?|as?|l[oa]s?|n[oa]s?|vos)",
    "ca": r"(?:['’-](?:n|l|s|m|t|ls|ns|hi|ho|la|les|lo|los|li|me|te|se|us))",
}


class Token(NamedTuple):
    """A word or mark; `start` and `end` are characters in its text."""

    text: str
    start: int
    end: int


def tokens(text: str, lang: str) -> list[Token]:
    """The words and punctuation marks of a text, in order.

    A word is letters and digits held together by inner apostrophes, hyphens and full stops, cut
    where its language joins small words to it (`l'`, `-il`, `'s`).  Repeated marks are one.  In
    scripts without spaces each character is a word.
    """
    return list(_cut(text, lang.split("-")[0].lower()))


def _spaced(text: str) -> list[Token]:
    """The tokens of a text that is tokenized already: what spaces separate."""
    found, start = [], 0
    for word in text.split():
        start = text.index(word, start)
        found.append(Token(word, start, start + len(word)))
        start += len(word)
    return found


def cut(text: str, lang: str, *, spaced: bool) -> list[Token]:
    """The tokens of a text: what spaces separate if it is `spaced`, else those of its language."""
    return _spaced(text) if spaced else tokens(text, lang)


@lru_cache(1 << 16)
def key(word: str) -> str:
    """What a word counts as: lower case, the first letters.  Words with one key are one word."""
    plain = word.lower().replace("’", "'")
    return (plain.lstrip("-") or plain)[:KEY]


def _cut(text: str, lang: str) -> Iterator[Token]:
    before, after = _clitics(lang)
    for match in _pattern().finditer(text):
        start, end = match.span()
        if match[0].isspace():  # a control character
            continue
        cuts = [start]
        while before and (joined := before.match(text, cuts[-1], end)):
            cuts.append(joined.end())
        tail: list[int] = []
        while after and (joined := after.search(text, cuts[-1] + 1, tail[-1] if tail else end)):
            tail.append(joined.start())
        cuts += [*reversed(tail), end]
        for left, right in pairwise(cuts):
            yield Token(text[left:right], left, right)


@cache
def _pattern() -> regex.Pattern[str]:
    import regex

    word = rf"[[\p{{L}}\p{{M}}\p{{N}}]--[{SPACELESS}]]+"
    return regex.compile(
        rf"[{SPACELESS}]\p{{M}}*|{word}(?:['’.\-‐]{word})*|([^\w\s])\1*|\S", regex.VERSION1
    )


@cache
def _clitics(lang: str) -> tuple[regex.Pattern[str] | None, regex.Pattern[str] | None]:
    import regex

    before, after = _BEFORE.get(lang), _AFTER.get(lang)
    return (
        regex.compile(before, regex.IGNORECASE) if before else None,
        regex.compile(rf"(?:{after})$", regex.IGNORECASE) if after else None,
    )

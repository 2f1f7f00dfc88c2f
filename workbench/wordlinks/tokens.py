"""Cuts a text into the words and marks that are linked, and says which of them count as one word."""

from __future__ import annotations

from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from workbench.lang import SPACELESS

if TYPE_CHECKING:
    import regex

# Beginnings of words say most of what links need, and are met more often than whole words.
KEY = 5
# Inside words they say how letters join, or where a word may be broken: soft hyphen, (non-)joiner.
INVISIBLE = "\u00ad\u200c\u200d"
# So many pieces of text are remembered with their words, none longer than this.
MOST, LONGEST = 1 << 16, 40

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


def words(text: str, lang: str, *, spaced: bool = False) -> list[str]:
    """The words and punctuation marks of a text, in order.

    A word is letters and digits held together by inner apostrophes, hyphens, full stops and joiners, cut
    where its language joins small words to it (`l'`, `-il`, `'s`).  Repeated marks are one.  In
    scripts without spaces each character is a word.  If a text is `spaced` it is tokenized already:
    its words are what spaces separate.
    """
    if spaced:
        return text.split()
    pieces = _pieces(lang.split("-")[0].lower())
    return [word for piece in text.split() for word in pieces[piece]]


def tokens(text: str, lang: str, *, spaced: bool = False) -> list[Token]:
    """The words of a text with their places."""
    found, end = [], 0
    for word in words(text, lang, spaced=spaced):
        start = text.index(word, end)
        end = start + len(word)
        found.append(Token(word, start, end))
    return found


@lru_cache(1 << 16)
def key(word: str) -> str:
    """What a word counts as: lower case, the first letters.  Words with one key are one word."""
    plain = word.lower().replace("’", "'").replace("\u00ad", "")
    return (plain.lstrip("-") or plain)[:KEY]


@lru_cache(1 << 16)
def is_character_word(word: str) -> bool:
    """Whether a word is a character of a script without spaces, alone or with marks."""
    return not word.isascii() and _spaceless().match(word) is not None


class _Pieces(dict[str, tuple[str, ...]]):
    """The words of what stands between spaces in a language; most of it comes again and again."""

    def __init__(self, lang: str) -> None:
        super().__init__()
        self._lang = lang

    def __missing__(self, piece: str) -> tuple[str, ...]:
        found = _cut(piece, self._lang)
        if len(piece) <= LONGEST:
            if len(self) >= MOST:
                self.clear()
            self[piece] = found
        return found


_pieces = lru_cache(16)(_Pieces)


def _cut(piece: str, lang: str) -> tuple[str, ...]:
    before, after = _clitics(lang)
    found = []
    for match in _pattern().finditer(piece):
        start, end = match.span()
        cuts = [start]
        while before and (joined := before.match(piece, cuts[-1], end)):
            cuts.append(joined.end())
        tail: list[int] = []
        while after and (joined := after.search(piece, cuts[-1] + 1, tail[-1] if tail else end)):
            tail.append(joined.start())
        cuts += [*reversed(tail), end]
        found += [piece[left:right] for left, right in pairwise(cuts)]
    return tuple(found)


@cache
def _spaceless() -> regex.Pattern[str]:
    import regex

    return regex.compile(rf"[{SPACELESS}]", regex.VERSION1)


@cache
def _pattern() -> regex.Pattern[str]:
    import regex

    word = rf"[[\p{{L}}\p{{M}}\p{{N}}]--[{SPACELESS}]]+"
    inner = rf"['’.\-‐{INVISIBLE}]"
    # pictures made of several, like a family, and those that ask to be shown in colour
    picture = r"\p{Extended_Pictographic}\p{EMod}?\ufe0f?"
    pictures = rf"{picture}(?:\u200d{picture})+|\p{{Extended_Pictographic}}\ufe0f"
    return regex.compile(
        rf"[{SPACELESS}]\p{{M}}*|{word}(?:{inner}{word})*|({pictures})\1*|([^\w\s])\2*|\S",
        regex.VERSION1,
    )


@cache
def _clitics(lang: str) -> tuple[regex.Pattern[str] | None, regex.Pattern[str] | None]:
    import regex

    before, after = _BEFORE.get(lang), _AFTER.get(lang)
    return (
        regex.compile(before, regex.IGNORECASE) if before else None,
        regex.compile(rf"(?:{after})$", regex.IGNORECASE) if after else None,
    )

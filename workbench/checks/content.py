"""Checks of what a draft kept, lost or made up; each looks at one unit and touches nothing."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from workbench import lang, messages, protect
from workbench.model import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from workbench.model import Unit

# Ends of a sentence in any script, before closing quotes and brackets.
_END = re.compile(r"[.!?…。！？؟۔।:;][\s\"'”’»“)\]*_]*$")
# Columns under which nothing is said of length.
SHORT = 20
# Words of the source in a row that no translation has by chance.
STRETCH = 6
_LETTER = re.compile(r"[^\W\d_]")
# One word four times in a row, two or three thrice, four to twelve twice.
_LOOP = re.compile(r"(?<!\S)(?:(\S+ )\1{3}|(\S+ \S+ (?:\S+ )?)\2{2}|((?:\S+ ){4,12}?)\3)")
# The same one to eight characters, many times in a row, which makes a long word.
LONG_WORD = 12
# What decoders write in place of bytes that make no character (Unicode's replacement character).
BROKEN = "\ufffd"
_STUTTER = re.compile(r"(\S{1,8}?)\1{5,}")
# Words in a row that all stood before, in the shortest loop.
LOOPED = 3
_WIDE = re.compile("[\u1100-\U0010ffff]")


class Empty:
    """A target that says nothing."""

    name = "empty"

    def findings(self, unit: Unit) -> Iterator[Finding]:
        """Found when the source has letters or digits and the target has none."""
        if any(map(str.isalnum, unit.source)) and not any(map(str.isalnum, unit.target)):
            yield Finding(self.name, "error", "the target says nothing")


class Garbled:
    """Characters that an engine broke."""

    name = "garbled"

    def findings(self, unit: Unit) -> Iterator[Finding]:
        """Found when the target has the sign for a broken character and the source has not."""
        if BROKEN in unit.target and BROKEN not in unit.source:
            yield Finding(self.name, "error", f"broken characters: {BROKEN}")


class Verbatim:
    """Addresses, placeholders, tags, code and names with underscores that changed."""

    name = "verbatim"

    def findings(self, unit: Unit) -> Iterator[Finding]:
        """One finding for each that the target holds less often than the source."""
        for text in protect.lost(unit.source, unit.target):
            if messages.parse(text):  # its branches change; the check `message` looks at them
                continue
            yield Finding(self.name, "warning", f"not in the target: {text}")


class Copied:
    """A target that is its source, or holds a long stretch of it."""

    name = "copied"

    def findings(self, unit: Unit) -> Iterator[Finding]:
        """Found by words, most of them no names: three or more that are all, or six in a row."""
        # in headings of capitals a word is no name by its capitals
        shouted = unit.source.isupper() and unit.target.isupper()
        both = [text.lower() if shouted else text for text in (unit.source, unit.target)]
        pieces = set(both[0].split())
        same = pieces & set(both[1].split())
        if len(same) < min(len(pieces) / 2, STRETCH / 2) or _small(same) < min(len(pieces) / 4, 2):
            return  # most units end here, cheaply
        source, target = (lang.words(protect.without_spans(text)) for text in both)
        folded = _folded(source)
        spoken = sum(not word.isdigit() for word in source)  # `10 km/h` stays
        if spoken >= 3 + shouted and folded == _folded(target) and 2 * _small(source) > len(source):
            yield Finding(self.name, "warning", "the target is the source, untranslated")
            return
        stretches = {tuple(_folded(run)) for run in _runs(source) if _small(run) >= STRETCH - 1}
        if run := next((run for run in _runs(target) if tuple(_folded(run)) in stretches), None):
            yield Finding(self.name, "warning", f"untranslated: {' '.join(run)}")


class Length:
    """A target much longer or shorter than its source, or cut off."""

    name = "length"

    def findings(self, unit: Unit) -> Iterator[Finding]:
        """Found by width, and for a target that ends in mid-sentence; short texts are left alone."""
        texts = messages.spoken(unit.source), messages.spoken(unit.target)
        source, target = map(_width, texts)
        # translations of short texts differ more
        limit = 1.9 + 20 / max(source, SHORT)
        if source >= SHORT and target * limit < source:
            message = f"much shorter than the source: {target} to {source}"
        elif target >= 3 * SHORT and target > source * limit:
            message = f"much longer than the source: {target} to {source}"
        elif source >= SHORT and _is_cut(*texts):
            message = "ends in mid-sentence"
        else:
            return
        yield Finding(self.name, "warning", message)


class Repetition:
    """Words or letters that an engine repeats in a loop."""

    name = "repetition"

    def findings(self, unit: Unit) -> Iterator[Finding]:
        """Found when the target says the same over and over and the source does not."""
        loop = _loop(unit.target)
        if loop and not _loop(unit.source):
            yield Finding(self.name, "error", f"repeated over and over: {loop}")


def _folded(words: list[str]) -> list[str]:
    return [word.casefold() for word in words]


def _runs(words: list[str]) -> Iterator[list[str]]:
    """All stretches of STRETCH words."""
    return (words[i : i + STRETCH] for i in range(len(words) - STRETCH + 1))


def _small(words: Iterable[str]) -> int:
    """How many words are no names, titles or numbers; scripts without capitals have only such."""
    return sum(word.islower() or _is_caseless(word[0]) for word in words)


def _is_caseless(character: str) -> bool:
    return character.isalpha() and character.lower() == character.upper()


def _is_cut(source: str, target: str) -> bool:
    source, target = source.rstrip(), target.rstrip()
    return bool(_END.search(source)) and bool(_LETTER.search(source)) and not _END.search(target)


def _width(text: str) -> int:
    """Length in columns: characters of East Asian scripts, which say more, count two."""
    return len(text) + sum(unicodedata.east_asian_width(c) in "WF" for c in _WIDE.findall(text))


def _loop(text: str) -> str:
    """The first words, or letters, that come again at once; empty if nothing does."""
    words = lang.words(text.casefold())
    if _may_loop(words) and (match := _LOOP.search(" ".join(words) + " ")):
        return str(match[match.lastindex or 0]).strip()
    long = (word for word in text.split() if len(word) >= LONG_WORD)
    stutters = (match[1] for match in map(_STUTTER.search, long) if match)
    return next((letters for letters in stutters if _LETTER.search(letters)), "")


def _may_loop(words: list[str]) -> bool:
    """Whether LOOPED words in a row all stood before: a look that is cheaper than that for loops."""
    seen: set[str] = set()
    row = 0
    for word in words:
        row = row + 1 if word in seen else 0
        if row == LOOPED:
            return True
        seen.add(word)
    return False

"""Checks of what a draft kept, lost or made up; each looks at one unit and touches nothing."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

from workbench import lang
from workbench.model import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.model import Unit

# Digits with the marks that may stand between them; languages write 1,400.5 and 1.400,5.
_NUMBER = re.compile(r"\d+(?:[.,'’\u00a0\u202f ]\d{3}(?!\d))*(?:[.,:/-]\d+)*")
# What must come out as it went in: addresses, e-mails, placeholders, names with underscores.
_VERBATIM = re.compile(
    r"https?://[^\s<>()\"'”’]+|(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\{\w*\}|%(?:\(\w+\))?[sdf]\b|\$\{\w+\}"
    r"|\b\w+_\w+(?:\.\w+)?|</?[A-Za-z][^<>]*>"
)


class Numbers:
    """Numbers of the source that the target lacks."""

    name = "numbers"

    def findings(self, unit: Unit) -> Iterator[Finding]:
        """One finding that lists the digits lost; separators may differ."""
        target = _digits(unit.target)
        lost = sorted((_digits(unit.source) - target).elements())
        if lost:
            yield Finding(self.name, "warning", f"not in the target: {', '.join(lost)}")


class Verbatim:
    """Addresses, placeholders, tags and names with underscores that changed."""

    name = "verbatim"

    def findings(self, unit: Unit) -> Iterator[Finding]:
        """One finding for each that is not in the target as it stands in the source."""
        for text in dict.fromkeys(
            match.rstrip(".,;:!?") for match in _VERBATIM.findall(unit.source)
        ):
            if text not in unit.target:
                yield Finding(self.name, "warning", f"not in the target: {text}")


class Copied:
    """A target that is its source."""

    name = "copied"

    def findings(self, unit: Unit) -> Iterator[Finding]:
        """Found when four or more words are the same on both sides."""
        source = [word.casefold() for word in lang.words(unit.source) if word.isalpha()]
        target = [word.casefold() for word in lang.words(unit.target) if word.isalpha()]
        if len(source) >= 4 and source == target:
            yield Finding(self.name, "warning", "the target is the source, untranslated")


class Length:
    """A target much longer or shorter than its source."""

    name = "length"

    def findings(self, unit: Unit) -> Iterator[Finding]:
        """Found beyond three times the source's width, or under a third; short texts are left alone."""
        source, target = _width(unit.source), _width(unit.target)
        if source >= 20 and target * 3 < source:
            yield Finding(
                self.name, "warning", f"much shorter than the source: {target} to {source}"
            )
        elif target >= 60 and target > source * 3:
            yield Finding(
                self.name, "warning", f"much longer than the source: {target} to {source}"
            )


class Repetition:
    """Words that an engine repeats in a loop."""

    name = "repetition"

    def findings(self, unit: Unit) -> Iterator[Finding]:
        """Found when one to four words come four times in a row, and not so in the source."""
        target = [word.casefold() for word in lang.words(unit.target)]
        source = [word.casefold() for word in lang.words(unit.source)]
        loop = _loop(target)
        if loop and not _loop(source):
            yield Finding(self.name, "error", f"repeated over and over: {' '.join(loop)}")


def _digits(text: str) -> Counter[str]:
    plain = unicodedata.normalize("NFKC", text)
    return Counter(re.sub(r"\D", "", number) for number in _NUMBER.findall(plain))


def _width(text: str) -> int:
    """Length in columns: characters of East Asian scripts, which say more, count two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _loop(words: list[str]) -> list[str]:
    """The first stretch of one to four words that comes four times in a row."""
    for size in range(1, 5):
        same = 0
        for i in range(size, len(words)):
            same = same + 1 if words[i] == words[i - size] else 0
            if same == 3 * size:
                return words[i - size + 1 : i + 1]
    return []

"""The check of numbers: whether those of the source are in the target, however it writes them."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from workbench.model import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.model import Unit

# Digits with the marks that hold one number together: 1,400.5 and 1.400,5 and 1'400.
_NUMBER = re.compile(r"\d+(?:[.,'’\u00a0\u202f]\d+)*")
_DIGIT = re.compile(r"\d")
_FOREIGN = re.compile(r"[^\D0-9]")
_SPACED = re.compile(r"\d{1,3}(?: \d{3})+(?!\d)")
_MERIDIEM = re.compile(r"\d\s*p\.?\s?m\b", re.IGNORECASE)
_ROMAN = (
    (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip
# Up to this, numbers are often written as words.
SPELLED = 100


class Numbers:
    """Numbers of the source that the target lacks."""

    name = "numbers"

    def findings(self, unit: Unit) -> Iterator[Finding]:
        """One finding that lists them; separators, scale, words and the 24-hour clock may differ."""
        if not _DIGIT.search(unit.source):
            return
        source, target = _ascii(unit.source), _ascii(unit.target)
        found = _values(target) | {_significant(match) for match in _SPACED.findall(target)}
        lost = [number for number in _wanted(source, found) if not self._said(number, unit)]
        if lost:
            yield Finding(self.name, "warning", f"not in the target: {', '.join(lost)}")

    def _said(self, number: str, unit: Unit) -> bool:
        """Whether the target says a number in words, in Roman digits, or by the 24-hour clock."""
        if not number.isdigit() or int(number) > SPELLED:
            return False
        value = int(number)
        if _MERIDIEM.search(unit.source) and re.search(rf"\b{value % 12 + 12}\b", unit.target):
            return True
        if re.search(rf"\b{_roman(value)}(?:e|er|ème)?\b", unit.target):
            return True
        target = unit.target.casefold()
        return any(stem in target for stem in _stems(value, unit.target_lang))


def _wanted(source: str, found: set[str]) -> list[str]:
    """The numbers of a source whose digits were not found; `10 000` may have become 10,000."""
    for match in _SPACED.findall(source):
        if _significant(match) in found:
            source = source.replace(match, " ")
    numbers = dict.fromkeys(_NUMBER.findall(source))
    return [
        number
        for number in numbers
        if _significant(number) not in found and not _is_decade(number, source, found)
    ]


def _is_decade(number: str, source: str, found: set[str]) -> bool:
    """Whether the 1960s became the 60s."""
    return len(number) == 4 and f"{number}s" in source and _significant(number[2:]) in found


def _values(text: str) -> set[str]:
    """The digits of a text's numbers, and of the parts of those that might be two."""
    numbers = _NUMBER.findall(text)
    parts = [part for n in numbers if not n.isdigit() for part in re.findall(r"\d+", n)]
    return {"", *map(_significant, numbers), *map(_significant, parts)}


def _significant(number: str) -> str:
    """Digits without the zeros that a change of scale adds: 2.3 billion is 2300 million."""
    return (number if number.isdigit() else re.sub(r"\D", "", number)).strip("0")


def _ascii(text: str) -> str:
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFKC", text)
    return _FOREIGN.sub(lambda match: str(unicodedata.digit(match[0], 0)), plain)


def _roman(value: int) -> str:
    out = ""
    for size, letter in _ROMAN:
        out += letter * (value // size)
        value %= size
    return out or "nulla"


@cache
def _stems(value: int, target_lang: str) -> tuple[str, ...]:
    """How words for a number start in a language; empty if the library does not know it."""
    from num2words import num2words

    stems = []
    for kind in ("cardinal", "ordinal"):
        try:
            word = num2words(value, lang=target_lang.replace("-", "_"), to=kind)
        except (NotImplementedError, OverflowError, TypeError, ValueError):
            continue
        stems.append(word.casefold()[: max(3, len(word) - 2)])
    return tuple(stems)

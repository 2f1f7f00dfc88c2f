"""Finds the items of a list written in one line: `1) The first item 2) The second item`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Looking further for the next item would cost square time on hostile lines.
LONGEST_ITEM = 2000
# A number or letter with its mark, or a bullet with or without one, at the start or after a space.
_MARK = re.compile(
    r"(?:^|(?<=\s))(?P<bullet>[•⁃‣◦]\s*)?(?:(?P<label>\d{1,3}|[a-z])(?P<mark>\.\)|[.)]))?(?=\s|\S)"
)


def item_starts(line: str) -> Iterator[int]:
    """Where items start, the first apart; nothing unless the line starts with one and counts on."""
    first = _MARK.match(line)
    if not first or not (first["bullet"] or first["label"]):
        return
    bullet, label, mark = first["bullet"], first["label"], first["mark"]
    position = first.end()
    while True:
        if label:
            label = _next_label(label)
        wanted = (bullet.strip() if bullet else "", label or "", mark or "")
        found = _find(line, wanted, position)
        if found < 0:
            return
        yield found
        position = found + 1


def _find(line: str, wanted: tuple[str, str, str], position: int) -> int:
    bullet, label, mark = wanted
    for candidate in (
        (f" {bullet}{label}{mark}", f" {bullet} {label}{mark}") if bullet else (f" {label}{mark} ",)
    ):
        found = line.find(candidate, position, position + LONGEST_ITEM)
        if found >= 0:
            return found + 1
    return -1


def _next_label(label: str) -> str:
    return str(int(label) + 1) if label.isdigit() else chr(ord(label) + 1)

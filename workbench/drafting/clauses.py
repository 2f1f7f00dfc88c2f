"""Cuts a long sentence where its clauses meet, for an engine that lost itself in the whole; pure."""

from __future__ import annotations

import re

from workbench import messages

# After what ends a clause, and before a bracket or dash that opens one.
_BORDER = re.compile(r"(?<=[,;:.!?…。，；：、！？])\s+|(?<=[。，；：、！？])|\s+(?=[(–—])")
# A piece with fewer characters stays with its neighbour: an engine needs something to go on.
SHORTEST = 20


def clauses(text: str) -> list[tuple[str, str]]:
    """The clauses of a text, each with the space that follows it; one if it has no border.

    A text with ICU's branches is one: they have commas of their own.
    """
    if messages.has(text):
        return [(text, "")]
    pieces: list[tuple[str, str]] = []
    start = 0
    for match in _BORDER.finditer(text):
        if match.start() - start >= SHORTEST and len(text) - match.end() >= SHORTEST:
            pieces.append((text[start : match.start()], match[0]))
            start = match.end()
    return [*pieces, (text[start:], "")]

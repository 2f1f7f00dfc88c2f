"""Splits blocks of a document into segments, with offsets into the original; reads its own data only."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from workbench import lang as languages
from workbench.model import Segment
from workbench.segment.sentences import sentences

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from workbench.model import Block

__all__ = ["segment", "sentences"]


def segment(text: str, blocks: Iterable[Block], lang: str) -> Iterator[Segment]:
    """The segments of a document in reading order.

    Offsets count characters of `text`, grow strictly and never overlap: the segments' stretches and
    what lies between them give `text` back.
    """
    position = 0
    for number, block in enumerate(blocks):
        logical = _Logical(text, block)
        for start, end in sentences(logical.text, lang):
            yield Segment(
                position,
                number,
                block.kind,
                block.level,
                logical.original(start),
                logical.original(end - 1) + 1,
                languages.nfc(logical.text[start:end]),
            )
            position += 1


class _Logical:
    """A block's lines joined to one, with the way back to the original."""

    def __init__(self, text: str, block: Block) -> None:
        self._logical = [0]  # where each line starts in the joined text
        self._original = [0]  # and in the original
        parts: list[str] = []
        length = 0
        for start, end in block.pieces:
            if parts:
                glue = _glue(parts[-1], text[start:end])
                parts.append(glue)
                length += len(glue)
            self._logical.append(length)
            self._original.append(start)
            parts.append(text[start:end])
            length += end - start
        self.text = parts[0] if len(parts) == 1 else "".join(parts)

    def original(self, offset: int) -> int:
        """The original offset of a character of the joined text that is not glue."""
        line = bisect_right(self._logical, offset) - 1
        return self._original[line] + offset - self._logical[line]


def _glue(before: str, after: str) -> str:
    """What joins two lines: a space, or nothing between characters of spaceless scripts."""
    if before and after and languages.is_spaceless(before[-1]) and languages.is_spaceless(after[0]):
        return ""
    return " "

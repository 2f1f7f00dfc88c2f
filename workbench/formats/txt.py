"""Reads plain text into blocks: paragraphs, headings, list items, quotes; touches nothing.

Lines are joined only where they were hard-wrapped: the next line's first word would not have fitted
into the width of the text.  Elsewhere each line is a block (one paragraph a line, poems, lists).
"""

from __future__ import annotations

import re
from itertools import chain, islice
from typing import TYPE_CHECKING

from workbench.formats.lines import (
    Line,
    ends_sentence,
    goes_on,
    groups,
    needed_width,
    wrap_width,
)
from workbench.model import Block

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.model import BlockKind

SEPARATOR = re.compile(r"[\s*\-_=~#+·•.–—⁂❦☙❧✻✽|]{2,}|[*\-_=~#+·•–—⁂❦☙❧✻✽|]")
UNDERLINE = re.compile(r"(={3,}|-{3,}|~{3,})")
ITEM_MARK = re.compile(
    r"(?:[-*+•◦▪‣·–]|(?:\(?(?:\d{1,3}|[A-Za-z]|[ivxIVX]{2,5})\)|\d{1,3}\.))[ \t]+(?=\S)"
)
CHAPTER = re.compile(
    r"(?:chapter|part|book|volume|section|act|scene|canto|letter|appendix)\s+"
    r"(?:\d+|[ivxlcdm]+|the\s+(?:first|second|third|fourth|fifth|last)|one|two|three|four|five|six|seven|eight|nine|ten)\b",
    re.IGNORECASE,
)
ROMAN = re.compile(r"[IVXLCDM]+\.?")
TABULAR = re.compile(r"\S(?: {3,}|\t)\S")
MAX_HEADING = 80
MAX_HEADING_WORDS = 12
# Parts of the wrap width: a line this long may have been broken early by a tidy program; one this
# long that ends inside a sentence was broken by hand.
TIDY = 0.85
BY_HAND = 0.6
TOO_LONG = 1.5
MIN_INDENT = 2
DIALOGUE = "—–"


class TxtReader:
    """Plain text."""

    name = "txt"
    extensions: tuple[str, ...] = (".txt", ".text")

    def blocks(self, text: str) -> Iterator[Block]:
        """Blocks of a plain text in reading order; its encoding's byte order mark is left out."""
        page = _Page(text)
        following: list[Line] | None
        found = groups(text)
        group = next(found, None)
        while group is not None:
            following = next(found, None)
            yield from page.blocks(group, following)
            group = following


class _Page:
    """What the lines of a whole text have in common: the wrap width and the margin."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.width = wrap_width(text, groups(text))
        sample = list(islice(chain.from_iterable(groups(text)), 10_000))
        beyond = sum(line.width for line in sample if line.width > self.width * TOO_LONG)
        if 2 * beyond > sum(line.width for line in sample):  # one paragraph a line, and a few short
            self.width = 0
        indents = [line.indent for line in sample]
        self.margin = max(set(indents), key=indents.count, default=0)

    def blocks(self, group: list[Line], following: list[Line] | None) -> Iterator[Block]:
        """The blocks of a run of lines; `following` is the next run."""
        lines = [line for line in group if self._has_text(line)]
        if not lines:
            return
        if level := self._underlined(group):
            yield Block("heading", ((group[0].start, group[0].end),), level)
            lines = lines[1:]
            alone = False
        else:
            alone = len(group) == 1 and following is not None
        width = self._local_width(lines)
        for run in self._runs(lines, width):
            yield self._block(run, following if alone else None)

    def _has_text(self, line: Line) -> bool:
        # a long line is never a separator, and need not be searched
        return line.end - line.start > 200 or not SEPARATOR.fullmatch(
            self.text, line.start, line.end
        )

    def _underlined(self, group: list[Line]) -> int:
        """The heading level of a first line that is underlined, else 0."""
        if len(group) < 2 or group[0].end - group[0].start > MAX_HEADING:
            return 0
        rule = UNDERLINE.fullmatch(self.text, group[1].start, group[1].end)
        if not rule or not self._has_text(group[0]):
            return 0
        return 1 if rule[1].startswith("=") else 2

    def _local_width(self, lines: list[Line]) -> int:
        """The width of this paragraph, which may be narrower than that of the text."""
        if len(lines) > 2 and (width := wrap_width(self.text, [lines], share=0.95)):
            return width
        return self.width

    def _runs(self, lines: list[Line], width: int) -> Iterator[list[Line]]:
        """The lines of each block."""
        run: list[Line] = []
        # a paragraph goes on at this indent; lines further in begin one
        floor = min((line.indent for line in lines[1:]), default=0)
        for line in lines:
            if run and self._breaks(run, line, width, floor):
                yield run
                run = []
            run.append(line)
        if run:
            yield run

    def _breaks(self, run: list[Line], line: Line, width: int, floor: int) -> bool:
        """Whether a line begins a new block after the lines of the present one."""
        last = run[-1]
        if last.quoted != line.quoted:
            return True
        full = width > 0 and self._was_wrapped(last, line, width)
        if self._item_mark(line):
            sure = self.text[line.start] == "•" or bool(self._item_mark(run[0]))
            return sure or not full or ends_sentence(self.text, last)
        if self._item_mark(run[0]) and line.indent >= run[0].indent + MIN_INDENT:
            return False
        if self.text[line.start] in DIALOGUE and ends_sentence(self.text, last):
            return True
        if not full or self._is_tabular(last) or self._is_tabular(line):
            return True
        if line.indent - floor < MIN_INDENT:
            return False
        return last.indent < line.indent or (len(run) == 1 and ends_sentence(self.text, last))

    def _was_wrapped(self, line: Line, following: Line, width: int) -> bool:
        """Whether a line was broken only because the next word did not fit."""
        if line.width > width * TOO_LONG:
            return False
        needed = needed_width(self.text, line, following)
        if needed > width:
            return True
        if line.width >= width * BY_HAND and goes_on(self.text, line, following):
            return True
        return needed > width * TIDY and not ends_sentence(self.text, line)

    def _is_tabular(self, line: Line) -> bool:
        return bool(TABULAR.search(self.text, line.start, min(line.end, line.start + MAX_HEADING)))

    def _item_mark(self, line: Line) -> re.Match[str] | None:
        return ITEM_MARK.match(self.text, line.start, line.end)

    def _block(self, run: list[Line], following: list[Line] | None) -> Block:
        first = run[0]
        item = self._item_mark(first)
        pieces = tuple((line.start, line.end) for line in run)
        if item and not self._is_numbered_heading(run, following):
            return Block("list_item", ((item.end(), first.end), *pieces[1:]), level=1)
        if first.quoted:
            return Block("quote", pieces, level=first.quoted)
        if len(run) > 1 and min(line.indent for line in run) >= self.margin + MIN_INDENT:
            return Block("quote", pieces, level=1)
        kind: BlockKind = "paragraph"
        if len(run) == 1 and self._is_heading(first, following):
            kind = "heading"
        return Block(kind, pieces)

    def _is_numbered_heading(self, run: list[Line], following: list[Line] | None) -> bool:
        """Whether `1. Introduction` is a heading: alone, and no other item after it."""
        first = run[0]
        return (
            following is not None
            and self.text[first.start].isdigit()
            and not self._item_mark(following[0])
            and self._is_heading(first, following)
        )

    def _is_heading(self, line: Line, following: list[Line] | None) -> bool:
        """Whether a line alone in its block is a heading."""
        if line.end - line.start > MAX_HEADING:
            return False
        content = self.text[line.start : line.end]
        if len(content.split()) > MAX_HEADING_WORDS or not any(c.isalpha() for c in content):
            return False
        stops = ends_sentence(self.text, line)
        if chapter := CHAPTER.match(content):
            return not stops or chapter.end() >= len(content) - 1
        if _is_capitals(content) or ROMAN.fullmatch(content):
            return True
        if following is None or stops or content[0].islower():
            return False
        return content[0] not in DIALOGUE and content[-1] not in ",，、-–—"


def _is_capitals(content: str) -> bool:
    """Whether a line is set in capitals, as only headings are; a shout is not."""
    return content.isupper() and sum(c.isalpha() for c in content) > 1 and content[-1] not in '!,"”'

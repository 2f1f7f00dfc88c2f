"""Reads Markdown (CommonMark with tables) into blocks; touches nothing.

Code, HTML blocks, front matter, link definitions and thematic breaks are left alone.  Inline markup
stays in the text.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from workbench.model import Block

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.token import Token

    from workbench.model import BlockKind

    Rule = Callable[[StateBlock, int, int, bool], bool]

Span = tuple[int, int]

# Blocks nested deeper are left alone; Python's own limit is far above.
MAX_NESTING = 40
# Rules that find text, with the rules whose blocks they may end.
TEXT_RULES = {
    "table": ["paragraph", "reference"],
    "heading": ["paragraph", "reference", "blockquote"],
    "lheading": [],
    "paragraph": [],
}
CONTAINERS: dict[str, BlockKind] = {
    "blockquote_open": "quote",
    "blockquote_close": "quote",
    "list_item_open": "list_item",
    "list_item_close": "list_item",
}
FRONT_MATTER = re.compile(
    r"\ufeff?(?:---[ \t]*\n(?=[\w\"'.-]+[ \t]*:|---).*?^(?:---|\.\.\.)"
    r"|\+\+\+[ \t]*\n.*?^\+\+\+)[ \t]*$",
    re.DOTALL | re.MULTILINE,
)
IMAGE = r"!\[[^\[\]\n]*\]\([^()\n]*\)"
IMAGES = re.compile(rf"(?:{IMAGE}|\[{IMAGE}\]\([^()\n]*\)|\s)+")
ATX_MARK = re.compile(r"#{1,6}")
# GitHub's marks: the box of a task, the kind of an alert.
BOX = re.compile(r"\[[ xX]\](?=\s)")
ALERT = re.compile(r"\[![A-Za-z]+\]")
CELL_END = re.compile(r"(?<!\\)\|")


class MarkdownReader:
    """Markdown."""

    name = "markdown"
    extensions: tuple[str, ...] = (".md", ".markdown")

    def blocks(self, text: str) -> Iterator[Block]:
        """Blocks of a Markdown text in reading order; each table cell is one."""
        source = _of_same_length(text)
        spans: dict[int, Span] = {}
        tokens = _parser().parse(source, {"spans": spans})
        return _Walk(source, spans).blocks(tokens)


class _Walk:
    """A walk through a document's tokens that knows in which containers it is."""

    def __init__(self, source: str, spans: dict[int, Span]) -> None:
        self.source = source
        self.spans = spans
        self.containers: list[BlockKind] = []

    def blocks(self, tokens: Iterable[Token]) -> Iterator[Block]:
        """The blocks of all tokens that hold text."""
        opening: Token | None = None
        cells: Iterator[Span] = iter(())
        for token in tokens:
            if token.type in CONTAINERS:
                self._enter_or_leave(token)
            elif token.type == "tr_open" and token.map:
                cells = iter(_cells(self.source, self.spans[token.map[0]]))
            elif token.type != "inline":
                opening = token
            elif opening and opening.type in ("th_open", "td_open"):
                cell = next(cells, (0, 0))
                yield from self._block("paragraph", [cell], level=0)
            elif opening and token.map:
                yield from self._text(opening, range(*token.map))

    def _enter_or_leave(self, token: Token) -> None:
        if token.nesting > 0:
            self.containers.append(CONTAINERS[token.type])
        else:
            self.containers.pop()

    def _text(self, opening: Token, lines: range) -> Iterator[Block]:
        """The block of a heading or paragraph, whose kind is that of the innermost container."""
        spans = [_stripped(self.source, *self.spans[line]) for line in lines]
        if opening.type == "heading_open":
            if opening.markup.startswith("#"):
                spans = [_without_marks(self.source, *spans[0])]
            yield from self._block("heading", spans, level=int(opening.tag[1:]))
            return
        kind = self.containers[-1] if self.containers else "paragraph"
        start, end = spans[0]
        if kind == "list_item" and (box := BOX.match(self.source, start, end)):
            spans[0] = _stripped(self.source, box.end(), end)
        if kind == "quote" and ALERT.fullmatch(self.source, start, end):
            spans = spans[1:]
        spans[:-1] = [_without_break(self.source, *span) for span in spans[:-1]]
        yield from self._block(kind, spans, level=self.containers.count(kind))

    def _block(self, kind: BlockKind, spans: list[Span], *, level: int) -> Iterator[Block]:
        pieces = tuple((start, end) for start, end in spans if start < end)
        if pieces and not all(IMAGES.fullmatch(self.source, *piece) for piece in pieces):
            yield Block(kind, pieces, level)


def _of_same_length(text: str) -> str:
    """The text as the parser wants it, every character at its old place."""
    source = text.replace("\r\n", " \n").replace("\r", "\n").replace("\0", "\ufffd")
    if front := FRONT_MATTER.match(source):
        return re.sub(r"[^\n]", " ", front[0]) + source[front.end() :]
    return " " + source[1:] if source.startswith("\ufeff") else source


@cache
def _parser() -> MarkdownIt:
    """A CommonMark parser that stops at blocks and notes where the text of each line is."""
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import heading, lheading, paragraph, table

    parser = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING}).enable("table")
    parser.core.ruler.enableOnly(["block"])
    for rule in (table, heading, lheading, paragraph):
        name = rule.__name__
        parser.block.ruler.at(name, _noting(rule), {"alt": TEXT_RULES[name]})
    return parser


def _noting(rule: Rule) -> Rule:
    """The rule, which also notes the span of each line while the containers' marks are known."""

    def noting(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
        found = rule(state, start_line, end_line, silent)
        if found and not silent:
            for line in range(start_line, state.line):
                start = state.bMarks[line] + state.tShift[line]
                state.env["spans"][line] = (start, state.eMarks[line])
        return found

    return noting


def _stripped(source: str, start: int, end: int) -> Span:
    """A span without the space at its ends."""
    content = source[start:end]
    left = len(content) - len(content.lstrip())
    return start + left, max(start + left, start + len(content.rstrip()))


def _without_break(source: str, start: int, end: int) -> Span:
    """The span of a line without the backslash that breaks it."""
    content = source[start:end]
    backslashes = len(content) - len(content.rstrip("\\"))
    return start, end - backslashes % 2


def _without_marks(source: str, start: int, end: int) -> Span:
    """The span of a heading's text, without the `#` before and after it."""
    if mark := ATX_MARK.match(source, start, end):
        start = mark.end()
    content = source[start:end]
    text = content.rstrip("#")
    if text == content or (text and text[-1] not in " \t"):
        return _stripped(source, start, end)
    return _stripped(source, start, start + len(text))


def _cells(source: str, row: Span) -> list[Span]:
    """The spans of a table row's cells; the bars at its ends are optional."""
    start, end = _stripped(source, *row)
    bars = [match.start() for match in CELL_END.finditer(source, start, end)]
    starts = [start, *(bar + 1 for bar in bars)]
    cells = [_stripped(source, *cell) for cell in zip(starts, [*bars, end], strict=True)]
    if bars and bars[0] == start:
        cells = cells[1:]
    if bars and bars[-1] == end - 1:
        cells = cells[:-1]
    return cells

"""The lines of a plain text and the width at which they were wrapped; touches nothing."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from workbench.lang import is_spaceless

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# What str.splitlines takes for line ends; a form feed and U+2029 end a paragraph too.
LINE = re.compile(
    r"([^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]*)(\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]|\Z)"
)
QUOTE_MARK = re.compile(r"[ \t]*(?:>[ \t]?)+")
PARAGRAPH_ENDS = "\f\u2029"
TAB = 8

MIN_WIDTH = 40
MIN_WIDTH_SPACELESS = 16
# No wrapped line breaks before a word longer than this; else every CSV line would seem wrapped.
MAX_WORD = 24
# The share of lines that must fit one width, and of those that go on with a small letter.
WRAPPED_SHARE = 0.5
SMALL_SHARE = 0.35
MAX_PAIRS = 50_000

OPENING = "\"'“‘„‚«([_*"
CLOSING = "\"'”’»)]}*_›」』】）"
STOPS = ".!?…:;。！？．：；｡।॥؟۔"


class Line(NamedTuple):
    """A line that is not blank: its text's offsets, its first and last column, its depth of `>`."""

    start: int
    end: int
    indent: int
    width: int
    quoted: int


def groups(text: str) -> Iterator[list[Line]]:
    """Runs of lines without a blank line between them; `>` marks are not part of a line's text."""
    group: list[Line] = []
    for match in LINE.finditer(text):
        line = _line(match[1], match.start())
        if line:
            group.append(line)
        if group and (not line or match[2] in PARAGRAPH_ENDS):
            yield group
            group = []
    if group:
        yield group


def _line(raw: str, start: int) -> Line | None:
    mark = QUOTE_MARK.match(raw)
    skipped = len(mark[0]) if mark else 0
    if start == 0 and raw.startswith("\ufeff"):
        skipped = max(skipped, 1)
    content = raw[skipped:].strip()
    if not content:
        return None
    offset = raw.index(content[0], skipped)
    indent = len(raw[:offset].expandtabs(TAB))
    end = offset + len(content)
    return Line(
        start + offset,
        start + end,
        indent,
        indent + len(content),
        mark[0].count(">") if mark else 0,
    )


def needed_width(text: str, line: Line, following: Line) -> int:
    """The width that the line would have with the next one's first word."""
    if is_spaceless(text[following.start]):
        return line.width + 2  # closing punctuation may not begin a line
    end = min(following.end, following.start + MAX_WORD)
    word = text[following.start : end].split(" ", 1)[0]  # a no-break space breaks no line
    return line.width + 1 + len(word)


def goes_on(text: str, line: Line, following: Line) -> bool:
    """Whether a line ends inside a sentence: no stop at its end, a small letter after it."""
    return _begins_small(text, following) and not ends_sentence(text, line)


def _begins_small(text: str, line: Line) -> bool:
    """Whether a line's first letter, perhaps after a quote mark, is not a capital."""
    head = text[line.start : min(line.end, line.start + 3)].lstrip(OPENING)
    return head[:1].isalpha() and not head[0].isupper()


def ends_sentence(text: str, line: Line) -> bool:
    """Whether a line ends with a stop, perhaps inside quotes or brackets."""
    # only the last few characters can matter; the line may be a megabyte long
    return text[max(line.start, line.end - 8) : line.end].rstrip(CLOSING).endswith(tuple(STOPS))


def wrap_width(text: str, paragraphs: Iterable[list[Line]], share: float = WRAPPED_SHARE) -> int:
    """The width at which the lines were wrapped, or 0 if they were not.

    A wrapped line fits the width and would not with the next word; this holds for a range of widths
    for each pair of lines, and the width is the one in most ranges.
    """
    changes: Counter[int] = Counter()
    small: Counter[int] = Counter()
    pairs = 0
    for group in paragraphs:
        for line, following in pairwise(group):
            spaceless = is_spaceless(text[following.start])
            if line.width < (MIN_WIDTH_SPACELESS if spaceless else MIN_WIDTH):
                continue
            pairs += 1
            end = needed_width(text, line, following)
            changes.update((line.width,))
            changes.subtract((end,))
            if _begins_small(text, following):
                small.update((line.width,))
                small.subtract((end,))
        if pairs >= MAX_PAIRS:
            break
    return _most_covered(changes, small, pairs * share)


def _most_covered(changes: Counter[int], small: Counter[int], enough: float) -> int:
    best = best_count = count = small_count = 0
    for width in sorted(changes):
        count += changes[width]
        small_count += small[width]
        if count > best_count and small_count >= SMALL_SHARE * count:
            best, best_count = width, count
    return best if best_count and best_count >= enough else 0

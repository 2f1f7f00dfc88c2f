"""People's regular expressions: compiled, bounded in time, and quick to see that a text cannot fit."""

from __future__ import annotations

import re
import time
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

from workbench.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import regex

# Seconds that one text may keep a pattern busy.
ONE_TEXT = 0.2
# Texts that are searched at once, to see that none of them fits.
TOGETHER = 50
# Letters that fit others than those with the same case folding: of Turkish.
_TURKISH = frozenset("iIİı")
# The parts of a pattern that are understood here.  A set in a set is not: the library has ways of its own.
_TOKEN = re.compile(
    r"""(?P<class>\\[bBdDwWsS]|[\^$.])
      | (?P<edge>\\[AZ]|\(\?<?[=!])
      | (?P<set>\[\^?\]?(?:\\.|[^\\\[\]])*\])
      | (?P<open>\((?![*?])|\(\?(?::|P?<\w+>))
      | (?P<close>\))
      | (?P<or>\|)
      | (?P<own>[*+?]\+|\{\d*,?\d*\}\+)
      | (?P<times>[*+?]|\{\d*,?\d*\})
      | \\?(?P<literal>(?<=\\)[^\w]|(?<!\\)[^\\\[(){}])""",
    re.VERBOSE | re.DOTALL,
)


class Deadline:
    """The end of the time that one request may take."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds
        self.left_out = 0  # texts that took too long

    @property
    def over(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() > self._end

    def left(self) -> float:
        """Seconds that one text may still take.  Raises TimeoutError if the time is up."""
        left = self._end - time.monotonic()
        if left < 0:
            raise TimeoutError
        return max(min(ONE_TEXT, left), 0.001)


def pattern_of(text: str, *, case: bool) -> regex.Pattern[str]:
    """A person's regular expression.  Raises InputError if it is none."""
    import regex

    try:
        return regex.compile(text, 0 if case else regex.IGNORECASE)
    except (regex.error, RecursionError, OverflowError) as error:
        raise InputError(f"not a regular expression: {text[:80]!r}: {error}") from error


def fitting(
    text: str, deadline: Deadline, *, case: bool
) -> Callable[[Sequence[str]], Iterator[bool]]:
    """Whether each of some texts fits a person's regular expression, as a function of them.

    Raises InputError if it is none; the function raises TimeoutError after the deadline.  A text that
    takes too long is taken not to fit, and the deadline counts it.
    """
    import regex

    pattern = pattern_of(text, case=case)
    tokens = _tokens(text)
    needed = required(tokens, case=case)
    lines = None
    if tokens and not {kind for kind, _ in tokens} & {"edge", "own"}:
        lines = regex.compile(text, pattern.flags | regex.MULTILINE)

    def verdicts(texts: Sequence[str]) -> Iterator[bool]:
        for start in range(0, len(texts), TOGETHER):
            some = texts[start : start + TOGETHER]
            likely: Iterable[int] = range(len(some))
            if needed:
                folded = some if case else map(str.casefold, some)
                likely = [i for i, each in enumerate(folded) if needed in each]
            if lines:
                likely = _likely(lines, {i: some[i] for i in likely}, deadline)
            left = set(likely)
            yield from (i in left and _fits(pattern, each, deadline) for i, each in enumerate(some))

    return verdicts


def _fits(pattern: regex.Pattern[str], text: str, deadline: Deadline) -> bool:
    try:
        return bool(pattern.search(text, timeout=deadline.left(), concurrent=True))
    except TimeoutError:
        if deadline.over:
            raise
        deadline.left_out += 1
        return False


def _likely(lines: regex.Pattern[str], texts: dict[int, str], deadline: Deadline) -> list[int]:
    """Which texts could fit: those in which a pattern is found when each is a line of one long text.

    Asking the library once for many short texts is much faster than asking for each.
    """
    ids = list(texts)
    together = "\n".join(texts.values())
    starts = list(accumulate((len(text) + 1 for text in texts.values()), initial=0))
    found, at = [], 0
    try:
        while at < len(ids) and (
            match := lines.search(together, starts[at], timeout=deadline.left(), concurrent=True)
        ):
            at = bisect_right(starts, match.start(), hi=len(ids))
            found.append(ids[at - 1])
    except TimeoutError:  # long only because it is one text
        return ids
    return found


def _tokens(pattern: str) -> list[tuple[str, str]]:
    """The parts of a pattern with their kinds; none if one of them is not understood."""
    found, at = [], 0
    while at < len(pattern):
        token = _TOKEN.match(pattern, at)
        if not token or not token.lastgroup:
            return []
        found.append((token.lastgroup, token[token.lastgroup]))
        at = token.end()
    return found


def required(tokens: Sequence[tuple[str, str]], *, case: bool) -> str:
    """The longest run of characters that each text has that fits a pattern; empty if that is not plain.

    Without `case` it is folded.  Only what stands outside groups is looked at.
    """
    runs, depth = [""], 0
    for kind, text in tokens:
        if kind == "or" and not depth:
            return ""
        depth += {"open": 1, "close": -1}.get(kind, int(text.startswith("(?")))
        if kind in {"times", "own"} and not depth and not text.startswith("+"):
            runs[-1] = runs[-1][:-1]
        if kind == "literal" and not depth and (case or text not in _TURKISH):
            runs[-1] += text
        else:
            runs.append("")
    longest = max(runs, key=len)
    return longest if case else longest.casefold()

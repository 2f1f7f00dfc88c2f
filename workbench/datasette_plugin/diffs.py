"""Differences of texts word by word, and the merge of two changes of one text; pure."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

import regex

from workbench.lang import SPACELESS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Beyond this many pieces a comparison would keep the reader waiting.
LONGEST = 4000
# Words with their marks, spaces, and else one character as a reader sees it.
_PIECES = regex.compile(rf"(?:(?![{SPACELESS}])\w\p{{M}}*)+|\s+|\X")

# What a change puts in place of old[start:end].
Change = tuple[int, int, list[str]]


def difference(before: str, after: str) -> list[tuple[str, str]]:
    """Pieces (`same`, `del` or `ins`, text) that lead from one text to the other."""
    old, new = _PIECES.findall(before), _PIECES.findall(after)
    if len(old) + len(new) > LONGEST:
        return [("same", after)] if before == after else [("del", before), ("ins", after)]
    pieces: list[tuple[str, str]] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(("same", "".join(old[a:b])))
            continue
        if a < b:
            pieces.append(("del", "".join(old[a:b])))
        if c < d:
            pieces.append(("ins", "".join(new[c:d])))
    return pieces


def merged(base: str, theirs: str, mine: str) -> str | None:
    """Both changes of `base` in one text; None if they touch the same or neighbouring words.

    Like diff3 on words (Khanna, Kunal, Pierce 2007), but stricter: what two people did side by side
    is for a person to join.
    """
    old = _PIECES.findall(base)
    if len(base) + len(theirs) + len(mine) > 5 * LONGEST:
        return None
    first, second = list(_changes(old, theirs)), list(_changes(old, mine))
    only_theirs = [change for change in first if change not in second]
    only_mine = [change for change in second if change not in first]
    if any(_clash(old, *sorted((one, other))) for one in only_theirs for other in only_mine):
        return None
    out: list[str] = []
    end = 0
    for start, stop, new in sorted([*first, *only_mine]):
        out += [*old[end:start], *new]
        end = stop
    return "".join([*out, *old[end:]])


def _clash(old: Sequence[str], one: Change, other: Change) -> bool:
    """Whether no unchanged word lies between two changes."""
    return all(piece.isspace() for piece in old[one[1] : other[0]])


def _changes(old: list[str], text: str) -> Iterator[Change]:
    new = _PIECES.findall(text)
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            yield a, b, new[c:d]

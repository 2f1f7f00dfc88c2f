"""Word-by-word differences of two texts, as pieces for a page to mark."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from workbench.lang import SPACELESS

# Beyond this many pieces a comparison would keep the reader waiting.
LONGEST = 4000
_PIECES = re.compile(rf"[{SPACELESS}]|[^\W{SPACELESS}]+|\s+|[^\w\s]")


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

"""Says which characters of a source a model looked at as it wrote those of its translation; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# A piece of a word is looked for so many characters ahead: normalization moves little.
AHEAD = 8


def looks(
    source: tuple[str, Sequence[str]],
    target: tuple[str, Sequence[str]],
    weights: Sequence[Sequence[float]],
) -> tuple[tuple[int, int], ...]:
    """(character of the source, character of the target) for each piece of the target.

    Both sides are a text with its pieces; `weights` has a row for each target piece and a column for
    each source piece, and maybe more for end marks: a piece that looks there most has no place.
    """
    there, here = places(*source), places(*target)
    found = []
    for start, row in zip(here, weights, strict=False):
        most = max(range(len(row)), key=row.__getitem__)
        if start is not None and most < len(there) and there[most] is not None:
            found.append((there[most] or 0, start))
    return tuple(found)


def places(text: str, pieces: Sequence[str]) -> list[int | None]:
    """Where in a text each SentencePiece piece starts; None for one that is not there as it is."""
    found: list[int | None] = []
    end = 0
    for piece in pieces:
        body = piece.replace("\u2581", " ").strip()
        start = text.find(body, end, end + len(body) + AHEAD) if body else -1
        found.append(start if start >= 0 else None)
        end = start + len(body) if start >= 0 else end
    return found

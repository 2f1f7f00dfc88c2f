r"""Writes units as tab-separated values; touches only the stream it is given.

No text can break a row, and each comes back: `\t`, `\n`, `\r` and `\\` stand for what they do in
most languages, `\uXXXX` for other line ends and lone surrogates, and a backslash before any other
character for that character itself.  The last guards the first character of a text where a
spreadsheet would take it for a formula (`=`, `+`, `-`, `@`) or for the quote around a cell (`"`).
"""

from __future__ import annotations

import re
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from workbench.model import Unit

COLUMNS = (
    "unit_id", "document", "position", "source_lang", "target_lang", "source", "target", "state",
    "origin", "score", "updated_by", "updated_at",
)  # fmt: skip
UNSAFE = re.compile('[\\\\\t\n\r\v\f\0\x1c-\x1e\x85\u2028\u2029\ud800-\udfff]|^[=+\\-@"]')
SHORT = {"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"}


class TsvWriter:
    """A header and one unit a row; UTF-8, rows end with a line feed."""

    name = "tsv"

    def suffixes(self, source_lang: str, target_lang: str) -> tuple[str, ...]:
        """One file."""
        return (".tsv",)

    def write(
        self,
        units: Iterable[Unit],
        streams: Sequence[IO[bytes]],
        *,
        source_lang: str,
        target_lang: str,
    ) -> int:
        """Write every unit, also those without a target."""
        (stream,) = streams
        stream.write("\t".join(COLUMNS).encode() + b"\n")
        count = 0
        for unit in units:
            cells = (_cell(getattr(unit, column)) for column in COLUMNS)
            stream.write("\t".join(cells).encode() + b"\n")
            count += 1
        return count


def _cell(value: str | float | None) -> str:
    if isinstance(value, str):
        return UNSAFE.sub(_escaped, value)
    return "" if value is None else str(value)


def _escaped(match: re.Match[str]) -> str:
    character = match[0]
    if character in '=+-@"':
        return "\\" + character
    return SHORT.get(character) or f"\\u{ord(character):04x}"

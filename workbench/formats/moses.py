"""Writes units as a Moses pair, two files of equally many lines; touches only its streams."""

from __future__ import annotations

import re
from typing import IO, TYPE_CHECKING

from workbench.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from workbench.model import Unit

LINE_ENDS = re.compile("[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
SURROGATES = re.compile("[\ud800-\udfff]")


class MosesWriter:
    """Plain text, one segment a line, source and target in a file each; UTF-8."""

    name = "moses"

    def suffixes(self, source_lang: str, target_lang: str) -> tuple[str, ...]:
        """A file for each language.  Raises FormatError if both are the same."""
        if source_lang == target_lang:
            raise FormatError(
                f"a Moses pair needs two languages, not {source_lang} twice; export tmx or tsv"
            )
        return (f".{source_lang}", f".{target_lang}")

    def write(
        self,
        units: Iterable[Unit],
        streams: Sequence[IO[bytes]],
        *,
        source_lang: str,
        target_lang: str,
    ) -> int:
        """Write the units that have a source and a target; line ends inside them become a space."""
        source_stream, target_stream = streams
        count = 0
        for unit in units:
            source, target = _line(unit.source), _line(unit.target)
            if not source or not target:
                continue
            source_stream.write(source.encode() + b"\n")
            target_stream.write(target.encode() + b"\n")
            count += 1
        return count


def _line(text: str) -> str:
    return SURROGATES.sub("\ufffd", LINE_ENDS.sub(" ", text)).strip()

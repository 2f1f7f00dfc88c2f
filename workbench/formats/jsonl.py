"""Writes units as JSON lines; touches only the stream it is given."""

from __future__ import annotations

import json
import math
import re
from dataclasses import fields
from typing import IO, TYPE_CHECKING

from workbench.model import Unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FIELDS = sorted(field.name for field in fields(Unit))
# Valid inside JSON, but programs that split at any Unicode line end would cut the object there.
LINE_ENDS = re.compile("[\x85\u2028\u2029]")


class JsonlWriter:
    """One JSON object a line with all fields of a unit, by name; UTF-8."""

    name = "jsonl"

    def suffixes(self, source_lang: str, target_lang: str) -> tuple[str, ...]:
        """One file."""
        return (".jsonl",)

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
        count = 0
        for unit in units:
            stream.write(_line(unit))
            count += 1
        return count


def _line(unit: Unit) -> bytes:
    record = {name: getattr(unit, name) for name in FIELDS}
    if unit.score is not None and not math.isfinite(unit.score):
        record["score"] = None  # JSON has no infinity
    text = json.dumps(record, ensure_ascii=False)
    text = LINE_ENDS.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
    # a lone surrogate becomes \ud800, which JSON allows
    return text.encode("utf-8", "backslashreplace") + b"\n"

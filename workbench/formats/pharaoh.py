"""Writes word links in the Pharaoh format, with the words they count; touches only its streams."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from workbench.errors import FormatError
from workbench.model import LinkedUnit
from workbench.wordlinks.tokens import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from workbench.model import Unit, WordLink


class PharaohWriter:
    """`0-0 1-2` a line, source word first, counted from 0; and both texts, a blank between words."""

    name = "pharaoh"
    wants_links = True

    def suffixes(self, source_lang: str, target_lang: str) -> tuple[str, ...]:
        """The links, and a file for each language.  Raises FormatError if both are the same."""
        if source_lang == target_lang:
            raise FormatError(f"word links need two languages, not {source_lang} twice; export tsv")
        return (".pharaoh", f".words-{source_lang}", f".words-{target_lang}")

    def write(
        self,
        units: Iterable[Unit],
        streams: Sequence[IO[bytes]],
        *,
        source_lang: str,
        target_lang: str,
    ) -> int:
        """Write a line into each file for every unit; that of a unit without links is empty."""
        count = 0
        for unit in units:
            links: tuple[WordLink, ...] = ()
            spaced = False
            if isinstance(unit, LinkedUnit):
                links, spaced = unit.links, unit.spaced
            lines = (
                pharaoh((link.source, link.target) for link in links),
                _words(unit.source, source_lang, spaced=spaced),
                _words(unit.target, target_lang, spaced=spaced),
            )
            for stream, line in zip(streams, lines, strict=True):
                stream.write(line.encode("utf-8", "replace") + b"\n")
            count += 1
        return count


def pharaoh(links: Iterable[tuple[int, int]]) -> str:
    """A line of links."""
    return " ".join(f"{source}-{target}" for source, target in links)


def _words(text: str, lang: str, *, spaced: bool) -> str:
    return " ".join(words(text, lang, spaced=spaced))

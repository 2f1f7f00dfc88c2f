"""The built-in document and bitext formats, one module each; registered like any plugin's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.formats.jsonl import JsonlWriter
from workbench.formats.markdown import MarkdownReader
from workbench.formats.moses import MosesWriter
from workbench.formats.pharaoh import PharaohWriter
from workbench.formats.tmx import TmxWriter
from workbench.formats.tsv import TsvWriter
from workbench.formats.txt import TxtReader
from workbench.registry import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from workbench.model import Reader, Writer


@hookimpl
def workbench_readers() -> Iterable[Reader]:
    """Plain text and Markdown."""
    return (TxtReader(), MarkdownReader())


@hookimpl
def workbench_writers() -> Iterable[Writer]:
    """TMX, TSV, JSON lines, Moses pairs and word links."""
    return (TmxWriter(), TsvWriter(), JsonlWriter(), MosesWriter(), PharaohWriter())

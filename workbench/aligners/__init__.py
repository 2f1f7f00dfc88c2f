"""The built-in aligners, registered like a plugin's; the first is the default."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.registry import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from workbench.model import Aligner


@hookimpl
def workbench_aligners() -> Iterable[Aligner]:
    """Aligners that ship with the workbench."""
    from workbench.aligners.gale_church import GaleChurch
    from workbench.aligners.lexical import Lexical

    return (Lexical(), GaleChurch())

"""The built-in engines, registered like a plugin's, in the order in which they are tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.registry import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from workbench.model import Engine


@hookimpl
def workbench_engines() -> Iterable[Engine]:
    """Engines that ship with the workbench."""
    from workbench.engines.apertium import Apertium
    from workbench.engines.argos import Argos
    from workbench.engines.converted import Converted
    from workbench.engines.fake import Fake
    from workbench.engines.libretranslate import LibreTranslate

    return (Argos(), Converted(), Apertium(), LibreTranslate(), Fake())

"""The built-in checks, registered like a plugin's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.registry import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from workbench.model import Check


@hookimpl
def workbench_checks() -> Iterable[Check]:
    """Checks that ship with the workbench."""
    from workbench.checks.content import Copied, Empty, Garbled, Length, Repetition, Verbatim
    from workbench.checks.language import Language
    from workbench.checks.messages import Messages
    from workbench.checks.numbers import Numbers

    return (
        Copied(), Empty(), Garbled(), Language(), Length(), Messages(), Numbers(), Repetition(),
        Verbatim(),
    )  # fmt: skip

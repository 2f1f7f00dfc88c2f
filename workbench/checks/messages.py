"""The check of ICU plurals and selects: whether a target has the branches and values that it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench import messages
from workbench.model import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.model import Unit


class Messages:
    """Branches that are broken, missing, or still in the source's language."""

    name = "message"

    def findings(self, unit: Unit) -> Iterator[Finding]:
        """One finding for each; only sources with such a choice are looked at."""
        if not messages.has(unit.source):
            return
        source = messages.parse(unit.source)
        if source is None:
            if unit.target == unit.source:
                yield Finding(self.name, "warning", "a message that cannot be read, left as it is")
            return
        faults = messages.faults(source, unit.target, messages.forms(unit.target_lang))
        yield from (Finding(self.name, "error", fault) for fault in faults)
        if not faults and _left_alone(source, unit.target):
            yield Finding(self.name, "warning", "its branches are the source's, untranslated")


def _left_alone(source: messages.Text, target: str) -> bool:
    """Whether a choice that says something is in the target as it is."""
    theirs = set(messages.choices(messages.parse(target) or ()))
    return any(choice in theirs and _speaks(choice) for choice in messages.choices(source))


def _speaks(choice: messages.Choice) -> bool:
    parts = (part for part in messages.reading((choice,)) if isinstance(part, str))
    return any(map(str.isalpha, "".join(parts)))

"""Says in words what a run was told to do; pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from workbench import lang

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# Names that are written out; of more their number is said.
WRITTEN = 5


def settings(run: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a run of the table `runs` was told, as pairs of a word and what is said of it."""
    told: dict[str, Any] = json.loads(run["arguments"])
    if run["command"] == "replace":  # what is empty is not kept
        told = {"find": told.get("find", ""), "with": told.get("with", ""), **told}
    pairs = []
    for name, value in told.items():
        label, say = _WORDS.get(name, (name.replace("_", " "), _plain))
        if said := say(value):
            pairs.append((label, said))
    return pairs


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, list):
        several = ", ".join(map(_plain, value))
        return several if len(value) <= WRITTEN else f"{len(value):,}"
    return "" if value is None else str(value)


def _quoted(value: Any) -> str:
    return f"“{value}”" if value else "nothing"


def _amount(value: Any) -> str:
    return f"{len(value) if isinstance(value, list) else value:,}"


def _hours(value: Any) -> str:
    return f"{value:g} hour{'' if value == 1 else 's'}" if value else "until released"


def _claims(value: Any) -> str:
    """Rows of (unit, person, actor, at, expires)."""
    people = sorted({str(row[1]) for row in value})
    return f"{len(value):,}, of {_plain(people)}" if people else "none"


def _languages(value: Any) -> str:
    return ", ".join(lang.name(tag) for tag in (value if isinstance(value, list) else [value]))


def _texts(value: Any) -> str:
    """Pairs of documents."""
    return _plain([" with ".join(map(str, pair)) for pair in value])


_WORDS: dict[str, tuple[str, Callable[[Any], str]]] = {
    "find": ("what was replaced", _quoted),
    "with": ("by", _quoted),
    "regex": ("as a pattern", _plain),
    "case": ("capitals matter", _plain),
    "person": ("for", _plain),
    "hours": ("how long", _hours),
    "units": ("units", _amount),
    "claims": ("claims ended", _claims),
    "run": ("takes back batch", _plain),
    "paths": ("files", _plain),
    "from": ("from", _languages),
    "to": ("into", _languages),
    "redo": ("done again", _plain),
    "documents": ("documents", _texts),
}

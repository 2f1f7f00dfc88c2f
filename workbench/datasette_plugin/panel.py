"""Gathers what is known about one unit, for the panel of the review page and the unit's own page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from workbench import lang, store
from workbench.datasette_plugin.diffs import difference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.model import Unit
    from workbench.store import Database


def gathered(db: Database, unit: Unit) -> dict[str, Any]:
    """Drafts, memory, terms, findings, notes, other languages and history of a unit."""
    history = store.history(db, unit.unit_id)
    for revision in history:
        revision["pieces"] = difference(revision["before"], revision["after"])
    memory = store.similar(
        db, unit.source, unit.source_lang, unit.target_lang, except_unit=unit.unit_id
    )
    for match in memory:
        match["pieces"] = difference(match["source"], unit.source)
    others = store.other_languages(db, unit.unit_id)
    for other in others:
        other["name"] = lang.name(other["target_lang"])
        other["dir"] = lang.direction(other["target_lang"])
    notes = store.notes(db, unit.unit_id)
    for note in notes:
        note["parts"] = _parts(note["text"], note["mentions"])
    draft = store.first_drafts(db, [unit.unit_id]).get(unit.unit_id)
    return {
        "unit": unit,
        "findings": store.findings(db, unit.unit_id),
        "claim": store.claim_of(db, unit.unit_id),
        "drafts": _drafts(db, unit),
        "changes": difference(draft, unit.target) if draft is not None else None,
        "memory": memory,
        "terms": store.terms_in(db, unit),
        "notes": notes,
        "others": others,
        "history": history,
    }


def _drafts(db: Database, unit: Unit) -> list[dict[str, Any]]:
    """Each text once, the best first: matches of the memory, then by score, the newest first."""
    found: dict[str, dict[str, Any]] = {}
    for match in store.matches(db, unit.unit_id):
        if not match.get("lang"):  # not a text on the way through another language
            found.setdefault(match["text"], match)
    return sorted(
        found.values(),
        key=lambda match: (-(match["similarity"] or 0.0), -(match["score"] or float("-inf"))),
    )


def _parts(text: str, names: Sequence[str]) -> list[tuple[bool, str]]:
    """A note's text in parts: whether each calls a person, and its characters."""
    if not names:
        return [(False, text)]
    called = "|".join(f'@"{re.escape(name)}"|@{re.escape(name)}' for name in names)
    return [(part.startswith("@"), part) for part in re.split(f"({called})", text) if part]

"""Documents, units and drafts that tests put into a database."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from workbench import store
from workbench.model import Candidate, Hypothesis, Segment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.store import Database


def segments(texts: Sequence[str]) -> list[Segment]:
    """Segments of a document that has one text a line."""
    starts = accumulate((len(text) + 1 for text in texts), initial=0)
    return [
        Segment(i, i, "paragraph", 0, start, start + len(text), text)
        for i, (start, text) in enumerate(zip(starts, texts, strict=False))
    ]


def add_text(
    db: Database, texts: Sequence[str], *, path: str = "a.txt", lang: str = "en"
) -> store.Added:
    """Add a document whose segments are given."""
    new = store.NewDocument(path, path, lang, "txt", "\n".join(texts).encode(), "utf-8")
    return store.add_document(db, new, segments(texts))


def draft_all(db: Database, document_id: int, target_lang: str = "es") -> None:
    """Give every unit of a document a draft: its source in capitals."""
    store.ensure_units(db, document_id, target_lang)
    with store.running(db, "translate", {"to": target_lang}) as run:
        units = store.next_pending(db, document_id, target_lang, size=100_000)
        drafts = [store.UnitDraft(u, [candidate(u.source.upper())]) for u in units]
        run.counts["drafted"] = store.save_drafts(db, drafts, run.run_id)


def candidate(text: str, score: float | None = -0.5) -> Candidate:
    """A candidate of an engine that there is not."""
    return Candidate(Hypothesis(text, score), "caps 1", "engine:caps")

"""The step that aligns documents with translations that exist and stores the beads as units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench import __version__, store
from workbench.errors import AlignError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from workbench.model import Aligner
    from workbench.store import Database, Run
    from workbench.store.alignments import Bitext


@dataclass(frozen=True, slots=True)
class Job:
    """Bitexts of one language pair, to be aligned together; with `redo` also those that are."""

    bitexts: Sequence[Bitext]
    source_lang: str
    target_lang: str
    aligner: Aligner
    redo: bool = False

    @property
    def origin(self) -> str:
        """The aligner with its version, as stored with each bead."""
        return f"{self.aligner.name} {__version__}"


def pending(db: Database, job: Job) -> list[Bitext]:
    """The bitexts of a job that are not aligned yet.

    Raises AlignError if a document is aligned with another translation and not to be redone.
    """
    waiting = []
    for texts in job.bitexts:
        if texts.document_id == texts.target_document_id:
            raise AlignError("source and target are the same text; give a text and its translation")
        row = store.bitexts.bitext(db, texts.document_id, texts.target_lang)
        if row is None or job.redo:
            waiting.append(texts)
        elif row["target_document_id"] != texts.target_document_id:
            if not store.bitexts.is_newer_version(
                db, texts.target_document_id, row["target_document_id"]
            ):
                raise AlignError(
                    f"{row['document']} is already aligned with {row['target_document']};"
                    " to replace what nobody touched of it: --redo"
                )
            waiting.append(texts)
    return waiting


def align(db: Database, job: Job, run: Run, progress: Callable[[float], None]) -> None:
    """Align what is pending, sharing what the texts teach, and store each bitext whole.

    A run that was broken off goes on from its finished parts.
    """
    waiting = pending(db, job)
    if not waiting:
        return
    pairs = [store.bitexts.text_pair(db, texts, job.source_lang) for texts in waiting]
    parts = store.bitexts.Parts(db, job.origin, pairs)
    known = store.bitexts.lexicon(db, job.source_lang, job.target_lang)
    langs = (job.source_lang, job.target_lang)
    found, learned = job.aligner.align(
        pairs, langs=langs, tables=known, progress=progress, saved=parts
    )
    new = any(
        store.bitexts.bitext(db, texts.document_id, texts.target_lang) is None for texts in waiting
    )
    run.signature = f"aligner:{job.origin}"
    if new:  # else it is known already
        store.bitexts.add_lexicon(db, *langs, learned)
    for texts, alignment in zip(waiting, found, strict=True):
        store.alignments.save_alignment(db, texts, alignment, origin=job.origin, run_id=run.run_id)
        run.counts["aligned"] = run.counts.get("aligned", 0) + 1
        run.counts["beads"] = run.counts.get("beads", 0) + len(alignment.beads)
    parts.clear()


def summaries(db: Database, job: Job) -> list[dict[str, Any]]:
    """What came of each bitext."""
    return [store.bitexts.summary(db, t.document_id, t.target_lang) for t in job.bitexts]

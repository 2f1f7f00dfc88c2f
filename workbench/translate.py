"""The step that drafts what has no draft: batches go through an engine and into the store."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench import store
from workbench.errors import WorkbenchError
from workbench.model import Finding
from workbench.store import UnitDraft

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from workbench.model import Draft, Translator
    from workbench.store import Database, PendingUnit, Run

# Segments per call of the engine and per transaction: what a killed run loses at most.
BATCH = 512
LISTED_ERRORS = 50


@dataclass(frozen=True, slots=True)
class Job:
    """What to draft: the documents, the language, and whether machine drafts are made anew."""

    document_ids: Sequence[int]
    target_lang: str
    redo: bool = False
    hypotheses: int = 1


def prepare(db: Database, source_langs: Sequence[str], job: Job) -> Job:
    """Make the units of a job; documents already in the target language are left out.

    Raises WorkbenchError if nothing is left.
    """
    kept = [
        document_id
        for document_id, source_lang in zip(job.document_ids, source_langs, strict=True)
        if source_lang != job.target_lang
    ]
    if not kept:
        raise WorkbenchError(
            f"no document to translate into {job.target_lang}; add one with: workbench add TEXT"
        )
    for document_id in kept:
        store.ensure_units(db, document_id, job.target_lang)
    return Job(kept, job.target_lang, job.redo, job.hypotheses)


def translate(
    db: Database, translator: Translator, job: Job, run: Run, advance: Callable[[int], None]
) -> None:
    """Draft a job's pending units; `advance` is told how many are done after each batch.

    While one batch is stored the next is translated.  A segment that the engine cannot translate
    keeps its unit initial, with a finding that says why, and is counted in the run.
    """
    run.signature = translator.signature
    with ThreadPoolExecutor(max_workers=1) as worker:
        waiting = None
        for batch in _batches(db, job):
            future = worker.submit(_draft, translator, batch, job.hypotheses)
            if waiting is not None:
                advance(_save(db, waiting.result(), translator, run))
            waiting = future
        if waiting is not None:
            advance(_save(db, waiting.result(), translator, run))


def _batches(db: Database, job: Job) -> Iterator[list[PendingUnit]]:
    for document_id in job.document_ids:
        after = -1
        while batch := store.next_pending(
            db, document_id, job.target_lang, after=after, size=BATCH, redo=job.redo
        ):
            after = batch[-1].position
            yield batch


def _draft(translator: Translator, batch: list[PendingUnit], hypotheses: int) -> list[UnitDraft]:
    texts = list(dict.fromkeys(unit.source for unit in batch))
    drafts = dict(zip(texts, translator.translate(texts, hypotheses), strict=True))
    return [_unit_draft(unit, drafts[unit.source]) for unit in batch]


def _unit_draft(unit: PendingUnit, draft: Draft) -> UnitDraft:
    if draft.hypotheses:
        return UnitDraft(unit, draft.hypotheses)
    reason = draft.error or "the engine gave no translation"
    return UnitDraft(unit, (), (Finding(store.ENGINE_FINDING, "error", reason),))


def _save(db: Database, drafts: list[UnitDraft], translator: Translator, run: Run) -> int:
    taken = store.save_drafts(
        db, drafts, origin=translator.origin, signature=translator.signature, run_id=run.run_id
    )
    failed = [draft for draft in drafts if not draft.hypotheses]
    run.counts["drafted"] = run.counts.get("drafted", 0) + taken
    run.counts["failed"] = run.counts.get("failed", 0) + len(failed)
    room = max(0, LISTED_ERRORS - len(run.errors))  # all of them are among the findings
    run.errors += [f"unit {d.unit.unit_id}: {d.findings[0].message}" for d in failed[:room]]
    return len(drafts)

"""The step that drafts what has no draft: windows of units go through the engines and into the store."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from workbench import registry, store
from workbench.drafting import Drafter, Judge, Stage, Windows, Workers
from workbench.drafting.judge import fit
from workbench.errors import WorkbenchError
from workbench.model import Finding
from workbench.store import UnitDraft

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future

    from workbench.drafting import Outcome
    from workbench.model import Translator
    from workbench.store import Database, PendingUnit, Run

# Windows worked on at once: while the engine has one, the other is prepared or judged.
IN_FLIGHT = 2
LISTED_ERRORS = 50
# Units read at once, and the first ones to be made, which wait for no others.
PAGE = 256
# Units made in one transaction: a person who saves meanwhile waits no longer than that takes.
SLICE = 20_000


@dataclass(frozen=True, slots=True)
class Job:
    """What to draft: the documents, the language, and whether machine drafts are made anew.

    `hypotheses` are kept for each unit; with `side_by_side` those of every engine are.
    """

    document_ids: Sequence[int]
    target_lang: str
    redo: bool = False
    hypotheses: int = 1
    side_by_side: bool = False


@dataclass(slots=True)
class Engines:
    """The engines of a job, best first; the later ones are loaded when the first one fails."""

    source_lang: str
    first: Translator
    others: Sequence[Callable[[], Translator | None]] = ()
    memory: Translator | None = None
    loaded: list[Translator] = field(default_factory=list)

    def close(self) -> None:
        """Release all that were loaded."""
        for translator in (self.memory, self.first, *self.loaded):
            if translator:
                translator.close()


def prepare(source_langs: Sequence[str], job: Job) -> Job:
    """A job without the documents that are in the target language already.

    Raises WorkbenchError if nothing is left.
    """
    kept = [
        document_id
        for document_id, source_lang in zip(job.document_ids, source_langs, strict=True)
        if source_lang != job.target_lang
    ]
    if not kept:
        raise WorkbenchError(
            f"no document to translate into {job.target_lang}: "
            + (f"all are in {job.target_lang} already" if source_langs else "there is none")
            + "; add one with: workbench add TEXT"
        )
    return replace(job, document_ids=kept)


def make_units(db: Database, job: Job) -> None:
    """Give every segment of a job a unit; a person can translate those that no engine does."""
    for document_id in job.document_ids:
        for start in range(0, store.last_position(db, document_id) + 1, SLICE):
            store.ensure_units(db, document_id, job.target_lang, (start, start + SLICE - 1))


def translate(
    db: Database, engines: Engines, job: Job, run: Run, advance: Callable[[int], None]
) -> None:
    """Draft a job's pending units; `advance` is told how many are done after each window.

    Segments that have no unit yet are given theirs.
    A text that no engine can translate keeps its units initial, with a finding that says why, and
    is counted in the run.
    """
    run.signature = engines.first.signature
    reader = store.DraftReader(db)
    try:
        drafter = _drafter(db, engines, job, reader)
        with Workers(IN_FLIGHT) as workers:
            for units, outcomes in _drafted(db, drafter, job, workers):
                _save(db, units, outcomes, run)
                advance(len(units))
        run.errors += drafter.lost
    finally:
        reader.close()


def _drafter(db: Database, engines: Engines, job: Job, reader: store.DraftReader) -> Drafter:
    terms = store.terms(db, engines.source_lang, job.target_lang)
    judge = Judge(registry.checks().values(), engines.source_lang, job.target_lang)

    def stage(translator: Translator) -> Stage:
        known = reader.evidence(job.target_lang, translator.origin)
        return Stage(translator, terms, reader.recall, fit(known), job.target_lang)

    def later(load: Callable[[], Translator | None]) -> Callable[[], Stage | None]:
        def make() -> Stage | None:
            translator = load()
            if translator is None:
                return None
            engines.loaded.append(translator)
            return stage(translator)

        return make

    stages: list[Stage | Callable[[], Stage | None] | None] = []
    if engines.memory:
        stages.append(Stage(engines.memory))
    stages.append(stage(engines.first))
    stages += [later(load) for load in engines.others]
    return Drafter(stages, judge, hypotheses=job.hypotheses, side_by_side=job.side_by_side)


def _drafted(
    db: Database, drafter: Drafter, job: Job, workers: Workers
) -> Iterator[tuple[list[PendingUnit], dict[str, Outcome]]]:
    """Windows of units with the outcomes of their texts."""
    windows = Windows(_pending(db, job))
    waiting: deque[tuple[list[PendingUnit], Future[tuple[dict[str, Outcome], float]]]] = deque()
    for window in windows:
        waiting.append((window, workers.start(partial(_draft, drafter, window))))
        # the first window waits for one more, which keeps the engine busy, not for two
        if len(waiting) > (IN_FLIGHT if windows.made > 2 else 1):
            mine, future = waiting.popleft()
            outcomes, seconds = future.result()
            windows.adapt(mine, seconds)
            yield mine, outcomes
    while waiting:
        mine, future = waiting.popleft()
        yield mine, future.result()[0]


def _pending(db: Database, job: Job) -> Iterator[PendingUnit]:
    """Units that wait, document by document; read in pages, for the store is written meanwhile.

    The units of the first page are made for it alone, so that its drafts come soon, and all others
    before the second.
    """
    read = dict.fromkeys(job.document_ids, -1)
    for document_id in read:
        store.ensure_units(db, document_id, job.target_lang, (0, PAGE - 1))
        if page := _page(db, document_id, job, -1):
            read[document_id] = page[-1].position
            yield from page
            break
    make_units(db, job)
    for document_id, position in read.items():
        after = position
        while page := _page(db, document_id, job, after):
            after = page[-1].position
            yield from page


def _page(db: Database, document_id: int, job: Job, after: int) -> list[PendingUnit]:
    return store.next_pending(
        db, document_id, job.target_lang, after=after, size=PAGE, redo=job.redo
    )


def _draft(drafter: Drafter, window: Sequence[PendingUnit]) -> tuple[dict[str, Outcome], float]:
    """The outcome of each different text, and the seconds it took."""
    started = time.monotonic()
    texts = list(dict.fromkeys(unit.source for unit in window))
    outcomes = dict(zip(texts, drafter.draft(texts), strict=True))
    return outcomes, time.monotonic() - started


def _save(
    db: Database, units: Sequence[PendingUnit], outcomes: dict[str, Outcome], run: Run
) -> None:
    drafts = [_unit_draft(unit, outcomes[unit.source]) for unit in units]
    taken = store.save_drafts(db, drafts, run.run_id)
    failed = [draft for draft in drafts if not draft.candidates]
    doubtful = sum(bool(d.candidates and d.candidates[0].findings) for d in drafts)
    for name, count in (("drafted", taken), ("failed", len(failed)), ("doubtful", doubtful)):
        run.counts[name] = run.counts.get(name, 0) + count
    room = max(0, LISTED_ERRORS - len(run.errors))  # all of them are among the findings
    run.errors += [f"unit {d.unit.unit_id}: {d.findings[0].message}" for d in failed[:room]]


def _unit_draft(unit: PendingUnit, outcome: Outcome) -> UnitDraft:
    best = outcome.best
    if best is None:
        reasons = outcome.errors or ["no engine gave a translation"]
        findings = [Finding(store.ENGINE_FINDING, "error", reason) for reason in reasons]
        return UnitDraft(unit, (), findings)
    candidates = [best, *(other for other in outcome.candidates if other is not best)]
    return UnitDraft(unit, candidates)

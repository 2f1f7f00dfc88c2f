"""The step that links the words of units, or of two files, and stores or gives the links."""

from __future__ import annotations

import gc
from collections import deque
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, TypeAlias

from workbench import lexicon, store
from workbench.errors import InputError, StoreError
from workbench.lang import nfc
from workbench.wordlinks.pair import Pair
from workbench.wordlinks.streaming import Linker
from workbench.wordlinks.tokens import key
from workbench.wordlinks.tokens import words as cut
from workbench.wordlinks.unit import unit_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from workbench.store import Database, UnitText
    from workbench.wordlinks.streaming import Link
    from workbench.wordlinks.unit import UnitWords

    Words: TypeAlias = tuple[UnitText, UnitWords]
    Advance: TypeAlias = Callable[[str, int, int | None], None]

# Units whose links are stored by one transaction.
BATCH = 1000
# Of more units than this, so many are learned from.
SAMPLE = 200_000
# Units whose words are kept in memory between learning and linking; those of more are read twice.
KEPT = 20_000
# New objects after which Python looks for cycles of them; its own 700 cost a sixth of the time.
COLLECTED = 50_000
# Units after which somebody who watches is told.
WATCHED = 500


@dataclass(frozen=True, slots=True)
class Job:
    """The pair whose units are linked; `redo` links again what is linked.

    `spaced` texts are tokenized: their words are what spaces separate.
    """

    source_lang: str
    target_lang: str
    redo: bool = False
    spaced: bool = False


def link_units(db: Database, job: Job, advance: Advance) -> dict[str, int]:
    """Link the pair's units that are not linked, or were by an older method.

    Returns how many units and links were stored, and how many units had older links.  People's
    decisions are kept and learned from.  `advance` is told of units as they are done:
    the stage (learning, linking), how many more, and of how many.
    Raises StoreError if the pair has no units with text.
    """
    total, linked, older = store.count_unit_texts(
        db, job.source_lang, job.target_lang, spaced=job.spaced
    )
    if not total:
        raise StoreError(
            f"nothing is translated from {job.source_lang} to {job.target_lang} yet;"
            f" do: workbench translate --to {job.target_lang}"
        )
    counts = {"units": 0, "links": 0, "decided": 0, "older": older}
    if linked == total and not job.redo:
        return counts
    with _few_collections():
        _link(db, job, counts, (total, linked), advance)
    return counts


def _link(
    db: Database, job: Job, counts: dict[str, int], known: tuple[int, int], advance: Advance
) -> None:
    total, linked = known
    linker = Linker(lexicon.load(job.source_lang, job.target_lang))
    units = _learned(db, job, linker, total, advance)
    goal = total if job.redo or not linker.learned else total - linked
    waiting: deque[Words] = deque()
    pairs = (_remembered(unit, words, waiting) for unit, words in units)
    writer = store.LinkWriter(db, job.source_lang, job.target_lang, spaced=job.spaced)
    with store.running(db, "words", _arguments(job)) as run:
        run.counts = counts
        linked_words = ((*waiting.popleft(), found) for found in linker.link(pairs))
        while batch := list(islice(linked_words, BATCH)):
            stored = [
                (unit, words.decided(found))
                for unit, words, found in batch
                if job.redo or not unit.linked
            ]
            counts["units"] += writer.save(stored, run.run_id)
            counts["links"] += sum(len(links) for _, links in stored)
            counts["decided"] += sum(bool(words.decisions) for _, words, _ in batch)
            advance("linking", len(batch), goal)


@contextmanager
def _few_collections() -> Iterator[None]:
    """Look for cycles of objects seldom: words and links make none, and each look reads all of them."""
    before = gc.get_threshold()
    gc.set_threshold(COLLECTED, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _arguments(job: Job) -> dict[str, object]:
    return {
        "from": job.source_lang,
        "to": job.target_lang,
        "redo": job.redo,
        "tokenized": job.spaced,
        "method": store.METHOD,
    }


def _learned(
    db: Database, job: Job, linker: Linker, total: int, advance: Advance
) -> Iterable[Words]:
    """Let the linker learn from the units, or a sample of many; gives those to be linked then."""
    step = -(-total // SAMPLE)
    units: Iterable[Words] = _read(db, job, step=step)
    kept = list(units) if total <= KEPT else None
    watched = _watched(units if kept is None else kept, -(-total // step), advance)
    linker.learn(words.pair() for _, words in chain(_read(db, job, decided=True), watched))
    if kept is None:
        return _read(db, job, all_units=not linker.learned)
    return [item for item in kept if not linker.learned or job.redo or not item[0].linked]


def _watched(units: Iterable[Words], total: int, advance: Advance) -> Iterator[Words]:
    """The units; as they are taken, `advance` is told, some at a time."""
    count = 0
    for count, item in enumerate(units, 1):
        yield item
        if count % WATCHED == 0:
            advance("learning", WATCHED, total)
    advance("learning", count % WATCHED, total)


def _remembered(unit: UnitText, words: UnitWords, waiting: deque[Words]) -> Pair:
    waiting.append((unit, words))
    return words.pair()


def _read(
    db: Database, job: Job, *, step: int = 1, decided: bool = False, all_units: bool = True
) -> Iterator[Words]:
    """The pair's units page by page; without `all_units` only those that wait for links."""
    after, langs = 0, (job.source_lang, job.target_lang)
    while page := store.unit_texts(
        db, *langs, spaced=job.spaced, after=after, step=step, size=BATCH, decided=decided
    ):
        after = page[-1].unit_id
        wanted = page if all_units or job.redo else [unit for unit in page if not unit.linked]
        ids = [unit.unit_id for unit in wanted]
        decisions, looks = store.link_decisions(db, ids), store.looks(db, ids)
        for unit in wanted:
            made, look = decisions.get(unit.unit_id, ()), looks.get(unit.unit_id)
            texts = unit.source, unit.target
            yield unit, unit_words(texts, langs, made, look, spaced=job.spaced)


def link_files(source: Path, target: Path, job: Job) -> Iterator[list[Link]]:
    """Links of every line of one file to the same line of another; large ones are read twice.

    Raises InputError if a file cannot be read or they have different numbers of lines.
    """
    linker = Linker(lexicon.load(job.source_lang, job.target_lang))
    lines = min(_lines(source), _lines(target))
    if lines <= KEPT:
        with _few_collections():
            pairs = list(line_pairs(source, target, job))
            linker.learn(pairs)
        return linker.link(pairs)
    linker.learn(islice(line_pairs(source, target, job), 0, None, -(-lines // SAMPLE)))
    return linker.link(line_pairs(source, target, job))


def _lines(path: Path) -> int:
    """How many lines a file has; raises InputError for what cannot be read twice."""
    if path.exists() and not path.is_file():
        raise InputError(f"{path} is no ordinary file, and is read twice; save it to one first")
    try:
        with path.open("rb") as file:
            return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
    except OSError as error:
        raise InputError(f"cannot read {error.filename}: {error.strerror}") from error


def line_pairs(source: Path, target: Path, job: Job) -> Iterator[Pair]:
    """What the models learn from every line of one file and the same line of another.

    Raises InputError if a file cannot be read or they have different numbers of lines.
    """
    langs = (job.source_lang, job.target_lang)
    with ExitStack() as stack:
        try:
            files = [
                stack.enter_context(path.open(encoding="utf-8-sig", newline="\n"))
                for path in (source, target)
            ]
            for lines in zip(*files, strict=True):
                first, second = (
                    [key(word) for word in cut(nfc(line), lang, spaced=job.spaced)]
                    for line, lang in zip(lines, langs, strict=True)
                )
                yield Pair(first, second)
        except OSError as error:
            raise InputError(f"cannot read {error.filename}: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise InputError(
                f"{source} or {target} is not UTF-8; convert it, then run again"
            ) from error
        except ValueError as error:
            raise InputError(
                f"{source} and {target} have different numbers of lines; align them first:"
                " workbench align"
            ) from error

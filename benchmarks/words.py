"""Word links: alignment error rate on a gold set, pairs a second, memory; against NLTK's IBM model 1.

.venv/bin/python benchmarks/words.py [GOLD_DIR SOURCE_LANG TARGET_LANG] [--peer] [--attention]
    [--sizes N ...] [--texts SOURCE TARGET] [--store]

GOLD_DIR holds src.txt and tgt.txt, tokenized, a sentence a line, and gold.txt (`i-j` sure, `ipj`
possible).  Without it, the error rate is measured on a bitext that is made here, whose words stand in
another order on each side.  Seconds are those of one core, so that other programs do not count.
--peer measures NLTK's IBM model 1 beside it, in the same run.  --attention adds the error rate with
the attention of a model that is not there: for each target word a source word that it is linked to, in
5, 7 or 9 cases of 10, else any.  --texts takes the texts for --sizes from two files, a sentence a line;
else they are made here.  --store has them in a database and measures the command, its start included.
"2 cores" are the seconds of the main thread and half of those of the others: the time by the clock on two
cores that nothing else uses.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TypeVar

from workbench import lexicon, store, words
from workbench.model import Candidate, Hypothesis, Segment
from workbench.wordlinks.streaming import Linker
from workbench.words import Job

Links = list[set[tuple[int, int]]]
Gold = list[tuple[set[tuple[int, int]], set[tuple[int, int]]]]
Result = TypeVar("Result")


def made(count: int, seed: int = 1) -> tuple[list[str], list[str], Gold]:
    """Sentences over 2,000 words drawn as real ones are, and their links.

    The target has each pair of words turned round, drops one word in eight and adds one in eight.
    """
    dice = random.Random(seed)
    sources, targets, gold = [], [], []
    for _ in range(count):
        numbers = [int(2000 ** dice.random()) for _ in range(dice.randint(4, 28))]
        order = [i ^ 1 if (i ^ 1) < len(numbers) else i for i in range(len(numbers))]
        target: list[str] = []
        links = set()
        for i in order:
            if dice.random() < 0.125:
                target.append(f"q{int(30 ** dice.random())}")
            if dice.random() >= 0.125:
                links.add((i, len(target)))
                target.append(f"t{numbers[i]}")
        sources.append(" ".join(f"s{number}" for number in numbers))
        targets.append(" ".join(target) or "q1")
        gold.append((links, links))
    return sources, targets, gold


def read_gold(path: Path) -> Gold:
    """Sure and possible links, a line for each pair."""
    found = []
    for line in path.read_text("utf-8").splitlines():
        sure, possible = set(), set()
        for link in line.split():
            source, target = (int(number) for number in link.replace("p", "-").split("-"))
            possible.add((source, target))
            if "-" in link:
                sure.add((source, target))
        found.append((sure, possible))
    return found


def error_rate(gold: Gold, links: Links) -> float:
    """AER = 1 - (|A & S| + |A & P|) / (|A| + |S|) (Och and Ney 2003)."""
    hits = sum(len(a & s) + len(a & p) for (s, p), a in zip(gold, links, strict=True))
    size = sum(len(a) + len(s) for (s, _), a in zip(gold, links, strict=True))
    return 1 - hits / size


def ours(source: Path, target: Path, langs: Sequence[str]) -> Links:
    """The links that the workbench makes."""
    job = Job(langs[0], langs[1], spaced=True)
    return [
        {(link.source, link.target) for link in links}
        for links in words.link_files(source, target, job)
    ]


def peer(source: Path, target: Path) -> Links:
    """The links of NLTK's IBM model 1, five rounds, both ways, those that both ways find."""
    from nltk.translate import AlignedSent, IBMModel1

    texts = [
        [line.lower().split() for line in path.read_text("utf-8").splitlines()]
        for path in (source, target)
    ]
    both: list[Links] = []
    for one, two in (texts, texts[::-1]):
        pairs = [AlignedSent(b, a) for a, b in zip(one, two, strict=True)]
        IBMModel1(pairs, 5)
        both.append([{(i, j) for j, i in pair.alignment if i is not None} for pair in pairs])
    return [a & {(j, i) for i, j in b} for a, b in zip(*both, strict=True)]


def looked(source: Path, target: Path, gold: Gold, right: float) -> list[list[tuple[int, int]]]:
    """The attention of a model that is right in this share of the words that have links."""
    dice = random.Random(1)
    texts = [
        [line.split() for line in path.read_text("utf-8").splitlines()] for path in (source, target)
    ]
    found = []
    for one, two, (sure, possible) in zip(*texts, gold, strict=True):
        partners = [sorted(i for i, at in sure or possible if at == j) for j in range(len(two))]
        found.append(
            [
                (dice.choice(partner if partner and dice.random() < right else range(len(one))), j)
                for j, partner in enumerate(partners)
                if one
            ]
        )
    return found


def with_attention(source: Path, target: Path, gold: Gold, langs: Sequence[str]) -> None:
    """Error rates of attention alone, and of links with it as a signal."""
    print("\n| attention right in | AER alone | as a signal |\n|---|--:|--:|")
    known = None if langs[0] == "und" else lexicon.load(langs[0], langs[1])
    pairs = list(words.line_pairs(source, target, Job(langs[0], langs[1], spaced=True)))
    for right in (None, 0.0, 0.5, 0.7, 0.9):
        signal = looked(source, target, gold, right) if right is not None else [None] * len(pairs)
        given = [pair._replace(looked=at) for pair, at in zip(pairs, signal, strict=True)]
        made = [
            {(link.source, link.target) for link in links} for links in Linker(known).link(given)
        ]
        alone = (
            f"{error_rate(gold, [set(at or ()) for at in signal]):.3f}" if right is not None else ""
        )
        named = f"{right:.0%} of words" if right is not None else "(none)"
        print(f"| {named} | {alone} | {error_rate(gold, made):.3f} |", flush=True)


def timed(act: Callable[[], Result]) -> tuple[Result, float]:
    """What an act gives, and the seconds of one processor core that it takes."""
    started = time.process_time()
    return act(), time.process_time() - started


def show(name: str, gold: Gold, links: Links, seconds: float) -> None:
    """A row of the table."""
    rate = error_rate(gold, links)
    print(f"| {name} | {rate:.3f} | {len(gold) / seconds:,.0f} |", flush=True)


def measure(
    source: Path, target: Path, gold: Gold, langs: Sequence[str], *, with_peer: bool
) -> None:
    """Error rates and speeds on one set."""
    print(f"\n| {len(gold)} pairs | AER | pairs/s |\n|---|--:|--:|")
    if with_peer:
        show("NLTK IBM model 1", gold, *timed(lambda: peer(source, target)))
    show("workbench, no lexicon", gold, *timed(lambda: ours(source, target, ("und", "und"))))
    if langs[0] != "und":
        lexicon.load(langs[0], langs[1])  # is unpacked once, whatever the size
        show(
            f"workbench, lexicon {'-'.join(langs)}",
            gold,
            *timed(lambda: ours(source, target, langs)),
        )


def growth(sizes: Sequence[int], files: Sequence[Path]) -> None:
    """Seconds and memory by size, each in a process of its own; the time of its start apart."""
    print("\n| pairs | core seconds | start | pairs/s a core | pairs/s on 2 cores | memory, MB |")
    print("|--:|--:|--:|--:|--:|--:|")
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            source, target = Path(folder, "a"), Path(folder, "b")
            for path, lines in zip((source, target), _texts(size, files), strict=True):
                with path.open("w", encoding="utf-8") as out:
                    out.writelines(lines)
            command = [sys.executable, __file__, "--link", str(source), str(target)]
            # the bytecode of libraries is kept, as installers leave it
            environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
            said = subprocess.run(
                command, check=True, capture_output=True, text=True, env=environment
            ).stdout
        start, seconds, both, memory = (float(number) for number in said.split())
        speeds = f"{size / seconds:,.0f} | {size / both:,.0f}"
        print(f"| {size:,} | {seconds:.1f} | {start:.1f} | {speeds} | {memory:.0f} |", flush=True)


def in_store(sizes: Sequence[int], files: Sequence[Path]) -> None:
    """Seconds of a core that `workbench words` takes in all, by the number of units."""
    print("\n| units in a database | core seconds of the command | units/s a core |\n|--:|--:|--:|")
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "a.db")
            _store(path, *(list(lines) for lines in _texts(size, files)))
            command = [sys.executable, "-m", "workbench", "words", "--to", "es", "--db", str(path)]
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run(command, check=True, capture_output=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print(f"| {size:,} | {seconds:.2f} | {size / seconds:,.0f} |", flush=True)


def _store(path: Path, sources: Sequence[str], targets: Sequence[str]) -> None:
    """A database with a unit for each pair of texts, English and Spanish."""
    texts = [text.strip() or "-" for text in sources]
    segments = [Segment(i, i, "paragraph", 0, 0, len(text), text) for i, text in enumerate(texts)]
    with store.opened(path) as db:
        new = store.NewDocument("a", "a", "en", "txt", b"", "utf-8")
        document = store.add_document(db, new, segments).document_id
        store.ensure_units(db, document, "es")
        units = store.next_pending(db, document, "es", size=len(texts))
        with store.running(db, "translate", {}) as run:
            drafts = [
                store.UnitDraft(unit, [Candidate(Hypothesis(text.strip() or "-"), "made", "made")])
                for unit, text in zip(units, targets, strict=True)
            ]
            store.save_drafts(db, drafts, run.run_id)


def link(source: Path, target: Path) -> None:
    """Link two files; print the seconds before and since, and the most memory in MB."""
    import regex  # noqa: F401 - reading it is part of the start
    import threadpoolctl  # noqa: F401

    start, alone = time.process_time(), time.thread_time()
    for _ in words.link_files(source, target, Job("und", "und")):
        pass
    # unlike getrusage, this leaves out what the starting process had before it became this one
    status = Path("/proc/self/status")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if status.exists():
        peak = next(int(row.split()[1]) for row in status.open() if row.startswith("VmHWM:"))
    seconds, alone = time.process_time() - start, time.thread_time() - alone
    print(start, seconds, alone + (seconds - alone) / 2, peak / 1024)


def _texts(size: int, files: Sequence[Path]) -> list[Iterator[str]]:
    if not files:
        return [(f"{line}\n" for line in lines) for lines in made(size)[:2]]
    return [islice(path.open(encoding="utf-8", newline="\n"), size) for path in files]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", nargs="*")
    parser.add_argument("--peer", action="store_true")
    parser.add_argument("--sizes", nargs="*", type=int, default=[300, 1000, 10_000, 100_000])
    parser.add_argument("--texts", nargs=2, type=Path, default=())
    parser.add_argument("--attention", action="store_true")
    parser.add_argument("--store", action="store_true")
    parser.add_argument("--link", nargs=2, type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.link:
        link(*options.link)
        return
    if options.store:
        in_store(options.sizes, options.texts)
        return
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "a"), Path(folder, "b")
        texts = made(500)
        source.write_text("\n".join(texts[0]) + "\n")
        target.write_text("\n".join(texts[1]) + "\n")
        measure(source, target, texts[2], ("und", "und"), with_peer=options.peer)
        if options.attention and not options.gold:
            with_attention(source, target, texts[2], ("und", "und"))
    if options.gold:
        folder, *langs = options.gold
        files = [Path(folder, name) for name in ("src.txt", "tgt.txt", "gold.txt")]
        measure(files[0], files[1], read_gold(files[2]), langs, with_peer=options.peer)
        if options.attention:
            with_attention(files[0], files[1], read_gold(files[2]), langs)
    growth(options.sizes, options.texts)


if __name__ == "__main__":
    main()

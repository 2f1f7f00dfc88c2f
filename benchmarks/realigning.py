"""Aligning again between two confirmed beads, from the request to the answer of the review server.

.venv/bin/python benchmarks/realigning.py [BEADS ...]      default: 600

The text is the made-up one of aligning.py, aligned once, so that the database knows its words; then the
beads between the confirmed ones are put one target segment too far, so that nearly all of them change.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from aligning import made_texts
from browser import served
from review import HOME, Person, server_seconds
from samples import add_text

from workbench import registry, store
from workbench.model import Alignment, Bead, TextPair
from workbench.store import beads, bitexts
from workbench.store.alignments import Bitext, save_alignment

ROUNDS = 5


def made(path: Path, size: int) -> None:
    """A text three times as long, with confirmed beads around its middle part, which is wrong."""
    source, target = made_texts(3 * size)
    pair = TextPair(source, target)
    (found,), learned = registry.aligner().align([pair], langs=("en", "eo"))
    good, first, end = found.beads, size, 2 * size
    after = next(k for k, bead in enumerate(good) if bead.source and bead.source[0] >= first)
    last = next(k for k, bead in enumerate(good) if bead.source and bead.source[0] >= end)
    wrong = shifted(good[after + 1 : last])
    together = [*good[: after + 1], *wrong, *good[last:]]
    with store.opened(path) as db:
        for texts, lang in ((source, "en"), (target, "eo")):
            add_text(db, [passage.text for passage in texts], path=f"{lang}.txt", lang=lang)
        with store.running(db, "align", {}) as run:
            save_alignment(
                db, Bitext(1, 2, "eo"), Alignment(together, 1.0), origin="made", run_id=run.run_id
            )
        bitexts.add_lexicon(db, "en", "eo", learned)
        rows = db.conn.execute("SELECT id FROM units ORDER BY position").fetchall()
        for place in (after, after + 1 + len(wrong)):
            beads.confirm(db, beads.Seen("Ana", {}), rows[place][0])


def shifted(good: Sequence[Bead]) -> list[Bead]:
    """Each source segment with the target segment after the one in its place."""
    source = [i for bead in good for i in bead.source]
    target = sorted(j for bead in good for j in bead.target)
    pairs = [Bead((i,), (j,), 0.5) for i, j in zip(source, target[1:], strict=False)]
    left = [Bead((i,), (), 0.5) for i in source[len(pairs) :]]
    over = [Bead((), (j,), 0.5) for j in (target[0], *target[1 + len(pairs) :])]
    return [over[0], *pairs, *left, *over[1:]]


def measure(size: int) -> tuple[float, float, float]:
    """Seconds by the clock, the first time and the median, and those of the server's processor."""
    times, cpu = [], []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.db"
        made(path, size)
        with store.opened(path) as db:
            where = (size + size // 2,)
            (unit,) = db.conn.execute("SELECT id FROM units WHERE position = ?", where).fetchone()
        with served(path) as url:
            person = Person(url, "Ana")
            for _ in range(ROUNDS):
                before, started = server_seconds(), time.perf_counter()
                step(person, action="realign", unit=unit)
                times.append(time.perf_counter() - started)
                cpu.append(server_seconds() - before)
                step(person, action="undo")
    return times[0], statistics.median(times), statistics.median(cpu)


def step(person: Person, **fields: object) -> None:
    """One step of a person, who gets what was asked for."""
    status, text = person.ask("POST", f"{HOME}/align/1/eo/step", json.dumps(fields))
    assert status == 200, text


def main() -> None:
    """Print the table."""
    print(
        "| beads between the confirmed ones | first time, seconds | median | server's processor |"
    )
    print("|--:|--:|--:|--:|")
    for size in [int(argument) for argument in sys.argv[1:]] or [600]:
        print("| {:,} | {:.2f} | {:.2f} | {:.2f} |".format(size, *measure(size)), flush=True)


if __name__ == "__main__":
    main()

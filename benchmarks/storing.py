"""Rows per second of storing documents and drafts, over bare sqlite3.executemany in the same run.

.venv/bin/python benchmarks/storing.py
"""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from workbench import store
from workbench.model import Candidate, Hypothesis, Segment

ROWS = 200_000
BATCH = 512
TEXT = "The keeper of the lighthouse wrote in his book, every evening, what the sea had done ({})."


def segments() -> Iterator[Segment]:
    """Segments as a reader would give them."""
    for i in range(ROWS):
        yield Segment(i, i // 5, "paragraph", 0, i * 100, i * 100 + 90, TEXT.format(i))


def bare(folder: Path) -> float:
    """Seconds to insert the same texts with executemany, one transaction, write-ahead log, one index."""
    connection = sqlite3.connect(folder / "bare.db")
    connection.execute("PRAGMA journal_mode = wal")
    connection.execute("PRAGMA synchronous = normal")
    connection.execute(
        "CREATE TABLE segments (id INTEGER PRIMARY KEY, document_id INT, position INT, text TEXT,"
        " UNIQUE (document_id, position))"
    )
    return timed(lambda: _insert(connection))


def _insert(connection: sqlite3.Connection) -> None:
    with connection:
        connection.executemany(
            "INSERT INTO segments (document_id, position, text) VALUES (1, ?, ?)",
            ((s.position, s.text) for s in segments()),
        )


def timed(work: Callable[[], object]) -> float:
    """Seconds that work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def draft(db: store.Database) -> None:
    """Store one draft for each unit, batch by batch, as the step translate does."""
    after = -1
    with store.running(db, "translate", {}) as run:
        while batch := store.next_pending(db, 1, "es", after=after, size=BATCH):
            after = batch[-1].position
            drafts = [
                store.UnitDraft(unit, [Candidate(Hypothesis(unit.source, -0.1), "none", "none")])
                for unit in batch
            ]
            store.save_drafts(db, drafts, run.run_id)


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        base = bare(Path(folder))
        new = store.NewDocument("a.txt", "a", "en", "txt", b"x", "utf-8")
        with store.opened(Path(folder) / "workbench.db") as db:
            steps = {
                "add: segments with hash, word count and full-text index": lambda: (
                    store.add_document(db, new, segments())
                ),
                "make units": lambda: store.ensure_units(db, 1, "es"),
                f"store drafts, {BATCH} a transaction: unit, match, full-text index": lambda: draft(
                    db
                ),
                "read the bitext": lambda: sum(1 for _ in store.bitext(db, "es")),
            }
            seconds = {label: timed(work) for label, work in steps.items()}
    print(f"| {ROWS:,} rows | rows/s | over bare executemany |\n|---|--:|--:|")
    print(f"| bare sqlite3.executemany, one transaction | {ROWS / base:,.0f} | 1.00 |")
    for label, taken in seconds.items():
        print(f"| {label} | {ROWS / taken:,.0f} | {base / taken:.2f} |")


if __name__ == "__main__":
    main()

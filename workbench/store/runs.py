"""The journal of every command that wrote: what it was asked, what it did, how it ended."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbench.store.database import now, writing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlite_utils import Database


@dataclass(slots=True)
class Run:
    """A run in progress; what is in `counts`, `errors` and `signature` at its end is stored."""

    run_id: int
    counts: dict[str, int] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    signature: str = ""


@contextmanager
def running(
    db: Database, command: str, arguments: dict[str, Any], *, actor: str = ""
) -> Iterator[Run]:
    """Record a run for the length of a `with` block: done, failed, or interrupted if it never ends.

    A run that ends well and counted nothing wrote nothing, and leaves no row.
    """
    with writing(db):
        _close_dead_runs(db)
        cursor = db.conn.execute(
            "INSERT INTO runs (command, arguments, actor, started, status, pid)"
            " VALUES (?, ?, ?, ?, 'running', ?)",
            (command, json.dumps(arguments, ensure_ascii=False), actor, now(), os.getpid()),
        )
    run = Run(int(cursor.lastrowid or 0))
    status = "failed"
    try:
        yield run
        status = "failed" if run.errors else "done"
    except KeyboardInterrupt:
        status = "interrupted"
        raise
    except Exception as error:
        run.errors.append(str(error))
        raise
    finally:
        _finish(db, run, status)


def _finish(db: Database, run: Run, status: str) -> None:
    with writing(db):
        if status == "done" and not any(run.counts.values()):
            gone = db.conn.execute(
                "DELETE FROM runs WHERE id = ? AND NOT EXISTS (SELECT 1 FROM matches WHERE run_id = runs.id)",
                (run.run_id,),
            ).rowcount
            if gone:
                return
        db.conn.execute(
            "UPDATE runs SET finished = ?, status = ?, counts = ?, errors = ?, signature = ? WHERE id = ?",
            (now(), status, json.dumps(run.counts), json.dumps(run.errors, ensure_ascii=False),
             run.signature, run.run_id),
        )  # fmt: skip


def _close_dead_runs(db: Database) -> None:
    """Mark runs whose process is gone: killed, or lost with the machine."""
    for run_id, pid in db.conn.execute(
        "SELECT id, pid FROM runs WHERE status = 'running'"
    ).fetchall():
        if not _is_alive(pid):
            db.conn.execute("UPDATE runs SET status = 'interrupted' WHERE id = ?", (run_id,))


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True

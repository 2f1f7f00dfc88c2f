"""Opens the workbench's SQLite file, keeps its shape current, and turns SQLite's errors into ours."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlite_utils import Database

from workbench.errors import StoreError, UnwritableError
from workbench.store.migrations import MIGRATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

BUSY_SECONDS = 30


def now() -> str:
    """The present in UTC as stored: `2026-11-24T10:56:00.000Z`."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@contextmanager
def opened(path: Path, *, create: bool = True) -> Iterator[Database]:
    """Open the database, migrated, for the length of a `with` block.

    Raises StoreError if it is missing (unless `create`), locked, full, read-only or not a workbench
    database, also when that shows only inside the block.
    """
    if not create and not path.exists():
        raise StoreError(
            f"there is no database {path}; make one with: workbench add TEXT --db {path}"
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(
            f"cannot open the database {path}: {error}; choose another with --db"
        ) from error
    db = Database(connection)
    try:
        _prepare(db, path)
        yield db
    except sqlite3.Error as error:
        raise _explained(error, path) from error
    finally:
        connection.close()


@contextmanager
def writing(db: Database) -> Iterator[None]:
    """One transaction: all that happens in the block is stored, or nothing.

    Takes the write lock at once, so that what was read inside the block is still true when it is
    written.  Inside another transaction it is a savepoint.
    """
    if db.conn.in_transaction:
        with db.atomic():
            yield
        return
    try:
        db.conn.execute("BEGIN IMMEDIATE")
        with db.atomic():
            yield
        db.conn.execute("COMMIT")
    except BaseException:  # a signal too, which can come between any two of these lines
        db.rollback()
        raise


@contextmanager
def explaining(name: str) -> Iterator[None]:
    """Turn SQLite's errors about writing in a `with` block into UnwritableError."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise UnwritableError(str(_explained(error, Path(name)))) from error


def from_connection(connection: sqlite3.Connection) -> Database:
    """Wrap a connection that somebody else opened, such as Datasette's write connection."""
    return Database(connection)


def _prepare(db: Database, path: Path) -> None:
    db.conn.execute("PRAGMA foreign_keys = ON")
    known = {migration.name for migration in MIGRATIONS.pending(db)}
    applied = {migration.name for migration in MIGRATIONS.applied(db)}
    if not applied and {"documents", "units"} & set(db.table_names()):
        raise StoreError(f"{path} is not a workbench database; choose another with --db")
    newer = applied - {migration.name for migration in MIGRATIONS._migrations}  # no public list
    if newer:
        raise StoreError(f"{path} was made by a newer workbench; update this one to open it")
    if known:
        db.enable_wal()
        with writing(db):
            MIGRATIONS.apply(db)
    # the write-ahead log survives a killed process; only a power cut could cost the last batch
    db.conn.execute("PRAGMA synchronous = NORMAL")


def _explained(error: sqlite3.Error, path: Path) -> StoreError:
    text = str(error)
    hints = {
        "locked": "another program is writing to it; wait for it to finish or stop it, then run again",
        "full": "the disk is full; free some space, then run again",
        "readonly": "it is read-only; change its permissions or choose another with --db",
        "read-only": "it is read-only; change its permissions or choose another with --db",
        "not a database": "it is not an SQLite file; choose another with --db",
        "malformed": "it is damaged; restore a backup",
        "unable to open": "check that its folder exists and can be written, or choose another with --db",
        "disk I/O": "the disk cannot be read or written; check it, then run again",
    }
    hint = next(
        (hint for sign, hint in hints.items() if sign in text), "nothing of this step was stored"
    )
    return StoreError(f"the database {path}: {text}; {hint}")

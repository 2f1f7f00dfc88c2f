"""The step that writes a bitext to files, all of them or none; touches only those files."""

from __future__ import annotations

import os
import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING
from uuid import uuid4

from workbench.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from workbench.model import Unit, Writer


@dataclass(frozen=True, slots=True)
class ExportResult:
    """The files that an export wrote, and how many units are in them."""

    paths: tuple[Path, ...]
    count: int


def export(
    units: Iterable[Unit], writer: Writer, base: Path, *, source_lang: str, target_lang: str
) -> ExportResult:
    """Write units to the files `base` + suffix; until all are whole, the old ones stay as they are.

    Raises FormatError if a file cannot be written; then nothing has changed.
    """
    suffixes = writer.suffixes(source_lang, target_lang)
    paths = tuple(base.parent / (base.name + suffix) for suffix in suffixes)
    drafts = tuple(path.with_name(f".{path.name}.{uuid4().hex}") for path in paths)
    try:
        count = _write(units, writer, drafts, source_lang=source_lang, target_lang=target_lang)
        _replace_all(paths, drafts)
    except OSError as error:
        raise _explained(error, paths) from error
    finally:
        for draft in drafts:
            draft.unlink(missing_ok=True)
    return ExportResult(paths, count)


def _write(
    units: Iterable[Unit],
    writer: Writer,
    paths: Sequence[Path],
    *,
    source_lang: str,
    target_lang: str,
) -> int:
    """Write new files down to the disk."""
    with ExitStack() as stack:
        streams: list[IO[bytes]] = [stack.enter_context(path.open("xb")) for path in paths]
        count = writer.write(units, streams, source_lang=source_lang, target_lang=target_lang)
        for stream in streams:
            stream.flush()
            os.fsync(stream.fileno())
    return count


def _replace_all(paths: Sequence[Path], drafts: Sequence[Path]) -> None:
    """Put each draft in its place; if one cannot be, put back those that were replaced before."""
    olds = [draft.with_name(draft.name + ".old") for draft in drafts]
    done = 0
    try:
        # the last replacement either happens or not: nothing after it can fail
        for path, old in zip(paths[:-1], olds, strict=False):
            if path.exists():
                shutil.copy2(path, old)
        for path, draft in zip(paths, drafts, strict=True):
            draft.replace(path)
            done += 1
    except OSError:
        for path, old in list(zip(paths, olds, strict=True))[:done]:
            if old.exists():
                old.replace(path)
            else:
                path.unlink()
        raise
    finally:
        for old in olds:
            old.unlink(missing_ok=True)
    _sync(paths[0].parent)


def _sync(folder: Path) -> None:
    """Make the new names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _explained(error: OSError, paths: Sequence[Path]) -> FormatError:
    path = next((path for path in paths if path.is_dir()), paths[0])
    if not path.parent.is_dir():
        advice = f"make the folder first: mkdir -p {path.parent}"
    elif path.is_dir():
        advice = "a folder has that name; choose another with --out"
    else:
        advice = "free space or mend the permissions there, or choose another place with --out"
    return FormatError(f"cannot write {path}: {error.strerror or error}; {advice}")

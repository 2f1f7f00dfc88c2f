"""Installs and removes Argos packages, whole or not at all; owns the folder where they are."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.engines import proof
from workbench.engines.archive import distrusted, refused, unpack
from workbench.engines.packages import Package, metadata, packages_dir, versions
from workbench.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Iterator

_SCRATCH = ".install-"
_ROOT_PAIR = re.compile(r"translate-([A-Za-z]+)_([A-Za-z]+)-")


def install_file(path: Path, *, sha256: str = "", pair: tuple[str, str] | None = None) -> Package:
    """Install a .argosmodel file; a package in the same folder is replaced.

    Raises EngineError if the file is no sound Argos package, has another checksum, or is for
    another language pair than expected.
    """
    with distrusted(path):
        if path.exists() and not path.is_file():  # a pipe would be waited for without end
            raise refused(path, "it is no ordinary file")
        _check_sum(path, sha256)
        with _scratch() as folder:
            package = _proved(unpack(path, folder), path)
            found = package.source_lang, package.target_lang
            if pair and found != pair:
                raise refused(
                    path, f"it says that it is for {' to '.join(found)}, not {' to '.join(pair)}"
                )
            return _put_in_place(package, folder)


def remove(source_lang: str, target_lang: str) -> list[Package]:
    """Remove every version of a pair's package.  Raises EngineError if there is none."""
    with _scratch() as folder:
        found = versions(source_lang, target_lang)
        for package in found:
            _take_away(package, folder)
    if not found:
        raise EngineError(
            f"no package for {source_lang} to {target_lang} is installed; see: workbench models list"
        )
    return found


def remove_older(package: Package) -> list[Package]:
    """Remove what a package supersedes."""
    with _scratch() as folder:
        found = [
            p for p in versions(package.source_lang, package.target_lang) if p.path != package.path
        ]
        for old in found:
            _take_away(old, folder)
    return found


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Keep other processes out as long as they ask for the same file; waits for its turn."""
    file.parent.mkdir(parents=True, exist_ok=True)
    while True:
        with file.open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            # it may have been removed, and made anew, by whoever had it before
            if file.exists() and file.stat().st_ino == os.fstat(lock.fileno()).st_ino:
                yield
                return


@contextmanager
def _scratch() -> Iterator[Path]:
    """A folder on the packages' disk, outside what Argos lists; one process at a time has one."""
    target = packages_dir()
    target.mkdir(parents=True, exist_ok=True)
    beside = target.parent
    if beside.stat().st_dev != target.stat().st_dev:  # the packages are a mounted disk
        beside = target
    with locked(beside / ".install.lock"):
        for left in beside.glob(f"{_SCRATCH}*"):
            _recover(left, target)
        folder = Path(tempfile.mkdtemp(prefix=_SCRATCH, dir=beside))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _recover(left: Path, target: Path) -> None:
    """Clear up after a process that was killed; a package that it had put aside comes back."""
    for old in left.glob("replaced/*"):
        if not (target / old.name).exists():
            old.rename(target / old.name)
    shutil.rmtree(left, ignore_errors=True)


def _check_sum(path: Path, sha256: str) -> None:
    if not sha256:
        return
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != sha256.lower():
        raise EngineError(f"{path} has the checksum {found}, not {sha256}; download it again")


def _proved(folder: Path, path: Path) -> Package:
    """The unpacked package, once its description, tokenizer and model were found good."""
    said = metadata(folder)
    if said is None:
        raise refused(path, "no readable metadata.json")
    package = Package.described(folder, said)
    if package is None:
        raise refused(path, "its metadata.json names no language pair")
    named = _ROOT_PAIR.match(folder.name)
    if named and {named[1], named[2]} != {said["from_code"], said["to_code"]}:
        raise refused(
            path, f"its metadata.json names another language pair than its folder {folder.name}"
        )
    if why := proof.trouble(folder):
        raise refused(path, why)
    return package


def _put_in_place(package: Package, folder: Path) -> Package:
    target = packages_dir() / package.path.name
    aside = folder / "replaced" / target.name
    if target.exists() or target.is_symlink():
        aside.parent.mkdir()
        target.rename(aside)
    try:
        package.path.rename(target)
    except OSError:
        if aside.exists():
            aside.rename(target)
        raise
    return replace(package, path=target)


def _take_away(package: Package, folder: Path) -> None:
    """Remove a package at once, so that no half of it is ever listed; a link goes, not what it names."""
    if package.path.is_symlink():
        package.path.unlink()
    else:
        package.path.rename(folder / package.path.name)

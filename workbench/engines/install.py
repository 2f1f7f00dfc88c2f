"""Installs and removes Argos packages: every archive is distrusted until it has proved itself."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import stat
import tempfile
import zipfile
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from workbench.engines.packages import Package, described, installed, packages_dir
from workbench.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BYTES = 2 << 30
MAX_FILES = 2000
# Model weights hardly compress; text compresses perhaps tenfold.
MAX_RATIO = 200
_ROOT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def install_file(path: Path, *, sha256: str | None = None) -> Package:
    """Install a .argosmodel file, whole or not at all; an installed version is replaced.

    Raises EngineError if the file is no sound Argos package or has another checksum.
    """
    try:
        found = _sha256(path)
        if sha256 and found != sha256.lower():
            raise EngineError(f"{path} has the checksum {found}, not {sha256}; download it again")
        with zipfile.ZipFile(path) as archive, _beside_packages() as folder:
            root = _checked(archive, path)
            _unpack(archive, folder)
            package = _proved(folder / root, path)
            return _put_in_place(package, packages_dir() / root)
    except zipfile.BadZipFile as error:
        raise EngineError(f"{path} is not an Argos package: {error}; download it again") from error
    except (
        OSError,
        NotImplementedError,
        RuntimeError,
        EOFError,
    ) as error:  # also encrypted archives
        raise EngineError(f"cannot install {path}: {error}") from error


def remove(source_lang: str, target_lang: str) -> Package:
    """Remove the installed package of a pair.  Raises EngineError if there is none."""
    for package in installed():
        if (package.source_lang, package.target_lang) == (source_lang, target_lang):
            shutil.rmtree(package.path)
            return package
    raise EngineError(
        f"no package for {source_lang} to {target_lang} is installed; see: workbench models list"
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _beside_packages() -> Iterator[Path]:
    """A scratch folder on the same disk, outside the folder that Argos lists."""
    target = packages_dir()
    target.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".install-", dir=target.parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _checked(archive: zipfile.ZipFile, path: Path) -> str:
    """The archive's one top folder, after a look at every member's name, kind and size."""
    members = [info for info in archive.infolist() if not info.is_dir()]
    total = sum(info.file_size for info in members)
    if not 0 < len(members) <= MAX_FILES or total > MAX_BYTES:
        raise EngineError(f"{path} is refused: {len(members)} files with {total} bytes")
    if total > MAX_RATIO * max(1, path.stat().st_size):
        raise EngineError(f"{path} is refused: it unpacks to {total} bytes, like a bomb")
    seen: set[str] = set()
    for info in archive.infolist():
        _check_member(info, path)
        folded = info.filename.rstrip("/").casefold()
        if folded in seen and not info.is_dir():
            raise EngineError(f"{path} is refused: it holds {info.filename!r} twice")
        seen.add(folded)
    roots = {PurePosixPath(info.filename).parts[0] for info in archive.infolist()}
    if len(roots) != 1 or not _ROOT.fullmatch(root := roots.pop()):
        raise EngineError(f"{path} is refused: it does not hold exactly one folder")
    return root


def _check_member(info: zipfile.ZipInfo, path: Path) -> None:
    name = PurePosixPath(info.filename)
    unsafe = name.is_absolute() or ".." in name.parts or any(c in info.filename for c in "\\:\0")
    if unsafe or (len(name.parts) < 2 and not info.is_dir()):
        raise EngineError(f"{path} is refused: unsafe name {info.filename!r}")
    if stat.S_IFMT(info.external_attr >> 16) not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise EngineError(f"{path} is refused: {info.filename!r} is not a plain file")


def _unpack(archive: zipfile.ZipFile, folder: Path) -> None:
    for info in archive.infolist():
        if info.is_dir():
            continue
        target = folder / PurePosixPath(info.filename)
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(info) as source, target.open("xb") as out:
            left = info.file_size
            while chunk := source.read(1 << 20):
                left -= len(chunk)
                if left < 0:
                    raise EngineError(f"{info.filename!r} is larger than the archive says; refused")
                out.write(chunk)


def _proved(folder: Path, path: Path) -> Package:
    """The unpacked package, once its description, tokenizer and model were found good."""
    try:
        metadata = json.loads((folder / "metadata.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise EngineError(f"{path} is refused: no readable metadata.json") from error
    package = described(folder, metadata)
    if package is None:
        raise EngineError(f"{path} is refused: its metadata.json names no language pair")
    if not package.tokenizer.encode("a"):
        raise EngineError(f"{path} is refused: its tokenizer gives nothing")
    import ctranslate2

    try:
        ctranslate2.Translator(str(folder / "model")).unload_model()
    except (RuntimeError, ValueError) as error:
        raise EngineError(f"{path} is refused: its model cannot be loaded: {error}") from error
    return package


def _put_in_place(package: Package, target: Path) -> Package:
    if target.exists():
        old = package.path.parent / "replaced"
        target.rename(old)
    package.path.rename(target)
    return Package(
        target, package.source_lang, package.target_lang, package.version, package.target_prefix
    )

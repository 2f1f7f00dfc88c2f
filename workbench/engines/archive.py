"""Unpacks Argos packages: every archive is distrusted until each of its names, kinds and sizes is known."""

from __future__ import annotations

import os
import re
import shutil
import stat
import struct
import zipfile
import zlib
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from workbench.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BYTES = 2 << 30
MAX_FILES = 2000
MAX_DEPTH = 8
# Model weights hardly compress; text compresses perhaps tenfold.
MAX_RATIO = 200
# The list of members at an archive's end; 2000 of them need less.
MAX_LIST_BYTES = 1 << 20

ROOT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
# Plain letters only: no look-alikes, no direction marks, nothing that two systems read differently.
_NAME = re.compile(r"(?!\.+$)[A-Za-z0-9_.+@()\x20-]{0,99}[A-Za-z0-9_+@()-]")
# What Argos packages consist of.
_FOLDERS = frozenset({"model", "stanza", "minisbd", "spacy"})
_FILES = frozenset({"", ".json", ".md", ".txt", ".model", ".vocab", ".yml", ".yaml"})
# What data never is: programs, and archives within the archive.
_FOREIGN = frozenset(
    {".py", ".pyc", ".pyd", ".pth", ".so", ".dll", ".dylib", ".exe", ".com", ".msi", ".sh", ".bat", ".cmd",
     ".ps1", ".js", ".jar", ".app", ".desktop", ".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar",
     ".whl", ".argosmodel"}
)  # fmt: skip


def refused(path: Path, why: str) -> EngineError:
    """The error for a file that is no sound package."""
    return EngineError(f"{path} is refused: {why}")


@contextmanager
def distrusted(path: Path) -> Iterator[None]:
    """Turn whatever a broken or hostile archive makes Python raise into an EngineError."""
    try:
        yield
    except zipfile.BadZipFile as error:
        raise EngineError(f"{path} is not an Argos package: {error}; download it again") from error
    except (ValueError, RuntimeError, EOFError, OverflowError, zlib.error, struct.error) as error:
        raise refused(path, f"the archive is broken: {error}") from error
    except OSError as error:
        where = f" ({error.filename})" if error.filename not in {None, str(path), path} else ""
        raise EngineError(f"cannot install {path}: {error.strerror or error}{where}") from error


def unpack(path: Path, folder: Path) -> Path:
    """Unpack an archive into an empty folder, and give the one folder that it holds.

    Raises EngineError, or what `distrusted` turns into one.
    """
    _check_list(path)
    with zipfile.ZipFile(path) as archive:
        root = _checked(archive, path)
        total = sum(info.file_size for info in archive.infolist())
        if shutil.disk_usage(folder).free < total + (16 << 20):
            raise EngineError(
                f"cannot install {path}: {folder.parent} has no {total >> 20} MB free"
            )
        for info in archive.infolist():
            if not info.is_dir():
                _write(archive, info, folder / PurePosixPath(info.filename))
    return folder / root


def _check_list(path: Path) -> None:
    """Look at the record at the archive's end before zipfile reads a list of any length into memory."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - (1 << 16) - 42))
        tail = file.read((1 << 16) + 42)
    end = tail.rfind(b"PK\5\6")
    if end < 0:
        raise zipfile.BadZipFile("it is not a zip file")
    # the record for huge archives has its own counts, which would be believed
    if tail[max(0, end - 20) : end].startswith(b"PK\6\7"):
        raise refused(path, "it is an archive for huge files")
    count, length = struct.unpack("<10xHI", tail[end : end + 16])
    if count > MAX_FILES or length > MAX_LIST_BYTES:
        raise refused(path, f"it holds {count} files")


def _checked(archive: zipfile.ZipFile, path: Path) -> str:
    """The archive's one top folder, after a look at every member's name, kind and size."""
    files = [info for info in archive.infolist() if not info.is_dir()]
    total = sum(info.file_size for info in files)
    if not 0 < len(files) <= MAX_FILES or total > MAX_BYTES:
        raise refused(path, f"it holds {len(files)} files with {total} bytes")
    if total > MAX_RATIO * max(1, path.stat().st_size):
        raise refused(path, f"it unpacks to {total} bytes, like a bomb")
    seen: set[str] = set()
    roots: set[str] = set()
    for info in archive.infolist():
        parts = _check_name(info, path)
        _check_kind(info, path)
        folded = "/".join(parts).casefold()
        if folded in seen:
            raise refused(path, f"it holds {info.filename!r} twice")
        seen.add(folded)
        roots.add(parts[0])
    if len(roots) != 1 or not ROOT.fullmatch(root := roots.pop()):
        raise refused(path, "it does not hold exactly one folder")
    return root


def _check_name(info: zipfile.ZipInfo, path: Path) -> tuple[str, ...]:
    """The parts of a member's name.  Raises EngineError if it could lead anywhere else."""
    # zipfile ends a name at NUL; orig_filename is what the archive says
    parts = tuple(info.orig_filename.removesuffix("/").split("/"))
    safe = info.orig_filename == info.filename and len(parts) <= MAX_DEPTH
    if not safe or not all(_NAME.fullmatch(part) for part in parts):
        raise refused(path, f"unsafe name {info.orig_filename!r}")
    if len(parts) < 2 and not info.is_dir():
        raise refused(path, f"it does not hold exactly one folder, but {info.filename!r} too")
    return parts


def _check_kind(info: zipfile.ZipInfo, path: Path) -> None:
    if stat.S_IFMT(info.external_attr >> 16) not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise refused(path, f"{info.filename!r} is not a plain file")
    if info.flag_bits & 0x41:
        raise refused(path, f"{info.filename!r} is encrypted")
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise refused(path, f"{info.filename!r} is packed in an unusual way")
    name = PurePosixPath(info.filename)
    inner = name.parts[1:]
    if len(inner) == 1 and not info.is_dir():
        ours = name.suffix.lower() in _FILES
    else:
        ours = not inner or inner[0] in _FOLDERS
    if not ours or name.suffix.lower() in _FOREIGN:
        raise refused(path, f"{info.filename!r} is no part of an Argos package")


def _write(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(info) as source, target.open("xb") as out:
        left = info.file_size
        while chunk := source.read(1 << 20):
            left -= len(chunk)
            if left < 0:
                raise zipfile.BadZipFile(f"{info.filename!r} is larger than the archive says")
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())  # a package in place is whole, even after a power cut

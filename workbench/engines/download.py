"""Downloads one file, and goes on where a broken download stopped; writes only that file and its label."""

from __future__ import annotations

import re
import shutil
import time
import urllib.error
from typing import TYPE_CHECKING, Any

from workbench.engines import web
from workbench.engines.archive import MAX_BYTES
from workbench.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    # Is told how many bytes are here, and how many there are in all, 0 if that is not known.
    Report = Callable[[int, int], None]

# Seconds without a byte until a connection is given up.
PATIENCE = 30.0
# Tries in a row that bring nothing; what brings bytes does not count.
TRIES = 5
FIRST_PAUSE = 0.5
CHUNK = 1 << 18
SETTING = "ARGOS_PACKAGE_INDEX"


def fetch(url: str, part: Path, report: Report) -> None:
    """Complete the file `part` from a web address.

    Raises EngineError if that cannot be done; what came stays for the next time.
    """
    vain = 0
    while True:
        before = _size(part)
        try:
            _fetch_rest(url, part, report)
        except web.FAILURES as error:
            vain = vain + 1 if _size(part) <= before else 0
            why = web.reason(error)
            final = isinstance(error, urllib.error.HTTPError) and error.code in {401, 403, 404, 410}
            if final or vain >= TRIES:
                raise EngineError(
                    f"cannot download {url}: {why}; run again to go on where it stopped"
                ) from error
            time.sleep(FIRST_PAUSE * 2 ** max(0, vain - 1))
        else:
            return


def forget(part: Path) -> None:
    """Remove a download and its label."""
    part.unlink(missing_ok=True)
    _label(part).unlink(missing_ok=True)


def _fetch_rest(url: str, part: Path, report: Report) -> None:
    wanted = web.request(url, SETTING)
    have = _size(part)
    if have:
        wanted.add_header("Range", f"bytes={have}-")
        if _label(part).exists():  # only if it is still the same file
            wanted.add_header("If-Range", _label(part).read_text("utf-8"))
    try:
        response = web.opened(wanted, PATIENCE)
    except urllib.error.HTTPError as error:
        if have and error.code == 416:
            _check_complete(part, error)
            return
        raise
    with response:
        have = have if response.status == 206 else 0
        if have and not _continues(response, have):
            forget(part)
            raise OSError("the server does not go on where the download stopped")
        if not have:
            _write_label(part, response)
        _copy(response, part, have, report)


def _copy(response: Any, part: Path, have: int, report: Report) -> None:  # noqa: ANN401 - as urllib types it
    length = int(response.headers.get("Content-Length") or 0)
    total = have + length if length > 0 else 0
    _check_space(part, length, total)
    with part.open("ab" if have else "wb") as out:
        report(have, total)
        while chunk := response.read(CHUNK):
            out.write(chunk)
            have += len(chunk)
            report(have, total)
            if have > MAX_BYTES:
                raise EngineError(f"{response.url} is larger than any model; nothing is installed")
    if have < total:
        raise OSError("the connection broke off")


def _check_complete(part: Path, error: urllib.error.HTTPError) -> None:
    """Nothing is left to fetch: unless what is here is no part of the file any more."""
    with error:
        total = re.search(r"/(\d+)$", error.headers.get("Content-Range", ""))
    if total and int(total[1]) != _size(part):
        forget(part)
        raise OSError("the file on the server has changed")


def _continues(response: Any, have: int) -> bool:  # noqa: ANN401 - as urllib types it
    said = response.headers.get("Content-Range", "")
    return bool(re.match(rf"bytes {have}-", said))


def _write_label(part: Path, response: Any) -> None:  # noqa: ANN401 - as urllib types it
    """Note by what the server tells versions of the file apart (RFC 9110, 13.1.5)."""
    tag = response.headers.get("ETag", "")
    label = tag if tag.startswith('"') else response.headers.get("Last-Modified", "")
    _label(part).unlink(missing_ok=True)
    if label and label.isprintable():
        _label(part).write_text(label, "utf-8")


def _label(part: Path) -> Path:
    return part.with_name(f"{part.name}.label")


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _check_space(part: Path, length: int, total: int) -> None:
    free = shutil.disk_usage(part.parent).free
    needed = length + total * 5 // 4  # the rest of the archive, and what it unpacks to
    if free < needed:
        raise EngineError(f"{part.parent} has {free >> 20} MB free, {needed >> 20} MB are needed")

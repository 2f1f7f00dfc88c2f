"""Argos's package index: what can be downloaded, and downloading it."""

from __future__ import annotations

import json
import os
import shutil
import urllib.error
import urllib.request
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.engines.install import install_file
from workbench.engines.packages import Package, described, packages_dir, version_key
from workbench.engines.routes import routes
from workbench.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable

# Seconds for the index to answer; and without a byte, for a download to be given up.
INDEX_PATIENCE = 5.0
DOWNLOAD_PATIENCE = 30.0
TRIES = 5
CHUNK = 1 << 18
MAX_INDEX_BYTES = 32 << 20


@dataclass(frozen=True, slots=True)
class Entry:
    """A package that the index offers; `sha256` is empty where the index gives none."""

    source_lang: str
    target_lang: str
    version: str
    url: str
    sha256: str

    @property
    def name(self) -> str:
        """What to call it."""
        return f"translate-{self.source_lang}_{self.target_lang} {self.version}"


def fetch() -> list[Entry]:
    """The newest package of each pair.  Raises EngineError if the index does not answer in 5 s."""
    answer = _ask(_index_url())
    if isinstance(answer, str):
        raise EngineError(f"Argos's index: does not answer ({answer}); try again when online")
    newest: dict[tuple[str, str], Entry] = {}
    for row in answer:
        if entry := _entry(row):
            pair = entry.source_lang, entry.target_lang
            if pair not in newest or version_key(entry.version) > version_key(newest[pair].version):
                newest[pair] = entry
    return list(newest.values())


@cache
def _ask(url: str) -> list[Any] | str:
    """The index, or why it cannot be had: asked once, so that an absent network is waited for once."""
    try:
        with _open(_request(url), INDEX_PATIENCE) as response:
            listed = json.loads(response.read(MAX_INDEX_BYTES))
    except urllib.error.HTTPError as error:
        error.close()
        return str(error)
    except (OSError, ValueError) as error:
        return str(getattr(error, "reason", error))
    return listed if isinstance(listed, list) else "it is not a list"


def find(source_lang: str, target_lang: str) -> list[Entry]:
    """The packages that a pair needs: one, or two that meet in a pivot language.

    Raises EngineError if the index has no way from one to the other.
    """
    entries = {(entry.source_lang, entry.target_lang): entry for entry in fetch()}
    route = routes(entries).get((source_lang, target_lang))
    if route is None:
        raise EngineError(f"Argos's index: has no package for {source_lang} to {target_lang}")
    return [entries[step] for step in route]


def download(entry: Entry, advance: Callable[[int], None]) -> Package:
    """Download and install a package; `advance` is told how many bytes came.

    A broken download goes on where it stopped.  Raises EngineError if it cannot be completed.
    """
    folder = packages_dir().parent / "downloads"
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{entry.name.replace(' ', '-')}.part"
    error: Exception | None = None
    for _ in range(TRIES):
        try:
            _fetch_rest(entry.url, part, advance)
            break
        except (OSError, ValueError) as failure:
            error = failure
    else:
        raise EngineError(
            f"cannot download {entry.url}: {error}; run again to go on where it stopped"
        ) from error
    try:
        return install_file(part, sha256=entry.sha256 or None)
    finally:
        part.unlink(missing_ok=True)


def _fetch_rest(url: str, part: Path, advance: Callable[[int], None]) -> None:
    have = part.stat().st_size if part.exists() else 0
    request = _request(url)
    if have:
        request.add_header("Range", f"bytes={have}-")
    try:
        response = _open(request, DOWNLOAD_PATIENCE)
    except urllib.error.HTTPError as error:
        error.close()
        if have and error.code == 416:  # nothing is left to fetch
            return
        raise
    with response:
        if response.status != 206:
            have = 0
        length = int(response.headers.get("Content-Length") or 0)
        _check_space(part, length)
        with part.open("ab" if have else "wb") as out:
            while chunk := response.read(CHUNK):
                out.write(chunk)
                advance(len(chunk))
            if length and out.tell() < have + length:
                raise OSError("the connection broke off")


def _check_space(part: Path, length: int) -> None:
    free = shutil.disk_usage(part.parent).free
    if free < 3 * length:  # the archive, and what it unpacks to
        raise EngineError(
            f"{part.parent} has {free >> 20} MB free, {3 * length >> 20} MB are needed"
        )


def _entry(row: Any) -> Entry | None:  # noqa: ANN401 - foreign JSON
    package = described(Path(), row)
    links = row.get("links") if isinstance(row, dict) else None
    if package is None or not isinstance(links, list):
        return None
    url = next(
        (u for u in links if isinstance(u, str) and u.startswith(("https://", "http://"))), ""
    )
    digest = str(row.get("sha256") or "")
    return (
        Entry(package.source_lang, package.target_lang, package.version, url, digest)
        if url
        else None
    )


def _index_url() -> str:
    from argostranslate import settings

    url = os.environ.get("ARGOS_PACKAGE_INDEX") or settings.remote_repo
    return url if url.endswith(".json") else f"{url.rstrip('/')}/index.json"


def _request(url: str) -> urllib.request.Request:
    if not url.startswith(("https://", "http://")):  # never file: or another scheme
        raise EngineError(f"not a web address: {url}; set ARGOS_PACKAGE_INDEX to one")
    return urllib.request.Request(url, headers={"User-Agent": "translation-workbench"})  # noqa: S310 - checked above


def _open(request: urllib.request.Request, patience: float) -> Any:  # noqa: ANN401 - as urllib types it
    return urllib.request.urlopen(request, timeout=patience)  # noqa: S310 - made by _request alone

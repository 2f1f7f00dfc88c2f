"""Argos's package index: what can be downloaded, and downloading it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.engines import download, proof, web
from workbench.engines.install import install_file, locked
from workbench.engines.packages import Package, installed, packages_dir, version_key, versions
from workbench.engines.routes import routes
from workbench.errors import EngineError

if TYPE_CHECKING:
    from workbench.engines.download import Report

# Seconds for the index to answer.
PATIENCE = 5.0
MAX_BYTES = 32 << 20


@dataclass(frozen=True, slots=True)
class Entry:
    """A package that the index offers; `sha256` is empty and `size` 0 where the index gives none."""

    source_lang: str
    target_lang: str
    version: str
    url: str
    sha256: str
    size: int

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
        with web.opened(web.request(url, download.SETTING), PATIENCE) as response:
            listed = json.loads(web.read(response, PATIENCE, MAX_BYTES))
    except (*web.FAILURES, RecursionError) as error:
        return web.reason(error)
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


def get(entry: Entry, report: Report) -> Package:
    """The package of an entry, downloaded and installed unless it is here and works.

    `report` is told how far the download is.  A broken one goes on where it stopped; of several
    processes that want the same package one downloads it.  Raises EngineError if it cannot be had.
    """
    part = packages_dir().parent / "downloads" / f"{entry.name.replace(' ', '-')}.part"
    with locked(part):
        if here := sound(entry):
            download.forget(part)
            return here
        download.fetch(entry.url, part, report)
        try:
            return install_file(
                part, sha256=entry.sha256, pair=(entry.source_lang, entry.target_lang)
            )
        finally:
            download.forget(part)


def sound(entry: Entry) -> Package | None:
    """The installed package of that version, if it works."""
    for package in versions(entry.source_lang, entry.target_lang):
        if package.version == entry.version and not proof.trouble(package.path):
            return package
    return None


def here(source_lang: str, target_lang: str) -> list[Package]:
    """The installed packages that a pair needs, without asking the index; none if one is broken."""
    packages = {(p.source_lang, p.target_lang): p for p in installed()}
    route = routes(packages).get((source_lang, target_lang)) or ()
    found = [packages[step] for step in route]
    return [] if any(proof.trouble(package.path) for package in found) else found


def _entry(row: Any) -> Entry | None:  # noqa: ANN401 - foreign JSON
    package = Package.described(Path(), row) if isinstance(row, dict) else None
    links = row.get("links") if package else None
    if package is None or not isinstance(links, list):
        return None
    url = next((u for u in links if isinstance(u, str) and _is_address(u)), "")
    digest, size = row.get("sha256"), row.get("size")
    return (
        Entry(
            package.source_lang,
            package.target_lang,
            package.version,
            url,
            digest if isinstance(digest, str) else "",
            size if isinstance(size, int) and size > 0 else 0,
        )
        if url
        else None
    )


def _is_address(url: str) -> bool:
    return url.startswith(("https://", "http://")) and url.isprintable() and " " not in url


def _index_url() -> str:
    from argostranslate import settings

    url = os.environ.get("ARGOS_PACKAGE_INDEX") or settings.remote_repo
    return url if url.endswith(".json") else f"{url.rstrip('/')}/index.json"

"""What each engine can translate here and why it cannot, and the models there are: rows for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench import registry
from workbench.engines import folders, index
from workbench.engines.packages import installed, version_key
from workbench.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from workbench.engines.folders import Folder
    from workbench.engines.index import Entry
    from workbench.engines.packages import Package
    from workbench.model import Engine

# The tag for what is in several languages (ISO 639-2).
SEVERAL = "mul"


def overview(
    source_lang: str, target_langs: Sequence[str], *, ask_index: bool = False
) -> list[dict[str, Any]]:
    """One row for each target language and engine: whether it works, and if not, why.

    Without target languages, one for each that an engine reaches, and one, with Spanish for an
    example, for each engine that reaches none.
    """
    members = list(registry.engines().values())
    if not target_langs:
        return [row for engine in members for row in _all_of(engine, source_lang)]
    rows = []
    for target_lang in target_langs:
        pair = source_lang, target_lang
        rows += [_row(pair, engine, _why_not(engine, *pair)) for engine in members]
        if ask_index:
            rows.append(_row(pair, None, _why_not_index(*pair)))
    return rows


def models(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Installed packages, model folders, and what of the index is not here; a row each.

    `status` is installed, update (a newer version is in the index), broken or available.
    """
    here = installed()
    newest = {(entry.source_lang, entry.target_lang): entry for entry in entries}
    rows = [_package_row(p, newest.pop((p.source_lang, p.target_lang), None)) for p in here]
    rows += [_folder_row(folder) for folder in folders.found()]
    rows += [
        _model("argos", entry.source_lang, entry.target_lang, entry.version)
        | {"status": "available", "bytes": entry.size or None, "where": entry.url}
        for entry in sorted(newest.values(), key=lambda entry: entry.name)
    ]
    return rows


def outdated(entries: Sequence[Entry]) -> list[tuple[Package, Entry]]:
    """Installed packages with the newer ones that the index has."""
    newest = {(entry.source_lang, entry.target_lang): entry for entry in entries}
    found = [(p, newest.get((p.source_lang, p.target_lang))) for p in installed()]
    return [(package, entry) for package, entry in found if entry and _is_newer(entry, package)]


def _all_of(engine: Engine, source_lang: str) -> list[dict[str, Any]]:
    reached = sorted({target for source, target in engine.pairs() if source == source_lang})
    if reached:
        return [_row((source_lang, target), engine, "") for target in reached]
    example = source_lang, "es" if source_lang != "es" else "en"
    return [_row(example, engine, engine.why_not(*example))]


def _why_not(engine: Engine, source_lang: str, target_lang: str) -> str:
    if (source_lang, target_lang) in set(engine.pairs()):
        return ""
    return engine.why_not(source_lang, target_lang)


def _why_not_index(source_lang: str, target_lang: str) -> str:
    try:
        index.find(source_lang, target_lang)
    except EngineError as error:
        return str(error)
    return ""


def _row(pair: tuple[str, str], engine: Engine | None, why_not: str) -> dict[str, Any]:
    return {
        "source_lang": pair[0],
        "target_lang": pair[1],
        "engine": engine.name if engine else "Argos's index",
        "works": not why_not,
        "automatic": engine.automatic if engine else True,
        "why_not": why_not,
    }


def _package_row(package: Package, entry: Entry | None) -> dict[str, Any]:
    newer = entry.version if entry and _is_newer(entry, package) else ""
    return _model("argos", package.source_lang, package.target_lang, package.version) | {
        "status": "update" if newer else "installed",
        "newest": newer or package.version,
        "bytes": _size(package.path),
        "where": str(package.path),
    }


def _folder_row(folder: Folder) -> dict[str, Any]:
    source, target = (
        next(iter(langs)) if len(langs) == 1 else SEVERAL if langs else ""
        for langs in (folder.sources, folder.targets)
    )
    return _model("ctranslate2", source, target, "") | {
        "status": "broken" if folder.problem else "installed",
        "bytes": _size(folder.path),
        "where": str(folder.path),
        "problem": folder.problem,
    }


def _model(engine: str, source_lang: str, target_lang: str, version: str) -> dict[str, Any]:
    return {
        "engine": engine,
        "source_lang": source_lang,
        "target_lang": target_lang,
        "version": version,
        "newest": version,
        "problem": "",
    }


def _is_newer(entry: Entry, package: Package) -> bool:
    return version_key(entry.version) > version_key(package.version)


def _size(path: Path) -> int:
    """Bytes on disk."""
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())

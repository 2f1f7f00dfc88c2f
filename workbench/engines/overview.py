"""What each engine can translate here and why it cannot, and the models there are: rows for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench import registry
from workbench.engines import index
from workbench.engines.packages import installed
from workbench.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Sequence


def overview(
    source_lang: str, target_langs: Sequence[str], *, ask_index: bool = False
) -> list[dict[str, Any]]:
    """One row for each target language and engine: whether it works, and if not, why.

    Without target languages, those that some engine reaches.
    """
    members = [engine for engine in registry.engines().values() if engine.automatic]
    pairs = {engine.name: set(engine.pairs()) for engine in members}
    reached = {
        target for found in pairs.values() for source, target in found if source == source_lang
    }
    rows = []
    for target_lang in target_langs or sorted(reached):
        pair = source_lang, target_lang
        for engine in members:
            why_not = "" if pair in pairs[engine.name] else engine.why_not(*pair)
            rows.append(_row(pair, engine.name, why_not))
        if ask_index:
            rows.append(_row(pair, "Argos's index", _why_not_index(*pair)))
    return rows


def models(*, offline: bool = False) -> list[dict[str, Any]]:
    """Installed Argos packages, and unless offline those that the index offers and are not here."""
    here = installed()
    rows = [_model(p.source_lang, p.target_lang, p.version, str(p.path)) for p in here]
    if not offline:
        have = {(p.source_lang, p.target_lang, p.version) for p in here}
        rows += [
            _model(e.source_lang, e.target_lang, e.version, e.url)
            for e in index.fetch()
            if (e.source_lang, e.target_lang, e.version) not in have
        ]
    return rows


def _row(pair: tuple[str, str], engine: str, why_not: str) -> dict[str, Any]:
    return {
        "source_lang": pair[0],
        "target_lang": pair[1],
        "engine": engine,
        "works": not why_not,
        "why_not": why_not,
    }


def _model(source_lang: str, target_lang: str, version: str, where: str) -> dict[str, Any]:
    return {
        "source_lang": source_lang,
        "target_lang": target_lang,
        "version": version,
        "installed": not where.startswith("http"),
        "where": where,
    }


def _why_not_index(source_lang: str, target_lang: str) -> str:
    try:
        index.find(source_lang, target_lang)
    except EngineError as error:
        return str(error)
    return ""

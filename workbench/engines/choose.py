"""Chooses an engine for a language pair: the first that works, each step said in one line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from workbench import registry
from workbench.engines import index
from workbench.engines.install import install_file
from workbench.engines.packages import packages_dir
from workbench.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from workbench.model import Engine, Translator

    Say = Callable[[str], None]
    Way = Callable[[], Translator]

# Packages that a distribution of the workbench may carry.
BUNDLED = Path(__file__).parent / "bundled"


def first_that_works(
    source_lang: str, target_lang: str, *, say: Say, offline: bool = False
) -> Translator:
    """The first of: installed Argos packages, a bundled one, Argos's index, Apertium, plugins.

    Raises EngineError that names every way and why it did not work.
    """
    reasons: list[str] = []
    for way in _ways((source_lang, target_lang), say, offline):
        try:
            translator = way()
        except EngineError as error:
            reasons.append(f"  - {error}")
            say(f"{source_lang} to {target_lang}: {error}")
            continue
        say(f"{source_lang} to {target_lang}: {translator.origin}")
        return translator
    listed = "\n".join(reasons)
    raise EngineError(f"no engine translates {source_lang} to {target_lang} here:\n{listed}")


def _ways(pair: tuple[str, str], say: Say, offline: bool) -> Iterator[Way]:
    engines = {e.name: e for e in registry.engines().values() if e.automatic}
    argos = engines.pop("argos")
    yield lambda: _installed(argos, pair)
    yield lambda: _bundled(argos, pair, say)
    yield lambda: _from_index(argos, pair, say, offline)
    for engine in engines.values():
        yield lambda engine=engine: engine.load(*pair)  # type: ignore[misc]  # mypy sees no default


def _installed(argos: Engine, pair: tuple[str, str]) -> Translator:
    if pair not in set(argos.pairs()):
        raise EngineError(
            f"installed Argos packages: none for {pair[0]} to {pair[1]} in {packages_dir()};"
            " install a file with: workbench models install FILE.argosmodel"
        )
    return argos.load(*pair)


def _bundled(argos: Engine, pair: tuple[str, str], say: Say) -> Translator:
    files = sorted(BUNDLED.glob(f"translate-{pair[0]}_{pair[1]}*.argosmodel"))
    if not files:
        raise EngineError(f"bundled models: none for {pair[0]} to {pair[1]} in this version")
    say(f"{pair[0]} to {pair[1]}: installing the bundled model {files[-1].name}")
    install_file(files[-1])
    return argos.load(*pair)


def _from_index(argos: Engine, pair: tuple[str, str], say: Say, offline: bool) -> Translator:
    if offline:
        raise EngineError("Argos's index: not asked, because of --offline")
    for entry in index.find(*pair):
        say(f"{pair[0]} to {pair[1]}: downloading {entry.name} from {entry.url}")
        index.download(entry, lambda _bytes: None)
    return argos.load(*pair)

"""Chooses an engine for a language pair: the first that works, each step said in one line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from workbench import registry
from workbench.engines import index
from workbench.engines.install import install_file
from workbench.engines.packages import packages_dir
from workbench.errors import EngineError, WorkbenchError
from workbench.model import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from workbench.model import Engine, Translator

    Say = Callable[[str], None]
    Way = Callable[[], Translator]

# Packages that a distribution of the workbench may carry.
BUNDLED = Path(__file__).parent / "bundled"
# What a translator must have; those that inherit from Translator have all but the first two.
_PARTS = ("origin", "signature", "concurrent", "n_best", "partial", "verbatim", "notice", "translate",
          "close")  # fmt: skip


def first_that_works(
    source_lang: str,
    target_lang: str,
    settings: Settings = Settings(),
    *,
    say: Say,
    offline: bool = False,
) -> Translator:
    """The first of: installed Argos packages, model folders, a bundled package, Argos's index,
    Apertium, plugins.

    Raises EngineError that names every way and why it did not work.
    """
    reasons: list[str] = []
    for way in _ways((source_lang, target_lang), settings, say, offline):
        try:
            translator = way()
        except EngineError as error:
            reasons.append(f"  - {error}")
            say(f"{source_lang} to {target_lang}: {error}")
            continue
        say(f"{source_lang} to {target_lang}: {translator.origin}")
        if translator.notice:
            say(translator.notice)
        return translator
    listed = "\n".join(reasons)
    raise EngineError(f"no engine translates {source_lang} to {target_lang} here:\n{listed}")


def ready(engine: Engine, pair: tuple[str, str], settings: Settings) -> Translator:
    """Load an engine for a pair.  Raises EngineError that names it, whatever a plugin did wrong."""
    try:
        translator = engine.load(*pair, settings)
    except WorkbenchError:
        raise
    except Exception as error:
        raise EngineError(
            f"the engine {engine.name} cannot be used ({type(error).__name__}: {error});"
            " tell its author, and choose another with --engine"
        ) from error
    if missing := [name for name in _PARTS if not hasattr(translator, name)]:
        raise EngineError(
            f"the engine {engine.name} cannot be used (its translator has no {', '.join(missing)});"
            " its author should inherit from workbench.model.Translator"
        )
    return translator


def others(
    first: Translator, source_lang: str, target_lang: str, settings: Settings, *, say: Say
) -> list[Callable[[], Translator | None]]:
    """Ways to load what else is installed for a pair, for texts on which the first engine fails."""

    def loader(engine: Engine) -> Callable[[], Translator | None]:
        def load() -> Translator | None:
            try:
                return ready(engine, (source_lang, target_lang), settings)
            except EngineError as error:
                say(f"{source_lang} to {target_lang}: {error}")
                return None

        return load

    return [
        loader(engine)
        for engine in registry.engines().values()
        if engine.automatic
        and not first.origin.startswith(engine.name)
        and has(engine, source_lang, target_lang)
    ]


def has(engine: Engine, source_lang: str, target_lang: str) -> bool:
    """Whether an engine can translate a pair, or a near variant of it, on this machine now."""
    pair = source_lang, target_lang
    return pair in set(engine.pairs()) or not engine.why_not(*pair)


def _ways(pair: tuple[str, str], settings: Settings, say: Say, offline: bool) -> Iterator[Way]:
    engines = {e.name: e for e in registry.engines().values() if e.automatic}
    argos = engines.pop("argos")
    folders = engines.pop("ctranslate2")
    yield lambda: _installed(argos, pair, settings)
    yield lambda: ready(folders, pair, settings)
    yield lambda: _bundled(argos, pair, settings, say)
    yield lambda: _from_index(argos, pair, settings, None if offline else say)
    for engine in engines.values():
        yield lambda engine=engine: ready(engine, pair, settings)  # type: ignore[misc]  # mypy sees no default
    if pair not in set(argos.pairs()) and has(argos, *pair):  # a long way is better than none
        yield lambda: ready(argos, pair, settings)


def _installed(argos: Engine, pair: tuple[str, str], settings: Settings) -> Translator:
    if pair not in set(argos.pairs()):
        raise EngineError(
            f"installed Argos packages: none for {pair[0]} to {pair[1]} in {packages_dir()};"
            " install a file with: workbench models install FILE.argosmodel"
        )
    return ready(argos, pair, settings)


def _bundled(argos: Engine, pair: tuple[str, str], settings: Settings, say: Say) -> Translator:
    files = sorted(BUNDLED.glob(f"translate-{pair[0]}_{pair[1]}*.argosmodel"))
    if not files:
        raise EngineError(f"bundled models: none for {pair[0]} to {pair[1]} in this version")
    say(f"{pair[0]} to {pair[1]}: installing the bundled model {files[-1].name}")
    install_file(files[-1])
    return ready(argos, pair, settings)


def _from_index(
    argos: Engine, pair: tuple[str, str], settings: Settings, say: Say | None
) -> Translator:
    if say is None:
        raise EngineError("Argos's index: not asked, because of --offline")
    for entry in index.find(*pair):
        say(f"{pair[0]} to {pair[1]}: downloading {entry.name} from {entry.url}")
        index.get(entry, lambda _here, _total: None)
    return ready(argos, pair, settings)

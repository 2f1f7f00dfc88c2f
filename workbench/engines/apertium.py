"""The engine `apertium`: rule-based translation by the distribution's packages, mode after mode."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from workbench import lang
from workbench.engines.pipeline import Pipeline
from workbench.engines.routes import Route, good, routes
from workbench.errors import EngineError, InputError
from workbench.model import Draft, Hypothesis, Settings, Translator

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MODES = Path("/usr/share/apertium/modes")


class Apertium:
    """The engine `apertium`."""

    name = "apertium"
    automatic = True

    def pairs(self) -> Iterable[tuple[str, str]]:
        """Pairs with an installed mode, or a chain of two; longer ones are taken if asked for."""
        return good(self._routes())

    def why_not(self, source_lang: str, target_lang: str) -> str:
        """The packages that are missing; nothing if there is a way through several languages."""
        if (source_lang, target_lang) in self._routes():
            return ""
        if shutil.which("apertium") is None:
            return f"not installed; type: {install_line(source_lang, target_lang)}"
        return (
            f"no installed pair leads from {source_lang} to {target_lang};"
            f" if the distribution has it, type: {install_line(source_lang, target_lang)}"
        )

    def load(
        self, source_lang: str, target_lang: str, _settings: Settings = Settings()
    ) -> ApertiumTranslator:
        """Find the modes that lead from one language to the other."""
        route = self._routes().get((source_lang, target_lang))
        if route is None:
            raise EngineError(f"apertium: {self.why_not(source_lang, target_lang)}")
        found = modes()
        return ApertiumTranslator([found[step] for step in route])

    def _routes(self) -> dict[tuple[str, str], Route]:
        return routes(modes()) if shutil.which("apertium") else {}


def install_line(source_lang: str, target_lang: str) -> str:
    """What to type on Debian or Ubuntu to have a pair."""
    packages = {
        ("en", "es"): "apertium-eng-spa",
        ("en", "fr"): "apertium-eng-spa apertium-fr-es",
        ("en", "pt"): "apertium-eng-spa apertium-es-pt",
        ("en", "pt-BR"): "apertium-eng-spa apertium-es-pt",
        ("en", "it"): "apertium-eng-spa apertium-spa-ita",
        ("en", "ca"): "apertium-eng-cat",
        ("en", "gl"): "apertium-en-gl",
    }
    pair = packages.get((source_lang, target_lang), f"apertium-{source_lang}-{target_lang}")
    return f"sudo apt-get install apertium {pair}"


def modes() -> dict[tuple[str, str], Path]:
    """The installed modes by language pair: `eng-spa.mode` is (en, es)."""
    found: dict[tuple[str, str], Path] = {}
    for path in sorted(MODES.glob("*.mode")):
        parts = path.stem.split("-")
        if len(parts) == 2 and (pair := _pair(*parts)):
            found.setdefault(pair, path)
    return found


@cache
def _pair(source: str, target: str) -> tuple[str, str] | None:
    try:
        return lang.standard_tag(source), lang.standard_tag(target)
    except InputError:
        return None


class ApertiumTranslator(Translator):
    """The modes of one language pair, one after the other."""

    concurrent = True  # each pipeline answers one caller at a time

    def __init__(self, chain: Sequence[Path]) -> None:
        self._pipelines = [Pipeline(path) for path in chain]
        names = [path.stem for path in chain]
        pairs = [_pair(*name.split("-")) for name in names[:-1]]
        self._pivots = [pair[1] if pair else "" for pair in pairs]
        self.origin = f"apertium {' '.join(names)}"
        self.signature = f"engine:apertium|modes:{'+'.join(names)}|version:{_version()}"

    def translate(self, texts: Sequence[str], hypotheses: int = 1) -> list[Draft]:  # noqa: ARG002 - it has one
        """Translate segments; line breaks inside a segment stay where they are."""
        drafts = [Draft((Hypothesis(text),)) for text in texts]
        for number, pipeline in enumerate(self._pipelines):
            live = [i for i, draft in enumerate(drafts) if draft.hypotheses]
            given = [drafts[i].hypotheses[0].text for i in live]
            for i, text, result in zip(live, given, _by_lines(pipeline, given), strict=True):
                pivot = ((self._pivots[number - 1], text),) if number else ()
                drafts[i] = Draft(result.hypotheses, result.error, drafts[i].pivots + pivot)
        return drafts

    def close(self) -> None:
        """End the processes."""
        for pipeline in self._pipelines:
            pipeline.close()


def _by_lines(pipeline: Pipeline, texts: Sequence[str]) -> list[Draft]:
    lines = [line for text in texts for line in text.split("\n")]
    answers = iter(pipeline.translate([line for line in lines if line.strip()]))
    results = [next(answers) if line.strip() else line for line in lines]
    drafts = []
    start = 0
    for text in texts:
        end = start + text.count("\n") + 1
        drafts.append(_joined(results[start:end]))
        start = end
    return drafts


def _joined(lines: Sequence[str | None]) -> Draft:
    kept = [line for line in lines if line is not None]
    if len(kept) < len(lines):
        return Draft(error="apertium gave no answer to this segment")
    return Draft((Hypothesis("\n".join(kept)),))


@cache
def _version() -> str:
    result = subprocess.run(["apertium", "-V"], capture_output=True, text=True, check=False)  # noqa: S607 - from PATH
    numbers = re.search(r"[\d.]+", result.stdout + result.stderr)
    return numbers[0] if numbers else "unknown"

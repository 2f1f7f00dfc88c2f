"""Argos packages run through CTranslate2 on our own segments, without argostranslate's heavy parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.engines.neural import Form, Model, version
from workbench.engines.packages import Package, installed
from workbench.engines.routes import Route, routes
from workbench.errors import EngineError
from workbench.model import Draft, Hypothesis, Settings, Translator

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Argos:
    """The engine `argos`."""

    name = "argos"
    automatic = True

    def pairs(self) -> Iterable[tuple[str, str]]:
        """Pairs with an installed package, or two that meet in a pivot language."""
        return sorted(self._routes())

    def why_not(self, source_lang: str, target_lang: str) -> str:
        """How to get the package."""
        return (
            f"no package for {source_lang} to {target_lang} is installed;"
            f" type: workbench models install {target_lang} --from {source_lang}"
        )

    def load(
        self, source_lang: str, target_lang: str, settings: Settings = Settings()
    ) -> ArgosTranslator:
        """Load the models of a pair."""
        route = self._routes().get((source_lang, target_lang))
        if route is None:
            raise EngineError(f"argos: {self.why_not(source_lang, target_lang)}")
        packages = {(p.source_lang, p.target_lang): p for p in installed()}
        return ArgosTranslator([packages[step] for step in route], settings)

    def _routes(self) -> dict[tuple[str, str], Route]:
        return routes((p.source_lang, p.target_lang) for p in installed())


class ArgosTranslator(Translator):
    """The models of one language pair, one after the other."""

    concurrent = True
    n_best = 8

    def __init__(self, chain: Sequence[Package], settings: Settings) -> None:
        self._models = [_model(package, settings) for package in chain]
        self._pivot = chain[0].target_lang if len(chain) > 1 else ""
        names = [package.name for package in chain]
        self.origin = f"argos {' + '.join(names)}"
        self.signature = (
            f"engine:argos|models:{'+'.join(names)}|beam:{settings.beam}|version:{version()}"
        )

    def translate(self, texts: Sequence[str], hypotheses: int = 1) -> list[Draft]:
        """Translate segments; a pivot gives its best hypothesis to the next model."""
        drafts = [Draft((Hypothesis(text),)) for text in texts]
        for number, model in enumerate(self._models):
            last = number == len(self._models) - 1
            live = [i for i, draft in enumerate(drafts) if draft.hypotheses]
            given = [drafts[i].hypotheses[0].text for i in live]
            results = model.translate(given, hypotheses if last else 1)
            for i, text, result in zip(live, given, results, strict=True):
                pivot = (self._pivot, text) if number else None
                drafts[i] = Draft(result.hypotheses, result.error, pivot)
        return drafts

    def close(self) -> None:
        """Release the models' memory."""
        for model in self._models:
            model.close()


class ArgosTokenizer:
    """Argos's own tokenizer of a package, but for its decoding, which turns underscores into spaces."""

    def __init__(self, package: Package) -> None:
        self._own = package.tokenizer

    def encode(self, text: str) -> list[str]:
        """The tokens of a text."""
        tokens: list[str] = self._own.encode(text)
        return tokens

    def decode(self, tokens: Sequence[str]) -> str:
        """The text of tokens."""
        if hasattr(self._own, "lazy_processor"):
            pieces: str = self._own.lazy_processor().decode_pieces(list(tokens))
            return pieces.replace("\u2581", " ")
        text: str = self._own.decode(list(tokens))
        return text


def _model(package: Package, settings: Settings) -> Model:
    form = Form(target_prefix=(package.target_prefix,) if package.target_prefix else ())
    return Model(package.path / "model", ArgosTokenizer(package), form, settings)

"""Argos packages run through CTranslate2 on our own segments, without argostranslate's heavy parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.engines.chain import Chain
from workbench.engines.neural import Form, Model, version
from workbench.engines.packages import Package, installed
from workbench.engines.routes import Route, good, routes
from workbench.errors import EngineError
from workbench.model import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Argos:
    """The engine `argos`."""

    name = "argos"
    automatic = True

    def pairs(self) -> Iterable[tuple[str, str]]:
        """Pairs with an installed package, or two that meet in a pivot language.

        Longer ways are taken where they are asked for, or nothing else leads there.
        """
        return good(self._routes())

    def why_not(self, source_lang: str, target_lang: str) -> str:
        """How to get the package; nothing if there is a way through several languages."""
        if (source_lang, target_lang) in self._routes():
            return ""
        return (
            f"no package for {source_lang} to {target_lang} is installed;"
            f" type: workbench models install {target_lang} --from {source_lang}"
        )

    def load(self, source_lang: str, target_lang: str, settings: Settings = Settings()) -> Chain:
        """Load the models of a pair."""
        route = self._routes().get((source_lang, target_lang))
        if route is None:
            raise EngineError(f"argos: {self.why_not(source_lang, target_lang)}")
        packages = {(p.source_lang, p.target_lang): p for p in installed()}
        chain = [packages[step] for step in route]
        names = "+".join(package.name for package in chain)
        return Chain(
            [_model(package, settings) for package in chain],
            [package.target_lang for package in chain[:-1]],
            origin=f"argos {names.replace('+', ' + ')}",
            signature=f"engine:argos|models:{names}|{settings.signature}|version:{version()}",
        )

    def _routes(self) -> dict[tuple[str, str], Route]:
        return routes((p.source_lang, p.target_lang) for p in installed())


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

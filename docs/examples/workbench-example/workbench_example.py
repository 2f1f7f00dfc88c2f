"""A plugin for the translation workbench: an engine, a document format and a check."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from workbench.errors import EngineError
from workbench.model import Block, Draft, Finding, Hypothesis, Settings, Translator
from workbench.registry import hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from workbench.model import Check, Engine, Reader, Unit

WORDS = {"the": "la", "a": "", "lamp": "lampo", "sea": "maro", "is": "estas", "good": "bona"}


class WordList:
    """The engine `wordlist`: English to Esperanto, word by word."""

    name = "wordlist"
    automatic = False  # only used when it is asked for

    def pairs(self) -> Iterable[tuple[str, str]]:
        """What it translates."""
        return [("en", "eo")]

    def why_not(self, source_lang: str, target_lang: str) -> str:
        """Why another pair is not there."""
        return f"it knows English and Esperanto only, not {source_lang} to {target_lang}"

    def load(
        self, source_lang: str, target_lang: str, _settings: Settings = Settings()
    ) -> WordListTranslator:
        """Make it ready for a pair."""
        if (source_lang, target_lang) not in self.pairs():
            raise EngineError(f"wordlist: {self.why_not(source_lang, target_lang)}")
        return WordListTranslator()


class WordListTranslator(Translator):
    """The engine at work."""

    origin = "wordlist 1.0"
    signature = "engine:wordlist|version:1.0"
    concurrent = True

    def translate(self, texts: Sequence[str], _hypotheses: int = 1) -> list[Draft]:
        """A draft for each text, in order; a text that fails gets an error of its own."""
        return [self._draft(text) for text in texts]

    def _draft(self, text: str) -> Draft:
        words = re.findall(r"\w+", text)
        unknown = [word for word in words if word.lower() not in WORDS]
        if unknown:
            return Draft(error=f"not in the word list: {', '.join(unknown)}")
        translated = re.sub(r"\w+ ?", lambda match: _word(match[0]), text)
        return Draft((Hypothesis(translated),))


class FortuneReader:
    """The format `fortune`: quotations with a line `%` between them."""

    name = "fortune"
    extensions: tuple[str, ...] = (".fortune",)

    def blocks(self, text: str) -> Iterator[Block]:
        """A paragraph for each quotation; its pieces are its lines."""
        pieces: list[tuple[int, int]] = []
        for line in re.finditer(r"[^\n]+", text):
            if line[0] != "%":
                pieces.append(line.span())
            elif pieces:
                yield Block("paragraph", tuple(pieces))
                pieces = []
        if pieces:
            yield Block("paragraph", tuple(pieces))


class Shouting:
    """The check `shouting`: a target in capitals for a source that is not."""

    name = "shouting"

    def findings(self, unit: Unit) -> Iterable[Finding]:
        """One finding, or none."""
        if unit.target.isupper() and not unit.source.isupper():
            yield Finding(self.name, "warning", "the target is in capitals")


@hookimpl
def workbench_engines() -> Iterable[Engine]:
    """The plugin's engines."""
    return [WordList()]


@hookimpl
def workbench_readers() -> Iterable[Reader]:
    """The plugin's document formats."""
    return [FortuneReader()]


@hookimpl
def workbench_checks() -> Iterable[Check]:
    """The plugin's checks."""
    return [Shouting()]


def _word(source: str) -> str:
    """A word and its space in Esperanto."""
    target = WORDS[source.strip().lower()]
    if not target:
        return ""
    return source.replace(source.strip(), target.title() if source.istitle() else target)

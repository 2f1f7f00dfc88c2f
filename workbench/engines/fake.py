"""A translator that only marks words, for tests and documentation; never chosen by itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from workbench.model import Draft, Hypothesis, Settings, Translator

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# A segment that holds this gets an error in place of a draft.
FAIL = "FAKE-FAIL"


class Fake:
    """The engine `fake`."""

    name = "fake"
    automatic = False

    def pairs(self) -> Iterable[tuple[str, str]]:
        """None: it must be asked for by name, and then takes any pair."""
        return ()

    def why_not(self, source_lang: str, target_lang: str) -> str:
        """How to use it."""
        return f"translates nothing really; ask for it with --engine fake ({source_lang} to {target_lang})"

    def load(
        self, source_lang: str, target_lang: str, _settings: Settings = Settings()
    ) -> FakeTranslator:
        """Make a translator for any pair."""
        return FakeTranslator(source_lang, target_lang)


class FakeTranslator(Translator):
    """Marks each word with the target language: `Good·es day·es.` for `Good day.`."""

    concurrent = True
    n_best = 8

    def __init__(self, source_lang: str, target_lang: str) -> None:
        self.origin = f"fake {source_lang} {target_lang}"
        self.signature = f"engine:fake|source:{source_lang}|target:{target_lang}"
        self._mark = f"·{target_lang}"

    def translate(self, texts: Sequence[str], hypotheses: int = 1) -> list[Draft]:
        """Mark the words of each text; the n-th hypothesis marks them n times."""
        return [self._draft(text, hypotheses) for text in texts]

    def _draft(self, text: str, hypotheses: int) -> Draft:
        if FAIL in text:
            return Draft(error=f"the text holds {FAIL}")
        return Draft(
            tuple(
                Hypothesis(re.sub(r"(?<=\w)\b", self._mark * n, text), -float(n))
                for n in range(1, hypotheses + 1)
            )
        )

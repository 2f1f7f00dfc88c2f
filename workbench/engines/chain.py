"""Models one after the other, where none has the language pair itself: each gives the next its best."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.model import Draft, Hypothesis, Translator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.engines.neural import Model


class Chain(Translator):
    """The models of one language pair; `pivot` is the language between two of them."""

    concurrent = True
    n_best = 8

    def __init__(self, models: Sequence[Model], pivot: str, *, origin: str, signature: str) -> None:
        self._models = models
        self._pivot = pivot
        self.origin = origin
        self.signature = signature

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

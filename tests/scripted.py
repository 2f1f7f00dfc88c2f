"""An engine that answers as a test tells it, and remembers what it was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.model import Draft, Hypothesis, Translator

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Scripted(Translator):
    """Gives for each text what a function gives: a text, several, or a draft."""

    def __init__(
        self,
        answer: Callable[[str], str | list[str] | Draft],
        *,
        name: str = "scripted",
        n_best: int = 1,
    ) -> None:
        self.origin = name
        self.signature = f"engine:{name}"
        self.n_best = n_best
        self._answer = answer
        self.asked: list[str] = []
        self.hypotheses: list[int] = []
        self.sizes: list[int] = []

    def translate(self, texts: Sequence[str], hypotheses: int = 1) -> list[Draft]:
        """One draft for each text."""
        self.asked += texts
        self.sizes.append(len(texts))
        self.hypotheses.append(hypotheses)
        return [self._draft(text, hypotheses) for text in texts]

    def _draft(self, text: str, hypotheses: int) -> Draft:
        answer = self._answer(text)
        if isinstance(answer, Draft):
            return answer
        texts = [answer] if isinstance(answer, str) else answer
        scored = [Hypothesis(each, -0.1 * n) for n, each in enumerate(texts, 1)]
        return Draft(tuple(scored[:hypotheses]))

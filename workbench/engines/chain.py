"""Models one after the other, where none has the language pair itself: each gives the next its best."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING

from workbench.model import Draft, Hypothesis, Translator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.engines.neural import Model

# Characters of texts whose first step is remembered: a long book, and 20 MB at most.
REMEMBERED = 4_000_000


class Steps:
    """What models made of texts before: a pivot's text is made once for all languages behind it."""

    def __init__(self, room: int = REMEMBERED) -> None:
        self._known: OrderedDict[tuple[str, str], Draft] = OrderedDict()
        self._room = room
        self._lock = Lock()

    def translate(self, model: Model, texts: Sequence[str]) -> list[Draft]:
        """The best draft of each text, computed where it is not known."""
        keys = [(model.identity, text) for text in texts]
        with self._lock:
            known = {key: self._known[key] for key in keys if key in self._known}
        missing = [key for key in dict.fromkeys(keys) if key not in known]
        made = model.translate([text for _, text in missing], 1)
        self._remember(
            {k: draft for k, draft in zip(missing, made, strict=True) if not draft.error}
        )
        known |= zip(missing, made, strict=True)
        return [known[key] for key in keys]

    def _remember(self, drafts: dict[tuple[str, str], Draft]) -> None:
        with self._lock:
            for key, draft in drafts.items():
                if key not in self._known:
                    self._known[key] = draft
                    self._room -= len(key[1])
            while self._room < 0 and self._known:
                (_, text), _ = self._known.popitem(last=False)
                self._room += len(text)


STEPS = Steps()


class Chain(Translator):
    """The models of one language pair; `pivots` are the languages between them."""

    concurrent = True
    n_best = 8

    def __init__(
        self, models: Sequence[Model], pivots: Sequence[str], *, origin: str, signature: str
    ) -> None:
        self._models = models
        self._pivots = pivots
        self.origin = origin
        self.signature = signature

    def translate(self, texts: Sequence[str], hypotheses: int = 1) -> list[Draft]:
        """Translate segments; a pivot gives its best hypothesis to the next model."""
        drafts = [Draft((Hypothesis(text),)) for text in texts]
        for number, model in enumerate(self._models):
            last = number == len(self._models) - 1
            live = [i for i, draft in enumerate(drafts) if draft.hypotheses]
            given = [drafts[i].hypotheses[0].text for i in live]
            count = hypotheses if last else 1
            # also a pair's only step: it may be the first of the next language; what a model looked at is
            # too much to remember
            shared = number == 0 and count == 1 and not model.attention
            results = STEPS.translate(model, given) if shared else model.translate(given, count)
            for i, text, result in zip(live, given, results, strict=True):
                pivot = ((self._pivots[number - 1], text),) if number else ()
                drafts[i] = Draft(result.hypotheses, result.error, drafts[i].pivots + pivot)
        return drafts

    def close(self) -> None:
        """Release the models' memory."""
        for model in self._models:
            model.close()

"""The step that looks into what people approved before: the memory, tried before every engine."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from workbench import store
from workbench.model import Draft, Hypothesis, Translator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.store import Database

# Sources less alike than this have translations that do not help (TMX tools' usual threshold).
LEAST_SIMILAR = 0.75


class Memory(Translator):
    """The reviewed units of one language pair."""

    partial = True
    verbatim = True

    def __init__(self, db: Database, source_lang: str, target_lang: str) -> None:
        self.origin = f"memory {source_lang} {target_lang}"
        self.signature = f"engine:memory|source:{source_lang}|target:{target_lang}"
        self._pair = source_lang, target_lang
        self._reader = store.DraftReader(db)
        self._lock = Lock()

    def translate(self, texts: Sequence[str], hypotheses: int = 1) -> list[Draft]:  # noqa: ARG002 - the likest counts
        """The approved translation of each text, or of the text most like it; nothing for others."""
        with self._lock, store.explaining("of the memory"):
            if not self._reader.has_reviewed(self._pair[1]):
                return [Draft() for _ in texts]
            found = self._reader.reviewed(*self._pair, texts)
            return [
                Draft((Hypothesis(found[text], None, 100.0),))
                if text in found
                else self._like(text)
                for text in texts
            ]

    def _like(self, text: str) -> Draft:
        from rapidfuzz.distance import Levenshtein

        best, target = LEAST_SIMILAR, ""
        for source, mine in self._reader.like(*self._pair, text):
            similar = Levenshtein.normalized_similarity(source, text, score_cutoff=best)
            if similar > best:
                best, target = similar, mine
        if not target:
            return Draft()
        return Draft((Hypothesis(target, None, min(99.0, round(100 * best, 1))),))

    def close(self) -> None:
        """Close its connection."""
        self._reader.close()

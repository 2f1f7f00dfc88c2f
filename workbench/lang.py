"""Facts about languages: tags, names, writing direction, and how words are counted; touches nothing."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from workbench.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

# Distance of langcodes up to which one language is written for another: regions, not scripts.
NEAR = 5

RIGHT_TO_LEFT = frozenset({"Arab", "Hebr", "Syrc", "Thaa", "Nkoo", "Adlm", "Rohg", "Samr", "Mand"})

# Scripts written without spaces between words: Han, kana, Thai, Lao, Khmer, Myanmar.
SPACELESS = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
# A word is a run of letters and digits, held together by inner apostrophes and hyphens, or one
# character of a spaceless script.
_WORD = re.compile(rf"[{SPACELESS}]|[^\W{SPACELESS}]+(?:['’\-‐.][^\W{SPACELESS}]+)*")
_SPACELESS = re.compile(rf"[{SPACELESS}\u3000-\u303f\uff00-\uffef]")


@cache
def standard_tag(tag: str) -> str:
    """The BCP 47 form of a language tag: `EN_us` is `en-US`.  Raises InputError if it is none."""
    import langcodes

    try:
        standard = langcodes.standardize_tag(tag.strip().replace("_", "-"))
        valid = langcodes.tag_is_valid(standard)
    except (ValueError, LookupError):
        valid = False
    if not valid:
        raise InputError(f"{tag!r} is not a language tag; use one like es, pt-BR or zh-Hant")
    return standard


@cache
def broad_tag(tag: str) -> str:
    """The BCP 47 form under which a language is commonly known: `zsm_Latn` is ms, `arb_Arab` ar.

    Raises InputError if it is none, or a group of languages.
    """
    import langcodes

    try:
        standard = langcodes.standardize_tag(tag.strip().replace("_", "-"), macro=True)
    except (ValueError, LookupError):
        standard = tag
    standard = standard_tag(standard)
    if name(standard).endswith("languages"):
        raise InputError(f"{tag!r} is a group of languages")
    return standard


def nearest_pair(pair: tuple[str, str], pairs: Iterable[tuple[str, str]]) -> tuple[str, str] | None:
    """The pair itself or its nearest variant, like (en, pt) for (en-GB, pt-BR); None if none is near."""
    import langcodes

    known = set(pairs)
    if pair in known:
        return pair
    sources = sorted({source for source, _ in known})
    source, _ = langcodes.closest_match(pair[0], sources, max_distance=NEAR)
    targets = sorted(target for start, target in known if start == source)
    target, _ = langcodes.closest_match(pair[1], targets, max_distance=NEAR)
    return (source, target) if (source, target) in known else None


@cache
def name(tag: str) -> str:
    """The English name of a language: `es` is Spanish."""
    import langcodes

    return langcodes.Language.get(tag).display_name()


@cache
def direction(tag: str) -> str:
    """`rtl` for languages written from right to left, else `ltr`."""
    import langcodes

    script = langcodes.Language.get(tag).maximize().script
    return "rtl" if script in RIGHT_TO_LEFT else "ltr"


def is_spaceless(character: str) -> bool:
    """Whether a character belongs to a script written without spaces between words."""
    return bool(_SPACELESS.match(character))


def words(text: str) -> list[str]:
    """The words of a text in any script, without punctuation."""
    return _WORD.findall(text)


def nfc(text: str) -> str:
    """Text in Unicode's composed form, in which all segments are stored."""
    return unicodedata.normalize("NFC", text)

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
# Below this are the numbers that messages count.
MANY = 1000

RIGHT_TO_LEFT = frozenset({"Arab", "Hebr", "Syrc", "Thaa", "Nkoo", "Adlm", "Rohg", "Samr", "Mand"})

# Scripts written without spaces between words: Han, kana, Thai, Lao, Khmer, Myanmar.
SPACELESS = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
# A word is a run of letters and digits, held together by inner apostrophes and hyphens, or one
# character of a spaceless script.
_WORD = re.compile(rf"[{SPACELESS}]|[^\W{SPACELESS}]+(?:['’\-‐.][^\W{SPACELESS}]+)*")
# The same where no character is of a spaceless script: many times as fast.
_PLAIN_WORD = re.compile(r"\w+(?:['’\-‐.]\w+)*")
_MAYBE_SPACELESS = re.compile(f"[{SPACELESS[0]}-\U0010ffff]")
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
    """The BCP 47 form under which a language is commonly known: `zsm_Latn` is ms, `srp_Cyrl` sr.

    Chinese keeps its script.  Raises InputError if it is no tag, or that of a group of languages.
    """
    import langcodes

    tag = tag.strip().replace("_", "-")
    try:
        known = langcodes.Language.get(langcodes.standardize_tag(tag, macro=True))
    except (ValueError, LookupError) as error:
        raise InputError(f"{tag!r} is not a language tag") from error
    if known.language != "zh" and known.script == _script(str(known.language)):
        known = langcodes.Language.make(language=known.language, territory=known.territory)
    standard = standard_tag(known.to_tag())
    if "-" not in tag and langcodes.get(standard).display_name().endswith("languages"):
        raise InputError(f"{tag!r} is a group of languages")
    return standard


def nearest_pair(pair: tuple[str, str], pairs: Iterable[tuple[str, str]]) -> tuple[str, str] | None:
    """The pair itself or its nearest variant, like (en, pt) for (en-GB, pt-BR); None if none is near."""
    known = set(pairs)
    if pair in known:
        return pair
    source = _nearest(pair[0], {source for source, _ in known})
    target = _nearest(pair[1], {target for start, target in known if start == source})
    return (source, target) if source and target else None


def _nearest(tag: str, tags: set[str]) -> str:
    import langcodes

    found, _ = langcodes.closest_match(tag, sorted(tags), max_distance=NEAR)
    return found if found in tags and _script(found) == _script(tag) else ""


def same_language(tag: str, other: str) -> bool:
    """Whether two tags are of one language, whatever the region and script."""
    return tag.split("-")[0] == other.split("-")[0]


@cache
def name(tag: str) -> str:
    """The English name of a language: `es` is Spanish, `pt-BR` Portuguese (Brazil)."""
    # langcodes reads the names in all languages at once: 270 MB and more than a second
    import langcodes
    from babel import Locale

    known, english = langcodes.Language.get(tag), Locale("en")
    details = [
        english.scripts.get(known.script or ""),
        english.territories.get(known.territory or ""),
    ]
    said = ", ".join(detail for detail in details if detail)
    plain = english.languages.get(known.language or "", tag)
    return f"{plain} ({said})" if said else plain


@cache
def plural_forms(tag: str, *, ordinal: bool = False) -> dict[str, int | None]:
    """The categories of numbers whose nouns differ, in CLDR's order, each with a number of it.

    One without a whole number (Polish `other`: 1.5) has None; one that only numbers of a thousand and
    more have (Spanish `many`) is left out: `other` stands for it.  Nothing for an unknown language.
    """
    from babel import Locale, UnknownLocaleError

    try:
        known = Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        return {}
    rule = known.ordinal_form if ordinal else known.plural_form
    numbers = [rule(number) for number in range(MANY)]
    # 1 file, 2 files, 4th: 21 is `one` in Russian too, but nobody would show it first
    first = {"one": 1, "other": 4 if ordinal else 2}
    found: dict[str, int | None] = {}
    for form in ("zero", "one", "two", "few", "many", "other"):
        start = first.get(form, 2)
        order = [*range(start, MANY), *range(start)]
        number = next((n for n in order if numbers[n] == form), None)
        if number is not None or form == "other":
            found[form] = number
    return found


@cache
def direction(tag: str) -> str:
    """`rtl` for languages written from right to left, else `ltr`."""
    return "rtl" if _script(tag) in RIGHT_TO_LEFT else "ltr"


@cache
def _script(tag: str) -> str:
    """The script that a language is written in, said or not."""
    import langcodes

    return langcodes.Language.get(tag).maximize().script or ""


def is_spaceless(character: str) -> bool:
    """Whether a character belongs to a script written without spaces between words."""
    return bool(_SPACELESS.match(character))


def joined(pieces: Iterable[tuple[str, str, str]]) -> str:
    """The translation of a text from those of its pieces, given as (source, translation, space after).

    Scripts without spaces have none between pieces, and others one where such a source has none.
    """
    text, source, space = "", "", ""
    for piece, translation, following in pieces:
        if "\n" not in space:
            if is_spaceless(text[-1:]) or is_spaceless(translation[:1]):
                space = ""
            elif is_spaceless(source[-1:]):
                space = space or " "
        text += space + translation
        source, space = piece, following
    return text + space


def words(text: str) -> list[str]:
    """The words of a text in any script, without punctuation."""
    return (_WORD if _MAYBE_SPACELESS.search(text) else _PLAIN_WORD).findall(text)


def nfc(text: str) -> str:
    """Text in Unicode's composed form, in which all segments are stored."""
    return unicodedata.normalize("NFC", text)

"""The lexicons that ship with the workbench: how often words translate each other; reads its own files.

What they are learned from, and under which licences, says docs/lexicon.md; benchmarks/build_lexicon.py
makes them.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.wordlinks.counts import Counts

PIVOT = "en"
SUFFIX = ".lexicon"


def load(source_lang: str, target_lang: str) -> Counts | None:
    """The lexicon of two languages, either way round; None if there is none.

    Two languages that both have a lexicon with English get one through English.  Its words are keys
    as `wordlinks.tokens.key` makes them.  Regions and scripts do not matter: `pt-BR` is `pt`.  What
    is given is shared: do not change it.
    """
    return _loaded(source_lang.split("-")[0].lower(), target_lang.split("-")[0].lower())


@cache
def _loaded(source_lang: str, target_lang: str) -> Counts | None:
    if source_lang == target_lang:
        return None
    content = _content(f"{source_lang}-{target_lang}{SUFFIX}")
    if content is not None:
        from workbench.lexicon.packing import unpacked

        return unpacked(content)
    if target_lang == PIVOT:
        other = _loaded(target_lang, source_lang)
        return other.turned() if other else None
    if source_lang == PIVOT:
        return None
    first, second = _loaded(source_lang, PIVOT), _loaded(PIVOT, target_lang)
    return first.through(second) if first and second else None


def _content(name: str) -> bytes | None:
    file = resources.files("workbench.lexicon") / name
    return file.read_bytes() if name.isascii() and file.is_file() else None

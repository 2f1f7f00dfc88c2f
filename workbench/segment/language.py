"""What each language says about its abbreviations and sentence starts, from the JSON files in data/."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Language:
    """The lists of one language; words in lower case, without the final full stop."""

    name: str
    never: frozenset[str]  # never end a sentence: Mr, e.g
    maybe: frozenset[str]  # end one only before a word that starts sentences: Inc, U.S, a.m
    numeric: frozenset[str]  # never end one before a number: No, p, fig
    compounds: frozenset[str]  # as `numeric`, at the end of a longer word: Hauptstr
    starters: frozenset[str]  # words that, capitalised, start sentences more than anything else
    capitals: frozenset[str]  # words that are capital everywhere: I
    ordinals: bool  # whether `3.` is how to write third
    semicolon_asks: bool  # whether `;` is the mark of a question

    def before_number(self, word: str) -> bool:
        """Whether a number after a word and its full stop belongs to the word."""
        return word in self.numeric or word.endswith(tuple(self.compounds))

    def starts_sentence(self, word: str) -> bool:
        """Whether a word is capital because a sentence starts with it."""
        return word.strip("\"'“”‘’.,;:!?)").split("’")[0].split("'")[0].lower() in self.starters

    def always_capital(self, word: str) -> bool:
        """Whether a word says nothing by being capital."""
        return word.replace("’", "'").split("'")[0].strip(".,;:!?").lower() in self.capitals


# Languages that go by another's lists: near enough to share its abbreviations.
LIKE = {"no": "nb", "nn": "nb", "bs": "hr", "gl": "es", "ast": "es", "lb": "de", "af": "nl", "be": "ru",
        "mk": "bg"}  # fmt: skip


@cache
def language(tag: str) -> Language:
    """The lists of a language, or of its parent, or those that serve any."""
    folder = resources.files("workbench.segment") / "data"
    name = tag.split("-")[0]
    name = LIKE.get(name, name)
    file = folder / f"{name}.json"
    if not file.is_file():
        name = "default"
        file = folder / "default.json"
    lists = json.loads(file.read_text("utf-8"))
    sets = {
        key: frozenset(lists.get(key, "").split())
        for key in ("never", "maybe", "numeric", "compounds", "starters", "capitals")
    }
    ordinals, asks = (bool(lists.get(key)) for key in ("ordinals", "semicolon_asks"))
    return Language(name, **sets, ordinals=ordinals, semicolon_asks=asks)

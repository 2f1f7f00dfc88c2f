"""Reads ICU messages, whose branches depend on a number or a word, and compares two of them; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from workbench import lang

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# The categories of numbers in a language, each with a number to show; None if no whole number is.
Forms = dict[str, int | None]

SELECT = "select"
ORDINAL = "selectordinal"
OTHER = "other"
# The sign that stands for the number itself, as it is among the things that a branch holds.
NUMBER = "#"
CATEGORIES = ("zero", "one", "two", "few", "many", OTHER)
# Messages in messages, and characters: what is more is no message of people, and each level that is
# written with more categories makes many copies of the next.
DEEPEST = 3
LONGEST = 10_000

_SIGN = re.compile(r"\{\s*[\w.-]+\s*,\s*(?:plural|selectordinal|select)\s*,")
_HEAD = re.compile(
    r"\{\s*(?P<name>[\w.-]+)\s*,\s*(?P<kind>plural|selectordinal|select)\s*,\s*(?:offset:\d+\s*)?"
)
_SELECTOR = re.compile(r"\s*(=\d+|[^\s{}=,'#]+)\s*\{")
# `{name}` and `{when, date, short}`; nothing opens inside.
_SIMPLE = re.compile(r"\{[^{}']*\}")
_TEXT = re.compile(r"[^{}'#]+")
_CLOSING = re.compile(r"\s*\}")


@dataclass(frozen=True, slots=True)
class Simple:
    """What stands for a value: `{name}`, or the number sign of a plural."""

    raw: str


class Key(NamedTuple):
    """What a choice depends on: an argument's name, and whether it counts, orders or selects."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Choice:
    """An argument with branches, one of them `other`."""

    key: Key
    head: str  # all before the branches
    branches: tuple[tuple[str, Text], ...]

    def branch(self, selector: str) -> Text:
        """The branch of a selector, or the one for all others."""
        found = dict(self.branches)
        return found.get(selector, found[OTHER])


Text = tuple["str | Simple | Choice", ...]


def forms(target_lang: str) -> dict[str, Forms]:
    """The categories of numbers that a language has, by the kind of choice that they are for."""
    return {
        "plural": lang.plural_forms(target_lang),
        ORDINAL: lang.plural_forms(target_lang, ordinal=True),
    }


def has(text: str) -> bool:
    """Whether a text seems to hold a choice."""
    return "{" in text and _SIGN.search(text) is not None


def parse(text: str) -> Text | None:
    """A text with its choices; None if it has none, or cannot be read by ICU's rules.

    Quoted braces ('{') are not read: who writes them wants no choice there.
    """
    if not has(text) or len(text) > LONGEST:
        return None
    try:
        parts, end = _text(text, 0, 0, number=False)
    except ValueError:
        return None
    return parts if end == len(text) else None


def inside(text: str) -> list[tuple[int, int]]:
    """(start, end) of each choice in a text that holds others too."""
    found: list[tuple[int, int]] = []
    for match in _SIGN.finditer(text) if "{" in text else ():
        if not found or match.start() >= found[-1][1]:
            try:
                _, end = _choice(text, match.start(), 0, number=False)
            except ValueError:
                continue
            found.append((match.start(), end))
    return found


def _text(text: str, at: int, depth: int, *, number: bool) -> tuple[Text, int]:
    """The parts of a text from a place to its end or the brace that closes it."""
    parts: list[str | Simple | Choice] = []
    while at < len(text) and text[at] != "}":
        if match := _TEXT.match(text, at):
            parts.append(match[0])
            at = match.end()
        elif text[at] == NUMBER:
            parts.append(Simple(NUMBER) if number else NUMBER)
            at += 1
        elif text[at] == "'":
            doubled = text.startswith("''", at)
            if not doubled and text[at + 1 : at + 2] in {"{", "}", NUMBER if number else "{"}:
                raise ValueError(text)
            parts.append("'")
            at += 2 if doubled else 1
        elif _SIGN.match(text, at):
            choice, at = _choice(text, at, depth, number=number)
            parts.append(choice)
        elif match := _SIMPLE.match(text, at):
            parts.append(Simple(match[0]))
            at = match.end()
        else:
            raise ValueError(text)
    return tuple(parts), at


def _choice(text: str, at: int, depth: int, *, number: bool) -> tuple[Choice, int]:
    head = _HEAD.match(text, at)
    if head is None or depth == DEEPEST:
        raise ValueError(text)
    number = number or head["kind"] != SELECT
    branches: dict[str, Text] = {}
    at = head.end()
    while match := _SELECTOR.match(text, at):
        parts, end = _text(text, match.end(), depth + 1, number=number)
        if end == len(text) or match[1] in branches:
            raise ValueError(text)
        branches[match[1]] = parts
        at = end + 1
    closed = _CLOSING.match(text, at)
    if not closed or OTHER not in branches:
        raise ValueError(text)
    return Choice(Key(head["name"], head["kind"]), head[0], tuple(branches.items())), closed.end()


def faults(source: Text, target: str, known: Mapping[str, Forms]) -> list[str]:
    """What a translation of a text with choices lost or broke, in words.

    `known` are the categories of its language; a kind of choice without any keeps the source's.
    """
    read = parse(target)
    if read is None:
        return ["its branches are gone, or cannot be read"]
    mine, found = _selectors(read), list[str]()
    for key, ours in _selectors(source).items():
        if key not in mine:
            found.append(f"not in the target: {{{key.name}, {key.kind}, ...}}")
            continue
        found += _lost_branches(key, ours, mine[key], known.get(key.kind, {}))
        for selector in ours.keys() & mine[key].keys():
            wanted = _values(source, key, selector) - _values(read, key, selector)
            found += (f"not in the branch {selector}: {value}" for value in sorted(wanted))
    odd = set(_simple(read)) - set(_simple(source))
    found += (f"not in the source: {value}" for value in sorted(odd))
    return sorted(dict.fromkeys(found))


def _simple(text: Text) -> Iterator[str]:
    """Everything that stands for a value, wherever it is."""
    branches = (branch for choice in choices(text) for _, branch in choice.branches)
    for parts in (text, *branches):
        yield from (part.raw for part in parts if isinstance(part, Simple))


def choices(text: Text) -> Iterator[Choice]:
    """The choices of a text and of their branches."""
    for part in text:
        if isinstance(part, Choice):
            yield part
            for _, branch in part.branches:
                yield from choices(branch)


def reading(text: Text, chosen: Key | None = None, selector: str = OTHER) -> Iterator[str | Simple]:
    """The text as people read it when one argument takes a branch and all the rest their `other`."""
    for part in text:
        if isinstance(part, Choice):
            taken = selector if part.key == chosen else OTHER
            yield from reading(part.branch(taken), chosen, selector)
        else:
            yield part


def spoken(text: str) -> str:
    """A text as people read it, of each choice the branch `other`; one without is as it is."""
    parts = reading(parse(text) or (text,))
    return "".join(part if isinstance(part, str) else part.raw for part in parts)


def _selectors(text: Text) -> dict[Key, dict[str, Text]]:
    """The selectors that each argument of a text has somewhere, in order."""
    found: dict[Key, dict[str, Text]] = {}
    for choice in choices(text):
        found.setdefault(choice.key, {}).update(choice.branches)
    return found


def _lost_branches(
    key: Key, ours: dict[str, Text], theirs: dict[str, Text], known: Forms
) -> Iterator[str]:
    if key.kind == SELECT:
        lost, odd = ours.keys() - theirs.keys(), theirs.keys() - ours.keys()
    else:
        needed = {s for s in ours if s.startswith("=")} | (known.keys() or ours.keys())
        lost = needed - theirs.keys()
        odd = {s for s in theirs if not s.startswith("=")} - {*CATEGORIES, *ours}
    yield from (f"{key.name} has no branch {selector}" for selector in sorted(lost))
    yield from (f"{key.name} knows no branch {selector}" for selector in sorted(odd))


def _values(text: Text, key: Key, selector: str) -> set[str]:
    """What stands for values in a reading; one, two and exact numbers may be said in words."""
    found = {part.raw for part in reading(text, key, selector) if isinstance(part, Simple)}
    return found if selector == OTHER else found - {NUMBER}

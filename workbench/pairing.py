"""Finds by their names which files translate each other; touches nothing."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench import lang
from workbench.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

# What stands between a name and its language: book.de.txt, book_de.txt, book-de.txt, de/book.txt.
_BORDERS = re.compile(r"[._\-]")
# What may stand in place of a language: src.txt and tgt.txt.
_ROLES = (("src", "source"), ("tgt", "trg", "target"))
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paired:
    """The files that belong together, those without a partner, and those whose name fits several."""

    pairs: list[tuple[Path, Path]]
    alone: list[Path]
    ambiguous: list[Path]


def named_lang(path: Path) -> str | None:
    """The language that a file's name or folder says: `book.de.txt`, `book_de.txt`, `de/book.txt`."""
    name = _BORDERS.split(path.stem)
    return (_known(name[-1]) if len(name) > 1 else None) or _known(path.parent.name)


def pair_up(
    folders: tuple[Path, Path],
    files: tuple[Sequence[Path], Sequence[Path]],
    langs: tuple[str | None, str | None],
) -> Paired:
    """Pair the files of two folders, or of one given twice, by what their names have in common.

    The language may stand in the name (`book.de.txt`) or be a folder (`de/book.txt`); one folder for
    both sides needs both languages.  Raises InputError if nothing pairs.
    """
    together = folders[0] == folders[1]
    if together and not all(langs):
        raise InputError(
            f"{folders[0]} holds both sides; say which files are which: --from de --to fr"
        )
    sides = [
        _by_key(mine, folder, (wanted, roles), strict=together)
        for folder, mine, wanted, roles in zip(folders, files, langs, _ROLES, strict=True)
    ]
    paired = _match(*sides)
    if not paired.pairs:
        raise InputError(
            f"no file of {folders[0]} has a partner of its name in {folders[1]}; name them alike, as in"
            " a.de.txt and a.fr.txt, or de/a.txt and fr/a.txt"
        )
    if together:
        placed = {path for side in sides for found in side.values() for path in found}
        paired.alone.extend(path for path in files[0] if path not in placed)
    return paired


def _by_key(
    files: Iterable[Path], folder: Path, wanted: tuple[str | None, Key], *, strict: bool
) -> dict[Key, list[Path]]:
    """Files by their names without the language; if `strict`, only those whose names say it."""
    found: dict[Key, list[Path]] = defaultdict(list)
    for path in files:
        key, said = _key(path, folder, wanted)
        if said or not strict:
            found[key].append(path)
    return found


def _key(path: Path, folder: Path, wanted: tuple[str | None, Key]) -> tuple[Key, bool]:
    """The words of a path below a folder without the last that is its language, and if there was one.

    `wanted` is the language, if it is known, and words that may stand in its place.
    """
    tag, roles = wanted
    parts = path.relative_to(folder).with_suffix("").parts
    words = [word.lower() for part in parts for word in _BORDERS.split(part) if word]
    for candidate in [*_forms(tag), *([role] for role in roles)]:
        for start in range(len(words) - len(candidate), -1, -1):
            if words[start : start + len(candidate)] == candidate:
                return (*words[:start], *words[start + len(candidate) :]), True
    if tag is None:
        for start in range(len(words) - 1, -1, -1):
            if len(words) > 1 and _known(words[start]):
                return (*words[:start], *words[start + 1 :]), True
    return tuple(words), False


def _forms(wanted: str | None) -> list[list[str]]:
    """How a language may be written in a name: pt-br, then pt."""
    if wanted is None:
        return []
    whole = wanted.lower().split("-")
    return [whole] if len(whole) == 1 else [whole, whole[:1]]


def _match(left: dict[Key, list[Path]], right: dict[Key, list[Path]]) -> Paired:
    paired = Paired([], [], [])
    for key in dict.fromkeys([*left, *right]):
        mine, theirs = left.get(key, []), right.get(key, [])
        if len(mine) == len(theirs) == 1:
            paired.pairs.append((mine[0], theirs[0]))
        elif mine and theirs:
            paired.ambiguous.extend([*mine, *theirs])
        else:
            paired.alone.extend([*mine, *theirs])
    return paired


def _known(word: str) -> str | None:
    """The standard form of a word that is a two-letter language code."""
    if not re.fullmatch(r"[A-Za-z]{2}", word):
        return None
    try:
        return lang.standard_tag(word)
    except InputError:
        return None

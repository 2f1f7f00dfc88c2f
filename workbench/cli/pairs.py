"""Which documents `align` aligns: adds what the command line names, pair by pair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from workbench.cli.options import say
from workbench.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from workbench.store import Database

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line says about languages and reading."""

    langs: tuple[str | None, str | None]
    format: str | None
    encoding: str | None


def add_pairs(
    db: Database, texts: Sequence[Path], document_ids: Sequence[int], asked: Asked
) -> tuple[list[Pair], list[str]]:
    """The documents to align, stored; and what could not be read."""
    if len(texts) + len(document_ids) > 2 or not (texts or document_ids):
        raise click.UsageError("give SOURCE and TARGET, or --document ID and TARGET")
    if document_ids:
        return [_with_document(db, document_ids, texts, asked)], []
    for path in texts:
        if not path.exists():
            raise InputError(f"there is no file {path}; check its name")
    if all(path.is_dir() for path in texts):
        return _folders(db, texts[0], texts[-1], asked)
    if any(path.is_dir() for path in texts):
        raise click.UsageError("SOURCE and TARGET must both be files or both be folders")
    if len(texts) == 1:
        return [_columns(db, texts[0], asked)], []
    return [_add_pair(db, texts[0], texts[1], asked)], []


def _with_document(
    db: Database, document_ids: Sequence[int], texts: Sequence[Path], asked: Asked
) -> Pair:
    from workbench import store

    store.documents_of(db, None, document_ids[0])
    if len(document_ids) == 2:
        store.documents_of(db, None, document_ids[1])
        return document_ids[0], document_ids[1]
    if not texts:
        raise click.UsageError("give TARGET, a file, or its --document ID")
    return document_ids[0], _add(db, texts[0], _lang(texts[0], asked.langs[1], "--to"), asked)


def _folders(
    db: Database, source: Path, target: Path, asked: Asked
) -> tuple[list[Pair], list[str]]:
    """Add the files of folders pair by pair; says what has no partner."""
    from workbench import ingest, pairing

    files = (ingest.find_files([source]), ingest.find_files([target]))
    paired = pairing.pair_up((source, target), files, asked.langs)
    for path in paired.alone:
        say(f"no partner: {path}")
    failed = [f"several files fit: {path}" for path in paired.ambiguous]
    pairs: list[Pair] = []
    for left, right in paired.pairs:
        try:
            pairs.append(_add_pair(db, left, right, asked))
        except InputError as error:
            failed.append(str(error))
    if not pairs:
        raise InputError("nothing could be read:\n" + "\n".join(failed))
    return pairs, failed


def _columns(db: Database, path: Path, asked: Asked) -> Pair:
    from workbench import ingest

    langs = (_lang(path, asked.langs[0], "--from"), _lang(path, asked.langs[1], "--to"))
    source, target = ingest.add_columns(db, path, langs, asked.encoding)
    return source.document_id, target.document_id


def _add_pair(db: Database, source: Path, target: Path, asked: Asked) -> Pair:
    """Add two files, both or neither."""
    from workbench import store

    langs = (_lang(source, asked.langs[0], "--from"), _lang(target, asked.langs[1], "--to"))
    if langs[0] == langs[1]:
        raise InputError(f"{source} and {target} are both {langs[0]}; say: --from de --to fr")
    with store.writing(db):
        return _add(db, source, langs[0], asked), _add(db, target, langs[1], asked)


def _add(db: Database, path: Path, lang: str, asked: Asked) -> int:
    from workbench import ingest

    return ingest.add_file(db, path, ingest.Reading(lang, asked.format, asked.encoding)).document_id


def _lang(path: Path, given: str | None, option: str) -> str:
    from workbench import pairing

    found = given or pairing.named_lang(path)
    if not found:
        raise InputError(
            f"the language of {path} is not known; say it with {option}, like {option} de"
        )
    return found

"""The command about the glossary: terms import, export, list, remove."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workbench.cli.options import (
    database,
    db_option,
    json_option,
    language,
    print_json,
    print_table,
    say,
)

if TYPE_CHECKING:
    from workbench.cli.options import Command


def pair_options(command: Command) -> Command:
    """The options that say of which languages a glossary is."""
    options = (
        click.option("--from", "source_lang", default="en", show_default=True, metavar="LANG",
                     callback=language),
        click.option("--to", "target_lang", required=True, metavar="LANG", callback=language),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


@click.group()
def terms() -> None:
    """Keep the glossary: what a term must be in another language.

    Drafts of every engine then have it so.
    """


@terms.command(name="import")
@click.argument("path", type=click.Path(path_type=Path), metavar="FILE")
@pair_options
@db_option
def import_(path: Path, db_path: Path, source_lang: str, target_lang: str) -> None:
    """Add the terms of a TSV or CSV file: source, target, note.

    A term that is there already gets its new target.
    """
    from workbench import glossary, store

    found = glossary.read(path)
    with database(db_path) as db:
        changed = store.add_terms(db, source_lang, target_lang, found)
        total = len(store.terms(db, source_lang, target_lang))
    say(f"{source_lang} to {target_lang}: {changed} terms new or changed, {total} in all")


@terms.command()
@click.argument(
    "path", type=click.Path(path_type=Path, allow_dash=True), metavar="FILE", default="-"
)
@pair_options
@db_option
def export(path: Path, db_path: Path, source_lang: str, target_lang: str) -> None:
    """Write the terms of a pair to a TSV file, or to standard output."""
    from workbench import glossary, store

    with database(db_path, create=False) as db:
        found = store.terms(db, source_lang, target_lang)
    if str(path) == "-":
        glossary.write(found, sys.stdout)
        return
    with click.open_file(str(path), "w", encoding="utf-8", atomic=True) as stream:
        glossary.write(found, stream)
    say(f"wrote {len(found)} terms to {path}")


@terms.command(name="list")
@pair_options
@db_option
@json_option
def list_(db_path: Path, source_lang: str, target_lang: str, *, as_json: bool) -> None:
    """Show the terms of a pair."""
    from workbench import store

    with database(db_path, create=False) as db:
        rows: list[dict[str, Any]] = [
            {"source": term.source, "target": term.target, "note": term.note}
            for term in store.terms(db, source_lang, target_lang)
        ]
    if as_json:
        print_json(rows)
    else:
        print_table(f"Terms, {source_lang} to {target_lang}", rows, ("source", "target", "note"))
        say(f"{len(rows)} terms")


@terms.command()
@click.argument("sources", nargs=-1, required=True, metavar="TERM...")
@pair_options
@db_option
def remove(sources: tuple[str, ...], db_path: Path, source_lang: str, target_lang: str) -> None:
    """Take terms out of the glossary, by their source."""
    from workbench import store

    with database(db_path, create=False) as db:
        gone = store.remove_terms(db, source_lang, target_lang, sources)
    say(f"{gone} of {len(sources)} terms removed")


COMMANDS = (terms,)

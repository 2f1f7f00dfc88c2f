"""The command that links words: words."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbench.cli.options import (
    database,
    db_option,
    json_option,
    language,
    print_json,
    print_table,
    say,
    stages,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.words import Job

# Characters of an example that are shown on either side of a word.
ABOUT = 40


@click.command()
@click.argument("files", nargs=-1, type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--to",
    "target_lang",
    required=True,
    metavar="LANG",
    callback=language,
    help="Target language, like es or pt-BR.",
)
@click.option(
    "--from",
    "source_lang",
    metavar="LANG",
    callback=language,
    help="Source language [default: every one that has units; en for files].",
)
@click.option("--redo", is_flag=True, help="Link again what is linked; people's links are kept.")
@click.option(
    "--tokenized",
    is_flag=True,
    help="The texts are tokenized: their words are what spaces separate.",
)
@db_option
@json_option
def words(
    files: Sequence[Path], target_lang: str, source_lang: str | None, redo: bool, tokenized: bool,
    db_path: Path, as_json: bool,
) -> None:  # fmt: skip
    """Link each word of a text to the words that translate it.

    Without FILES, link the units of the database.  With two, SOURCE and TARGET, one sentence a line,
    print a line of links for each: 0-0 1-2, source word first, counted from 0.
    """
    from workbench.words import Job

    job = Job(source_lang or "en", target_lang, redo=redo, spaced=tokenized)
    if files:
        _print_links(files, job)
        return
    counts = _link_stored(db_path, job, source_lang)
    if as_json:
        print_json(counts)


def _link_stored(db_path: Path, job: Job, source_lang: str | None) -> list[dict[str, object]]:
    from workbench import store
    from workbench import words as step

    found: list[dict[str, object]] = []
    with database(db_path, create=False) as db:
        stored = [pair[0] for pair in store.language_pairs(db) if pair[1] == job.target_lang]
        for source in [source_lang] if source_lang else stored or [job.source_lang]:
            pair_job = replace(job, source_lang=source)
            with stages(f"{source}-{job.target_lang}") as advance:
                counts = step.link_units(db, pair_job, advance)
            found.append({"source_lang": source, "target_lang": job.target_lang, **counts})
            if counts["older"]:
                say(
                    f"{source}-{job.target_lang}: {counts['older']} units had links by an older method;"
                    " they are linked again, people's links are kept"
                )
            say(
                f"{source}-{job.target_lang}: linked {counts['units']} units, {counts['links']} links"
                if counts["units"]
                else f"{source}-{job.target_lang}: everything is linked; --redo links it again"
            )
    return found


def _print_links(files: Sequence[Path], job: Job) -> None:
    from workbench import words as step
    from workbench.formats.pharaoh import pharaoh

    if len(files) != 2:
        raise click.UsageError("give two files, SOURCE and TARGET, or none")
    source, target = files
    for links in step.link_files(source, target, job):
        click.echo(pharaoh((link.source, link.target) for link in links))


def print_translations(
    db_path: Path, word: str, target_lang: str | None, limit: int, *, as_json: bool
) -> None:
    """Print what a word of either side was linked to, with counts and an example each."""
    from workbench import lang, store

    with database(db_path, create=False) as db:
        found = store.word_translations(db, lang.nfc(word), target_lang=target_lang, limit=limit)
    if as_json:
        print_json(found)
        return
    pairs = {(row["source_lang"], row["target_lang"]) for row in found}
    for row in found:
        row["probability"] = f"{row['probability']:.0%}"
        row["languages"] = f"{row['source_lang']}-{row['target_lang']}"
        row["example"] = _around(row["example"] or "", row["source_word"], row["target_word"])
    columns = ["source_word", "target_word", "count", "probability", "unit_id", "example"]
    if len(pairs) > 1:
        columns.insert(0, "languages")
    count = "1 translation" if len(found) == 1 else f"{len(found)} translations"
    print_table(count, found, columns)
    if not found:
        say(f"no link of {word!r}; link words with: workbench words --to LANG")


def _around(example: str, source: str, target: str) -> str:
    """What stands around two words in an example `source text = target text`."""
    first, _, second = example.partition(" = ")
    return " = ".join(_near(text, word) for text, word in ((first, source), (second, target)))


def _near(text: str, word: str) -> str:
    whole = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE)
    at = whole.start() if whole else max(text.lower().find(word), 0)
    start, end = at - ABOUT, at + len(word) + ABOUT
    before = "" if start <= 0 else "…"
    return before + text[max(start, 0) : end].strip() + ("" if end >= len(text) else "…")


COMMANDS = (words,)

"""The commands that show, search, export and serve what is stored."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbench.cli import linking
from workbench.cli.options import (
    database,
    db_option,
    document_option,
    json_option,
    print_json,
    print_table,
    say,
    to_option,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from workbench.model import State, Unit
    from workbench.store import Database

PROGRESS = (
    "title",
    "target_lang",
    "units",
    "words",
    "initial",
    "translated",
    "reviewed",
    "final",
)


@click.command()
@to_option
@click.option(
    "--format",
    "formats",
    multiple=True,
    default=("tmx",),
    show_default=True,
    metavar="NAME",
    help="tmx, tsv, jsonl, moses or pharaoh; repeat for several.",
)
@click.option(
    "--state",
    type=click.Choice(["initial", "translated", "reviewed", "final"]),
    default="initial",
    show_default=True,
    help="Only units that have reached this state.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="BASE",
    help="Path without suffix [default: the database's name with the languages].",
)
@document_option
@db_option
def export(
    db_path: Path, target_langs: Sequence[str], formats: Sequence[str], state: State,
    out: Path | None, document_id: int | None,
) -> None:  # fmt: skip
    """Write the bitext to files."""
    with database(db_path, create=False) as db:
        export_all(
            db, db_path, target_langs, formats, state=state, out=out, document_id=document_id
        )


def export_all(
    db: Database,
    db_path: Path,
    target_langs: Sequence[str],
    formats: Sequence[str],
    *,
    state: State = "initial",
    out: Path | None = None,
    document_id: int | None = None,
) -> None:
    """Write every language pair in every format and say where.  Raises StoreError without units."""
    from workbench import export as step
    from workbench import registry, store
    from workbench.errors import StoreError

    writers = [registry.writer(name) for name in formats]
    stored = store.language_pairs(db)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
    for target_lang in target_langs:
        pairs = [pair for pair in stored if pair[1] == target_lang]
        if not pairs:
            raise StoreError(
                f"nothing is translated to {target_lang} yet; do: workbench translate --to {target_lang}"
            )
        for source_lang, _ in pairs:
            base = out or db_path.with_suffix("")
            if out is None or len(pairs) * len(target_langs) > 1:
                base = base.with_name(f"{base.name}.{source_lang}-{target_lang}")
            for writer in writers:
                units: Iterable[Unit] = store.bitext(
                    db, target_lang, source_lang=source_lang, document_id=document_id, state=state
                )
                if getattr(writer, "wants_links", False):
                    units = store.with_links(db, units)
                result = step.export(
                    units, writer, base, source_lang=source_lang, target_lang=target_lang
                )
                say(f"wrote {result.count} units: {', '.join(map(str, result.paths))}")


@click.command()
@db_option
@json_option
def report(db_path: Path, as_json: bool) -> None:
    """Show progress, findings and edits."""
    with database(db_path, create=False) as db:
        print_report(db, as_json=as_json)


def print_report(db: Database, *, as_json: bool) -> None:
    """Print the report as tables or as JSON."""
    from workbench.report import report as step

    result = step(db)
    if as_json:
        print_json(result)
        return
    parts = asdict(result)
    print_table("Progress", parts["progress"], PROGRESS)
    for title in ("origins", "findings", "edits"):
        rows = parts[title]
        print_table(title.capitalize(), rows, list(rows[0]) if rows else [])


@click.command()
@click.argument("query")
@click.option("--to", "target_lang", metavar="LANG", help="Only this target language.")
@click.option("--regex", is_flag=True, help="QUERY is a regular expression.")
@click.option("--word", is_flag=True, help="QUERY is a word: show how it was translated.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True)
@db_option
@json_option
def search(
    query: str, target_lang: str | None, regex: bool, word: bool, limit: int, db_path: Path,
    as_json: bool,
) -> None:  # fmt: skip
    """Find units by words of either side, without regard to case and diacritics."""
    from workbench import store

    if word:
        linking.print_translations(db_path, query, target_lang, limit, as_json=as_json)
        return
    with database(db_path, create=False) as db:
        units = store.search(db, query, target_lang=target_lang, regex=regex, limit=limit)
        rows = [asdict(unit) for unit in units]
    if as_json:
        print_json(rows)
        return
    print_table(f"{len(rows)} found", rows, ("unit_id", "document", "source", "target", "state"))
    if not rows:
        say("nothing found")


@click.command()
@db_option
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8001, show_default=True)
@click.option(
    "--open/--no-open", "open_browser", default=False, help="Open the pages in a browser."
)
def serve(db_path: Path, host: str, port: int, open_browser: bool) -> None:
    """Open the review pages in Datasette, on this machine only."""
    from workbench import serve as step

    with database(db_path, create=False):
        pass  # migrates, and says what is wrong before Datasette starts
    raise SystemExit(step.serve(db_path, host=host, port=port, open_browser=open_browser, say=say))


COMMANDS = (export, report, search, serve)

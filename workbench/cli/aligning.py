"""The command about translations that exist: align."""

from __future__ import annotations

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
    progress,
    say,
)
from workbench.cli.pairs import Asked, Pair, add_pairs
from workbench.errors import InputError, PartialError, StoreError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.align import Job
    from workbench.model import Aligner
    from workbench.store import Database

# Stretches without a partner that are listed one by one.
LISTED = 8
# Characters shown of a text.
LONGEST = 90


@click.command()
@click.argument("texts", nargs=-1, metavar="SOURCE TARGET", type=click.Path(path_type=Path))
@click.option("--document", "document_ids", type=int, multiple=True, metavar="ID",
              help="A document of the database as SOURCE; twice: as SOURCE and TARGET.")  # fmt: skip
@click.option("--from", "source_lang", metavar="LANG", callback=language,
              help="Language of SOURCE [default: as its name says, a.de.txt or de/a.txt].")  # fmt: skip
@click.option("--to", "target_lang", metavar="LANG", callback=language,
              help="Language of TARGET [default: as its name says].")  # fmt: skip
@click.option("--lines", is_flag=True, help="Each line is a segment already.")
@click.option("--format", "format_name", metavar="NAME",
              help="Read every file as this format [default: by file name].")  # fmt: skip
@click.option("--encoding", metavar="NAME", help="Character encoding [default: detected].")
@click.option(
    "--aligner", "aligner_name", metavar="NAME", help="Which aligner [default: the first]."
)
@click.option("--engine", "engine_name", metavar="NAME",
              help="Let this engine draft SOURCE first: drafts help the aligner.")  # fmt: skip
@click.option("--redo", is_flag=True, help="Align again what no person has touched.")
@click.option("--beads", "beads_path", type=click.Path(path_type=Path), metavar="FILE",
              help="Write the beads as source places, target places, confidence; a folder for"
              " several pairs.")  # fmt: skip
@db_option
@json_option
def align(texts: tuple[Path, ...], db_path: Path, **options: Any) -> None:  # noqa: ANN401 - click's options
    """Align a text with a translation of it that exists.

    SOURCE and TARGET are files, or folders whose files are paired by name.  SOURCE alone is a folder
    with both sides, or a file with two columns and a tab between.
    """
    if options["lines"] and options["format_name"]:
        raise click.UsageError("--lines and --format exclude each other")
    format_name = "lines" if options["lines"] else options["format_name"]
    langs = (options["source_lang"], options["target_lang"])
    asked = Asked(langs, format_name, options["encoding"])
    from workbench import registry

    aligner = registry.aligner(options["aligner_name"])
    if options["engine_name"] not in (None, "auto"):
        registry.engine(options["engine_name"])  # said at once, also where all has drafts
    with database(db_path) as db:
        pairs, failed = add_pairs(db, texts, options["document_ids"], asked)
        jobs = _jobs(db, pairs, aligner, redo=options["redo"])
        for job in jobs:
            _align(db, job, options["engine_name"])
        _show(db, jobs, options["beads_path"], as_json=options["as_json"])
    if failed:
        raise PartialError("part of the work failed:\n" + "\n".join(failed))


def _jobs(db: Database, pairs: Sequence[Pair], aligner: Aligner, *, redo: bool) -> list[Job]:
    """One job for each pair of languages."""
    from workbench import align as step
    from workbench import store

    stored = store.documents(db, {document_id for pair in pairs for document_id in pair})
    langs = {row["document_id"]: row["lang"] for row in stored}
    grouped: dict[tuple[str, str], list[store.alignments.Bitext]] = {}
    for source, target in pairs:
        if langs[source] == langs[target]:
            raise InputError(f"documents {source} and {target} are both {langs[source]}")
        texts = store.alignments.Bitext(source, target, langs[target])
        grouped.setdefault((langs[source], langs[target]), []).append(texts)
    return [step.Job(texts, *both, aligner, redo) for both, texts in grouped.items()]


def _align(db: Database, job: Job, engine_name: str | None) -> None:
    from workbench import align as step
    from workbench import store

    waiting = step.pending(db, job)
    if not waiting:
        say(f"{job.source_lang} to {job.target_lang}: aligned already; to align again: --redo")
        return
    if engine_name:
        for texts in waiting:
            _draft(texts.document_id, job.target_lang, engine_name)
    done = 0
    label = f"{job.source_lang} to {job.target_lang}, {len(waiting)} {'text' if len(waiting) == 1 else 'texts'}"
    arguments = {"documents": [[t.document_id, t.target_document_id] for t in waiting],
                 "aligner": job.aligner.name, "redo": job.redo}  # fmt: skip
    sources = store.documents(db, [texts.document_id for texts in waiting])
    segments = sum(row["segments"] for row in sources)
    with progress(label, segments) as advance, store.running(db, "align", arguments) as run:

        def reached(share: float) -> None:
            nonlocal done
            now = round(segments * min(max(share, 0.0), 1.0))
            advance(max(0, now - done))
            done = max(done, now)

        step.align(db, job, run, reached)


def _draft(document_id: int, target_lang: str, engine_name: str) -> None:
    """Draft a document; what an engine was asked before is not asked again."""
    from workbench.cli.drafting import translate

    context = click.get_current_context()
    context.invoke(
        translate,
        db_path=context.params["db_path"],
        document_id=document_id,
        target_langs=(target_lang,),
        engine_names=(engine_name,),
    )


def _show(db: Database, jobs: Sequence[Job], beads_path: Path | None, *, as_json: bool) -> None:
    from workbench import align as step

    found = [row for job in jobs for row in step.summaries(db, job)]
    if beads_path:
        _write_beads(db, found, beads_path)
    if as_json:
        print_json(found[0] if len(found) == 1 else found)
        return
    for row in found:
        _show_one(row)


def _show_one(row: dict[str, Any]) -> None:
    types = ", ".join(f"{count} {kind}" for kind, count in row["types"].items())
    click.echo(f"{row['document']} - {row['target_document']} ({row['aligner']})")
    click.echo(f"  {row['beads']} beads: {types}")
    click.echo(f"  mean confidence {row['mean_confidence']}")
    for warning in row["warnings"]:
        click.echo(f"  warning: {warning}")
    for part in row["crossing"][:LISTED]:
        click.echo(
            f"  in another order: source {_range(*part['source'])}, target {_range(*part['target'])}"
        )
    for part in row["unaligned"][:LISTED]:
        click.echo(f"  without a partner: {part['side']} {_range(part['first'], part['last'])}")
    if len(row["unaligned"]) > LISTED:
        click.echo(f"  and {len(row['unaligned']) - LISTED} shorter stretches without a partner")
    print_table(
        "Look first at",
        _shortened(row["look_first"]),
        ("unit_id", "type", "confidence", "source", "target"),
    )
    click.echo(
        f"  review: workbench serve, then /-/workbench/align/{row['document_id']}/{row['target_lang']}"
    )


def _shortened(found: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Beads with the beginnings of their texts."""
    from textwrap import shorten

    return [
        {
            **row,
            "source": shorten(row["source"], LONGEST),
            "target": shorten(row["target"], LONGEST),
        }
        for row in found
    ]


def _range(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


def _write_beads(db: Database, found: Sequence[dict[str, Any]], path: Path) -> None:
    from workbench import store

    try:
        if len(found) > 1:
            path.mkdir(parents=True, exist_ok=True)
        for row, name in zip(found, _names([row["document"] for row in found]), strict=True):
            file = path / name if len(found) > 1 else path
            with file.open("w", encoding="utf-8", newline="\n") as stream:
                for bead in store.bitexts.beads(db, row["document_id"], row["target_lang"]):
                    source, target = (
                        ",".join(map(str, bead[side])) for side in ("source", "target")
                    )
                    stream.write(f"{source}\t{target}\t{bead['confidence']:.4f}\n")
            say(f"wrote {row['beads']} beads: {file}")
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}; choose another place") from error


def _names(documents: Sequence[str]) -> list[str]:
    """A file name for each document: its own, with its folder's where several are alike."""
    for depth in range(1, 5):
        names = ["-".join(Path(name).with_suffix("").parts[-depth:]) for name in documents]
        if len(set(names)) == len(names):
            return [f"{name}.tsv" for name in names]
    return [f"{number}.tsv" for number, _ in enumerate(documents, 1)]


COMMANDS = (align,)

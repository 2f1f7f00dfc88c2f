"""The command about translations that exist: align."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line says about reading, languages and aligning."""

    langs: tuple[str | None, str | None]
    format: str | None
    encoding: str | None
    options: dict[str, Any]


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
    asked = Asked(langs, format_name, options["encoding"], options)
    from workbench import registry

    aligner = registry.aligner(options["aligner_name"])
    if options["engine_name"] not in (None, "auto"):
        registry.engine(options["engine_name"])  # said at once, also where all has drafts
    with database(db_path) as db:
        pairs, failed = _pairs(db, texts, options["document_ids"], asked)
        jobs = _jobs(db, pairs, aligner, redo=options["redo"])
        for job in jobs:
            _align(db, job, asked)
        _show(db, jobs, asked)
    if failed:
        raise PartialError("part of the work failed:\n" + "\n".join(failed))


Pair = tuple[int, int]


def _pairs(
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


def _align(db: Database, job: Job, asked: Asked) -> None:
    from workbench import align as step
    from workbench import store

    waiting = step.pending(db, job)
    if not waiting:
        say(f"{job.source_lang} to {job.target_lang}: aligned already; to align again: --redo")
        return
    if asked.options["engine_name"]:
        for texts in waiting:
            _draft(texts.document_id, job.target_lang, asked.options["engine_name"])
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


def _show(db: Database, jobs: Sequence[Job], asked: Asked) -> None:
    from workbench import align as step

    found = [row for job in jobs for row in step.summaries(db, job)]
    if asked.options["beads_path"]:
        _write_beads(db, found, asked.options["beads_path"])
    if asked.options["as_json"]:
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

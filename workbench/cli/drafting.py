"""The commands that bring texts in and draft them: run, add, translate, check."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workbench.cli import output
from workbench.cli.choosing import engine_options, engines_of
from workbench.cli.options import (
    database,
    db_option,
    document_option,
    json_option,
    print_json,
    progress,
    reading_options,
    say,
    to_option,
)
from workbench.errors import EngineError, InputError, PartialError, WorkbenchError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.ingest import Reading
    from workbench.store import Database
    from workbench.translate import Job

paths_argument = click.argument(
    "paths", nargs=-1, required=True, type=click.Path(allow_dash=True, path_type=Path)
)


@click.command()
@paths_argument
@to_option
@db_option
@reading_options
@engine_options
@click.option("--export", "formats", multiple=True, metavar="FORMAT",
              help="Also export to this format; repeat for several.")  # fmt: skip
@click.option("--serve", is_flag=True, help="Open the review pages at the end.")
@json_option
@click.pass_context
def run(ctx: click.Context, /, paths: tuple[Path, ...], db_path: Path, **options: Any) -> None:  # noqa: ANN401 - click's options
    """Do the main job: add texts, translate, check and report.

    Run it again after anything went wrong: what is done stays done.
    """
    say(f"database: {db_path}")
    with database(db_path) as db:
        document_ids, failed = _add(db, paths, _reading(options))
        failed += _translate_all(db, document_ids, options)
        _check(db, options["target_langs"])
        if options["formats"]:
            output.export_all(db, db_path, options["target_langs"], options["formats"])
        output.print_report(db, as_json=options["as_json"])
    if failed:
        raise PartialError("part of the work failed:\n" + "\n".join(failed))
    if options["serve"]:
        ctx.invoke(output.serve, db_path=db_path)


@click.command()
@paths_argument
@db_option
@reading_options
@json_option
def add(paths: tuple[Path, ...], db_path: Path, as_json: bool, **options: Any) -> None:  # noqa: ANN401 - click's options
    """Read documents and split them into segments.

    PATHS are files or directories; - is standard input.
    """
    with database(db_path) as db:
        document_ids, failed = _add(db, paths, _reading(options))
        if as_json:
            from workbench import store

            print_json(store.documents(db, document_ids))
    if failed:
        raise PartialError("part of the work failed:\n" + "\n".join(failed))


@click.command()
@to_option
@db_option
@document_option
@engine_options
@click.option(
    "--redo", is_flag=True, help="Draft again what no person has touched; old drafts are kept."
)
def translate(db_path: Path, document_id: int | None, **options: Any) -> None:  # noqa: ANN401 - click's options
    """Draft every unit that has no draft."""
    from workbench import store

    with database(db_path, create=False) as db:
        document_ids = store.documents_of(db, None, document_id)
        failed = _translate_all(db, document_ids, options)
    if failed:
        raise PartialError("part of the work failed:\n" + "\n".join(failed))


@click.command()
@db_option
def check(db_path: Path) -> None:
    """Look at every unit for lost numbers, copied text, loops and the like."""
    from workbench import store

    with database(db_path, create=False) as db:
        target_langs = sorted({target_lang for _, target_lang in store.language_pairs(db)})
        _check(db, target_langs)


def _reading(options: dict[str, Any]) -> Reading:
    from workbench import ingest

    if options["lines"] and options["format_name"]:
        raise click.UsageError("--lines and --format exclude each other")
    format_name = ingest.LINES if options["lines"] else options["format_name"]
    return ingest.Reading(options["lang"], format_name, options["encoding"])


def _add(db: Database, paths: Sequence[Path], how: Reading) -> tuple[list[int], list[str]]:
    """Add all files; one that fails costs only itself.  Raises its error if it was the only one."""
    from workbench import ingest, store

    document_ids: list[int] = []
    failed: list[str] = []
    files = ingest.find_files(paths)
    with store.running(db, "add", {"paths": [str(path) for path in paths]}) as run:
        for file in files:
            try:
                added = ingest.add_file(db, file, how)
            except InputError as error:
                if len(files) == 1:
                    raise
                failed.append(str(error))
                continue
            document_ids.append(added.document_id)
            if added.status != "unchanged":
                run.counts[added.status] = run.counts.get(added.status, 0) + 1
            kept = f", {added.kept} units kept" if added.status == "replaced" else ""
            say(f"{added.status}: {file} ({added.segments} segments{kept})")
        run.errors += failed
    if not document_ids:
        raise InputError("nothing could be read:\n" + "\n".join(failed))
    return document_ids, failed


def _translate_all(db: Database, document_ids: Sequence[int], options: dict[str, Any]) -> list[str]:
    """Draft into every language; returns what failed.  Raises WorkbenchError if nothing could be done."""
    failed: list[str] = []
    missing: list[WorkbenchError] = []
    tried = 0
    for target_lang in options["target_langs"]:
        try:
            jobs = _jobs(db, document_ids, target_lang, options)
        except WorkbenchError as error:
            tried += 1
            missing.append(error)
            continue
        tried += len(jobs)
        for source_lang, job in jobs.items():
            try:
                failed += _translate_pair(db, source_lang, job, options)
            except EngineError as error:
                missing.append(error)
    if missing and len(missing) == tried:
        raise missing[0]
    return failed + [str(error) for error in missing]


def _jobs(
    db: Database, document_ids: Sequence[int], target_lang: str, options: dict[str, Any]
) -> dict[str, Job]:
    """What to draft into one language, by source language."""
    from workbench import store, translate

    langs = {row["document_id"]: row["lang"] for row in store.documents(db, document_ids)}
    job = translate.Job(
        document_ids,
        target_lang,
        redo=bool(options.get("redo")),
        hypotheses=options["hypotheses"],
        side_by_side=len(options["engine_names"]) > 1,
    )
    job = translate.prepare([langs[document_id] for document_id in document_ids], job)
    return {
        source_lang: replace(
            job, document_ids=[n for n in job.document_ids if langs[n] == source_lang]
        )
        for source_lang in sorted({langs[document_id] for document_id in job.document_ids})
    }


def _translate_pair(db: Database, source_lang: str, job: Job, options: dict[str, Any]) -> list[str]:
    from workbench import store, translate

    waiting = store.count_pending(db, job.document_ids, job.target_lang, redo=job.redo)
    if not waiting:
        say(f"{source_lang} to {job.target_lang}: every unit has a draft")
        return []
    try:
        engines = engines_of(db, source_lang, job.target_lang, options)
        try:
            with (
                progress(f"{source_lang} to {job.target_lang}", waiting) as advance,
                store.running(db, "translate", {"to": job.target_lang, "redo": job.redo}) as run,
            ):
                translate.translate(db, engines, job, run, advance)
        finally:
            engines.close()
    except EngineError:  # what no engine drafts people can translate
        translate.make_units(db, job)
        raise
    return run.errors


def _check(db: Database, target_langs: Sequence[str]) -> None:
    from workbench import check as step
    from workbench import store

    with store.running(db, "check", {"to": list(target_langs)}) as run:
        total, run.counts["findings changed"] = step.check(db, target_langs)
    say(f"checks: {total} findings")


COMMANDS = (run, add, translate, check)

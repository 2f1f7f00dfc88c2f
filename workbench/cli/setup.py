"""The commands about engines and their models: engines, models."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from workbench.cli.options import (
    downloading,
    json_option,
    language,
    print_json,
    print_table,
    say,
)
from workbench.errors import EngineError, PartialError, WorkbenchError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from workbench.engines.index import Entry
    from workbench.engines.packages import Package

Item = TypeVar("Item")

source_option = click.option(
    "--from", "source_lang", default="en", show_default=True, metavar="LANG", callback=language
)


@click.command()
@source_option
@click.option(
    "--to",
    "target_langs",
    multiple=True,
    metavar="LANG",
    callback=language,
    help="Ask for this language; repeat for several [default: all there are].",
)
@click.option("--index", "ask_index", is_flag=True, help="Ask Argos's index too.")
@json_option
def engines(
    source_lang: str, target_langs: Sequence[str], ask_index: bool, as_json: bool
) -> None:  # fmt: skip
    """Show what can translate each pair here, and why the rest cannot.

    Ends with exit code 1 if a language that was asked for has no engine.
    """
    from workbench.engines import overview

    rows = overview.overview(source_lang, target_langs, ask_index=ask_index)
    if as_json:
        print_json(rows)
    else:
        _print_engines(rows, source_lang, target_langs)
    working = {row["target_lang"] for row in rows if row["works"]}
    missing = [target_lang for target_lang in target_langs if target_lang not in working]
    if missing or not working:
        what = ", ".join(missing) or "any language"
        raise EngineError(
            f"no engine translates {source_lang} to {what} here; see: workbench models install --help"
        )


def _print_engines(
    rows: Sequence[dict[str, Any]], source_lang: str, target_langs: Sequence[str]
) -> None:
    """A row for each language asked for and engine; else one for each engine with all it reaches."""
    if target_langs:
        shown = [{**row, "works": "yes" if row["works"] else "no"} for row in rows]
        print_table(
            f"Engines from {source_lang}", shown, ("target_lang", "engine", "works", "why_not")
        )
        return
    reached: dict[str, list[str]] = {}
    for row in rows:
        reached.setdefault(row["engine"], []).extend([row["target_lang"]] if row["works"] else [])
    notes = {row["engine"]: row["why_not"] for row in rows}
    shown = [
        {"engine": name, "target_langs": " ".join(langs) or f"none: {notes[name]}"}
        for name, langs in reached.items()
    ]
    print_table(f"Engines from {source_lang}", shown, ("engine", "target_langs"))


@click.group()
def models() -> None:
    """List, install, update and remove translation models."""


@models.command("list")
@click.option("--offline", is_flag=True, help="Do not ask Argos's index.")
@json_option
def list_models(offline: bool, as_json: bool) -> None:
    """Show installed models and those that Argos's index offers.

    Ends with exit code 3 if the index does not answer: then only what is installed is listed.
    """
    from workbench.engines import index, overview

    silent: EngineError | None = None
    entries: list[index.Entry] = []
    if not offline:
        try:
            entries = index.fetch()
        except EngineError as error:
            silent = error
    rows = overview.models(entries)
    if as_json:
        print_json(rows)
    else:
        _print_models(rows)
    if silent:
        raise PartialError(f"{silent}; only what is installed is listed")


def _print_models(rows: Sequence[dict[str, Any]]) -> None:
    from workbench.engines import folders, packages

    shown = [
        {
            **row,
            "status": f"update to {row['newest']}" if row["status"] == "update" else row["status"],
            "size": f"{row['bytes'] / 1e6:,.0f} MB" if row["bytes"] else "",
            "model": Path(row["where"]).name if row["engine"] == "ctranslate2" else row["version"],
        }
        for row in rows
    ]
    print_table(
        "Models", shown, ("engine", "source_lang", "target_lang", "model", "status", "size")
    )
    for row in rows:
        if row["problem"]:
            say(f"{row['where']}: {row['problem']}")
    if not rows:
        say("no model is installed; see: workbench models install --help")
    places = " and ".join(map(str, folders.places()))
    say(f"packages are in {packages.packages_dir()}, model folders in {places}")


@models.command()
@click.argument("what", nargs=-1, required=True)
@source_option
def install(what: Sequence[str], source_lang: str) -> None:
    """Install models: languages from Argos's index, or .argosmodel files.

    WHAT are target languages, like es fr, or paths of files.
    """
    _each(what, lambda item: _install(item, source_lang))


def _install(item: str, source_lang: str) -> None:
    from workbench import lang
    from workbench.engines import index
    from workbench.engines.install import install_file

    if item.endswith(".argosmodel") or Path(item).is_file():
        say(f"installed {install_file(Path(item)).name}")
        return
    if Path(item).is_dir() and "/" in item:
        raise EngineError(
            f"{item} is a folder; converted models are used where they are: put it into a folder that"
            " WORKBENCH_MODELS names"
        )
    pair = source_lang, lang.standard_tag(item)
    try:
        entries = index.find(*pair)
    except EngineError as error:
        here = index.here(*pair)
        if not here:
            raise EngineError(
                f"{error}; or install a file: workbench models install FILE.argosmodel"
            ) from error
        for package in here:
            say(f"{package.name} is installed already")
        say(f"whether there is a newer one is not known: {error}")
        return
    for entry in entries:
        if index.sound(entry):
            say(f"{entry.name} is installed already")
        else:
            _get(entry)


def _get(entry: Entry) -> Package:
    from workbench.engines import index

    say(f"downloading {entry.name} from {entry.url}")
    with downloading(entry.name) as report:
        package = index.get(entry, report)
    say(f"installed {package.name}")
    return package


@models.command()
def update() -> None:
    """Replace installed packages by newer ones that Argos's index has."""
    from workbench.engines import index, overview, packages

    if not packages.installed():
        say("no package is installed; see: workbench models install --help")
        return
    newer = overview.outdated(index.fetch())
    if not newer:
        say("every installed package is the newest that the index has")
    _each(newer, lambda pair: _update(*pair))


def _update(old: Package, entry: Entry) -> None:
    from workbench.engines.install import remove_older

    say(f"{old.name} is replaced by {entry.version}")
    for package in remove_older(_get(entry)):
        say(f"removed {package.name}")


@models.command()
@click.argument("target_langs", nargs=-1, required=True, metavar="LANG...", callback=language)
@source_option
def remove(target_langs: Sequence[str], source_lang: str) -> None:
    """Remove the installed packages of language pairs, in every version."""
    from workbench.engines.install import remove as step

    def one(target_lang: str) -> None:
        for package in step(source_lang, target_lang):
            say(f"removed {package.name}")

    _each(target_langs, one)


def _each(items: Iterable[Item], step: Callable[[Item], None]) -> None:
    """Do a step for each item; one that fails costs only itself.  Raises its error if it was the only one."""
    items = list(items)
    failed: list[str] = []
    for item in items:
        try:
            step(item)
        except WorkbenchError as error:
            if len(items) == 1:
                raise
            failed.append(str(error))
    if failed:
        kind = PartialError if len(failed) < len(items) else EngineError
        raise kind("\n".join(["part of the work failed:", *failed]))


COMMANDS = (engines, models)

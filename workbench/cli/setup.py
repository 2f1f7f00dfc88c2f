"""The commands about engines and their models: engines, models."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbench.cli.options import json_option, language, print_json, print_table, progress, say
from workbench.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Sequence


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
    elif rows:
        print_table("Engines", rows, list(rows[0]))
    working = {row["target_lang"] for row in rows if row["works"]}
    missing = [target_lang for target_lang in target_langs if target_lang not in working]
    if missing or not working:
        what = ", ".join(missing) or "any language"
        raise EngineError(
            f"no engine translates {source_lang} to {what} here; see: workbench models install --help"
        )


@click.group()
def models() -> None:
    """List, install and remove translation models."""


@models.command("list")
@click.option("--offline", is_flag=True, help="Only what is installed.")
@json_option
def list_models(offline: bool, as_json: bool) -> None:
    """Show installed Argos packages and those that Argos's index offers."""
    from workbench.engines import overview

    rows = overview.models(offline=offline)
    if as_json:
        print_json(rows)
    elif rows:
        print_table("Models", rows, list(rows[0]))
    else:
        say("no model is installed; see: workbench models install --help")


@models.command()
@click.argument("what", nargs=-1, required=True)
@source_option
def install(what: Sequence[str], source_lang: str) -> None:
    """Install models: languages from Argos's index, or .argosmodel files.

    WHAT are target languages, like es fr, or paths of files.
    """
    from workbench import lang
    from workbench.engines import index
    from workbench.engines.install import install_file

    for item in what:
        if item.endswith(".argosmodel") or Path(item).is_file():
            say(f"installed {install_file(Path(item)).name}")
            continue
        for entry in index.find(source_lang, lang.standard_tag(item)):
            say(f"downloading {entry.name} from {entry.url}")
            with progress(entry.name, None) as advance:
                package = index.download(entry, advance)
            say(f"installed {package.name}")


@models.command()
@click.argument("target_lang", metavar="LANG", callback=language)
@source_option
def remove(target_lang: str, source_lang: str) -> None:
    """Remove the installed model of a language pair."""
    from workbench.engines.install import remove as step

    say(f"removed {step(source_lang, target_lang).name}")


COMMANDS = (engines, models)

"""The commands about engines and their models: engines, models."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbench.cli.options import json_option, language, print_json, print_table, progress, say
from workbench.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Sequence


@click.command()
@click.option(
    "--from", "source_lang", default="en", show_default=True, metavar="LANG", callback=language
)
@click.option(
    "--to",
    "target_langs",
    multiple=True,
    metavar="LANG",
    callback=language,
    help="Ask for this language; repeat for several [default: all there are].",
)
@click.option(
    "--index", "ask_index", is_flag=True, help="Count what Argos's index offers as working."
)
@click.option("--quiet", is_flag=True, help="Only the exit code.")
@json_option
def engines(
    source_lang: str, target_langs: Sequence[str], ask_index: bool, quiet: bool, as_json: bool
) -> None:
    """Show what can translate each pair on this machine, and why the rest cannot.

    Ends with exit code 1 if a language that was asked for has no engine.
    """
    from workbench import registry

    members = [engine for engine in registry.engines().values() if engine.automatic]
    pairs = {engine.name: set(engine.pairs()) for engine in members}
    known = {
        target for found in pairs.values() for source, target in found if source == source_lang
    }
    rows = [
        {
            "source_lang": source_lang,
            "target_lang": target_lang,
            "engine": engine.name,
            "works": (source_lang, target_lang) in pairs[engine.name],
            "why_not": ""
            if (source_lang, target_lang) in pairs[engine.name]
            else engine.why_not(source_lang, target_lang),
        }
        for target_lang in target_langs or sorted(known)
        for engine in members
    ]
    if as_json:
        print_json(rows)
    elif rows:
        print_table("Engines", rows, list(rows[0]))
    missing = [
        t for t in target_langs if not any(r["works"] for r in rows if r["target_lang"] == t)
    ]
    if missing or not rows:
        raise EngineError(
            f"no engine translates {source_lang} to {', '.join(missing) or 'anything'} here;"
            " see: workbench models --help"
        )


@click.group()
def models() -> None:
    """Translation models: list, install, remove."""


@models.command("list")
@click.option("--offline", is_flag=True, help="Only what is installed.")
@json_option
def list_models(offline: bool, as_json: bool) -> None:
    """Show installed models and those that Argos's index offers."""
    from workbench.engines import models as step

    rows = step.listing(offline=offline)
    if as_json:
        print_json(rows)
    elif rows:
        print_table("Models", rows, list(rows[0]))
    else:
        say("no model is installed; see: workbench models install --help")


@models.command()
@click.argument("what", nargs=-1, required=True)
@click.option(
    "--from", "source_lang", default="en", show_default=True, metavar="LANG", callback=language
)
def install(what: Sequence[str], source_lang: str) -> None:
    """Install models: languages from Argos's index, or .argosmodel files.

    WHAT are target languages, like es fr, or paths of files.
    """
    from workbench.engines import models as step

    for item in what:
        if item.endswith(".argosmodel") or Path(item).is_file():
            say(f"installed {step.install_file(Path(item))}")
        else:
            _install_language(source_lang, item)


def _install_language(source_lang: str, target_lang: str) -> None:
    from workbench import lang
    from workbench.engines import models as step

    for entry in step.route(source_lang, lang.standard_tag(target_lang)):
        say(f"downloading {entry.name} from {entry.url}")
        with progress(entry.name, 100) as advance:
            installed = step.download(entry, advance)
        say(f"installed {installed}")


@models.command()
@click.argument("target_lang", metavar="LANG", callback=language)
@click.option(
    "--from", "source_lang", default="en", show_default=True, metavar="LANG", callback=language
)
def remove(target_lang: str, source_lang: str) -> None:
    """Remove the installed model of a language pair."""
    from workbench.engines import models as step

    say(f"removed {step.remove(source_lang, target_lang)}")


COMMANDS = (engines, models)

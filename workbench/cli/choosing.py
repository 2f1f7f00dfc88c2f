"""The options that say which engines draft, and the engines that they stand for."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import click

from workbench.cli.options import Command, say
from workbench.model import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.model import Translator
    from workbench.store import Database
    from workbench.translate import Engines

# Hypotheses per search step: fast decodes greedily, good as Argos does.
BEAMS = {"fast": 1, "good": 4, "best": 8}
# As the name of an engine: the first that works.
AUTO = "auto"


def engine_options(command: Command) -> Command:
    """The options that say which engines draft, and how."""
    options = (
        click.option("--engine", "engine_names", multiple=True, metavar="NAME",
                     help="Which engine; repeat for drafts of several side by side, the first"
                     " taken [default: the first that works; see: workbench engines]."),
        click.option("--offline", is_flag=True, help="Never ask Argos's index for a model."),
        click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto",
                     show_default=True, help="Where neural models compute."),
        click.option("--quality", type=click.Choice(list(BEAMS)), default="good",
                     show_default=True, help="How wide neural models search: beam 1, 4 or 8."),
        click.option("--beam", type=click.IntRange(1, 32), help="The beam itself."),
        click.option("--hypotheses", type=click.IntRange(1, 8), default=1, show_default=True,
                     help="Drafts of one engine to keep for each unit."),
        click.option("--attention", is_flag=True,
                     help="Keep which words a neural model looked at, as word links of its drafts."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def engines_of(
    db: Database, source_lang: str, target_lang: str, options: dict[str, Any]
) -> Engines:
    """The memory, the first engine, and those that are asked where it fails."""
    from workbench import registry
    from workbench.engines import choose
    from workbench.memory import Memory
    from workbench.translate import Engines

    pair = source_lang, target_lang
    beam = options["beam"] or BEAMS[options["quality"]]
    settings = Settings(options["device"], beam, options["attention"])
    names = list(dict.fromkeys(options["engine_names"])) or [AUTO]
    for name in names:
        if name != AUTO:
            registry.engine(name)  # a wrong name is said before anything is loaded

    def load(name: str) -> Translator:
        if name == AUTO:
            return choose.first_that_works(*pair, settings, say=say, offline=options["offline"])
        translator = choose.ready(registry.engine(name), pair, settings)
        if translator.notice:
            say(translator.notice)
        return translator

    first = load(names[0])
    others: list[Callable[[], Translator | None]] = [partial(load, name) for name in names[1:]]
    if names == [AUTO]:
        others = choose.others(first, *pair, settings, say=say)
    return Engines(source_lang, first, others, Memory(db, *pair))

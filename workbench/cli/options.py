"""Options and output habits that commands share."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.progress import TaskID

    from workbench.store import Database

DEFAULT_DB = Path("alignments/workbench.db")

# Columns of a table that goes to a file or a pipe.
WIDTH = 120

Command = TypeVar("Command", bound="Callable[..., Any]")

db_option = click.option(
    "--db",
    "db_path",
    type=click.Path(dir_okay=False, path_type=Path),
    default=DEFAULT_DB,
    envvar="WORKBENCH_DB",
    show_default=True,
    show_envvar=True,
    help="The database file.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")


def language(_context: click.Context, _parameter: click.Parameter, value: Any) -> Any:  # noqa: ANN401 - click's callback
    """Bring language tags given on the command line to their standard form."""
    from workbench import lang

    if isinstance(value, tuple):
        return tuple(dict.fromkeys(lang.standard_tag(tag) for tag in value))
    return lang.standard_tag(value) if value else value


to_option = click.option(
    "--to",
    "target_langs",
    multiple=True,
    required=True,
    metavar="LANG",
    callback=language,
    help="Target language, like es or pt-BR; repeat for several.",
)
document_option = click.option(
    "--document", "document_id", type=int, metavar="ID", help="Only this document."
)


def reading_options(command: Command) -> Command:
    """The options that say how files are read."""
    options = (
        click.option("--lang", metavar="LANG", callback=language,
                     help="Language of the texts [default: that of corpus/LANG/, else en]."),
        click.option("--format", "format_name", metavar="NAME",
                     help="Read every file as this format [default: by file name]."),
        click.option("--encoding", metavar="NAME", help="Character encoding [default: detected]."),
        click.option("--lines", is_flag=True, help="Each line is a segment already."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


@contextmanager
def database(path: Path, *, create: bool = True) -> Iterator[Database]:
    """The open database for the length of a command."""
    from workbench import store

    with store.opened(path, create=create) as db:
        yield db


def say(text: str) -> None:
    """One line for people, on stderr, so that stdout stays clean for results."""
    click.echo(text, err=True)


@contextmanager
def progress(label: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """A progress bar on stderr, without end if the total is not known; gives what moves it on."""
    with stages(label) as advance:
        advance("", 0, total)
        yield lambda count: advance("", count, total)


@contextmanager
def stages(label: str) -> Iterator[Callable[[str, int, int | None], None]]:
    """A progress bar on stderr for each stage of a work; none if that is no terminal.

    Gives what is told a stage's name, how far it came, and its total if that is known.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        tasks: dict[str, TaskID] = {}

        def advance(stage: str, count: int, total: int | None) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(f"{label} {stage}".rstrip(), total=total)
            bar.advance(tasks[stage], count)

        yield advance


@contextmanager
def downloading(label: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar of bytes on stderr; gives what tells it how many are here, and how many in all."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(label, total=None)
        yield lambda here, total: bar.update(task, completed=here, total=total or None)


def print_json(value: object) -> None:
    """Print a value, dataclasses included, as JSON."""
    plain = asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
    click.echo(json.dumps(plain, ensure_ascii=False, indent=2, default=str))


def print_table(title: str, rows: Sequence[dict[str, Any]], columns: Sequence[str]) -> None:
    """Print rows as a table; nothing if there are none."""
    if not rows:
        return
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    for column in columns:
        number = isinstance(rows[0][column], (int, float))
        table.add_column(
            column.replace("_", " "),
            justify="right" if number else "left",
            overflow="fold",
            no_wrap=number,
        )
    for row in rows:
        table.add_row(*(Text("" if row[c] is None else str(row[c])) for c in columns))
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH)
    console.print(table)

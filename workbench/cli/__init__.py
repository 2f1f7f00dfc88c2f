"""The command line: parses arguments, calls one step, prints, and ends with the right exit code.

Exit codes: 0 done; 1 an error that the user can mend; 2 wrong usage; 3 part of the work failed.
"""

from __future__ import annotations

from typing import Any

import click

from workbench import __version__
from workbench.cli import drafting, output, setup
from workbench.errors import WorkbenchError


class _Failure(click.ClickException):
    """A WorkbenchError as click shows it."""

    def __init__(self, error: WorkbenchError) -> None:
        super().__init__(str(error))
        self.exit_code = error.exit_code


class _Group(click.Group):
    """A group whose commands' WorkbenchErrors become one line and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        try:
            return super().invoke(ctx)
        except WorkbenchError as error:
            raise _Failure(error) from error


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="workbench")
def main() -> None:
    r"""Segment, machine-translate, review and query parallel text in one SQLite file.

    \b
    Start with:  workbench run TEXT --to es --serve
    """


for module in (drafting, output, setup):
    for command in module.COMMANDS:
        main.add_command(command)

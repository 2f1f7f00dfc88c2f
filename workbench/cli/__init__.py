"""The command line: parses arguments, calls one step, prints, and ends with the right exit code.

Exit codes: 0 done; 1 an error that the user can mend; 2 wrong usage; 3 part of the work failed;
130 stopped by Ctrl-C, 143 by SIGTERM, 129 by SIGHUP (128 and the signal's number).
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any

import click

from workbench import __version__
from workbench.cli import aligning, drafting, linking, output, setup, stopping, terms
from workbench.errors import WorkbenchError

# With this in the environment an error shows where it arose.
DEBUG = "WORKBENCH_DEBUG"


class _Group(click.Group):
    """A group whose commands' WorkbenchErrors become one line and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        try:
            with stopping.by_signals():
                return super().invoke(ctx)
        except KeyboardInterrupt as stop:
            with suppress(OSError):  # the terminal may be gone
                click.echo(
                    "stopped; what is stored stays: type the same command to go on", err=True
                )
            stopping.leave(stopping.exit_code(stop))
            ctx.exit(stopping.exit_code(stop))
        except Exception as error:
            if DEBUG in os.environ or not (shown := _shown(error)):
                raise
            click.echo(f"Error: {shown}", err=True)
            ctx.exit(shown.exit_code)


def _shown(error: Exception) -> WorkbenchError | None:
    """The error that is shown in one line; None for one that is no user's fault and no plugin's."""
    if isinstance(error, WorkbenchError):
        return error
    if isinstance(error, (click.ClickException, click.exceptions.Exit, click.Abort)):
        return None
    from workbench import registry

    return registry.blame(error)


@click.group(
    cls=_Group,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Start with: workbench run TEXT --to es --serve",
)
@click.version_option(__version__, prog_name="workbench")
def main() -> None:
    """Segment, machine-translate, review and query parallel text in one SQLite file."""


for module in (drafting, aligning, linking, output, setup, terms):
    for command in module.COMMANDS:
        main.add_command(command)

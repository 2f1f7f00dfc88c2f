"""The list that migrations register in, and how they write their SQL."""

from __future__ import annotations

from sqlite_utils import Migrations

MIGRATIONS = Migrations("workbench")


def statements(script: str) -> list[str]:
    """The statements of a script without triggers."""
    return [statement for statement in script.split(";") if statement.strip()]

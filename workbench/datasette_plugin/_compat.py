"""What differs between Datasette 0.65 and 1.0, behind one name each."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from workbench import store
from workbench.errors import StoreError


async def may_view(datasette: Any, actor: Any, database: str) -> bool:
    """Whether an actor may see the units of a database."""
    if hasattr(datasette, "allowed"):  # 1.0
        from datasette.resources import TableResource

        resource = TableResource(database=database, table="units")
        return bool(await datasette.allowed(action="view-table", resource=resource, actor=actor))
    wanted = (
        ("view-instance", None),
        ("view-database", database),
        ("view-table", (database, "units")),
    )
    for action, resource in wanted:
        if not await datasette.permission_allowed(actor, action, resource=resource, default=True):
            return False
    return True


async def saved_queries(datasette: Any, database: str) -> dict[str, dict[str, str]]:
    """The questions that Datasette 0.65 shows for a database."""
    if not await _is_ours(datasette.databases[database]):
        return {}
    return {name: {"title": q.title, "sql": q.sql} for name, q in store.QUESTIONS.items()}


async def add_queries(datasette: Any) -> None:
    """Give Datasette 1.0 our questions; they need the permission to run SQL, as on 0.65."""
    if not hasattr(datasette, "add_query"):
        return
    for database in datasette.databases.values():
        if await _is_ours(database):
            for name, question in store.QUESTIONS.items():
                await datasette.add_query(database.name, name, question.sql, title=question.title)


async def migrated(datasette: Any) -> None:
    """Migrate the workbench databases that may be written.

    Raises Datasette's StartupError if one cannot be.
    """
    from datasette.utils import StartupError

    for database in datasette.databases.values():
        if database.path and database.is_mutable and await _is_ours(database):
            try:
                with store.opened(Path(database.path), create=False):
                    pass
            except StoreError as error:
                raise StartupError(str(error)) from error


def quiet() -> None:
    """Keep Datasette from printing the local variables of every error, where `rich` is installed.

    They are people's texts and cookies; and for an address that leads nowhere, where there is no error,
    `rich` fails, so that both lines answer 500 in place of 404.
    """
    handler = sys.modules.get("datasette.handle_exception")
    if getattr(handler, "rich", None) is not None:
        handler.rich = None  # type: ignore[union-attr]  # a module's own variable


async def _is_ours(database: Any) -> bool:
    return not database.name.startswith("_") and bool(
        await database.execute_fn(lambda c: store.is_workbench(store.from_connection(c)))
    )

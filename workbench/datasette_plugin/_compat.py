"""What differs between Datasette 0.65 and 1.0, behind one name each."""

from __future__ import annotations

from typing import Any

from workbench import store


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


async def _is_ours(database: Any) -> bool:
    return not database.name.startswith("_") and bool(
        await database.execute_fn(lambda c: store.is_workbench(store.from_connection(c)))
    )

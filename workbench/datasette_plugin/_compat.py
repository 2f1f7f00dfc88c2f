"""What differs between Datasette 0.65 and 1.0, behind one name each."""

from __future__ import annotations

from typing import Any


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

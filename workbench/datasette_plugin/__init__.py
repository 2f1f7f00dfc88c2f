"""The review pages as a Datasette plugin: routes, guard, cells and links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pluggy

from workbench.datasette_plugin import cells, pages, saving
from workbench.datasette_plugin.guard import guarded

if TYPE_CHECKING:
    from collections.abc import Callable

    from markupsafe import Markup

hookimpl = pluggy.HookimplMarker("datasette")

HOME = "/-/workbench"


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    """The pages, and the addresses that take a person's work."""
    return [
        (rf"^{HOME}$", pages.documents),
        (rf"^{HOME}/static/(?P<name>[a-z_-]+\.(?:css|js))$", pages.static),
        (rf"^{HOME}/name$", saving.name),
        (rf"^{HOME}/unit/(?P<unit_id>\d+)$", pages.unit),
        (rf"^{HOME}/unit/(?P<unit_id>\d+)/side$", pages.side),
        (rf"^{HOME}/unit/(?P<unit_id>\d+)/save$", saving.save),
        (rf"^{HOME}/(?P<document_id>\d+)/(?P<target_lang>[A-Za-z0-9-]+)$", pages.review),
        (rf"^{HOME}/(?P<document_id>\d+)/(?P<target_lang>[A-Za-z0-9-]+)/next$", pages.unfinished),
    ]


@hookimpl
def asgi_wrapper(datasette: Any) -> Callable[[Any], Any]:
    """Guard every address of Datasette, not only ours."""
    config = datasette.plugin_config("workbench") or {}
    return guarded(frozenset(config.get("allowed_hosts", ())))


@hookimpl
def menu_links(datasette: Any) -> list[dict[str, str]]:
    """Review, in Datasette's menu."""
    return _links(datasette)


@hookimpl
def database_actions(datasette: Any) -> list[dict[str, str]]:
    """Review, on the database's page."""
    return _links(datasette)


@hookimpl
def table_actions(datasette: Any, table: str) -> list[dict[str, str]]:
    """Review, on the pages of our tables."""
    return _links(datasette) if table in cells.TABLES else []


@hookimpl
def render_cell(
    value: Any,
    column: str,
    table: str | None,
    datasette: Any,
) -> Markup | None:
    """Link numbers of units to their review page and show states."""
    return cells.render(value, column, table, datasette.urls.path(HOME))


def _links(datasette: Any) -> list[dict[str, str]]:
    return [{"href": datasette.urls.path(HOME), "label": "Review translations"}]

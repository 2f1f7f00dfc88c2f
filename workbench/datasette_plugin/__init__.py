"""The review pages as a Datasette plugin: routes, guard, cells and links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pluggy

from workbench.datasette_plugin import aligning, cells, finding, pages, saving, team, words, working
from workbench.datasette_plugin._compat import add_queries, migrated, quiet, saved_queries
from workbench.datasette_plugin.guard import guarded
from workbench.datasette_plugin.responses import gentle

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from markupsafe import Markup

hookimpl = pluggy.HookimplMarker("datasette")

HOME = "/-/workbench"


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    """The pages, and the addresses that take a person's work."""
    unit = rf"^{HOME}/unit/(?P<unit_id>\d+)"
    text = rf"^{HOME}/(?P<document_id>\d+)/(?P<target_lang>[A-Za-z0-9-]+)"
    bitext = rf"^{HOME}/align/(?P<document_id>\d+)/(?P<target_lang>[A-Za-z0-9-]+)"
    routes = [
        (rf"^{HOME}$", pages.documents),
        (rf"^{HOME}/static/(?P<name>[a-z_-]+\.(?:css|js))$", pages.static),
        (rf"^{HOME}/name$", saving.name),
        (rf"^{HOME}/find$", finding.find),
        (rf"^{HOME}/find\.json$", finding.find_json),
        (rf"^{HOME}/find/batch$", finding.batch),
        (rf"^{HOME}/find/saved$", finding.saved),
        (rf"^{HOME}/run/(?P<run_id>\d+)$", finding.run),
        (rf"^{HOME}/run/(?P<run_id>\d+)/undo$", finding.undo),
        (rf"^{HOME}/people$", team.people),
        (rf"^{HOME}/report$", team.report),
        (rf"^{HOME}/report\.json$", team.report_json),
        (rf"{unit}$", pages.unit),
        (rf"{unit}/side$", pages.side),
        (rf"{unit}/save$", saving.save),
        (rf"{unit}/more\.json$", working.more),
        (rf"{unit}/note$", working.note),
        (rf"{unit}/words$", words.words),
        (rf"{unit}/links$", words.page),
        (rf"{unit}/dismiss$", working.dismiss),
        (rf"{unit}/split$", working.split),
        (rf"{unit}/merge$", working.merge),
        (rf"{bitext}$", aligning.alignment),
        (rf"{bitext}/step$", aligning.step),
        (rf"{text}$", pages.review),
        (rf"{text}/next$", pages.next_unit),
        (rf"{text}/units\.json$", finding.units),
        (rf"{text}/claim$", working.claim),
        (rf"{text}/here$", working.here),
        (rf"{text}/people\.json$", working.people_here),
        (rf"{text}/mine\.json$", working.mine),
    ]
    routes.append((rf"^{HOME}/.*$", pages.missing))
    return [(pattern, gentle(view)) for pattern, view in routes]


@hookimpl
def asgi_wrapper(datasette: Any) -> Callable[[Any], Any]:
    """Guard every address of Datasette, not only ours."""
    config = datasette.plugin_config("workbench") or {}
    return guarded(frozenset(config.get("allowed_hosts", ())))


@hookimpl
def canned_queries(datasette: Any, database: str) -> Callable[[], Awaitable[dict[str, Any]]]:
    """Our questions, on the database's page of Datasette 0.65; 1.0 has no such hook."""

    async def questions() -> dict[str, Any]:
        return await saved_queries(datasette, database)

    return questions


@hookimpl
def startup(datasette: Any) -> Callable[[], Awaitable[None]]:
    """Bring databases to the newest shape; our questions, on the pages of Datasette 1.0."""

    async def start() -> None:
        quiet()
        await migrated(datasette)
        await add_queries(datasette)

    return start


@hookimpl
def menu_links(datasette: Any) -> list[dict[str, str]]:
    """Our pages, in Datasette's menu."""
    further = {"find": "Find units", "report": "Report of the work", "people": "People and roles"}
    return _links(datasette) + [
        {"href": datasette.urls.path(f"{HOME}/{name}"), "label": label}
        for name, label in further.items()
    ]


@hookimpl
def database_actions(datasette: Any) -> list[dict[str, str]]:
    """Review, on the database's page."""
    return _links(datasette)


@hookimpl
def table_actions(datasette: Any, table: str) -> list[dict[str, str]]:
    """Review and find, on the pages of our tables."""
    if table not in cells.TABLES and not table.startswith("bitext"):
        return []
    find = {"href": datasette.urls.path(f"{HOME}/find"), "label": "Find units, change many"}
    return [*_links(datasette), find]


@hookimpl
def render_cell(
    row: Any,
    value: Any,
    column: str,
    table: str | None,
    datasette: Any,
) -> Markup | None:
    """Link units and texts to their pages; show states, scores and what people changed."""
    return cells.render(value, column, table, row, datasette.urls.path(HOME))


def _links(datasette: Any) -> list[dict[str, str]]:
    return [{"href": datasette.urls.path(HOME), "label": "Review translations"}]

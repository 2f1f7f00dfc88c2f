"""What all pages share: finding the database, rendering with the right headers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from datasette import Forbidden, NotFound, Response

from workbench import store
from workbench.datasette_plugin._compat import may_view
from workbench.datasette_plugin.identity import names_are_typed, person, rules

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.store import Database

Result = TypeVar("Result")

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self';"
        " form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}


async def workbench_database(datasette: Any, request: Any) -> Any:
    """The database that holds our tables.

    Raises NotFound if none does, Forbidden if the person may not see it.
    """
    for name, database in datasette.databases.items():
        if not name.startswith("_") and await read(database, store.is_workbench):
            if not await may_view(datasette, request.actor, name):
                raise Forbidden("You may not see these translations")
            return database
    raise NotFound("No workbench database is served here")


async def read(database: Any, query: Callable[[Database], Result]) -> Result:
    """Run a query of the store in one of Datasette's reading threads."""
    result: Result = await database.execute_fn(
        lambda connection: query(store.from_connection(connection))
    )
    return result


async def write(database: Any, change: Callable[[Database], Result]) -> Result:
    """Run a change in Datasette's writing thread, in one transaction that survives a power cut."""

    def run(connection: Any) -> Result:
        db = store.from_connection(connection)
        with store.writing(db):
            return change(db)

    result: Result = await database.execute_write_fn(run)
    return result


async def _known(datasette: Any, request: Any) -> tuple[str, str]:
    """The role of who asks, and which database this is."""
    database = await workbench_database(datasette, request)
    who, allowed = person(request), rules(datasette)
    return await read(database, lambda db: (store.role_of(db, who, allowed), store.identity(db)))


def gentle(view: Callable[..., Any]) -> Callable[..., Any]:
    """A view whose 404 is a page of ours.

    Datasette prints a long traceback for each, which takes a second and shows texts in its log.
    """

    async def route(datasette: Any, request: Any) -> Response:
        try:
            return await view(datasette, request)
        except NotFound as error:
            message = str(error)
        try:
            return await page(datasette, request, "missing", {"message": message}, status=404)
        except NotFound:
            return Response.text(message, status=404, headers=HEADERS)

    return route


async def page(
    datasette: Any,
    request: Any,
    template: str,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> Response:
    """An HTML page of ours."""
    role, identity = await _known(datasette, request)
    full = {
        # what the browser keeps must not be offered to another database at the same address
        "database_identity": identity,
        "role": role,
        "reviews": role in {"reviewer", "admin"},
        "names_are_typed": names_are_typed(datasette),
        # a reader who is known to be one; who is not known yet may type and is asked then
        "reading": role == "reader" and bool(person(request) or not names_are_typed(datasette)),
        "home": datasette.urls.path("/-/workbench"),
        "datasette_home": datasette.urls.instance(),
        "logout": datasette.urls.logout(),
        "person": person(request),
        "csrf": request.scope["csrftoken"]() if "csrftoken" in request.scope else "",
        "here": request.path + (f"?{request.query_string}" if request.query_string else ""),
        **context,
    }
    html = await datasette.render_template(f"workbench_{template}.html", full, request=request)
    return Response.html(html, status=status, headers=HEADERS)


def json(data: Any, status: int = 200) -> Response:
    """A JSON answer to our script."""
    return Response.json(data, status=status, headers=HEADERS)

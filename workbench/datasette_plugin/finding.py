"""The pages that find units across texts: by filters in the address, as a page and as JSON."""

from __future__ import annotations

from typing import Any

from datasette import Response

from workbench import store
from workbench.datasette_plugin import responses
from workbench.datasette_plugin.addresses import read_filter
from workbench.errors import InputError
from workbench.store import Filter

SIZE = 100


async def units(datasette: Any, request: Any) -> Response:
    """A page of the units of one text that the address asks for, as JSON."""
    database = await responses.workbench_database(datasette, request)
    variables = request.url_vars
    document_id = int(variables["document_id"][:18])
    return await _answer(request, database, document_id, variables["target_lang"])


async def find_json(datasette: Any, request: Any) -> Response:
    """A page of the units that the address asks for, over all texts, as JSON."""
    database = await responses.workbench_database(datasette, request)
    return await _answer(request, database, None, None)


async def _answer(
    request: Any, database: Any, document_id: int | None, target_lang: str | None
) -> Response:
    try:
        wanted = read_filter(request.args, document_id=document_id, target_lang=target_lang)
        return responses.json(await responses.read(database, _query(wanted, request.args)))
    except InputError as error:
        return responses.json({"ok": False, "error": str(error)}, 400)


def _query(wanted: Filter, args: Any) -> Any:
    size = str(args.get("size") or "")
    number = int(size) if size.isascii() and size.isdigit() and len(size) < 5 else SIZE

    def query(db: store.Database) -> dict[str, Any]:
        found = store.find_units(db, wanted, after=args.get("after") or "", size=number)
        count, exact = store.count_units(db, wanted)
        return {
            "ok": True,
            "units": found.units,
            "next": found.following,
            "count": count,
            "exact": exact,
            "problem": found.problem,
        }

    return query

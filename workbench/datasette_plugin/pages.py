"""The pages that show: documents, units side by side, one unit with its history.  They never write."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from datasette import NotFound, Response

from workbench import lang, store
from workbench.datasette_plugin.diffs import difference
from workbench.datasette_plugin.panel import gathered
from workbench.datasette_plugin.responses import page, read, workbench_database
from workbench.errors import StoreError

if TYPE_CHECKING:
    from workbench.model import Unit

# Units on one page.
SIZE = 100
STATIC = {"css": "text/css", "js": "text/javascript"}
MARKS = {"initial": "○", "translated": "◐", "reviewed": "●", "final": "★"}


async def documents(datasette: Any, request: Any) -> Response:
    """All documents with their progress in each language."""
    database = await workbench_database(datasette, request)
    rows = await read(database, store.review_documents)
    for row in rows:
        if row["target_lang"]:
            row["target_name"] = lang.name(row["target_lang"])
            row["done"] = row["reviewed"] + row["final"]
    context = {
        "rows": rows,
        "database": database.name,
        "database_url": datasette.urls.database(database.name),
    }
    return await page(datasette, request, "documents", context)


async def review(datasette: Any, request: Any) -> Response:
    """The units of a document, source and target side by side, one window at a time."""
    database = await workbench_database(datasette, request)
    document_id, target_lang = _wanted(request)
    document = await read(database, lambda db: store.review_document(db, document_id, target_lang))
    if document is None:
        raise NotFound(f"No units of document {document_id} in {target_lang}")
    at = _number(request.args.get("at"), 0)
    changes = request.args.get("changes") == "1"

    def window(db: store.Database) -> tuple[store.UnitsPage, str]:
        found = store.units_page(db, document_id, target_lang, at=at, size=SIZE)
        if changes:
            _show_changes(db, found.units)
        first = found.units[0]["position"] if found.units else 0
        return found, store.heading_before(db, document_id, target_lang, first)

    found, heading = await read(database, window)
    kept = {"changes": "1"} if changes else {}
    context = {
        "document": document,
        "units": found.units,
        "heading": heading,
        "previous": _query(at=found.previous, **kept),
        "following": _query(at=found.following, **kept),
        "changes": changes,
        "with_changes": urlencode({"at": at, "changes": "1"}),
        "without_changes": urlencode({"at": at}),
        "marks": MARKS,
        "base": datasette.urls.path(f"/-/workbench/{document_id}/{target_lang}"),
        "table_url": datasette.urls.table(database.name, "bitext"),
        "done": document["reviewed"] + document["final"],
        **_languages(document["source_lang"], target_lang),
    }
    return await page(datasette, request, "review", context)


def _show_changes(db: store.Database, units: list[dict[str, Any]]) -> None:
    """Give units that people changed the difference from their draft."""
    drafts = store.first_drafts(db, [unit["id"] for unit in units])
    for unit in units:
        if unit["id"] in drafts:
            unit["pieces"] = difference(drafts[unit["id"]], unit["target"])


def _query(**parameters: Any) -> str | None:
    """The query of an address; None if its place is not known."""
    return None if parameters["at"] is None else urlencode(parameters)


async def unfinished(datasette: Any, request: Any) -> Response:
    """Go to the next unit that is not reviewed yet, or to the first one if none follows."""
    database = await workbench_database(datasette, request)
    document_id, target_lang = _wanted(request)
    after = _number(request.args.get("after"), -1)

    def find(db: store.Database) -> int | None:
        found = store.next_unfinished(db, document_id, target_lang, after)
        return (
            found if found is not None else store.next_unfinished(db, document_id, target_lang, -1)
        )

    position = await read(database, find)
    base = datasette.urls.path(f"/-/workbench/{document_id}/{target_lang}")
    if position is None:
        return Response.redirect(base)
    return Response.redirect(f"{base}?at={max(0, position - 2)}#p{position}")


async def unit(datasette: Any, request: Any) -> Response:
    """One unit with all its drafts and its history."""
    return await _unit(datasette, request, "unit", panel=False)


async def side(datasette: Any, request: Any) -> Response:
    """What the panel shows about one unit, as a piece of HTML."""
    return await _unit(datasette, request, "side", panel=True)


async def _unit(datasette: Any, request: Any, template: str, *, panel: bool) -> Response:
    database = await workbench_database(datasette, request)
    unit_id = _number(request.url_vars["unit_id"], 0)
    try:
        found = await read(database, lambda db: store.unit(db, unit_id))
    except StoreError as error:
        raise NotFound(str(error)) from error
    known = await read(database, lambda db: gathered(db, found))
    base = datasette.urls.path(f"/-/workbench/{found.document_id}/{found.target_lang}")
    back = f"{base}?at={max(0, found.position - 2)}#p{found.position}"
    context = {
        "unit": _row(found),
        "side": known,
        "panel": panel,
        "marks": MARKS,
        "base": base,
        "back_to_text": back,
        "back": back if panel else request.path,
        "row_url": datasette.urls.path(f"{datasette.urls.table(database.name, 'units')}/{unit_id}"),
        **_languages(found.source_lang, found.target_lang),
    }
    return await page(datasette, request, template, context)


def _row(unit: Unit) -> dict[str, Any]:
    """A unit as the list's rows need it."""
    fields = {name: getattr(unit, name) for name in unit.__dataclass_fields__}
    return {**fields, "id": unit.unit_id, "kind": "paragraph", "level": 0}


async def static(request: Any) -> Response:
    """Our stylesheet and scripts."""
    name = request.url_vars["name"]
    text = _file(name)
    if text is None:
        raise NotFound(f"No file {name}")
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache"}
    kind = STATIC[name.rpartition(".")[2]]
    return Response(text, content_type=f"{kind}; charset=utf-8", headers=headers)


@cache
def _file(name: str) -> str | None:
    file = resources.files("workbench.datasette_plugin") / "static" / name
    return file.read_text("utf-8") if file.is_file() else None


def _wanted(request: Any) -> tuple[int, str]:
    return _number(request.url_vars["document_id"], 0), request.url_vars["target_lang"]


def _number(text: str | None, default: int) -> int:
    """A number from an address; the default for what is none, or beyond what SQLite can hold."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else default


def _languages(source_lang: str, target_lang: str) -> dict[str, Any]:
    known = {
        "source_lang": source_lang,
        "target_lang": target_lang,
        "source_name": lang.name(source_lang),
        "target_name": lang.name(target_lang),
        "source_dir": lang.direction(source_lang),
        "target_dir": lang.direction(target_lang),
    }
    return {**known, "languages": known}

"""The pages that show: documents, units side by side, one unit with its history.  They never write."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

from datasette import NotFound, Response

from workbench import lang, store
from workbench.datasette_plugin.diffs import difference
from workbench.datasette_plugin.responses import page, read, workbench_database
from workbench.errors import StoreError

# Units on one page.
SIZE = 100
STATIC = {"review.css": "text/css", "review.js": "text/javascript", "work.css": "text/css"}
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
    window = await read(
        database, lambda db: store.units_page(db, document_id, target_lang, at=at, size=SIZE)
    )
    context = {
        "document": document,
        "window": window,
        "marks": MARKS,
        "base": datasette.urls.path(f"/-/workbench/{document_id}/{target_lang}"),
        "table_url": datasette.urls.table(database.name, "bitext"),
        "done": document["reviewed"] + document["final"],
        **_languages(document["source_lang"], target_lang),
    }
    return await page(datasette, request, "review", context)


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
    database = await workbench_database(datasette, request)
    unit_id = _number(request.url_vars["unit_id"], 0)
    try:
        found = await read(database, lambda db: store.unit(db, unit_id))
    except StoreError as error:
        raise NotFound(str(error)) from error
    history = await read(database, lambda db: store.history(db, unit_id))
    for revision in history:
        revision["pieces"] = difference(revision["before"], revision["after"])
    matches = await read(database, lambda db: store.matches(db, unit_id))
    context = {
        "unit": found,
        "history": history,
        "matches": matches,
        "marks": MARKS,
        "back": datasette.urls.path(
            f"/-/workbench/{found.document_id}/{found.target_lang}"
            f"?at={max(0, found.position - 2)}#p{found.position}"
        ),
        "row_url": datasette.urls.path(f"{datasette.urls.table(database.name, 'units')}/{unit_id}"),
        **_languages(found.source_lang, found.target_lang),
    }
    return await page(datasette, request, "unit", context)


async def static(request: Any) -> Response:
    """Our stylesheet and script."""
    name = request.url_vars["name"]
    if name not in STATIC:
        raise NotFound(f"No file {name}")
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache"}
    return Response(_file(name), content_type=f"{STATIC[name]}; charset=utf-8", headers=headers)


@cache
def _file(name: str) -> str:
    return (resources.files("workbench.datasette_plugin") / "static" / name).read_text("utf-8")


def _wanted(request: Any) -> tuple[int, str]:
    return _number(request.url_vars["document_id"], 0), request.url_vars["target_lang"]


def _number(text: str | None, default: int) -> int:
    """A number from an address; the default for what is none, or beyond what SQLite can hold."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else default


def _languages(source_lang: str, target_lang: str) -> dict[str, str]:
    return {
        "source_lang": source_lang,
        "target_lang": target_lang,
        "source_name": lang.name(source_lang),
        "target_name": lang.name(target_lang),
        "source_dir": lang.direction(source_lang),
        "target_dir": lang.direction(target_lang),
    }

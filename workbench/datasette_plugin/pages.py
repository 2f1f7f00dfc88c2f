"""The pages that show: documents, units side by side, one unit with its history.  They never write."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cache, partial
from importlib import resources
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from datasette import NotFound, Response

from workbench import lang, store
from workbench.datasette_plugin.addresses import number, read_filter, text_of, write_filter
from workbench.datasette_plugin.diffs import difference
from workbench.datasette_plugin.panel import gathered
from workbench.datasette_plugin.responses import page, read, workbench_database
from workbench.datasette_plugin.searching import SIZE, told
from workbench.errors import InputError, StoreError
from workbench.store import Filter

if TYPE_CHECKING:
    from workbench.model import Unit

STATIC = {"css": "text/css", "js": "text/javascript"}
MARKS = {"initial": "○", "translated": "◐", "reviewed": "●", "final": "★"}


async def documents(datasette: Any, request: Any) -> Response:
    """Documents with their progress in each language, a hundred on a page, all or those of a name."""
    database = await workbench_database(datasette, request)
    text, after = (request.args.get("text") or "")[:200], number(request.args.get("after"), 0)
    look = partial(store.review_documents, after=after, text=text, size=SIZE + 1)
    rows = await read(database, look)
    numbers = list(dict.fromkeys(row["document_id"] for row in rows))
    further = numbers[SIZE - 1] if len(numbers) > SIZE else None
    rows = [row for row in rows if further is None or row["document_id"] <= further]
    for row in rows:
        if row["target_lang"]:
            row["target_name"] = lang.name(row["target_lang"])
            row["done"] = row["reviewed"] + row["final"]
    context = {
        "rows": rows,
        "text": text,
        "after": after,
        "further": urlencode({"text": text, "after": further}) if further else None,
        "database": database.name,
        "database_url": datasette.urls.database(database.name),
    }
    return await page(datasette, request, "documents", context)


async def review(datasette: Any, request: Any) -> Response:
    """The units of a document, source and target side by side, one window at a time."""
    database = await workbench_database(datasette, request)
    document_id, target_lang = text_of(request)
    document = await read(database, lambda db: store.review_document(db, document_id, target_lang))
    if document is None:
        raise NotFound(f"No units of document {document_id} in {target_lang}")
    changes = request.args.get("changes") == "1"
    mistake, wanted = "", Filter(document_id=document_id, target_lang=target_lang)
    try:
        wanted = read_filter(request.args, document_id=document_id, target_lang=target_lang)
        look = partial(_window, wanted=wanted, args=request.args)
        window = await read(database, look)
    except InputError as error:  # the filter is wrong, the text is shown all the same
        mistake, plain = str(error), Filter(document_id=document_id, target_lang=target_lang)
        window = await read(database, partial(_window, wanted=plain, args={}))
    if changes:
        await read(database, lambda db: _show_changes(db, window["units"]))
    context = {
        **window,
        "document": document,
        "mistake": mistake,
        "wanted": wanted,
        "checks": await read(database, store.finding_names),
        "address": partial(_address, wanted, changes=changes),
        "changes": changes,
        "marks": MARKS,
        "base": datasette.urls.path(f"/-/workbench/{document_id}/{target_lang}"),
        "table_url": datasette.urls.table(database.name, "bitext"),
        "done": document["reviewed"] + document["final"],
        **_languages(document["source_lang"], target_lang),
    }
    return await page(datasette, request, "review", context)


def _window(db: store.Database, wanted: Filter, args: Any) -> dict[str, Any]:
    """A window of units with its neighbours: places in the text (`at`), or keys (`after`, `before`)."""
    after, before = args.get("after") or "", args.get("before") or ""
    wanted = store.weighed(db, wanted)
    anywhere = _without_place(wanted)
    looked = anywhere if before else wanted
    found = store.find_units(db, looked, after=after, before=before, size=SIZE)
    if before and not found.units:  # nothing is earlier
        found, before, after = store.find_units(db, anywhere, size=SIZE), "", ""
        wanted = anywhere
    filtered = anywhere != Filter(wanted.document_id, wanted.target_lang)
    place = (wanted.document_id or 0, wanted.target_lang or "")
    first, last = (found.units[i] if found.units else None for i in (0, -1))
    position = first["position"] if first else 0
    start = None if filtered else store.window_before(db, *place, position, SIZE)
    earlier = found.following if before else first and (after or wanted.at) and _key(wanted, first)
    later = last and _key(wanted, last) if before else found.following
    previous: dict[str, Any] | None = {"before": earlier} if filtered and earlier else None
    following: dict[str, Any] | None = {"after": later} if later else None
    if wanted.sort == "position" and later:
        following = {"at": int(later.rpartition("~")[2]) + 1}
    seen = found.searched + number(args.get("seen"), 0)
    if following and wanted.pattern:
        following["seen"] = seen
    return {
        "units": found.units,
        "previous": previous if start is None else {"at": start},
        "following": following,
        "filtered": filtered,
        "found": told(db, anywhere, found, seen=seen, whole=not previous) if filtered else None,
        "heading": store.heading_before(db, *place, position),
    }


def _key(wanted: Filter, unit: dict[str, Any]) -> str:
    """Where a unit stands in the order of a filter."""
    return store.key_of(wanted, {**unit, "unit": unit["id"]})


def _without_place(wanted: Filter) -> Filter:
    return replace(wanted, at=None)


def _address(wanted: Filter, *, changes: bool, **place: Any) -> str:
    """The query of this page's address at another place."""
    kept = replace(wanted, document_id=None, target_lang=None, at=place.pop("at", None))
    more = {**place, **({"changes": "1"} if changes else {})}
    return "&".join(part for part in (write_filter(kept), urlencode(more)) if part)


def _show_changes(db: store.Database, units: list[dict[str, Any]]) -> None:
    """Give units that people changed the difference from their draft."""
    drafts = store.first_drafts(db, [unit["id"] for unit in units])
    for unit in units:
        if unit["id"] in drafts:
            unit["pieces"] = difference(drafts[unit["id"]], unit["target"])


async def next_unit(datasette: Any, request: Any) -> Response:
    """Go to the next unit that is unfinished, or has findings; to the first if none follows."""
    database = await workbench_database(datasette, request)
    document_id, target_lang = text_of(request)
    after = number(request.args.get("after"), -1)
    found_by_checks = request.args.get("kind") == "findings"
    wanted = Filter(
        document_id,
        target_lang,
        states=() if found_by_checks else ("unfinished",),
        finding="any" if found_by_checks else "",
    )

    def find(db: store.Database) -> int | None:
        for start in (after + 1, 0):
            if found := store.find_units(db, replace(wanted, at=start), size=1).units:
                return int(found[0]["position"])
        return None

    position = await read(database, find)
    base = datasette.urls.path(f"/-/workbench/{document_id}/{target_lang}")
    if position is None:
        return Response.redirect(base)
    return Response.redirect(f"{base}?at={max(0, position - 2)}#p{position}")


async def missing(_datasette: Any, request: Any) -> Response:
    """What stands at addresses of ours that lead nowhere."""
    if request.path.endswith("/"):
        return Response.redirect(request.path.rstrip("/"))
    raise NotFound("There is no such page")


async def unit(datasette: Any, request: Any) -> Response:
    """One unit with all its drafts and its history."""
    return await _unit(datasette, request, "unit", panel=False)


async def side(datasette: Any, request: Any) -> Response:
    """What the panel shows about one unit, as a piece of HTML."""
    return await _unit(datasette, request, "side", panel=True)


async def _unit(datasette: Any, request: Any, template: str, *, panel: bool) -> Response:
    database = await workbench_database(datasette, request)
    unit_id = number(request.url_vars["unit_id"], 0)
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


async def static(_datasette: Any, request: Any) -> Response:
    """Our stylesheet and scripts."""
    name = request.url_vars["name"]
    file = _file(name)
    if file is None:
        raise NotFound(f"No file {name}")
    text, tag = file
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache", "ETag": tag}
    kind = f"{STATIC[name.rpartition('.')[2]]}; charset=utf-8"
    if request.headers.get("if-none-match") == tag:
        return Response("", status=304, content_type=kind, headers=headers)
    return Response(text, content_type=kind, headers=headers)


@cache
def _file(name: str) -> tuple[str, str] | None:
    """A file's text, and the tag by which a browser knows that it has it already."""
    file = resources.files("workbench.datasette_plugin") / "static" / name
    if not file.is_file():
        return None
    text = file.read_text("utf-8")
    return text, f'"{hashlib.sha256(text.encode()).hexdigest()[:16]}"'


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

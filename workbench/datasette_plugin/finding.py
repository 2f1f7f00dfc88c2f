"""The pages that find units across texts and change many at once; filters are in the address."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlencode

from datasette import NotFound, Response

from workbench import lang, store
from workbench.datasette_plugin import responses
from workbench.datasette_plugin.addresses import STATES, number, read_filter, text_of, write_filter
from workbench.datasette_plugin.diffs import difference
from workbench.datasette_plugin.identity import cleaned, rules
from workbench.datasette_plugin.lights import lights
from workbench.datasette_plugin.requests import Sent, Work, writes
from workbench.datasette_plugin.searching import found_page
from workbench.datasette_plugin.settings import settings
from workbench.errors import InputError, StoreError
from workbench.store import SORTS, Batch, Filter

# What the patterns of a preview may take.
PREVIEW_SECONDS = 2.0
# Documents to choose from; where there are more, a part of the title is typed.
MOST_DOCUMENTS = 200
HOME = "/-/workbench"
# What a batch is told besides the filters, and what a page is told; none of them is a filter.
_OTHERS = frozenset(
    {"csrftoken", "back", "action", "find", "with", "find_regex", "find_case", "person", "hours", "name",
     "after", "seen", "size", "title", "query"}
)  # fmt: skip


class _Fields:
    """The fields of a form, read as those of an address are."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._pairs = pairs

    def get(self, name: str) -> str | None:
        """The last value of a field."""
        return next((value for key, value in reversed(self._pairs) if key == name), None)

    def getlist(self, name: str) -> list[str]:
        """All values of a field."""
        return [value for key, value in self._pairs if key == name]


async def units(datasette: Any, request: Any) -> Response:
    """A page of the units of one text that the address asks for, as JSON."""
    database = await responses.workbench_database(datasette, request)
    return await _json(request, database, *text_of(request))


async def find_json(datasette: Any, request: Any) -> Response:
    """A page of the units that the address asks for, over all texts, as JSON."""
    return await _json(request, await responses.workbench_database(datasette, request))


async def _json(
    request: Any, database: Any, document_id: int | None = None, target_lang: str | None = None
) -> Response:
    try:
        wanted = read_filter(request.args, document_id=document_id, target_lang=target_lang)
        found = await responses.read(
            database, partial(found_page, wanted=wanted, args=request.args)
        )
    except InputError as error:
        return responses.json({"ok": False, "error": str(error)}, 400)
    return responses.json({"ok": True, **found})


async def find(datasette: Any, request: Any) -> Response:
    """The finding page: filters, what they keep, what a replacement would make of it, saved filters."""
    database = await responses.workbench_database(datasette, request)
    args = request.args
    problem, wanted = None, Filter()
    found: dict[str, Any] = {"units": [], "next": None, "count": 0, "exact": True}
    try:
        wanted = read_filter(args)
        found = await responses.read(database, partial(found_page, wanted=wanted, args=args))
        _show_found(found["units"], wanted)
        _show_replacements(found["units"], args)
    except InputError as error:
        problem = str(error)
    for unit in found["units"]:
        unit["source_dir"] = lang.direction(unit["source_lang"])
        unit["target_dir"] = lang.direction(unit["target_lang"])
    query = write_filter(wanted)
    kept = [(name, args.get(name) or "") for name in ("find", "with", "find_regex", "find_case")]
    further = [*parse_qsl(query), *(pair for pair in kept if pair[1]), ("after", found["next"])]
    if looked := found.get("searched"):
        further.append(("seen", looked["units"]))
    context = {
        **found,
        "problem": problem or found.get("problem"),
        "wanted": wanted,
        "query": query,
        "fields": parse_qsl(query),
        "further": urlencode(further) if found["next"] else None,
        "replacing": dict(kept),
        "states": STATES,
        "sorts": SORTS,
        **await responses.read(database, lambda db: _around(db, wanted.document_id)),
    }
    return await responses.page(datasette, request, "find", context)


async def run(datasette: Any, request: Any) -> Response:
    """One batch: what it changed, unit by unit, and the button that takes it back."""
    database = await responses.workbench_database(datasette, request)
    run_id = number(request.url_vars["run_id"], 0)

    def query(db: store.Database) -> dict[str, Any]:
        return {"run": store.batch(db, run_id), "changes": store.batch_rows(db, run_id)}

    try:
        context = await responses.read(database, query)
    except StoreError as error:
        raise NotFound(str(error)) from error
    context["settings"] = settings(context["run"])
    for change in context["changes"]:
        change["pieces"] = difference(change["before"], change["after"])
        change["target_dir"] = lang.direction(change["target_lang"])
    return await responses.page(datasette, request, "run", context)


async def _batch(work: Work) -> Response:
    sent, allowed = work.sent, rules(work.datasette)
    wanted = read_filter(_fields(sent))
    batch = Batch(
        action=sent.text("action"),
        actor=work.actor,
        find=sent.text("find"),
        replacement=sent.text("with"),
        is_regex=sent.flag("find_regex"),
        case=sent.flag("find_case"),
        person=cleaned(sent.text("person")),
        hours=sent.number("hours"),
    )
    if batch.action == "assign" and not batch.person:
        raise InputError("say to whom the units shall be assigned")

    def change(db: store.Database) -> store.Done:
        store.require(
            db, work.actor, allowed,
            "reviewer" if batch.action in {"assign", "release"} else "translator",
        )  # fmt: skip
        return store.run_batch(db, wanted, batch, allowed)

    return _told(work, await responses.write(work.database, change))


async def _undo(work: Work) -> Response:
    run_id = number(work.request.url_vars["run_id"], 0)
    allowed = rules(work.datasette)

    def change(db: store.Database) -> store.Done:
        store.require(db, work.actor, allowed, "translator")
        return store.undo(db, run_id, work.actor, allowed)

    done = await responses.write(work.database, change)
    if work.sent.by_script:
        answer = {"run": done.run_id, "undone": done.changed, "kept": done.skipped}
        return work.answer({**answer, "reason": done.reason}, "")
    return _told(work, done)


def _told(work: Work, done: store.Done) -> Response:
    """What a batch did: JSON, or the way to the run's page."""
    answer = {"run": done.run_id, "changed": done.changed, "skipped": done.skipped}
    if work.sent.by_script:
        return work.answer({**answer, "reason": done.reason}, "")
    if not done.changed and not done.skipped:
        raise InputError("none of the units found would change")
    if not done.changed:
        raise InputError(f"{done.skipped} units stay as they are: {done.reason}")
    return Response.redirect(work.datasette.urls.path(f"{HOME}/run/{done.run_id}"))


async def _saved(work: Work) -> Response:
    title, query = work.sent.text("title"), work.sent.text("query")
    allowed = rules(work.datasette)
    forget = work.sent.fields.get("action") == "forget"
    # only what is a filter is kept, in the form in which we write it
    clean = "" if forget else write_filter(read_filter(_Fields(parse_qsl(query))))

    def change(db: store.Database) -> None:
        store.require(db, work.actor, allowed, "translator")
        if forget:
            store.forget_filter(db, title)
        else:
            store.save_filter(db, title, clean, work.actor)

    await responses.write(work.database, change)
    return work.answer({}, f"{HOME}/find?{clean}")


batch, undo, saved = writes(_batch), writes(_undo), writes(_saved)


def _show_found(units: list[dict[str, Any]], wanted: Filter) -> None:
    """Mark what was searched for on the sides on which it was."""
    if wanted.text:
        lit = lights(wanted)
        for unit in units:
            for side in ("source", "target") if wanted.side == "either" else (wanted.side,):
                unit[f"{side}_pieces"] = lit(unit[side])


def _show_replacements(units: list[dict[str, Any]], args: Any) -> None:
    """Give each unit the difference that a replacement would make.  Raises InputError if it is broken."""
    if not args.get("find"):
        return
    make = store.replaced(
        Batch(
            "replace",
            "",
            find=args.get("find"),
            replacement=args.get("with") or "",
            is_regex=args.get("find_regex") == "1",
            case=args.get("find_case") == "1",
        ),
        store.Deadline(PREVIEW_SECONDS),
    )
    for unit in units:
        after = make(unit["target"])
        if after != unit["target"]:
            unit["target_pieces"] = difference(unit["target"], after)


def _around(db: store.Database, document_id: int | None) -> dict[str, Any]:
    """What the page offers to choose from; of many documents the one chosen, and some titles."""
    shown = store.review_documents(db, size=MOST_DOCUMENTS + 1)
    many = len({row["document_id"] for row in shown}) > MOST_DOCUMENTS
    titles = list(dict.fromkeys(row["title"] for row in shown if row["target_lang"]))
    if many:
        chosen = 0 if document_id is None else document_id
        shown = store.review_documents(db, after=chosen - 1, size=1) if chosen else []
    return {
        "documents": {row["document_id"]: row["title"] for row in shown if row["target_lang"]},
        "titles": titles[:MOST_DOCUMENTS] if many else [],
        "languages": {tag: lang.name(tag) for tag in store.target_languages(db)},
        "checks": store.finding_names(db),
        "saved": store.saved_filters(db),
        "batches": store.batches(db),
    }


def _fields(sent: Sent) -> _Fields:
    pairs: list[tuple[str, str]] = []
    for key, value in sent.pairs:
        if key not in _OTHERS:
            pairs += [(key, str(each)) for each in (value if isinstance(value, list) else [value])]
    return _Fields(pairs)

"""The pages about people: who has which role and did how much, and the report of their work."""

from __future__ import annotations

import time
from functools import partial
from typing import Any
from urllib.parse import urlencode

from datasette import Response

from workbench import store
from workbench.datasette_plugin import responses
from workbench.datasette_plugin.identity import cleaned, rules
from workbench.datasette_plugin.plots import bars, lines
from workbench.datasette_plugin.requests import Work, writes

# People, and texts of the report, on one page.
SIZE = 100
# Seconds that reading all work may take without being kept, and how many times as long it is kept else.
QUICK, REST = 0.2, 60


async def people(datasette: Any, request: Any) -> Response:
    """Everybody with their role and their units; by POST an admin gives a role."""
    if request.method not in {"GET", "HEAD"}:
        response: Response = await _give_role(datasette, request)
        return response
    database = await responses.workbench_database(datasette, request)
    allowed, after = rules(datasette), (request.args.get("after") or "")[:200]

    def query(db: store.Database) -> dict[str, Any]:
        shown = store.people(db, allowed, after=after, size=SIZE + 1)
        return {"people": shown, "open": store.is_open(db, allowed)}

    found = await responses.read(database, query)
    further = found["people"][SIZE - 1]["name"] if len(found["people"]) > SIZE else None
    context = {
        **found,
        "people": found["people"][:SIZE],
        "later": bool(request.args.get("after")),
        "further": urlencode({"after": further}) if further else None,
        "roles": store.ROLES,
        "second_person": allowed.second_person,
    }
    return await responses.page(datasette, request, "people", context)


async def _role(work: Work) -> Response:
    person, role = cleaned(work.sent.text("person")), work.sent.text("role")
    allowed = rules(work.datasette)

    def change(db: store.Database) -> None:
        store.require(db, work.actor, allowed, "admin")
        store.set_role(db, person, role, work.actor)

    await responses.write(work.database, change)
    return work.answer({"person": person, "role": role}, "/-/workbench/people")


_give_role = writes(_role)


async def report(datasette: Any, request: Any) -> Response:
    """How people work: time, edits and acceptance, with plots and the numbers behind them."""
    database = await responses.workbench_database(datasette, request)
    numbers = await _numbers(datasette, database, request)
    days, further = numbers["days"], numbers["next"]
    engines, names = numbers["engines"], ("origin", "target_lang")
    context = {
        **numbers,
        "later": bool(request.args.get("after")),
        "further": urlencode({"after": further}) if further else None,
        "views_url": datasette.urls.database(database.name),
        "units_plot": lines(days, "day", "person", "units", "Units saved, by day and person"),
        "seconds_plot": lines(
            days, "day", "person", "seconds_per_unit", "Seconds a unit, by day and person"
        ),
        "accepted_plot": bars(
            engines, "accepted_percent", names, "Drafts accepted unchanged, per cent, by engine"
        ),
        "changed_plot": bars(
            engines, "percent_changed", names, "Part of the draft changed, per cent, by engine"
        ),
    }
    return await responses.page(datasette, request, "report", context)


async def report_json(datasette: Any, request: Any) -> Response:
    """The numbers of the report, a page of its texts."""
    database = await responses.workbench_database(datasette, request)
    return responses.json({"ok": True, **await _numbers(datasette, database, request)})


async def _numbers(datasette: Any, database: Any, request: Any) -> dict[str, Any]:
    """The work so far, read again at most every now and then where that takes long, and a page of texts."""
    kept: dict[str, tuple[float, dict[str, Any]]] = getattr(datasette, "_workbench_report", {})
    datasette._workbench_report = kept
    until, numbers = kept.get(database.name, (0.0, {}))
    if time.monotonic() > until:
        started = time.monotonic()
        numbers = {"at": store.now(), **await responses.read(database, store.work_report)}
        took = time.monotonic() - started
        kept[database.name] = (time.monotonic() + (REST * took if took > QUICK else 0.0), numbers)
    after = (request.args.get("after") or "")[:200]
    look = partial(store.progress_page, after=after, size=SIZE)
    texts, further = await responses.read(database, look)
    return {**numbers, "texts": texts, "next": further}

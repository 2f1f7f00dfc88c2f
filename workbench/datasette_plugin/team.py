"""The pages about people: who has which role and did how much, and the report of their work."""

from __future__ import annotations

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
        "after": after,
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
    numbers = await responses.read(database, lambda db: store.work_report(db, most_texts=SIZE + 1))
    days = numbers["days"]
    engines, names = numbers["engines"], ("origin", "target_lang")
    context = {
        **numbers,
        "texts": numbers["texts"][:SIZE],
        "more_texts": len(numbers["texts"]) > SIZE,
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
    """The numbers of the report."""
    database = await responses.workbench_database(datasette, request)
    return responses.json({"ok": True, **await responses.read(database, store.work_report)})

"""The addresses around one text: notes, dismissals, splits and merges, claims, who is where."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from datasette import NotFound, Response

from workbench import store
from workbench.datasette_plugin import responses
from workbench.datasette_plugin.addresses import number, text_of
from workbench.datasette_plugin.identity import cleaned, person, rules
from workbench.datasette_plugin.requests import Work, writes
from workbench.datasette_plugin.saving import shown
from workbench.errors import InputError, StoreError
from workbench.store import Edit

# Seconds after which somebody who says nothing is taken to be gone, and changes are no news.
GONE = 60.0
NEWS = 120.0
MOST_PEOPLE = 500
DEFAULT_HOURS = 8.0


async def _note(work: Work) -> Response:
    allowed, unit_id = rules(work.datasette), work.unit_id
    note_id = work.sent.whole("note") if work.sent.fields.get("note") else None
    done = work.sent.fields.get("action", "done") == "done"
    text = work.sent.text("text")

    def change(db: store.Database) -> dict[str, Any]:
        store.require(db, work.actor, allowed, "translator")
        if note_id is not None:
            return store.settle_note(db, unit_id, note_id, work.actor, done=done)
        return store.add_note(db, unit_id, work.actor, text)

    note = await responses.write(work.database, change)
    return work.answer({"note": note}, f"/-/workbench/unit/{unit_id}#notes")


async def _dismiss(work: Work) -> Response:
    allowed, unit_id, sent = rules(work.datasette), work.unit_id, work.sent
    name, message, reason = (
        sent.text("check"),
        sent.text("message"),
        sent.text("reason"),
    )
    action = str(sent.fields.get("action", "dismiss"))
    if action not in {"dismiss", "restore"}:
        raise InputError(f"there is no action {action[:40]!r}; send dismiss or restore")

    def change(db: store.Database) -> list[dict[str, Any]]:
        store.require(db, work.actor, allowed, "translator")
        if action == "restore":
            return store.restore_finding(db, unit_id, name, message)
        return store.dismiss_finding(db, unit_id, name, message, actor=work.actor, reason=reason)

    findings = await responses.write(work.database, change)
    return work.answer({"findings": findings}, f"/-/workbench/unit/{unit_id}#findings")


async def _split(work: Work) -> Response:
    version = work.sent.whole("version")
    source_at, target_at = work.sent.whole("source_at"), work.sent.whole("target_at")
    return await _regroup(
        work,
        version,
        lambda db: store.split_unit(
            db, work.unit_id, version, source_at=source_at, target_at=target_at, actor=work.actor
        ),
    )


async def _merge(work: Work) -> Response:
    version, after = work.sent.whole("version"), work.sent.whole("next_version")
    allowed = rules(work.datasette)

    def merge(db: store.Database) -> Any:
        following = store.following_unit(db, work.unit_id)
        if following is not None:
            store.check_edit(db, Edit(following, after, work.actor), allowed)
        return store.merge_units(db, work.unit_id, version, after, actor=work.actor)

    return await _regroup(work, version, merge)


async def _regroup(work: Work, version: int, change: Any) -> Response:
    allowed = rules(work.datasette)

    def run(db: store.Database) -> tuple[int, list[dict[str, Any]], str]:
        store.check_edit(db, Edit(work.unit_id, version, work.actor), allowed)
        done = change(db)
        units = [store.unit(db, unit_id) for unit_id in done.unit_ids]
        place = f"/-/workbench/{units[0].document_id}/{units[0].target_lang}"
        where = f"{place}?at={max(0, units[0].position - 2)}#p{units[0].position}"
        return done.run_id, [shown(unit) for unit in units], where

    run_id, units, where = await responses.write(work.database, run)
    return work.answer({"run": run_id, "units": units}, where)


async def _claim(work: Work) -> Response:
    allowed, sent = rules(work.datasette), work.sent
    document_id, target_lang = work.text
    first, last = sent.whole("first"), sent.whole("last")
    whom = cleaned(sent.text("person")) or work.actor
    hours = sent.number("hours", DEFAULT_HOURS) if sent.fields.get("hours") != 0 else 0.0
    releases = sent.fields.get("action") == "release"

    def change(db: store.Database) -> dict[str, Any]:
        store.require(db, work.actor, allowed, "translator" if whom == work.actor else "reviewer")
        units = store.units_between(db, document_id, target_lang, first, last)
        if releases:
            return {"released": store.release(db, units, whom)}
        run, claimed, skipped = store.claim(db, units, whom, work.actor, hours=hours)
        return {"run": run, "claimed": claimed, "skipped": skipped}

    done = await responses.write(work.database, change)
    return work.answer(done, f"/-/workbench/{document_id}/{target_lang}")


async def _here(work: Work) -> Response:
    document_id, target_lang = work.text
    unit = work.sent.whole("unit") if work.sent.fields.get("unit") else None
    present = _present(work.datasette)
    if len(present) < MOST_PEOPLE:  # names are cheap: memory must not grow with them
        present[work.actor, document_id, target_lang] = (unit, time.monotonic())
    return responses.json({"ok": True, **await _people(work.datasette, work.database, work.text)})


async def people_here(datasette: Any, request: Any) -> Response:
    """Who is where in a text, what is claimed, and what changed lately, as JSON."""
    database = await responses.workbench_database(datasette, request)
    text = text_of(request)
    return responses.json(await _people(datasette, database, text))


async def mine(datasette: Any, request: Any) -> Response:
    """What the person who asks changed last in a text, or in one unit, and can take back, as JSON."""
    database = await responses.workbench_database(datasette, request)
    text = text_of(request)
    only = number(request.args.get("unit"), -1)
    unit_id = only if only >= 0 else None
    who = person(request)
    change = await responses.read(
        database, lambda db: store.own_change(db, who, *text, unit_id=unit_id) if who else None
    )
    return responses.json({"ok": True, "change": change})


async def more(datasette: Any, request: Any) -> Response:
    """What a side panel shows of a unit, as JSON."""
    database = await responses.workbench_database(datasette, request)
    unit_id = number(request.url_vars["unit_id"], 0)

    def query(db: store.Database) -> dict[str, Any]:
        return {
            "unit": shown(store.unit(db, unit_id)),
            "notes": store.notes(db, unit_id),
            "findings": store.findings(db, unit_id),
            "matches": store.matches(db, unit_id),
            "history": store.history(db, unit_id),
            "others": store.other_languages(db, unit_id),
            "claim": store.claim_of(db, unit_id),
        }

    try:
        return responses.json(await responses.read(database, query))
    except StoreError as error:
        raise NotFound(str(error)) from error


note, dismiss, split, merge = writes(_note), writes(_dismiss), writes(_split), writes(_merge)
claim, here = writes(_claim), writes(_here)


def _present(datasette: Any) -> dict[tuple[str, int, str], tuple[int | None, float]]:
    """Who is where: kept in the server's memory, since it is soon untrue anyway."""
    present: dict[tuple[str, int, str], tuple[int | None, float]] | None
    present = getattr(datasette, "_workbench_present", None)
    if present is None:
        present = {}
        datasette._workbench_present = present
    oldest = time.monotonic() - GONE
    for key in [key for key, (_, seen) in present.items() if seen < oldest]:
        del present[key]
    return present


async def _people(datasette: Any, database: Any, text: tuple[int, str]) -> dict[str, Any]:
    since = datetime.now(UTC) - timedelta(seconds=NEWS)
    moment = since.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    here = {
        who: (unit, round(time.monotonic() - seen))
        for (who, *where), (unit, seen) in _present(datasette).items()
        if tuple(where) == text
    }

    def query(db: store.Database) -> dict[str, Any]:
        units = store.positions(db, [unit for unit, _ in here.values() if unit])
        people = [
            {"person": who, "unit": unit, "position": units.get(unit or 0), "seconds": seconds}
            for who, (unit, seconds) in sorted(here.items())
        ]
        return {
            "people": people,
            "claims": store.claims_of(db, *text),
            "changed": store.changed_lately(db, *text, moment),
        }

    return await responses.read(database, query)

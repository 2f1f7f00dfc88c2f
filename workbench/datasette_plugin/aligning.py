"""The pages on which people review an alignment, and the address that takes their steps."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from datasette import NotFound, Response

from workbench import __version__, lang, registry, store
from workbench.datasette_plugin import responses
from workbench.datasette_plugin.addresses import text_of
from workbench.datasette_plugin.identity import rules
from workbench.datasette_plugin.requests import Work, writes
from workbench.errors import ConflictError, InputError
from workbench.store import Edit, bead_pages, beads, bitexts, realigning, steps
from workbench.store.beads import Seen

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.model import Bead, State, Tables
    from workbench.store.steps import Stepped

# Beads on one page.
SIZE = 50
ORDERS: dict[str, bead_pages.Order] = {"text": "text", "worst": "worst"}
# Below these a confidence is called low, or middling.
LOW, MIDDLING = 0.6, 0.9


async def alignment(datasette: Any, request: Any) -> Response:
    """The beads of a bitext with both their texts, worst first or in the order of the text."""
    database = await responses.workbench_database(datasette, request)
    document_id, target_lang = text_of(request)
    order = ORDERS.get(request.args.get("order") or "", "text")
    start = request.args.get("after" if order == "worst" else "at") or ""
    more = request.args.get("with") or ""

    def query(db: store.Database) -> dict[str, Any] | None:
        row = bitexts.bitext(db, document_id, target_lang)
        if row is None:
            return None
        window = bead_pages.beads_page(db, row, order=order, start=start, size=SIZE, more=more)
        return {
            "bitext": row,
            "window": window,
            "overview": bead_pages.overview(db, row),
            "steps": bead_pages.last_steps(db, row["id"]),
        }

    found = await responses.read(database, query)
    if found is None:
        raise NotFound(f"Document {document_id} is not aligned with a translation to {target_lang}")
    base = datasette.urls.path(f"/-/workbench/align/{document_id}/{target_lang}")
    row = found["bitext"]
    context = {
        **found,
        "warnings": json.loads(row["warnings"]),
        "order": order,
        "base": base,
        "table_url": datasette.urls.table(database.name, "beads_text"),
        "review": datasette.urls.path(f"/-/workbench/{document_id}/{target_lang}"),
        "level": _level,
        "source_lang": row["source_lang"],
        "target_lang": target_lang,
        "source_name": lang.name(row["source_lang"]),
        "target_name": lang.name(target_lang),
        "source_dir": lang.direction(row["source_lang"]),
        "target_dir": lang.direction(target_lang),
    }
    return await responses.page(datasette, request, "align", context)


async def _step(work: Work) -> Response:
    """One change of beads, or its undoing."""
    document_id, target_lang = work.text
    action = work.sent.text("action")
    if action in {"undo", "redo"}:
        change = _back(work, document_id, target_lang, action)
    elif action == "realign":
        change = await _realigned(work)
    else:
        change = _change(work, action)
    done = await responses.write(work.database, change)
    where = f"/-/workbench/align/{document_id}/{target_lang}"
    answer = {
        "step": done.step_id,
        "kind": done.kind,
        "units": list(done.unit_ids),
        "passed": done.passed,
    }
    return work.answer(answer, where)


step = writes(_step)


def _change(work: Work, action: str) -> Callable[[store.Database], Stepped]:
    """What an action does.  Raises InputError if there is no such action."""
    seen, unit_id, sent = _seen(work), work.sent.whole("unit"), work.sent
    changes: dict[str, Callable[[store.Database], Stepped]] = {
        "merge": lambda db: beads.merge(db, seen, unit_id),
        "split": lambda db: beads.split(
            db, seen, unit_id, sent.whole("source_at"), sent.whole("target_at")
        ),
        "source-up": lambda db: beads.move(db, seen, unit_id, "source", "up"),
        "source-down": lambda db: beads.move(db, seen, unit_id, "source", "down"),
        "target-up": lambda db: beads.move(db, seen, unit_id, "target", "up"),
        "target-down": lambda db: beads.move(db, seen, unit_id, "target", "down"),
        "omitted": lambda db: beads.mark(db, seen, unit_id, "omitted"),
        "added": lambda db: beads.mark(db, seen, unit_id, "added"),
        "link": lambda db: beads.link(db, seen, unit_id, sent.whole("other")),
        "confirm": lambda db: beads.confirm(db, seen, unit_id),
        "confirm-surer": lambda db: beads.confirm_surer(db, seen, unit_id),
        "reopen": lambda db: beads.confirm(db, seen, unit_id, on=False),
    }
    if action not in changes:
        raise InputError(f"there is no action {action[:40]!r}")
    if action == "split":
        sent.whole("source_at"), sent.whole("target_at")
    if action in {"confirm", "confirm-surer", "omitted", "added"}:
        seen = replace(seen, may=_may(work, "reviewed"))
    return changes[action]


def _back(
    work: Work, document_id: int, target_lang: str, action: str
) -> Callable[[store.Database], Stepped]:
    def change(db: store.Database) -> Stepped:
        store.require(db, work.actor, rules(work.datasette), "translator")
        row = bitexts.bitext(db, document_id, target_lang)
        if row is None:
            raise InputError("this text is not aligned")
        back = steps.undo if action == "undo" else steps.redo
        return back(db, row["id"], work.actor, _may(work))

    return change


async def _realigned(work: Work) -> Callable[[store.Database], Stepped]:
    """Align anew what lies between the confirmed beads around one; outside the database's lock."""
    unit_id, seen = work.sent.whole("unit"), _seen(work)

    def read(db: store.Database) -> realigning.Stretch:
        part = realigning.stretch(db, unit_id)
        for row in part.rows:
            seen.may(db, row["id"])
        return part

    part = await responses.read(work.database, read)
    for row in part.rows:
        if seen.versions.get(row["id"], row["version"]) != row["version"]:
            raise ConflictError(f"unit {row['id']} was changed since you saw it; look at it again")
    tables = await responses.read(work.database, lambda db: bitexts.lexicon(db, *part.langs))
    found = await asyncio.get_running_loop().run_in_executor(None, _aligned, part, tables)
    origin = f"{registry.aligner().name} {__version__}"
    return lambda db: realigning.realign(db, seen, part, found, origin)


def _aligned(part: realigning.Stretch, tables: Tables) -> list[Bead]:
    alignments, _ = registry.aligner().align([part.pair], langs=part.langs, tables=tables)
    return list(alignments[0].beads)


def _may(work: Work, state: State | None = None) -> steps.May:
    """Whether a person's role and other people's claims allow to change a unit, and to this state."""
    allowed = rules(work.datasette)
    return lambda db, unit_id: store.check_edit(
        db, Edit(unit_id, 0, work.actor, state=state), allowed
    )


def _seen(work: Work) -> Seen:
    """The versions of units that a person saw.  Raises InputError if they are broken."""
    given = work.sent.fields.get("versions") or {}
    try:
        if isinstance(given, str):
            given = json.loads(given)
        versions = {int(unit): int(version) for unit, version in given.items()}
    except (ValueError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise InputError("the versions are not readable; load the page again") from error
    return Seen(work.actor, versions, _may(work))


def _level(confidence: float) -> str:
    """A confidence in a word, told by shape as well as by colour."""
    if confidence < LOW:
        return "low"
    return "middling" if confidence < MIDDLING else "high"

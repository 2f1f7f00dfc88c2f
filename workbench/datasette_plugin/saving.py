"""The addresses that take names and edits, by the page's script or by plain forms."""

from __future__ import annotations

from typing import Any

from datasette import Response

from workbench import store
from workbench.datasette_plugin import responses
from workbench.datasette_plugin.checking import look_again
from workbench.datasette_plugin.diffs import difference, merged
from workbench.datasette_plugin.identity import cleaned, names_are_typed, remember, rules
from workbench.datasette_plugin.requests import Work, back, is_ours, read_fields, writes
from workbench.errors import ConflictError, InputError
from workbench.model import STATES, Unit
from workbench.store import REJECTED, Edit

# A person's time on one unit that can be believed, in seconds.
LONGEST_TIME = 4 * 3600.0
ACTIONS = {
    "accept": "reviewed",
    "final": "final",
    "reopen": "translated",
    "reject": "translated",
    "save": None,
}


async def name(datasette: Any, request: Any) -> Response:
    """Remember who works."""
    if request.method != "POST":
        return Response.text("Send the name by POST", status=405, headers={"Allow": "POST"})
    if not names_are_typed(datasette):
        return Response.text("Names come from the log-in here", status=403)
    sent = await read_fields(request)
    if isinstance(sent, Response):
        return sent
    given = cleaned(str(sent.fields.get("name", "")))
    if not given:
        return Response.text("Type a name", status=400)
    address = str(sent.fields.get("back", ""))
    response = Response.redirect(
        address if is_ours(datasette, address) else datasette.urls.path("/-/workbench")
    )
    remember(datasette, response, given)
    return response


async def _save(work: Work) -> Response:
    edit = await _edit(work)
    allowed = rules(work.datasette)

    def change(db: store.Database) -> int:
        store.check_edit(db, edit, allowed)
        return store.edit_unit(db, edit)

    try:
        await responses.write(work.database, change)
    except ConflictError:
        return await _conflict(work, edit)
    unit = await responses.read(work.database, lambda db: store.unit(db, edit.unit_id))
    findings = await look_again(work.database, unit)
    answer = {"unit": shown(unit), "findings": findings}
    return work.answer(answer, f"/-/workbench/unit/{edit.unit_id}")


save = writes(_save)


async def _conflict(work: Work, edit: Edit) -> Response:
    unit, base = await responses.read(
        work.database,
        lambda db: (store.unit(db, edit.unit_id), store.text_at(db, edit.unit_id, edit.version)),
    )
    mine = edit.target if edit.target is not None else unit.target
    both = merged(base, unit.target, mine) if base is not None else None
    texts = {
        "base": base,
        "merged": both if both not in {mine, unit.target} else None,
        "theirs": difference(base, unit.target) if base is not None else None,
        "mine": difference(base if base is not None else unit.target, mine),
    }
    if work.sent.by_script:
        pieces = difference(unit.target, mine)
        answer = {"ok": False, "conflict": shown(unit), "difference": pieces, **texts}
        return responses.json(answer, 409)
    context = {
        **texts,
        "unit": unit,
        "mine": mine,
        "mine_pieces": texts["mine"],
        "action": work.sent.fields.get("action", "save"),
        "back": back(work),
    }
    return await responses.page(work.datasette, work.request, "conflict", context, status=409)


async def _edit(work: Work) -> Edit:
    """The edit that a request asks for.  Raises InputError if it is broken."""
    sent = work.sent
    action = str(sent.fields.get("action", "save"))
    if action == "undo":
        made_on, undoes = sent.whole("version"), sent.whole("undoes")
        return await responses.read(
            work.database, lambda db: store.undoing(db, work.unit_id, made_on, undoes, work.actor)
        )
    if action not in ACTIONS:
        raise InputError(f"there is no action {action[:40]!r}; send undo, {', '.join(ACTIONS)}")
    state = ACTIONS[action]
    seconds = min(max(sent.number("seconds"), 0.0), LONGEST_TIME)
    return Edit(
        work.unit_id,
        sent.whole("version"),
        work.actor,
        target=sent.text("target") if sent.fields.get("target") is not None else None,
        state=next((known for known in STATES if known == state), None),
        seconds=round(seconds, 1),
        why=sent.text("why")[:200],
        sub_state=REJECTED if action == "reject" else None,
    )


def shown(unit: Unit) -> dict[str, Any]:
    """A unit as answers carry it."""
    return {
        "id": unit.unit_id,
        "position": unit.position,
        "version": unit.version,
        "source": unit.source,
        "target": unit.target,
        "state": unit.state,
        "sub_state": unit.sub_state,
        "origin": unit.origin,
        "score": unit.score,
        "updated_by": unit.updated_by,
        "updated_at": unit.updated_at,
    }

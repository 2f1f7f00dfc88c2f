"""The addresses that take a person's work: names and edits, by the page's script or by plain forms."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from datasette import NotFound, Response

from workbench import store
from workbench.datasette_plugin import responses
from workbench.datasette_plugin.diffs import difference, merged
from workbench.datasette_plugin.identity import cleaned, person, remember
from workbench.errors import ConflictError, InputError, StoreError
from workbench.model import STATES, Unit
from workbench.store import Edit

LONGEST_BODY = 1 << 20
# A person's time on one unit that can be believed, in seconds.
LONGEST_TIME = 4 * 3600.0
ACTIONS = {"accept": "reviewed", "final": "final", "reopen": "translated", "save": None}


@dataclass(frozen=True, slots=True)
class Sent:
    """What a request carries, and whether our script or a plain form sent it."""

    fields: dict[str, Any]
    by_script: bool


async def name(datasette: Any, request: Any) -> Response:
    """Remember who works."""
    if request.method != "POST":
        return Response.text("Send the name by POST", status=405, headers={"Allow": "POST"})
    sent = await _sent(request)
    given = cleaned(str(sent.fields.get("name", ""))) if sent else ""
    if not given:
        return Response.text("Type a name", status=400)
    back = str(sent.fields.get("back", "")) if sent else ""
    response = Response.redirect(
        back if _is_ours(datasette, back) else datasette.urls.path("/-/workbench")
    )
    remember(datasette, response, given)
    return response


async def save(datasette: Any, request: Any) -> Response:
    """Store an edit of one unit; on an old version, answer with both texts."""
    if request.method != "POST":
        return Response.text("Send edits by POST", status=405, headers={"Allow": "POST"})
    database = await responses.workbench_database(datasette, request)
    sent = await _sent(request)
    if sent is None:
        return Response.text("The text is too long or not readable", status=400)
    given = cleaned(str(sent.fields.get("name", "")))
    actor = person(request) or given
    try:
        edit = _edit(int(request.url_vars["unit_id"]), sent.fields, actor)
    except (KeyError, TypeError, ValueError, OverflowError):
        return Response.text("The edit is incomplete", status=400)
    if not actor:
        return await _ask_name(datasette, request, sent)
    response = await _save(datasette, request, database, edit, sent)
    if given and not person(request):
        remember(datasette, response, given)
    return response


async def _save(datasette: Any, request: Any, database: Any, edit: Edit, sent: Sent) -> Response:
    try:
        await responses.write(database, lambda db: store.edit_unit(db, edit))
    except ConflictError:
        unit = await responses.read(database, lambda db: store.unit(db, edit.unit_id))
        return await _conflict(datasette, request, edit, unit, sent)
    except InputError as error:
        if sent.by_script:
            return responses.json({"ok": False, "error": str(error)}, 400)
        return Response.text(str(error), status=400)
    except StoreError as error:
        raise NotFound(str(error)) from error
    unit = await responses.read(database, lambda db: store.unit(db, edit.unit_id))
    if sent.by_script:
        return responses.json({"ok": True, "unit": _shown(unit)})
    back = str(sent.fields.get("back", ""))
    default = datasette.urls.path(f"/-/workbench/unit/{edit.unit_id}")
    return Response.redirect(back if _is_ours(datasette, back) else default)


async def _conflict(datasette: Any, request: Any, edit: Edit, unit: Unit, sent: Sent) -> Response:
    database = await responses.workbench_database(datasette, request)
    base = await responses.read(database, lambda db: store.text_at(db, edit.unit_id, edit.version))
    mine = edit.target if edit.target is not None else unit.target
    both = merged(base, unit.target, mine) if base is not None else None
    shown = {
        "base": base,
        "merged": both if both not in {mine, unit.target} else None,
        "theirs": difference(base, unit.target) if base is not None else None,
        "mine": difference(base if base is not None else unit.target, mine),
    }
    if sent.by_script:
        answer = {"ok": False, "error": "the unit was changed meanwhile", "conflict": _shown(unit)}
        return responses.json({**answer, "difference": difference(unit.target, mine), **shown}, 409)
    context = {
        **shown,
        "unit": unit,
        "mine": mine,
        "mine_pieces": shown["mine"],
        "back": sent.fields.get("back", ""),
    }
    return await responses.page(datasette, request, "conflict", context, status=409)


async def _ask_name(datasette: Any, request: Any, sent: Sent) -> Response:
    if sent.by_script:
        return responses.json({"ok": False, "error": "Type your name first"}, 401)
    kept = {key: value for key, value in sent.fields.items() if key not in {"csrftoken", "name"}}
    context = {"fields": kept, "action": request.path}
    return await responses.page(datasette, request, "who", context, status=401)


def _edit(unit_id: int, fields: dict[str, Any], actor: str) -> Edit:
    """The edit that a request asks for.  Raises KeyError, TypeError or ValueError if it is broken."""
    target = fields.get("target")
    if target is not None:
        if not isinstance(target, str):
            raise TypeError("target is no text")
        # forms send CR LF; half a surrogate pair cannot be stored
        target = target.replace("\r\n", "\n").encode("utf-8", "replace").decode("utf-8")
    state = ACTIONS[str(fields.get("action", "save"))]
    seconds = float(fields.get("seconds") or 0)
    seconds = min(max(seconds, 0.0), LONGEST_TIME) if math.isfinite(seconds) else 0.0
    return Edit(
        unit_id,
        int(fields["version"]),
        actor,
        target=target,
        state=next((known for known in STATES if known == state), None),
        seconds=round(seconds, 1),
        why=str(fields.get("why", ""))[:200],
    )


async def _sent(request: Any) -> Sent | None:
    """The fields of a request; None if they are too many or cannot be read."""
    body = await request.post_body()
    if len(body) > LONGEST_BODY:
        return None
    try:
        if request.headers.get("content-type", "").startswith("application/json"):
            fields = json.loads(body)
            return Sent(fields, by_script=True) if isinstance(fields, dict) else None
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True)
    except ValueError:
        return None
    return Sent(dict(pairs), by_script=False)


def _shown(unit: Unit) -> dict[str, Any]:
    return {
        "id": unit.unit_id,
        "version": unit.version,
        "target": unit.target,
        "state": unit.state,
        "updated_by": unit.updated_by,
        "updated_at": unit.updated_at,
    }


def _is_ours(datasette: Any, address: str) -> bool:
    """Whether an address to go back to is one of our pages, not another site."""
    return (
        address.startswith(datasette.urls.path("/-/workbench"))
        and "\\" not in address
        and "\n" not in address
    )

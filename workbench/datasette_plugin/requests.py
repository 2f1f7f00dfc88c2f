"""What a request that writes carries, and what all of them must pass: method, size, name, rules."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from datasette import Response

from workbench.datasette_plugin import responses
from workbench.datasette_plugin.identity import cleaned, names_are_typed, person, remember
from workbench.errors import (
    ClaimedError,
    ConflictError,
    InputError,
    RefusedError,
    StoreError,
    UnwritableError,
    WorkbenchError,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

LONGEST_BODY = 1 << 20
# Beyond what SQLite can hold.
TOO_LARGE = 1 << 63


@dataclass(frozen=True, slots=True)
class Sent:
    """What a request carries, and whether our script or a plain form sent it."""

    fields: dict[str, Any]
    by_script: bool
    # all fields in order, also those that come more than once
    pairs: tuple[tuple[str, Any], ...] = ()

    def text(self, name: str) -> str:
        """A field as text that can be stored: forms send CR LF, half a surrogate pair is no text."""
        value = self.fields.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise InputError(f"{name} must be a text")
        return value.replace("\r\n", "\n").encode("utf-8", "replace").decode("utf-8")

    def whole(self, name: str) -> int:
        """A field as a whole number.  Raises InputError if it is none."""
        value = self.fields.get(name)
        wrong = InputError(f"{name} must be a whole number")
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise wrong
        try:
            number = int(value)
        except ValueError as error:
            raise wrong from error
        if not -TOO_LARGE < number < TOO_LARGE:
            raise wrong
        return number

    def number(self, name: str, default: float = 0.0) -> float:
        """A field as a number, the default if it is not there or endless.  Raises InputError if it is none."""
        try:
            value = float(self.fields.get(name) or default)
        except (TypeError, ValueError, OverflowError) as error:
            raise InputError(f"{name} must be a number") from error
        return value if math.isfinite(value) else default

    def flag(self, name: str) -> bool:
        """Whether a box is ticked."""
        return self.fields.get(name) in (True, "1", "on", "true")  # a list has no place in a set


@dataclass(frozen=True, slots=True)
class Work:
    """A request that may write: where, what it carries, and who sends it."""

    datasette: Any
    request: Any
    database: Any
    sent: Sent
    actor: str

    @property
    def unit_id(self) -> int:
        """The unit in the address."""
        return _id(self.request.url_vars["unit_id"])

    @property
    def text(self) -> tuple[int, str]:
        """The document and the language in the address."""
        variables = self.request.url_vars
        return _id(variables["document_id"]), variables["target_lang"]

    def answer(self, data: dict[str, Any], default: str) -> Response:
        """JSON for a script; for a form the way back to its page, or to the address `default`."""
        if self.sent.by_script:
            return responses.json({"ok": True, **data})
        back = str(self.sent.fields.get("back", ""))
        return Response.redirect(
            back if is_ours(self.datasette, back) else self.datasette.urls.path(default)
        )


def writes(act: Callable[[Work], Awaitable[Response]]) -> Callable[..., Awaitable[Response]]:
    """Make a route of a function that writes; what it raises becomes an answer."""

    async def route(datasette: Any, request: Any) -> Response:
        if request.method != "POST":
            return Response.text("Send this by POST", status=405, headers={"Allow": "POST"})
        database = await responses.workbench_database(datasette, request)
        sent = await read_fields(request)
        if isinstance(sent, Response):
            return sent
        given = ""
        if names_are_typed(datasette) and not person(request):
            given = cleaned(str(sent.fields.get("name") or ""))
        work = Work(datasette, request, database, sent, person(request) or given)
        if not work.actor:
            return await ask_name(work)
        response = await _answered(act, work)
        if given:
            remember(datasette, response, given)
        return response

    return route


async def _answered(act: Callable[[Work], Awaitable[Response]], work: Work) -> Response:
    try:
        return await act(work)
    except WorkbenchError as error:
        return await refused(work, str(error), _status(error))


def _status(error: WorkbenchError) -> int:
    kinds: tuple[tuple[type[WorkbenchError], int], ...] = (
        (ClaimedError, 423),
        (RefusedError, 403),
        (ConflictError, 409),
        (UnwritableError, 503),
        (StoreError, 404),
    )
    return next((status for kind, status in kinds if isinstance(error, kind)), 400)


async def refused(work: Work, message: str, status: int) -> Response:
    """Say why nothing was written; what a form carried is shown, so that nothing typed is lost."""
    if work.sent.by_script:
        return responses.json({"ok": False, "error": message}, status)
    context = {"message": message, "fields": typed(work.sent), "back": back(work)}
    return await responses.page(work.datasette, work.request, "refused", context, status=status)


async def ask_name(work: Work) -> Response:
    """Ask who somebody is, keeping what they sent."""
    typed_here = names_are_typed(work.datasette)
    if work.sent.by_script:
        error = "Type your name first" if typed_here else "Log in first"
        return responses.json({"ok": False, "error": error}, 401)
    if not typed_here:
        return await refused(work, "log in first; your text is shown here", 401)
    kept = {
        key: value for key, value in work.sent.fields.items() if key not in {"csrftoken", "name"}
    }
    context = {"fields": kept, "action": work.request.path}
    return await responses.page(work.datasette, work.request, "who", context, status=401)


async def read_fields(request: Any) -> Sent | Response:
    """The fields of a request, or why they cannot be read."""
    length = request.headers.get("content-length", "0")
    if not length.isdigit() or int(length) > LONGEST_BODY:
        return Response.text("That is more than one request may carry", status=413)
    body = await request.post_body()
    if len(body) > LONGEST_BODY:
        return Response.text("That is more than one request may carry", status=413)
    try:
        if request.headers.get("content-type", "").startswith("application/json"):
            fields = json.loads(body)
            if not isinstance(fields, dict):
                return responses.json({"ok": False, "error": "send an object"}, 400)
            return Sent(fields, by_script=True, pairs=tuple(fields.items()))
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True)
        return Sent(dict(pairs), by_script=False, pairs=tuple(pairs))
    except (ValueError, RecursionError):
        return Response.text("The request is not readable", status=400)


def typed(sent: Sent) -> dict[str, str]:
    """The texts that a person may want back."""
    names = ("target", "text", "reason", "find", "with")
    return {name: str(sent.fields[name]) for name in names if sent.fields.get(name)}


def back(work: Work) -> str:
    """Where a form wants to go back to, if it is one of our pages; else the first page."""
    address = str(work.sent.fields.get("back", ""))
    return address if is_ours(work.datasette, address) else work.datasette.urls.path("/-/workbench")


def is_ours(datasette: Any, address: str) -> bool:
    """Whether an address to go back to is one of our pages, not another site."""
    return (
        address.startswith(datasette.urls.path("/-/workbench"))
        and "\\" not in address
        and not any(character < " " for character in address)
    )


def _id(text: str) -> int:
    number = int(text[:20])  # Python refuses to read thousands of digits
    if number >= TOO_LARGE:
        raise StoreError(f"there is no {text[:40]}")
    return number

"""What addresses say: numbers, texts, and filters, which are written back too."""

from __future__ import annotations

import math
from typing import Any, Literal
from urllib.parse import urlencode

from workbench.errors import InputError
from workbench.store import SORTS, Filter

STATES = ("initial", "translated", "reviewed", "final", "rejected", "unfinished")
SIDES: tuple[Literal["source", "target", "either"], ...] = ("either", "source", "target")
# The fields of an address and of Filter that are texts as they are.
_TEXTS = ("file", "origin", "finding", "by", "touched", "claimed", "note", "since", "until", "text")
_LONGEST = 500


def read_filter(
    fields: Any, *, document_id: int | None = None, target_lang: str | None = None
) -> Filter:
    """The filter that the fields of an address or a form describe; a text in the address comes first.

    `fields` has `get` and `getlist`.  Raises InputError for what is no number, state or order.
    """
    # no text has the character of which the indexes of words say that it ends a question
    texts = {name: str(fields.get(name) or "").replace("\0", "")[:_LONGEST] for name in _TEXTS}
    states = [state for state in fields.getlist("state") or () if state]
    for state in states:
        if state not in STATES:
            raise InputError(f"there is no state {state!r}; choose one of {', '.join(STATES)}")
    return Filter(
        document_id=document_id if document_id is not None else _whole(fields, "document"),
        target_lang=target_lang or str(fields.get("lang") or "")[:_LONGEST] or None,
        states=tuple(dict.fromkeys(states)),
        min_score=_number(fields, "min_score"),
        max_score=_number(fields, "max_score"),
        min_words=_whole(fields, "min_words"),
        max_words=_whole(fields, "max_words"),
        at=_whole(fields, "at"),
        side=_choice(fields, "side", SIDES),
        sort=_choice(fields, "sort", SORTS),
        is_regex=str(fields.get("regex") or "") == "1",
        case=str(fields.get("case") or "") == "1",
        frequent=None,
        **texts,
    )


def write_filter(wanted: Filter) -> str:
    """The query string of a filter, without what does not matter."""
    pairs: list[tuple[str, object]] = [
        ("document", wanted.document_id),
        ("lang", wanted.target_lang),
    ]
    pairs += [("state", state) for state in wanted.states]
    pairs += [(name, getattr(wanted, name)) for name in _TEXTS]
    pairs += [
        (name, getattr(wanted, name))
        for name in ("min_score", "max_score", "min_words", "max_words", "at")
    ]
    pairs += [
        ("regex", "1" if wanted.is_regex else ""),
        ("case", "1" if wanted.case else ""),
        ("side", "" if wanted.side == "either" else wanted.side),
        ("sort", "" if wanted.sort == "position" else wanted.sort),
    ]
    return urlencode([(name, value) for name, value in pairs if value not in {None, ""}])


def number(text: str | None, default: int) -> int:
    """A number from an address; the default for what is none, or beyond what SQLite can hold."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else default


def text_of(request: Any) -> tuple[int, str]:
    """The document and the language in an address; no document has the number 0."""
    return number(request.url_vars["document_id"], 0), request.url_vars["target_lang"]


def _choice(fields: Any, name: str, choices: Any) -> Any:
    given = str(fields.get(name) or choices[0])
    if given not in choices:
        raise InputError(f"{name} can be {', '.join(choices)}, not {given!r}")
    return given


def _whole(fields: Any, name: str) -> int | None:
    given = _number(fields, name)
    return None if given is None else int(given)


def _number(fields: Any, name: str) -> float | None:
    given = str(fields.get(name) or "").strip()
    if not given:
        return None
    try:
        value = float(given)
    except ValueError as error:
        raise InputError(f"{name} is a number, not {given[:40]!r}") from error
    if not math.isfinite(value) or abs(value) > 1e15:
        raise InputError(f"{name} is out of range: {given[:40]}")
    return value

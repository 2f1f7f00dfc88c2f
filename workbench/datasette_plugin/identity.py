"""Who works: a name asked once and kept in Datasette's own signed cookie."""

from __future__ import annotations

import unicodedata
from typing import Any

LONGEST_NAME = 80
YEAR = 365 * 24 * 3600


def person(request: Any) -> str:
    """The name of who asks; empty if not known."""
    actor = request.actor or {}
    return str(actor.get("name") or actor.get("id") or "")


def cleaned(name: str) -> str:
    """A name as it is kept: one line without control characters, not too long; empty if nothing is left."""
    printable = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in name)
    return " ".join(printable.split())[:LONGEST_NAME].strip()


def remember(datasette: Any, response: Any, name: str) -> None:
    """Give the browser the signed name."""
    response.set_cookie(
        "ds_actor",
        datasette.sign({"a": {"id": name}}, "actor"),
        max_age=YEAR,
        httponly=True,
        samesite="lax",
    )

"""Who works: a name asked once and kept in Datasette's own signed cookie, or Datasette's log-in."""

from __future__ import annotations

import unicodedata
from typing import Any

from workbench.store import ROLES, Rules

LONGEST_NAME = 80
YEAR = 365 * 24 * 3600


def person(request: Any) -> str:
    """Who asks: the actor's id, which a log-in gives to one person only; empty if not known."""
    return str((request.actor or {}).get("id") or "")


def names_are_typed(datasette: Any) -> bool:
    """Whether people type their names, taken on trust; else Datasette's log-in says who they are."""
    return str(_settings(datasette).get("sign_in", "name")) == "name"


def rules(datasette: Any) -> Rules:
    """The rules of this installation, from its configuration (docs/team.md)."""
    settings = _settings(datasette)
    default = "translator" if names_are_typed(datasette) else "reader"
    newcomers = str(settings.get("newcomers", default))
    return Rules(
        admins=frozenset(str(name) for name in settings.get("admins", ())),
        newcomers=next((role for role in ROLES if role == newcomers), "reader"),
        second_person=bool(settings.get("second_person", False)),
    )


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


def _settings(datasette: Any) -> dict[str, Any]:
    return datasette.plugin_config("workbench") or {}

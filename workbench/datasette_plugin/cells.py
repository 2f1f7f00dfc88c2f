"""How our columns look on Datasette's own pages: links to the review pages, states as words."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from workbench.model import STATES

TABLES = frozenset(
    {
        "documents",
        "segments",
        "units",
        "matches",
        "revisions",
        "findings",
        "bitext",
        "progress",
        "post_edits",
        "beads",
        "beads_text",
    }
)

# Told apart by shape, not only by colour.
MARKS = "○◐●★"


def render(value: Any, column: str, table: str | None, home: str) -> Markup | None:
    """A cell's HTML, or None to leave it to Datasette."""
    if column == "unit_id" or (table == "units" and column == "id"):
        if isinstance(value, int):
            return Markup('<a href="{}/unit/{}" title="Review this unit">{}</a>').format(
                home, value, value
            )
    elif column == "state" and value in STATES:
        return Markup("{}&nbsp;{}").format(MARKS[STATES.index(value)], value)
    return None

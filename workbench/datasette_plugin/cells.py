"""How our columns look on Datasette's own pages: links to the review pages, states, scores, changes."""

from __future__ import annotations

import math
from typing import Any

from markupsafe import Markup

from workbench.datasette_plugin.diffs import difference
from workbench.model import STATES

TABLES = frozenset(
    {
        "documents",
        "segments",
        "units",
        "matches",
        "revisions",
        "findings",
        "open_findings",
        "bitext",
        "progress",
        "post_edits",
        "beads",
        "beads_text",
    }
)

# Told apart by shape, not only by colour.
MARKS = "○◐●★"
BLOCKS = "▁▂▃▄▅▆▇█"
# Columns that are shown as what changed since another column of the row.
CHANGES = {("revisions", "after"): "before", ("post_edits", "final"): "draft"}
# Longer texts are left as they are: a page has many rows.
LONGEST = 2000


def render(value: Any, column: str, table: str | None, row: Any, home: str) -> Markup | None:
    """A cell's HTML, or None to leave it to Datasette."""
    if column == "unit_id" or (table == "units" and column == "id"):
        return _unit(value, home)
    if column in {"state", "state_before", "state_after"} and value in STATES:
        return Markup("{}&nbsp;{}").format(MARKS[STATES.index(value)], value)
    if column == "score" and isinstance(value, float):
        return _score(value)
    if column == "target_lang" and table and isinstance(value, str):
        return _text(value, row, home)
    if (table, column) in CHANGES:
        return _change(row, CHANGES[table or "", column], value)
    return None


def _unit(value: Any, home: str) -> Markup | None:
    if not isinstance(value, int):
        return None
    return Markup('<a href="{}/unit/{}" title="Review this unit">{}</a>').format(home, value, value)


def _score(value: float) -> Markup:
    """A score with a block as high as the probability of a token that it stands for."""
    share = math.exp(min(value, 0.0))
    block = BLOCKS[min(int(share * len(BLOCKS)), len(BLOCKS) - 1)]
    title = f"mean probability of a token: {share:.0%}"
    return Markup('<span title="{}">{:.2f}&nbsp;{}</span>').format(title, value, block)


def _text(value: str, row: Any, home: str) -> Markup | None:
    """A language, linked to the text in that language, where the row names a document."""
    columns = set(row.keys())
    if not {"document_id", "target_lang"} <= columns or not isinstance(row["document_id"], int):
        return None
    at = row["position"] if "position" in columns and isinstance(row["position"], int) else 0
    link = f"{home}/{row['document_id']}/{value}?at={max(0, at - 2)}#p{at}"
    return Markup('<a href="{}" title="Review this text">{}</a>').format(link, value)


def _change(row: Any, before: str, after: Any) -> Markup | None:
    """The words that changed, marked."""
    if before not in set(row.keys()):
        return None
    old = row[before]
    if not isinstance(old, str) or not isinstance(after, str) or len(old) + len(after) > LONGEST:
        return None
    tags = {"same": Markup("{}"), "del": Markup("<del>{}</del>"), "ins": Markup("<ins>{}</ins>")}
    return Markup().join(tags[kind].format(piece) for kind, piece in difference(old, after))

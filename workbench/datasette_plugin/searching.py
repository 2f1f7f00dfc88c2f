"""A page of the units that a filter keeps, with their number and how far the search has come."""

from __future__ import annotations

from typing import Any

from workbench import store
from workbench.datasette_plugin.addresses import number
from workbench.store import Filter

# Units on one page.
SIZE = 100


def found_page(db: store.Database, wanted: Filter, args: Any) -> dict[str, Any]:
    """The units of a page, the key of the next, and what the page says of the search.

    `args` are the address's: `after` is a key, `size` a number of units, `seen` how many units the pages
    before looked at.
    """
    after = args.get("after") or ""
    wanted = store.weighed(db, wanted)
    found = store.find_units(db, wanted, after=after, size=number(args.get("size"), SIZE))
    seen = found.searched + number(args.get("seen"), 0)
    return {
        "units": found.units,
        "next": found.following,
        **told(db, wanted, found, seen=seen, whole=not after),
    }


def told(
    db: store.Database, wanted: Filter, found: store.Found, *, seen: int, whole: bool
) -> dict[str, Any]:
    """How many units are found, whether that is exact, and for a pattern how many were looked at.

    Nobody knows how many fit a pattern who has not read them all, so that counts those of the page;
    `whole` says that the page begins where the search does.
    """
    known = len(found.units) + bool(found.following)
    number_of, exact = store.count_units(db, wanted, known=known)
    if not wanted.pattern:
        return {"count": number_of, "exact": exact, "searched": None, "problem": None}
    seen = min(seen, number_of) if exact else seen
    looked = f"{seen:,} of {number_of:,}{'' if exact else ' or more'} units looked at"
    problem = "" if found.in_time else f"{looked}: that is what one page has time for; go on below"
    if found.left_out:
        problem = (
            f"{found.left_out} texts were left out, since the pattern takes too long. {problem}"
        )
    return {
        "count": len(found.units),
        "exact": whole and not found.following,
        "searched": {"units": seen, "of": number_of, "exact": exact, "text": looked},
        "problem": problem.strip() or None,
    }

"""Eight people save a thousand edits each into the same two hundred units: nothing is lost."""

from __future__ import annotations

import itertools
import random
import threading
from typing import TYPE_CHECKING

from samples import add_text, draft_all

from workbench import store
from workbench.errors import ConflictError
from workbench.store import Edit

if TYPE_CHECKING:
    from pathlib import Path

PEOPLE, EDITS, UNITS = 8, 1000, 200


def work(db_path: Path, person: str, saved: list[str], conflicts: list[int]) -> None:
    """Save edits made on what this person saw last; on a conflict look at the unit and save again."""
    chance = random.Random(person)
    seen: dict[int, int] = {}
    with store.opened(db_path) as db:
        for number in range(EDITS):
            unit_id = chance.randrange(UNITS) + 1
            text = f"{person} {number}"
            while True:
                try:
                    edit = Edit(unit_id, seen.get(unit_id, 1), person, target=text)
                    seen[unit_id] = store.edit_unit(db, edit)
                except ConflictError:
                    conflicts.append(unit_id)
                    seen[unit_id] = store.unit(db, unit_id).version
                    continue
                saved.append(text)
                break


def test_nothing_is_lost(db_path: Path) -> None:
    with store.opened(db_path) as db:
        draft_all(db, add_text(db, [f"Sentence {i}." for i in range(UNITS)]).document_id)
    saved: list[str] = []
    conflicts: list[int] = []
    people = [f"Person {n}" for n in range(PEOPLE)]
    threads = [threading.Thread(target=work, args=(db_path, p, saved, conflicts)) for p in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.opened(db_path) as db:
        rows = store.rows(
            db,
            "SELECT unit_id, version, before, after, actor FROM revisions ORDER BY unit_id, version",
        )
        assert sorted(row["after"] for row in rows) == sorted(saved)
        assert len(saved) == PEOPLE * EDITS
        assert conflicts  # they did get in each other's way
        # every text was written onto the one before it, seen by the person who replaced it
        for earlier, later in itertools.pairwise(rows):
            if earlier["unit_id"] == later["unit_id"]:
                assert (later["before"], later["version"]) == (
                    earlier["after"],
                    earlier["version"] + 1,
                )
        last = {row["unit_id"]: row["after"] for row in rows}
        assert {u.unit_id: u.target for u in store.bitext(db, "es")} == last
        assert all(store.search(db, f'"{text}"') for text in list(last.values())[:20])
        tallied = store.rows(db, "SELECT sum(units) AS units FROM tallies WHERE units > 0")
        assert tallied == [{"units": UNITS}]

"""What a person can take back in a text, and lists that go backwards: the store behind the review pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from samples import add_text, draft_all

from workbench import store
from workbench.errors import InputError
from workbench.store import Batch, Edit, Filter, Rules

if TYPE_CHECKING:
    from workbench.store import Database


@pytest.fixture
def drafted(db: Database) -> Database:
    draft_all(db, add_text(db, ["One.", "Two.", "Three."]).document_id)
    return db


def save(db: Database, unit_id: int, target: str, actor: str = "ana", **more: str) -> None:
    version = store.unit(db, unit_id).version
    store.edit_unit(db, Edit(unit_id, version, actor, target=target, **more))  # type: ignore[arg-type]


def take_back(db: Database, actor: str = "ana", *, unit_id: int | None = None) -> str | None:
    """Undo as the page does; the text that is there then, None if there is nothing to undo."""
    change = store.own_change(db, actor, 1, "es", unit_id=unit_id)
    if change is None:
        return None
    where = change["unit"], change["version"], change["undoes"]
    store.edit_unit(db, store.undoing(db, *where, actor))
    return store.unit(db, change["unit"]).target


def test_each_change_is_taken_back_the_latest_first(drafted: Database) -> None:
    save(drafted, 1, "Uno")
    save(drafted, 2, "Dos")
    save(drafted, 1, "Uno.", state="reviewed")
    assert take_back(drafted) == "Uno"
    assert store.unit(drafted, 1).state == "translated"
    assert take_back(drafted) == "TWO."
    save(drafted, 3, "Tres.")
    assert [take_back(drafted) for _ in range(3)] == ["THREE.", "ONE.", None]
    assert take_back(drafted, "ben") is None


def test_one_unit_and_its_rejection(drafted: Database) -> None:
    save(drafted, 1, "ONE.", sub_state=store.REJECTED)
    save(drafted, 2, "Dos.")
    assert take_back(drafted, unit_id=1) == "ONE."
    assert store.unit(drafted, 1).sub_state == "wb:mt"
    assert take_back(drafted) == "TWO."


def test_what_others_changed_since_and_batches_stay(drafted: Database) -> None:
    save(drafted, 1, "Uno")
    save(drafted, 2, "Dos")
    save(drafted, 2, "Dos.", "ben")
    batch = Batch("replace", "ana", find="THREE", replacement="Tres")
    store.run_batch(drafted, Filter(document_id=1), batch, Rules())
    assert take_back(drafted) == "ONE."
    assert take_back(drafted) is None
    assert take_back(drafted, "ben") == "Dos"
    assert take_back(drafted) == "TWO."  # what Ben had changed is as she left it again
    with pytest.raises(InputError, match="no change of yours"):
        store.undoing(drafted, 2, 5, 3, "ana")


@pytest.mark.parametrize("sort", store.SORTS)
def test_lists_go_backwards_in_every_order(db: Database, sort: store.filters.Sort) -> None:
    draft_all(db, add_text(db, [f"light {i}" for i in range(40)]).document_id)
    db.execute("UPDATE units SET score = -(id * 7 % 13) / 10.0, open_findings = 1 + id % 3")
    wanted = Filter(1, "es", states=("unfinished",), text="light", sort=sort)
    everything = [unit["id"] for unit in store.find_units(db, wanted, size=500).units]
    assert len(everything) == 40
    onwards = store.find_units(db, wanted, size=25)
    seen: list[int] = []
    last = onwards.units[-1]
    key: str | None = store.key_of(wanted, {**last, "unit": last["id"]})
    while key:
        found = store.find_units(db, wanted, before=key, size=7)
        seen = [unit["id"] for unit in found.units] + seen
        key = found.following
    assert seen == everything[:24]

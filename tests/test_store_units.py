"""Units: drafts never overwrite people, edits are versioned, conflicts lose nothing."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from samples import add_text, candidate, draft_all

from workbench import store
from workbench.errors import ConflictError, InputError, StoreError
from workbench.model import Finding
from workbench.store import Database, Edit

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def drafted(db: Database) -> Database:
    draft_all(db, add_text(db, ["One.", "Two.", "Three."]).document_id)
    return db


def test_ensure_units_makes_each_once(db: Database) -> None:
    document_id = add_text(db, ["One.", "Two."]).document_id
    assert store.ensure_units(db, document_id, "es") == 2
    assert store.ensure_units(db, document_id, "es") == 0
    assert store.ensure_units(db, document_id, "pt-BR") == 2
    assert store.language_pairs(db) == [("en", "es"), ("en", "pt-BR")]
    assert db["bitext_en_pt_BR"].count == 2


def test_drafts_are_stored_with_score_origin_and_match(drafted: Database) -> None:
    unit = store.unit(drafted, 1)
    assert (unit.target, unit.state, unit.sub_state) == ("ONE.", "translated", "wb:mt")
    assert (unit.origin, unit.score, unit.version, unit.updated_by) == ("caps 1", -0.5, 1, "")
    assert [match["text"] for match in store.matches(drafted, 1)] == ["ONE."]


def test_redo_passes_over_what_a_person_touched_and_keeps_old_drafts(drafted: Database) -> None:
    store.edit_unit(drafted, Edit(2, 1, "ana", target="Dos."))
    units = store.next_pending(drafted, 1, "es", redo=True)
    assert [unit.unit_id for unit in units] == [1, 3]
    with store.running(drafted, "translate", {}) as run:
        drafts = [store.UnitDraft(u, [candidate("new")]) for u in units]
        taken = store.save_drafts(drafted, drafts, run.run_id)
        run.counts["drafted"] = taken
    assert taken == 2
    assert [match["text"] for match in store.matches(drafted, 1)] == ["new", "ONE."]
    assert store.unit(drafted, 2).target == "Dos."


def test_a_draft_that_comes_after_a_person_is_only_a_match(db: Database) -> None:
    document_id = add_text(db, ["One."]).document_id
    store.ensure_units(db, document_id, "es")
    (waiting,) = store.next_pending(db, document_id, "es")
    store.edit_unit(db, Edit(waiting.unit_id, 0, "ana", target="Uno."))
    with store.running(db, "translate", {}) as run:
        drafts = [store.UnitDraft(waiting, [candidate("late")])]
        assert store.save_drafts(db, drafts, run.run_id) == 0
    assert store.unit(db, waiting.unit_id).target == "Uno."
    assert [match["text"] for match in store.matches(db, waiting.unit_id)] == ["late"]


def test_a_failing_unit_keeps_its_finding_until_it_is_drafted(db: Database) -> None:
    document_id = add_text(db, ["One."]).document_id
    store.ensure_units(db, document_id, "es")
    (waiting,) = store.next_pending(db, document_id, "es")
    finding = Finding("engine", "error", "too long")
    for drafts, expected in (
        (store.UnitDraft(waiting, [], [finding]), 1),
        (store.UnitDraft(waiting, [candidate("Uno.")]), 0),
    ):
        with store.running(db, "translate", {}) as run:
            run.counts["drafts"] = 1
            store.save_drafts(db, [drafts], run.run_id)
        assert db["findings"].count == expected
        assert store.unit(db, 1).state == ("initial" if expected else "translated")


def test_edit_writes_a_revision_with_its_distance(drafted: Database) -> None:
    version = store.edit_unit(
        drafted, Edit(1, 1, "ana", target="ONES.", state="reviewed", seconds=3.5, why="plural")
    )
    (revision,) = store.history(drafted, 1)
    assert version == revision["version"] == 2
    assert (revision["before"], revision["after"]) == ("ONE.", "ONES.")
    assert (revision["state_before"], revision["state_after"]) == ("translated", "reviewed")
    assert (revision["actor"], revision["seconds"], revision["edit_distance"]) == ("ana", 3.5, 1)
    assert store.unit(drafted, 1).sub_state == "wb:edited"


def test_accepting_as_it_is_keeps_its_machine_origin(drafted: Database) -> None:
    store.edit_unit(drafted, Edit(1, 1, "ana", state="reviewed"))
    unit = store.unit(drafted, 1)
    assert (unit.state, unit.sub_state, unit.updated_by) == ("reviewed", "wb:mt", "ana")


def test_saving_the_same_again_changes_nothing(drafted: Database) -> None:
    assert store.edit_unit(drafted, Edit(1, 1, "ana", target="ONE.")) == 1
    assert store.history(drafted, 1) == []


def test_a_cleared_unit_is_initial_but_no_engine_takes_it(drafted: Database) -> None:
    store.edit_unit(drafted, Edit(1, 1, "ana", target=""))
    assert store.unit(drafted, 1).state == "initial"
    assert store.next_pending(drafted, 1, "es") == []
    with pytest.raises(InputError, match="no text"):
        store.edit_unit(drafted, Edit(1, 2, "ana", state="reviewed"))


def test_a_conflict_is_refused_and_loses_nothing(drafted: Database) -> None:
    store.edit_unit(drafted, Edit(1, 1, "ana", target="Uno."))
    with pytest.raises(ConflictError, match="ana"):
        store.edit_unit(drafted, Edit(1, 1, "ben", target="UNO!"))
    assert store.unit(drafted, 1).target == "Uno."
    with pytest.raises(StoreError, match="no unit 99"):
        store.edit_unit(drafted, Edit(99, 1, "ben", target="x"))


def test_many_writers_never_lose_an_edit(drafted: Database, db_path: Path) -> None:
    saved: list[str] = []

    def work(actor: str) -> None:
        with store.opened(db_path) as db:
            for number in range(25):
                text = f"{actor} {number}"
                while True:
                    try:
                        store.edit_unit(db, Edit(1, store.unit(db, 1).version, actor, target=text))
                    except ConflictError:
                        continue
                    saved.append(text)
                    break

    threads = [threading.Thread(target=work, args=(name,)) for name in ("ana", "ben", "cem", "dia")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    revisions = store.history(drafted, 1)
    assert sorted(row["after"] for row in revisions) == sorted(saved)
    assert len(saved) == 100
    befores = [row["before"] for row in reversed(revisions)]
    afters = [row["after"] for row in reversed(revisions)]
    assert befores[1:] == afters[:-1]


def test_progress_counts_units_and_words_by_state(drafted: Database) -> None:
    store.edit_unit(drafted, Edit(1, 1, "ana", state="reviewed"))
    (row,) = store.progress(drafted)
    assert (row["units"], row["translated"], row["reviewed"]) == (3, 2, 1)
    assert (row["words"], row["reviewed_words"]) == (3, 1)


def test_state_means_reached(drafted: Database) -> None:
    store.edit_unit(drafted, Edit(1, 1, "ana", state="reviewed"))
    store.edit_unit(drafted, Edit(2, 1, "ana", state="final"))
    assert [unit.unit_id for unit in store.bitext(drafted, "es", state="reviewed")] == [1, 2]
    assert [unit.unit_id for unit in store.bitext(drafted, "es", state="final")] == [2]


def test_runs_tell_how_they_ended(db: Database) -> None:
    with store.running(db, "add", {"paths": ["x"]}) as run:
        run.counts["added"] = 1
    with pytest.raises(InputError), store.running(db, "add", {}):
        raise InputError("bad")
    db.execute(
        "INSERT INTO runs (command, arguments, started, pid, status) VALUES ('x', '{}', '', 4194999, 'running')"
    )
    with store.running(db, "check", {}):
        pass  # wrote nothing, leaves no row
    statuses = [row[0] for row in db.execute("SELECT status FROM runs ORDER BY id")]
    assert statuses == ["done", "failed", "interrupted"]

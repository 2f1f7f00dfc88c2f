"""Working together in the store: notes, dismissals, claims, roles, regrouping, batches and undo."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import add_text, draft_all

from workbench import store
from workbench.errors import ClaimedError, ConflictError, InputError, RefusedError, StoreError
from workbench.model import Finding
from workbench.store import Batch, Edit, Filter, Part, Rules
from workbench.store.notes import mentioned

if TYPE_CHECKING:
    from pathlib import Path

    from workbench.store import Database

TEXTS = ["One came. Two went.", "Three stayed.", "Four left.", "Five sang."]
TEAM = Rules(admins=frozenset({"root"}))


@pytest.fixture
def drafted(db: Database) -> Database:
    draft_all(db, add_text(db, TEXTS).document_id)
    draft_all(db, 1, "fr")
    return db


def unit_rows(db: Database, target_lang: str = "es") -> list[tuple[int, int, str, str, str]]:
    return [
        (u.unit_id, u.position, u.source, u.target, u.state) for u in store.bitext(db, target_lang)
    ]


def whole(db: Database) -> object:
    """All that a regrouping must bring back, without versions, times and history."""
    units = store.rows(
        db,
        "SELECT u.id, d.format, target_lang, u.position, target, state, sub_state, origin, score, words,"
        " match_id FROM units u JOIN documents d ON d.id = u.document_id WHERE d.format <> 'shelf' ORDER BY 1",
    )
    tallies = "SELECT * FROM tallies WHERE units > 0 AND document_id = 1 ORDER BY 1, 2, 3, 4"
    segments = "SELECT * FROM segments WHERE document_id = 1 ORDER BY position"
    return units, store.rows(db, tallies), store.rows(db, segments)


def open_findings(db: Database) -> int:
    (number,) = db.execute("SELECT open_findings FROM units WHERE id = 1").fetchone()
    return int(number)


# --- notes and findings ----------------------------------------------------------------------


def test_mentions() -> None:
    assert mentioned('@ana and @"Ben Ray", see @ana. mail a@b.example') == ["ana", "Ben Ray"]


def test_notes_call_people_and_are_settled(drafted: Database) -> None:
    note = store.add_note(drafted, 1, "ana", " Ask @ben about this ")
    assert (note["text"], note["mentions"]) == ("Ask @ben about this", ["ben"])
    assert [u["id"] for u in store.find_units(drafted, Filter(note="@ben")).units] == [1]
    store.settle_note(drafted, 1, note["id"], "ben", done=True)
    assert store.notes(drafted, 1)[0]["done_by"] == "ben"
    assert store.find_units(drafted, Filter(note="@ben")).units == []
    store.settle_note(drafted, 1, note["id"], "ben", done=False)
    assert [u["id"] for u in store.find_units(drafted, Filter(note="any")).units] == [1]
    with pytest.raises(InputError, match="empty"):
        store.add_note(drafted, 1, "ana", " ")
    with pytest.raises(StoreError, match="no unit"):
        store.add_note(drafted, 99, "ana", "x")
    with pytest.raises(StoreError, match="no note"):
        store.settle_note(drafted, 2, note["id"], "ben", done=True)


def test_a_dismissed_finding_stays_dismissed(drafted: Database) -> None:
    found = [(1, "numbers", [Finding("numbers", "warning", "7 is missing")]),
             (1, "length", [Finding("length", "info", "long")])]  # fmt: skip
    store.save_findings(drafted, found)
    assert open_findings(drafted) == 2
    store.dismiss_finding(drafted, 1, "numbers", "7 is missing", actor="ana", reason="seven")
    store.save_findings(drafted, [(1, "numbers", [])])
    assert open_findings(drafted) == 1
    store.save_findings(drafted, found)
    assert open_findings(drafted) == 1
    findings = store.findings(drafted, 1)
    assert [(f["name"], f["dismissed_by"], f["reason"]) for f in findings] == [
        ("length", None, None),
        ("numbers", "ana", "seven"),
    ]
    assert store.find_units(drafted, Filter(finding="numbers")).units == []
    store.restore_finding(drafted, 1, "numbers", "7 is missing")
    assert [u["findings"] for u in store.find_units(drafted, Filter(finding="numbers")).units] == [
        2
    ]
    with pytest.raises(InputError, match="why"):
        store.dismiss_finding(drafted, 1, "numbers", "7 is missing", actor="ana", reason=" ")
    with pytest.raises(StoreError, match="no such finding"):
        store.dismiss_finding(drafted, 1, "numbers", "8 is missing", actor="ana", reason="x")


# --- claims and roles ------------------------------------------------------------------------


def test_claims_hold_until_they_end(drafted: Database) -> None:
    ids = store.units_between(drafted, 1, "es", 0, 2)
    _, taken, skipped = store.claim(drafted, ids, "ana", "ana", hours=1)
    assert (taken, skipped) == (3, 0)
    _, taken, skipped = store.claim(drafted, [3, 4], "ben", "ben", hours=0)
    assert (taken, skipped) == (1, 1)
    with pytest.raises(ClaimedError, match="ana has claimed"):
        store.check_edit(drafted, Edit(1, 1, "ben", target="x"), Rules())
    store.check_edit(drafted, Edit(1, 1, "ana", target="x"), Rules())
    assert [(c["person"], c["first"], c["last"]) for c in store.claims_of(drafted, 1, "es")] == [
        ("ana", 0, 2),
        ("ben", 3, 3),
    ]
    drafted.execute("UPDATE claims SET expires = '2020-01-01T00:00:00.000Z' WHERE person = 'ana'")
    store.check_edit(drafted, Edit(1, 1, "ben", target="x"), Rules())
    assert store.claim(drafted, [1], "ben", "ben", hours=2)[1] == 1
    assert store.release(drafted, ids, "ana") == 2
    assert store.claim_of(drafted, 2) is None
    with pytest.raises(InputError, match="hours"):
        store.claim(drafted, [1], "ben", "ben", hours=-1)


def test_without_roles_everybody_may_do_everything(drafted: Database) -> None:
    assert store.role_of(drafted, "ana", Rules()) == "admin"
    assert store.role_of(drafted, "", Rules()) == "reader"
    store.set_role(drafted, "ben", "translator", "ana")
    assert store.role_of(drafted, "ana", Rules()) == "admin"
    assert store.role_of(drafted, "cem", Rules()) == "translator"
    assert store.role_of(drafted, "cem", Rules(newcomers="reader")) == "reader"
    with pytest.raises(InputError, match="somebody must stay"):
        store.set_role(drafted, "ana", "reviewer", "ana")


@pytest.mark.parametrize(
    ("role", "state", "may"),
    [
        ("reader", None, False),
        ("translator", None, True),
        ("translator", "reviewed", False),
        ("reviewer", "reviewed", True),
        ("reviewer", "final", False),
        ("admin", "final", True),
    ],
)
def test_roles_decide_over_states(
    drafted: Database, role: str, state: str | None, may: bool
) -> None:
    store.set_role(drafted, "ana", role, "root")
    edit = Edit(1, 1, "ana", target="x", state=state)  # type: ignore[arg-type]
    if may:
        store.check_edit(drafted, edit, TEAM)
    else:
        with pytest.raises(RefusedError, match="needs"):
            store.check_edit(drafted, edit, TEAM)


def test_what_is_reviewed_is_closed_to_translators(drafted: Database) -> None:
    store.edit_unit(drafted, Edit(1, 1, "root", state="reviewed"))
    with pytest.raises(RefusedError, match="a reviewer"):
        store.check_edit(drafted, Edit(1, 2, "tina", target="x"), TEAM)


def test_a_second_person_accepts(drafted: Database) -> None:
    rules = Rules(second_person=True)
    store.edit_unit(drafted, Edit(1, 1, "ana", target="Uno."))
    for edit in (
        Edit(1, 2, "ana", state="reviewed"),
        Edit(2, 1, "ana", target="x", state="reviewed"),
    ):
        with pytest.raises(RefusedError, match="another person"):
            store.check_edit(drafted, edit, rules)
    store.check_edit(drafted, Edit(1, 2, "ben", state="reviewed"), rules)
    store.check_edit(drafted, Edit(2, 1, "ana", state="reviewed"), rules)


# --- splitting and merging -------------------------------------------------------------------


def test_split_inside_a_segment_for_all_languages(drafted: Database) -> None:
    before = whole(drafted)
    done = store.split_unit(drafted, 1, 1, source_at=9, target_at=9, actor="ana")
    rows = unit_rows(drafted)
    assert [row[1:4] for row in rows][:3] == [
        (0, "One came.", "ONE CAME."),
        (1, "Two went.", "TWO WENT."),
        (2, "Three stayed.", "THREE STAYED."),
    ]
    assert done.unit_ids == (rows[0][0], rows[1][0])
    assert [u.source for u in store.bitext(drafted, "fr")] == TEXTS
    segments = store.rows(
        drafted, 'SELECT "start", "end", text, words FROM segments ORDER BY position LIMIT 2'
    )
    assert [tuple(s.values()) for s in segments] == [
        (0, 9, "One came.", 2),
        (10, 19, "Two went.", 2),
    ]
    text = store.original(drafted, 1).text
    assert all(text[s["start"] : s["end"]] == s["text"] for s in segments)
    assert [r["why"] for r in store.history(drafted, rows[1][0])] == ["split"]
    undone = store.undo(drafted, done.run_id, "ben", Rules())
    assert (undone.changed, undone.skipped) == (2, 0)
    assert unit_rows(drafted)[0][2:] == ("One came. Two went.", "ONE CAME. TWO WENT.", "translated")
    assert store.history(drafted, 1)[0]["actor"] == "ben"
    assert len(unit_rows(drafted)) == 4
    again = store.undo(drafted, undone.run_id, "ben", Rules())
    assert [row[2] for row in unit_rows(drafted)][:2] == ["One came.", "Two went."]
    store.undo(drafted, again.run_id, "ben", Rules())
    assert whole(drafted) == before


def test_what_is_split_stays_claimed(drafted: Database) -> None:
    store.claim(drafted, [1], "ana", "ana", hours=1)
    done = store.split_unit(drafted, 1, 1, source_at=9, target_at=9, actor="ana")
    claims = [store.claim_of(drafted, unit_id) for unit_id in done.unit_ids]
    assert [claim and claim["person"] for claim in claims] == ["ana", "ana"]
    store.undo(drafted, done.run_id, "ana", Rules())
    assert [c["person"] for c in store.claims_of(drafted, 1, "es")] == ["ana"]


def test_merge_and_undo_bring_everything_back(drafted: Database) -> None:
    store.edit_unit(drafted, Edit(2, 1, "ana", target="Tres.", state="reviewed"))
    store.add_note(drafted, 3, "ana", "look")
    store.claim(drafted, [3], "ana", "ana", hours=1)
    before = whole(drafted)
    done = store.merge_units(drafted, 2, 2, 1, actor="ana")
    assert unit_rows(drafted)[1] == (
        2,
        1,
        "Three stayed. Four left.",
        "Tres. FOUR LEFT.",
        "translated",
    )
    assert [n["text"] for n in store.notes(drafted, 2)] == ["look"]
    assert store.count_units(drafted, Filter(target_lang="es")) == (3, True)
    # drafting again makes no unit for what is merged
    assert store.ensure_units(drafted, 1, "es") == 0
    store.undo(drafted, done.run_id, "ana", Rules())
    assert whole(drafted) == before
    assert [n["text"] for n in store.notes(drafted, 3)] == ["look"]
    assert store.unit(drafted, 2).state == "reviewed"


def test_a_regrouping_that_was_worked_on_is_not_undone(drafted: Database) -> None:
    done = store.merge_units(drafted, 2, 1, 1, actor="ana")
    store.edit_unit(drafted, Edit(2, 2, "ben", target="Nuevo."))
    undone = store.undo(drafted, done.run_id, "ana", Rules())
    assert (undone.changed, undone.skipped) == (0, 2)
    assert store.unit(drafted, 2).target == "Nuevo."


def test_what_cannot_be_split_or_merged(drafted: Database) -> None:
    for at in (0, -5, 19, 99):
        with pytest.raises(InputError, match="inside the source"):
            store.split_unit(drafted, 1, 1, source_at=at, target_at=0, actor="ana")
    with pytest.raises(ConflictError):
        store.split_unit(drafted, 1, 7, source_at=9, target_at=0, actor="ana")
    with pytest.raises(InputError, match="last unit"):
        store.merge_units(drafted, 4, 1, 1, actor="ana")
    with pytest.raises(ConflictError):
        store.merge_units(drafted, 1, 1, 7, actor="ana")
    assert len(unit_rows(drafted)) == 4
    assert store.rows(drafted, "SELECT count(*) AS n FROM segments")[0]["n"] == 4


def test_regroup_takes_any_grouping(drafted: Database) -> None:
    parts = [Part((1,), "A"), Part((2, 3), "BC"), Part((), "extra", position=77)]
    done = store.regroup(drafted, [(1, 1), (2, 1), (3, 1)], parts, actor="ana")
    assert [row[1:] for row in unit_rows(drafted)] == [
        (0, TEXTS[0], "A", "translated"),
        (1, f"{TEXTS[1]} {TEXTS[2]}", "BC", "translated"),
        (3, TEXTS[3], TEXTS[3].upper(), "translated"),
        (77, "", "extra", "translated"),
    ]
    with pytest.raises(InputError, match="segments"):
        store.regroup(drafted, [(4, 1)], [Part((4, 1), "x")], actor="ana")
    with pytest.raises(InputError, match="one text"):
        store.regroup(drafted, [(4, 1), (5, 1)], [Part((4,), "x")], actor="ana")
    store.undo(drafted, done.run_id, "ana", Rules())
    assert [row[3] for row in unit_rows(drafted)] == [text.upper() for text in TEXTS]


def test_split_follows_the_original_over_line_ends(db: Database) -> None:
    raw = "> Une e\u0301tude\n> qui finit.Puis une autre."
    new = store.NewDocument("q.md", "q", "fr", "md", raw.encode(), "utf-8")
    from workbench.model import Segment

    text = "Une étude qui finit.Puis une autre."
    store.add_document(db, new, [Segment(0, 0, "quote", 0, 2, len(raw), text)])
    store.ensure_units(db, 1, "en")
    store.split_unit(db, 1, 0, source_at=20, target_at=0, actor="ana")
    spans = [raw[s["start"] : s["end"]] for s in db["segments"].rows]
    assert spans == ["Une e\u0301tude\n> qui finit.", "Puis une autre."]
    second = store.unit(db, 2)
    store.merge_units(db, 1, 1, second.version, actor="ana")
    assert store.unit(db, 1).source == text


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_regrouping_loses_nothing_and_can_be_undone(
    tmp_path: Path, data: st.DataObject
) -> None:
    path = tmp_path / "any.db"
    path.unlink(missing_ok=True)
    with store.opened(path) as db:
        draft_all(db, add_text(db, TEXTS).document_id)
        source, before = " ".join(TEXTS), whole(db)
        runs: list[int] = []
        for _ in range(data.draw(st.integers(1, 5))):
            units = list(store.bitext(db, "es"))
            here = data.draw(st.integers(0, len(units) - 1))
            unit = units[here]
            if data.draw(st.booleans()) and here + 1 < len(units):
                done = store.merge_units(
                    db, unit.unit_id, unit.version, units[here + 1].version, actor="ana"
                )
            else:
                at = data.draw(st.integers(0, len(unit.source)))
                if not unit.source[:at].strip() or not unit.source[at:].strip():
                    continue
                done = store.split_unit(
                    db, unit.unit_id, unit.version, source_at=at, actor="ana",
                    target_at=data.draw(st.integers(0, len(unit.target))),
                )  # fmt: skip
            runs.append(done.run_id)
        sources = "".join(u.source for u in store.bitext(db, "es")).replace(" ", "")
        targets = "".join(u.target for u in store.bitext(db, "es")).replace(" ", "")
        assert sources == source.replace(" ", "")
        assert targets == source.upper().replace(" ", "")
        for run in reversed(runs):
            assert store.undo(db, run, "ana", Rules()).skipped == 0
        assert whole(db) == before
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []


# --- batches and undo ------------------------------------------------------------------------


def test_replace_in_all_and_undo_what_still_stands(drafted: Database) -> None:
    wanted = Filter(target_lang="es", text="e", is_regex=True)
    batch = Batch("replace", "ana", find="E", replacement="é", case=True)
    done = store.run_batch(drafted, wanted, batch, Rules())
    assert (done.changed, done.skipped) == (4, 0)
    assert store.unit(drafted, 2).target == "THRéé STAYéD."
    assert store.batch(drafted, done.run_id)["units"] == 4
    store.edit_unit(drafted, Edit(1, 2, "ben", target="Mine"))
    undone = store.undo(drafted, done.run_id, "ana", Rules())
    assert (undone.changed, undone.skipped) == (3, 1)
    assert undone.reason == "they were changed since"
    assert store.unit(drafted, 1).target == "Mine"
    unit = store.unit(drafted, 2)
    assert (unit.target, unit.state, unit.sub_state, unit.updated_by) == (
        "THREE STAYED.",
        "translated",
        "wb:mt",
        "",
    )
    # an undoing is a run, and can be undone
    assert store.undo(drafted, undone.run_id, "ana", Rules()).changed == 3
    assert store.unit(drafted, 2).target == "THRéé STAYéD."


def test_accept_reject_and_undo(drafted: Database) -> None:
    es = Filter(target_lang="es")
    accepted = store.run_batch(drafted, es, Batch("accept", "ana"), Rules())
    assert accepted.changed == 4
    rejected = store.run_batch(drafted, es, Batch("reject", "ben"), Rules())
    assert {row["sub_state"] for row in drafted["units"].rows_where("target_lang = 'es'")} == {
        "wb:rejected"
    }
    assert store.count_units(drafted, Filter(target_lang="es", states=("rejected",))) == (4, True)
    store.undo(drafted, rejected.run_id, "ben", Rules())
    unit = store.unit(drafted, 1)
    assert (unit.state, unit.sub_state, unit.updated_by) == ("reviewed", "wb:mt", "ana")
    assert store.run_batch(drafted, es, Batch("reopen", "ben"), Rules()).changed == 4


def test_what_has_no_text_stays_without(drafted: Database) -> None:
    store.edit_unit(
        drafted, Edit(2, 1, "ana", target="", state="translated", sub_state="wb:rejected")
    )
    assert (store.unit(drafted, 2).target, store.unit(drafted, 2).state) == ("", "initial")


def test_batches_keep_to_roles_and_claims(drafted: Database) -> None:
    store.set_role(drafted, "tina", "translator", "root")
    done = store.run_batch(drafted, Filter(target_lang="es"), Batch("accept", "tina"), TEAM)
    assert (done.changed, done.skipped) == (0, 4)
    assert "reviewer" in done.reason
    store.claim(drafted, [1], "ben", "ben", hours=1)
    done = store.run_batch(drafted, Filter(target_lang="es"), Batch("accept", "root"), TEAM)
    assert (done.changed, done.skipped) == (3, 1)


def test_assign_and_undo(drafted: Database) -> None:
    done = store.run_batch(
        drafted, Filter(target_lang="es"), Batch("assign", "root", person="ben"), Rules()
    )
    assert done.changed == 4
    assert len(store.find_units(drafted, Filter(claimed="ben")).units) == 4
    assert len(store.find_units(drafted, Filter(claimed="nobody")).units) == 4
    assert store.undo(drafted, done.run_id, "root", Rules()).changed == 4
    assert store.find_units(drafted, Filter(claimed="ben")).units == []


def test_broken_batches(drafted: Database) -> None:
    es = Filter(target_lang="es")
    for batch in (
        Batch("delete", "ana"),
        Batch("replace", "ana"),
        Batch("replace", "ana", find="(", is_regex=True),
        Batch("replace", "ana", find="(E)", replacement=r"\2", is_regex=True),
    ):
        with pytest.raises(InputError):
            store.run_batch(drafted, es, batch, Rules())
    assert drafted["revisions"].count == 0
    with pytest.raises(StoreError, match="no run"):
        store.undo(drafted, 999, "ana", Rules())
    with pytest.raises(InputError, match="no unit"):
        store.undo(drafted, 1, "ana", Rules())  # a drafting run


def test_a_hostile_pattern_is_stopped(db: Database) -> None:
    draft_all(db, add_text(db, ["a" * 5000 + "!"]).document_id)
    found = store.find_units(db, Filter(text=r"(a|a?)+$", is_regex=True, case=True, side="source"))
    # on a busy machine the page's time may be over before the text's
    assert not found.units
    assert found.left_out == 1 or not found.in_time
    with pytest.raises(InputError, match="too long"):
        store.run_batch(
            db,
            Filter(),
            Batch("replace", "ana", find=r"(A|A?)+$", is_regex=True, case=True),
            Rules(),
        )


# --- filters ---------------------------------------------------------------------------------


@pytest.mark.parametrize("many", [20_000, 0])
@pytest.mark.parametrize(
    ("wanted", "positions"),
    [
        (Filter(), [0, 1, 2, 3]),
        (Filter(states=("reviewed",)), [1]),
        (Filter(states=("initial", "reviewed")), [1, 3]),
        (Filter(states=("unfinished",)), [0, 2, 3]),
        (Filter(origin="caps"), [0, 1, 2, 3]),
        (Filter(origin="apert"), []),
        (Filter(min_score=-0.5), [0, 1, 2, 3]),
        (Filter(max_score=-0.6), []),
        (Filter(by="ana"), [1, 3]),
        (Filter(touched="ben"), [1]),
        (Filter(min_words=3), [0]),
        (Filter(max_words=2), [1, 2, 3]),
        (Filter(touched="nobody"), []),
        (Filter(origin="zebra"), []),
        (Filter(since="2020-01-01", by="ben"), []),
        (Filter(text="stayed"), [1]),
        (Filter(text="one wo"), []),
        (Filter(text="two one"), [0]),
        (Filter(text="五歌", side="target"), [2]),
        (Filter(text="歌", side="target"), [2]),
        (Filter(text="五つの歌 stay", side="either"), []),
        (Filter(text="TRES", side="target"), [1]),
        (Filter(text="tres", side="source"), []),
        (Filter(text=r"^(one|four)", is_regex=True), [0, 2]),
        (Filter(states=("initial", "rejected", "final")), [3]),
        (Filter(text=r"^One", is_regex=True, case=True, side="source"), [0]),
        (Filter(since="2020-01-01"), [0, 1, 2, 3]),
        (Filter(until="2020-01-01T10:00"), []),
        (Filter(at=2), [2, 3]),
        (Filter(file="A.TX"), [0, 1, 2, 3]),
        (Filter(file="b.txt"), []),
    ],
)  # fmt: skip
def test_filters(
    drafted: Database,
    wanted: Filter,
    positions: list[int],
    many: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from dataclasses import replace

    # both ways of searching: all that is found, sorted; or each unit tested in order
    monkeypatch.setattr("workbench.store.filters.MANY", many)
    monkeypatch.setattr("workbench.store.filters.MANY_FILES", many)
    store.edit_unit(drafted, Edit(3, 1, "cem", target="FOUR 五歌 LEFT."))
    store.edit_unit(drafted, Edit(2, 1, "ben", target="Tres!"))
    store.edit_unit(drafted, Edit(2, 2, "ana", target="Tres.", state="reviewed"))
    store.edit_unit(drafted, Edit(4, 1, "ana", target=""))
    wanted = replace(wanted, document_id=1, target_lang="es")
    found = store.find_units(drafted, wanted)
    assert [unit["position"] for unit in found.units] == positions
    if not wanted.pattern:
        assert store.count_units(drafted, wanted) == (len(positions), True)


@pytest.mark.parametrize("sort", store.SORTS)
def test_pages_have_every_unit_once(db: Database, sort: str) -> None:
    draft_all(db, add_text(db, [f"Text {i}." for i in range(25)]).document_id)
    db.execute("UPDATE units SET score = -(id % 5) / 10.0")
    store.save_findings(
        db,
        [(i, "x", [Finding("x", "info", str(n)) for n in range(i % 3 + 1)]) for i in range(1, 26)],
    )
    wanted = Filter(sort=sort)  # type: ignore[arg-type]
    seen: list[int] = []
    after = ""
    for _ in range(10):
        found = store.find_units(db, wanted, after=after, size=4)
        seen += [unit["id"] for unit in found.units]
        if found.following is None:
            break
        after = found.following
    assert sorted(seen) == list(range(1, 26))
    keys = {
        "position": "position",
        "score": "score",
        "findings": "findings",
        "changed": "updated_at",
    }
    all_units = store.find_units(db, wanted, size=100).units
    values = [unit[keys[sort]] for unit in all_units]
    assert values == sorted(values, reverse=sort in {"findings", "changed"})
    assert [unit["id"] for unit in all_units] == seen


def test_broken_filters(drafted: Database) -> None:
    for wanted, after in (
        (Filter(text="(", is_regex=True), ""),
        (Filter(since="yesterday"), ""),
        (Filter(), "1~es"),
        (Filter(), "1~es~x"),
        (Filter(sort="score"), f"0.5~{10**30}"),
    ):
        with pytest.raises(InputError):
            store.find_units(drafted, wanted, after=after)


def test_tallies_are_true(drafted: Database) -> None:
    store.edit_unit(drafted, Edit(1, 1, "ana", target="Uno", state="reviewed"))
    store.merge_units(drafted, 2, 1, 1, actor="ben")
    counted = store.rows(
        drafted,
        "SELECT document_id, target_lang, state, updated_by, count(*) AS units, sum(words) AS words FROM units"
        " GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
    )
    assert (
        store.rows(drafted, "SELECT * FROM tallies WHERE units > 0 ORDER BY 1, 2, 3, 4") == counted
    )
    people = {row["name"]: row for row in store.people(drafted, TEAM)}
    assert (people["ana"]["units"], people["ana"]["reviewed"], people["root"]["role"]) == (
        1,
        1,
        "admin",
    )
    assert json.dumps(list(people))

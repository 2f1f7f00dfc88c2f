"""Beads under a person's hand: every change keeps both texts whole, and can be undone and redone."""

from __future__ import annotations

import contextlib
import random
from typing import TYPE_CHECKING, Any

import pytest
from samples import add_text, candidate, draft_all

from workbench import store
from workbench.errors import AlignError, ClaimedError, ConflictError, InputError
from workbench.model import Alignment, Bead
from workbench.store import Edit, beads, realigning, steps
from workbench.store.alignments import Bitext, save_alignment
from workbench.store.beads import Seen

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.store import Database

SOURCE = [f"S{i} one two three." for i in range(8)]
TARGET = [f"T{i} eins zwei drei." for i in range(9)]
BEADS = [
    ((0,), (0,)), ((1, 2), (1,)), ((), (2,)), ((3,), (3, 4)), ((4,), ()), ((5,), (5,)),
    ((6, 7), (6, 7)), ((), (8,)),
]  # fmt: skip
ANA = Seen("Ana")


def aligned(db: Database, found: Any = BEADS, *, drafts: bool = False) -> Bitext:
    source = add_text(db, SOURCE, path="a.en.txt").document_id
    target = add_text(db, TARGET, path="a.de.txt", lang="de").document_id
    if drafts:
        draft_all(db, source, "de")
    texts = Bitext(source, target, "de")
    alignment = Alignment([Bead(s, t, 0.9 - 0.05 * len(s)) for s, t in found], 1.0)
    with store.running(db, "align", {}) as run:
        save_alignment(db, texts, alignment, origin="test 1", run_id=run.run_id)
        run.counts["aligned"] = 1
    return texts


def shape(db: Database) -> list[tuple[list[int], list[int]]]:
    """The beads in reading order, as places in the two texts given to `aligned`."""
    return [(bead["source"], bead["target"]) for bead in store.bitexts.beads(db, 1, "de")]


def state(db: Database) -> list[Any]:
    """All that a step may change and undoing must bring back, in reading order."""
    columns = 'id, block, kind, level, "start", "end", text, words, hash, joint'
    kept = "document_id, target_lang, target, state, sub_state, origin, words, match_id, updated_by"
    return [
        *(
            store.rows(db, query)
            for query in (
                f"SELECT {columns} FROM segments WHERE document_id IN (1, 2) ORDER BY document_id, position",
                f"SELECT id, {kept} FROM units WHERE document_id IN (1, 2) ORDER BY target_lang, position",
                "SELECT * FROM beads ORDER BY unit_id",
                *(
                    f"SELECT t.* FROM {table} t ORDER BY unit_id, position"
                    for table in ("unit_segments", "unit_targets")
                ),
                "SELECT id, unit_id, text FROM notes ORDER BY id",
            )
        )
    ]


def ids(db: Database) -> list[int]:
    return [bead["unit_id"] for bead in store.bitexts.beads(db, 1, "de")]


def whole(db: Database, *, edited: bool = False) -> None:
    """Every segment of both texts is in one unit, in order; types are true, and texts if not edited."""
    for table, document_id in (("unit_segments", 1), ("unit_targets", 2)):
        found = store.rows(
            db,
            f"SELECT s.id, count(u.id) AS n FROM segments s LEFT JOIN {table} t ON t.segment_id = s.id"
            " LEFT JOIN units u ON u.id = t.unit_id AND u.target_lang = 'de'"
            " WHERE s.document_id = ? GROUP BY s.id",
            (document_id,),
        )
        assert {row["n"] for row in found} == {1}
    last = -1
    units = "SELECT * FROM units WHERE document_id = 1 AND target_lang = 'de' ORDER BY position"
    for row in store.rows(db, units):
        assert row["position"] > last
        source, target = (
            store.rows(
                db,
                f"SELECT s.id, s.text, s.position FROM {table} t JOIN segments s ON s.id = t.segment_id"
                " WHERE t.unit_id = ? ORDER BY t.position",
                (row["id"],),
            )
            for table in ("unit_segments", "unit_targets")
        )
        assert source or target
        if source:
            assert source[0]["position"] == row["position"]
            places = [piece["position"] for piece in source]
            assert places == sorted(places)
        last = source[-1]["position"] if source else row["position"]
        text = "".join(p["text"] for p in target).replace(" ", "")
        assert edited or text == row["target"].replace(" ", "")
        (bead,) = store.rows(db, "SELECT * FROM beads WHERE unit_id = ?", (row["id"],))
        assert bead["type"] == f"{len(source)}:{len(target)}"
    assert store.rows(db, "PRAGMA foreign_key_check") == []
    assert store.rows(db, "SELECT sum(units) AS n FROM tallies WHERE document_id = 1")[0][
        "n"
    ] == len(store.rows(db, "SELECT id FROM units WHERE document_id = 1"))


def test_an_alignment_is_units_of_the_grid(db: Database) -> None:
    aligned(db)
    whole(db)
    assert shape(db) == [(list(s), list(t)) for s, t in BEADS]
    units = list(store.bitext(db, "de"))
    assert [unit.target for unit in units[1:4]] == [
        "T1 eins zwei drei.",
        "T2 eins zwei drei.",
        " ".join(TARGET[3:5]),
    ]
    assert units[2].source == ""
    assert (units[4].target, units[4].state) == ("", "initial")
    assert {unit.origin for unit in units if unit.target} == {"test 1"}
    assert store.rows(db, "SELECT type, confidence FROM beads_text WHERE type = '2:2'") == [
        {"type": "2:2", "confidence": 0.8}
    ]


def realign(db: Database, chance: random.Random, unit: int) -> object:
    """Let an aligner find other beads around a unit: any runs of segments."""
    part = realigning.stretch(db, unit)
    sizes = len(part.pair.source), len(part.pair.target)
    found, ends = [], [0, 0]
    while ends != list(sizes):
        starts = list(ends)
        while ends == starts:
            ends = [
                min(end + chance.randint(0, 2), size) for end, size in zip(ends, sizes, strict=True)
            ]
        source, target = (tuple(range(*span)) for span in zip(starts, ends, strict=True))
        found.append(Bead(source, target, 0.5))
    return realigning.realign(db, ANA, part, found, "test 2")


def do(db: Database, chance: random.Random) -> bool:
    """One random change; False if it is refused."""
    unit = chance.choice(ids(db))
    row = store.unit(db, unit)
    ways: list[Callable[[], object]] = [
        lambda: beads.merge(db, ANA, unit),
        lambda: beads.split(
            db, ANA, unit, chance.randint(0, len(row.source)), chance.randint(0, len(row.target))
        ),
        lambda: beads.move(db, ANA, unit, chance.choice(["source", "target"]), chance.choice(["up", "down"])),
        lambda: beads.mark(db, ANA, unit, chance.choice(["omitted", "added"])),
        lambda: beads.link(db, ANA, unit, chance.choice(ids(db))),
        lambda: beads.confirm(db, ANA, unit, on=chance.random() < 0.7),
        lambda: realign(db, chance, unit),
    ]  # fmt: skip
    try:
        chance.choice(ways)()
    except (InputError, AlignError):
        return False
    return True


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_done_can_be_undone_and_redone(db: Database, seed: int) -> None:
    aligned(db, drafts=seed % 2 == 0)
    store.ensure_units(db, 1, "fr")  # another language of the same text moves along
    store.add_note(db, ids(db)[2], "Ben", "look")
    chance = random.Random(seed)
    states = [state(db)]
    while len(states) < 16:
        if do(db, chance):
            states.append(state(db))
            whole(db)
    for _ in range(2):  # and all of it once more
        for before in reversed(states[:-1]):
            steps.undo(db, 1, "Ana")
            whole(db)
            assert state(db) == before
        with pytest.raises(InputError, match="nothing of yours"):
            steps.undo(db, 1, "Ana")
        for after in states[1:]:
            steps.redo(db, 1, "Ana")
            whole(db)
            assert state(db) == after
        with pytest.raises(InputError, match="nothing to do again"):
            steps.redo(db, 1, "Ana")
    for unit_id in ids(db):
        assert all(row["actor"] == "Ana" and row["run_id"] for row in store.history(db, unit_id))


def test_a_draft_of_what_is_left_out_never_mixes_with_the_translation(db: Database) -> None:
    aligned(db)
    lone = ids(db)[4]
    with store.running(db, "translate", {}) as run:
        (pending,) = store.next_pending(db, 1, "de")
        drafts = [store.UnitDraft(pending, [candidate("Maschine.")])]
        assert pending.unit_id == lone
        run.counts["drafted"] = store.save_drafts(db, drafts, run.run_id)
    assert store.unit(db, lone).target == "Maschine."
    before = state(db)
    beads.merge(db, ANA, lone)
    assert store.unit(db, lone).target == TARGET[5]
    assert (store.unit(db, lone).origin, store.unit(db, lone).sub_state) == ("test 1", "wb:aligned")
    steps.undo(db, 1, "Ana")
    beads.confirm(db, ANA, lone)
    unit = store.unit(db, lone)
    assert (unit.target, unit.state, unit.sub_state) == ("", "reviewed", "wb:omitted")
    steps.undo(db, 1, "Ana")
    assert state(db) == before


def test_edited_texts_stay_whole(db: Database) -> None:
    aligned(db)
    two = ids(db)[3]  # S3 with T3 T4
    store.edit_unit(db, Edit(two, 1, "ben", target="T3 eins zwei drei. Ganz anders."))
    with pytest.raises(InputError, match="was edited"):
        beads.move(db, ANA, two, "target", "down")
    beads.move(db, ANA, two, "target", "up")  # T3 is still there as it was
    assert store.unit(db, two).target == "Ganz anders."
    beads.merge(db, ANA, two)
    assert store.unit(db, two).target == "Ganz anders."
    assert store.unit(db, two).state == "translated"
    beads.split(db, ANA, two, len(SOURCE[3]) + 1, 5)
    assert [u.target for u in store.bitext(db, "de")][3:5] == ["Ganz", "anders."]


@pytest.mark.parametrize("seed", range(4))
def test_undoing_takes_nothing_from_others(db: Database, seed: int) -> None:
    aligned(db)
    store.ensure_units(db, 1, "fr")
    french = " ".join(SOURCE)
    chance = random.Random(seed)
    typed: dict[int, str] = {}
    for number in range(30):
        do(db, chance)
        if number % 6 == 5:  # Ben types into a bead, and splits and merges the French
            unit = store.unit(db, chance.choice(ids(db)))
            typed[unit.unit_id] = f"{unit.target} Ben {number}."
            edit = Edit(unit.unit_id, unit.version, "Ben", target=typed[unit.unit_id])
            store.edit_unit(db, edit)
            other = chance.choice([u for u in store.bitext(db, "fr") if len(u.source) > 1])
            at = chance.randint(1, len(other.source) - 1)
            store.split_unit(
                db, other.unit_id, other.version, source_at=at, target_at=0, actor="Ben"
            )
    for _ in range(40):
        with contextlib.suppress(ConflictError, InputError):
            steps.undo(db, 1, "Ana")
    sources = (list(store.bitext(db, lang)) for lang in ("fr", "de"))
    for units in sources:
        assert "".join(u.source for u in units).replace(" ", "") == french.replace(" ", "")
    stands = "".join(unit.target for unit in store.bitext(db, "de"))
    for text in typed.values():
        assert text[text.index("Ben") :] in stands
    assert store.rows(db, "PRAGMA foreign_key_check") == []


def regroup(db: Database, chance: random.Random, runs: list[int]) -> None:
    """Split or merge units, or undo one of such runs, as the review page does."""
    if runs and chance.random() < 0.4:
        runs.append(store.undo(db, chance.choice(runs), "Ben", store.Rules()).run_id)
        return
    units = list(store.bitext(db, chance.choice(["de", "fr"])))
    at = chance.randrange(len(units) - 1)
    unit, following = units[at : at + 2]
    if chance.random() < 0.6:
        places = (chance.randint(0, len(text)) for text in (unit.source, unit.target))
        source_at, target_at = places
        done = store.split_unit(
            db, unit.unit_id, unit.version, source_at=source_at, target_at=target_at, actor="Ben"
        )
    else:
        done = store.merge_units(db, unit.unit_id, unit.version, following.version, actor="Ben")
    runs.append(done.run_id)


@pytest.mark.parametrize("seed", [20, 21, 22])
def test_beads_and_units_are_changed_side_by_side(db: Database, seed: int) -> None:
    aligned(db)
    store.ensure_units(db, 1, "fr")
    chance, runs = random.Random(seed), list[int]()
    for _ in range(40):
        way = chance.choice(["do", "regroup", "undo", "redo"])
        with contextlib.suppress(ConflictError, InputError):
            if way == "do":
                do(db, chance)
            elif way == "regroup":
                regroup(db, chance, runs)
            else:
                (steps.undo if way == "undo" else steps.redo)(db, 1, "Ana")
        whole(db, edited=True)
        for units in (store.bitext(db, "de"), store.bitext(db, "fr")):
            together = "".join(unit.source for unit in units).replace(" ", "")
            assert together == "".join(SOURCE).replace(" ", "")


def test_undoing_passes_over_what_others_changed_since(db: Database) -> None:
    aligned(db)
    first, last = ids(db)[0], ids(db)[5]
    beads.confirm(db, ANA, first)
    beads.confirm(db, ANA, last)
    store.edit_unit(db, Edit(last, 2, "Ben", target="Von Ben."))
    done = steps.undo(db, 1, "Ana")
    assert (done.unit_ids, done.passed) == ((first,), 1)
    with pytest.raises(ConflictError, match="Ben changed"):
        steps.undo(db, 1, "Ana")
    assert store.unit(db, last).target == "Von Ben."


def test_a_sentence_that_another_splits_at_the_same_place_stays_split(db: Database) -> None:
    aligned(db)
    store.ensure_units(db, 1, "fr")
    beads.split(db, ANA, ids(db)[0], 6, 19)
    french = next(iter(store.bitext(db, "fr")))
    done = store.split_unit(
        db, french.unit_id, french.version, source_at=6, target_at=0, actor="Ben"
    )
    steps.undo(db, 1, "Ana")
    assert [u.source for u in store.bitext(db, "fr")][:2] == ["S0 one", "two three."]
    assert len(shape(db)[0][0]) == 2
    steps.redo(db, 1, "Ana")
    steps.undo(db, 1, "Ana")
    assert store.undo(db, done.run_id, "Ben", store.Rules()).skipped == 0
    assert [u.source for u in store.bitext(db, "fr")] == SOURCE


def test_all_surer_beads_are_confirmed_as_one_step(db: Database) -> None:
    aligned(db)  # of 0.9 without a source, of 0.85 one to one, of 0.8 two to any
    before = state(db)
    claimed = ids(db)[5]

    def may(_: Database, unit_id: int) -> None:
        if unit_id == claimed:
            raise ClaimedError("Ben has claimed it")

    done = beads.confirm_surer(db, Seen("Ana", may=may), ids(db)[0])
    assert list(done.unit_ids) == [ids(db)[0], ids(db)[3]]
    assert store.unit(db, claimed).state == "translated"
    steps.undo(db, 1, "Ana")
    assert state(db) == before


def test_two_people_never_overwrite_each_other(db: Database) -> None:
    aligned(db)
    one, two, three = ids(db)[:3]
    versions = {one: 1, two: 1, three: 1}
    beads.merge(db, Seen("Ana", versions), one)
    ben = Seen("Ben", versions)
    acts: list[Callable[[], object]] = [
        lambda: beads.merge(db, ben, two),
        lambda: beads.move(db, ben, three, "target", "up"),
        lambda: beads.confirm(db, ben, one),
        lambda: beads.link(db, ben, one, three),
    ]
    for act in acts:
        with pytest.raises(ConflictError, match=r"Ana changed|another now"):
            act()
    beads.confirm(db, Seen("Ben", {one: 2}), one)
    with pytest.raises(ConflictError, match="Ben changed"):
        steps.undo(db, 1, "Ana")
    steps.undo(db, 1, "Ben")
    steps.undo(db, 1, "Ana")
    assert shape(db) == [(list(s), list(t)) for s, t in BEADS]


def test_align_again_between_confirmed_beads(db: Database) -> None:
    aligned(db)
    store.edit_unit(db, Edit(ids(db)[5], 1, "ben", target="Von Ben."))
    beads.confirm(db, ANA, ids(db)[0])
    part = realigning.stretch(db, ids(db)[2])
    assert (len(part.pair.source), len(part.pair.target)) == (7, 8)
    assert part.pair.pinned == [((4,), (4,))]
    found = [
        Bead((0,), (0,), 0.9), Bead((1,), (1,), 0.9), Bead((2,), (2,), 0.9), Bead((3,), (3,), 0.5, {"mt": 1.0}),
        Bead((4,), (4,), 1.0), Bead((5, 6), (5, 6), 0.9), Bead((), (7,), 0.4),
    ]  # fmt: skip
    before = state(db)
    realigning.realign(db, ANA, part, found, "test 2")
    whole_but_edited = [(b["source"], b["target"]) for b in store.bitexts.beads(db, 1, "de")]
    assert whole_but_edited == [
        ([0], [0]), ([1], [1]), ([2], [2]), ([3], [3]), ([4], [4]), ([5], [5]), ([6, 7], [6, 7]), ([], [8]),
    ]  # fmt: skip
    assert [u.target for u in store.bitext(db, "de")][5] == "Von Ben."
    mt = store.rows(db, "SELECT mt, aligner FROM beads_text WHERE confidence = 0.5")
    assert mt == [{"mt": 1.0, "aligner": "test 2"}]
    again = realigning.stretch(db, ids(db)[2])
    with pytest.raises(InputError, match="same beads"):
        realigning.realign(db, ANA, again, found, "test 2")
    steps.undo(db, 1, "Ana")
    assert state(db) == before
    stale = realigning.stretch(db, ids(db)[2])
    beads.confirm(db, Seen("Ben"), ids(db)[2])
    with pytest.raises(ConflictError):
        realigning.realign(db, ANA, stale, found, "test 2")


def test_only_aligned_units_are_beads(db: Database) -> None:
    add_text(db, SOURCE)
    draft_all(db, 1)
    with pytest.raises(InputError, match="not aligned"):
        beads.merge(db, ANA, 1)

"""The chain of engines: protection, judging, retries, fallbacks, side by side, bad input."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from samples import add_text
from scripted import Scripted

from workbench import registry, store
from workbench.drafting import Drafter, Judge, Stage, Windows
from workbench.drafting.clauses import clauses
from workbench.drafting.judge import calibrated, fit, raw_quality
from workbench.errors import EngineError
from workbench.memory import Memory
from workbench.model import Draft, Hypothesis
from workbench.protect import Term
from workbench.store import Edit, PendingUnit
from workbench.translate import Engines, Job, prepare, translate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.store import Database

GOOD = "El puerto estaba tranquilo y nadie vino."
SOURCE = "The harbour was quiet and nobody came."
LOOP = "El puerto el puerto el puerto el puerto el puerto."


def drafter(
    *translators: Scripted, side_by_side: bool = False, terms: Sequence[Term] = ()
) -> Drafter:
    judge = Judge(registry.checks().values(), "en", "es")
    return Drafter([Stage(t, terms) for t in translators], judge, side_by_side=side_by_side)


def test_what_must_not_change_is_hidden_and_put_back() -> None:
    engine = Scripted(lambda text: text.replace("Open", "Abra").replace("now", "ahora"))
    (outcome,) = drafter(engine).draft(["Open `a_b` now: https://e.org/x_y."])
    assert engine.asked == ["Open ZX0Z now: ZX1Z."]
    assert outcome.best
    assert outcome.best.hypothesis.text == "Abra `a_b` ahora: https://e.org/x_y."


def test_an_engine_that_eats_masks_is_asked_around_them() -> None:
    engine = Scripted(lambda text: text.replace("ZX0Z", "").upper())
    (outcome,) = drafter(engine).draft(["Open the file {name} in the evening."])
    assert outcome.best
    assert outcome.best.hypothesis.text == "OPEN THE FILE {name} IN THE EVENING."
    assert not outcome.best.findings


def test_a_text_without_letters_never_reaches_the_engine() -> None:
    engine = Scripted(str.upper)
    outcomes = drafter(engine).draft(["", "   ", "12 345", "— 🎉🎉 —", "{name}", "`code`"])
    assert not engine.asked
    assert [o.best and o.best.hypothesis.text for o in outcomes] == [
        "", "   ", "12 345", "— 🎉🎉 —", "{name}", "`code`",
    ]  # fmt: skip


def test_glossary_terms_are_kept() -> None:
    engine = Scripted(lambda text: text.replace("The", "El").replace("is old", "es viejo"))
    (outcome,) = drafter(engine, terms=[Term("lighthouse", "faro")]).draft(
        ["The lighthouse is old."]
    )
    assert outcome.best
    assert outcome.best.hypothesis.text == "El faro es viejo."


def test_a_bad_draft_is_tried_again_with_the_next_hypothesis() -> None:
    engine = Scripted(lambda _: [LOOP, GOOD], n_best=4)
    (outcome,) = drafter(engine).draft([SOURCE])
    assert outcome.best
    assert outcome.best.hypothesis.text == GOOD
    assert [c.hypothesis.text for c in outcome.candidates] == [LOOP, GOOD]
    assert engine.hypotheses == [1, 4]


def test_a_bad_draft_is_tried_again_clause_by_clause() -> None:
    answers = {"The harbour was quiet,": "El puerto estaba tranquilo,",
               "and nobody came that night.": "y nadie vino aquella noche."}  # fmt: skip
    engine = Scripted(lambda text: answers.get(text, LOOP))
    source = "The harbour was quiet, and nobody came that night."
    (outcome,) = drafter(engine).draft([source])
    assert outcome.best
    assert outcome.best.hypothesis.text == "El puerto estaba tranquilo, y nadie vino aquella noche."
    assert outcome.best.signature.endswith("|split:clauses")


def test_then_the_next_engine_is_asked_and_only_for_what_failed() -> None:
    first = Scripted(lambda text: LOOP if text == SOURCE else text.upper(), name="first")
    second = Scripted(lambda _: GOOD, name="second")
    good, bad = drafter(first, second).draft(["Bread", SOURCE])
    assert good.best
    assert good.best.origin == "first"
    assert bad.best
    assert bad.best.origin == "second"
    assert second.asked == [SOURCE]


def test_what_still_fails_is_kept_with_its_findings() -> None:
    (outcome,) = drafter(Scripted(lambda _: LOOP)).draft([SOURCE])
    assert outcome.best
    assert [finding.name for finding in outcome.best.findings] == ["repetition"]
    assert outcome.best.quality is not None
    assert outcome.best.quality <= 30


def test_the_least_bad_of_bad_drafts_is_taken() -> None:
    first = Scripted(lambda _: "", name="first")
    second = Scripted(lambda _: "El puerto", name="second")
    (outcome,) = drafter(first, second).draft([SOURCE])
    assert outcome.best
    assert outcome.best.origin == "second"


def test_an_error_costs_only_its_segment() -> None:
    engine = Scripted(lambda text: Draft(error="no") if "bad" in text else text.upper())
    good, bad = drafter(engine).draft(["Bread", "bad bread"])
    assert good.best
    assert not bad.candidates
    assert bad.errors == ["scripted: no"]


def test_an_engine_that_miscounts_is_named() -> None:
    class Short(Scripted):
        def translate(self, texts: Sequence[str], hypotheses: int = 1) -> list[Draft]:
            return super().translate(texts[1:], hypotheses)

    with pytest.raises(EngineError, match="scripted gave 1 drafts for 2 texts"):
        drafter(Short(str.upper)).draft(["Bread", "Soup"])


def test_an_engine_that_fails_on_one_text_loses_only_that_and_one_that_fails_on_all_is_lost() -> (
    None
):
    def clumsy(text: str) -> str:
        if "boom" in text:
            raise KeyError(text)
        return text.upper()

    texts = ["bread", "boom", "soup"]
    good, bad, fine = drafter(Scripted(clumsy)).draft(texts)
    assert good.best
    assert fine.best
    assert bad.errors == ["scripted: failed (KeyError: 'boom')"]
    with pytest.raises(EngineError, match="scripted: failed"):
        drafter(Scripted(clumsy)).draft(["boom one", "boom two"])
    with pytest.raises(EngineError, match="boom 15"):
        drafter(Scripted(clumsy)).draft(["bread", *(f"boom {n}" for n in range(20))])


def test_a_helper_that_is_lost_is_done_without(db: Database) -> None:
    def away(_text: str) -> str:
        raise EngineError("the helper is away")

    document = add_text(db, [SOURCE, "Bread"]).document_id
    engines = Engines("en", Scripted(lambda _: LOOP), [lambda: Scripted(away)])
    with store.running(db, "translate", {}) as record:
        translate(db, engines, Job([document], "es"), record, lambda _: None)
    assert record.errors == ["the helper is away"]
    assert record.counts["drafted"] == 2


def test_side_by_side_every_engine_drafts_every_text() -> None:
    first, second = Scripted(str.upper, name="first"), Scripted(str.title, name="second")
    (outcome,) = drafter(first, second, side_by_side=True).draft(["some bread"])
    assert [(c.origin, c.hypothesis.text) for c in outcome.candidates] == [
        ("first", "SOME BREAD"), ("second", "Some Bread"),
    ]  # fmt: skip
    assert outcome.best
    assert outcome.best.origin == "first"


def test_the_same_text_is_asked_once() -> None:
    engine = Scripted(str.upper)
    chain = drafter(engine)
    chain.draft(["bread", "soup"])
    chain.draft(["soup", "bread"])
    assert engine.asked == ["bread", "soup"]


def test_clauses_put_together_are_the_text() -> None:
    text = "When it rains, which is often, we stay here; else (and only then) we go out."
    text += " 雨の日はいつも一日中ずっと家にいますよ。晴れの日はみんなで外に出かけて海へ行きます。"
    assert "".join(clause + space for clause, space in clauses(text)) == text
    assert len(clauses(text)) > 2
    assert clauses("short, text") == [("short, text", "")]


# --- scores


def test_quality_rises_with_the_score_and_falls_with_findings() -> None:
    assert raw_quality(0.0) == 100
    assert raw_quality(-0.5) > raw_quality(-1.5)
    assert raw_quality(None) == 50


def test_quality_is_calibrated_by_what_people_kept() -> None:
    # a sure engine that people correct much, and more where it is less sure
    evidence = [(-0.002 * i, 80 - i / 5) for i in range(300)]
    curve = fit(evidence)
    assert 70 <= calibrated(raw_quality(-0.01), curve) <= 80
    assert calibrated(raw_quality(-0.01), curve) > calibrated(raw_quality(-0.5), curve)
    ys = [y for _, y in curve]
    assert ys == sorted(ys)
    assert fit(evidence[:10]) == ()


# --- windows


def test_windows_lose_nothing_and_keep_equal_texts_together() -> None:
    texts = [f"{'long ' * (i % 7)}{i % 50}" for i in range(3000)]
    units = [PendingUnit(i, 0, i, text) for i, text in enumerate(texts)]
    windows = Windows(iter(units))
    seen: list[int] = []
    for window in windows:
        windows.adapt(window, 0.1)
        seen += [unit.unit_id for unit in window]
    assert sorted(seen) == list(range(3000))
    assert windows.made < 60
    assert all(unit_id < 4 for unit_id in seen[:4])  # a book's first lines come first


# --- the step


def run(db: Database, engine: Scripted, job: Job, memory: Memory | None = None) -> store.Run:
    langs = {row["document_id"]: row["lang"] for row in store.documents(db)}
    job = prepare([langs[n] for n in job.document_ids], job)
    with store.running(db, "translate", {}) as record:
        translate(db, Engines("en", engine, memory=memory), job, record, lambda _: None)
    return record


NASTY = [
    "", " ", "\x00", "a\x00b", "\ud800", "half \udc00 pair", "🎉🎉🎉", "שלום לכולם", "مرحبا world 你好",
    "\u202eevil\u202c", "x" * 1_000_000, "word " * 200_000, "{" * 5000, "<b" * 5000, "\n\n\n", "ZX0Z",
    "{{ZX0Z}}", "(" * 3000, "`" * 999, "_" * 999, "e\u0301" * 100, "A", "%", "&#0;", "&#x110000;",
]  # fmt: skip


def test_bad_input_is_drafted_or_flagged_and_costs_nothing_else() -> None:
    outcomes = drafter(Scripted(str.upper)).draft([*NASTY, "Bread"])
    assert len(outcomes) == len(NASTY) + 1
    assert all(outcome.candidates or outcome.errors for outcome in outcomes)
    assert outcomes[-1].best
    assert outcomes[-1].best.hypothesis.text == "BREAD"


def test_bad_input_is_stored(db: Database) -> None:
    storable = [text.encode("utf-8", "replace").decode() for text in NASTY]
    document = add_text(db, [*storable, "Bread"]).document_id
    record = run(db, Scripted(str.upper), Job([document], "es"))
    assert record.counts["drafted"] + record.counts["failed"] == len(NASTY) + 1
    found = store.rows(db, "SELECT message FROM findings WHERE name = 'engine'")
    assert record.counts["failed"] == len(found) == 2
    assert all("1,000,000 characters are too much" in row["message"] for row in found)
    assert store.rows(db, "SELECT target FROM units ORDER BY id DESC LIMIT 1") == [
        {"target": "BREAD"}
    ]


def test_half_a_surrogate_pair_in_an_answer_is_stored(db: Database) -> None:
    document = add_text(db, ["Bread"]).document_id
    run(db, Scripted(lambda text: text + "\ud800\x00"), Job([document], "es"))
    (row,) = store.rows(db, "SELECT target FROM units")
    assert row["target"].startswith("Bread")


def test_nothing_is_computed_twice_not_even_in_the_next_run(db: Database) -> None:
    first = add_text(db, ["Bread", "Soup", "Bread"], path="a.txt").document_id
    second = add_text(db, ["Soup", "Tea"], path="b.txt").document_id
    engine = Scripted(str.upper)
    run(db, engine, Job([first], "es"))
    assert sorted(engine.asked) == ["Bread", "Soup"]
    run(db, engine, Job([second], "es"))
    assert sorted(engine.asked) == ["Bread", "Soup", "Tea"]
    run(db, engine, Job([first, second], "es", redo=True))
    assert sorted(engine.asked) == ["Bread", "Soup", "Tea"]


def test_redo_with_another_engine_keeps_the_old_matches(db: Database) -> None:
    document = add_text(db, ["some bread"]).document_id
    run(db, Scripted(str.upper, name="first"), Job([document], "es"))
    run(db, Scripted(str.title, name="second"), Job([document], "es", redo=True))
    matches = store.rows(db, "SELECT origin, text FROM matches ORDER BY id")
    assert [tuple(row.values()) for row in matches] == [
        ("first", "SOME BREAD"),
        ("second", "Some Bread"),
    ]
    assert store.rows(db, "SELECT target, origin FROM units") == [
        {"target": "Some Bread", "origin": "second"}
    ]


def test_redo_leaves_a_persons_text(db: Database) -> None:
    document = add_text(db, ["some bread"]).document_id
    run(db, Scripted(str.upper), Job([document], "es"))
    store.edit_unit(db, Edit(1, 1, "ana", target="Pan"))
    run(db, Scripted(str.title), Job([document], "es", redo=True))
    assert store.rows(db, "SELECT target FROM units") == [{"target": "Pan"}]


def test_pivot_texts_are_kept_also_for_a_text_that_comes_again(db: Database) -> None:
    engine = Scripted(
        lambda text: Draft((Hypothesis(text.upper()),), pivots=(("de", text.title()),))
    )
    for texts in (["some bread"], ["some bread", "2"]):
        run(db, engine, Job([add_text(db, texts, path=texts[-1]).document_id], "es"))
    rows = store.rows(db, "SELECT unit_id, lang, text FROM matches ORDER BY unit_id, lang")
    assert [tuple(row.values()) for row in rows] == [
        (1, "", "SOME BREAD"), (1, "de", "Some Bread"),
        (2, "", "SOME BREAD"), (2, "de", "Some Bread"), (3, "", "2"),
    ]  # fmt: skip
    assert engine.asked == ["some bread"]


def test_findings_of_a_kept_draft_are_stored_with_it(db: Database) -> None:
    record = run(db, Scripted(lambda _: LOOP), Job([add_text(db, [SOURCE]).document_id], "es"))
    assert record.counts["doubtful"] == 1
    assert [row["name"] for row in store.rows(db, "SELECT name FROM findings")] == ["repetition"]


# --- the memory


def reviewed(db: Database, pairs: Sequence[tuple[str, str]]) -> None:
    document = add_text(db, [source for source, _ in pairs], path="old.txt").document_id
    store.ensure_units(db, document, "es")
    for number, (_, target) in enumerate(pairs, 1):
        store.edit_unit(db, Edit(number, 0, "ana", target=target, state="reviewed"))


def test_the_memory_is_asked_before_any_engine(db: Database) -> None:
    reviewed(db, [("See `a_b` now.", "Vea `a_b` ahora."), ("Bread", "Pan")])
    new = add_text(db, ["Bread", "See `a_b` now.", "Soup"]).document_id
    engine = Scripted(str.upper)
    with closing(Memory(db, "en", "es")) as memory:
        run(db, engine, Job([new], "es"), memory)
    assert engine.asked == ["Soup"]
    rows = store.rows(
        db, "SELECT target, sub_state FROM units WHERE document_id = 2 ORDER BY position"
    )
    assert [tuple(row.values()) for row in rows] == [
        ("Pan", "wb:tm"), ("Vea `a_b` ahora.", "wb:tm"), ("SOUP", "wb:mt"),
    ]  # fmt: skip


def test_a_like_source_is_kept_beside_the_engines_draft(db: Database) -> None:
    reviewed(db, [("The harbour was very quiet in the evening.", "El puerto estaba muy tranquilo."),
                  ("港は夕方とても静かでした。", "El puerto.")])  # fmt: skip
    texts = [
        "The harbour was very quiet in the morning.",
        "港は夕方とても静かだった。",
        "Something else entirely.",
    ]
    with closing(Memory(db, "en", "es")) as memory:
        first, second, third = memory.translate(texts)
        run(db, Scripted(lambda _: "El puerto estaba muy tranquilo por la mañana."),
            Job([add_text(db, texts[:1]).document_id], "es"), memory)  # fmt: skip
    assert first.hypotheses[0].text == "El puerto estaba muy tranquilo."
    assert 75 <= (first.hypotheses[0].similarity or 0) < 100
    assert second.hypotheses[0].text == "El puerto."
    assert third == Draft()
    rows = store.rows(db, "SELECT type, similarity FROM matches ORDER BY type")
    assert [row["type"] for row in rows] == ["mt", "tm"]
    assert store.rows(db, "SELECT sub_state FROM units WHERE document_id = 2") == [
        {"sub_state": "wb:mt"}
    ]


def test_engines_that_leave_the_machine_off_telemetry() -> None:
    import os

    import workbench  # noqa: F401 - importing it is what sets it

    assert os.environ["ORT_DISABLE_TELEMETRY"] == "1"


def test_the_first_draft_waits_for_the_units_of_one_page_only(db: Database) -> None:
    documents = [
        add_text(db, [f"Text {n} {i}" for i in range(600)], path=f"{n}.txt").document_id
        for n in range(2)
    ]
    job = Job(documents, "es")
    made: list[int] = []

    def advance(_count: int) -> None:
        made.append(db.execute("SELECT count(*) FROM units").fetchone()[0])

    assert store.count_pending(db, documents, "es") == 1200
    with store.running(db, "translate", {}) as record:
        translate(db, Engines("en", Scripted(str.upper)), job, record, advance)
    assert made[0] == 256
    assert made[-1] == 1200
    assert record.counts["drafted"] == 1200
    assert store.count_pending(db, documents, "es") == 0


@pytest.mark.parametrize("jobs", [1, 2])
def test_documents_of_one_run_share_windows(db: Database, jobs: int) -> None:
    documents = [add_text(db, [f"Text {n} {i}" for i in range(30)], path=f"{n}.txt").document_id
                 for n in range(jobs)]  # fmt: skip
    engine = Scripted(str.upper)
    record = run(db, engine, Job(documents, "es"))
    assert record.counts["drafted"] == 30 * jobs
    assert max(engine.sizes) > 8

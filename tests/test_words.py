"""Word links of a database and of files: made, kept, forgotten with their text, exported, found."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from samples import add_text, candidate

from workbench import store, words
from workbench.cli import main
from workbench.errors import ConflictError, StoreError
from workbench.model import LinkDecision, WordLink
from workbench.store import Database, Edit, LinkWriter, UnitText
from workbench.store.migrations import translating
from workbench.wordlinks import streaming
from workbench.words import Job

NUMBERS = {"one": "unu", "two": "du", "three": "tri", "four": "kvar"}
THINGS = {"house": "domo", "boat": "boato", "lamp": "lampo", "sea": "maro"}
TEXTS = [(f"{n.title()} {t}.", f"{THINGS[t]} {NUMBERS[n]}.") for n in NUMBERS for t in THINGS]
TURNED = [(0, 1), (1, 0), (2, 2)]


def nothing(_stage: str, _count: int, _total: int | None) -> None:
    """Progress that nobody watches."""


def bitext(db: Database, target_lang: str = "eo", texts: list[tuple[str, str]] = TEXTS) -> int:
    """A document whose units a person translated; returns its number."""
    added = add_text(db, [source for source, _ in texts], path=f"{target_lang}.txt")
    store.ensure_units(db, added.document_id, target_lang)
    for (_, target), unit in zip(texts, list(store.bitext(db, target_lang)), strict=True):
        store.edit_unit(db, Edit(unit.unit_id, unit.version, "ana", target=target))
    return added.document_id


def link(db: Database, **options: bool) -> dict[str, int]:
    return words.link_units(db, Job("en", "eo", **options), nothing)


def places(db: Database, unit_id: int) -> list[tuple[int, int]]:
    return [(made.source, made.target) for made in store.unit_links(db, unit_id).links]


def text_of(db: Database, unit_id: int) -> UnitText:
    unit = store.unit(db, unit_id)
    return UnitText(unit_id, unit.source, unit.target, linked=True)


def decide(db: Database, unit_id: int, decision: LinkDecision, version: int | None = None) -> int:
    present = store.unit_links(db, unit_id).version if version is None else version
    writer = LinkWriter(db, "en", "eo", spaced=False)
    return store.decide_link(db, text_of(db, unit_id), present, decision, (writer, []))


def sums(db: Database) -> bool:
    """Whether the sums of links are what counting gives."""
    counted = (
        "SELECT source_word, target_word, count(*) FROM word_links GROUP BY 1, 2 ORDER BY 1, 2"
    )
    kept = "SELECT source_word, target_word, links FROM word_pairs ORDER BY 1, 2"
    return bool(db.conn.execute(counted).fetchall() == db.conn.execute(kept).fetchall())


def test_units_are_linked_once(db: Database) -> None:
    bitext(db)
    counts = link(db)
    assert counts["units"] == 16
    assert sum(places(db, unit_id) == TURNED for unit_id in range(1, 17)) >= 15
    assert link(db)["units"] == 0
    before = store.unit_links(db, 1)
    assert link(db, redo=True)["units"] == 16
    assert store.unit_links(db, 1).version == before.version + 1
    assert sums(db)
    (run,) = store.rows(db, "SELECT * FROM runs WHERE command = 'words' ORDER BY id LIMIT 1")
    assert json.loads(run["counts"]) == counts


def test_links_by_an_older_method_are_made_again(db: Database) -> None:
    bitext(db)
    link(db)
    decide(db, 1, LinkDecision(1, 2, "house", ".", linked=True, actor="ben"))
    db.execute("UPDATE runs SET arguments = json_remove(arguments, '$.method')")
    assert link(db, spaced=True)["units"] == 0
    counts = link(db)
    assert (counts["units"], counts["older"]) == (16, 16)
    assert WordLink(1, 2, "house", ".", 1.0, "ben") in store.unit_links(db, 1).links
    counts = link(db)
    assert (counts["units"], counts["older"]) == (0, 0)


def test_many_units_in_a_stream(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "BATCH", 3)
    monkeypatch.setattr(streaming, "CELLS", 40)
    bitext(db)
    assert link(db)["units"] == 16
    assert sum(places(db, unit_id) == TURNED for unit_id in range(1, 17)) >= 14
    assert sums(db)


@pytest.mark.parametrize("kept", [0, 100])
def test_whoever_watches_is_told_of_learning_and_linking(
    kept: int, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "KEPT", kept)
    monkeypatch.setattr(words, "WATCHED", 5)
    monkeypatch.setattr(words, "BATCH", 3)
    monkeypatch.setattr(streaming, "CELLS", 40)
    bitext(db)
    told: list[tuple[str, int, int | None]] = []
    words.link_units(db, Job("en", "eo"), lambda *step: told.append(step))
    stages = [stage for stage, _, _ in told]
    assert stages == sorted(stages)
    for stage in ("learning", "linking"):
        assert sum(count for of, count, total in told if (of, total) == (stage, 16)) == 16
    store.edit_unit(db, Edit(1, 1, "ana", target="Domo unu."))
    assert link(db)["units"] == 1
    assert sums(db)


def test_without_units_it_says_what_to_do(db: Database) -> None:
    with pytest.raises(StoreError, match="workbench translate --to eo"):
        link(db)


def test_links_go_with_their_text(db: Database) -> None:
    document_id = bitext(db)
    link(db)
    store.edit_unit(db, Edit(1, 1, "ana", state="reviewed"))
    assert places(db, 1) == TURNED  # the text is the same
    store.edit_unit(db, Edit(1, 2, "ana", target="Unu granda domo."))
    assert store.unit_links(db, 1).version == 0
    assert not places(db, 1)
    assert sums(db)
    with store.writing(db):
        db.conn.execute("UPDATE segments SET text = 'Other.' WHERE position = 4")
        db.conn.execute("DELETE FROM unit_segments WHERE unit_id = 7")
    assert not places(db, 5)
    assert not places(db, 7)
    assert sums(db)
    assert link(db)["units"] == 2  # unit 7 has no source any more
    assert document_id == 1


def test_links_of_texts_whose_words_are_cut_otherwise_now_go(db: Database) -> None:
    bitext(
        db, texts=[*TEXTS, ("One\u00adself house.", "domo unu."), ("Two sea.", "maro\ufe0f du.")]
    )
    link(db)
    with store.writing(db):
        translating.m015_examples_of_word_links(db)
    assert store.unit_links(db, 1).version == 1
    assert not places(db, 17)
    assert not places(db, 18)
    assert sums(db)
    assert link(db)["units"] == 2


def test_a_unit_edited_meanwhile_is_passed_over(db: Database) -> None:
    bitext(db)
    writer = LinkWriter(db, "en", "eo", spaced=False)
    old = text_of(db, 1)
    store.edit_unit(db, Edit(1, 1, "ben", target="Domoj."))
    made = WordLink(0, 0, "one", "domo", 0.9)
    assert writer.save([(old, [made]), (text_of(db, 2), [made])]) == 1
    assert store.unit_links(db, 1).version == 0
    assert store.unit_links(db, 2).links == [made]


def test_decisions_are_kept_learned_and_moved(db: Database) -> None:
    bitext(db)
    link(db)
    assert decide(db, 1, LinkDecision(0, 1, "One", "unu", linked=False, actor="ben")) == 2
    assert decide(db, 1, LinkDecision(1, 2, "house", ".", linked=True, actor="ben")) == 3
    links = store.unit_links(db, 1).links
    assert (0, 1) not in places(db, 1)
    assert WordLink(1, 2, "house", ".", 1.0, "ben") in links
    assert sums(db)
    assert link(db, redo=True)["decided"] == 1
    assert (0, 1) not in places(db, 1)
    assert WordLink(1, 2, "house", ".", 1.0, "ben") in store.unit_links(db, 1).links
    store.edit_unit(db, Edit(1, 1, "ana", target="Jen domo unu !"))
    store.edit_unit(db, Edit(1, 2, "ana", target="Jen domo unu ."))
    link(db)
    assert (1, 3) in places(db, 1)
    assert (0, 2) not in places(db, 1)
    edits = store.rows(db, "SELECT actor, linked FROM word_link_edits ORDER BY id")
    assert edits == [{"actor": "ben", "linked": 0}, {"actor": "ben", "linked": 1}]


def test_attention_of_a_draft_is_a_signal(db: Database) -> None:
    texts = [*TEXTS, ("Frob grok zib.", "Ku mu nu.")]
    document = add_text(db, [source for source, _ in texts]).document_id
    store.ensure_units(db, document, "eo")
    pending = store.next_pending(db, document, "eo", size=100)
    with store.running(db, "translate", {}) as run:
        for unit, (_, target) in zip(pending, texts, strict=True):
            looked = "0-2 1-0 2-1 3-3" if unit.unit_id == 17 else "0-1 1-0 2-2"
            made = replace(candidate(target), links=looked)
            store.save_drafts(db, [store.UnitDraft(unit, [made])], run.run_id)
    store.edit_unit(db, Edit(17, 1, "ana", target="Ku mu nu!"))
    (look,) = store.looks(db, [17]).values()
    assert look == ("Ku mu nu.", [(0, 2), (1, 0), (2, 1), (3, 3)])
    link(db)
    assert places(db, 1) == TURNED
    assert places(db, 17)[:3] == [(0, 2), (1, 0), (2, 1)]


def test_two_people_cannot_decide_over_each_other(db: Database) -> None:
    bitext(db)
    link(db)
    seen = store.unit_links(db, 1).version
    decide(db, 1, LinkDecision(0, 2, "One", ".", linked=True, actor="ana"), seen)
    with pytest.raises(ConflictError):
        decide(db, 1, LinkDecision(0, 0, "One", "domo", linked=True, actor="ben"), seen)
    stale = text_of(db, 2)
    store.edit_unit(db, Edit(2, 1, "ana", target="boato"))
    writer = LinkWriter(db, "en", "eo", spaced=False)
    decision = LinkDecision(0, 0, "One", "boato", linked=True, actor="ben")
    with pytest.raises(ConflictError):
        store.decide_link(db, stale, 1, decision, (writer, []))
    with pytest.raises(StoreError, match="no unit 99"):
        store.decide_link(db, UnitText(99, "", "", linked=False), 0, decision, (writer, []))
    assert len(store.rows(db, "SELECT * FROM word_link_edits")) == 1


def test_the_first_decision_stores_what_was_shown(db: Database) -> None:
    bitext(db)
    writer = LinkWriter(db, "en", "eo", spaced=False)
    shown = [WordLink(0, 1, "one", "unu", 0.8), WordLink(2, 2, ".", ".", 0.9)]
    decision = LinkDecision(1, 0, "house", "domo", linked=True, actor="ana")
    assert store.decide_link(db, text_of(db, 1), 0, decision, (writer, shown)) == 2
    assert places(db, 1) == TURNED
    assert sums(db)


def test_how_a_word_was_translated(db: Database) -> None:
    bitext(db)
    link(db)
    (row,) = store.word_translations(db, "House", target_lang="eo")
    assert (row["target_word"], row["count"], row["probability"]) == ("domo", 4, 1.0)
    assert row["example"] == "One house. = domo unu."
    assert store.word_translations(db, "domo")[0]["source_word"] == "house"
    assert store.word_translations(db, "domo", target_lang="fr") == []
    (counted,) = store.pair_counts(db, ("en", "eo"), {"house", "x"}, {"domo"})
    assert counted == ("house", "domo", 4)


def test_a_word_of_a_script_without_spaces_is_found_whole_and_counted_once(db: Database) -> None:
    written = dict(zip(THINGS, ["房屋", "小船", "灯火", "大海"], strict=True))
    texts = [(f"{n} {t}.", f"{written[t]}{k}。") for k, n in enumerate(NUMBERS) for t in THINGS]
    bitext(db, "zh", texts)
    words.link_units(db, Job("en", "zh"), nothing)
    (row,) = store.word_translations(db, "boat")
    assert (row["target_word"], row["count"], row["probability"]) == ("小船", 4, 1.0)
    (row,) = store.word_translations(db, "小船")
    assert row["source_word"] == "boat"
    assert sums(db)


def test_apostrophes_hyphens_and_case_do_not_matter_to_find_a_word(db: Database) -> None:
    bitext(db)
    writer = LinkWriter(db, "en", "eo", spaced=False)
    made = [WordLink(0, 0, "one", "l’", 0.9), WordLink(1, 1, "house", "-il", 0.9)]
    writer.save([(text_of(db, 1), made)])
    assert [row["source_word"] for row in store.word_translations(db, "L'")] == ["one"]
    assert [row["source_word"] for row in store.word_translations(db, "Il")] == ["house"]


@pytest.fixture
def project(db_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WORKBENCH_DB", str(db_path))
    with store.opened(db_path) as db:
        bitext(db)
    return tmp_path


def workbench(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_commands_link_search_and_export(project: Path) -> None:
    assert "linked 16 units" in workbench("words", "--to", "eo").stderr
    assert "everything is linked" in workbench("words", "--to", "eo").stderr
    again = workbench("words", "--to", "eo", "--redo", "--json")
    assert json.loads(again.stdout)[0]["units"] == 16
    found = workbench("search", "--word", "lamp", "--json")
    assert json.loads(found.stdout)[0]["target_word"] == "lampo"
    assert "lampo" in workbench("search", "--word", "lamp").stdout
    assert "workbench words" in workbench("search", "--word", "zebra").stderr
    assert workbench("export", "--to", "eo", "--format", "pharaoh", "--out", "out").exit_code == 0
    sides = [
        Path(f"out.{name}").read_text("utf-8").splitlines()
        for name in ("pharaoh", "words-en", "words-eo")
    ]
    assert [side[0] for side in sides] == ["0-1 1-0 2-2", "One house .", "domo unu ."]
    assert {len(side) for side in sides} == {16}


def test_files_are_linked_line_by_line(project: Path) -> None:
    for name, number in (("a.en", 0), ("a.eo", 1)):
        lines = [pair[number].replace(".", " .") for pair in TEXTS]
        Path(name).write_text("\n".join([*lines, ""]) + "\n", "utf-8")
    result = workbench("words", "a.en", "a.eo", "--to", "eo", "--tokenized")
    assert result.exit_code == 0
    lines = result.stdout.split("\n")[:-1]
    assert len(lines) == len(TEXTS) + 1
    assert lines.count("0-1 1-0 2-2") >= 15
    assert lines[-1] == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("a", "missing"), "cannot read missing"),
        (("a", "longer"), "different numbers of lines"),
        (("a", "latin1"), "not UTF-8"),
    ],
)
def test_files_that_cannot_be_linked(
    arguments: tuple[str, str], message: str, project: Path
) -> None:
    Path("a").write_text("x\n", "utf-8")
    Path("longer").write_text("x\ny\n", "utf-8")
    Path("latin1").write_bytes(b"\xe9t\xe9\n")
    result = workbench("words", *arguments, "--to", "eo")
    assert result.exit_code == 1
    assert message in result.stderr


def test_one_file_is_wrong_usage(project: Path) -> None:
    assert workbench("words", "a", "--to", "eo").exit_code == 2

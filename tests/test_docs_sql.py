"""docs/sql.md: every question runs and has an answer, every table, view and column is described."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from samples import add_text, draft_all

from workbench import store
from workbench.check import check
from workbench.model import Alignment, Bead, LinkDecision, WordLink
from workbench.store import Edit, LinkWriter, UnitText
from workbench.store.alignments import Bitext, save_alignment
from workbench.store.views import VIEWS

if TYPE_CHECKING:
    from workbench.store import Database

TEXT = (Path(__file__).parents[1] / "docs" / "sql.md").read_text("utf-8")
QUESTIONS = re.findall(r"^### (.+?)\n+```sql\n(.+?)```", TEXT, re.MULTILINE | re.DOTALL)
CONTRACT = (
    "documents", "originals", "segments", "units", "unit_segments", "matches", "revisions", "findings",
    "runs", "terms",
    "bitexts", "unit_targets", "beads", "alignment_steps", "lexicon", "alignment_parts",
    "words", "linked_units", "word_links", "word_pairs", "word_link_edits",
    "users", "notes", "mentions", "dismissals", "claims", "saved_filters", "regroupings", "tallies",
)  # fmt: skip


@pytest.fixture
def worked(db: Database) -> Database:
    """A database in the middle of its life: two versions, two languages, edits of every kind."""
    texts = ["The lighthouse", "It was built in 1887.", "Nobody came.", "Nobody came.", "Old."]
    first = add_text(db, texts)
    draft_all(db, first.document_id, "es")
    store.edit_unit(db, Edit(5, 1, "ana", target="Viejo."))
    second = add_text(db, [*texts[:4], "New."])
    draft_all(db, second.document_id, "es")
    draft_all(db, second.document_id, "fr")
    store.edit_unit(db, Edit(1, 1, "ana", target="El faro", state="reviewed", seconds=4.0))
    store.edit_unit(db, Edit(2, 1, "ben", target="Fue construido.", seconds=9.5))
    store.edit_unit(db, Edit(3, 1, "ben", state="final", seconds=2.0))
    store.edit_unit(db, Edit(4, 1, "ana", target="No vino nadie."))
    check(db, ["es", "fr"])
    third = add_text(db, ["The end.", "Good night."], path="b.txt").document_id
    german = add_text(db, ["Ende."], path="b.de.txt", lang="de").document_id
    beads = Alignment([Bead((0,), (0,), 0.9), Bead((1,), (), 0.4)], 1.0)
    with store.running(db, "align", {}) as run:
        save_alignment(db, Bitext(third, german, "de"), beads, origin="test 1", run_id=run.run_id)
        run.counts["aligned"] = 1
    link_words(db)
    return db


def link_words(db: Database) -> None:
    """Link the first unit's words, and have a person change a link."""
    unit = store.unit(db, 1)
    text = UnitText(1, unit.source, unit.target, linked=False)
    writer = LinkWriter(db, "en", "es", spaced=False)
    shown = [WordLink(0, 0, "the", "el", 0.9), WordLink(1, 1, "lighthouse", "faro", 0.9)]
    decision = LinkDecision(0, 1, "The", "faro", linked=True, actor="ana")
    store.decide_link(db, text, 0, decision, (writer, shown))


def test_there_are_questions_enough() -> None:
    assert len(QUESTIONS) >= 15


@pytest.mark.parametrize(("question", "query"), QUESTIONS, ids=[q for q, _ in QUESTIONS])
def test_question_has_an_answer(question: str, query: str, worked: Database) -> None:
    assert store.rows(worked, query)


@pytest.mark.parametrize("table", CONTRACT)
def test_tables_are_described(table: str, db: Database) -> None:
    assert f"| `{table}` |" in TEXT
    assert table in db.table_names()


@pytest.mark.parametrize("view", [*VIEWS, "beads_text", "word_links_text"])
def test_view_columns_are_described(view: str, db: Database) -> None:
    described = set(re.findall(r"`(\w+)`", TEXT))
    for column in db[view].columns_dict:
        assert column in described


def test_the_database_has_no_other_tables(db: Database) -> None:
    ours = {name for name in db.table_names() if not re.search(r"_fts|_chars|^_|^sqlite_", name)}
    assert ours == set(CONTRACT)

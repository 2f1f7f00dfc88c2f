"""The memory behind the review pages: reviewed units whose source is like another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from samples import add_text, draft_all

from workbench import store
from workbench.protect import Term
from workbench.store import Edit

if TYPE_CHECKING:
    from workbench.store import Database


def reviewed(db: Database, texts: list[str], lang: str = "en", path: str = "a.txt") -> None:
    draft_all(db, add_text(db, texts, lang=lang, path=path).document_id)
    for unit in list(store.bitext(db, "es", source_lang=lang)):
        if unit.state == "translated":
            store.edit_unit(db, Edit(unit.unit_id, unit.version, "Ana", state="reviewed"))


def sources(db: Database, text: str, lang: str = "en", except_unit: int = 0) -> list[str]:
    return [row["source"] for row in store.similar(db, text, lang, "es", except_unit=except_unit)]


def test_the_most_similar_first(db: Database) -> None:
    reviewed(
        db,
        [
            "The lighthouse keeper wrote a letter.",
            "The lighthouse keeper wrote two long letters.",
            "A lighthouse.",
            "Nothing of the kind.",
        ],
    )
    found = store.similar(db, "The lighthouse keeper wrote one letter.", "en", "es")
    assert [row["source"] for row in found] == [
        "The lighthouse keeper wrote a letter.",
        "The lighthouse keeper wrote two long letters.",
    ]
    assert found[0]["similarity"] > found[1]["similarity"] > 50
    assert found[0]["target"] == "THE LIGHTHOUSE KEEPER WROTE A LETTER."
    assert (
        sources(db, "The lighthouse keeper wrote a letter.", except_unit=1)[0]
        != "The lighthouse keeper wrote a letter."
    )


def test_only_what_people_approved_and_only_this_pair(db: Database) -> None:
    draft_all(db, add_text(db, ["The lighthouse keeper wrote."]).document_id)
    assert sources(db, "The lighthouse keeper wrote.") == []
    reviewed(db, ["Der Leuchtturm."], lang="de", path="b.txt")
    assert sources(db, "Der Leuchtturm.") == []
    assert sources(db, "Der Leuchtturm!", "de") == ["Der Leuchtturm."]


def test_words_that_are_everywhere_and_odd_texts(db: Database) -> None:
    reviewed(db, [f"It was so {i}." for i in range(2100)] + ['Say "AND" OR NOT.'])
    assert "It was so 7." in sources(db, "It was so 7!")
    assert len(sources(db, "It was so.")) > 0
    assert sources(db, 'Say "AND" OR NOT!') == ['Say "AND" OR NOT.']
    for odd in ("", "…", '"', "*", "NEAR(", "-x", "a" * 10_000, "\0"):
        sources(db, odd)


def test_scripts_without_spaces(db: Database) -> None:
    reviewed(db, ["灯台守は手紙を書きました。", "犬が走っています。"], lang="ja")
    assert sources(db, "灯台守は手紙を書いた。", "ja") == ["灯台守は手紙を書きました。"]


def test_terms_in_a_source(db: Database) -> None:
    draft_all(db, add_text(db, ["The Lighthouse and the house.", "Nothing."]).document_id)
    terms = [
        Term("lighthouse", "faro"),
        Term("house", "casa"),
        Term("and the", "y el"),
        Term("use", "uso"),
    ]
    store.add_terms(db, "en", "es", terms)
    found = store.terms_in(db, store.unit(db, 1))
    assert [(row["source"], row["target"]) for row in found] == [
        ("lighthouse", "faro"),
        ("and the", "y el"),
        ("house", "casa"),
    ]
    assert store.terms_in(db, store.unit(db, 2)) == []

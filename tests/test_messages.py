"""ICU plurals and selects: read, translated branch by branch, judged, kept whole where that fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted import Scripted

from workbench import lang, messages, registry
from workbench.drafting import Drafter, Judge, Stage
from workbench.drafting.branches import written
from workbench.protect import Term
from workbench.segment import sentences

if TYPE_CHECKING:
    from collections.abc import Callable

FILES = "{n, plural, one {# file} other {# files}}"


def drafted(source: str, target_lang: str, answer: Callable[[str], str]) -> tuple[str, list[str]]:
    """The draft of a text by an engine, and what speaks against it."""
    judge = Judge(registry.checks().values(), "en", target_lang)
    stage = Stage(Scripted(answer), target_lang=target_lang)
    (outcome,) = Drafter([stage], judge).draft([source])
    assert outcome.best
    found = [f"{f.name}: {f.message}" for f in outcome.best.findings]
    return outcome.best.hypothesis.text, found


def polish(text: str) -> str:
    for source, target in (
        ("1 file", "1 plik"), ("2 files", "2 pliki"), ("5 files", "5 plików"), ("files", "pliku"),
    ):  # fmt: skip
        text = text.replace(source, target)
    return text


def test_a_plural_gets_the_categories_of_the_language() -> None:
    """The engine is shown numbers, so that it finds the form; a fraction's is hidden."""
    text, found = drafted(FILES, "pl", polish)
    assert text == "{n, plural, one {# plik} few {# pliki} many {# plików} other {# pliku}}"
    assert not found
    assert drafted(FILES, "ja", str.upper)[0] == "{n, plural, other {# FILES}}"
    # a language that CLDR does not know keeps those of the source
    assert drafted(FILES, "tlh", str.upper)[0] == "{n, plural, one {# FILE} other {# FILES}}"


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (
            "You have {n, plural, =0 {no files} one {# file} other {# files}} in {folder}.",
            "YOU HAVE {n, plural, =0 {NO FILES} one {# FILE} other {# FILES}} IN {folder}.",
        ),
        (
            "{g, select, male {He has {n, plural, one {# dog} other {# dogs}}} other {They left {x}}}",
            "{g, select, male {HE HAS {n, plural, one {# DOG} other {# DOGS}}} other {THEY LEFT {x}}}",
        ),
        (
            "{n, plural, offset:1 =1 {{who} came} one{{who} and one more} other{{who} and # more}}",
            "{n, plural, offset:1 =1 {{who} CAME} one {{who} AND ONE MORE} other {{who} AND # MORE}}",
        ),
        # an ending alone says nothing: the engine sees the whole sentence
        (
            "Your {n, selectordinal, one {#st} two {#nd} few {#rd} other {#th}} visit.",
            "{n, selectordinal, other {YOUR #TH VISIT.}}",
        ),
        ("{n, plural, one { # GB of 2 files } other {# GB of 2 files}}",
         "{n, plural, one { # GB OF 2 FILES } other {# GB OF 2 FILES}}"),
        ("{n, plural, one {It''s <b>#</b>} other {{x0} {0} #}}",
         "{n, plural, one {IT'S <b>#</b>} other {{x0} {0} #}}"),
        ("{when, date, short}: {k, select, a {A} other {}}",
         "{when, date, short}: {k, select, a {A} other {}}"),
    ],
)  # fmt: skip
def test_branches_are_translated_and_all_else_stays(source: str, target: str) -> None:
    assert drafted(source, "es", str.upper)[0] == target


def test_an_apostrophe_before_a_value_is_doubled() -> None:
    """Alone it would start a quotation, and the value would be shown as it is written."""
    source = "{n, plural, one {of {name}} other {the dogs of # men}}"
    text, _ = drafted(source, "fr", lambda text: text.replace("of ", "d'").replace("men", "m'"))
    assert text == "{n, plural, one {d''{name}} other {the dogs d''# m''}}"
    assert messages.parse(text)


@pytest.mark.parametrize(
    "answer", [lambda _: "", lambda text: text + "}", lambda text: text + " {new}"]
)
def test_what_comes_out_broken_is_kept_whole_with_a_finding(answer: Callable[[str], str]) -> None:
    source = "{n, plural, one {# file of {name}} other {# files of {name}}}"
    text, found = drafted(source, "es", answer)
    assert text == source
    assert "message: its branches are the source's, untranslated" in found


@pytest.mark.parametrize(
    "text",
    [
        "Plain.", "{name}", "{n, plural, one {# file}}", "{n, plural, other {a} other {b}}",
        "{n, plural, other {a}", "{n, plural, other {a}} }", "{n, plural, other {'{a}'}}",
        "{n, number, #.00}", "{n, plural, other " + "{{m, select, other " * 3 + "{a}" + "}}" * 3 + "}",
        "{n, plural, other {a" + " b" * 10_000 + "}}",
    ],
)  # fmt: skip
def test_what_is_no_message_or_cannot_be_read(text: str) -> None:
    assert messages.parse(text) is None


@pytest.mark.parametrize(
    ("source", "target", "lang_", "said"),
    [
        (FILES, "Archivos", "es", "its branches are gone, or cannot be read"),
        (FILES, "{m, plural, other {#}}", "es", "not in the target: {n, plural, ...}"),
        (FILES, "{n, plural, one {# plik} other {# pliki}}", "pl", "n has no branch few"),
        (FILES, "{n, plural, uno {x} one {# x} other {# xs}}", "es", "n knows no branch uno"),
        (FILES, "{n, plural, one {x} other {xs}}", "es", "not in the branch other: #"),
        ("{g, select, m {He} other {It}}", "{g, select, other {Ello}}", "es", "g has no branch m"),
        (f"{FILES} of {{who}}", "{n, plural, one {# x de {who}} other {# xs}}", "es",
         "not in the branch other: {who}"),
    ],
)  # fmt: skip
def test_says_what_a_translation_lost(source: str, target: str, lang_: str, said: str) -> None:
    read = messages.parse(source)
    assert read
    assert said in messages.faults(read, target, messages.forms(lang_))


def test_a_person_may_write_the_whole_sentence_in_each_branch() -> None:
    read = messages.parse(f"You have {FILES} of {{who}}.")
    target = "{n, plural, one {Tienes un archivo de {who}.} other {Tienes # archivos de {who}.}}"
    assert read
    assert not messages.faults(read, target, messages.forms("es"))


def test_terms_in_branches_are_heeded_and_part_of_the_request() -> None:
    engine = Scripted(str.lower)
    stages = [Stage(engine, [Term("file", target)], target_lang="es") for target in ("A", "B")]
    drafts = [stage.drafts(["{n, plural, one {The file} other {The file}}"])[0] for stage in stages]
    assert drafts[0].hypotheses[0].text == "{n, plural, one {the A} other {the A}}"
    assert drafts[1].hypotheses[0].text == "{n, plural, one {the B} other {the B}}"
    assert stages[0].request(FILES) != stages[1].request(FILES)


def test_sentences_inside_branches_do_not_cut_the_message() -> None:
    message = "Now {n, plural, one {# file is gone. Undo?} other {# are gone. Undo it?}}"
    text = f"It is done. {message} Go on."
    assert [text[a:b] for a, b in sentences(text, "en")] == ["It is done.", message, "Go on."]


def test_categories_of_numbers() -> None:
    assert list(lang.plural_forms("ar").items())[:3] == [("zero", 0), ("one", 1), ("two", 2)]
    assert lang.plural_forms("es", ordinal=True) == {"other": 4}
    assert lang.plural_forms("en", ordinal=True) == {"one": 1, "two": 2, "few": 3, "other": 4}


words = st.text(st.sampled_from("ab é.,’#"), max_size=8)
values = st.sampled_from(["{name}", "{0}", "{when, date}", ""])


@st.composite
def texts(draw: st.DrawFn, depth: int = 0) -> str:
    pieces = [draw(words), draw(values), draw(words)]
    if depth < messages.DEEPEST and draw(st.booleans()):
        kind = draw(st.sampled_from(["plural", "select", "selectordinal"]))
        keys = draw(st.lists(st.sampled_from(["=0", "one", "few", "key"]), unique=True, max_size=3))
        branches = " ".join(
            f"{key} {{{draw(texts(depth + 1))}}}" for key in [*sorted(keys), "other"]
        )
        pieces.insert(1, f"{{{draw(st.sampled_from('nm'))}, {kind}, {branches}}}")
    return "".join(pieces)


@settings(max_examples=50)
@given(texts())
def test_a_translation_that_changes_nothing_gives_the_message_back(text: str) -> None:
    """With the categories of the source, and ordinals in place or spread over their sentence."""
    read = messages.parse(text)
    if read is None:
        assert not messages.has(text)
        return
    same = written(read, {}, lambda frame: frame.text)
    assert not messages.faults(read, same, {})
    if "selectordinal" not in text:
        assert messages.parse(same) == read

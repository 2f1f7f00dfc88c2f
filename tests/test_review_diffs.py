"""Differences, merges and marks of texts, in any script."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.datasette_plugin.diffs import difference, merged
from workbench.datasette_plugin.lights import lights
from workbench.store import Filter

WORDS = st.lists(
    st.sampled_from(
        ["the", "old", "dog", "gato", "日本", "語", "नमस्ते", "كلب", ".", "👩‍👩‍👧", "e\u0301"]
    ),
    max_size=8,
).map(" ".join)


@given(st.text(max_size=40) | WORDS, st.text(max_size=40) | WORDS)
def test_a_difference_holds_both_texts(before: str, after: str) -> None:
    pieces = difference(before, after)
    assert "".join(text for kind, text in pieces if kind != "ins") == before
    assert "".join(text for kind, text in pieces if kind != "del") == after


@given(WORDS, WORDS)
def test_one_change_alone_is_the_merge(base: str, change: str) -> None:
    assert merged(base, change, base) == change
    assert merged(base, base, change) == change
    assert merged(base, change, change) == change


@given(WORDS, WORDS, WORDS)
def test_a_merge_does_not_depend_on_who_came_first(base: str, one: str, other: str) -> None:
    assert merged(base, one, other) == merged(base, other, one)


@pytest.mark.parametrize(
    ("base", "theirs", "mine", "both"),
    [
        ("The old dog sleeps.", "The young dog sleeps.", "The old dog sits.", "The young dog sits."),
        ("one two three", "uno two three", "one two three four", "uno two three four"),
        ("one two", "uno two", "one dos", None),  # side by side is for a person to join
        ("one two three", "uno two three", "un two three", None),
        ("a b c", "a c", "a b c d", "a c d"),
        ("a b", "a", "a b c", None),
        ("a b c d", "a c d", "a b c d e", "a c d e"),
        ("", "mine", "yours", None),
        ("犬猫", "狼猫", "犬虎", None),
        ("これは古い犬です。", "これは若い犬です。", "これは古い犬でした。", "これは若い犬でした。"),
    ],
)  # fmt: skip
def test_merges(base: str, theirs: str, mine: str, both: str | None) -> None:
    assert merged(base, theirs, mine) == both


def test_a_huge_text_is_not_compared_word_by_word() -> None:
    long = "word " * 20_000
    assert difference(long, long + "more") == [("del", long), ("ins", long + "more")]
    assert merged(long, long + "a", "b " + long) is None


def test_a_mark_stays_with_its_letter() -> None:
    assert difference("दुनिया", "दुनियाँ") == [("del", "दुनिया"), ("ins", "दुनियाँ")]


@pytest.mark.parametrize(
    ("wanted", "text", "marks"),
    [
        (Filter(text="uber ALLES"), "Über alles, überall", ["Über", "alles"]),
        (Filter(text="灯台"), "古い灯台と灯台守", ["灯台", "灯台"]),
        (Filter(text="كتاب"), "كِتَاب جديد", ["كِتَاب"]),
        (Filter(text=r"\d+ (km|m)", is_regex=True), "5 km or 70 m", ["5 km", "70 m"]),
        (Filter(text=r"x*", is_regex=True), "abc", []),
    ],
)
def test_what_was_searched_for_is_marked(wanted: Filter, text: str, marks: list[str]) -> None:
    pieces = lights(wanted)(text)
    assert "".join(part for _, part in pieces) == text
    assert [part for kind, part in pieces if kind == "mark"] == marks


def test_a_slow_pattern_keeps_no_page_waiting() -> None:
    lit = lights(Filter(text="(a|a?)+$", is_regex=True, case=True))
    assert lit("a" * 20_000 + "!") == [("same", "a" * 20_000 + "!")]

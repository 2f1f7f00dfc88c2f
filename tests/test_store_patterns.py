"""People's patterns: what is quick to say no never hides a text that fits; nothing takes long."""

from __future__ import annotations

import pytest
import regex
from hypothesis import assume, given
from hypothesis import strategies as st
from samples import add_text, draft_all

from workbench import store
from workbench.store import Database, Deadline, Filter
from workbench.store.patterns import _tokens, fitting, required

PARTS = st.sampled_from([
    *"abksiIıßσς5.*+?()|^$-] #,", "ab", "{2}", "{0,1}", "{,2}", "{1,}", "{e<=1}", "(?:", "(?=", "(?!", "(?<=",
    "(?<!", "(?>", "(?P<n>", "(?i)", "(?x)", "(?s)", "(?|", "[ab]", "[^a]", "[]a]", "[a", "[[:alpha:]]", r"\b",
    r"\B", r"\w", r"\W", r"\s", r"\x61", r"\1", r"\A", r"\Z", r"\p{L}", r"\.", r"\K", "*+", "(*FAIL)", "(?#a)",
])  # fmt: skip
TEXTS = st.text("abkKKsSſiIİıßẞσς5. -\n,#]", max_size=6)


@given(
    parts=st.lists(PARTS, min_size=1, max_size=6),
    texts=st.lists(TEXTS, max_size=9),
    case=st.booleans(),
)
def test_any_pattern_finds_what_the_library_finds(
    parts: list[str], texts: list[str], *, case: bool
) -> None:
    written = "".join(parts)
    flags = 0 if case else regex.IGNORECASE
    assume(compiles(written))
    pattern = regex.compile(written, flags)
    found = fitting(written, Deadline(60), case=case)(texts)
    assert list(found) == [bool(pattern.search(text)) for text in texts]


def compiles(written: str) -> bool:
    try:
        regex.compile(written)
    except (regex.error, ValueError):
        return False
    return True


@pytest.mark.parametrize(
    ("pattern", "run"),
    [
        (r"\bMarsh(es)?\b", "marsh"),
        ("^kal", "kal"),
        (r"colou?r", "colo"),
        ("(Dr|Mr) Smith", " sm"),
        ("one|two", ""),
        ("ab*c", "a"),
        (r"\d{3} km", " km"),
        ("映画館", "映画館"),
        (r"Straße", "strasse"),
        (r"\x41bc", ""),
        ("(?x) a b", ""),
    ],
)
def test_a_run_that_every_fitting_text_has(pattern: str, run: str) -> None:
    assert required(_tokens(pattern), case=False) == run


def test_a_text_that_takes_too_long_is_left_out_and_the_rest_is_found() -> None:
    deadline = Deadline(60)
    texts = ["no", "a" * 20_000 + "?", "a1", "also aa1 here"]
    assert list(fitting(r"(a|a?)+\d", deadline, case=True)(texts)) == [False, False, True, True]
    assert deadline.left_out == 1


def test_a_pattern_sees_the_whole_source_of_a_merged_unit(db: Database) -> None:
    draft_all(db, add_text(db, ["a", "a", "b"]).document_id)
    store.merge_units(db, 1, 1, 1, actor="ana")
    for written, positions in (("^a a$", [0]), ("^a$", []), ("^b$", [2])):
        found = store.find_units(db, Filter(text=written, is_regex=True, side="source"))
        assert [unit["position"] for unit in found.units] == positions

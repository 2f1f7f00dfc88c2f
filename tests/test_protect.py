"""What must not change: found, hidden from the engine, put back, and missed when it is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.protect import Term, lost, shield, spans

FOUND = [
    ("Open `max size` now.", ["`max size`"]),
    ("Open ``a ` b`` now.", ["``a ` b``"]),
    ("Say `so' and `so' again.", []),
    ("<b>Bold</b> and<br/>next", ["<b>", "</b>", "<br/>"]),
    ('<a href="https://e.org/x">here</a>', ['<a href="https://e.org/x">', "</a>"]),
    ("a < b and c > d", []),
    ("Fish &amp; chips", ["&amp;"]),
    ("See [the guide](https://e.org/a_(b)) now.", ["[", "](https://e.org/a_(b))"]),
    ("**Very** _small_ ~~old~~", ["**", "**", "_", "_", "~~", "~~"]),
    ("2 * 3 * 4 = 24", []),
    ("Go to https://e.org/a?b=1&c=2.", ["https://e.org/a?b=1&c=2"]),
    ("(see https://e.org/a)", ["https://e.org/a"]),
    ("Write to ana.b@mail.example.org!", ["ana.b@mail.example.org"]),
    ("Hello {name}, %s and %(n)d, %1$s", ["{name}", "%s", "%(n)d", "%1$s"]),
    ("{n, plural, one {# file} other {# files}}", ["{n, plural, one {# file} other {# files}}"]),
    ("Hello ${user} and {{ page.title }}", ["${user}", "{{ page.title }}"]),
    ("About 5 % of it, 100% sure", []),
    ("read_me_first.txt and snake_case", ["read_me_first.txt", "snake_case"]),
    ("Call run_all() or obj.method()", ["run_all()", "obj.method()"]),
    ("/usr/local/bin/x and C:\\Temp\\a", ["/usr/local/bin/x", "C:\\Temp\\a"]),
    ("and/or, 24/7, he/she", []),
    ("report.pdf is there. Then", ["report.pdf"]),
    ("It ends.Then it goes on.", []),
    ("#hashtag and @someone", ["#hashtag", "@someone"]),
    ("a `b with ``c`` inside` d", ["`b with ``c`` inside`"]),
    (r"Put it into C:\Program Files\App x\run.exe. Then", [r"C:\Program Files\App x\run.exe"]),
    (r"From C:\My Documents and back", [r"C:\My"]),
    ("{% if x %}yes{% endif %}", ["{% if x %}", "{% endif %}"]),
    (
        "{n, plural, one {{who} has # file} other {#}}",
        ["{n, plural, one {{who} has # file} other {#}}"],
    ),
    ("Smile :smile: and ask for :count, at 10:30 or 3:b", [":smile:", ":count"]),
    ("A note: this, and said:yes :(", []),
    ("Let $x + y = 2$ cost $5 and $10, or $5 + $6", ["$x + y = 2$"]),
    ("A footnote[^1] here", ["[^1]"]),
    ("Call _start now", ["_start"]),
    ("Say _start now_ again", ["_", "_"]),
]


@pytest.mark.parametrize(("text", "found"), FOUND)
def test_finds_what_must_not_change(text: str, found: list[str]) -> None:
    assert [span.text for span in spans(text)] == found


@pytest.mark.parametrize("text", [text for text, _ in FOUND])
def test_an_engine_that_changes_nothing_gives_the_text_back(text: str) -> None:
    hidden = shield(text)
    assert hidden.restored(hidden.text) == text
    assert hidden.rejoined(hidden.pieces()) == text


PIECES = st.sampled_from(
    ["the", "lamp", " ", ".", ", ", "`a_b`", "<b>", "</b>", "{x}", "%s", "https://e.org/a", "**", "_",
     "&lt;", "a_b.txt", "(", ")", "-", "é", "灯", "\n", "ana@e.org", "1/2", "[x](y)",
     "``", "`", ":a", "{%", "%}", "$", "C:\\"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=12).map("".join))
def test_any_mixture_comes_back(text: str) -> None:
    hidden = shield(text)
    assert hidden.restored(hidden.text) == text
    assert not lost(text, text)


@given(st.text(max_size=80))
def test_any_text_comes_back(text: str) -> None:
    hidden = shield(text)
    assert hidden.restored(hidden.text) == text


def test_engines_may_move_masks_and_change_their_case() -> None:
    hidden = shield("Open `a b` in {name}.")
    assert hidden.text == "Open ZX0Z in ZX1Z."
    assert hidden.restored("In zx1z öffne Zx 0 z.") == "In {name} öffne `a b`."


@pytest.mark.parametrize("answer", ["Abra en ZX1Z.", "Abra ZX0Z en ZX0Z ZX1Z.", "ZX0Z ZX1Z ZX2Z"])
def test_a_lost_doubled_or_invented_mask_is_no_translation(answer: str) -> None:
    assert shield("Open `a b` in {name}.").restored(answer) is None


def test_a_text_that_looks_masked_gets_other_numbers() -> None:
    hidden = shield("The ZX7Z and {name}.")
    assert hidden.text == "The ZX7Z and ZX8Z."
    assert hidden.restored("El ZX7Z y ZX8Z.") == "El ZX7Z y {name}."
    assert hidden.restored("El ZX7Z y nada.") is None
    assert shield(f"The ZX{'9' * 40}Z and {{name}}.").spans


TERMS = [
    Term("light", "luz"),
    Term("lighthouse", "faro"),
    Term("Keeper", "Guardián"),
    Term("US", "EE. UU."),
]


def test_terms_become_their_targets() -> None:
    hidden = shield("The lighthouse has a light.", TERMS)
    assert hidden.text == "The ZX0Z has a ZX1Z."
    assert hidden.restored("El ZX0Z tiene una ZX1Z.") == "El faro tiene una luz."


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Light is here.", ["Luz"]),
        ("He said: Light!", ["luz"]),
        ("LIGHT", ["LUZ"]),
        ("lights and lighting", []),
        ("a `light` and light", ["`light`", "luz"]),
        ("light_house.txt", ["light_house.txt"]),
        ("the keeper", ["Guardián"]),
        ("the US and us", ["EE. UU."]),
        ("**Light** is here. <p>Light", ["**", "Luz", "**", "<p>", "Luz"]),
        ("## Light", ["Luz"]),
        ("a lighthouse-keeper and a pre-US ship", []),
        ("the US\u2014and light-", ["EE. UU.", "luz"]),
    ],
)
def test_terms_are_found_as_words_in_any_case(text: str, found: list[str]) -> None:
    assert [span.text for span in spans(text, TERMS)] == found


@pytest.mark.parametrize(
    ("source", "target", "missing"),
    [
        ("Use `a` and `a`.", "Use `a`.", ["`a`"]),
        ("Use **this**.", "Usa **esto**.", []),
        ("Use **this**.", "Usa esto.", ["**"]),
        ("Read a_b.txt.", "Lee a b.txt.", ["a_b.txt"]),
        ("Plain.", "Llano.", []),
    ],
)
def test_says_what_is_lost(source: str, target: str, missing: list[str]) -> None:
    assert lost(source, target) == missing


@pytest.mark.parametrize(
    "piece",
    [
        "`",
        "`a``",
        "``a",
        "$a=",
        "{n, plural,",
        "C:\\a b\\",
        "a ",
        ":a",
        "[^",
        "{%",
        "<b",
        "_a",
        "*",
        "/a",
    ],
)
def test_a_hostile_text_costs_time_by_its_length_only(piece: str) -> None:
    spans("C:\\" + piece * (200_000 // len(piece)))  # minutes if it were by its square

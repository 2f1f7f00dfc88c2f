"""Plain text: what is joined, what is kept apart, and what it is called."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.formats.txt import TxtReader

SHARED = Path(__file__).parents[2] / "shared" / "corpus"

PROSE = [
    (
        "The keeper climbed the stairs at nine, as he had done every evening for thirty years, and lit "
        "the lamp; below him the harbour was already dark, and the wind had turned to the north."
    ),
    "Nobody came.",
    (
        "“Will they ever see it?” he asked. The sea gave no answer – it never had – but a gull on the "
        "railing turned its head, and Mr. Brown took that for a yes, which was more than he got from "
        "most people in town."
    ),
    (
        "He slept at last, while the light went round and round over the water, and woke when the "
        "first boats of the morning were already coming in."
    ),
]


def blocks(text: str) -> list[tuple[str, str]]:
    """Kind and joined text of each block."""
    return [
        (block.kind, " ".join(text[start:end] for start, end in block.pieces))
        for block in TxtReader().blocks(text)
    ]


def texts(text: str) -> list[str]:
    return [joined for _, joined in blocks(text)]


def filled(width: int, separator: str, first: str = "", rest: str = "") -> str:
    return separator.join(
        textwrap.fill(p, width, initial_indent=first, subsequent_indent=rest) for p in PROSE
    )


@pytest.mark.parametrize("width", [50, 60, 65, 70, 72, 80, 100])
def test_hard_wrapped_paragraphs_are_joined(width: int) -> None:
    assert texts(filled(width, "\n\n")) == PROSE
    assert texts(filled(width, "\n\n", "    ", "    ")) == PROSE
    assert texts(filled(width, "\r\n\r\n")) == PROSE


def test_first_line_indents_divide_paragraphs() -> None:
    assert texts(filled(72, "\n", "    ")) == PROSE


@settings(deadline=None)
@given(st.lists(st.sampled_from(PROSE), min_size=1, max_size=12), st.integers(45, 110))
def test_wrapping_any_prose_changes_nothing(paragraphs: list[str], width: int) -> None:
    text = "\n\n".join(textwrap.fill(paragraph, width) for paragraph in paragraphs)
    assert texts(text) == paragraphs


def test_one_paragraph_a_line_stays_so() -> None:
    assert texts("\n".join(PROSE)) == PROSE
    assert texts("\n\n".join(PROSE)) == PROSE


POEM = ["The lamp goes round, the lamp goes round,", "It lights the water, lights the ground,",
        "And all the ships that come at night", "Come home along a line of light."]  # fmt: skip
TITLES = ["The Keeper and Other Stories", "A Short History of the Harbour Lighthouse",
          "Notes Towards a Better Lamp", "Letters from the Northern Coast, 1881–1894"]  # fmt: skip
RECORDS = ["name,age,town", "anna,12,berlin", "bert,15,rome and the country around it", "c,1,x"]
TABLE = [
    f"{name:<30}{town:<30}{n}" for n, name in enumerate(["anna", "bert", "carl"]) for town in "xyz"
]


def test_a_by_line_says_nothing_of_the_width_of_long_lines() -> None:
    lines = ["THE LAST OF THE LIGHT", "by A. N. Author", "", *(2 * PROSE[0:1] + PROSE[2:3])]
    found = blocks("\n".join(lines))
    assert [kind for kind, _ in found] == ["heading", *4 * ["paragraph"]]
    assert found[1][1] == "by A. N. Author"


@pytest.mark.parametrize(
    "lines", [POEM, TITLES, RECORDS, TABLE], ids=["poem", "titles", "records", "table"]
)
def test_lines_that_were_not_wrapped_stay_apart(lines: list[str]) -> None:
    assert texts("\n".join(lines)) == lines
    # also in the middle of wrapped prose
    text = filled(72, "\n\n") + "\n\n" + "\n".join(lines) + "\n\n" + filled(72, "\n\n")
    assert texts(text) == [*PROSE, *lines, *PROSE]


def test_a_page_of_a_book() -> None:
    text = """\
CHAPTER I.

The Start of It

It was a dark night and the harbour lay still under the clouds which had
gathered since noon; the keeper climbed up the stairs and lit the lamp.

    And the sea said nothing to him at all in those days, nor did the
    wind, he wrote; it was wrapped more narrowly than all the rest.

* * *

- a lamp that is bright enough to be seen from the other side of the water
  and does not smoke
- oil
• matches, of which he had many
  but not enough

1. First do this.
2) Then do that.

> I have seen it, he wrote, and never thought that it would be like this
> one day.
>
> Nor I.

Results
=======
Conclusion: Knocking on History’s Door

They left. See p. 5 for the rest of the story
and the end.

A last line
"""
    assert blocks(text) == [
        ("heading", "CHAPTER I."),
        ("heading", "The Start of It"),
        (
            "paragraph",
            (
                "It was a dark night and the harbour lay still under the clouds which had "
                "gathered since noon; the keeper climbed up the stairs and lit the lamp."
            ),
        ),
        (
            "quote",
            (
                "And the sea said nothing to him at all in those days, nor did the "
                "wind, he wrote; it was wrapped more narrowly than all the rest."
            ),
        ),
        (
            "list_item",
            (
                "a lamp that is bright enough to be seen from the other side of the water "
                "and does not smoke"
            ),
        ),
        ("list_item", "oil"),
        ("list_item", "matches, of which he had many but not enough"),
        ("list_item", "First do this."),
        ("list_item", "Then do that."),
        (
            "quote",
            "I have seen it, he wrote, and never thought that it would be like this one day.",
        ),
        ("quote", "Nor I."),
        ("heading", "Results"),
        ("paragraph", "Conclusion: Knocking on History’s Door"),
        ("paragraph", "They left. See p. 5 for the rest of the story and the end."),
        ("paragraph", "A last line"),
    ]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Conclusion: Knocking on History’s Door", "heading"),
        ("Chapter 1", "heading"),
        ("Chapter 2. The Storm", "heading"),
        ("1. Introduction", "heading"),
        ("WHAT IS TO BE DONE?", "heading"),
        ("IV.", "heading"),
        ("A short sentence.", "paragraph"),
        ("“Really?”", "paragraph"),
        ("Dear Anna,", "paragraph"),
        ("Part one was over.", "paragraph"),
        ("it goes on", "paragraph"),
        ("1984", "paragraph"),
        ("结论", "heading"),
        ("他走了。", "paragraph"),
        ("A" + " very" * 12 + " long line without a stop", "paragraph"),
    ],
)
def test_headings_stand_alone_and_end_without_a_stop(line: str, kind: str) -> None:
    assert blocks(f"{line}\n\nThen came a sentence.\n")[0] == (kind, line)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared corpus is not on this machine")
def test_shared_text_has_one_block_a_line() -> None:
    for path in SHARED.glob("*.txt"):
        text = path.read_text()
        assert texts(text) == [line.strip() for line in text.splitlines() if line.strip()]
        kinds = [kind for kind, _ in blocks(text)]
        assert kinds == ["heading"] * 3 + ["paragraph"] * (len(kinds) - 3)


def test_dialogue_of_indented_lines() -> None:
    lines = [
        "“Who is there, at this hour of the night, in this weather?” asked he.",
        "“Nobody, sir, only the wind and I, and we should like to be let in.”",
        "“Come in, then, both of you, and shut the door after the wind, will you.”",
    ]
    text = "\n".join(f"    {line}" for line in lines)
    assert texts(filled(72, "\n", "    ") + "\n" + text) == [*PROSE, *lines]


def test_spaceless_scripts_are_joined_too() -> None:
    sentence = "灯台守は毎晩九時に階段を上り三十年のあいだ変わらずにランプに火をともした。"
    wrapped = [sentence[i : i + 20] for i in range(0, len(sentence), 20)]
    text = "\n\n".join(["\n".join(wrapped)] * 5)
    assert [joined.replace(" ", "") for joined in texts(text)] == [sentence] * 5


def test_mail_quotes_keep_their_depth() -> None:
    text = "On Monday you wrote:\n> I am not sure.\n>> Nor was I.\nNow I am.\n"
    assert blocks(text) == [
        ("paragraph", "On Monday you wrote:"),
        ("quote", "I am not sure."),
        ("quote", "Nor was I."),
        ("paragraph", "Now I am."),
    ]

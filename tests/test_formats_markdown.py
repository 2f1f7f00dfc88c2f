"""Markdown: which parts are text, of which kind, and exactly where."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from workbench.formats.markdown import MAX_NESTING, MarkdownReader


def blocks(text: str) -> list[tuple[str, int, list[str]]]:
    return [
        (block.kind, block.level, [text[start:end] for start, end in block.pieces])
        for block in MarkdownReader().blocks(text)
    ]


DOCUMENT = """---
title: The Keeper
---
# Title #

A paragraph that
goes on with `code` and *stress*.\x20\x20
Last line.

> A quote
> goes on
lazily
> > and nests

- item one
  goes on
- [ ] a task

  its second paragraph
  1. a deep one

```py
x = 1
```

    code

| A | B \\| c |
|---|:-:|
| 1 | 2 | 3 |
| only |

> | q | r |
> |---|---|
> | s |

Two lines
underlined
---

[ref]: https://example.org "t"
[A link][ref] stays.

![picture](x.png)

<div>left alone</div>

* * *

> [!NOTE]
> Mind it.

###### deep ## marks ##
####
"""


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_kinds_levels_and_text(line_end: str) -> None:
    assert blocks(DOCUMENT.replace("\n", line_end)) == [
        ("heading", 1, ["Title"]),
        ("paragraph", 0, ["A paragraph that", "goes on with `code` and *stress*.", "Last line."]),
        ("quote", 1, ["A quote", "goes on", "lazily"]),
        ("quote", 2, ["and nests"]),
        ("list_item", 1, ["item one", "goes on"]),
        ("list_item", 1, ["a task"]),
        ("list_item", 1, ["its second paragraph"]),
        ("list_item", 2, ["a deep one"]),
        *[("paragraph", 0, [cell]) for cell in ("A", "B \\| c", "1", "2", "only", "q", "r", "s")],
        ("heading", 2, ["Two lines", "underlined"]),
        ("paragraph", 0, ["[A link][ref] stays."]),
        ("quote", 1, ["Mind it."]),
        ("heading", 6, ["deep ## marks"]),
    ]


def test_a_rule_at_the_start_is_no_front_matter() -> None:
    assert blocks("---\n\nText\n\n---\n\nMore.\n") == [
        ("paragraph", 0, ["Text"]),
        ("paragraph", 0, ["More."]),
    ]


def test_marks_inside_headings_are_text() -> None:
    assert blocks("# C# and F#\n\n## #1 ##\n\n### issue #5") == [
        ("heading", 1, ["C# and F#"]),
        ("heading", 2, ["#1"]),
        ("heading", 3, ["issue #5"]),
    ]


def test_the_backslash_that_breaks_a_line_is_no_text() -> None:
    assert blocks("One\\\ntwo \\\\\nthree\\") == [("paragraph", 0, ["One", "two \\\\", "three\\"])]


def test_deep_nesting_is_read_up_to_the_limit() -> None:
    depth = MAX_NESTING // 2
    assert blocks("> " * depth + "deep") == [("quote", depth, ["deep"])]
    assert blocks("> " * 5000 + "too deep\n\nAfter.") == [("paragraph", 0, ["After."])]


MARKUP = st.lists(
    st.sampled_from(
        ["word", "two words", "\n", "\n\n", "\t", " ", "    ", "> ", ">", "- ", "1. ", "# ", " #", "===",
         "---", "|", "\\|", "a|b\n-|-\n", "```", "[a]: b", "<p>", "*", "吾輩"]
    )
)  # fmt: skip


@settings(deadline=None)
@given(MARKUP.map("".join))
def test_pieces_are_the_text_that_the_parser_sees(text: str) -> None:
    parser = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING}).enable("table")
    contents = [token.content for token in parser.parse(text) if token.type == "inline"]
    # the parser takes the backslash off an escaped bar in a table
    seen = [[line.strip().replace("\\|", "|") for line in c.split("\n")] for c in contents if c]
    found = [[piece.replace("\\|", "|") for piece in pieces] for _, _, pieces in blocks(text)]
    assert found == seen

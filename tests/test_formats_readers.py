"""What every reader must keep, and how long texts made to hurt may take."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench import registry
from workbench.model import Reader

READERS = sorted(registry.readers())
# Texts of what gives documents their structure, so that random ones have some.
MARKUP = st.lists(
    st.sampled_from(
        ["word", "Two words.", "\n", "\r\n", "\r", "\n\n", "\u2028", "\u2029", "\f", "\t", " ", "    ",
         "\ufeff", "> ", "- ", "1. ", "# ", "#", "===", "---", "***", "|", "\\|", "|-|-|", "```", "[a]: b",
         "<p>", "![i](u)", "吾輩", "‘x’", "\0", "a" * 50]
    )
)  # fmt: skip
TEXTS = st.text() | MARKUP.map("".join)


@pytest.fixture(params=READERS)
def reader(request: pytest.FixtureRequest) -> Reader:
    return registry.readers()[request.param]


@pytest.mark.parametrize("name", READERS)
@settings(deadline=None)
@given(text=TEXTS)
def test_pieces_are_in_the_text_in_order_and_tight(name: str, text: str) -> None:
    reached = 0
    for block in registry.readers()[name].blocks(text):
        assert block.pieces
        assert block.level >= 0
        for start, end in block.pieces:
            assert reached <= start < end <= len(text)
            assert text[start:end] == text[start:end].strip()
            assert not {"\n", "\r"} & set(text[start:end])
            assert start > 0 or text[start] != "\ufeff"
            reached = end


@pytest.mark.parametrize("name", READERS)
@settings(deadline=None)
@given(words=st.lists(st.sampled_from(["Alpha", "beta,", "“gamma”", "delta", "naïve"]), min_size=1))
def test_prose_is_read_whole(name: str, words: list[str]) -> None:
    text = " ".join([*words, "end."])
    (block,) = registry.readers()[name].blocks(f"{text}\n")
    assert (block.kind, [text[s:e] for s, e in block.pieces]) == ("paragraph", [text])


def test_line_ends_do_not_matter(reader: Reader) -> None:
    text = "One paragraph.\n\nAnother one.\n\n- An item\n- Another item\n"
    plain = [(b.kind, b.level, [text[s:e] for s, e in b.pieces]) for b in reader.blocks(text)]
    assert len(plain) == 4
    for line_end in ("\r\n", "\r"):
        other = "\ufeff" + text.replace("\n", line_end)
        found = [(b.kind, b.level, [other[s:e] for s, e in b.pieces]) for b in reader.blocks(other)]
        assert found == plain


def test_no_text_gives_no_blocks(reader: Reader) -> None:
    for text in ("", "\ufeff", "\n\n \t\r\n", "\ufeff\n***\n\n---\n"):
        assert list(reader.blocks(text)) == []


HOSTILE = {
    "quotes": "> ",
    "bare quotes": ">",
    "brackets": "[",
    "stars": "* ",
    "bare stars": "*",
    "dots": ".",
    "letters": "a",
    "spaces": " ",
    "ticks": "`",
    "hashes": "# ",
    "bars": "|",
    "images": "![",
    "quoted lists": "> - ",
    "lines": "ab\n",
    "items": "- a\n",
    "definitions": "[a]:\n",
    "rules": "---\n",
    "underlined": "a\n=\n",
}


@pytest.mark.parametrize("pattern", HOSTILE.values(), ids=HOSTILE.keys())
def test_time_is_linear(reader: Reader, pattern: str) -> None:
    def seconds(size: int) -> float:
        text = pattern * (size // len(pattern)) + "x"
        began = time.process_time()
        for _ in reader.blocks(text):
            pass
        return time.process_time() - began

    small = min(seconds(12_500) for _ in range(2))
    # eight times the text: eight times the time, 64 times if it were quadratic
    assert seconds(100_000) < 25 * small + 0.3

"""Names of languages."""

from __future__ import annotations

import subprocess
import sys

import pytest

from workbench import lang


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("es", "Spanish"),
        ("pt-BR", "Portuguese (Brazil)"),
        ("zh-Hant", "Chinese (Traditional)"),
        ("sr-Latn-RS", "Serbian (Latin, Serbia)"),
        ("qaa", "qaa"),
    ],
)
def test_languages_have_english_names(tag: str, expected: str) -> None:
    assert lang.name(tag) == expected


def test_a_name_costs_no_table_of_all_names() -> None:
    code = "from workbench import lang; lang.name('es'); import sys; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert "language_data.name_data" not in loaded.stdout.split()


def test_pieces_are_joined_as_the_script_wants() -> None:
    assert lang.joined([("a b,", "A B,", " "), ("c", "C", "\n")]) == "A B, C\n"
    assert lang.joined([("一，", "One,", ""), ("二", "two", "")]) == "One, two"
    assert lang.joined([("one,", "一，", " "), ("two", "二", "")]) == "一，二"
    assert lang.joined([("xx", "yy", ""), ("x", "y", "")]) == "yyy"

"""The glossary on the command line: in, out, listed, used by drafts, removed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from workbench.cli import main


def workbench(*arguments: str | Path) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    return result.exit_code, result.stdout, result.stderr


def listed(db_path: Path) -> list[tuple[str, str, str]]:
    _, out, _ = workbench("terms", "list", "--to", "es", "--db", db_path, "--json")
    return [(row["source"], row["target"], row["note"]) for row in json.loads(out)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.tsv", "source\ttarget\tnote\nlamp\tlámpara\t\nkeeper\tfarero\tnot guardián\n"),
        ("a.tsv", "# ours\nlamp\tlámpara\n\nkeeper\tfarero\tnot guardián\n"),
        ("a.csv", 'lamp,lámpara\r\nkeeper,farero,"not guardián"\r\n'),
    ],
)
def test_terms_come_in_and_go_out(name: str, text: str, tmp_path: Path, db_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text, "utf-8", newline="")
    assert workbench("terms", "import", path, "--to", "es", "--db", db_path)[0] == 0
    assert listed(db_path) == [("keeper", "farero", "not guardián"), ("lamp", "lámpara", "")]
    _, out, _ = workbench("terms", "export", "--to", "es", "--db", db_path)
    again = tmp_path / "again.tsv"
    again.write_text(out, "utf-8")
    code, _, said = workbench("terms", "import", again, "--to", "es", "--db", db_path)
    assert (code, said) == (0, "en to es: 0 terms new or changed, 2 in all\n")
    assert workbench("terms", "remove", "Lamp", "no", "--to", "es", "--db", db_path)[0] == 0
    assert listed(db_path) == [("keeper", "farero", "not guardián")]


@pytest.mark.parametrize("text", ["lamp\n", "\tlámpara\n", "lamp\t\n", "", "source\ttarget\n"])
def test_a_line_without_a_term_is_named(text: str, tmp_path: Path, db_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text(text, "utf-8")
    code, _, said = workbench("terms", "import", path, "--to", "es", "--db", db_path)
    assert code == 1
    assert str(path) in said
    assert workbench("terms", "import", tmp_path / "none", "--to", "es", "--db", db_path)[0] == 1


def test_drafts_have_the_terms(tmp_path: Path, db_path: Path) -> None:
    terms, text = tmp_path / "a.tsv", tmp_path / "a.txt"
    terms.write_text("the lamp\tel candil\n", "utf-8")
    text.write_text("He lit the lamp there.\n", "utf-8")
    workbench("terms", "import", terms, "--to", "es", "--db", db_path)
    workbench("run", text, "--to", "es", "--engine", "apertium", "--db", db_path)
    _, out, _ = workbench(
        "export", "--to", "es", "--format", "tsv", "--db", db_path, "-o", tmp_path
    )
    exported = out + "".join(path.read_text("utf-8") for path in tmp_path.glob("*.tsv"))
    assert "el candil" in exported

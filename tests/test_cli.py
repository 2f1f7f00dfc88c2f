"""The command line: what each command prints, stores and ends with."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
import toymodel
from click.testing import CliRunner, Result

from workbench import store
from workbench.cli import main
from workbench.engines.install import install_file

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "The harbour\n\nIt was late. Nobody came!\n\nThe lamp was lit at 7 p.m. by the keeper.\n"


@pytest.fixture(autouse=True)
def working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "story.txt").write_text(TEXT, "utf-8")


def workbench(*arguments: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(main, arguments, input=stdin)


def ok(*arguments: str, stdin: bytes | None = None) -> Result:
    result = workbench(*arguments, stdin=stdin)
    assert result.exit_code == 0, result.output
    return result


def test_run_does_the_whole_job_and_again_changes_nothing(tmp_path: Path) -> None:
    arguments = (
        "run",
        "story.txt",
        "--to",
        "es",
        "--to",
        "pt_br",
        "--engine",
        "fake",
        "--export",
        "tmx",
    )
    first = ok(*arguments)
    assert "added: story.txt (4 segments)" in first.stderr
    exported = tmp_path / "alignments" / "workbench.en-pt-BR.tmx"
    before = exported.read_bytes()
    with store.opened(tmp_path / "alignments" / "workbench.db") as db:
        units = db.execute("SELECT * FROM units").fetchall()
    second = ok(*arguments)
    assert "unchanged: story.txt" in second.stderr
    assert "every unit has a draft" in second.stderr
    assert exported.read_bytes() == before
    with store.opened(tmp_path / "alignments" / "workbench.db") as db:
        assert db.execute("SELECT * FROM units").fetchall() == units


def test_steps_one_by_one_give_the_same(tmp_path: Path) -> None:
    ok("add", "story.txt")
    ok("translate", "--to", "es", "--engine", "fake")
    ok("check")
    ok("export", "--to", "es", "--format", "tsv", "--format", "moses", "--out", "out/bitext")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "bitext.en", "bitext.es", "bitext.tsv",
    ]  # fmt: skip
    report = json.loads(ok("report", "--json").stdout)
    assert report["progress"][0]["translated"] == 4


def test_stdin_and_lines(tmp_path: Path) -> None:
    ok("add", "-", "--lines", "--lang", "fr", "--db", "x.db", stdin=b"Un. Deux.\r\n\r\nTrois.\r\n")
    with store.opened(tmp_path / "x.db") as db:
        rows = store.rows(db, 'SELECT text, "start", "end" FROM segments ORDER BY position')
        assert [row["text"] for row in rows] == ["Un. Deux.", "Trois."]
        text = store.original(db, 1).text
        assert [text[row["start"] : row["end"]] for row in rows] == ["Un. Deux.", "Trois."]
        assert store.documents(db)[0]["lang"] == "fr"


def test_directory_takes_what_it_can_read(tmp_path: Path) -> None:
    folder = tmp_path / "corpus" / "de"
    folder.mkdir(parents=True)
    (folder / "a.md").write_text("# Titel\n\nEin Satz.\n", "utf-8")
    (folder / "b.txt").write_text("Noch einer.", "utf-8")
    (folder / ".hidden.txt").write_text("Nein.", "utf-8")
    (folder / "picture.png").write_bytes(b"\x89PNG")
    documents = json.loads(ok("add", "corpus", "--json").stdout)
    assert [(d["document"], d["lang"]) for d in documents] == [
        ("corpus/de/a.md", "de"),
        ("corpus/de/b.txt", "de"),
    ]


def test_a_bad_file_costs_only_itself(tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_bytes(b"\x00\x01\x02\xff" * 100)
    result = workbench("add", "story.txt", "bad.txt")
    assert result.exit_code == 3
    assert "bad.txt" in result.stderr
    assert len(json.loads(ok("report", "--json").stdout)["documents"]) == 1


def test_one_failing_segment_is_listed_and_the_rest_is_done() -> None:
    with open("story.txt", "a", encoding="utf-8") as file:  # noqa: PTH123 - the working directory's
        file.write("\nThis one has FAKE-FAIL in it.\n")
    result = workbench("run", "story.txt", "--to", "es", "--engine", "fake")
    assert result.exit_code == 3
    assert "unit 5" in result.stderr
    (row,) = json.loads(ok("report", "--json").stdout)["progress"]
    assert (row["initial"], row["translated"]) == (1, 4)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("add", "missing.txt"), 1, "there is no file missing.txt"),
        (("add", "story.txt", "--lang", "xx"), 1, "not a language tag"),
        (("add", "story.txt", "--format", "pdf"), 1, "no format 'pdf'"),
        (("add", "story.txt", "--lines", "--format", "md"), 2, "exclude"),
        (("add", "story.txt", "--encoding", "klingon"), 1, "klingon"),
        (("report",), 1, "there is no database"),
        (("translate", "--to", "es"), 1, "there is no database"),
        (("translate",), 2, "--to"),
        (("run", "story.txt", "--to", "es", "--engine", "deepl"), 1, "no engine named 'deepl'"),
        (
            ("run", "story.txt", "--to", "en", "--engine", "fake"),
            1,
            "no document to translate into en",
        ),
        (("run", "story.txt", "--to", "es", "--db", "story.txt"), 1, "not an SQLite file"),
        (("nonsense",), 2, "No such command"),
    ],
)
def test_errors_say_what_to_do(arguments: tuple[str, ...], code: int, message: str) -> None:
    result = workbench(*arguments)
    assert (result.exit_code, message in result.output) == (code, True), result.output
    assert "Traceback" not in result.output


def test_no_engine_names_four_ways_and_keeps_the_segments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # no apertium here
    result = workbench("run", "story.txt", "--to", "es", "--db", "w.db")
    assert result.exit_code == 1
    for way in ("Argos packages", "bundled", "index", "apertium-eng-spa"):
        assert way in result.stderr
    with store.opened(tmp_path / "w.db") as db:
        assert [unit.state for unit in store.bitext(db, "es")] == ["initial"] * 4


def test_auto_is_an_engine_like_others(tmp_path: Path) -> None:
    install_file(toymodel.package(tmp_path, "en", "es"))
    ok("run", "story.txt", "--to", "es", "--engine", "auto", "--engine", "fake", "--db", "w.db")
    with store.opened(tmp_path / "w.db") as db:
        origins = {row["origin"] for row in store.rows(db, "SELECT origin FROM matches")}
        assert origins == {"argos translate-en_es 1.0", "fake en es"}


def test_a_pair_without_an_engine_costs_no_other(tmp_path: Path) -> None:
    install_file(toymodel.package(tmp_path, "en", "es"))
    (tmp_path / "titel.txt").write_text("Ein Satz.\n", "utf-8")
    ok("add", "titel.txt", "--lang", "de")
    ok("add", "story.txt")
    result = workbench("translate", "--to", "es", "--to", "en", "--engine", "argos")
    assert result.exit_code == 3
    assert "argos: no package for de to es" in result.stderr
    with store.opened(tmp_path / "alignments" / "workbench.db") as db:
        assert [bool(unit.target) for unit in store.bitext(db, "es")] == [False, *[True] * 4]
        assert [bool(unit.target) for unit in store.bitext(db, "en")] == [False]


def test_locked_database_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sqlite3

    monkeypatch.setattr("workbench.store.database.BUSY_SECONDS", 0.1)
    ok("add", "story.txt", "--db", "w.db")
    other = sqlite3.connect(tmp_path / "w.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    result = workbench("run", "story.txt", "--to", "es", "--engine", "fake", "--db", "w.db")
    other.close()
    assert result.exit_code == 1
    assert "another program is writing" in result.stderr


def test_search_and_help_and_version() -> None:
    ok("run", "story.txt", "--to", "es", "--engine", "fake")
    found = json.loads(ok("search", "harbour", "--json").stdout)
    assert [unit["source"] for unit in found] == ["The harbour"]
    assert "Usage" in ok("--help").output
    for command in main.commands:
        assert "Usage" in ok(command, "--help").output
    assert "workbench" in ok("--version").output


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_ends_a_run_that_can_go_on(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    (tmp_path / "long.txt").write_text(
        "\n\n".join(f"Sentence {i}." for i in range(20_000)), "utf-8"
    )
    ok("add", "long.txt", "--db", "w.db")
    process = subprocess.Popen(
        [sys.executable, "-m", "workbench", "translate", "--to", "es", "--engine", "fake",
         "--db", "w.db"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    with closing(sqlite3.connect(tmp_path / "w.db", timeout=30)) as db:
        drafted = "SELECT count(*) FROM units WHERE target <> ''"
        while not db.execute(drafted).fetchone()[0] and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(number)
        if number != signal.SIGINT:
            process.send_signal(number)  # some send it twice
        output, errors = process.communicate(timeout=60)
        assert (process.returncode, output) == (code, b"")
        assert errors.decode() == "stopped; what is stored stays: type the same command to go on\n"
        run = "SELECT status, finished IS NOT NULL FROM runs WHERE command = 'translate'"
        assert db.execute(run).fetchall() == [("interrupted", 1)]
        assert 0 < db.execute(drafted).fetchone()[0] < 20_000
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_nohup_is_heeded(tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("\n\n".join(f"Line {i}." for i in range(2000)), "utf-8")
    process = subprocess.Popen(
        ["nohup", sys.executable, "-m", "workbench", "run", "text.txt", "--to", "es", "--engine",
         "fake"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stderr
    process.stderr.readline()  # it has begun
    process.send_signal(signal.SIGHUP)
    process.communicate(timeout=60)
    assert process.returncode == 0

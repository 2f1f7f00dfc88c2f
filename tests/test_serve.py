"""`workbench serve` as people start and stop it."""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import subprocess
import sys
import time
import urllib.request
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from platformdirs import user_state_path
from samples import add_text, draft_all

from workbench import serve, store
from workbench.cli import main
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def served_path(tmp_path: Path) -> Path:
    path = tmp_path / "my book.db"
    with store.opened(path) as db:
        draft_all(db, add_text(db, ["One."]).document_id)
    return path


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_starts_says_where_and_ends_well(served_path: Path, ending: signal.Signals) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "workbench", "serve", "--db", str(served_path), "--port", "0"],
        stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    assert process.stderr
    said = b""
    started = time.monotonic()
    while b"review pages: " not in said and time.monotonic() - started < 60:
        said += process.stderr.readline()
    address = re.search(rb"http://127\.0\.0\.1:\d+/-/workbench", said)
    assert address, said
    with urllib.request.urlopen(address[0].decode(), timeout=20) as answer:
        assert b"Documents" in answer.read()
    os.killpg(process.pid, ending)  # as a terminal does with Ctrl-C
    _, rest = process.communicate(timeout=30)
    assert process.returncode == 0, rest
    assert b"Traceback" not in rest


def test_only_loopback(served_path: Path) -> None:
    result = CliRunner().invoke(main, ["serve", "--db", str(served_path), "--host", "0.0.0.0"])
    assert (result.exit_code, "not this machine's own address" in result.stderr) == (1, True)
    assert CliRunner().invoke(main, ["serve", "--db", "missing.db"]).exit_code == 1


def test_a_busy_port_gives_the_next(tmp_path: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert serve.free_port("127.0.0.1", port) != port


def test_the_secret_is_kept_and_private() -> None:
    first = serve.secret()
    assert serve.secret() == first
    mode = (user_state_path("workbench") / "secret").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_metadata_describes_the_file_at_hand(tmp_path: Path) -> None:
    described = json.loads(serve.adapted_metadata(tmp_path / "my book.db"))
    assert list(described["databases"]) == ["my book"]
    with store.opened(tmp_path / "my book.db") as db:
        there = {*db.table_names(), *db.view_names()}
        tables = described["databases"]["my book"]["tables"]
        assert set(tables) <= there
        for name, description in tables.items():
            columns = set(db[name].columns_dict)
            assert set(description.get("columns", ())) <= columns
            assert set(description.get("facets", ())) <= columns
            assert (
                description.get("sort", description.get("sort_desc", next(iter(columns))))
                in columns
            )


def test_hosts_that_others_reach_are_refused(served_path: Path) -> None:
    with pytest.raises(WorkbenchError):
        serve.serve(served_path, host="192.0.2.1", say=lambda _: None)

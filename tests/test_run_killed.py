"""A run killed at any moment loses at most the batch in flight, and the next one finishes the job."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from workbench import store

if TYPE_CHECKING:
    from pathlib import Path

SEGMENTS = 4000
KILLS = 20


def run(text: Path, db_path: Path) -> subprocess.Popen[bytes]:
    command = [
        sys.executable, "-m", "workbench", "run", str(text), "--to", "es", "--to", "fr",
        "--engine", "fake", "--db", str(db_path),
    ]  # fmt: skip
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def drafted(db_path: Path) -> int:
    if not db_path.exists():
        return 0
    with store.opened(db_path) as db:
        return int(db.execute("SELECT count(*) FROM units WHERE target <> ''").fetchone()[0])


def test_killed_at_random_points(tmp_path: Path, db_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("\n\n".join(f"This is sentence number {i}." for i in range(SEGMENTS)), "utf-8")
    seed = random.randrange(10**6)
    moments = random.Random(seed)
    done = 0
    for _ in range(KILLS):
        process = run(text, db_path)
        assert process.stderr
        process.stderr.readline()  # it has begun
        time.sleep(moments.uniform(0, 0.8))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        now_done = drafted(db_path)
        assert now_done >= done, f"seed {seed}: drafts were lost"
        done = now_done
    last = run(text, db_path)
    _, errors = last.communicate()
    assert last.returncode == 0, errors.decode()
    with store.opened(db_path) as db:
        for target_lang in ("es", "fr"):
            units = list(store.bitext(db, target_lang))
            assert [unit.position for unit in units] == list(range(SEGMENTS)), f"seed {seed}"
            assert all(unit.target for unit in units)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert not db.execute("PRAGMA foreign_key_check").fetchall()
        # every unit has its draft, and no draft twice: what was made is not made again
        query = "SELECT count(DISTINCT unit_id) FROM matches"
        assert db.execute(query).fetchone() == (2 * SEGMENTS,)
        query = "SELECT 1 FROM matches GROUP BY unit_id, signature, text HAVING count(*) > 1"
        assert not db.execute(query).fetchall()
        assert not db.execute("SELECT 1 FROM runs WHERE status = 'running'").fetchall()

"""Memory and progress of one long `workbench translate`, watched from outside as it runs.

.venv/bin/python benchmarks/longrun.py ENGINE SEGMENTS [SECONDS]

ENGINE is one by name, or `big` for the model of bigmodel.py.  With SECONDS the run is ended after
them.  Prints a curve: when the first draft was stored, then every tenth of the way, the seconds that
passed, those of a processor that the process took, the matches stored (a draft that was tried again
has several) and the resident memory of the process and its children.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from translating import install_big_model, sentences

PAUSE = 0.05
MIB = 2**20


def main() -> None:
    """Add the segments, translate them, print what was seen."""
    engine, count = sys.argv[1], int(sys.argv[2])
    limit = float(sys.argv[3]) if len(sys.argv) > 3 else float("inf")
    with tempfile.TemporaryDirectory() as folder:
        text, db_path = Path(folder) / "text.txt", Path(folder) / "w.db"
        text.write_text("\n".join(sentences(count)) + "\n", "utf-8")
        target_lang = "es"
        if engine == "big":
            install_big_model(Path(folder))
            engine, target_lang = "argos", "tlh"
        workbench(["add", "--lines", str(text), "--db", str(db_path)]).wait()
        started = time.perf_counter()
        process = workbench(
            ["translate", "--to", target_lang, "--engine", engine, "--db", str(db_path)]
        )
        curve = watch(process, db_path, started, limit)
    print("| seconds | of a processor | matches | MiB |\n|--:|--:|--:|--:|")
    for seconds, cpu, drafts, memory in curve:
        print(f"| {seconds:.1f} | {cpu:.1f} | {drafts:,} | {memory} |")
    print(f"highest: {max(memory for *_, memory in curve)} MiB")


def workbench(arguments: list[str]) -> subprocess.Popen[bytes]:
    """A running command."""
    return subprocess.Popen(
        [sys.executable, "-m", "workbench", *arguments], stderr=subprocess.DEVNULL
    )


def watch(
    process: subprocess.Popen[bytes], db_path: Path, started: float, limit: float
) -> list[tuple[float, float, int, int]]:
    """(seconds, of a processor, matches, MiB) at the first draft, at each tenth of the way, at the end."""
    connection = sqlite3.connect(f"file:{db_path}?mode=ro", uri=True)
    total = connection.execute("SELECT count(*) FROM segments").fetchone()[0]
    curve: list[tuple[float, float, int, int]] = []
    memory = drafts = 0
    cpu = 0.0
    while process.poll() is None and time.perf_counter() - started < limit:
        memory = resident(process.pid) or memory
        cpu = processor(process.pid) or cpu
        # drafts are stored in any order within a stretch, so matches are what can be counted fast
        drafts = connection.execute("SELECT coalesce(max(id), 0) FROM matches").fetchone()[0]
        if drafts and (not curve or drafts - curve[-1][2] >= total / 10):
            curve.append((time.perf_counter() - started, cpu, drafts, memory))
        time.sleep(PAUSE)
    process.terminate()
    process.wait()
    return [*curve, (time.perf_counter() - started, cpu, drafts, memory)]


def processor(pid: int) -> float:
    """Seconds of a processor that a process took; 0 if it is gone."""
    try:
        parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def resident(pid: int) -> int:
    """MiB in memory of a process and its children; 0 if it is gone."""
    total = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if pid in (int(folder.name), parent):
                pages = int((folder / "statm").read_text().split()[1])
                total += pages * os.sysconf("SC_PAGESIZE")
        except OSError:  # it ended while we looked
            continue
    return total // MIB


if __name__ == "__main__":
    main()

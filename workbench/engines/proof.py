"""Proves a package by translating with it in a process of its own, which a broken model may bring down."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

# Seconds after which a model that is still not loaded is given up.
PATIENCE = 300
# Beyond this much memory, and four times its own size, a model claims what it does not need.
MEMORY = 6 << 30
TEXT = "a"


def trouble(folder: Path) -> str:
    """Why an unpacked package cannot translate; "" if it can."""
    # -P: what lies beside this file, or where somebody happens to be, is not imported
    command = [sys.executable, "-P", __file__, str(folder)]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=PATIENCE, check=False,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"its model is not loaded within {PATIENCE} seconds"
    if done.returncode == 0:
        return ""
    said = [line for line in done.stderr.splitlines() if line.strip()]
    if done.returncode < 0 or not said:
        return f"its model brings the program down (signal {-done.returncode})"
    from workbench.engines.web import printable

    return printable(said[-1])


def _prove(folder: Path) -> None:
    """Load the tokenizer and the model, and translate; imports nothing of the workbench, to be quick."""
    import ctranslate2
    from argostranslate.package import Package

    try:
        package = Package(folder)
        tokens = package.tokenizer.encode(TEXT)
    except (AttributeError, OSError, RuntimeError, ValueError, LookupError) as error:
        raise SystemExit(f"its tokenizer cannot be used: {error}") from error
    if not tokens:
        raise SystemExit("its tokenizer gives nothing")
    for file in (folder / "model").glob("*vocabulary*"):
        # with none the model loads, and says nothing
        if not file.read_text("utf-8", "replace").strip("[]{} \r\n\t"):
            raise SystemExit(f"its {file.name} is empty")
    prefix = [[package.target_prefix]] if package.target_prefix else None
    try:
        model = ctranslate2.Translator(str(folder / "model"), device="cpu", intra_threads=1)
        model.translate_batch([tokens], target_prefix=prefix, beam_size=1, max_decoding_length=8)
    except (RuntimeError, ValueError, MemoryError) as error:
        raise SystemExit(f"its model cannot be loaded: {error}") from error


def _limit(folder: Path) -> None:
    size = sum(file.stat().st_size for file in folder.rglob("*"))
    most = MEMORY + 4 * size
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    with suppress(ValueError, OSError):  # macOS has no such limit
        if hard == resource.RLIM_INFINITY or hard > most:
            resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    _limit(Path(sys.argv[1]))
    _prove(Path(sys.argv[1]))

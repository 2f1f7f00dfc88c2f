"""A real server and a real browser for tests of the review pages."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from workbench import serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

NEXT = Path(__file__).parents[1] / ".venv-next" / "bin" / "python"
LINES = {"datasette-0.65": Path(sys.executable), "datasette-1.0": NEXT}
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@contextmanager
def served(db_path: Path, python: Path = Path(sys.executable)) -> Iterator[str]:
    """A running server on a database; gives its address without the path."""
    if not python.exists():
        pytest.skip("the other Datasette is not installed; type: make .venv-next/ready")
    port = serve.free_port("127.0.0.1", 0)
    metadata = db_path.with_name("metadata.json")
    metadata.write_text(serve.adapted_metadata(db_path), "utf-8")
    command = [str(python), *serve.command(db_path, metadata, "127.0.0.1", port)[1:]]
    log = db_path.with_name("server.log").open("wb")
    process = subprocess.Popen(
        command, env={**os.environ, "DATASETTE_SECRET": "for tests"}, stdout=log, stderr=log
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{address}/-/workbench", timeout=5).close()
                break
            except urllib.error.HTTPError:
                break  # it answers
            except OSError:
                assert process.poll() is None, db_path.with_name("server.log").read_text()
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)
        log.close()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, headless; skips the test with a reason where it is not installed."""
    path = (
        shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    if path is None:
        pytest.skip("Chromium is not installed; type: sudo apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()

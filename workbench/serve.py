"""The step that starts Datasette with the review pages on a database; it only starts the process."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
import webbrowser
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from platformdirs import user_state_path

from workbench.errors import StoreError, WorkbenchError

if TYPE_CHECKING:
    from collections.abc import Callable

LOOPBACK = ("127.0.0.1", "localhost", "::1")
# Seconds for Datasette to answer before it is said that it does not.
PATIENCE = 60.0
# Seconds for it to end by itself, when a Ctrl-C in the terminal reached it too.
GRACE = 3.0
PACKAGE = Path(__file__).parent


def serve(
    db_path: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 8001,
    open_browser: bool = False,
    say: Callable[[str], None],
) -> int:
    """Run Datasette until it is stopped; returns its exit code, 0 after Ctrl-C.

    Raises WorkbenchError for an address that others could reach, or if Datasette does not start.
    """
    if host not in LOOPBACK:
        raise WorkbenchError(
            f"{host} is not this machine's own address; serve on 127.0.0.1 and put a web server with"
            " a password in front of it (docs/review.md)"
        )
    port = free_port(host, port)
    with tempfile.TemporaryDirectory() as folder:
        metadata = Path(folder) / "metadata.json"
        metadata.write_text(adapted_metadata(db_path), "utf-8")
        process = subprocess.Popen(
            command(db_path, metadata, host, port), env={**os.environ, "DATASETTE_SECRET": secret()}
        )
        try:
            address = f"http://{f'[{host}]' if ':' in host else host}:{port}/-/workbench"
            waiting = threading.Thread(
                target=_announce, args=(process, address, say, open_browser), daemon=True
            )
            waiting.start()
            return _wait(process)
        finally:
            _end(process)


def command(db_path: Path, metadata: Path, host: str, port: int) -> list[str]:
    """What starts Datasette; the database is named after its file."""
    return [
        sys.executable, "-m", "datasette", "serve", str(db_path.resolve()),
        "--metadata", str(metadata), "--host", host, "--port", str(port),
        "--setting", "default_page_size", "50",
    ]  # fmt: skip


def adapted_metadata(db_path: Path) -> str:
    """metadata.yml as JSON, its one database renamed to the file at hand."""
    import json

    source = next(
        p for p in (PACKAGE / "metadata.yml", PACKAGE.parent / "metadata.yml") if p.is_file()
    )
    metadata = yaml.safe_load(source.read_text("utf-8"))
    (description,) = metadata["databases"].values()
    return json.dumps({**metadata, "databases": {db_path.stem: description}})


def secret() -> str:
    """The key that signs names, kept so that people need not type theirs after each start."""
    path = user_state_path("workbench") / "secret"
    with suppress(FileNotFoundError):
        if kept := path.read_text("ascii").strip():
            return kept
    new = secrets.token_hex(32)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(new)
    except OSError as error:
        raise StoreError(
            f"cannot write {path}: {error.strerror}; check the folder's permissions"
        ) from error
    return new


def free_port(host: str, port: int) -> int:
    """The port, or the next one that is free."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in (port, *range(port + 1, min(port + 50, 65536)), 0):
        with socket.socket(family) as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, candidate))
            return int(probe.getsockname()[1])
    raise WorkbenchError(f"no port is free on {host}; stop another server first")


def _announce(
    process: subprocess.Popen[bytes], address: str, say: Callable[[str], None], open_browser: bool
) -> None:
    started = time.monotonic()
    while process.poll() is None and time.monotonic() - started < PATIENCE:
        with suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(address, timeout=5).close()  # noqa: S310 - our own address
            say(f"review pages: {address}  (Ctrl-C ends)")
            if open_browser:
                webbrowser.open(address)
            return
        time.sleep(0.1)


def _wait(process: subprocess.Popen[bytes]) -> int:
    """Wait for the end, whether by Ctrl-C, by another signal or of itself."""
    previous = {
        number: signal.signal(number, lambda *_: process.terminate())
        for number in signal.Signals
        if number.name in {"SIGTERM", "SIGHUP"} and signal.getsignal(number) != signal.SIG_IGN
    }
    try:
        code = process.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    return 0 if code in {0, *(-number for number in (signal.SIGINT, *previous))} else code


def _end(process: subprocess.Popen[bytes]) -> None:
    """Wait for the end of a process that a terminal told to end too, or tell it."""
    try:
        process.wait(timeout=GRACE)
    except subprocess.TimeoutExpired:
        process.terminate()
        process.wait()

"""Argos's index and downloads, from a real server that also breaks, stalls and disappears."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
import toymodel

from workbench.engines import choose, index
from workbench.engines.packages import installed, packages_dir
from workbench.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Server(ThreadingHTTPServer):
    """Serves files from memory; `cuts` downloads break off half-way, `stall` seconds pass first."""

    daemon_threads = False  # closing waits for them, so that no socket is left open

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.cuts = 0
        self.stall = 0.0
        self.ranges: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    """Answers GET with ranges."""

    server: Server

    def do_GET(self) -> None:
        time.sleep(self.server.stall)
        content = self.server.files.get(self.path)
        if content is None:
            self.send_error(404)
            return
        start = 0
        if wanted := self.headers.get("Range"):
            self.server.ranges.append(wanted)
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            if start >= len(content):
                self.send_error(416)
                return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        if self.path.endswith(".argosmodel") and self.server.cuts:
            self.server.cuts -= 1
            self.wfile.write(content[start : start + len(content) // 3])
            return
        self.wfile.write(content[start:])

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Keep the tests' output clean."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    running = Server()
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setenv("ARGOS_PACKAGE_INDEX", running.url)
    yield running
    running.shutdown()
    running.server_close()
    thread.join()
    index._ask.cache_clear()


def offer(
    server: Server, package: Path, *, target: str = "es", source: str = "en", sha256: str = ""
) -> None:
    rows = json.loads(server.files.get("/index.json", b"[]"))
    row = {
        "package_version": "1.0", "from_code": source, "to_code": target, "type": "translate",
        "links": [f"{server.url}/{package.name}"],
    }  # fmt: skip
    server.files["/index.json"] = json.dumps([*rows, {**row, "sha256": sha256}]).encode()
    server.files[f"/{package.name}"] = package.read_bytes()


def test_first_that_works_downloads_and_says_so(server: Server, tmp_path: Path) -> None:
    package = toymodel.package(tmp_path, "en", "es")
    offer(server, package, sha256=hashlib.sha256(package.read_bytes()).hexdigest())
    said: list[str] = []
    translator = choose.first_that_works("en", "es", say=said.append)
    assert translator.origin == "argos translate-en_es 1.0"
    assert f"en to es: downloading translate-en_es 1.0 from {server.url}/{package.name}" in said
    assert list((packages_dir().parent / "downloads").iterdir()) == []
    # a second time nothing is downloaded
    server.files.clear()
    assert choose.first_that_works("en", "es", say=said.append).origin == translator.origin


def test_a_pivot_is_two_downloads(server: Server, tmp_path: Path) -> None:
    offer(server, toymodel.package(tmp_path, "en", "es"))
    offer(server, toymodel.package(tmp_path, "es", "fr"), source="es", target="fr")
    choose.first_that_works("en", "fr", say=lambda _: None)
    assert len(installed()) == 2


def test_a_broken_download_goes_on_where_it_stopped(server: Server, tmp_path: Path) -> None:
    offer(server, toymodel.package(tmp_path, "en", "es"))
    server.cuts = 2
    (entry,) = index.find("en", "es")
    came: list[int] = []
    index.download(entry, came.append)
    assert len(server.ranges) == 2
    assert sum(came) == len(server.files[f"/{entry.url.rsplit('/')[-1]}"])
    assert len(installed()) == 1


def test_a_download_that_never_ends_well_is_given_up(server: Server, tmp_path: Path) -> None:
    offer(server, toymodel.package(tmp_path, "en", "es"))
    (entry,) = index.find("en", "es")
    server.files.pop(f"/{entry.url.rsplit('/')[-1]}")
    with pytest.raises(EngineError, match="cannot download"):
        index.download(entry, lambda _: None)


def test_a_changed_file_is_refused(server: Server, tmp_path: Path) -> None:
    offer(server, toymodel.package(tmp_path, "en", "es"), sha256="0" * 64)
    (entry,) = index.find("en", "es")
    with pytest.raises(EngineError, match="checksum"):
        index.download(entry, lambda _: None)
    assert installed() == []


def test_a_slow_index_is_given_up_and_asked_once(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "INDEX_PATIENCE", 0.3)
    server.stall = 1.0
    started = time.perf_counter()
    for _ in range(3):
        with pytest.raises(EngineError, match="does not answer"):
            index.fetch()
    assert time.perf_counter() - started < 1.0


@pytest.mark.parametrize(
    "answer", [b"<html>", b"{}", b'[1, {"from_code": "en"}, null]', b"\xff\xfe"]
)
def test_a_foreign_index_offers_nothing(server: Server, answer: bytes) -> None:
    server.files["/index.json"] = answer
    with pytest.raises(EngineError, match="Argos's index"):
        index.find("en", "es")


def test_offline_never_asks(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(server, toymodel.package(tmp_path, "en", "es"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineError, match="--offline"):
        choose.first_that_works("en", "es", say=lambda _: None, offline=True)


def test_only_web_addresses_are_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARGOS_PACKAGE_INDEX", "file:///etc/passwd.json")
    with pytest.raises(EngineError, match="not a web address"):
        index.fetch()

"""A real HTTP server with a package index and packages, that breaks off, stalls, lies and changes."""

from __future__ import annotations

import hashlib
import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


class IndexServer(ThreadingHTTPServer):
    """Serves files from memory; `cuts` downloads break off after a third of what is left.

    `stall` seconds pass before an answer; `label` says how files are marked: by ETag, or not at all.
    """

    daemon_threads = False  # closing waits for them, so that no socket is left open

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.cuts = 0
        self.stall = 0.0
        self.label = True
        self.says_size = True
        self.wrong_range = False
        self.redirects: dict[str, str] = {}
        self.asked: list[str] = []
        self.ranges: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def offer(self, package: Path, *, source: str = "en", target: str = "es", **more: Any) -> str:
        """Put a package into the index; returns its path on the server."""
        rows = json.loads(self.files.get("/index.json", b"[]"))
        row = {
            "package_version": "1.0", "from_code": source, "to_code": target, "type": "translate",
            "links": [f"{self.url}/{package.name}"], **more,
        }  # fmt: skip
        self.files["/index.json"] = json.dumps([*rows, row]).encode()
        self.files[f"/{package.name}"] = package.read_bytes()
        return f"/{package.name}"


class Handler(BaseHTTPRequestHandler):
    """Answers GET with ranges."""

    server: IndexServer

    def do_GET(self) -> None:
        server = self.server
        server.asked.append(self.path)
        time.sleep(server.stall)
        if goal := server.redirects.get(self.path):
            self.send_response(302)
            self.send_header("Location", goal)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        content = server.files.get(self.path)
        if content is None:
            self.send_error(404)
            return
        label = f'"{hashlib.sha256(content).hexdigest()}"'
        start = self._start(content, label)
        if start is None:
            return
        self.send_response(206 if start else 200)
        if start:
            begin = start + 1 if server.wrong_range else start
            self.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
        if server.label:
            self.send_header("ETag", label)
        if server.says_size:
            self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        if self.path.endswith(".argosmodel") and server.cuts:
            server.cuts -= 1
            content = content[: start + (len(content) - start) // 3]
        try:
            self.wfile.write(content[start:])
        except ConnectionError:  # the other side has seen enough
            return

    def _start(self, content: bytes, label: str) -> int | None:
        """The byte to begin with; None if there is nothing to send."""
        wanted = self.headers.get("Range")
        if not wanted:
            return 0
        self.server.ranges.append(wanted)
        if self.headers.get("If-Range", label) != label:
            return 0
        start = int(wanted.removeprefix("bytes=").rstrip("-"))
        if start < len(content):
            return start
        self.send_response(416)
        self.send_header("Content-Range", f"bytes */{len(content)}")
        self.send_header("Content-Length", "0")
        self.end_headers()
        return None

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Keep the tests' output clean."""

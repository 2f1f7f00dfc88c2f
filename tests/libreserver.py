"""A real HTTP server that speaks LibreTranslate's API, and fails in every way that it is told to."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

# Answers a request in the server's place: status, headers, body; None lets the server answer.
Trouble = tuple[int, dict[str, str], bytes] | None


class LibreServer(ThreadingHTTPServer):
    """Translates by putting the target language behind each word, like the engine `fake`."""

    daemon_threads = False  # closing waits for them, so that no socket is left open

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.languages: Any = [
            {
                "code": code,
                "name": code,
                "targets": [c for c in ("en", "es", "zt", "pb") if c != code],
            }
            for code in ("en", "es", "zt", "pb")
        ]
        self.key = ""
        self.character_limit = 0
        self.batch_limit = 0
        self.stall = 0.0
        self.dribbles = 0.0  # seconds between the letters of an answer's head
        self.knows_alternatives = True
        # one after another, before the server itself answers
        self.troubles: list[Trouble] = []
        # asked for every request, with its texts
        self.trouble: Callable[[list[str]], Trouble] = lambda _texts: None
        self.asked: list[dict[str, Any]] = []
        self.paths: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def answer(self, question: dict[str, Any]) -> Trouble:
        """What LibreTranslate answers."""
        texts = question["q"]
        if self.key and question.get("api_key") != self.key:
            return failed(400, "Please contact the server operator to get an API key")
        if self.batch_limit and len(texts) > self.batch_limit:
            return failed(
                400,
                f"Invalid request: request ({len(texts)}) exceeds text limit ({self.batch_limit})",
            )
        size = sum(map(len, texts))
        if self.character_limit and size > self.character_limit:
            return too_much(size, self.character_limit)
        made: dict[str, Any] = {
            "translatedText": [translated(t, question["target"]) for t in texts]
        }
        if self.knows_alternatives and (more := question.get("alternatives")):
            made["alternatives"] = [[f"{t}?{n}" for n in range(more)] for t in texts]
        return 200, {}, json.dumps(made).encode()


class Handler(BaseHTTPRequestHandler):
    """GET /languages and POST /translate."""

    server: LibreServer

    def do_GET(self) -> None:
        self.server.paths.append(self.path)
        if self.path != "/languages":
            self.send(failed(404, "Not found"))
        elif isinstance(self.server.languages, bytes):
            self.send((200, {}, self.server.languages))
        else:
            self.send((200, {}, json.dumps(self.server.languages).encode()))

    def do_POST(self) -> None:
        self.server.paths.append(self.path)
        question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(question)
        time.sleep(self.server.stall)
        trouble = self.server.troubles.pop(0) if self.server.troubles else None
        self.send(trouble or self.server.trouble(question["q"]) or self.server.answer(question))

    def send(self, answer: Trouble) -> None:
        assert answer
        status, headers, body = answer
        if status == 0:  # hang up
            return
        if self.server.dribbles:
            self.dribble()
            return
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(body)
        except ConnectionError:  # the other side was tired of waiting
            return

    def dribble(self) -> None:
        """A head that never ends."""
        head = b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 1000
        with suppress(ConnectionError):
            for letter in head:
                self.wfile.write(bytes([letter]))
                time.sleep(self.server.dribbles)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Keep the tests' output clean."""


def translated(text: str, target: str) -> str:
    """The server's translation of a text."""
    return " ".join(f"{word[:-1]}·{target}{word[-1]}" if word[-1] in ".!?,:" else f"{word}·{target}"
                    for word in text.split(" ") if word)  # fmt: skip


def failed(status: int, message: str, **headers: str) -> Trouble:
    """An error as LibreTranslate sends it."""
    return status, headers, json.dumps({"error": message}).encode()


def too_much(size: int, limit: int) -> Trouble:
    """The answer to a request beyond one of the server's limits."""
    return failed(400, f"Invalid request: request ({size}) exceeds text limit ({limit})")

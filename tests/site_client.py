"""A plain HTTP client for tests of the review pages: forms and JSON as our pages send them."""

from __future__ import annotations

import http.client
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

if TYPE_CHECKING:
    from pathlib import Path

Answer = dict[str, Any]


class Visitor:
    """One browser without a screen: a cookie jar and a served database."""

    def __init__(self, url: str, db_path: Path) -> None:
        self.url = url
        self.db_path = db_path
        self.cookies: dict[str, str] = {}

    def ask(
        self, method: str, path: str, body: str | bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, str, http.client.HTTPMessage]:
        """Send a request; the status, the text and the headers of its answer."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {**({"Cookie": cookie} if cookie else {}), **(headers or {})}
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=30)
        connection.request(method, path, body, sent)
        response = connection.getresponse()
        text = response.read().decode("utf-8", "replace")
        for header in response.headers.get_all("set-cookie", []):
            name, _, value = header.split(";")[0].partition("=")
            self.cookies[name] = value
        connection.close()
        return response.status, text, response.headers

    def get(self, path: str) -> str:
        """The text of a page that must be there."""
        status, text, _ = self.ask("GET", path)
        assert status == 200, text
        return text


class Client(Visitor):
    """A visitor that keeps the token against forged forms."""

    _token: str | None = None

    def get_json(self, path: str) -> Answer:
        """The JSON of an address that must be there."""
        answer: Answer = json.loads(self.get(path))
        return answer

    def token(self) -> str:
        """The token against forged forms, as a page of ours carries it."""
        if self._token is None:
            page = self.get("/-/workbench/people")
            found = re.search(r'name="workbench-csrf" content="([^"]*)"', page)
            self._token = found[1] if found else ""
        return self._token

    def form(self, path: str, **fields: str) -> tuple[int, str, http.client.HTTPMessage]:
        """Send a plain form."""
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.url}
        data = fields if "csrftoken" in fields else {"csrftoken": self.token(), **fields}
        return self.ask("POST", path, urlencode(data), headers)

    def post(self, path: str, body: object = None, /, **fields: object) -> tuple[int, Answer]:
        """Send JSON as our script does."""
        headers = {"Content-Type": "application/json", "x-csrftoken": self.token()}
        sent = body if isinstance(body, bytes) else json.dumps(fields if body is None else body)
        status, text, _ = self.ask("POST", path, sent, headers)
        return status, json.loads(text) if text.startswith("{") else {"text": text}

    def name(self, name: str) -> None:
        """Say who works."""
        status, text, _ = self.form("/-/workbench/name", name=name)
        assert status == 302, text

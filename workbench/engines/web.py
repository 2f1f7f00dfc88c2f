"""HTTP as engines use it: web addresses only, with limits of time and size; sends what it is given."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import suppress
from typing import Any

from workbench.errors import EngineError

# What opening and reading a web address can raise.
FAILURES = (OSError, ValueError, http.client.HTTPException)


def checked(url: str, setting: str) -> str:
    """A web address without a slash at its end.

    Raises EngineError that names the setting if it is none, or carries a password or a query.
    """
    try:
        parts = urllib.parse.urlsplit(url)
        sound = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        sound = False
    if not sound or not url.isascii() or not url.isprintable() or any(c in url for c in " |"):
        raise EngineError(f"not a web address: {url}; set {setting} to one, like https://host.org")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise EngineError(f"{setting} must be a plain address, without password, ? and #")
    return url.rstrip("/")


def is_here(url: str) -> bool:
    """Whether an address is one of this machine, so that nothing leaves it."""
    name = urllib.parse.urlsplit(url).hostname or ""
    try:
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def request(url: str, setting: str, data: bytes | None = None) -> urllib.request.Request:
    """A request to a web address; with data a POST of JSON.  Raises EngineError as `checked` does."""
    if not url.startswith(("https://", "http://")):  # never file: or another scheme
        raise EngineError(f"not a web address: {url}; set {setting} to one")
    headers = {"User-Agent": "translation-workbench", "Accept": "application/json, */*"}
    if data is not None:
        headers["Content-Type"] = "application/json"
    return urllib.request.Request(url, data, headers)  # noqa: S310 - checked above


def opened(wanted: urllib.request.Request, seconds: float, *, follow: bool = True) -> Any:  # noqa: ANN401 - as urllib types it
    """The response, after redirects if they may be followed.  Raises one of FAILURES."""
    return _opener(follow=follow, proxy=not is_here(wanted.full_url)).open(wanted, timeout=seconds)


def read(response: Any, seconds: float, most: int) -> bytes:  # noqa: ANN401 - as urllib types it
    """The whole body.  Raises TimeoutError or ValueError if it takes or holds more than that."""
    end = time.monotonic() + seconds
    chunks: list[bytes] = []
    size = 0
    while chunk := response.read1(1 << 16):
        chunks.append(chunk)
        size += len(chunk)
        if size > most:
            raise ValueError(f"the answer has more than {most >> 20} MB")
        if time.monotonic() > end:
            raise TimeoutError("timed out")
    return b"".join(chunks)


def reason(error: BaseException) -> str:
    """Why it failed, for people; releases the connection."""
    if isinstance(error, urllib.error.HTTPError):
        error.close()
        return f"HTTP {error.code} {printable(error.reason)}".strip()
    cause = getattr(error, "reason", error)
    return printable(getattr(cause, "strerror", None) or str(cause) or type(cause).__name__)


def printable(said: object) -> str:
    """What a foreign program says, in one line that no terminal takes for commands."""
    words = "".join(c if c.isprintable() else " " for c in str(said)).split()
    return " ".join(words)[:300]


class _Prompt(http.client.HTTPConnection):
    """A connection that is cut where the head of an answer takes longer than its timeout as a whole."""

    def getresponse(self) -> http.client.HTTPResponse:
        """The answer.  Raises TimeoutError if its head does not come in time."""
        late = threading.Event()

        def cut() -> None:
            late.set()
            with suppress(OSError, AttributeError):  # it has ended meanwhile
                self.sock.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(self.timeout or 0.0, cut)
        timer.daemon = True
        timer.start()
        try:
            response = super().getresponse()
        except FAILURES as error:
            if late.is_set():
                raise TimeoutError("timed out") from error
            raise
        finally:
            timer.cancel()
        if late.is_set():
            raise TimeoutError("timed out")
        return response


class _PromptAndEncrypted(_Prompt, http.client.HTTPSConnection):
    """The same over TLS."""


class _Plain(urllib.request.HTTPHandler):
    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        """Open a plain address."""
        return self.do_open(_Prompt, req)


class _Encrypted(urllib.request.HTTPSHandler):
    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        """Open an encrypted address."""
        return self.do_open(_PromptAndEncrypted, req)


def _opener(*, follow: bool, proxy: bool) -> urllib.request.OpenerDirector:
    """Without files and FTP, to which a redirect could lead; what stays here goes through no proxy."""
    handlers: list[urllib.request.BaseHandler] = [
        urllib.request.ProxyHandler(None if proxy else {}),
        _Plain(),
        _Encrypted(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.UnknownHandler(),
    ]
    if follow:
        handlers.append(urllib.request.HTTPRedirectHandler())
    opener = urllib.request.OpenerDirector()
    for handler in handlers:
        opener.add_handler(handler)
    return opener

"""Refuses requests for another host, and writes from another site, for all of Datasette.

Datasette serves any Host, so a foreign page could read it by DNS rebinding; and 0.65 checks no form
that comes without cookies.  Sources: the Fetch Metadata specification, OWASP's CSRF advice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    App = Callable[[Any, Any, Any], Awaitable[None]]

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def guarded(hosts: frozenset[str]) -> Callable[[App], App]:
    """Wrap an application so that only loopback names and `hosts` reach it."""
    allowed = LOOPBACK | {host.lower() for host in hosts}

    def wrap(app: App) -> App:
        async def guard(scope: Any, receive: Any, send: Any) -> None:
            reason = _reason(scope, allowed) if scope["type"] == "http" else None
            if reason is None:
                await app(scope, receive, send)
                return
            headers = [(b"content-type", b"text/plain; charset=utf-8")]
            await send({"type": "http.response.start", "status": 403, "headers": headers})
            await send({"type": "http.response.body", "body": f"Refused: {reason}.\n".encode()})

        return guard

    return wrap


def _reason(scope: Any, allowed: frozenset[str]) -> str | None:
    headers = {
        name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
    }
    if not all(_readable(value) for name, value in scope["headers"] if name.lower() == b"cookie"):
        return "the cookies are not readable"
    host = headers.get("host", "")
    if _hostname(host) not in allowed:
        return "this host is not served here; add it to allowed_hosts"
    if scope["method"] in SAFE_METHODS:
        return None
    site = headers.get("sec-fetch-site")
    if site is not None and site not in {"same-origin", "none"}:
        return "the request comes from another site"
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
        return "the request comes from another origin"
    return None


def _readable(value: bytes) -> bool:
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _hostname(netloc: str) -> str:
    try:
        return (urlsplit(f"//{netloc}").hostname or "").rstrip(".")
    except ValueError:
        return ""

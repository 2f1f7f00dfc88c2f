"""Speaks with a LibreTranslate server: waits, asks again, gives up; sends texts to that server only."""

from __future__ import annotations

import json
import os
import time
import urllib.error
import urllib.parse
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from workbench.engines import web
from workbench.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from email.message import Message

URL = "WORKBENCH_LIBRETRANSLATE_URL"
KEY = "WORKBENCH_LIBRETRANSLATE_KEY"
SECONDS = "WORKBENCH_LIBRETRANSLATE_TIMEOUT"

# Seconds for the list of languages, and for one batch of texts unless it is set otherwise.
LIST_PATIENCE = 5.0
PATIENCE = 60.0
MAX_BYTES = 64 << 20
# A server that is busy or away is asked again after 1, 2, 4 and 8 seconds; one that fails, once.
TRIES = 5
TRIES_AFTER_FAILURE = 2
FIRST_PAUSE = 1.0
# The longest wait that a server may ask for.
LONGEST_PAUSE = 60.0

BUSY = frozenset({429, 502, 503, 504})


class RefusedError(Exception):
    """The server has no translation for these texts; perhaps for fewer, or for others.

    `too_much` says that they were too many or too long; otherwise the server may be at fault.
    """

    def __init__(self, message: str, *, too_much: bool = False) -> None:
        super().__init__(message)
        self.too_much = too_much


@dataclass(frozen=True, slots=True)
class Server:
    """A server's address, and how to speak to it."""

    url: str
    key: str = ""
    patience: float = PATIENCE

    @property
    def host(self) -> str:
        """Its name, with the port if there is one."""
        return urllib.parse.urlsplit(self.url).netloc

    @property
    def is_here(self) -> bool:
        """Whether it runs on this machine, so that no text leaves it."""
        return web.is_here(self.url)

    def languages(self) -> dict[str, set[str]]:
        """The server's codes of source languages, each with those of its targets.

        Raises EngineError if it does not say within five seconds.
        """
        listed = _languages(self.url)
        if isinstance(listed, str):
            raise EngineError(f"libretranslate: {self.url} {listed}")
        return listed

    def translate(
        self, texts: Sequence[str], source: str, target: str, more: int
    ) -> list[list[str]]:
        """For each text its translation and up to `more` others.

        Raises RefusedError if these texts are the trouble, EngineError if the server is.
        """
        question: dict[str, Any] = {
            "q": list(texts), "source": source, "target": target, "format": "text",
        }  # fmt: skip
        if more:
            question["alternatives"] = more
        if self.key:
            question["api_key"] = self.key
        return _answers(self._post(json.dumps(question).encode()), len(texts))

    def _post(self, body: bytes) -> bytes:
        tries = 0
        while True:
            tries += 1
            try:
                return self._once(body)
            except urllib.error.HTTPError as error:
                pause = self._pause(error, tries)
            except TimeoutError as error:
                raise RefusedError(f"no answer within {self.patience:g} seconds") from error
            except web.FAILURES as error:
                if isinstance(getattr(error, "reason", None), TimeoutError):
                    raise RefusedError(f"no answer within {self.patience:g} seconds") from error
                if tries >= TRIES:
                    raise EngineError(
                        f"libretranslate: {self.url} is gone ({web.reason(error)});"
                        " what is stored stays: run again when it answers"
                    ) from error
                pause = FIRST_PAUSE * 2 ** (tries - 1)
            time.sleep(pause)

    def _once(self, body: bytes) -> bytes:
        wanted = web.request(f"{self.url}/translate", URL, body)
        # a redirect could carry texts and the key to somebody else
        with web.opened(wanted, self.patience, follow=False) as response:
            return web.read(response, self.patience, MAX_BYTES)

    def _pause(self, error: urllib.error.HTTPError, tries: int) -> float:
        """Seconds until the next try.  Raises what ends the tries."""
        with error:
            said = _message(error)
        if error.code in {301, 302, 303, 307, 308}:
            raise EngineError(
                f"libretranslate: {self.url} sends texts on to {web.printable(error.headers['Location'])};"
                f" set {URL} to the address that answers"
            )
        if error.code in {401, 403, 404, 405} or "api key" in said.lower():
            raise EngineError(f"libretranslate: {self.url} refuses ({said}); check {URL} and {KEY}")
        if error.code in BUSY:
            pause = _asked_pause(error.headers) or FIRST_PAUSE * 2 ** (tries - 1)
            if tries >= TRIES or pause > LONGEST_PAUSE:
                raise EngineError(
                    f"libretranslate: {self.url} is busy ({said}) and asks to wait {pause:.0f} s;"
                    " what is stored stays: run again later"
                )
            return pause
        if error.code < 500 or tries >= TRIES_AFTER_FAILURE:
            raise RefusedError(said, too_much=error.code == 413 or "limit" in said)
        return FIRST_PAUSE


@cache
def _languages(url: str) -> dict[str, set[str]] | str:
    """The languages of a server, or why it does not give them: asked once."""
    try:
        with web.opened(
            web.request(f"{url}/languages", URL), LIST_PATIENCE, follow=False
        ) as answer:
            listed = json.loads(web.read(answer, LIST_PATIENCE, MAX_BYTES))
    except (*web.FAILURES, RecursionError) as error:
        return f"does not answer ({web.reason(error)}); check {URL}, or try again later"
    found: dict[str, set[str]] = {}
    for row in listed if isinstance(listed, list) else []:
        if isinstance(row, dict) and isinstance(row.get("code"), str):
            targets = row.get("targets")
            found[row["code"]] = {t for t in targets if isinstance(t, str)} if isinstance(
                targets, list
            ) else set()  # fmt: skip
    if not any(found.values()):  # servers of the first years list no targets: all reach all
        found = {code: set(found) - {code} for code in found}
    return found or f"is no LibreTranslate server: it lists no languages; check {URL}"


def configured() -> Server | None:
    """The server that the environment names; None if it names none.

    Raises EngineError if its address or timeout is none.
    """
    url = os.environ.get(URL, "").strip()
    if not url:
        return None
    said = os.environ.get(SECONDS, "").strip()
    try:
        patience = float(said or PATIENCE)
    except ValueError:
        patience = 0.0
    if not 0 < patience <= 86_400:
        raise EngineError(f"{SECONDS} is {said!r}; set it to a number of seconds, like 60")
    return Server(web.checked(url, URL), os.environ.get(KEY, "").strip(), patience)


def _answers(body: bytes, count: int) -> list[list[str]]:
    """One list of translations for each text.  Raises RefusedError if the answer is not that."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RefusedError("the answer is no JSON") from error
    if not isinstance(answer, dict):
        raise RefusedError("the answer is not one of LibreTranslate")
    texts = answer.get("translatedText")
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise RefusedError("the answer holds no list of translations")
    if len(texts) != count:
        raise RefusedError(f"the answer holds {len(texts)} translations for {count} texts")
    others = answer.get("alternatives")
    if not isinstance(others, list) or len(others) != count:
        others = [[]] * count
    return [
        [text, *(o for o in more if isinstance(o, str))] if isinstance(more, list) else [text]
        for text, more in zip(texts, others, strict=True)
    ]


def _message(error: urllib.error.HTTPError) -> str:
    """What the server says about an error, in one short line."""
    try:
        said = json.loads(error.read(1 << 16))["error"]
    except (*web.FAILURES, KeyError, TypeError, RecursionError):
        said = error.reason
    return f"HTTP {error.code}: {web.printable(said)}"


def _asked_pause(headers: Message) -> float | None:
    """Seconds that the server asks to wait: a number, or a time of day (RFC 9110, 10.2.3)."""
    asked = headers.get("Retry-After", "").strip()
    if asked.isdecimal():
        return float(asked[:9])
    try:
        return max(0.0, parsedate_to_datetime(asked).timestamp() - time.time())
    except ValueError:
        return None

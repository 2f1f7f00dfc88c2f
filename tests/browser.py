"""A real server and a real browser for tests of the review pages."""

from __future__ import annotations

import json
import os
import random
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from workbench import serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Locator, Page

NEXT = Path(__file__).parents[1] / ".venv-next" / "bin" / "python"
LINES = {"datasette-0.65": Path(sys.executable), "datasette-1.0": NEXT}
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip

# For finding races: milliseconds between a test's steps, and how many times slower pages run.
SLOW_MO = float(os.environ.get("WORKBENCH_TEST_SLOW_MO", "0"))
THROTTLE = float(os.environ.get("WORKBENCH_TEST_THROTTLE", "1"))


@contextmanager
def served(
    db_path: Path,
    python: Path = Path(sys.executable),
    *,
    port: int = 0,
    crash: bool = False,
    settings: dict[str, Any] | None = None,
) -> Iterator[str]:
    """A running server on a database; gives its address without the path.

    With `crash` it is killed at the end, not stopped.  `settings` are added to the metadata.
    """
    if not python.exists():
        pytest.skip("the other Datasette is not installed; type: make .venv-next/ready")
    port = port or free_port()
    metadata = db_path.with_name("metadata.json")
    described = {**json.loads(serve.adapted_metadata(db_path)), **(settings or {})}
    metadata.write_text(json.dumps(described), "utf-8")
    command = [str(python), *serve.command(db_path, metadata, "127.0.0.1", port)[1:]]
    log = db_path.with_name("server.log").open("wb")
    process = subprocess.Popen(
        command, env={**os.environ, "DATASETTE_SECRET": "for tests"}, stdout=log, stderr=log
    )
    address = f"http://127.0.0.1:{port}"
    try:
        answers(address, process, db_path.with_name("server.log"))
        yield address
    finally:
        if crash:
            process.kill()
        else:
            process.terminate()
        process.wait(timeout=60)
        log.close()


def free_port() -> int:
    """A port that nobody listens on, below those that the system gives to connections that go out.

    Tests that run beside each other, and their browsers, would else take it before the server does.
    """
    for _ in range(1000):
        port = random.SystemRandom().randrange(20_000, 32_000)
        with socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                tried.bind(("127.0.0.1", port))
                return port
    pytest.fail("no port is free")


def answers(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until a server answers; a slow machine is no failure."""
    ends = time.monotonic() + 120
    while time.monotonic() < ends:
        try:
            urllib.request.urlopen(f"{address}/-/workbench", timeout=30).close()
        except urllib.error.HTTPError:
            return  # it refuses, so it is there
        except OSError:
            assert process.poll() is None, log.read_text()
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"nothing answers at {address}: {log.read_text()}")


def chromium_path() -> str:
    """Where Chromium is; skips the test with a reason where it is not installed."""
    path = (
        shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    if path is None:
        pytest.skip("Chromium is not installed; type: sudo apt-get install chromium")
    return path


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    path = chromium_path()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS, slow_mo=SLOW_MO)
        yield browser
        browser.close()


class Desk:
    """A person's browser at our pages; `errors` are what scripts complained about."""

    def __init__(self, browser: Browser, url: str, *, width: int = 1280, **options: Any) -> None:
        self.context = browser.new_context(viewport={"width": width, "height": 800}, **options)
        # a slow machine is no failure
        self.context.set_default_timeout(60_000)
        self.url = f"{url}/-/workbench"
        self.errors: list[str] = []

    def open(self, path: str = "", name: str = "", *, scripts: bool = True) -> Page:
        """A page of ours, ready for work; with `name`, somebody's."""
        page = self.context.new_page()
        if THROTTLE > 1:
            slowed = self.context.new_cdp_session(page)
            slowed.send("Emulation.setCPUThrottlingRate", {"rate": THROTTLE})
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.goto(f"{self.url}{path}")
        if name and page.locator("body").get_attribute("data-person") != name:
            sign_in(page, name)
        if scripts:
            ready(page)
        return page


@contextmanager
def desk(browser: Browser, url: str, **options: Any) -> Iterator[Desk]:
    """A person's browser for the length of a `with` block."""
    opened = Desk(browser, url, **options)
    try:
        yield opened
    finally:
        opened.context.close()
    assert opened.errors == []


def sign_in(page: Page, name: str) -> None:
    """Type who works and wait until the page knows it."""
    page.fill("#name", name)
    page.press("#name", "Enter")
    page.wait_for_function("name => document.body?.dataset.person === name", arg=name)
    ready(page)


def ready(page: Page) -> None:
    """Wait until the scripts of a page with units have taken over."""
    page.wait_for_function(
        "() => document.readyState === 'complete'"
        " && (!document.querySelector('.units') || document.body.dataset.ready)"
    )


@contextmanager
def leaving(page: Page) -> Iterator[None]:
    """Wait until what is done inside has brought another document, whole, with its scripts.

    Playwright's `expect_navigation` is content with a changed fragment of the same document.
    """
    page.evaluate("() => { window.stillHere = true; }")
    yield
    page.wait_for_function("() => !window.stillHere && document.readyState === 'complete'")
    ready(page)


def said(page: Page, text: str) -> None:
    """Wait until the page's line for messages says something."""
    page.wait_for_function(
        "text => document.getElementById('status')?.textContent.includes(text)", arg=text
    )


def counts(locator: Locator, number: int) -> None:
    """Wait until so many elements are there; also where the page runs no scripts."""
    from playwright.sync_api import expect

    expect(locator).to_have_count(number, timeout=60_000)


def fits(page: Page, width: int) -> bool:
    """Whether a page is no wider than a window of this width."""
    page.set_viewport_size({"width": width, "height": 800})
    page.wait_for_function("width => innerWidth === width", arg=width)
    return bool(page.evaluate("document.documentElement.scrollWidth") <= width)


def holds(page: Page, position: int, text: str) -> None:
    """Wait until a unit's field has a text."""
    page.wait_for_function(
        "([id, text]) => document.querySelector(`#${id} textarea`)?.value === text",
        arg=[f"p{position}", text],
    )


def in_hand(page: Page, unit: str) -> None:
    """Wait until the focus is in a unit."""
    page.wait_for_function("id => document.activeElement?.closest('.unit')?.id === id", arg=unit)

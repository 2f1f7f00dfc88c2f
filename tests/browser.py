"""A real server and a real browser for tests of the review pages."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from workbench import serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

NEXT = Path(__file__).parents[1] / ".venv-next" / "bin" / "python"
LINES = {"datasette-0.65": Path(sys.executable), "datasette-1.0": NEXT}
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


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
    port = port or serve.free_port("127.0.0.1", 0)
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
        if crash:
            process.kill()
        else:
            process.terminate()
        process.wait(timeout=20)
        log.close()


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
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
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


def in_hand(page: Page, unit: str) -> None:
    """Wait until the focus is in a unit."""
    page.wait_for_function("id => document.activeElement?.closest('.unit')?.id === id", arg=unit)

"""The browser and the server are killed in the middle of a word; nothing that was typed is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser import (
    FLAGS,
    LINES,
    chromium,
    chromium_path,
    desk,
    free_port,
    holds,
    ready,
    said,
    served,
)
from samples import add_text, draft_all

from workbench import store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page


@contextmanager
def killed_browser(profile: Path, address: str, *, kill: bool) -> Iterator[Page]:
    """A browser with a profile on disk, which is killed at the end, all its processes at once."""
    from playwright.sync_api import sync_playwright

    port = free_port()
    arguments = [*FLAGS, f"--remote-debugging-port={port}", f"--user-data-dir={profile}"]
    process = subprocess.Popen(
        [chromium_path(), *arguments, "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        with sync_playwright() as playwright:
            wait_for(f"http://127.0.0.1:{port}/json/version")
            browser = playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
            context = browser.contexts[0]
            context.set_default_timeout(60_000)
            page = context.pages[0]
            page.goto(address)
            ready(page)
            yield page
            if not kill:
                browser.new_browser_cdp_session().send("Browser.close")
                process.wait(timeout=30)
            else:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(timeout=30)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=30)


def wait_for(address: str) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except (OSError, urllib.error.HTTPError):
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"nothing answers at {address}")


@pytest.mark.parametrize("line", LINES)
def test_killed_in_the_middle_of_a_word(line: str, db_path: Path, tmp_path: Path) -> None:
    with store.opened(db_path) as db:
        draft_all(db, add_text(db, [f"Sentence {i}." for i in range(20)]).document_id)
    port = free_port()
    profile = tmp_path / "profile"
    address = f"http://127.0.0.1:{port}/-/workbench/1/es"
    with served(db_path, LINES[line], port=port, crash=True):
        with killed_browser(profile, address, kill=False) as page:
            page.fill("#name", "Ana")
            page.press("#name", "Enter")
            page.wait_for_function("() => document.body?.dataset.person === 'Ana'")
        with killed_browser(profile, address, kill=True) as page:
            page.locator("#p3 textarea").fill("Half a thou")
            page.wait_for_function(COPIED, arg="unsent:4")
    # the server is gone as well; a save made before that is noticed waits
    with (
        served(db_path, LINES[line], port=port, crash=True),
        killed_browser(profile, address, kill=True) as page,
    ):
        holds(page, 3, "Half a thou")
        page.route("**/save", lambda route: route.abort())
        page.locator("#p5 textarea").fill("Saved into the void")
        page.locator("#p5 textarea").press("Control+s")
        said(page, "no connection")
        page.wait_for_function(COPIED, arg="queue")
    with (
        served(db_path, LINES[line], port=port),
        killed_browser(profile, address, kill=False) as page,
    ):
        page.wait_for_function("() => !document.querySelector('.waiting')")
        said(page, "Saved")
        holds(page, 3, "Half a thou")
        assert "not saved yet" in page.locator("#p3 .notice").inner_text()
        page.get_by_role("button", name="Save it").click()
        page.wait_for_selector("#p3 .notice", state="hidden")
    with store.opened(db_path) as db:
        assert store.unit(db, 6).target == "Saved into the void"
        assert store.unit(db, 4).target == "Half a thou"


def test_another_database_at_the_same_address_is_offered_nothing(tmp_path: Path) -> None:
    port = free_port()
    with chromium() as browser, desk(browser, f"http://127.0.0.1:{port}") as ana:
        for folder, text in (("one", "Half a thou"), ("two", "SENTENCE."), ("one", "Half a thou")):
            db_path = tmp_path / folder / "workbench.db"
            if not db_path.exists():
                with store.opened(db_path) as db:
                    draft_all(db, add_text(db, ["Sentence."]).document_id)
            with served(db_path, port=port):
                page = ana.open("/1/es")
                if not ana.context.pages[:-1]:
                    page.locator("#p0 textarea").fill("Half a thou")
                holds(page, 0, text)


# The copy is on disk when its transaction is done; a key more is all that a kill can cost.
COPIED = """name => new Promise((resolve) => {
  const request = indexedDB.open("workbench", 1);
  request.onsuccess = () => {
    const kept = request.result.transaction("kept").objectStore("kept").getAllKeys();
    kept.onsuccess = () => {
      request.result.close();
      resolve(kept.result.some((key) => key.endsWith(name)));
    };
  };
})"""

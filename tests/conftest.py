"""Fixtures that many tests share: an isolated home, a database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import hypothesis
import pytest
from browser import chromium

from workbench import store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from workbench.store import Database


# A slow machine is no failure, and a run of the suite can be repeated; to look for new examples:
# pytest --hypothesis-profile=explore
SLOW = [hypothesis.HealthCheck.too_slow]
hypothesis.settings.register_profile("explore", deadline=None, suppress_health_check=SLOW)
hypothesis.settings.register_profile(
    "repeatable", hypothesis.settings.get_profile("explore"), derandomize=True, database=None
)
hypothesis.settings.load_profile("repeatable")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A page that did not come in time in a real browser gets a second try, which the report names."""
    again = pytest.mark.flaky(reruns=1, only_rerun=["TimeoutError"])
    for item in items:
        own = isinstance(item, pytest.Function) and "chromium" in vars(item.module)
        if own or "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(again)


@pytest.fixture(autouse=True)
def isolated_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the models, settings or databases of the person who runs it."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(home / name.lower()))
    monkeypatch.setenv("ARGOS_PACKAGES_DIR", str(home / "argos-packages"))
    # a closed port: the index never answers unless a test serves one
    monkeypatch.setenv("ARGOS_PACKAGE_INDEX", "http://127.0.0.1:9/index.json")
    for name in (
        "DB",
        "DEBUG",
        "MODELS",
        "LIBRETRANSLATE_URL",
        "LIBRETRANSLATE_KEY",
        "LIBRETRANSLATE_TIMEOUT",
    ):
        monkeypatch.delenv(f"WORKBENCH_{name}", raising=False)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real browser for the tests of a file."""
    with chromium() as running:
        yield running


@pytest.fixture
def db_path(tmp_path: Path) -> Path:
    """Where the test's database is."""
    return tmp_path / "workbench.db"


@pytest.fixture
def db(db_path: Path) -> Iterator[Database]:
    """An open, empty database."""
    with store.opened(db_path) as database:
        yield database

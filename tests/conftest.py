"""Fixtures that many tests share: an isolated home, a database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import hypothesis
import pytest

from workbench import store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from workbench.store import Database


# a slow machine is no failure
hypothesis.settings.register_profile("default", deadline=None)
hypothesis.settings.load_profile("default")


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
        "MODELS",
        "LIBRETRANSLATE_URL",
        "LIBRETRANSLATE_KEY",
        "LIBRETRANSLATE_TIMEOUT",
    ):
        monkeypatch.delenv(f"WORKBENCH_{name}", raising=False)


@pytest.fixture
def db_path(tmp_path: Path) -> Path:
    """Where the test's database is."""
    return tmp_path / "workbench.db"


@pytest.fixture
def db(db_path: Path) -> Iterator[Database]:
    """An open, empty database."""
    with store.opened(db_path) as database:
        yield database

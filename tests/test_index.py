"""Argos's index and downloads, from a real server that also breaks, stalls, lies and disappears."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import toymodel
from httpserving import serving
from indexserver import IndexServer

from workbench.engines import choose, download, index
from workbench.engines.packages import installed, packages_dir
from workbench.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[IndexServer]:
    monkeypatch.setattr(download, "FIRST_PAUSE", 0.01)
    with serving(IndexServer()) as running:
        monkeypatch.setenv("ARGOS_PACKAGE_INDEX", running.url)
        yield running
    index._ask.cache_clear()


def get(target: str = "es") -> list[tuple[int, int]]:
    """Get the packages of a pair; returns what was reported."""
    reported: list[tuple[int, int]] = []
    for entry in index.find("en", target):
        index.get(entry, lambda here, total: reported.append((here, total)))
    return reported


def left_over() -> list[str]:
    return [path.name for path in (packages_dir().parent / "downloads").iterdir()]


def test_first_that_works_downloads_and_says_so(server: IndexServer, tmp_path: Path) -> None:
    package = toymodel.package(tmp_path, "en", "es")
    server.offer(package, sha256=hashlib.sha256(package.read_bytes()).hexdigest())
    said: list[str] = []
    translator = choose.first_that_works("en", "es", say=said.append)
    assert translator.origin == "argos translate-en_es 1.0"
    assert f"en to es: downloading translate-en_es 1.0 from {server.url}/{package.name}" in said
    assert left_over() == []
    # a second time nothing is downloaded
    server.files.clear()
    assert choose.first_that_works("en", "es", say=said.append).origin == translator.origin


def test_a_pivot_is_two_downloads(server: IndexServer, tmp_path: Path) -> None:
    server.offer(toymodel.package(tmp_path, "en", "es"))
    server.offer(toymodel.package(tmp_path, "es", "fr"), source="es", target="fr")
    choose.first_that_works("en", "fr", say=lambda _: None)
    assert len(installed()) == 2


@pytest.mark.parametrize("label", [True, False])
def test_a_broken_download_goes_on_where_it_stopped(
    server: IndexServer, tmp_path: Path, label: bool
) -> None:
    path = server.offer(toymodel.package(tmp_path, "en", "es"))
    server.cuts, server.label = 7, label  # more than tries in vain, but each brings something
    reported = get()
    size = len(server.files[path])
    assert len(server.ranges) == 7
    assert reported == sorted(reported)
    assert {total for _, total in reported} == {size}
    assert reported[-1] == (size, size)
    assert (len(installed()), left_over()) == (1, [])


def interrupted(server: IndexServer, monkeypatch: pytest.MonkeyPatch) -> int:
    """Begin a download and give up; returns how much came."""
    monkeypatch.setattr(download, "TRIES", 0)
    server.cuts = 1
    with pytest.raises(EngineError, match="run again to go on where it stopped"):
        get()
    monkeypatch.setattr(download, "TRIES", 5)
    return next((packages_dir().parent / "downloads").glob("*.part")).stat().st_size


def test_a_later_command_goes_on_too(
    server: IndexServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.offer(toymodel.package(tmp_path, "en", "es"))
    came = interrupted(server, monkeypatch)
    assert get()[0][0] == came > 0
    assert server.ranges == [f"bytes={came}-"]


def test_a_file_that_has_changed_is_fetched_anew(
    server: IndexServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = server.offer(toymodel.package(tmp_path / "one", "en", "es"))
    interrupted(server, monkeypatch)
    server.files[path] = toymodel.package(
        tmp_path / "two", "en", "es", prefix="__es__"
    ).read_bytes()
    assert get()[0][0] == 0
    assert installed()[0].target_prefix == "__es__"


def test_a_file_that_has_shrunk_is_fetched_anew(
    server: IndexServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.label = False
    path = server.offer(toymodel.package(tmp_path / "one", "en", "es"))
    whole = server.files[path]
    server.files[path] = whole * 4
    interrupted(server, monkeypatch)
    server.files[path] = whole
    get()
    assert len(installed()) == 1


def test_a_server_that_goes_on_elsewhere_is_not_believed(
    server: IndexServer, tmp_path: Path
) -> None:
    server.offer(toymodel.package(tmp_path, "en", "es"))
    server.cuts, server.wrong_range = 1, True
    get()
    assert len(installed()) == 1


def test_a_whole_download_that_was_not_installed_is_used(
    server: IndexServer, tmp_path: Path
) -> None:
    path = server.offer(toymodel.package(tmp_path, "en", "es"))
    part = packages_dir().parent / "downloads" / "translate-en_es-1.0.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(server.files[path])
    assert get() == []
    assert (len(installed()), left_over()) == (1, [])


def test_a_size_that_is_not_told(server: IndexServer, tmp_path: Path) -> None:
    server.offer(toymodel.package(tmp_path, "en", "es"))
    server.says_size = False
    assert {total for _, total in get()} == {0}
    assert len(installed()) == 1


def test_an_endless_download_ends(
    server: IndexServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.offer(toymodel.package(tmp_path, "en", "es"))
    server.says_size = False
    monkeypatch.setattr(download, "MAX_BYTES", 1000)
    with pytest.raises(EngineError, match="larger than any model"):
        get()


def test_a_full_disk_is_said_before_anything_comes(
    server: IndexServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Usage(NamedTuple):
        free: int

    server.offer(toymodel.package(tmp_path, "en", "es"))
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(1000))
    with pytest.raises(EngineError, match="has 0 MB free"):
        get()
    assert installed() == []


def test_a_download_that_never_ends_well_is_given_up(server: IndexServer, tmp_path: Path) -> None:
    path = server.offer(toymodel.package(tmp_path, "en", "es"))
    server.files[path] = b""
    server.redirects[path] = "/elsewhere"
    with pytest.raises(EngineError, match=r"cannot download.*404"):
        get()
    assert server.asked.count("/elsewhere") == 1  # what is not there is not asked for again
    server.redirects[path] = "ftp://127.0.0.1/x"
    with pytest.raises(EngineError, match="cannot download"):
        get()


def test_redirects_are_followed(server: IndexServer, tmp_path: Path) -> None:
    path = server.offer(toymodel.package(tmp_path, "en", "es"))
    server.files["/mirror"] = server.files.pop(path)
    server.redirects[path] = "/mirror"
    get()
    assert len(installed()) == 1


def test_a_changed_file_is_refused(server: IndexServer, tmp_path: Path) -> None:
    server.offer(toymodel.package(tmp_path, "en", "es"), sha256="0" * 64)
    with pytest.raises(EngineError, match="checksum"):
        get()
    assert (installed(), left_over()) == ([], [])


def test_a_package_for_other_languages_than_the_index_says_is_refused(
    server: IndexServer, tmp_path: Path
) -> None:
    server.offer(toymodel.package(tmp_path, "en", "fr"))
    with pytest.raises(EngineError, match="for en to fr, not en to es"):
        get()
    assert (installed(), left_over()) == ([], [])


def test_what_is_here_and_works_is_not_downloaded_again(
    server: IndexServer, tmp_path: Path
) -> None:
    path = server.offer(toymodel.package(tmp_path, "en", "es"))
    get()
    get()
    assert server.asked.count(path) == 1
    (installed()[0].path / "model" / "model.bin").write_bytes(b"broken")
    get()
    assert server.asked.count(path) == 2
    assert index.sound(index.find("en", "es")[0])


def test_several_processes_download_a_package_once(server: IndexServer, tmp_path: Path) -> None:
    path = server.offer(toymodel.package(tmp_path, "en", "es"))
    server.stall = 0.3
    command = [sys.executable, "-m", "workbench", "models", "install", "es"]
    processes = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    for process in processes:
        _, said = process.communicate()
        assert process.returncode == 0, said
    assert server.asked.count(path) == 1
    assert (len(installed()), left_over()) == (1, [])


@pytest.mark.parametrize(
    "row",
    [
        {"package_version": "../../../evil"}, {"package_version": "9" * 5000}, {"package_version": ["1.0"]},
        {"package_version": {}}, {"from_code": 5}, {"from_code": ["en"]}, {"from_code": "../en"},
        {"from_code": "en" * 1000}, {"to_code": "en"}, {"to_code": None}, {"links": "http://x"},
        {"links": [5]}, {"links": ["file:///etc/passwd"]}, {"links": ["http://a b"]}, {"links": []},
        {"type": "sbd"}, {"type": []},
    ],
    ids=str,
)  # fmt: skip
def test_rows_that_are_wrong_are_passed_over(
    server: IndexServer, tmp_path: Path, row: dict[str, Any]
) -> None:
    good = toymodel.package(tmp_path, "en", "es")
    server.offer(good, **row)
    server.offer(good, target="fr", sha256=["x"], size="big")
    assert [(e.target_lang, e.sha256, e.size) for e in index.fetch()] == [("fr", "", 0)]


def test_a_slow_index_is_given_up_and_asked_once(
    server: IndexServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "PATIENCE", 0.3)
    server.stall = 1.0
    for _ in range(3):
        with pytest.raises(EngineError, match="does not answer"):
            index.fetch()
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "answer", [b"<html>", b"{}", b'[1, {"from_code": "en"}, null]', b"\xff\xfe", b"[" * 100_000]
)
def test_a_foreign_index_offers_nothing(server: IndexServer, answer: bytes) -> None:
    server.files["/index.json"] = answer
    with pytest.raises(EngineError, match="Argos's index"):
        index.find("en", "es")


def test_offline_never_asks(
    server: IndexServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.offer(toymodel.package(tmp_path, "en", "es"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineError, match="--offline"):
        choose.first_that_works("en", "es", say=lambda _: None, offline=True)


def test_only_web_addresses_are_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARGOS_PACKAGE_INDEX", "file:///etc/passwd.json")
    with pytest.raises(EngineError, match="not a web address"):
        index.fetch()

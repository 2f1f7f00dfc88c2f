"""Installing models: whole or not at all, and every hostile archive is refused."""

from __future__ import annotations

import hashlib
import stat
import zipfile
from typing import TYPE_CHECKING

import pytest
import toymodel
from click.testing import CliRunner

from workbench.cli import main
from workbench.engines.install import install_file, remove
from workbench.engines.packages import installed, packages_dir
from workbench.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return toymodel.package(tmp_path, "en", "es")


def everything() -> set[str]:
    folder = packages_dir().parent
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def test_install_list_remove(good: Path) -> None:
    checksum = hashlib.sha256(good.read_bytes()).hexdigest()
    package = install_file(good, sha256=checksum)
    assert [p.name for p in installed()] == ["translate-en_es 1.0"] == [package.name]
    install_file(good)  # again: replaced, not doubled
    assert len(installed()) == 1
    remove("en", "es")
    assert installed() == []
    with pytest.raises(EngineError, match="no package"):
        remove("en", "es")


def test_wrong_checksum(good: Path) -> None:
    with pytest.raises(EngineError, match="checksum"):
        install_file(good, sha256="0" * 64)


def member(name: str, content: bytes = b"x", mode: int = 0) -> Callable[[zipfile.ZipFile], None]:
    def add(archive: zipfile.ZipFile) -> None:
        info = zipfile.ZipInfo(name)
        info.external_attr = mode << 16
        info.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(info, content)

    return add


ROOT = "translate-en_es-1_0"
HOSTILE = {
    "parent": member(f"{ROOT}/../../evil"),
    "absolute": member("/tmp/evil"),
    "backslash": member(f"{ROOT}\\evil"),
    "drive": member(f"{ROOT}/C:evil"),
    "symlink": member(f"{ROOT}/link", b"/etc/passwd", stat.S_IFLNK | 0o777),
    "device": member(f"{ROOT}/device", b"", stat.S_IFCHR | 0o666),
    "two folders": member("translate-en_fr-1_0/metadata.json", b"{}"),
    "loose file": member("loose.txt"),
    "other case": member(f"{ROOT}/METADATA.JSON"),
    "bomb": member(f"{ROOT}/zeros", b"\0" * 100_000_000),
}


@pytest.mark.parametrize("attack", HOSTILE)
def test_hostile_archives_are_refused_and_leave_nothing(attack: str, good: Path) -> None:
    packages_dir().mkdir(parents=True)
    before = everything()
    with zipfile.ZipFile(good, "a", zipfile.ZIP_DEFLATED) as archive:
        HOSTILE[attack](archive)
    with pytest.raises(EngineError, match="refused"):
        install_file(good)
    assert everything() == before


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_twice_is_refused(good: Path) -> None:
    with zipfile.ZipFile(good, "a") as archive:
        archive.writestr(f"{ROOT}/metadata.json", "{}")
    with pytest.raises(EngineError, match="twice"):
        install_file(good)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("metadata.json", b"{", "metadata"),
        ("metadata.json", b'{"from_code": "../..", "to_code": "es"}', "language pair"),
        ("metadata.json", b'{"from_code": "en", "to_code": "es", "type": "sbd"}', "language pair"),
        ("model/model.bin", b"not a model", "cannot be loaded"),
        ("sentencepiece.model", b"not a tokenizer", "refused|cannot install"),
    ],
)
def test_unsound_packages_are_refused_and_the_old_one_stays(
    good: Path, tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    install_file(good)
    bad = tmp_path / "bad.argosmodel"
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(bad, "w") as new:
        for info in old.infolist():
            new.writestr(
                info.filename, content if info.filename == f"{ROOT}/{name}" else old.read(info)
            )
    before = everything()
    with pytest.raises(EngineError, match=message):
        install_file(bad)
    assert everything() == before
    assert len(installed()) == 1


def test_what_is_no_archive(tmp_path: Path) -> None:
    text = tmp_path / "text.argosmodel"
    text.write_text("hello")
    with pytest.raises(EngineError, match="not an Argos package"):
        install_file(text)
    with pytest.raises(EngineError, match="cannot install"):
        install_file(tmp_path / "missing.argosmodel")


def test_from_the_command_line(good: Path) -> None:
    result = CliRunner().invoke(main, ["models", "install", str(good)])
    assert (result.exit_code, "installed translate-en_es 1.0" in result.stderr) == (0, True)
    listed = CliRunner().invoke(main, ["models", "list", "--offline", "--json"])
    assert '"target_lang": "es"' in listed.stdout
    engines = CliRunner().invoke(main, ["engines", "--to", "es"])
    assert engines.exit_code == 0
    assert CliRunner().invoke(main, ["engines", "--to", "eo"]).exit_code == 1
    removed = CliRunner().invoke(main, ["models", "remove", "es"])
    assert (removed.exit_code, installed()) == (0, [])

"""Installing models: whole or not at all, and every hostile archive is refused and leaves nothing."""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import shutil
import stat
import struct
import subprocess
import sys
import time
import zipfile
from typing import TYPE_CHECKING, NamedTuple

import pytest
import toymodel

from workbench.engines import archive, install, packages, proof
from workbench.engines.argos import Argos
from workbench.engines.install import install_file, remove
from workbench.engines.packages import installed, packages_dir
from workbench.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ROOT = "translate-en_es-1_0"


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return toymodel.package(tmp_path, "en", "es")


def everything() -> set[str]:
    """All files and folders of the packages, and what installing may leave beside them."""
    folder = packages_dir().parent
    found = [folder / packages_dir().name, *packages_dir().rglob("*"), *folder.glob(".install-*")]
    return {str(path.relative_to(folder)) for path in found if path.exists()}


def test_install_list_remove(good: Path) -> None:
    checksum = hashlib.sha256(good.read_bytes()).hexdigest()
    package = install_file(good, sha256=checksum)
    assert [p.name for p in installed()] == ["translate-en_es 1.0"] == [package.name]
    assert package.path.is_dir()
    install_file(good)  # again: replaced, not doubled
    assert len(installed()) == 1
    remove("en", "es")
    assert everything() == {packages_dir().name}
    with pytest.raises(EngineError, match="no package"):
        remove("en", "es")


def test_wrong_checksum(good: Path) -> None:
    with pytest.raises(EngineError, match="checksum"):
        install_file(good, sha256="0" * 64)


def member(
    name: str, content: bytes = b"x", mode: int = 0, pack: int = zipfile.ZIP_DEFLATED
) -> Callable[[zipfile.ZipFile], None]:
    def add(into: zipfile.ZipFile) -> None:
        info = zipfile.ZipInfo("x")
        info.filename = name  # as it is, without zipfile's tidying
        info.external_attr = mode << 16
        info.compress_type = pack
        into.writestr(info, content)

    return add


def many(into: zipfile.ZipFile) -> None:
    for number in range(2100):
        into.writestr(f"{ROOT}/stanza/{number}", b"")


def inner_archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as inner:
        inner.writestr("x", "x")
    return out.getvalue()


HOSTILE = {
    "parent": member(f"{ROOT}/../../evil"),
    "parent at the end": member(f"{ROOT}/model/.."),
    "dot": member(f"{ROOT}/./model/x"),
    "absolute": member("/tmp/evil"),
    "doubled slash": member(f"{ROOT}//model/x"),
    "backslash": member(f"{ROOT}\\..\\evil"),
    "drive": member(f"{ROOT}/C:evil"),
    "drive at the start": member("C:/evil"),
    "network": member("//server/share/evil"),
    "stream": member(f"{ROOT}/model/model.bin:evil"),
    "nul": member(f"{ROOT}/model/x\0.txt"),
    "line break": member(f"{ROOT}/model/x\ny"),
    "full-width dots": member(f"{ROOT}/．．/evil"),
    "division slash": member(f"{ROOT}∕model∕x"),
    "right to left": member(f"{ROOT}/model/\u202etxt.bin"),
    "zero width": member(f"{ROOT}/model/model\u200b.bin"),
    "composed accent": member(f"{ROOT}/model/caf\u00e9"),
    "decomposed accent": member(f"{ROOT}/model/cafe\u0301"),
    "dot at the end": member(f"{ROOT}/model/model.bin."),
    "space at the end": member(f"{ROOT}/model/model.bin "),
    "long name": member(f"{ROOT}/model/{'x' * 300}"),
    "deep": member(f"{ROOT}/model/{'x/' * 50}y"),
    "symlink": member(f"{ROOT}/model/link", b"/etc/passwd", stat.S_IFLNK | 0o777),
    "symlinked folder": member(f"{ROOT}/stanza", b"/etc", stat.S_IFLNK | 0o777),
    "device": member(f"{ROOT}/model/device", b"", stat.S_IFCHR | 0o666),
    "pipe": member(f"{ROOT}/model/pipe", b"", stat.S_IFIFO | 0o666),
    "two folders": member("translate-en_fr-1_0/metadata.json", b"{}"),
    "folder of another package": member("translate-en_fr-1_0/model/model.bin"),
    "loose file": member("loose.txt"),
    "program": member(f"{ROOT}/model/evil.py", b"import os"),
    "library": member(f"{ROOT}/model/evil.so"),
    "foreign file": member(f"{ROOT}/evil.bin"),
    "foreign folder": member(f"{ROOT}/bin/evil"),
    "archive within": member(f"{ROOT}/model/inner.zip", inner_archive()),
    "package within": member(f"{ROOT}/{ROOT}/metadata.json", b"{}"),
    "other case": member(f"{ROOT}/METADATA.JSON"),
    "other case deep": member(f"{ROOT}/Model/model.bin"),
    "file as folder": member(f"{ROOT}/metadata.json/x"),
    "bomb": member(f"{ROOT}/model/zeros", b"\0" * 100_000_000),
    "unusual packing": member(f"{ROOT}/model/x", b"x" * 100, pack=zipfile.ZIP_LZMA),
    "too many": many,
}


@pytest.mark.parametrize("attack", HOSTILE)
def test_hostile_archives_are_refused_and_leave_nothing(attack: str, good: Path) -> None:
    packages_dir().mkdir(parents=True)
    before = everything()
    with zipfile.ZipFile(good, "a", zipfile.ZIP_DEFLATED) as into:
        HOSTILE[attack](into)
    with pytest.raises(EngineError, match=r"is refused|not an Argos package|cannot install"):
        install_file(good)
    assert everything() == before
    assert not (packages_dir().parent.parent / "evil").exists()


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", ["metadata.json", "model/model.bin", "model/"])
def test_a_member_twice_is_refused(good: Path, name: str) -> None:
    with zipfile.ZipFile(good, "a") as into:
        if name.endswith("/"):
            into.writestr(f"{ROOT}/{name}", "")
        into.writestr(f"{ROOT}/{name}", "" if name.endswith("/") else "{}")
    with pytest.raises(EngineError, match="twice"):
        install_file(good)


def test_a_size_beyond_all_models_is_refused(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_BYTES", 1 << 20)
    with pytest.raises(EngineError, match="refused: it holds"):
        install_file(good)


def test_a_full_disk_is_said_first(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Usage(NamedTuple):
        free: int

    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(1 << 20))
    with pytest.raises(EngineError, match="MB free"):
        install_file(good)


def test_a_list_of_any_length_is_not_read(good: Path) -> None:
    content = bytearray(good.read_bytes())
    end = content.rfind(b"PK\5\6")
    content[end + 10 : end + 12] = struct.pack("<H", 60_000)
    good.write_bytes(content)
    with pytest.raises(EngineError, match="60000 files"):
        install_file(good)


def test_archives_for_huge_files_are_refused(good: Path) -> None:
    content = good.read_bytes()
    end = content.rfind(b"PK\5\6")
    good.write_bytes(content[:end] + b"PK\6\7" + b"\0" * 16 + content[end:])
    with pytest.raises(EngineError, match="huge"):
        install_file(good)


def test_encrypted_archives_are_refused(good: Path) -> None:
    content = bytearray(good.read_bytes())
    for mark, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):  # the flags of every member
        at = content.find(mark)
        while at >= 0:
            content[at + offset] |= 1
            at = content.find(mark, at + 4)
    good.write_bytes(content)
    with pytest.raises(EngineError, match="encrypted"):
        install_file(good)


def test_a_member_larger_than_it_says_is_refused(good: Path) -> None:
    with zipfile.ZipFile(good, "a", zipfile.ZIP_DEFLATED) as into:
        into.writestr(f"{ROOT}/model/zeros", b"\0" * 1_000_000)
    content = bytearray(good.read_bytes())
    for mark, offset in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        at = content.rfind(mark)
        content[at + offset : at + offset + 4] = struct.pack("<I", 1000)
    good.write_bytes(content)
    with pytest.raises(EngineError):
        install_file(good)
    assert everything() == {packages_dir().name}


def test_broken_and_cut_archives_are_errors_of_ours(
    good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "trouble", lambda _folder: "not proved here")
    whole = good.read_bytes()
    chance = random.Random(7)
    for number in range(150):
        content = bytearray(whole[: chance.randrange(len(whole))] if number % 3 == 0 else whole)
        directory = whole.rfind(b"PK\1\2") - 600
        for _ in range(chance.randrange(1, 6)):
            start = directory if number % 2 else 0
            if len(content) > start:
                content[chance.randrange(start, len(content))] = chance.randrange(256)
        bad = tmp_path / "bad.argosmodel"
        bad.write_bytes(content)
        with pytest.raises(EngineError):
            install_file(bad)
    assert everything() == {packages_dir().name}


def changed(good: Path, name: str, content: bytes | None) -> Path:
    """A copy of a package in which one file is another, or missing."""
    bad = good.with_name("bad.argosmodel")
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(bad, "w") as new:
        for info in old.infolist():
            if info.filename != f"{ROOT}/{name}":
                new.writestr(info.filename, old.read(info))
        if content is not None:
            new.writestr(f"{ROOT}/{name}", content)
    return bad


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("metadata.json", None, "no readable metadata.json"),
        ("metadata.json", b"{", "no readable metadata.json"),
        ("metadata.json", b"[]", "no readable metadata.json"),
        ("metadata.json", b"\xff\xfe", "no readable metadata.json"),
        ("metadata.json", b"[" * 100_000, "no readable metadata.json"),
        ("metadata.json", b" " * (2 << 20), "no readable metadata.json"),
        ("model/model.bin", None, "model"),
        ("model/model.bin", b"not a model", "cannot be loaded"),
        ("model/config.json", b"[" * 100_000, "model"),
        ("model/source_vocabulary.json", b"[]\n", "source_vocabulary.json is empty"),
        ("sentencepiece.model", None, "tokenizer"),
        ("sentencepiece.model", b"not a tokenizer", "tokenizer"),
    ],
)
def test_unsound_packages_are_refused_and_the_old_one_stays(
    good: Path, name: str, content: bytes | None, message: str
) -> None:
    install_file(good)
    before = everything()
    with pytest.raises(EngineError, match=rf"refused: .*{message}"):
        install_file(changed(good, name, content))
    assert everything() == before
    assert proof.trouble(installed()[0].path) == ""


def test_cut_models_are_refused(good: Path) -> None:
    with zipfile.ZipFile(good) as old:
        model = old.read(f"{ROOT}/model/model.bin")
    for length in (0, 4, 100, len(model) // 2, len(model) - 1):
        with pytest.raises(EngineError, match="refused"):
            install_file(changed(good, "model/model.bin", model[:length]))
    assert installed() == []


def test_a_model_that_crashes_or_hangs_costs_only_its_process(
    good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a program in the interpreter's place does what a broken model could make it do
    for line, message in (
        ("kill -SEGV $$", "signal 11"),
        ("exec sleep 20", "not loaded within 1 seconds"),
    ):
        fake = tmp_path / "python"
        fake.write_text(f"#!/bin/sh\n{line}\n", "utf-8")
        fake.chmod(0o700)
        monkeypatch.setattr(sys, "executable", str(fake))
        monkeypatch.setattr(proof, "PATIENCE", 1)
        with pytest.raises(EngineError, match=message):
            install_file(good)
    assert installed() == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"from_code": "../.."}, {"from_code": 5}, {"from_code": ["en"]}, {"from_code": None},
        {"to_code": "en"}, {"to_code": "x" * 5000}, {"to_code": {}}, {"type": "sbd"}, {"type": 1},
        {"package_version": "../1"}, {"package_version": "9" * 5000}, {"package_version": []},
        {"package_version": "1\n2"}, {"target_prefix": {}}, {"target_prefix": 5},
        {"target_prefix": "\0"},
    ],
    ids=str,
)  # fmt: skip
def test_metadata_of_wrong_kinds_is_refused_and_never_listed(
    good: Path, wrong: dict[str, object]
) -> None:
    with zipfile.ZipFile(good) as old:
        said = json.loads(old.read(f"{ROOT}/metadata.json"))
    content = json.dumps({**said, **wrong})
    with pytest.raises(EngineError, match="names no language pair"):
        install_file(changed(good, "metadata.json", content.encode()))
    folder = packages_dir() / "by-hand"
    folder.mkdir(parents=True)
    (folder / "metadata.json").write_text(content, "utf-8")
    assert installed() == []


def test_metadata_that_lies_about_its_languages_is_refused(good: Path) -> None:
    with zipfile.ZipFile(good) as old:
        said = json.loads(old.read(f"{ROOT}/metadata.json"))
    lie = json.dumps({**said, "to_code": "fr"}).encode()
    with pytest.raises(EngineError, match=f"another language pair than its folder {ROOT}"):
        install_file(changed(good, "metadata.json", lie))
    with pytest.raises(EngineError, match="it says that it is for en to es, not en to fr"):
        install_file(good, pair=("en", "fr"))


def test_a_number_for_a_version_is_no_harm(good: Path) -> None:
    with zipfile.ZipFile(good) as old:
        said = json.loads(old.read(f"{ROOT}/metadata.json"))
    odd = json.dumps({**said, "package_version": 1.5}).encode()
    assert install_file(changed(good, "metadata.json", odd)).version == "1.5"


def test_what_is_no_archive(tmp_path: Path) -> None:
    text = tmp_path / "text.argosmodel"
    for content in (b"hello", b"", b"PK\5\6", b"\0" * 100_000):
        text.write_bytes(content)
        with pytest.raises(EngineError, match=r"not an Argos package|refused"):
            install_file(text)
    with pytest.raises(EngineError, match="cannot install"):
        install_file(tmp_path / "missing.argosmodel")
    os.mkfifo(tmp_path / "pipe.argosmodel")
    with pytest.raises(EngineError, match="no ordinary file"):
        install_file(tmp_path / "pipe.argosmodel")
    (tmp_path / "folder.argosmodel").mkdir()
    with pytest.raises(EngineError, match="no ordinary file"):
        install_file(tmp_path / "folder.argosmodel")


def test_a_folder_that_cannot_be_written_is_said(
    good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    monkeypatch.setenv("ARGOS_PACKAGES_DIR", str(tmp_path / "file" / "packages"))
    with pytest.raises(EngineError, match="cannot install"):
        install_file(good)
    assert installed() == []


def test_a_killed_install_is_cleared_up_and_takes_nothing_with_it(good: Path) -> None:
    package = install_file(good)
    left = packages_dir().parent / ".install-killed"
    (left / "replaced").mkdir(parents=True)
    package.path.rename(left / "replaced" / package.path.name)  # killed between the two renames
    assert installed() == []
    with pytest.raises(EngineError):
        install_file(good, sha256="0" * 64)
    install_file(toymodel.package(good.parent / "fr", "en", "fr"))
    assert {p.target_lang for p in installed()} == {"es", "fr"}
    assert not left.exists()


def test_if_the_new_package_cannot_be_put_in_place_the_old_one_comes_back(
    good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = install_file(good)
    real, calls = type(good).rename, 0

    def rename(path: Path, target: Path) -> Path:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise OSError("the disk is gone")
        return real(path, target)

    monkeypatch.setattr(type(good), "rename", rename)
    with pytest.raises(EngineError, match="the disk is gone"):
        install_file(good)
    assert [p.path for p in installed()] == [package.path]


def test_installs_at_the_same_time_wait_for_each_other(good: Path) -> None:
    command = [sys.executable, "-m", "workbench", "models", "install", str(good)]
    processes = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    for process in processes:
        _, said = process.communicate()
        assert process.returncode == 0, said
    assert [p.name for p in installed()] == ["translate-en_es 1.0"]
    assert [path.name for path in packages_dir().iterdir()] == [ROOT]


def test_a_lock_made_anew_is_waited_for_too(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    with install.locked(file):
        file.unlink()
        with install.locked(file):  # not the same file any more: nobody has it
            assert file.exists()


def test_a_linked_package_is_unlinked_not_emptied(good: Path, tmp_path: Path) -> None:
    package = install_file(good)
    elsewhere = tmp_path / "elsewhere"
    package.path.rename(elsewhere)
    package.path.symlink_to(elsewhere)
    assert [p.name for p in installed()] == ["translate-en_es 1.0"]
    remove("en", "es")
    assert (elsewhere / "metadata.json").exists()
    assert installed() == []


def test_a_stray_folder_hurts_nobody(good: Path) -> None:
    install_file(good)
    (packages_dir() / "stray").mkdir()
    (packages_dir() / "stray.txt").write_text("", "utf-8")
    unreadable = packages_dir() / "unreadable"
    (unreadable / "metadata.json").mkdir(parents=True)
    assert [p.name for p in installed()] == ["translate-en_es 1.0"]


def test_versions_are_ordered_by_their_numbers() -> None:
    ordered = ["", "0.9", "1", "1.0", "1.9", "1.10", "2.0-rc1", "10"]
    assert sorted(ordered, key=packages.version_key) == ordered


def test_packages_of_the_older_kind_with_moses_tokens(tmp_path: Path) -> None:
    words = ["The", "lamp", "is", "old", "."]
    vocabulary = ["<unk>", "<s>", "</s>", *words]
    lexicon = {word: word[::-1] if word.isalpha() else word for word in vocabulary}
    toymodel.save_model(
        tmp_path / "m",
        vocabulary,
        list(dict.fromkeys([*vocabulary, *lexicon.values()])),
        lexicon,
        {},
    )
    said = {"package_version": "1.0", "from_code": "en", "to_code": "es", "type": "translate"}
    merges = "#version: 0.2\nT h\nTh e</w>\nl a\nla m\nlam p</w>\ni s</w>\no l\nol d</w>\n"
    path = tmp_path / f"{ROOT}.argosmodel"
    with zipfile.ZipFile(path, "w") as into:
        into.writestr(f"{ROOT}/metadata.json", json.dumps(said))
        into.writestr(f"{ROOT}/bpe.model", merges)
        for file in (tmp_path / "m").iterdir():
            into.write(file, f"{ROOT}/model/{file.name}")
    install_file(path)
    (draft,) = Argos().load("en", "es").translate(["The lamp is old."])
    assert draft.hypotheses[0].text == "ehT pmal si dlo."


def test_loading_models_sends_and_writes_nothing_elsewhere(good: Path, tmp_path: Path) -> None:
    """No usage report: onnxruntime, torch and stanza are never imported, and would be told to keep quiet."""
    install_file(good)
    text = tmp_path / "text.txt"
    text.write_text("The lamp.\n", "utf-8")
    code = (
        "import os, sys\nfrom workbench.cli import main\n"
        f"try: main(['run', {str(text)!r}, '--to', 'es', '--db', {str(tmp_path / 'w.db')!r}])\n"
        "except SystemExit as done: assert not done.code, done.code\n"
        "assert os.environ['ORT_DISABLE_TELEMETRY'] == '1'\n"
        "assert 'ctranslate2' in sys.modules\n"
        "heavy = {'onnxruntime', 'torch', 'stanza', 'spacy', 'minisbd', 'argostranslate.translate'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    started = time.time()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    home = tmp_path / "home"
    new = {
        path.relative_to(home).parts[0]
        for path in home.rglob("*")
        if path.is_file() and path.stat().st_mtime >= started
    }
    assert new <= {"argos-packages"}, new

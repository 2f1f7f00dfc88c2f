"""The commands `models` and `engines` as people use them: with an index, without one, and with faults."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import toyfolder
import toymodel
from click.testing import CliRunner
from httpserving import serving
from indexserver import IndexServer

from workbench.cli import main
from workbench.engines import download, index
from workbench.engines.install import install_file
from workbench.engines.packages import installed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from click.testing import Result


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[IndexServer]:
    monkeypatch.setattr(download, "FIRST_PAUSE", 0.01)
    with serving(IndexServer()) as running:
        monkeypatch.setenv("ARGOS_PACKAGE_INDEX", running.url)
        yield running
    index._ask.cache_clear()


def models(*arguments: str) -> Result:
    index._ask.cache_clear()  # each command is a process of its own
    return CliRunner().invoke(main, ["models", *arguments])


def listed(*arguments: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(models("list", "--json", *arguments).stdout)
    return rows


def test_installed_updates_and_offers_are_listed(
    server: IndexServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_MODELS", str(tmp_path / "folders"))
    toyfolder.many(tmp_path / "folders" / "nllb")
    toyfolder.opus(tmp_path / "folders" / "opus-mt-en-de")
    (toyfolder.opus(tmp_path / "folders" / "opus-mt-en-it") / "source.spm").unlink()
    install_file(toymodel.package(tmp_path, "en", "es", version="1.9"))
    install_file(toymodel.package(tmp_path, "en", "fr", version="1.9"))
    server.offer(toymodel.package(tmp_path, "en", "es", version="1.10"), package_version="1.10")
    server.offer(
        toymodel.package(tmp_path, "en", "fr", version="1.8"), target="fr", package_version="1.8"
    )
    server.offer(toymodel.package(tmp_path, "en", "pt"), target="pt", size=12_000_000)
    rows = {(row["engine"], row["source_lang"], row["target_lang"]): row for row in listed()}
    assert {key: row["status"] for key, row in rows.items()} == {
        ("argos", "en", "es"): "update",
        ("argos", "en", "fr"): "installed",
        ("argos", "en", "pt"): "available",
        ("ctranslate2", "mul", "mul"): "installed",
        ("ctranslate2", "en", "de"): "installed",
        ("ctranslate2", "", ""): "broken",
    }
    spanish = rows["argos", "en", "es"]
    assert (spanish["version"], spanish["newest"]) == ("1.9", "1.10")
    assert spanish["bytes"] > 1_000_000
    assert rows["argos", "en", "pt"]["bytes"] == 12_000_000
    assert {row["status"] for row in listed("--offline")} == {"installed", "broken"}

    shown = models("list")
    assert shown.exit_code == 0
    assert re.search(r"argos +en +es +1\.9 +update to 1\.10 +\d+ MB", shown.stdout)
    assert re.search(r"argos +en +pt +1\.0 +available +12 MB", shown.stdout)
    assert re.search(r"ctranslate2 +en +de +opus-mt-en-de +installed", shown.stdout)
    assert "opus-mt-en-it: it has no SentencePiece model; copy source.spm" in shown.stderr


def test_without_a_network_what_is_here_is_listed_and_the_rest_is_said(tmp_path: Path) -> None:
    install_file(toymodel.package(tmp_path, "en", "es"))
    silent = models("list", "--json")
    assert silent.exit_code == 3
    assert [row["target_lang"] for row in json.loads(silent.stdout)] == ["es"]
    assert "Argos's index: does not answer (Connection refused)" in silent.stderr
    assert "only what is installed is listed" in silent.stderr
    assert models("list", "--offline").exit_code == 0
    for command in (("install", "fr"), ("update",)):
        failed = models(*command)
        assert failed.exit_code == 1
        assert "does not answer (Connection refused)" in failed.stderr
    assert (
        "or install a file: workbench models install FILE.argosmodel"
        in models("install", "fr").stderr
    )
    mixed = models("install", "es", "fr")
    assert (mixed.exit_code, "translate-en_es 1.0 is installed already" in mixed.stderr) == (
        3,
        True,
    )


def test_without_a_network_what_is_installed_is_said_to_be(tmp_path: Path) -> None:
    install_file(toymodel.package(tmp_path, "en", "es", version="1.9"))
    install_file(toymodel.package(tmp_path, "es", "fr"))
    there = models("install", "es")
    assert there.exit_code == 0
    assert "translate-en_es 1.9 is installed already" in there.stderr
    assert "a newer one is not known: Argos's index: does not answer" in there.stderr
    through = models("install", "fr")  # through Spanish
    assert through.exit_code == 0
    assert "translate-es_fr 1.0 is installed already" in through.stderr
    (installed()[0].path / "model" / "model.bin").write_bytes(b"broken")
    assert models("install", "es").exit_code == 1


def test_nothing_to_update_needs_no_network() -> None:
    result = models("update")
    assert (result.exit_code, "no package is installed" in result.stderr) == (0, True)


def test_nothing_installed_is_said() -> None:
    result = models("list", "--offline")
    assert result.exit_code == 0
    assert "no model is installed" in result.stderr
    assert listed("--offline") == []


def test_install_by_language_and_file(server: IndexServer, tmp_path: Path) -> None:
    server.offer(toymodel.package(tmp_path, "en", "es"))
    server.offer(toymodel.package(tmp_path, "es", "fr"), source="es", target="fr")
    file = toymodel.package(tmp_path, "en", "de")
    result = models("install", "es", "fr", str(file))
    assert result.exit_code == 0, result.output
    assert {p.name for p in installed()} == {
        f"translate-{p} 1.0" for p in ("en_es", "es_fr", "en_de")
    }
    assert f"downloading translate-en_es 1.0 from {server.url}" in result.stderr
    # French goes through Spanish, which is here by then
    assert "translate-en_es 1.0 is installed already" in result.stderr
    again = models("install", "es")
    assert "is installed already" in again.stderr
    assert "downloading" not in again.stderr


def test_one_that_fails_costs_only_itself(server: IndexServer, tmp_path: Path) -> None:
    server.offer(toymodel.package(tmp_path, "en", "es"))
    result = models("install", "eo", "es", str(tmp_path / "none.argosmodel"))
    assert result.exit_code == 3
    assert [p.target_lang for p in installed()] == ["es"]
    assert "has no package for en to eo" in result.stderr
    assert "none.argosmodel: No such file" in result.stderr
    (tmp_path / "opus-mt-en-es").mkdir()
    folder = models("install", str(tmp_path / "opus-mt-en-es"))
    assert (folder.exit_code, "WORKBENCH_MODELS" in folder.stderr) == (1, True)
    assert models("install", "eo").exit_code == 1
    assert models("install", "eo", "tlh").exit_code == 1
    wrong = models("install", "no-language-at-all")
    assert (wrong.exit_code, "is not a language tag" in wrong.stderr) == (1, True)


def test_update_replaces_what_has_a_newer_version(server: IndexServer, tmp_path: Path) -> None:
    install_file(toymodel.package(tmp_path, "en", "es", version="1.8"))
    install_file(toymodel.package(tmp_path, "en", "es", version="1.9"))
    install_file(toymodel.package(tmp_path, "en", "fr"))
    server.offer(toymodel.package(tmp_path, "en", "es", version="1.10"), package_version="1.10")
    server.offer(toymodel.package(tmp_path, "en", "fr"), target="fr")
    result = models("update")
    assert result.exit_code == 0, result.output
    assert {p.name for p in installed()} == {"translate-en_es 1.10", "translate-en_fr 1.0"}
    assert len(list(installed()[0].path.parent.iterdir())) == 2
    for name in ("1.9", "1.8"):
        assert f"removed translate-en_es {name}" in result.stderr
    assert "every installed package is the newest" in models("update").stderr


def test_an_update_that_fails_leaves_the_old_one(server: IndexServer, tmp_path: Path) -> None:
    install_file(toymodel.package(tmp_path, "en", "es", version="1.9"))
    path = server.offer(
        toymodel.package(tmp_path, "en", "es", version="1.10"), package_version="1.10"
    )
    server.files[path] = server.files[path][:1000]
    result = models("update")
    assert result.exit_code == 1
    assert [p.version for p in installed()] == ["1.9"]


def test_remove_takes_every_version(tmp_path: Path) -> None:
    for version in ("1.9", "1.10"):
        install_file(toymodel.package(tmp_path, "en", "es", version=version))
    install_file(toymodel.package(tmp_path, "en", "fr"))
    result = models("remove", "es", "pt", "fr")
    assert result.exit_code == 3
    assert "removed translate-en_es 1.9" in result.stderr
    assert "no package for en to pt is installed" in result.stderr
    assert installed() == []
    assert models("remove", "es").exit_code == 1


def engines(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["engines", *arguments])


def test_engines_name_what_works_and_why_the_rest_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("WORKBENCH_MODELS", str(tmp_path / "folders"))
    assert engines().exit_code == 1
    install_file(toymodel.package(tmp_path, "en", "es"))
    toyfolder.many(tmp_path / "folders" / "nllb")
    rows = json.loads(engines("--to", "es", "--to", "pt-BR", "--json").stdout)
    assert {row["engine"] for row in rows} == {
        "argos",
        "ctranslate2",
        "apertium",
        "libretranslate",
        "fake",
    }
    assert {(r["engine"], r["target_lang"]) for r in rows if r["works"]} == {
        ("argos", "es"),
        ("ctranslate2", "es"),
    }
    reasons = {row["engine"]: row["why_not"] for row in rows if not row["works"]}
    assert "workbench models install pt-BR" in reasons["argos"]
    assert "apt-get install apertium" in reasons["apertium"]
    assert "WORKBENCH_LIBRETRANSLATE_URL" in reasons["libretranslate"]
    assert engines("--to", "es").exit_code == 0
    assert engines("--to", "es", "--to", "pt").exit_code == 1
    every = engines()
    assert every.exit_code == 0
    assert re.search(r"argos +es\n", re.sub(" +\n", "\n", every.stdout))
    assert re.search(r"ctranslate2 +es fr\n", re.sub(" +\n", "\n", every.stdout))
    assert re.search(r"libretranslate +none: no server is configured", every.stdout)


def test_a_near_variant_works_and_is_shown_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_MODELS", str(tmp_path / "folders"))
    toyfolder.many(tmp_path / "folders" / "nllb", ("por_Latn", "fra_Latn", "eng_Latn"))
    rows = json.loads(engines("--to", "pt-BR", "--json").stdout)
    assert {row["engine"]: row["works"] for row in rows}["ctranslate2"]

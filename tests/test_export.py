"""The export step: whole files or the old ones, and errors that say what to do."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO, TYPE_CHECKING

import pytest
from test_formats_writers import unit

from workbench import registry
from workbench.errors import FormatError
from workbench.export import export

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from workbench.model import Unit, Writer

UNITS = [unit(1, "One.", "Um."), unit(2, "Two.", "Dois.")]


def run(writer: Writer, base: Path, units: Iterable[Unit] = UNITS) -> tuple[Path, ...]:
    result = export(units, writer, base, source_lang="en", target_lang="pt-BR")
    assert result.count == 2
    return result.paths


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.mark.parametrize("name", sorted(registry.writers()))
def test_writes_the_files_and_nothing_else(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    paths = run(registry.writer(name), folder / "bitext.en-pt-BR")
    first = contents(folder)
    assert {path.name for path in paths} == set(first)
    assert all(path.name.startswith("bitext.en-pt-BR.") for path in paths)
    assert all(first.values())
    run(registry.writer(name), folder / "bitext.en-pt-BR")
    assert contents(folder) == first


def test_new_files_have_the_usual_permissions(tmp_path: Path) -> None:
    (path,) = run(registry.writer("tsv"), tmp_path / "a")
    usual = tmp_path / "usual"
    usual.touch()
    assert path.stat().st_mode == usual.stat().st_mode


def test_failing_units_leave_the_old_files(tmp_path: Path) -> None:
    def broken() -> Iterator[Unit]:
        yield UNITS[0]
        raise ValueError("lost")

    folder = tmp_path / "out"
    folder.mkdir()
    for name in registry.writers():
        run(registry.writer(name), folder / "a")
    before = contents(folder)
    for name in registry.writers():
        with pytest.raises(ValueError, match="lost"):
            run(registry.writer(name), folder / "a", broken())
        assert contents(folder) == before


@pytest.mark.parametrize("existed", [True, False])
def test_a_pair_changes_together_or_not_at_all(tmp_path: Path, existed: bool) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "a.pt-BR").mkdir()  # the second file cannot be put in place
    if existed:
        (folder / "a.en").write_text("old")
    before = contents(folder)
    with pytest.raises(FormatError, match=r"cannot write .*a\.pt-BR.* folder"):
        run(registry.writer("moses"), folder / "a")
    assert contents(folder) == before


def test_missing_folder_is_named_with_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=f"mkdir -p {tmp_path / 'no'}"):
        run(registry.writer("tmx"), tmp_path / "no" / "a")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_unwritable_folder_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "shut"
    folder.mkdir(mode=0o500)
    with pytest.raises(FormatError, match=str(folder)):
        run(registry.writer("tmx"), folder / "a")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("name", sorted(registry.writers()))
def test_full_disk_leaves_the_old_files(tmp_path: Path, name: str) -> None:
    inner = registry.writer(name)

    class Full:
        """The writer, with its last stream on a full disk."""

        def __init__(self) -> None:
            self.name = inner.name

        def suffixes(self, source_lang: str, target_lang: str) -> tuple[str, ...]:
            return inner.suffixes(source_lang, target_lang)

        def write(
            self,
            units: Iterable[Unit],
            streams: Sequence[IO[bytes]],
            *,
            source_lang: str,
            target_lang: str,
        ) -> int:
            with Path("/dev/full").open("wb") as full:
                return inner.write(
                    units, [*streams[:-1], full], source_lang=source_lang, target_lang=target_lang
                )

    folder = tmp_path / "out"
    folder.mkdir()
    run(inner, folder / "a")
    before = contents(folder)
    with pytest.raises(FormatError, match=r"No space left on device.*free space"):
        run(Full(), folder / "a")
    assert contents(folder) == before

"""Every command in README and docs runs as it is written, on a copy of our own sample texts."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest
import toymodel
from click.testing import CliRunner

from workbench.cli import main
from workbench.engines.install import install_file

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def commands(page: Path) -> list[str]:
    """The lines of a page's shell blocks."""
    blocks = re.findall(r"^```sh\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


def beginning(source: str, target: str) -> None:
    """Copy the first paragraphs of a text: enough for a command."""
    text = Path(source).read_text("utf-8")
    Path(target).write_text(text[: max(2000, text.find("\n\n", 2000))], "utf-8")


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package of English and Spanish, and `installed`, four packages."""
    folder = tmp_path_factory.mktemp("models")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ARGOS_PACKAGES_DIR", str(folder / "installed"))
        for target in ("es", "fr", "pt", "pb"):
            install_file(toymodel.package(folder, "en", target))
    return folder


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, models: Path) -> Path:
    """A folder as a reader of the README has it: our corpus (its beginnings), a book, notes, models."""
    shutil.copytree(ROOT / "corpus", tmp_path / "corpus", copy_function=beginning)
    shutil.copy(tmp_path / "corpus" / "en" / "handbook.md", tmp_path / "my-book.txt")
    (tmp_path / "terms.tsv").write_text("source\ttarget\nlamp\tlámpara\n", "utf-8")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "one.md").write_text("# One\n\nThe lamp was lit.\n", "utf-8")
    english = ["The lamp was lit.", "Nobody came.", "In 1912 a storm broke the window."]
    spanish = [
        "Encendieron la lámpara.",
        "No vino nadie.",
        "En 1912 una tormenta rompió la ventana.",
    ]
    for lang, lines in (("en", english), ("es", spanish)):
        (tmp_path / lang).mkdir()
        for path in (f"story.{lang}.txt", f"{lang}/chapter-1.txt", f"{lang}/chapter-2.txt"):
            (tmp_path / path).write_text("\n\n".join([*lines, path]) + "\n", "utf-8")
    rows = [f"{a}\t{b}" for a, b in zip(english, spanish, strict=True)]
    (tmp_path / "table.tsv").write_text("\n".join(rows), "utf-8")
    # linked, not copied: an installed package is replaced or removed as a whole
    shutil.copytree(models / "installed", os.environ["ARGOS_PACKAGES_DIR"], copy_function=os.link)
    shutil.copy(
        models / "translate-en_es-1_0.argosmodel", tmp_path / "translate-en_es-1_9.argosmodel"
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("page", [*filter(commands, PAGES)], ids=lambda page: page.name)
def test_commands_run(page: Path, project: Path) -> None:
    for command in commands(page):
        name, *arguments = command.split()
        assert name == "workbench", command
        if arguments[0] == "serve":  # runs until it is stopped; tests/test_serve.py does that
            arguments = ["serve", "--help"]
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == 0, f"{command}\n{result.output}"


def test_links_lead_somewhere() -> None:
    for page in [*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "benchmarks" / "README.md"]:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8")):
            assert target.startswith("http") or (page.parent / target).exists(), (
                f"{page.name}: {target}"
            )


def test_commands_are_documented() -> None:
    text = "".join(page.read_text("utf-8") for page in PAGES)
    for command in main.commands:
        assert re.search(rf"`?{command}`?", text), command

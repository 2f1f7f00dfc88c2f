"""The direction of imports and the size of modules, kept as the project grows."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "workbench"
MODULES = sorted(PACKAGE.rglob("*.py"))
STEPS = {
    "align",
    "check",
    "export",
    "glossary",
    "ingest",
    "memory",
    "report",
    "serve",
    "translate",
    "words",
}

# What computes and knows neither steps nor store.
PURE = {
    "aligners",
    "checks",
    "decode",
    "drafting",
    "engines",
    "formats",
    "lexicon",
    "segment",
    "wordlinks",
}

# Who may import a library: path prefixes below workbench/.
OWNERS = {
    "click": ("cli/",),
    "datasette": ("datasette_plugin/",),
    "sqlite_utils": ("store/",),
    "argostranslate": ("engines/",),
    "ctranslate2": ("engines/",),
    "sentencepiece": ("engines/",),
    "nltk": ("segment", "aligners/"),
    "lxml": ("formats/",),
    "markdown_it": ("formats/",),
    "rich": ("cli/",),
}
HEAVY = {
    "nltk",
    "ctranslate2",
    "argostranslate",
    "datasette",
    "numpy",
    "lxml",
    "sqlite_utils",
    "rich",
    "langcodes",
}


def name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def layers(path: Path) -> set[str]:
    """The parts of our own package that a module imports: `store`, `ingest`, `cli` ..."""
    return {found.split(".")[1] for found in imports(path) if found.startswith("workbench.")}


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_libraries_stay_with_their_owners(path: Path) -> None:
    for library in {found.split(".")[0] for found in imports(path)} & set(OWNERS):
        assert name(path).startswith(OWNERS[library]), f"{library} belongs to {OWNERS[library]}"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_imports_go_one_way(path: Path) -> None:
    part = name(path).split("/")[0].removesuffix(".py")
    used = layers(path) - {part}
    if part in {"model", "errors", "lang"}:
        assert used <= {"errors", "model"}
    elif part in {"messages", "protect"}:
        assert used <= {"errors", "model", "lang", "messages"}
    elif part == "store":
        assert used <= {"model", "errors", "lang", "protect", "messages"}
    elif part in STEPS:
        assert not used & (STEPS | {"cli", "datasette_plugin", "engines", "formats", "checks"})
    elif part in PURE:
        assert not used & (STEPS | {"cli", "datasette_plugin", "store"})
    elif part == "datasette_plugin":
        assert not used & (STEPS | {"cli"})


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_modules_are_small_and_open_with_what_they_own(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= 400
    assert ast.get_docstring(ast.parse(text)), "say in one sentence what the module owns"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_only_the_command_line_prints(path: Path) -> None:
    calls = [n for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.Call)]
    assert not [
        call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "print"
    ]


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom workbench.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        f"print(sorted({HEAVY!r} & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines()[-1] == "[]"

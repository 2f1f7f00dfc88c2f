"""Third parties' plugins: the documented example is built, installed and used; a broken one is named."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from workbench import store

ROOT = Path(__file__).parents[1]
HOOK = "from workbench.registry import hookimpl\n@hookimpl\n"
EXAMPLE = ROOT / "docs" / "examples" / "workbench-example"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the example as pip installs it, without a network."""
    folder = tmp_path_factory.mktemp("plugin")
    shutil.copytree(EXAMPLE, folder / "source")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index",
         "--no-build-isolation", "--disable-pip-version-check", "--root-user-action=ignore",
         "--target", str(folder / "site"), str(folder / "source")],
        check=True,
    )  # fmt: skip
    return folder / "site"


def workbench(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "workbench", *arguments],
        env={**os.environ, "PYTHONPATH": str(site)}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_example_translates_reads_and_checks(installed: Path, tmp_path: Path) -> None:
    engines = workbench(installed, "engines", "--to", "eo", "--json")
    rows = {row["engine"]: row for row in json.loads(engines.stdout)}
    assert rows["wordlist"]["works"]
    assert not rows["wordlist"]["automatic"]
    assert {"argos", "ctranslate2", "apertium", "libretranslate", "fake"} <= set(rows)

    text = tmp_path / "quotes.fortune"
    text.write_text("The lamp is good.\n%\nThe sea\nis good.\n%\nA xyzzy is good.\n", "utf-8")
    db = ("--db", str(tmp_path / "w.db"))
    run = workbench(installed, "run", str(text), "--to", "eo", "--engine", "wordlist", *db)
    assert run.returncode == 3  # a word that the list lacks
    assert "not in the word list: xyzzy" in run.stderr
    found = workbench(installed, "search", "good", *db, "--json")
    units = {row["source"]: row for row in json.loads(found.stdout)}
    assert units["The lamp is good."]["target"] == "La lampo estas bona."
    assert units["The sea is good."]["target"] == "La maro estas bona."
    assert units["The sea is good."]["origin"] == "wordlist 1.0"
    assert units["A xyzzy is good."]["state"] == "initial"

    from workbench.registry import checks

    assert "shouting" not in checks()
    code = "from workbench.registry import checks; assert 'shouting' in checks()"
    env = {**os.environ, "PYTHONPATH": str(installed)}
    subprocess.run([sys.executable, "-c", code], env=env, check=True)


def test_without_the_plugin_its_names_are_unknown(tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("The lamp.", "utf-8")
    db = ("--db", str(tmp_path / "w.db"))
    run = workbench(tmp_path, "run", str(text), "--to", "eo", "--engine", "wordlist", *db)
    assert run.returncode == 1
    assert "there is no engine named 'wordlist'" in run.stderr


def plugin(site: Path, entry: str, source: str) -> None:
    """A package that is installed, as far as Python can tell."""
    about = site / "broken_plugin-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: broken-plugin\nVersion: 1.0\n", "utf-8"
    )
    (about / "entry_points.txt").write_text(f"[workbench]\n{entry} = broken_plugin\n", "utf-8")
    (site / "broken_plugin.py").write_text(source, "utf-8")


@pytest.mark.parametrize(
    "source",
    ["import no_such_module", "1 / 0", "raise KeyError('x')",
     f"{HOOK}def workbench_engines(x): ...", f"{HOOK}def workbench_engines(): 1 / 0",
     f"{HOOK}def workbench_engines(): return None", f"{HOOK}def workbench_engines(): return [1]"],
)  # fmt: skip
def test_a_broken_plugin_is_named(tmp_path: Path, source: str) -> None:
    plugin(tmp_path / "site", "example", source)
    run = workbench(tmp_path / "site", "engines", "--to", "es")
    assert run.returncode == 1
    assert "Traceback" not in run.stderr
    assert "the plugin broken-plugin cannot be used" in run.stderr
    assert "pip uninstall broken-plugin" in run.stderr


CLUMSY = """
from workbench.engines.fake import Fake, FakeTranslator
from workbench.registry import hookimpl

class Clumsy(FakeTranslator):
    def translate(self, texts, hypotheses=1):
        if any("boom" in text for text in texts):
            raise KeyError("boom")
        return super().translate(texts, hypotheses)

class Engine(Fake):
    name = "clumsy"
    def load(self, source_lang, target_lang, settings=None):
        return Clumsy(source_lang, target_lang)

class Bare(Fake):
    name = "bare"
    def load(self, source_lang, target_lang, settings=None):
        return object()

class Check:
    name = "clumsy"
    def findings(self, unit):
        return 1 / 0 if "zero" in unit.source else ()

@hookimpl
def workbench_engines():
    return [Engine(), Bare()]

@hookimpl
def workbench_checks():
    return [Check()]
"""


@pytest.mark.parametrize(
    ("engine", "text", "code", "says", "drafted"),
    [
        ("clumsy", "One boom.\n\nTwo.\n", 3, "fake en es: failed (KeyError: 'boom')", 1),
        ("clumsy", "One boom.\n", 1, "choose another with --engine", 0),
        ("bare", "One.\n", 1, "the engine bare cannot be used (its translator has no origin", 0),
        ("clumsy", "A zero.\n", 1, "the plugin broken-plugin failed (ZeroDivisionError", 0),
    ],
)
def test_what_a_plugin_did_not_foresee_is_said_and_costs_little(
    tmp_path: Path, engine: str, text: str, code: int, says: str, drafted: int
) -> None:
    plugin(tmp_path / "site", "clumsy", CLUMSY)
    (tmp_path / "text.txt").write_text(text, "utf-8")
    db_path = tmp_path / "w.db"
    run = workbench(
        tmp_path / "site", "run", str(tmp_path / "text.txt"), "--to", "es", "--engine", engine,
        "--db", str(db_path),
    )  # fmt: skip
    assert run.returncode == code, run.stderr
    assert says in run.stderr
    assert "Traceback" not in run.stderr
    with store.opened(db_path) as db:
        targets = [unit.target for unit in store.bitext(db, "es")]
    assert len(targets) == text.count(".")  # people can translate them
    assert sum(map(bool, targets)) == drafted


@pytest.mark.parametrize("where", ["PYTHONPATH", "after ours"])
def test_a_plugin_may_call_itself_as_one_of_ours_does_and_replace_what_we_ship(
    tmp_path: Path, where: str
) -> None:
    source = (
        "from workbench.engines.fake import Fake\nclass Other(Fake):\n    name = 'other'\n"
        "class Apertium(Fake):\n    name = 'apertium'\n"
        f"{HOOK}def workbench_engines():\n    return [Other(), Apertium()]\n"
    )
    site = tmp_path / "site"
    plugin(site, "engines", source)
    code = (
        f"import sys\nif {where != 'PYTHONPATH'}: sys.path.append({str(site)!r})\n"
        "from workbench.registry import engines\n"
        "print(sorted(engines()), type(engines()['apertium']).__module__)"
    )
    env = {**os.environ, "PYTHONPATH": str(site if where == "PYTHONPATH" else "")}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
    )
    assert "'argos'" in done.stdout
    assert "'other'" in done.stdout
    assert done.stdout.split()[-1] == "broken_plugin"


def test_what_the_guide_shows_is_in_the_example() -> None:
    guide = (ROOT / "docs" / "plugins.md").read_text("utf-8")
    source = (EXAMPLE / "workbench_example.py").read_text("utf-8")
    blocks = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    assert len(blocks) == 5
    for block in blocks:
        assert block in source, block
    (about,) = re.findall(r"```toml\n(.*?)```", guide, re.DOTALL)
    assert about in (EXAMPLE / "pyproject.toml").read_text("utf-8")

"""Apertium's pipelines: kept apart exactly, revived when they die, and never deadlocked."""

from __future__ import annotations

import os
import shutil
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from workbench.engines import apertium, pipeline
from workbench.engines.apertium import Apertium, ApertiumTranslator
from workbench.engines.pipeline import Pipeline

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(
    shutil.which("apertium") is None or ("en", "es") not in apertium.modes(),
    reason="Apertium is not installed; type: sudo apt-get install apertium apertium-eng-spa",
)


@pytest.fixture(scope="module")
def spanish() -> Iterator[ApertiumTranslator]:
    translator = Apertium().load("en", "es")
    yield translator
    translator.close()


def best(translator: ApertiumTranslator, *texts: str) -> list[str]:
    return [draft.hypotheses[0].text for draft in translator.translate(texts)]


def test_really_translates(spanish: ApertiumTranslator) -> None:
    assert best(spanish, "The house is big.", "The house") == ["La casa es grande.", "La casa"]


def test_curly_apostrophes_are_understood(spanish: ApertiumTranslator) -> None:
    assert best(spanish, "It’s the house.") == best(spanish, "It's the house.")


@pytest.mark.parametrize("mark", list("[]{}^$/\\@<>*#+~&%=|_"))
def test_special_characters_survive(spanish: ApertiumTranslator, mark: str) -> None:
    (text,) = best(spanish, f"The house {mark} the house.")
    assert mark in text
    assert text.count("casa") == 2


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example(["\uffff the house", "\ufffe\uffff"])
@given(st.lists(st.text(max_size=40), max_size=8))
def test_any_texts_keep_their_order_and_lines(
    spanish: ApertiumTranslator, texts: list[str]
) -> None:
    drafts = spanish.translate(["the house", *texts, "the book"])
    assert len(drafts) == len(texts) + 2
    assert drafts[0].hypotheses[0].text.casefold() == "la casa"
    assert drafts[-1].hypotheses[0].text.casefold() == "el libro"
    for text, draft in zip(texts, drafts[1:-1], strict=True):
        assert draft.hypotheses[0].text.count("\n") == text.count("\n")


def test_a_large_batch_does_not_deadlock(spanish: ApertiumTranslator) -> None:
    texts = [f"The house number {i} is big and old, and nobody lives there." for i in range(3000)]
    answers = best(spanish, *texts)
    assert all(str(i) in answer for i, answer in enumerate(answers))


def test_pivots_through_spanish() -> None:
    if ("en", "fr") not in set(Apertium().pairs()):
        pytest.skip("apertium-fr-es is not installed")
    french = Apertium().load("en", "fr")
    assert best(french, "The house is big.") == ["La maison est grande."]
    french.close()


def test_a_dead_pipeline_is_started_again() -> None:
    translator = Apertium().load("en", "es")
    assert best(translator, "The house.") == ["La casa."]
    process = translator._pipelines[0]._process
    assert process
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert best(translator, "The house.") == ["La casa."]
    translator.close()


def fragile(tmp_path: Path, on_poison: str) -> Pipeline:
    """A pipeline of our own that copies its input, and fails when it reads `poison`."""
    script = tmp_path / "copy.py"
    script.write_text(
        "import sys, time\n"
        "buffer = b''\n"
        "while chunk := sys.stdin.buffer.read1():\n"
        "    buffer += chunk\n"
        "    *whole, buffer = buffer.split(b'\\0')\n"
        "    for text in whole:\n"
        f"        if b'poison' in text: {on_poison}\n"
        "        sys.stdout.buffer.write(text + b'\\0')\n"
        "        sys.stdout.buffer.flush()\n",
        "utf-8",
    )
    mode = tmp_path / "en-es.mode"
    import sys

    mode.write_text(f"{sys.executable} {script}", "utf-8")
    pipeline = Pipeline(mode)
    pipeline._command = mode.read_text("utf-8")
    return pipeline


@pytest.mark.parametrize("on_poison", ["sys.exit(1)", "time.sleep(60)"])
def test_a_segment_that_kills_or_hangs_costs_only_itself(
    tmp_path: Path, on_poison: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "PATIENCE", 0.5)
    broken = fragile(tmp_path, on_poison)
    started = time.perf_counter()
    assert broken.translate(["a", "b", "poison", "c"]) == ["a", "b", None, "c"]
    assert time.perf_counter() - started < 20
    broken.close()


def test_why_not_names_the_packages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "apt-get install apertium apertium-eng-spa apertium-es-pt" in Apertium().why_not(
        "en", "pt"
    )
    assert list(Apertium().pairs()) == []

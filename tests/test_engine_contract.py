"""What every registered engine keeps: order, count, form, and weird input never costs a batch."""

from __future__ import annotations

import shutil
from contextlib import nullcontext
from typing import TYPE_CHECKING

import pytest
import toyfolder
import toymodel
from httpserving import serving
from libreserver import LibreServer

from workbench import lang, registry
from workbench.engines import libreserver
from workbench.engines.install import install_file
from workbench.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from workbench.model import Engine, Translator

ENGINES = sorted(registry.engines())
WEIRD = [
    "The old church.",
    "",
    "   ",
    " The lamp. ",
    "Two\nlines\n\nand a gap",
    "😀🎉",
    "nul\0byte",
    "half \ud800 pair",
    "[brackets] ^marks$ a/b <b>tag</b> {curly} \\ back @ # * + ~",
    "file_name.txt",
    "שלום עולם",
    "你好，世界。",
    "word " * 400,
    "x" * 2000,
    "‘Quoted,’ she said – “twice” … once.",
    "\u202eright to left\u202c",
    "No full stop",
]


@pytest.fixture(params=ENGINES)
def engine(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Engine]:
    """Each engine, ready to translate English to Spanish."""
    if request.param == "argos":
        install_file(toymodel.package(tmp_path, "en", "es"))
    if request.param == "apertium" and shutil.which("apertium") is None:
        pytest.skip(
            "Apertium is not installed; type: sudo apt-get install apertium apertium-eng-spa"
        )
    if request.param == "ctranslate2":
        monkeypatch.setenv("WORKBENCH_MODELS", str(tmp_path))
        toyfolder.many(tmp_path / "many")
    with serving(LibreServer()) if request.param == "libretranslate" else nullcontext() as server:
        if server:
            monkeypatch.setenv("WORKBENCH_LIBRETRANSLATE_URL", server.url)
        yield registry.engines()[request.param]
    libreserver._languages.cache_clear()


@pytest.fixture
def translator(engine: Engine) -> Iterator[Translator]:
    ready = engine.load("en", "es")
    yield ready
    ready.close()
    ready.close()  # safe to call twice


def test_pairs_are_language_tags(engine: Engine) -> None:
    for source_lang, target_lang in engine.pairs():
        assert lang.standard_tag(source_lang) == source_lang
        assert lang.standard_tag(target_lang) == target_lang
        assert source_lang != target_lang


def test_why_not_is_one_line(engine: Engine) -> None:
    reason = engine.why_not("en", "tlh")
    assert reason
    assert "\n" not in reason


def test_a_pair_it_has_not_is_an_error(engine: Engine) -> None:
    if engine.automatic:
        with pytest.raises(EngineError, match=engine.name):
            engine.load("en", "eo")


def test_it_says_who_made_a_draft_and_how(translator: Translator, engine: Engine) -> None:
    assert translator.origin.startswith(engine.name)
    assert all(":" in part for part in translator.signature.split("|"))


def test_one_draft_for_each_text_in_order(translator: Translator) -> None:
    assert translator.translate([]) == []
    together = translator.translate(WEIRD)
    assert len(together) == len(WEIRD)
    for text, draft in zip(WEIRD, together, strict=True):
        assert draft.hypotheses, f"{text[:20]!r}: {draft.error}"
        best = draft.hypotheses[0].text
        assert bool(best.strip()) == bool(text.strip())
        assert best.count("\n") == text.count("\n")
        assert best[: len(best) - len(best.lstrip())] == text[: len(text) - len(text.lstrip())]


def test_alone_or_together_gives_the_same(translator: Translator) -> None:
    texts = [
        "The lamp.",
        "Nobody knew the sailor.",
        "The lamp.",
        "A small boat came in from the east.",
    ]
    together = [draft.hypotheses[0].text for draft in translator.translate(texts)]
    alone = [translator.translate([text])[0].hypotheses[0].text for text in texts]
    assert together == alone
    assert together[0] == together[2]


def test_hypotheses_are_distinct_and_best_first(translator: Translator) -> None:
    (draft,) = translator.translate(["The old church has the new bell."], 3)
    texts = [hypothesis.text for hypothesis in draft.hypotheses]
    assert 1 <= len(texts) == len(set(texts)) <= 3
    scores = [hypothesis.score for hypothesis in draft.hypotheses if hypothesis.score is not None]
    assert scores == sorted(scores, reverse=True)


def test_the_end_of_a_sentence_is_kept(translator: Translator) -> None:
    texts = ["He came.", "Did he come?", "He came!", "He came", "He came:"]
    for text, draft in zip(texts, translator.translate(texts), strict=True):
        best = draft.hypotheses[0].text
        assert best[-1].isalnum() if text[-1].isalnum() else best[-1] == text[-1], best

"""The lexicons that ship: there, whole, small, right about common words, and packed without loss."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from workbench import lexicon
from workbench.lexicon.packing import packed, unpacked
from workbench.wordlinks.counts import Counts
from workbench.wordlinks.tokens import key

FILES = sorted(Path(lexicon.__file__).parent.glob("*.lexicon"))
CARD = (Path(__file__).parents[1] / "docs" / "lexicon.md").read_text("utf-8")
WATER = {"es": "agua", "fr": "eau", "de": "wasser", "pt": "água", "it": "acqua"}


def test_they_are_small_and_those_of_the_model_card() -> None:
    assert {file.stem for file in FILES} == {f"en-{target_lang}" for target_lang in WATER}
    assert sum(file.stat().st_size for file in FILES) < 15e6
    for file in FILES:
        assert hashlib.sha256(file.read_bytes()).hexdigest() in CARD, file.name


@pytest.mark.parametrize("target_lang", WATER)
def test_common_words(target_lang: str) -> None:
    counts = lexicon.load("en", target_lang)
    assert counts is not None
    assert key(WATER[target_lang]) in [word for word, _ in counts.translations(key("water"))[:2]]
    back = lexicon.load(target_lang, "en-GB")
    assert back is not None
    assert back.translations(key(WATER[target_lang]))[0][0] == "water"


def test_through_english() -> None:
    counts = lexicon.load("de", "fr")
    assert counts is not None
    assert counts.translations("haus")[0][0] == "maiso"


@pytest.mark.parametrize(
    "pair", [("en", "eo"), ("eo", "en"), ("fr", "fr-CA"), ("eo", "fr"), ("../x", "en")]
)
def test_pairs_without_lexicon(pair: tuple[str, str]) -> None:
    assert lexicon.load(*pair) is None


def test_packing_keeps_words_and_counts_to_a_few_percent() -> None:
    counts = Counts(
        {"a": 0, "unused": 1, "b": 2},
        {"ä": 0, "日": 1, "c": 2},
        np.array([0 << 32 | 1, 2 << 32 | 0, 2 << 32 | 2], np.int64),
        np.array([7.0, 0.3, 90_000.0], np.float32),
        np.array([1.0, 2.0, 3.0], np.float32),
        np.array([4.0, 5.0, 6.0], np.float32),
    )
    content = packed(counts)
    assert content == packed(counts)
    back = unpacked(content)
    assert set(back.source) == {"a", "b"}
    for source, target, links in (("a", "日", 7.0), ("b", "ä", 0.3), ("b", "c", 90_000.0)):
        found = back.look_up(np.array([back.source[source]]), np.array([back.target[target]]))
        assert found[0] == pytest.approx(links, rel=0.045)
    assert back.source_alone[back.source["b"]] == pytest.approx(3.0, rel=0.045)
    assert (np.diff(back.keys) > 0).all()

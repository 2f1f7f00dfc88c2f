"""The gate before people: faults of engines planted into good translations, and the good ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from faults import LANGS, PLANTERS, Pair, clean_pairs

from workbench import registry
from workbench.drafting import Judge

SHARED = Path(__file__).parents[2] / "shared" / "data"


def judge(target_lang: str) -> Judge:
    return Judge(registry.checks().values(), "en", target_lang)


def flores(target_lang: str, step: int) -> list[Pair]:
    """Professional translations, where there are some beside the project."""
    if not (SHARED / "flores-dev.en").exists():
        pytest.skip("needs the FLORES-200 dev set in ../shared/data")
    other = LANGS[(LANGS.index(target_lang) + 1) % len(LANGS)]
    texts = [
        (SHARED / f"flores-dev.{lang}").read_text("utf-8").splitlines()[::step]
        for lang in ("en", target_lang, other)
    ]
    return [Pair(*row) for row in zip(*texts, strict=True)]


def caught(target_lang: str, pairs: list[Pair]) -> tuple[int, list[str]]:
    """How many faults were planted, and those that nothing was said about."""
    mine = judge(target_lang)
    planted = [
        (name, made)
        for name, planter in PLANTERS.items()
        for pair in pairs
        if (made := planter(pair))
    ]
    found = mine.findings([made for _, made in planted])
    missed = [
        f"{target_lang}: {name}: {made}"
        for (name, made), findings in zip(planted, found, strict=True)
        if not findings
    ]
    return len(planted), missed


def test_no_clean_translation_is_flagged() -> None:
    flagged = [
        (pair, findings)
        for lang in LANGS
        for pair in clean_pairs(lang)
        for findings in judge(lang).findings([(pair.source, pair.target)])
        if findings
    ]
    assert not flagged


@pytest.mark.parametrize("target_lang", LANGS)
def test_nearly_every_planted_fault_is_caught(target_lang: str) -> None:
    planted, missed = caught(target_lang, clean_pairs(target_lang))
    assert planted >= 200
    assert len(missed) <= 0.02 * planted, missed


@pytest.mark.parametrize("planter", PLANTERS)
def test_every_kind_of_fault_is_caught(planter: str) -> None:
    made = [
        (lang, planted)
        for lang in LANGS
        for pair in clean_pairs(lang)
        if (planted := PLANTERS[planter](pair))
    ]
    missed = [(lang, planted) for lang, planted in made if judge(lang).findings([planted]) == [[]]]
    assert len(made) >= 10
    assert len(missed) <= 0.1 * len(made), missed


@pytest.mark.parametrize("target_lang", LANGS)
def test_translators_work_is_hardly_ever_flagged(target_lang: str) -> None:
    pairs = flores(target_lang, step=1)
    found = judge(target_lang).findings([(pair.source, pair.target) for pair in pairs])
    flagged = [pair for pair, findings in zip(pairs, found, strict=True) if findings]
    assert len(flagged) <= 0.02 * len(pairs)


def test_planted_faults_in_translators_work_are_caught() -> None:
    planted, missed = 0, []
    for lang in LANGS:
        more, others = caught(lang, flores(lang, step=50))
        planted += more
        missed += others
    assert planted >= 200
    assert len(missed) <= 0.05 * planted, missed

"""Argos packages through CTranslate2: known translations, pivots, prefixes, long input, versions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import toymodel

from workbench.drafting import Judge
from workbench.engines import choose
from workbench.engines.argos import Argos
from workbench.engines.install import install_file, remove
from workbench.engines.neural import Model
from workbench.engines.packages import installed, packages_dir
from workbench.errors import EngineError
from workbench.model import Draft, Settings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def best(texts: list[str], source_lang: str = "en", target_lang: str = "es") -> list[str]:
    translator = Argos().load(source_lang, target_lang)
    drafts = translator.translate(texts)
    translator.close()
    return [draft.hypotheses[0].text for draft in drafts]


def test_translates_every_word_where_it_stands(tmp_path: Path) -> None:
    install_file(toymodel.package(tmp_path, "en", "es"))
    assert best(["The lamp, the rope."]) == ["ehT pmal, eht epor."] or best(["The lamp."])[
        0
    ].startswith("ehT")


def test_underscores_outer_space_and_line_breaks_stay(tmp_path: Path) -> None:
    install_file(toymodel.package(tmp_path, "en", "es"))
    (text,) = best(["  The a_b\n\n The c_d \n"])
    assert text.startswith("  ehT")
    assert text.endswith(" \n")
    assert text.count("_") == 2
    assert text.count("\n") == 3


def test_second_best_has_a_lower_score(tmp_path: Path) -> None:
    install_file(toymodel.package(tmp_path, "en", "es"))
    (draft,) = Argos().load("en", "es").translate(["The lamp."], 2)
    first, second = draft.hypotheses
    assert (first.text, second.text) == ("ehT pmal.", "ehT ehT.")
    assert 0 >= (first.score or 0) > (second.score or 0)


def test_a_pair_without_a_model_goes_through_a_third_language(tmp_path: Path) -> None:
    install_file(toymodel.package(tmp_path, "en", "es"))
    install_file(toymodel.package(tmp_path, "es", "fr"))
    assert ("en", "fr") in set(Argos().pairs())
    translator = Argos().load("en", "fr")
    assert translator.origin.count("translate-") == 2
    (draft,) = translator.translate(["The lamp."], 2)
    assert draft.pivots == (("es", "ehT pmal."),)
    assert draft.hypotheses[0].text
    assert not draft.hypotheses[0].looks


def test_a_longer_way_is_gone_where_nothing_else_leads(tmp_path: Path) -> None:
    for pair in (("en", "es"), ("es", "fr"), ("fr", "de")):
        install_file(toymodel.package(tmp_path, *pair))
    assert ("en", "de") not in set(Argos().pairs())
    said: list[str] = []
    translator = choose.first_that_works("en", "de", say=said.append, offline=True)
    assert translator.origin.count("translate-") == 3
    (draft,) = translator.translate(["The lamp."])
    assert [pivot for pivot, _ in draft.pivots] == ["es", "fr"]
    assert Argos().why_not("en", "it")


def test_a_text_goes_once_through_the_step_that_languages_share(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for pair in (("en", "es"), ("es", "fr"), ("es", "pt")):
        install_file(toymodel.package(tmp_path, *pair))
    asked: list[tuple[str, str]] = []
    compute = Model.translate

    def watched(self: Model, texts: Sequence[str], hypotheses: int) -> list[Draft]:
        asked.extend((self.identity, text) for text in texts)
        return compute(self, texts, hypotheses)

    monkeypatch.setattr(Model, "translate", watched)
    texts = ["The lamp.", "A small boat.", "The lamp."]
    drafts = {lang: Argos().load("en", lang).translate(texts) for lang in ("es", "fr", "pt")}
    assert [text for model, text in asked if "en_es" in model] == texts[:2]
    assert [d.pivots for d in drafts["fr"]] == [
        (("es", d.hypotheses[0].text),) for d in drafts["es"]
    ]
    assert drafts["fr"][0] == drafts["fr"][2]
    # more hypotheses are not those of the one
    assert len(Argos().load("en", "es").translate(texts[:1], 2)[0].hypotheses) == 2


def test_target_prefix_is_given_and_taken_off(tmp_path: Path) -> None:
    install_file(toymodel.package(tmp_path, "en", "es", prefix="__es__"))
    (text,) = best(["The lamp."])
    assert "__es__" not in text
    assert text


def test_argos_codes_become_language_tags(tmp_path: Path) -> None:
    install_file(toymodel.package(tmp_path, "en", "pb"))
    install_file(toymodel.package(tmp_path, "en", "zt"))
    assert set(Argos().pairs()) == {("en", "pt-BR"), ("en", "zh-Hant")}


def test_nothing_of_a_long_text_is_cut(tmp_path: Path) -> None:
    install_file(toymodel.package(tmp_path, "en", "es"))
    text = ", ".join(f"the lamp number {i}" for i in range(200))
    (translated,) = best([text])
    assert all(str(i) in translated for i in range(200))


def test_the_newest_version_wins_and_broken_folders_hide_nothing(tmp_path: Path) -> None:
    install_file(toymodel.package(tmp_path, "en", "es", version="1.9"))
    install_file(toymodel.package(tmp_path, "en", "es", version="1.10"))
    (packages_dir() / "stray").mkdir()
    for name, text in (
        ("broken", "{"),
        ("list", "[]"),
        ("nameless", json.dumps({"from_code": "en"})),
    ):
        (packages_dir() / name).mkdir()
        (packages_dir() / name / "metadata.json").write_text(text, "utf-8")
    assert [package.version for package in installed()] == ["1.10"]
    assert [package.version for package in remove("en", "es")] == ["1.10", "1.9"]
    assert installed() == []


def test_a_damaged_model_is_said(tmp_path: Path) -> None:
    package = install_file(toymodel.package(tmp_path, "en", "es"))
    model = package.path / "model" / "model.bin"
    model.write_bytes(model.read_bytes()[:1000])
    with pytest.raises(EngineError, match="install it again"):
        Argos().load("en", "es")
    (package.path / "sentencepiece.model").unlink()
    with pytest.raises(EngineError, match="tokenizer"):
        Argos().load("en", "es")


def test_what_the_model_looked_at_becomes_word_links(tmp_path: Path) -> None:
    install_file(toymodel.package(tmp_path, "en", "es"))
    text = "  The lamp, the rope."
    translator = Argos().load("en", "es", Settings(attention=True))
    assert "attention:yes" in translator.signature
    (draft,) = translator.translate([text])
    judge = Judge([], "en", "es")
    assert draft.hypotheses[0].text == "  ehT pmal, eht orep."
    assert judge.links(text, draft.hypotheses[0]) == "0-0 1-1 2-2 3-3 4-4 5-5"
    (plain,) = Argos().load("en", "es").translate([text])
    assert judge.links(text, plain.hypotheses[0]) == ""


def test_pieces_of_a_long_text_are_joined_as_they_were_cut(tmp_path: Path) -> None:
    install_file(toymodel.package(tmp_path, "en", "es"))
    texts = ["a" * 500, "the lamp 1,400.5 " * 30, "lamp, " * 110]
    lengths = [len(text.strip()) for text in texts]
    assert [len(text) for text in best([text.strip() for text in texts])] == lengths

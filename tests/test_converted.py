"""The engine `ctranslate2`: real model folders of each family, whose language tokens and ends matter."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest
import toyfolder
from click.testing import CliRunner

from workbench import registry
from workbench.cli import main
from workbench.engines import choose, folders
from workbench.engines.converted import Converted
from workbench.errors import EngineError
from workbench.model import Settings

if TYPE_CHECKING:
    from pathlib import Path

SPANISH = "Theó lampó."
FRENCH = "Theé lampé."


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "models"
    folder.mkdir()
    monkeypatch.setenv("WORKBENCH_MODELS", str(folder))
    return folder


def best(target_lang: str, *texts: str, source_lang: str = "en") -> list[str]:
    translator = Converted().load(source_lang, target_lang)
    drafts = translator.translate(texts or ("The lamp.",))
    translator.close()
    return [draft.hypotheses[0].text for draft in drafts]


FAMILIES = {
    "nllb": ("spa_Latn", "fra_Latn", "eng_Latn"),
    "m2m": ("__es__", "__fr__", "__en__"),
    "mbart": ("es_XX", "fr_XX", "en_XX"),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_models_of_many_languages_are_told_source_target_and_end(models: Path, family: str) -> None:
    toyfolder.many(models / family, FAMILIES[family])
    assert len(list(Converted().pairs())) == 6
    # without the source's token the first word would be lost, without the end the text never ends
    assert best("es", "The lamp.", "The lamp. The rope.") == [
        SPANISH,
        best("es", "The lamp. The rope.")[0],
    ]
    assert best("fr") == [FRENCH]
    assert best("en", SPANISH.replace("ó", ""), source_lang="es") == ["The lamp."]


def test_opus_models_with_one_target_take_no_token(models: Path) -> None:
    toyfolder.opus(models / "opus-mt-en-es")
    assert list(Converted().pairs()) == [("en", "es")]
    assert best("es") == ["ehT pmal."]


def test_opus_models_with_several_targets_are_told_which(models: Path) -> None:
    toyfolder.opus(models / "opus-mt-tc-big-en-roa", (">>spa<<", ">>fra<<"))
    assert set(Converted().pairs()) == {("en", "es"), ("en", "fr")}
    assert (best("es"), best("fr")) == ([SPANISH], [FRENCH])


def test_madlad_models_are_told_the_target_before_the_source(models: Path) -> None:
    folder = toyfolder.opus(models / "madlad", ("<2es>", "<2fr>"))
    (folder / "source.spm").rename(folder / "spiece.model")
    (folder / "target.spm").unlink()
    toyfolder.describe(folder, source_langs=["en"])
    assert (best("es"), best("fr")) == ([SPANISH], [FRENCH])


def test_the_end_mark_is_added_once_at_most(models: Path) -> None:
    # converters differ: some leave the end mark to CTranslate2, others to whoever calls it
    toyfolder.opus(models / "opus-mt-en-es", add_source_eos=True)
    (folder,) = folders.found()
    assert folder.end == ""
    assert best("es") == ["ehT pmal."]
    toyfolder.opus(models / "opus-mt-en-es")
    (folder,) = folders.found()
    assert folder.end == "</s>"
    toyfolder.describe(models / "opus-mt-en-es", add_eos=False)
    (folder,) = folders.found()
    assert folder.end == ""
    assert len(best("es")[0]) > 100  # and indeed it never ends


@pytest.mark.parametrize(
    ("name", "pair"),
    [
        ("opus-mt-en-es", ("en", "es")),
        ("Helsinki-NLP--opus-mt-en-es", ("en", "es")),
        ("opus-mt-tc-big-en-pt", ("en", "pt")),
        ("opus-mt-eng-spa-int8", ("en", "es")),
        ("en_de", ("en", "de")),
        ("opus-mt-mt-en", ("mt", "en")),
    ],
)
def test_names_tell_languages(models: Path, name: str, pair: tuple[str, str]) -> None:
    toyfolder.opus(models / name)
    assert list(Converted().pairs()) == [pair]


@pytest.mark.parametrize(
    "name", ["model", "opus-mt-ROMANCE-en", "opus-mt-gmw-en", "my-models", "en-x"]
)
def test_unknown_languages_are_asked_for(models: Path, name: str) -> None:
    toyfolder.opus(models / name)
    assert list(Converted().pairs()) == []
    reason = Converted().why_not("en", "es")
    assert "\n" not in reason
    assert f"{models / name / 'workbench.json'}" in reason
    toyfolder.describe(models / name, source_langs=["en", "pt_BR"], target_langs=["es"])
    assert list(Converted().pairs()) == [("en", "es"), ("pt-BR", "es")]


def test_the_makers_tokenizer_file_tells_languages_too(models: Path) -> None:
    toyfolder.opus(models / "downloaded")
    about = {"source_lang": "eng", "target_lang": "spa", "tokenizer_class": "MarianTokenizer"}
    (models / "downloaded" / "tokenizer_config.json").write_text(json.dumps(about), "utf-8")
    assert list(Converted().pairs()) == [("en", "es")]


def test_a_description_can_leave_languages_out(models: Path) -> None:
    toyfolder.many(models / "nllb")
    toyfolder.describe(models / "nllb", source_langs=["en"], target_langs=["spa_Latn"])
    assert list(Converted().pairs()) == [("en", "es")]
    toyfolder.describe(models / "nllb", target_langs=["eo"])
    assert "target_langs names eo, which the model does not have" in Converted().why_not("en", "es")


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("{", "no JSON"), ("[" * 10_000, "no JSON"), ("[]", "no JSON object"),
        ('{"target_langs": "es"}', "no list"), ('{"target_langs": [5]}', "no list"),
        ('{"add_eos": "yes"}', "add_eos"), ('{"x": "' + "x" * (2 << 20) + '"}', "too large"),
    ],
)  # fmt: skip
def test_a_broken_description_is_said(models: Path, said: str, problem: str) -> None:
    toyfolder.many(models / "nllb")
    (models / "nllb" / "workbench.json").write_text(said, "utf-8")
    assert problem in Converted().why_not("en", "es")
    with pytest.raises(EngineError, match="ctranslate2"):
        Converted().load("en", "es")


def test_codes_become_language_tags(models: Path) -> None:
    toyfolder.many(models / "nllb", ("por_Latn", "zho_Hant", "arb_Arab"))
    assert {source for source, _ in Converted().pairs()} == {"pt", "zh-Hant", "ar"}
    engine = Converted()
    for near in (("pt-BR", "ar"), ("ar-EG", "zh-TW"), ("pt-PT", "zh-Hant")):
        assert engine.why_not(*near) == ""
        engine.load(*near).close()
    for far in (("pt", "zh-Hans"), ("es", "ar"), ("ar", "fa")):
        assert engine.why_not(*far)
    toyfolder.many(models / "nllb", ("srp_Cyrl", "nob_Latn", "pbt_Arab"))
    assert {source for source, _ in Converted().pairs()} == {"sr", "nb", "ps"}
    assert engine.why_not("no", "sr-Cyrl") == ""
    assert engine.why_not("no", "sr-Latn")  # another script is no near variant


def test_the_model_for_the_fewest_languages_wins_and_is_named(models: Path) -> None:
    toyfolder.many(models / "a-nllb")
    toyfolder.opus(models / "opus-mt-en-es")
    translator = Converted().load("en", "es")
    assert translator.origin == "ctranslate2 opus-mt-en-es"
    assert Converted().load("en", "fr").origin == "ctranslate2 a-nllb"
    # another model of the same name has another signature: its drafts are not taken for the old one's
    toyfolder.opus(models / "opus-mt-en-es", (">>spa<<", ">>fra<<"))
    assert Converted().load("en", "es").signature != translator.signature


def test_two_models_that_meet_in_a_pivot(models: Path) -> None:
    toyfolder.opus(models / "opus-mt-de-en")
    toyfolder.many(models / "opus-mt-en-es")
    toyfolder.describe(models / "opus-mt-en-es", source_langs=["en"], target_langs=["es", "fr"])
    assert set(Converted().pairs()) == {
        ("de", "en"),
        ("en", "es"),
        ("en", "fr"),
        ("de", "es"),
        ("de", "fr"),
    }
    translator = Converted().load("de", "es")
    (draft,) = translator.translate(["ehT pmal."])
    assert translator.origin == "ctranslate2 opus-mt-de-en + opus-mt-en-es"
    ((pivot, _),) = draft.pivots
    assert pivot == "en"
    assert draft.hypotheses[0].text.count("ó") >= 2
    assert Converted().why_not("de", "pt")


def test_a_longer_way_is_gone_where_it_is_asked_for(models: Path) -> None:
    for pair in ("de-en", "en-es", "es-fr", "de-it", "it-fr"):
        toyfolder.opus(models / f"opus-mt-{pair}")
    assert Converted().load("de", "fr").origin == "ctranslate2 opus-mt-de-it + opus-mt-it-fr"
    toyfolder.opus(models / "opus-mt-fr-pt")
    assert ("de", "pt") not in set(Converted().pairs())
    assert not Converted().why_not("de", "pt")
    (draft,) = Converted().load("de", "pt").translate(["ehT pmal."])
    assert [pivot for pivot, _ in draft.pivots] == ["it", "fr"]


def test_several_places_and_a_model_itself_can_be_named(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toyfolder.opus(models / "opus-mt-en-es")
    alone = toyfolder.opus(tmp_path / "elsewhere" / "opus-mt-en-fr")
    monkeypatch.setenv("WORKBENCH_MODELS", f"{models}:{alone}:{tmp_path / 'missing'}:{models}")
    assert list(Converted().pairs()) == [("en", "es"), ("en", "fr")]
    assert len(folders.found()) == 2


def test_without_a_setting_models_are_in_the_users_data_folder(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WORKBENCH_MODELS")
    (place,) = folders.places()
    assert place.name == "models"
    toyfolder.opus(place / "opus-mt-en-es")
    assert list(Converted().pairs()) == [("en", "es")]


@pytest.mark.parametrize(
    ("file", "problem"),
    [
        ("source.spm", "no SentencePiece model; copy source.spm and target.spm"),
        ("source_vocabulary.json", "no translation model"),
        ("target_vocabulary.json", "no translation model"),
    ],
)
def test_a_missing_file_is_said_and_hides_nothing(models: Path, file: str, problem: str) -> None:
    toyfolder.opus(models / "opus-mt-en-fr")
    broken = toyfolder.opus(models / "opus-mt-en-es")
    (broken / file).unlink()
    assert list(Converted().pairs()) == [("en", "fr")]
    assert problem in Converted().why_not("en", "es")


@pytest.mark.parametrize("name", ["model.bin", "source.spm", "target.spm"])
def test_a_broken_file_is_said_when_the_model_is_loaded(models: Path, name: str) -> None:
    broken = toyfolder.opus(models / "opus-mt-en-es")
    (broken / name).write_bytes(b"not what it should be")
    with pytest.raises(EngineError, match=r"opus-mt-en-es"):
        Converted().load("en", "es")


def test_a_vocabulary_of_a_wrong_kind_is_said(models: Path) -> None:
    broken = toyfolder.many(models / "nllb")
    (broken / "shared_vocabulary.json").write_text('{"a": 1}', "utf-8")
    assert "holds no list of tokens" in Converted().why_not("en", "es")
    (broken / "shared_vocabulary.json").write_bytes(b"\xff\xfe")
    assert "cannot be read" in Converted().why_not("en", "es")


def test_vocabularies_in_text_files(models: Path) -> None:
    folder = toyfolder.many(models / "nllb")
    tokens = json.loads((folder / "shared_vocabulary.json").read_text("utf-8"))
    (folder / "shared_vocabulary.json").unlink()
    (folder / "shared_vocabulary.txt").write_text("\n".join(tokens) + "\n", "utf-8")
    assert len(list(Converted().pairs())) == 6


def test_a_graphics_card_that_is_not_there_is_said(models: Path) -> None:
    import ctranslate2

    if ctranslate2.get_cuda_device_count():
        pytest.skip("this machine has one")
    toyfolder.opus(models / "opus-mt-en-es")
    with pytest.raises(EngineError, match="--device cpu"):
        Converted().load("en", "es", Settings(device="cuda"))
    Converted().load("en", "es", Settings(device="auto")).close()


def test_it_is_chosen_before_anything_is_downloaded(models: Path) -> None:
    toyfolder.opus(models / "opus-mt-en-es")
    said: list[str] = []
    translator = choose.first_that_works("en", "es", say=said.append)
    assert translator.origin == "ctranslate2 opus-mt-en-es"
    assert not any("index" in line for line in said)


def test_a_model_that_is_replaced_is_read_again(models: Path) -> None:
    toyfolder.opus(models / "opus-mt-en-es")
    assert best("es") == ["ehT pmal."]
    shutil.rmtree(models / "opus-mt-en-es")
    assert list(Converted().pairs()) == []


def test_from_the_command_line(models: Path, tmp_path: Path) -> None:
    toyfolder.many(models / "nllb")
    text = tmp_path / "text.txt"
    text.write_text("The lamp.\n", "utf-8")
    db = ["--db", str(tmp_path / "w.db")]
    done = CliRunner().invoke(
        main, ["run", str(text), "--to", "es", "--to", "fr", "--engine", "ctranslate2", *db]
    )
    assert done.exit_code == 0, done.output
    found = CliRunner().invoke(main, ["search", "lamp", *db, "--json"])
    assert {row["target"] for row in json.loads(found.stdout)} == {SPANISH, FRENCH}
    assert "ctranslate2" in registry.engines()

"""Model folders as CTranslate2's converters leave them, hand-wired: language tokens and `</s>` matter.

A piece has one code for all its translations; the language token chooses among them: Spanish puts
an ó behind each word piece, French an é.  Where a tag or the end mark is missing, words are
lost, shifted, in the wrong language, or never end.
"""

from __future__ import annotations

import json
import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import sentencepiece
from ctranslate2.specs import TransformerSpec
from toymodel import CODE, POSITIONS, SHARPNESS, _wire, mirrored, sentencepiece_model

if TYPE_CHECKING:
    from collections.abc import Callable

SIZE = CODE + POSITIONS
# Of a code's numbers the first marks a language token, the next seven say which language.
FLAG, LANGUAGES = 0, slice(1, 8)
LOUD = 10.0
Side = Literal["both", "source", "none"]


def spanish(piece: str) -> str:
    """The Spanish of a word piece."""
    return f"{piece}ó" if piece.strip("▁").isalpha() else piece


def french(piece: str) -> str:
    """The French of a word piece."""
    return f"{piece}é" if piece.strip("▁").isalpha() else piece


def pieces() -> list[str]:
    processor = sentencepiece.SentencePieceProcessor(model_proto=sentencepiece_model())
    return [processor.id_to_piece(i) for i in range(1, processor.get_piece_size())]


def many(folder: Path, tags: tuple[str, str, str] = ("spa_Latn", "fra_Latn", "eng_Latn")) -> Path:
    """A model of Spanish, French and English, as NLLB and M2M-100 are; returns its folder."""
    _write(folder, _built(tags, "both"))
    (folder / "sentencepiece.bpe.model").write_bytes(sentencepiece_model())
    return folder


def opus(folder: Path, tags: tuple[str, ...] = (), *, add_source_eos: bool = False) -> Path:
    """An OPUS-MT model; with tags one of several target languages; returns its folder."""
    _write(folder, _built(tags, "source" if tags else "none", add_source_eos=add_source_eos))
    for name in ("source.spm", "target.spm"):
        (folder / name).write_bytes(sentencepiece_model())
    return folder


def _write(folder: Path, files: dict[str, bytes]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


@cache
def _built(tags: tuple[str, ...], side: Side, *, add_source_eos: bool = False) -> dict[str, bytes]:
    """The files of a model; its language tokens stand for Spanish, French and English."""
    ways: list[Callable[[str], str]] = [spanish, french, str] if tags else [mirrored]
    words = pieces()
    ours = ["<unk>", "<s>", "</s>", *words, *(way(w) for way in ways for w in words), *tags]
    target = list(dict.fromkeys(ours))
    # NLLB and M2M-100 have one vocabulary for both sides, OPUS-MT may have two
    source = target if side == "both" else ["<unk>", "<s>", "</s>", *words, *tags]
    codes = np.random.default_rng(0).choice([-1.0, 1.0], size=(len(target), CODE)).astype("float32")
    codes[:, : LANGUAGES.stop] = 0
    index = {piece: i for i, piece in enumerate(target)}
    voices = np.zeros((len(target), CODE), "float32")
    if tags:
        for word in words:
            for way in ways:
                codes[index[way(word)]] = codes[index[word]]
        for word in words:
            made = [way(word) for way in ways]
            for number, translation in enumerate(made):
                if made.count(translation) == 1:
                    voices[index[translation], LANGUAGES] -= 1
                    voices[index[translation], LANGUAGES.start + number] += 2
    embedding = np.zeros((len(source), SIZE), "float32")
    for i, piece in enumerate(source):
        code = codes[index[piece if tags else mirrored(piece)]]
        embedding[i, :CODE] = code
    projection = np.zeros((len(target), SIZE), "float32")
    projection[:, :CODE] = codes * (SHARPNESS / CODE) + voices * 0.2
    spec = TransformerSpec.from_config(1, 1, pre_norm=True, no_final_norm=True)
    _wire(spec, embedding, projection)
    for number, tag in enumerate(tags):
        loud = np.zeros(SIZE, "float32")
        loud[[FLAG, LANGUAGES.start + number]] = LOUD
        if side == "both":
            spec.decoder.embeddings.weight[index[tag]] = loud
        else:
            spec.encoder.embeddings[0].weight[source.index(tag)] = loud
    if side == "both":
        _listen(spec.decoder.layer[0].self_attention)
    elif side == "source":
        _listen(spec.encoder.layer[0].self_attention)
        positions = spec.decoder.position_encodings.encodings.copy()
        # the first word is written while the second token, after the tag, is looked at
        positions[:-1, CODE:] = positions[1:, CODE:].copy()
        spec.decoder.position_encodings.encodings = positions
    return _saved(spec, source, target, add_source_eos=add_source_eos)


def _listen(attention: Any) -> None:
    """Let every position hear the language token and nothing else."""
    weight, bias = np.zeros((3 * SIZE, SIZE), "float32"), np.zeros(3 * SIZE, "float32")
    bias[0] = 100.0  # the question, always the same: where is a language token?
    weight[SIZE, FLAG] = 1.0
    for number in range(LANGUAGES.start, LANGUAGES.stop):
        weight[2 * SIZE + number, number] = 1.0
    attention.linear[0].weight, attention.linear[0].bias = weight, bias
    attention.linear[1].weight = np.eye(SIZE, dtype="float32")


def _saved(
    spec: Any, source: list[str], target: list[str], *, add_source_eos: bool
) -> dict[str, bytes]:
    spec.register_source_vocabulary(source)
    spec.register_target_vocabulary(target)
    spec.config.add_source_eos = add_source_eos
    spec.config.decoder_start_token = "</s>"
    spec.validate()
    spec.optimize()
    with TemporaryDirectory() as folder:
        spec.save(folder)
        return {file.name: file.read_bytes() for file in Path(folder).iterdir()}


def describe(folder: Path, **said: object) -> None:
    """Write what a person says about a model."""
    (folder / "workbench.json").write_text(json.dumps(said), "utf-8")

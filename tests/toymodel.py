"""A real CTranslate2 model without training: a hand-wired transformer that translates word by word.

The encoder's embedding of a source piece is the code of its target piece; cross-attention looks at
the position that is being written; the projection reads the code off.  Packed with a SentencePiece
model it is a real .argosmodel whose translations are known: the letters of each word, reversed.
"""

from __future__ import annotations

import json
import zipfile
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import sentencepiece
from ctranslate2.specs import TransformerSpec

CODE = 128  # numbers in a piece's code
POSITIONS = 512  # a power of two: longest input in pieces
SHARPNESS = 12.0
END = 2  # where every vocabulary has </s>
PULL = 16.0

TEXT = """
The harbour was quiet when the keeper lit the lamp. A small boat came in from the east.
Nobody knew the sailor, but everybody gave him bread and soup. He told a long story about the sea.
Two friends translate the letters of the town every evening. One reads, the other writes it down.
They keep a list of words: lamp, rope, wind, tide, anchor, sail, wave, shore, bridge, market.
In the morning the children run to the beach and look for shells, stones and old bottles.
The teacher asks what the weather will be. Yes, no, maybe, tomorrow, today, yesterday, always, never.
Three ships left; four came back. The old church has a new bell, and the bell has a clear voice.
"""


def mirrored(piece: str) -> str:
    """The translation of a word piece: its letters from right to left."""
    body = piece.removeprefix("▁")
    mark = piece[: len(piece) - len(body)]
    return mark + body[::-1] if body.isalpha() and len(body) > 1 else piece


def save_model(
    folder: Path,
    source: list[str],
    target: list[str],
    lexicon: dict[str, str],
    second: dict[str, str],
) -> None:
    """Wire and save a model that maps source pieces by a lexicon, with a second choice for some."""
    size = CODE + POSITIONS
    random = np.random.default_rng(0)
    codes = random.choice([-1.0, 1.0], size=(len(target), CODE)).astype("float32")
    index = {piece: i for i, piece in enumerate(target)}
    embedding = np.zeros((len(source), size), "float32")
    for i, piece in enumerate(source):
        embedding[i, :CODE] = codes[index[lexicon.get(piece, "<unk>")]]
        if piece in second:
            embedding[i, :CODE] += 0.6 * codes[index[second[piece]]]
    projection = np.zeros((len(target), size), "float32")
    projection[:, :CODE] = codes * (SHARPNESS / CODE)
    spec = TransformerSpec.from_config(1, 1, pre_norm=True, no_final_norm=True)
    _wire(spec, embedding, projection)
    spec.register_source_vocabulary(source)
    spec.register_target_vocabulary(target)
    spec.config.add_source_eos = True
    spec.config.decoder_start_token = "<s>"
    spec.validate()
    spec.optimize()
    folder.mkdir(parents=True)
    spec.save(str(folder))


def _wire(spec: Any, embedding: np.ndarray, projection: np.ndarray) -> None:
    size = CODE + POSITIONS
    hadamard = np.ones((1, 1))
    while len(hadamard) < POSITIONS:  # rows at right angles: one code for each position
        hadamard = np.block([[hadamard, hadamard], [hadamard, -hadamard]])
    positions = np.zeros((POSITIONS, size), "float32")
    positions[:, CODE:] = hadamard
    encoder, decoder = spec.encoder, spec.decoder
    encoder.scale_embeddings = decoder.scale_embeddings = False
    encoder.embeddings[0].weight = embedding
    decoder.embeddings.weight = np.zeros((len(projection), size), "float32")
    encoder.position_encodings.encodings = decoder.position_encodings.encodings = positions
    for layer in (encoder.layer[0], decoder.layer[0]):
        _silence(layer)
    only_position = np.diag(np.r_[np.zeros(CODE), np.ones(POSITIONS)]).astype("float32")
    only_code = np.diag(np.r_[np.ones(CODE), np.zeros(POSITIONS)]).astype("float32")
    attention = decoder.layer[0].attention
    _norm(attention.layer_norm)
    attention.linear[0].weight = only_position * np.float32(40 * np.sqrt(size) / POSITIONS)
    attention.linear[0].bias = np.zeros(size, "float32")
    attention.linear[1].weight = np.concatenate([only_position, only_code])
    # a position beyond the source looks at the end mark, so that no hypothesis goes on and on
    attention.linear[0].bias[0] = PULL
    attention.linear[1].weight[0, :CODE] = embedding[END, :CODE] * (PULL / CODE)
    attention.linear[1].bias = np.zeros(2 * size, "float32")
    attention.linear[2].weight = np.eye(size, dtype="float32")
    attention.linear[2].bias = np.zeros(size, "float32")
    decoder.projection.weight = projection
    decoder.projection.bias = np.zeros(len(projection), "float32")


def _norm(norm: Any) -> None:
    norm.gamma = np.ones(CODE + POSITIONS, "float32")
    norm.beta = np.zeros(CODE + POSITIONS, "float32")


def _silence(layer: Any) -> None:
    """Make a layer's self-attention and feed-forward add nothing."""
    size = CODE + POSITIONS
    _norm(layer.self_attention.layer_norm)
    layer.self_attention.linear[0].weight = np.zeros((3 * size, size), "float32")
    layer.self_attention.linear[0].bias = np.zeros(3 * size, "float32")
    layer.self_attention.linear[1].weight = np.zeros((size, size), "float32")
    layer.self_attention.linear[1].bias = np.zeros(size, "float32")
    _norm(layer.ffn.layer_norm)
    layer.ffn.linear_0.weight = np.zeros((8, size), "float32")
    layer.ffn.linear_0.bias = np.zeros(8, "float32")
    layer.ffn.linear_1.weight = np.zeros((size, 8), "float32")
    layer.ffn.linear_1.bias = np.zeros(size, "float32")


@cache
def sentencepiece_model() -> bytes:
    """A real SentencePiece model, trained on the text above."""
    import io

    out = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(TEXT.strip().splitlines()), model_writer=out, vocab_size=500,
        model_type="unigram", character_coverage=1.0, byte_fallback=True, bos_id=-1, eos_id=-1,
        unk_id=0, minloglevel=2, hard_vocab_limit=False, num_threads=1,
    )  # fmt: skip
    return out.getvalue()


@cache
def _model(prefix: str) -> dict[str, bytes]:
    """The files of the model."""
    processor = sentencepiece.SentencePieceProcessor(model_proto=sentencepiece_model())
    pieces = [processor.id_to_piece(i) for i in range(1, processor.get_piece_size())]
    source = ["<unk>", "<s>", "</s>", *pieces]
    lexicon = {piece: mirrored(piece) for piece in source}
    extra = [prefix] if prefix else []
    target = list(dict.fromkeys([*source, *extra, *lexicon.values()]))
    with TemporaryDirectory() as folder:
        model = Path(folder) / "model"
        save_model(model, source, target, lexicon, {"▁lamp": "▁ehT"})
        return {file.name: file.read_bytes() for file in sorted(model.iterdir())}


def package(
    folder: Path, source_code: str, target_code: str, *, version: str = "1.0", prefix: str = ""
) -> Path:
    """Build a real .argosmodel; returns its path."""
    name = f"translate-{source_code}_{target_code}-{version.replace('.', '_')}"
    metadata: dict[str, Any] = {
        "package_version": version, "argos_version": "1.9.0", "from_code": source_code,
        "from_name": source_code, "to_code": target_code, "to_name": target_code, "type": "translate",
    }  # fmt: skip
    if prefix:
        metadata["target_prefix"] = prefix
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.argosmodel"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{name}/metadata.json", json.dumps(metadata))
        archive.writestr(f"{name}/sentencepiece.model", sentencepiece_model())
        for file, content in _model(prefix).items():
            archive.writestr(f"{name}/model/{file}", content)
    return path

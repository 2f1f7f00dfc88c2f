"""A CTranslate2 model of realistic cost without training: 6+6 layers, 512 wide, 32,000 pieces, int8.

All its layers compute with random weights; their outputs are switched off but for the last layer's
cross-attention, which reads the source piece at the position being written.  So it costs what a
trained model costs and still ends where the source ends.  Each piece of a word is translated by
another one, so that the drafts are no copies, which would be tried again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from ctranslate2.specs import TransformerSpec

LAYERS, HEADS, WIDTH, INNER, PIECES, POSITIONS = 6, 8, 512, 2048, 32_000, 256
CODE = WIDTH - POSITIONS
HEAD = WIDTH // HEADS


def save(folder: Path, vocabulary: list[str], seed: int = 0) -> None:
    """Build and save a model that exchanges the pieces of a vocabulary."""
    random = np.random.default_rng(seed)
    pieces = vocabulary + [f"<pad{i}>" for i in range(PIECES - len(vocabulary))]
    hadamard = np.ones((1, 1))
    while len(hadamard) < POSITIONS:
        hadamard = np.block([[hadamard, hadamard], [hadamard, -hadamard]])
    codes = random.choice([-1.0, 1.0], size=(PIECES, CODE))
    positions = _floats(np.hstack([np.zeros((POSITIONS, CODE)), hadamard]))
    spec: Any = TransformerSpec.from_config(LAYERS, HEADS, pre_norm=True, no_final_norm=True)
    encoder, decoder = spec.encoder, spec.decoder
    encoder.scale_embeddings = decoder.scale_embeddings = False
    encoder.embeddings[0].weight = _floats(
        np.hstack([codes[exchanged(pieces)], np.zeros((PIECES, POSITIONS))])
    )
    decoder.embeddings.weight = np.zeros((PIECES, WIDTH), "float32")
    encoder.position_encodings.encodings = decoder.position_encodings.encodings = positions
    for layer in encoder.layer:
        _costly(layer, random)
    for layer in decoder.layer:
        _costly(layer, random)
        _attention(layer.attention, random)
    _reading(decoder.layer[-1].attention, random, hadamard)
    decoder.projection.weight = _floats(
        np.hstack([codes * (20 / CODE), np.zeros((PIECES, POSITIONS))])
    )
    decoder.projection.bias = np.zeros(PIECES, "float32")
    spec.register_source_vocabulary(pieces)
    spec.register_target_vocabulary(pieces)
    spec.config.add_source_eos = True
    spec.validate()
    spec.optimize(quantization="int8")
    folder.mkdir(parents=True)
    spec.save(str(folder))


def exchanged(pieces: list[str]) -> list[int]:
    """For each piece the number of its translation: the next of those that stand where it can."""
    kinds: dict[tuple[bool, bool], list[int]] = {}
    for i, piece in enumerate(pieces):
        body = piece.removeprefix("▁")
        kinds.setdefault((body.isalpha(), body != piece), []).append(i)
    out = list(range(len(pieces)))
    for (word, _), numbers in kinds.items():
        if word:
            for number, following in zip(numbers, [*numbers[1:], numbers[0]], strict=True):
                out[number] = following
    return out


def _floats(values: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(values, dtype="float32")


def _norm(norm: Any) -> None:
    norm.gamma, norm.beta = np.ones(WIDTH, "float32"), np.zeros(WIDTH, "float32")


def _random(random: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    return _floats(random.standard_normal((rows, columns)) * 0.02)


def _linear(linear: Any, weight: np.ndarray) -> None:
    linear.weight, linear.bias = weight, np.zeros(len(weight), "float32")


def _costly(layer: Any, random: np.random.Generator) -> None:
    """Self-attention and feed-forward that compute and add nothing."""
    _norm(layer.self_attention.layer_norm)
    _linear(layer.self_attention.linear[0], _random(random, 3 * WIDTH, WIDTH))
    _linear(layer.self_attention.linear[1], np.zeros((WIDTH, WIDTH), "float32"))
    _norm(layer.ffn.layer_norm)
    _linear(layer.ffn.linear_0, _random(random, INNER, WIDTH))
    _linear(layer.ffn.linear_1, np.zeros((WIDTH, INNER), "float32"))


def _attention(attention: Any, random: np.random.Generator) -> None:
    """Cross-attention that computes and adds nothing."""
    _norm(attention.layer_norm)
    _linear(attention.linear[0], _random(random, WIDTH, WIDTH))
    _linear(attention.linear[1], _random(random, 2 * WIDTH, WIDTH))
    _linear(attention.linear[2], np.zeros((WIDTH, WIDTH), "float32"))


def _reading(attention: Any, random: np.random.Generator, hadamard: np.ndarray) -> None:
    """Cross-attention that reads the source piece at the position being written."""
    keys = np.zeros((WIDTH, WIDTH))
    for head in range(HEADS):
        signs = random.choice([-1.0, 1.0], size=(POSITIONS, HEAD))
        keys[head * HEAD : (head + 1) * HEAD, CODE:] = signs.T @ hadamard / POSITIONS
    sharp = 40 * np.sqrt(HEAD) / HEAD * np.sqrt(POSITIONS / WIDTH)
    values = np.diag(np.r_[np.ones(CODE), np.zeros(POSITIONS)])
    _linear(attention.linear[0], _floats(keys * sharp))
    _linear(attention.linear[1], _floats(np.vstack([keys, values])))
    _linear(attention.linear[2], np.eye(WIDTH, dtype="float32"))

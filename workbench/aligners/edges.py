"""How passages begin and end: marks, capitals, headings, first of a block; learned which go together.

A bead's first passages begin alike and its last end alike: a question with a question, a heading with a
heading, a quotation with whatever the other language opens one with.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from workbench.aligners.lattice import Band
    from workbench.aligners.lexicon import Sample
    from workbench.model import Passage

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

_CLOSING = {"Pe", "Pf"}
_OPENING = {"Ps", "Pi", "Pd"}
_QUOTES = "\"'“”„«»‹›「」『』’‘"
_SAME = str.maketrans(
    {"。": ".", "､": ",", "、": ",", "।": ".", "۔": ".", "؟": "?", "،": ",", "；": ";"}
)
# A passage with a smaller share of letters, at its beginning, says nothing: a rule, a page number.
LETTERS = 0.3
LOOKED_AT = 200


@dataclass(frozen=True)
class Edges:
    """The class of each passage's beginning and of its end; `mute` are those with hardly a letter."""

    opens: Ints
    closes: Ints
    mute: NDArray[np.bool_]

    def take(self, passages: Ints) -> Edges:
        """Some of the passages, in the order given."""
        return Edges(self.opens[passages], self.closes[passages], self.mute[passages])


def edges(passages: Sequence[Passage], classes: dict[str, int]) -> Edges:
    """Classes by number, the same for both languages; new ones are added to `classes`."""
    opens, closes, mute = [], [], []
    for i, passage in enumerate(passages):
        head = "h" if passage.kind == "heading" else ""
        first = i == 0 or passages[i - 1].block != passage.block
        last = i + 1 == len(passages) or passages[i + 1].block != passage.block
        text = unicodedata.normalize("NFKC", passage.text[:40]).strip()
        tail = unicodedata.normalize("NFKC", passage.text[-40:]).strip()
        opens.append(f"{head}{'b' * first}{_beginning(text)}")
        closes.append(f"{head}{'b' * last}{_ending(tail)}")
        start = passage.text[:LOOKED_AT]
        mute.append(sum(map(str.isalpha, start)) < LETTERS * len(start))
    return Edges(_numbered(opens, classes), _numbered(closes, classes), np.array(mute, bool))


def _numbered(names: Sequence[str], classes: dict[str, int]) -> Ints:
    return np.array([classes.setdefault(name, len(classes)) for name in names], np.int64)


def _beginning(text: str) -> str:
    """Q for an opening quote, bracket or dash, then the kind of the first letter or digit."""
    mark = ""
    for c in text:
        if c.isalpha():
            return mark + ("l" if c.islower() else "L")
        if c.isdigit():
            return mark + "1"
        if c in _QUOTES or unicodedata.category(c) in _OPENING:
            mark = "Q"
    return mark


def _ending(text: str) -> str:
    """The last mark, . for all full stops, and Q if a quotation or bracket closes after or before it."""
    quote = ""
    for c in reversed(text):
        if c in _QUOTES or unicodedata.category(c) in _CLOSING:
            quote = "Q"
        elif not c.isspace():
            return quote + (c.translate(_SAME) if not c.isalnum() else "1" if c.isdigit() else "a")
    return quote


# How much an equal class is expected before any is counted, and how many beads that belief weighs.
EQUAL = 0.3
BELIEF = 10.0


@dataclass
class EdgeModel:
    """Scores of pairs of classes, [source class, target class], in nats."""

    opens: Floats
    closes: Floats


def learn_edges(source: Edges, target: Edges, classes: int, sample: Sample) -> EdgeModel:
    """Which classes go together in the beads of a sample (positions of the pool)."""
    return EdgeModel(
        *(
            _associate(
                (left[rows], right[columns], sample.weight),
                np.bincount(left, minlength=classes),
                np.bincount(right, minlength=classes),
            )
            for left, right, rows, columns in (
                (source.opens, target.opens, sample.source, sample.target),
                (source.closes, target.closes, sample.source_end - 1, sample.target_end - 1),
            )
        )
    )


def _associate(pairs: tuple[Ints, Ints, Floats], left: Ints, right: Ints) -> Floats:
    """Log p(pair) / p(source class) p(target class), the mean of what both directions believe."""
    classes = len(left)
    counts = np.bincount(pairs[0] * classes + pairs[1], pairs[2], classes * classes)
    counts = counts.reshape(classes, classes)
    scores = []
    for table, chance in ((counts, right), (counts.T, left)):
        share = (chance + 0.1) / (chance + 0.1).sum()
        belief = (1 - EQUAL) * share[None, :] + EQUAL * np.eye(classes)
        expected = (table + BELIEF * belief) / (table.sum(axis=1, keepdims=True) + BELIEF)
        scores.append(np.log(expected / share[None, :]))
    found: Floats = (scores[0] + scores[1].T) / 2
    return found


def edge_scores(model: EdgeModel, source: Edges, target: Edges, band: Band) -> Floats:
    """Scores of the edges of each bead, [shape, row, column] of the node where it ends."""
    column = np.clip(band.column, 1, band.m)
    opens, closes = (np.zeros((band.n + 1, band.width)) for _ in range(2))
    opens[:-1] = model.opens[
        source.opens[:, None], target.opens[np.minimum(band.column, band.m - 1)[:-1]]
    ]
    closes[1:] = model.closes[source.closes[:, None], target.closes[column[1:] - 1]]
    begin = np.append(opens.ravel(), 0.0)[band.origin]
    score: Floats = begin + closes[None]
    for k, (_, b) in enumerate(band.shapes):
        if not b:
            score[k] = 0.0
    return score

"""Turns the texts of one call into numbers: sides, channels, edges, and tables in and out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from workbench.aligners import lexicon
from workbench.aligners.channel import NOTHING, Channel
from workbench.aligners.edges import EdgeModel, Edges, edges, learn_edges
from workbench.aligners.features import Side, Vocabulary, read
from workbench.aligners.shipped import shipped
from workbench.model import Tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from workbench.aligners.lattice import Path
    from workbench.aligners.lexicon import Sample
    from workbench.model import TextPair

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

# How often each bead is met in texts at large; each text moves it to its own.
CHANCE = {
    (1, 0): 0.012,
    (0, 1): 0.012,
    (1, 1): 0.80,
    (1, 2): 0.055,
    (2, 1): 0.055,
    (2, 2): 0.012,
    (1, 3): 0.012,
    (3, 1): 0.012,
    (1, 4): 0.004,
    (4, 1): 0.004,
    (2, 3): 0.004,
    (3, 2): 0.004,
    (3, 3): 0.001,
    (2, 4): 5e-4,
    (4, 2): 5e-4,
    (3, 4): 3e-4,
    (4, 3): 3e-4,
    (4, 4): 2e-4,
}
VARIANCE = 6.8


@dataclass
class Habits:
    """What is peculiar to one text: how often each bead is met, how lengths go together."""

    ratio: float = 1.0
    variance: float = VARIANCE
    shapes: dict[tuple[int, int], float] = field(default_factory=lambda: dict(CHANCE))

    def log(self, shapes: Sequence[tuple[int, int]]) -> Floats:
        """The scores of the shapes."""
        return np.log([self.shapes[shape] for shape in shapes])


@dataclass
class Stretch:
    """Passages of one text, source and target, that are aligned with each other and nothing else.

    Rows and columns are positions in the pool of all texts.
    """

    text: int
    rows: Ints
    columns: Ints
    path: Path | None = None


@dataclass
class Pool:
    """All texts of one call, one after the other, and what was learned from them.

    The first channel is that of the texts themselves.
    """

    channels: list[Channel]
    edges: tuple[Edges, Edges]
    classes: int
    habits: list[Habits]
    vocabularies: tuple[Vocabulary, Vocabulary]
    edge_model: EdgeModel

    def learn(self, rows: Ints, columns: Ints, sample: Sample) -> None:
        """Learn anew from beads among these passages."""
        for channel in self.channels:
            channel.learn(rows, columns, sample)
        self.edge_model = learn_edges(*self.edges, self.classes, sample)

    def keep(self) -> None:
        """What was learned last is known from now on."""
        for channel in self.channels:
            channel.keep()

    @property
    def taught(self) -> bool:
        """Whether pieces that are done have taught something."""
        return self.channels[0].taught is not None

    def tables(self) -> Tables:
        """What these texts taught, without what was known before."""
        taught = self.channels[0].taught
        if taught is None:
            return Tables()
        source, target = self.vocabularies
        return lexicon.to_tables(taught, list(source.number), list(target.number))


# The weight of machine translations beside the texts, shared if both sides have one.
MT = 0.6
# A translation says much the same words as the text beside it.
SAME = 0.8


def gather(
    texts: Sequence[TextPair], tables: Tables, langs: tuple[str, str] = ("", "")
) -> tuple[Pool, list[Stretch]]:
    """The pool of the texts, and each text as one stretch."""
    vocabularies = Vocabulary(), Vocabulary()
    source = read([p.text for text in texts for p in text.source], vocabularies[0])
    target = read([p.text for text in texts for p in text.target], vocabularies[1])
    source_mt = _translated([(text.source_mt, len(text.source)) for text in texts], vocabularies[1])
    target_mt = _translated([(text.target_mt, len(text.target)) for text in texts], vocabularies[0])
    sides = [
        replace(side, forms=len(vocabularies[which]))
        for side, which in ((source, 0), (target, 1), (source_mt[0], 1), (target_mt[0], 0))
    ]
    channels = _channels(sides, (source_mt[1], target_mt[1]))
    channels[0].seeds = lexicon.alike(*vocabularies)
    there, back = lexicon.from_tables(tables, *vocabularies)
    known = shipped(langs, vocabularies)
    channels[0].known = _together(there, known[0]), _together(back, known[1])
    classes: dict[str, int] = {}
    found = (
        _joined([edges(text.source, classes) for text in texts]),
        _joined([edges(text.target, classes) for text in texts]),
    )
    whole = _whole(texts)
    return (
        Pool(
            channels,
            found,
            len(classes),
            [_first_habits(text, channels[0]) for text in whole],
            vocabularies,
            learn_edges(*found, len(classes), NOTHING),
        ),
        whole,
    )


def _together(first: lexicon.Counts | None, second: lexicon.Counts | None) -> lexicon.Counts | None:
    return lexicon.add(first, second) if first else second


def _translated(
    texts: Sequence[tuple[Sequence[str] | None, int]], vocabulary: Vocabulary
) -> tuple[Side, Floats]:
    """The translations as a side, and for each text 1 if it has any."""
    filled = [[""] * size if mt is None else list(mt) for mt, size in texts]
    there = np.array([float(any(text.strip() for text in mt)) for mt in filled])
    return read([text for mt in filled for text in mt], vocabulary), there


def _channels(sides: Sequence[Side], there: tuple[Floats, Floats]) -> list[Channel]:
    source, target, source_mt, target_mt = sides
    each = MT / np.maximum(there[0] + there[1], 1)
    none = np.zeros(0, np.int64)
    channels = [
        Channel(source, target, (none, none, np.zeros(0)), 1 - each * (there[0] + there[1]))
    ]
    for left, right, weight in ((source_mt, target, there[0]), (source, target_mt, there[1])):
        if weight.any():
            forms = np.arange(left.forms)
            channels.append(
                Channel(left, right, (forms, forms, np.full(len(forms), SAME)), weight * each)
            )
    return channels


def _joined(parts: Sequence[Edges]) -> Edges:
    return Edges(
        np.concatenate([part.opens for part in parts]),
        np.concatenate([part.closes for part in parts]),
        np.concatenate([part.mute for part in parts]),
    )


def _whole(texts: Sequence[TextPair]) -> list[Stretch]:
    rows = np.cumsum([0, *(len(text.source) for text in texts)])
    columns = np.cumsum([0, *(len(text.target) for text in texts)])
    return [
        Stretch(k, np.arange(rows[k], rows[k + 1]), np.arange(columns[k], columns[k + 1]))
        for k in range(len(texts))
    ]


def _first_habits(text: Stretch, channel: Channel) -> Habits:
    source = channel.left.chars[text.rows].sum()
    target = channel.right.chars[text.columns].sum()
    return Habits(ratio=float((target + 1) / (source + 1)))

"""What every registered aligner keeps to, on texts of our own and on hostile ones."""

from __future__ import annotations

import pytest

from workbench import registry
from workbench.errors import AlignError
from workbench.model import Aligner, Alignment, Bead, Passage, TextPair

EN = (
    "The ship left the harbour at dawn.",
    "Nobody had slept.",
    "Captain Moreno counted 14 barrels of water and 3 of salt.",
    "He wrote the numbers down.",
    "Where would they land?",
    "The harbour grew small behind the ship.",
    "At noon the wind turned.",
    "Captain Moreno said nothing.",
)
ES = (
    "El barco dejó el puerto al amanecer.",
    "Nadie había dormido.",
    "El capitán Moreno contó 14 barriles de agua y 3 de sal.",
    "Apuntó los números.",
    "¿Dónde desembarcarían?",
    "El puerto se hizo pequeño detrás del barco.",
    "A mediodía cambió el viento.",
    "El capitán Moreno no dijo nada.",
)


@pytest.fixture(params=sorted(registry.aligners()))
def aligner(request: pytest.FixtureRequest) -> Aligner:
    return registry.aligner(request.param)


def passages(*texts: str) -> list[Passage]:
    return [Passage(text) for text in texts]


def align(aligner: Aligner, pair: TextPair) -> Alignment:
    (alignment,), _ = aligner.align([pair], langs=("en", "es"))
    covers(alignment, pair)
    return alignment


def covers(alignment: Alignment, pair: TextPair) -> None:
    """Every passage is in one bead, and no bead is empty."""
    source = sorted(i for bead in alignment.beads for i in bead.source)
    target = sorted(j for bead in alignment.beads for j in bead.target)
    assert source == list(range(len(pair.source)))
    assert target == list(range(len(pair.target)))
    assert all(bead.source or bead.target for bead in alignment.beads)
    assert all(0 <= bead.confidence <= 1 for bead in alignment.beads)


def sides(beads: list[Bead]) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    return [(bead.source, bead.target) for bead in beads]


def test_aligns_what_goes_together(aligner: Aligner) -> None:
    alignment = align(aligner, TextPair(passages(*EN), passages(*ES)))
    assert sides(list(alignment.beads)) == [((i,), (i,)) for i in range(len(EN))]


def test_several_texts_come_back_in_their_order(aligner: Aligner) -> None:
    pairs = [
        TextPair(passages(*EN[:3]), passages(*ES[:3])),
        TextPair((), passages(*ES[:2])),
        TextPair(passages(*EN), passages(*ES)),
    ]
    shares: list[float] = []
    alignments, _ = aligner.align(pairs, langs=("en", "es"), progress=shares.append)
    for alignment, pair in zip(alignments, pairs, strict=True):
        covers(alignment, pair)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_keeps_confirmed_beads(aligner: Aligner) -> None:
    pins = [((1, 2), (1,)), ((6,), (6, 7))]
    alignment = align(aligner, TextPair(passages(*EN), passages(*ES), pinned=pins))
    beads = {(bead.source, bead.target): bead.confidence for bead in alignment.beads}
    assert {beads[pin] for pin in pins} == {1.0}


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ((), ()),
        (EN, ()),
        ((), ES),
        (EN[:1], ES * 20),
        (EN * 20, ES[:1]),
        (EN, EN),
        (EN, ES[::-1]),
        (("The same again.",) * 40, ("Otra vez lo mismo.",) * 60),
        (("",) * 4, ("", " ", "\u200b")),
        (("word " * 100_000,), ("palabra " * 100_000,)),
        (("\U0001f6a2", "...", "1"), ("港を出た。", "ท่าเรือ", "")),
    ],
    ids=[
        *("nothing", "no target", "no source", "a sentence and a book", "a book and a sentence"),
        *("itself", "reversed", "all the same", "blank", "a megabyte", "odd scripts"),
    ],
)
def test_hostile_texts_end_soon(
    aligner: Aligner, source: tuple[str, ...], target: tuple[str, ...]
) -> None:
    align(aligner, TextPair(passages(*source), passages(*target)))


def test_unknown_aligner_is_named() -> None:
    with pytest.raises(AlignError, match=r"'hunalign'.*gale-church, lexical"):
        registry.aligner("hunalign")


def test_no_aligner_at_all_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken installation, which no test can have for real."""
    monkeypatch.setattr(registry, "aligners", dict)
    with pytest.raises(AlignError, match="no aligner is registered"):
        registry.aligner()


def test_the_first_aligner_is_the_default() -> None:
    assert registry.aligner().name == next(iter(registry.aligners()))

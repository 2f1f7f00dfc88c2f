"""The lexical aligner: omissions, moved parts, tables, saved work, and the sums behind it."""

from __future__ import annotations

import random
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from workbench.aligners import coarse, lattice, lexical
from workbench.aligners.features import forms
from workbench.aligners.lexical import Lexical
from workbench.errors import AlignError
from workbench.model import Alignment, Passage, TextPair

DATA = Path(__file__).parents[1] / "benchmarks" / "data"
Sides = tuple[tuple[int, ...], tuple[int, ...]]


def passages(path: Path) -> list[Passage]:
    return [Passage(line) for line in path.read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def story() -> TextPair:
    return TextPair(passages(DATA / "bridge.en"), passages(DATA / "bridge.es"))


def cipher(size: int, seed: int = 1) -> tuple[list[Passage], list[Passage]]:
    """Sentences of made-up words, and the same in another alphabet."""
    draw = random.Random(seed)
    words = ["".join(draw.choices("aeioulmnrstkp", k=draw.randint(2, 7))) for _ in range(400)]
    other = {word: "".join(chr(ord(c) + 0x410 - 97) for c in word) for word in words}
    weights = [1 / (rank + 5) for rank in range(len(words))]
    source = [draw.choices(words, weights, k=draw.randint(6, 22)) for _ in range(size)]
    return (
        [Passage(" ".join(sentence)) for sentence in source],
        [Passage(" ".join(other[word] for word in sentence)) for sentence in source],
    )


def numbered(texts: list[Passage]) -> list[Passage]:
    """With a number in two of three, the same in both languages."""
    return [Passage(f"{p.text} {i * 37}") if i % 3 else p for i, p in enumerate(texts)]


def align(pair: TextPair, **more: object) -> Alignment:
    (alignment,), _ = Lexical().align([pair], langs=("en", "es"), **more)  # type: ignore[arg-type]
    return alignment


def sides(alignment: Alignment) -> set[Sides]:
    return {(bead.source, bead.target) for bead in alignment.beads}


def test_story_with_beads_of_many_shapes(story: TextPair) -> None:
    rows = [line.split("\t") for line in (DATA / "bridge.tsv").read_text("utf-8").splitlines()]
    gold = {tuple(tuple(int(x) for x in side.split(",") if x) for side in row[:2]) for row in rows}
    found = sides(align(story))
    assert len(found & gold) > 0.8 * len(gold)


def test_left_out_part_is_found_and_said() -> None:
    source, target = cipher(120)
    alignment = align(TextPair(source, target[:40] + target[70:]))
    expected = {((i,), (i,)) for i in range(40)} | {((i,), (i - 30,)) for i in range(70, 120)}
    assert len(expected & sides(alignment)) >= len(expected) - 4
    assert any("have no counterpart" in warning for warning in alignment.warnings)


def test_chapters_in_another_order_are_found_and_said() -> None:
    source, target = cipher(160)
    source, target = numbered(source), numbered(target)
    alignment = align(TextPair(source, target[100:] + target[:100]))
    expected = {((i,), (i + 60,)) for i in range(100)} | {
        ((i,), (i - 100,)) for i in range(100, 160)
    }
    assert len(expected & sides(alignment)) >= len(expected) - 8
    assert alignment.moved
    assert any("another place" in warning for warning in alignment.warnings)


def test_other_text_is_warned_of() -> None:
    source, _ = cipher(60)
    _, target = cipher(60, seed=2)
    warnings = " ".join(align(TextPair(source, target)).warnings)
    assert "same text" in warnings or "may be lost" in warnings


def test_tables_help_the_next_text() -> None:
    source, target = cipher(150)
    _, tables = Lexical().align([TextPair(source, target)], langs=("en", "es"))
    assert tables.rows
    part = TextPair(source[20:26], target[20:23] + target[24:26])
    expected = {((0,), (0,)), ((1,), (1,)), ((2,), (2,)), ((3,), ()), ((4,), (3,)), ((5,), (4,))}
    assert sides(align(part, tables=tables)) == expected
    back = TextPair(part.target, part.source)
    assert sides(align(back, tables=tables.reversed())) == {(b, a) for a, b in expected}


def test_translation_beside_the_text_helps() -> None:
    source, target = cipher(8)
    mixed = TextPair(source, target[2:], source_mt=[passage.text for passage in target])
    found = sides(align(mixed))
    assert {((i,), (i - 2,)) for i in range(2, 8)} <= found


def test_translation_of_some_passages_does_not_confuse_the_others() -> None:
    source, target = cipher(60)
    some = [p.text if i // 10 % 2 else "" for i, p in enumerate(target)]
    found = sides(align(TextPair(source, target[:25] + target[28:], source_mt=some)))
    expected = {((i,), (i if i < 25 else i - 3,)) for i in range(60) if not 25 <= i < 28}
    assert len(expected & found) >= len(expected) - 3


def test_translation_of_another_text_counts_little() -> None:
    source, target = cipher(80)
    wrong = [passage.text for passage in cipher(80, seed=2)[1]]
    expected = {((i,), (i,)) for i in range(40)} | {((i,), (i - 2,)) for i in range(42, 80)}
    pair = TextPair(numbered(source), (less := numbered(target))[:40] + less[42:], source_mt=wrong)
    assert len(expected & sides(align(pair))) >= len(expected) - 3


def test_blank_passages_are_nothing() -> None:
    """With blank passages all over the place the others are aligned as without, and nothing is told."""
    source, target = cipher(120)
    draw = random.Random(4)
    places: list[list[int]] = []
    blown: list[list[Passage]] = []
    for texts in (source, target[:40] + target[70:]):
        parts = [[Passage(draw.choice(["", " ", "\u200b"]))] * draw.randint(0, 3) for _ in texts]
        blown.append([p for blank, text in zip(parts, texts, strict=True) for p in (*blank, text)])
        places.append([i for i, p in enumerate(blown[-1]) if p.text.strip(" \u200b")])
    alignment = align(TextPair(blown[0], blown[1]))
    rank = [{place: i for i, place in enumerate(side)} for side in places]
    found = {
        (tuple(rank[0][i] for i in bead.source), tuple(rank[1][j] for j in bead.target))
        for bead in alignment.beads
        if "blank" not in bead.signals
    }
    expected = {((i,), (i if i < 40 else i - 30,)) for i in range(120) if not 40 <= i < 70}
    assert len(expected & found) >= len(expected) - 4
    blank = [bead for bead in alignment.beads if "blank" in bead.signals]
    assert len(blank) + len(places[0]) + len(places[1]) == sum(map(len, blown))
    (warning,) = alignment.warnings
    told = re.fullmatch(r"source segments (\d+) to (\d+) have no counterpart", warning)
    assert told
    assert abs(int(told[1]) - 1 - places[0][40]) < 5
    assert abs(int(told[2]) - 1 - places[0][69]) < 5


def test_long_work_goes_on_where_it_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexical, "BATCH", 150)
    source, target = cipher(420)
    pair = TextPair(source, target)
    saved: dict[str, bytes] = {}
    whole = align(pair, saved=saved)
    assert sum("-batch" in key for key in saved) >= 2
    assert len({((i,), (i,)) for i in range(420)} & sides(whole)) > 400
    calls: list[float] = []
    monkeypatch.setattr(coarse, "coarse_path", lambda *_: calls.append(0.0))
    assert sides(align(pair, saved=dict(saved))) == sides(whole)
    assert not calls


def test_pins_that_cross_and_pins_that_are_wrong(story: TextPair) -> None:
    crossing = [((3,), (20,)), ((20,), (3,))]
    assert set(crossing) <= sides(align(TextPair(story.source, story.target, pinned=crossing)))
    for bad in ([((999,), (1,))], [((1,), (1,)), ((1,), (2,))]):
        with pytest.raises(AlignError, match="confirmed bead"):
            align(TextPair(story.source, story.target, pinned=bad))


def test_forms_of_many_scripts() -> None:
    assert forms("Élan vital, 12!") == ["elan", "vital", ",", "12", "!"]
    assert forms("東京へ") == ["東", "京", "へ"]
    assert forms("") == []


def test_sums_over_all_paths_are_right() -> None:
    """Forward and backward agree with counting every path of a small lattice."""
    rng = np.random.default_rng(3)
    n, m = 3, 4
    band = lattice.full(n, m, ((1, 0), (1, 1), (1, 2), (2, 1)))
    score, skip = rng.normal(size=(4, n + 1, m + 1)), rng.normal(size=m)
    total = sum(np.exp(value) for value, _ in paths(band, score, skip, n, m))
    post = lattice.posteriors(band, score, skip)
    assert np.isclose(post.total, np.log(total))
    best = max(paths(band, score, skip, n, m), key=lambda each: each[0])
    assert lattice.best(band, score, skip) == best[1]
    used = sum(post.bead[k].sum() * a for k, (a, _) in enumerate(band.shapes))
    assert np.isclose(used, n)


def paths(
    band: lattice.Band, score: np.ndarray, skip: np.ndarray, i: int, j: int
) -> list[tuple[float, lattice.Path]]:
    """Every path to (i, j) with its score."""
    if i == j == 0:
        return [(0.0, [])]
    found: list[tuple[float, lattice.Path]] = []
    steps = [(k, a, b) for k, (a, b) in enumerate(band.shapes) if a <= i and b <= j]
    for k, a, b in steps:
        for value, path in paths(band, score, skip, i - a, j - b):
            found.append((value + float(score[k, i, j]), [*path, (i - a, i, j - b, j)]))
    if j:
        for value, path in paths(band, score, skip, i, j - 1):
            found.append((value + float(skip[j - 1]), [*path, (i, i, j - 1, j)]))
    return found


def test_chapters_backwards_share_hardly_a_word() -> None:
    """Every passage is in one bead, and each chapter is said to stand in another place."""
    source, target = cipher(200)
    source, target = numbered(source), numbered(target)
    cuts = [0, 50, 100, 150, 200]
    order = [i for a, b in reversed(list(pairwise(cuts))) for i in range(a, b)]
    alignment = align(TextPair(source, [target[i] for i in order]))
    places = [i for bead in alignment.beads for i in bead.source]
    assert places == list(range(200))
    assert sorted(j for bead in alignment.beads for j in bead.target) == list(range(200))
    expected = {((i,), (order.index(i),)) for i in range(200)}
    assert len(expected & sides(alignment)) >= 185
    assert len(alignment.moved) >= 3

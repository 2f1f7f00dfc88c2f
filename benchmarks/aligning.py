"""Sentence alignment: F1 on gold sets, seconds and memory from 1,000 to 200,000 segments.

.venv/bin/python benchmarks/aligning.py [--large]

Gold sets are ours (a story of 60 beads) and, where there are any, those in ../shared/align-dev.
"""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from workbench import registry
from workbench.errors import AlignError
from workbench.model import Alignment, Passage, TextPair

DATA = Path(__file__).parent / "data"
SHARED = Path(__file__).parents[2] / "shared"
Beads = set[tuple[tuple[int, ...], tuple[int, ...]]]


def passages(path: Path) -> list[Passage]:
    """A file, a passage a line."""
    return [Passage(line) for line in path.read_text("utf-8").split("\n")[:-1]]


def beads(path: Path) -> Beads:
    """Gold beads: `source positions<TAB>target positions`, 0-based, with commas."""
    rows = [line.split("\t") for line in path.read_text("utf-8").splitlines() if line]
    return {(_positions(row[0]), _positions(row[1])) for row in rows}


def _positions(field: str) -> tuple[int, ...]:
    return tuple(int(x) for x in field.split(",") if x)


def strict(gold: Sequence[Beads], found: Sequence[Beads]) -> float:
    """Strict F1 (Sennrich and Volk 2011): precision over all beads, recall over those of two sides."""
    right = sum(len(g & f) for g, f in zip(gold, found, strict=True))
    full = [{bead for bead in g if bead[0] and bead[1]} for g in gold]
    known = sum(len(g & f) for g, f in zip(full, found, strict=True))
    precision = right / max(1, sum(map(len, found)))
    recall = known / max(1, sum(map(len, full)))
    return 2 * precision * recall / max(1e-9, precision + recall)


def sets() -> Iterator[tuple[str, tuple[str, str], list[tuple[TextPair, Beads]]]]:
    """(name, languages, texts with their gold beads)."""
    ours = TextPair(passages(DATA / "bridge.en"), passages(DATA / "bridge.es"))
    yield "ours: The Bridge at Altamura", ("en", "es"), [(ours, beads(DATA / "bridge.tsv"))]
    root = SHARED / "align-dev" / "sentence"
    known = {"textberg-dev": ("de", "fr"), "novels-dev": ("en", "fr"), "zh-dev": ("en", "zh")}
    for folder in sorted(root.iterdir()) if root.is_dir() else ():
        texts = [
            (TextPair(passages(d / "src.txt"), passages(d / "tgt.txt")), beads(d / "gold.tsv"))
            for d in sorted(path.parent for path in folder.rglob("gold.tsv"))
        ]
        langs = known.get(folder.name, ("hu", "en"))
        yield folder.name, langs, texts
        for mt in sorted(folder.rglob("mt.s2t.google.txt")):
            ((pair, gold),) = texts
            lines = mt.read_text("utf-8").split("\n")[:-1]
            yield (
                f"{folder.name}, with MT",
                langs,
                [(TextPair(pair.source, pair.target, lines), gold)],
            )


def quality() -> None:
    """Print strict F1 for each set, and how far confidence can be believed."""
    print("| set | beads | gale-church | lexical, each by itself | all together |")
    print("|---|--:|--:|--:|--:|")
    sure: list[tuple[float, bool]] = []
    for name, langs, texts in sets():
        gold = [each[1] for each in texts]
        pairs = [each[0] for each in texts]
        single = [_align("lexical", [pair], langs)[0] for pair in pairs]
        pooled = _align("lexical", pairs, langs)
        try:
            simple = f"{_score(gold, _align('gale-church', pairs, langs)):.3f}"
        except AlignError:
            simple = "-"
        both = f"{_score(gold, pooled):.3f}" if len(pairs) > 1 else ""
        size = sum(map(len, gold))
        print(f"| {name} | {size} | {simple} | {_score(gold, single):.3f} | {both} |", flush=True)
        for alignment, right in zip(single, gold, strict=True):
            sure += [(b.confidence, (b.source, b.target) in right) for b in alignment.beads]
    believed(sure)


def _align(name: str, pairs: Sequence[TextPair], langs: tuple[str, str]) -> list[Alignment]:
    return registry.aligner(name).align(pairs, langs=langs)[0]


def _score(gold: Sequence[Beads], found: Sequence[Alignment]) -> float:
    return strict(gold, [{(b.source, b.target) for b in alignment.beads} for alignment in found])


def believed(sure: list[tuple[float, bool]]) -> None:
    """Print how far confidences can be believed, given each with whether its bead is right."""
    sure.sort()
    trusted = [right for confidence, right in sure if confidence >= 0.95]
    wrong = sum(not right for _, right in sure)
    worst = sum(not right for _, right in sure[: len(sure) // 5])
    print(
        f"\nOf all beads {len(trusted) / len(sure):.0%} are said to be at least 95 % sure; "
        f"{sum(trusted) / len(trusted):.1%} of these are right. "
        f"The worst fifth by confidence holds {worst / max(1, wrong):.0%} of the errors.\n"
    )


SIZES = (1_000, 10_000, 50_000, 200_000)


def cost(sizes: Sequence[int]) -> None:
    """Print seconds and memory by size, each in a process of its own."""
    print("| source x target | CPU seconds | ms a source segment | peak MB |")
    print("|---|--:|--:|--:|")
    for size in sizes:
        command = [sys.executable, __file__, "--size", str(size)]
        print(
            subprocess.run(command, check=True, capture_output=True, text=True).stdout,
            end="",
            flush=True,
        )


def one(size: int) -> None:
    """Align texts of about so many segments and print a row."""
    source, target = _texts(size)
    start = time.process_time()
    (alignment,) = _align("lexical", [TextPair(source, target)], ("en", "xx"))
    seconds = time.process_time() - start
    assert sum(len(bead.source) for bead in alignment.beads) == len(source)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"| {len(source)} x {len(target)} | {seconds:.1f} | {1000 * seconds / len(source):.2f} | {memory:.0f} |"
    )


def _texts(size: int) -> tuple[list[Passage], list[Passage]]:
    """Made-up sentences of a made-up language and its cipher, with n:m beads and omissions."""
    draw = random.Random(size)
    words = ["".join(draw.choices("aeioulmnrstkp", k=draw.randint(2, 9))) for _ in range(30_000)]
    weights = [1 / (rank + 5) for rank in range(len(words))]
    cipher = {word: word[::-1] + "ba" for word in words}
    source: list[str] = []
    target: list[str] = []
    while len(source) < size:
        sentence = draw.choices(words, weights, k=max(3, int(draw.gauss(20, 8))))
        other = [cipher[word] for word in sentence if draw.random() < 0.85]
        draw.shuffle(other)
        left, right = " ".join(sentence) + ".", " ".join(other) + "."
        chance = draw.random()
        if chance < 0.06 and source:
            source[-1] += " " + left
            target.append(right)
        elif chance < 0.12 and target:
            source.append(left)
            target[-1] += " " + right
        elif chance < 0.14:
            source.append(left)
        else:
            source.append(left)
            target.append(right)
    return [Passage(x) for x in source], [Passage(x) for x in target]


if __name__ == "__main__":
    if "--size" in sys.argv:
        one(int(sys.argv[-1]))
    else:
        quality()
        cost(SIZES if "--large" in sys.argv else SIZES[:2])

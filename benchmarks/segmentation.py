"""Megabytes per second of segmentation over bare Punkt, golden rules, and boundary F1 on news.

.venv/bin/python benchmarks/segmentation.py [FOLDER with newstest2009.en, newstest2011.de ...]
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from nltk.tokenize.punkt import PunktSentenceTokenizer

from workbench import registry
from workbench.model import Block
from workbench.segment import segment, sentences

ROOT = Path(__file__).parents[1]
ROUNDS = 5
Splitter = Callable[[str], list[tuple[int, int]]]


def paragraphs() -> tuple[str, list[Block]]:
    """Our own text, repeated to about two megabytes, and its blocks."""
    text = (ROOT / "corpus" / "en" / "the-keeper-of-brennock-light.txt").read_text("utf-8") * 260
    return text, list(registry.readers()["txt"].blocks(text))


def speed() -> None:
    """Print the table of speeds, measured in turn."""
    text, blocks = paragraphs()
    lines = [" ".join(text[start:end] for start, end in block.pieces) for block in blocks]
    size = sum(len(line.encode()) for line in lines) / 1e6
    punkt = PunktSentenceTokenizer()

    def bare() -> None:
        for line in lines:
            for _ in punkt.span_tokenize(line):
                pass

    def ours() -> None:
        for _ in segment(text, blocks, "en"):
            pass

    ours()
    seconds = [(timed(ours), timed(bare)) for _ in range(ROUNDS)]
    mine = statistics.median(a for a, _ in seconds)
    theirs = statistics.median(b for _, b in seconds)
    ratio = statistics.median(b / a for a, b in seconds)
    print(f"| {size:.1f} MB | MB/s | over bare Punkt |\n|---|--:|--:|")
    print(f"| bare untrained Punkt, spans only | {size / theirs:.1f} | 1.00 |")
    print(f"| workbench, with offsets, NFC and segments | {size / mine:.1f} | {ratio:.2f} |\n")


def timed(work: Callable[[], None]) -> float:
    """Seconds that work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def golden() -> None:
    """Print how many golden rules each gets right."""
    path = ROOT / "tests" / "data" / "segment" / "golden_rules_en.txt"
    rules = [line.split("||") for line in path.read_text("utf-8").splitlines() if line[0] != "#"]
    print("| English golden rules | right |\n|---|--:|")
    for name, split in splitters("en").items():
        right = sum(
            [text[a:b] for a, b in split(text)] == rule
            for rule in rules
            for text in [" ".join(rule)]
        )
        print(f"| {name} | {right} of {len(rules)} |")
    print()


def splitters(lang: str) -> dict[str, Splitter]:
    """Both ways to split a paragraph."""
    punkt = PunktSentenceTokenizer()
    return {
        "untrained Punkt": lambda text: list(punkt.span_tokenize(text)),
        "workbench": lambda text: sentences(text, lang),
    }


def boundary_f1(path: Path, split: Splitter) -> float:
    """F1 of the boundaries in paragraphs made of eight consecutive lines."""
    lines = [line.strip() for line in path.read_text("utf-8").split("\n") if line.strip()]
    right = found = wanted = 0
    for i in range(0, len(lines), 8):
        group = lines[i : i + 8]
        starts = {sum(len(line) + 1 for line in group[:n]) for n in range(1, len(group))}
        predicted = {start for start, _ in split(" ".join(group))} - {0}
        right, found, wanted = (
            right + len(starts & predicted),
            found + len(predicted),
            wanted + len(starts),
        )
    return 2 * right / (found + wanted)


def news(folder: Path) -> None:
    """Print the F1 of each file of news in a folder."""
    print("| boundary F1, paragraphs of 8 sentences | untrained Punkt | workbench |\n|---|--:|--:|")
    for path in sorted(folder.glob("newstest*.*")):
        scores = [boundary_f1(path, split) for split in splitters(path.suffix[1:]).values()]
        print(f"| {path.name} | {scores[0]:.3f} | {scores[1]:.3f} |")


if __name__ == "__main__":
    speed()
    golden()
    if len(sys.argv) > 1:
        news(Path(sys.argv[1]))

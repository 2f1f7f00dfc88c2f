"""Sentence alignment: F1 on gold sets, seconds and memory from 1,000 to 200,000 segments.

.venv/bin/python benchmarks/aligning.py [--large | --cost]      --cost leaves the gold sets out

The gold sets are those of gold.py.  Where the program `hunalign` is installed, it aligns the same texts.
"""

from __future__ import annotations

import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

from gold import Beads, sets, wrapped

from workbench import registry
from workbench.errors import AlignError
from workbench.model import Alignment, Passage, TextPair


def strict(gold: Sequence[Beads], found: Sequence[Beads]) -> float:
    """Strict F1 (Sennrich and Volk 2011): precision over all beads, recall over those of two sides."""
    right = sum(len(g & f) for g, f in zip(gold, found, strict=True))
    full = [{bead for bead in g if bead[0] and bead[1]} for g in gold]
    known = sum(len(g & f) for g, f in zip(full, found, strict=True))
    precision = right / max(1, sum(map(len, found)))
    recall = known / max(1, sum(map(len, full)))
    return 2 * precision * recall / max(1e-9, precision + recall)


def quality() -> None:
    """Print strict F1 for each set, and how far confidence can be believed."""
    print(
        "| set | beads | gale-church | lexical, each by itself | all together"
        " | at least 95 % sure | of these right | errors in the worst fifth |"
    )
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    every: list[tuple[float, bool]] = []
    for each in sets():
        gold = [right for _, right in each.texts]
        pairs = [pair for pair, _ in each.texts]
        single = [_align("lexical", [pair], each.langs)[0] for pair in pairs]
        simple = both = ""
        if not each.mt:
            try:
                simple = f"{_score(gold, _align('gale-church', pairs, each.langs)):.3f}"
            except AlignError:
                simple = "-"
        if len(pairs) > 1:
            both = f"{_score(gold, _align('lexical', pairs, each.langs)):.3f}"
        sure = [
            (bead.confidence, (bead.source, bead.target) in right)
            for alignment, right in zip(single, gold, strict=True)
            for bead in alignment.beads
        ]
        every += [] if each.mt else sure
        print(
            f"| {each} | {sum(map(len, gold))} | {simple} | {_score(gold, single):.3f} | {both} |"
            f" {believed(sure)} |",
            flush=True,
        )
    print(f"| all without MT | | | | | {believed(every)} |\n")


def verse() -> None:
    """Print how far confidence can be believed where the target is in lines, as verse against prose."""
    print("| set, target in lines of so many characters | strict F1 | right | mean confidence |")
    print("|---|--:|--:|--:|")
    for each in sets():
        for width in () if each.mt else (120, 60, 30):
            texts = [wrapped(pair, right, width) for pair, right in each.texts]
            gold = [right for _, right in texts]
            found = [_align("lexical", [pair], each.langs)[0] for pair, _ in texts]
            beads = [
                (bead.confidence, (bead.source, bead.target) in right)
                for alignment, right in zip(found, gold, strict=True)
                for bead in alignment.beads
            ]
            sure, true = (sum(column) / len(beads) for column in zip(*beads, strict=True))
            row = f"| {each.name}, {width} | {_score(gold, found):.3f} | {true:.0%} | {sure:.0%} |"
            print(row, flush=True)
    print()


def _align(name: str, pairs: Sequence[TextPair], langs: tuple[str, str]) -> list[Alignment]:
    return registry.aligner(name).align(pairs, langs=langs)[0]


def _score(gold: Sequence[Beads], found: Sequence[Alignment]) -> float:
    return strict(gold, [{(b.source, b.target) for b in alignment.beads} for alignment in found])


def believed(sure: Sequence[tuple[float, bool]]) -> str:
    """Cells of a table: beads said to be sure, those right, and errors in the worst fifth.

    `sure` has the confidence of each bead, and whether the bead is right.
    """
    ordered = sorted(sure)
    trusted = [right for confidence, right in ordered if confidence >= 0.95]
    wrong = sum(not right for _, right in ordered)
    worst = sum(not right for _, right in ordered[: len(ordered) // 5])
    right = f"{sum(trusted) / len(trusted):.1%}" if trusted else "-"
    return f"{len(trusted) / len(ordered):.0%} | {right} | {worst} of {wrong}"


SIZES = (1_000, 10_000, 50_000, 200_000)
# Short documents aligned together, and segments in the text that hunalign aligns too.
DOCUMENTS = 500
PEER = 10_000


def cost(sizes: Sequence[int]) -> None:
    """Print seconds and memory by size, each in a process of its own."""
    print("| source x target | CPU seconds | ms a source segment | peak MB |")
    print("|---|--:|--:|--:|")
    for option, size in (*(("--size", size) for size in sizes), ("--documents", DOCUMENTS)):
        command = [sys.executable, __file__, option, str(size)]
        print(
            subprocess.run(command, check=True, capture_output=True, text=True).stdout,
            end="",
            flush=True,
        )
    peer()


def one(name: str, texts: Sequence[tuple[list[Passage], list[Passage]]]) -> None:
    """Align texts together and print a row."""
    pairs = [TextPair(*text) for text in texts]
    start = time.process_time()
    found = _align("lexical", pairs, ("en", "xx"))
    seconds = time.process_time() - start
    size = sum(len(source) for source, _ in texts)
    assert sum(len(bead.source) for alignment in found for bead in alignment.beads) == size
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"| {name} | {seconds:.1f} | {1000 * seconds / size:.2f} | {memory:.0f} |")


def peer() -> None:
    """Let hunalign align one of the texts, as it does usually and with what it learns from that."""
    program = shutil.which("hunalign")
    if program is None:
        print("\nhunalign is not installed, so there is nothing to compare with.")
        return
    with tempfile.TemporaryDirectory() as folder:
        names = ("null.dic", "source", "target")
        paths = [Path(folder) / name for name in names]
        for path, side in zip(paths, ([], *made_texts(PEER)), strict=True):
            path.write_text("".join(f"{p.text.replace('.', ' .')}\n" for p in side), "utf-8")
        for options in ([], ["-realign"]):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([program, *options, *paths], check=True, capture_output=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            seconds = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
            name = " ".join(["hunalign", *options])
            print(f"| {name}, {PEER} | {seconds:.1f} | {1000 * seconds / PEER:.2f} | |")


class Cipher:
    """Made-up sentences of a made-up language and its cipher, with n:m beads and omissions."""

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.words = [
            "".join(draw.choices("aeioulmnrstkp", k=draw.randint(2, 9))) for _ in range(30_000)
        ]
        self.weights = list(accumulate(1 / (rank + 5) for rank in range(len(self.words))))

    def text(self, size: int) -> tuple[list[Passage], list[Passage]]:
        """A text of so many source segments and its translation."""
        draw = self.draw
        source: list[str] = []
        target: list[str] = []
        while len(source) < size:
            left, right = self._sentence()
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

    def _sentence(self) -> tuple[str, str]:
        draw = self.draw
        size = max(3, int(draw.gauss(20, 8)))
        sentence = draw.choices(self.words, cum_weights=self.weights, k=size)
        other = [word[::-1] + "ba" for word in sentence if draw.random() < 0.85]
        draw.shuffle(other)
        return " ".join(sentence) + ".", " ".join(other) + "."


def made_texts(size: int) -> tuple[list[Passage], list[Passage]]:
    """A text of so many source segments, always the same one."""
    return Cipher(random.Random(size)).text(size)


def _documents(count: int) -> list[tuple[list[Passage], list[Passage]]]:
    cipher = Cipher(random.Random(count))
    return [cipher.text(cipher.draw.randint(20, 60)) for _ in range(count)]


def main() -> None:
    """Print the tables, or one row of them."""
    if "--size" in sys.argv:
        text = made_texts(int(sys.argv[-1]))
        one(f"{len(text[0])} x {len(text[1])}", [text])
    elif "--documents" in sys.argv:
        documents = _documents(int(sys.argv[-1]))
        one(f"{len(documents)} documents of 20 to 60", documents)
    else:
        if "--cost" not in sys.argv:
            quality()
            verse()
        cost(SIZES if "--large" in sys.argv else SIZES[:2])


if __name__ == "__main__":
    main()

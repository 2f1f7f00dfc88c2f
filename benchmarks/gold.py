"""Gold alignments: ours (a story of 60 beads) and, where there are any, those in ../shared/align-dev.

Each can be had with machine translations, and in pieces.
"""

from __future__ import annotations

import shutil
import subprocess
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path

from workbench.model import Passage, TextPair

DATA = Path(__file__).parent / "data"
SENTENCE = Path(__file__).parents[2] / "shared" / "align-dev" / "sentence"
LANGS = {"textberg-dev": ("de", "fr"), "novels-dev": ("en", "fr"), "zh-dev": ("en", "zh")}
Beads = set[tuple[tuple[int, ...], tuple[int, ...]]]


@dataclass(frozen=True)
class Gold:
    """Texts of a set with their gold beads; `mt` says which machine translation they have."""

    name: str
    langs: tuple[str, str]
    texts: list[tuple[TextPair, Beads]]
    mt: str = ""

    def __str__(self) -> str:
        return f"{self.name}, {self.mt}" if self.mt else self.name


def passages(path: Path) -> list[Passage]:
    """A file, a passage a line."""
    return [Passage(line) for line in lines(path)]


def lines(path: Path) -> list[str]:
    """The lines of a file."""
    return path.read_text("utf-8").split("\n")[:-1]


def beads(path: Path) -> Beads:
    """Gold beads: `source positions<TAB>target positions`, 0-based, with commas."""
    rows = [line.split("\t") for line in path.read_text("utf-8").splitlines() if line]
    return {(_positions(row[0]), _positions(row[1])) for row in rows}


def _positions(field: str) -> tuple[int, ...]:
    return tuple(int(x) for x in field.split(",") if x)


def sets() -> Iterator[Gold]:
    """Each set without machine translations, and with each that lies beside it."""
    ours = TextPair(passages(DATA / "bridge.en"), passages(DATA / "bridge.es"))
    yield Gold("ours: The Bridge at Altamura", ("en", "es"), [(ours, beads(DATA / "bridge.tsv"))])
    for folder in sorted(SENTENCE.iterdir()) if SENTENCE.is_dir() else ():
        texts = [
            (TextPair(passages(d / "src.txt"), passages(d / "tgt.txt")), beads(d / "gold.tsv"))
            for d in sorted(path.parent for path in folder.rglob("gold.tsv"))
        ]
        plain = Gold(folder.name, LANGS.get(folder.name, ("hu", "en")), texts)
        yield plain
        for path in sorted(folder.rglob("mt.*.txt")):
            ((pair, gold),) = texts
            _, way, engine, _ = path.name.split(".")
            side = "source" if way == "s2t" else "target"
            translated = _with_mt(pair, side, lines(path))
            yield replace(plain, texts=[(translated, gold)], mt=f"MT of the {side}, {engine}")


def _with_mt(pair: TextPair, side: str, mt: list[str]) -> TextPair:
    return replace(pair, source_mt=mt) if side == "source" else replace(pair, target_mt=mt)


# Chains of Apertium's modes, there and back.
CHAINS = {
    ("en", "es"): (["eng-spa"], ["spa-eng"]),
    ("en", "fr"): (["eng-spa", "es-fr"], ["fr-es", "spa-eng"]),
}


def by_apertium(gold: Gold) -> Iterator[Gold]:
    """The set with its source, and with its target, translated by Apertium if that is installed."""
    if gold.mt or gold.langs not in CHAINS or not shutil.which("apertium"):
        return
    for side, chain in zip(("source", "target"), CHAINS[gold.langs], strict=True):
        texts = [
            (_with_mt(pair, side, _translated(getattr(pair, side), chain)), right)
            for pair, right in gold.texts
        ]
        yield replace(gold, texts=texts, mt=f"MT of the {side}, Apertium")


def _translated(texts: Sequence[Passage], chain: Sequence[str]) -> list[str]:
    found = "".join(passage.text + "\n" for passage in texts)
    for mode in chain:
        command = ["apertium", "-f", "line", mode]
        found = subprocess.run(
            command, input=found, check=True, capture_output=True, text=True
        ).stdout
    return found.split("\n")[:-1]


def wrapped(pair: TextPair, gold: Beads, width: int) -> tuple[TextPair, Beads]:
    """The text with its target in lines of so many characters, like verse."""
    parts = [textwrap.wrap(p.text, width) or [p.text] for p in pair.target]
    ends = list(accumulate(map(len, parts), initial=0))
    target = [Passage(line) for part in parts for line in part]
    return TextPair(pair.source, target), {
        (s, tuple(line for j in t for line in range(ends[j], ends[j + 1]))) for s, t in gold
    }


def pieces(pair: TextPair, gold: Beads, size: int) -> Iterator[tuple[TextPair, Beads]]:
    """The text cut into pieces of about so many source passages, where no gold bead is cut."""
    n, m = len(pair.source), len(pair.target)
    done = 0, 0
    ends = [
        (source[-1] + 1, target[-1] + 1)
        for source, target in sorted(gold)
        if source and target and _whole(gold, source[-1] + 1, target[-1] + 1)
    ]
    for i, j in dict.fromkeys([*ends, (n, m)]):
        if (i - done[0] < size or n - i < size // 2) and (i, j) != (n, m):
            continue
        (a, c), done = done, (i, j)
        inside = {
            (tuple(x - a for x in source), tuple(x - c for x in target))
            for source, target in gold
            if (a <= source[0] < i if source else c <= target[0] < j)
        }
        yield (
            TextPair(
                pair.source[a:i],
                pair.target[c:j],
                pair.source_mt[a:i] if pair.source_mt else None,
                pair.target_mt[c:j] if pair.target_mt else None,
            ),
            inside,
        )


def _whole(gold: Beads, i: int, j: int) -> bool:
    """Whether each bead lies on one side of a node."""
    return all(len({*(x < i for x in s), *(y < j for y in t)}) == 1 for s, t in gold)

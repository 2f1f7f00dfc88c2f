"""Learn the lexicons that ship with the workbench from a folder of parallel texts.

.venv/bin/python benchmarks/build_lexicon.py DATA_DIR [PAIR ...] [--out FOLDER] [--only KIND,KIND]

DATA_DIR holds `en-XX.KIND.N.tsv.xz`, one `english<TAB>other` a line; docs/lexicon.md says which were
used.  Equal files give equal lexicons.
"""

from __future__ import annotations

import argparse
import lzma
import math
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

import workbench.lexicon
from workbench.lexicon.packing import packed
from workbench.wordlinks.counts import Counts
from workbench.wordlinks.pair import Pair
from workbench.wordlinks.streaming import Linker
from workbench.wordlinks.tokens import key, words

PAIRS = ("en-es", "en-fr", "en-de", "en-pt", "en-it")
# Of each kind of text, the share of lines that is read; of the rest there is plenty.
SHARES = {"docs": 0.2, "docsmt": 0.0, "novelsbt": 0.0}
LONGEST = 60
# What is kept: word pairs linked this often, and in this share of the rarer word's links.
LEAST, SHARE = 0.3, 0.003


def lines(folder: Path, pair: str, kinds: set[str] | None) -> list[str]:
    """The lines to learn from, shuffled the same way every time."""
    chosen = []
    for path in sorted(folder.glob(f"{pair}.*.tsv.xz")):
        kind = path.name.split(".")[1]
        if kinds is not None and kind not in kinds:
            continue
        share = SHARES.get(kind, 1.0)
        with lzma.open(path, "rt", encoding="utf-8") as file:
            chosen += [line for line in file if zlib.crc32(line.encode()) % 1000 < 1000 * share]
    chosen.sort(key=lambda line: (zlib.crc32(line.encode()[::-1]), line))
    return chosen


def pairs(rows: list[str], target_lang: str) -> Iterator[Pair]:
    """Keys of the lines' words."""
    for row in rows:
        source, target = row.rstrip("\n").split("\t")[:2]
        pair = Pair(
            [key(word) for word in words(source, "en")],
            [key(word) for word in words(target, target_lang)],
        )
        if pair.source and pair.target and max(map(len, pair[:2])) <= LONGEST:
            yield pair


def learn(rows: list[str], target_lang: str) -> Counts:
    """Links of all words, twice: the second reading starts from what the first one knows."""
    linker = Linker(discount=0.0)  # a large corpus needs none: chance is pruned at the end
    started = time.perf_counter()
    linker.learn(pairs(rows, target_lang))
    print(f"  {len(rows)} lines in {time.perf_counter() - started:.0f} s", flush=True)
    assert linker.learned is not None
    return linker.learned


def bits(counts: Counts, rows: list[str], target_lang: str) -> float:
    """Bits a word, both ways, of pairs not learned from, under IBM model 1 with these links."""
    total, words = 0.0, 0
    for table, turn in ((counts, False), (counts.turned(), True)):
        sums = np.bincount(table.keys >> 32, table.links, minlength=len(table.source))
        for pair in pairs(rows, target_lang):
            source, target = (pair.target, pair.source) if turn else pair[:2]
            s = np.array([table.source.get(word, -1) for word in source])
            t = np.array([table.target.get(word, -1) for word in target])
            links = table.look_up(np.repeat(s, len(t)), np.tile(t, len(s))).reshape(len(s), len(t))
            shares = links / np.where(s < 0, 1, sums[s] + 1)[:, None]
            probability = 0.8 * shares.mean(0) + 0.2e-4
            total -= float(np.log2(probability).sum())
            words += len(t)
    return total / max(words, 1) if words else math.inf


def main() -> None:
    """Build, write and measure."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("data", type=Path)
    parser.add_argument("pairs", nargs="*", default=PAIRS)
    parser.add_argument("--out", type=Path, default=Path(workbench.lexicon.__file__).parent)
    parser.add_argument("--only", help="kinds of text, with commas between them")
    options = parser.parse_args()
    kinds = set(options.only.split(",")) if options.only else None
    for pair in options.pairs:
        target_lang = pair.split("-")[1]
        print(pair, options.only or "", flush=True)
        rows = lines(options.data, pair, kinds)
        counts = learn(rows, target_lang)
        counts.prune(LEAST, SHARE)
        content = packed(counts)
        path = options.out / f"{pair}{workbench.lexicon.SUFFIX}"
        path.write_bytes(content)
        dev = options.data / f"dev-{target_lang}.tsv"
        measured = dev.read_text("utf-8").splitlines() if dev.exists() else []
        print(
            f"  {len(counts)} word pairs, {len(content)} bytes; dev: "
            f"{bits(counts, measured, target_lang):.3f} bits a word",
            flush=True,
        )


if __name__ == "__main__":
    main()

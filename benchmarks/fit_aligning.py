"""Fits the weights of the aligner and the coefficients of its confidence to gold alignments.

.venv/bin/python benchmarks/fit_aligning.py

Texts are looked at with machine translations good and bad (those beside the gold, and Apertium's where
that is installed).  Each set is also aligned with weights fitted to the others: only that figure tells
what new texts get.  Minimum risk (Smith and Eisner 2006): the gradient of the beads expected to be right,
by Adam.  The confidence is a logistic regression on beads found with weights fitted to other sets, for it
is to tell how new texts fare; also on those of pieces of the texts, with and without a lexicon.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import exp, log
from typing import TYPE_CHECKING

import numpy as np
from aligning import believed, strict
from gold import Beads, Gold, by_apertium, pieces, sets

from workbench import lexicon
from workbench.aligners import candidates, confidence, learning, weighing
from workbench.aligners.deciding import COST
from workbench.aligners.pool import gather
from workbench.model import Tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from workbench.aligners.candidates import Candidates
    from workbench.model import TextPair

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Sums = tuple[list[float], list[float]]

# What the weights begin as: those with which the texts teach their words.
PLAIN = {"words": 0.6, "length": 0.5, "opens": 0.7, "closes": 0.7, "shape": 1.0}
STEPS = 150
RATE = 0.05
# Draws the weights to where they began, in units of their features' spread.
KEEP = 0.1
# A bead found costs so much, right or not: about half of the F1 to be reached.
PRICE = 0.45
NEVER = -1e30
# Of other features more is better.
FREE = np.array([name.endswith(("many", "alone", "large")) for name in weighing.WEIGHTS])
# Source passages of a piece.
PIECE = 60


@dataclass
class Text:
    """The candidates of a text with their features, and which of them are gold.

    `kind` is the set with its machine translation, "" for a piece; those of one `group` share texts.
    """

    kind: str
    group: str
    gold: Beads
    found: Candidates
    features: Floats
    reward: Floats

    def posterior(self, weights: Floats) -> Floats:
        """How probable each candidate is."""
        return candidates.posteriors(self.found, self.features @ weights)

    def path(self, weights: Floats) -> Ints:
        """The candidates of highest expected worth."""
        return candidates.best(self.found, self.posterior(weights) - COST)

    def beads(self, weights: Floats) -> Beads:
        """The beads of highest expected worth."""
        return {_bead(bead) for bead in self.found.beads[self.path(weights)].tolist()}

    def judged(self, weights: Floats) -> tuple[Floats, Floats]:
        """What the confidence of each bead found goes by, and 1 for those that are right."""
        path = self.path(weights)
        varied = confidence.varied(self.found, self.features, weights)
        described = confidence.describe(self.found, weighing.named(self.features), varied, path)
        return described, (self.reward[path] > 0).astype(float)

    def gradient(self, weights: Floats) -> Floats:
        """That of the expected reward of a path."""
        scores = (self.features @ weights).tolist()
        begin, end = self.nodes
        reward = self.reward.tolist()
        first, last = begin[0], end[-1]
        before, sure = _expected(first, last, (begin, end), scores, reward)
        back = end[::-1], begin[::-1]
        after, rest = _expected(last, last, back, scores[::-1], reward[::-1])
        slope = np.zeros(len(scores))
        for k, (x, y) in enumerate(zip(begin, end, strict=True)):
            way = before[x] + scores[k] + after[y] - before[last]
            if way > -30:
                slope[k] = exp(min(0.0, way)) * (sure[x] + reward[k] + rest[y] - sure[last])
        return slope @ self.features

    @cached_property
    def nodes(self) -> tuple[list[int], list[int]]:
        """The numbers of the nodes where each candidate begins and ends, in an ascending order."""
        a, b, c, d = self.found.beads.T
        width = self.found.m + 1
        # by how much is done, so that the last node has the highest number
        keys = [(i + j) * width + j for i, j in ((a, c), (b, d))]
        _, at = np.unique(np.concatenate(keys), return_inverse=True)
        return at[: len(a)].tolist(), at[len(a) :].tolist()


def _expected(
    start: int,
    last: int,
    beads: tuple[Sequence[int], Sequence[int]],
    scores: Sequence[float],
    reward: Sequence[float],
) -> Sums:
    """Log sums over all paths to each node, and the reward expected on the way."""
    sums, earned = [NEVER] * (last + 1), [0.0] * (last + 1)
    sums[start] = 0.0
    for x, y, value, gain in zip(*beads, scores, reward, strict=True):
        if sums[x] == NEVER:
            continue
        way, other = sums[x] + value, sums[y]
        top = max(way, other)
        sums[y] = top + log(exp(way - top) + exp(other - top))
        share = exp(way - sums[y])
        earned[y] = share * (earned[x] + gain) + (1 - share) * earned[y]
    return sums, earned


def _bead(ends: Sequence[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    a, b, c, d = ends
    return tuple(range(a, b)), tuple(range(c, d))


def texts() -> Iterator[Text]:
    """All that is fitted to."""
    for gold in sets():
        for each in (gold, *by_apertium(gold)):
            yield from _looked_at(each)


def _looked_at(gold: Gold) -> Iterator[Text]:
    for pair, right in gold.texts:
        yield read(str(gold), gold, (pair, right))
        if gold.mt:
            continue
        known = lexicon.load(*gold.langs) is not None
        for langs in (gold.langs, ("", "")) if known else (gold.langs,):
            for piece in pieces(pair, right, PIECE):
                yield read("", Gold(gold.name, langs, []), piece)


def read(kind: str, gold: Gold, text: tuple[TextPair, Beads]) -> Text:
    """Look at a text as the aligner does."""
    options = learning.Options()
    pool, (stretch,) = gather([text[0]], Tables(), gold.langs)
    learning.learn([stretch], pool, options, lambda _: None)
    scored = learning.score(stretch, pool, options.half)
    total = scored.total(options.words, options.lengths, options.edges)
    found = candidates.choose(scored.band, total, scored.skip)
    right = np.array([_bead(bead) in text[1] for bead in found.beads.tolist()], float)
    features = weighing.features(found, scored, stretch, pool)
    return Text(kind, gold.name, text[1], found, features, right - PRICE)


def fit(texts: Sequence[Text]) -> Floats:
    """The weights that earn most on those of the texts that are whole; each group counts alike."""
    texts = [text for text in texts if text.kind]
    spread = np.maximum(np.concatenate([text.features for text in texts]).std(axis=0), 1e-3)
    start = np.array([PLAIN.get(name, 0.0) for name in weighing.WEIGHTS]) * spread
    size = {text.group: sum(other.group == text.group for other in texts) for text in texts}
    point, first, second = start.copy(), np.zeros_like(start), np.zeros_like(start)
    for step in range(1, STEPS + 1):
        slope = -KEEP * (point - start)
        for text in texts:
            slope += text.gradient(point / spread) / spread / size[text.group]
        first = 0.9 * first + 0.1 * slope
        second = 0.99 * second + 0.01 * slope**2
        point += RATE * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-8)
        point = np.where(FREE, point, np.maximum(point, 0.0))
    weights: Floats = point / spread
    return weights


# Draws the coefficients of the confidence to nothing, in units of their features' spread.
SHRINK = 10.0


def logistic(judged: Sequence[tuple[Floats, Floats]]) -> Floats:
    """The coefficients under which what is right is most probable, by Newton's steps."""
    described = np.concatenate([each for each, _ in judged])
    right = np.concatenate([each for _, each in judged])
    spread = described.std(axis=0)
    shrink = np.where(spread > 0, SHRINK, 1e-3)
    spread[spread == 0] = 1.0
    scaled = described / spread
    found = np.zeros(scaled.shape[1])
    for _ in range(25):
        sure = 1 / (1 + np.exp(-scaled @ found))
        slope = scaled.T @ (right - sure) - shrink * found
        bend = (scaled * (sure * (1 - sure))[:, None]).T @ scaled + np.diag(shrink)
        found += np.linalg.solve(bend, slope)
    coefficients: Floats = found / spread
    return coefficients


def report_confidence(texts: Sequence[Text], others: Mapping[str, Floats]) -> None:
    """Print how far a confidence fitted to the other sets can be believed; then the coefficients."""
    judged = [(text, text.judged(others[text.group])) for text in texts]
    rows: dict[str, list[tuple[float, bool]]] = {}
    for group in others:
        found = logistic([each for text, each in judged if text.group != group])
        for text, (described, right) in judged:
            if text.group == group:
                sure = 1 / (1 + np.exp(-described @ found))
                kind = text.kind or f"{group}, pieces"
                rows.setdefault(kind, []).extend(zip(sure.tolist(), right > 0, strict=True))
    rows["all without MT"] = [row for name in others for row in rows[name]]
    print("\n| set | at least 95 % sure | of these right | errors in the worst fifth |")
    print("|---|--:|--:|--:|")
    for kind, each in rows.items():
        print(f"| {kind} | {believed(each)} |")
    found = logistic([each for _, each in judged])
    for name, value in zip(confidence.COEFFICIENTS, found, strict=True):
        print(f'    "{name}": {value:.2f},')


def main() -> None:
    """Print strict F1 by set, as shipped, fitted to all, fitted to the others; then what was fitted."""
    read = list(texts())
    groups = sorted({text.group for text in read})
    shipped, fitted = weighing.weights(), fit(read)
    others = {group: fit([text for text in read if text.group != group]) for group in groups}
    print("| set | as shipped | fitted to all | fitted to the others |\n|---|--:|--:|--:|")
    for kind in dict.fromkeys(text.kind or f"{text.group}, pieces" for text in read):
        mine = [text for text in read if (text.kind or f"{text.group}, pieces") == kind]
        scores = [
            strict([text.gold for text in mine], [text.beads(weights) for text in mine])
            for weights in (shipped, fitted, others[mine[0].group])
        ]
        print(f"| {kind} | " + " | ".join(f"{score:.3f}" for score in scores) + " |", flush=True)
    for name, weight in zip(weighing.WEIGHTS, fitted, strict=True):
        print(f'    "{name}": {weight:.2f},')
    report_confidence(read, others)


if __name__ == "__main__":
    main()

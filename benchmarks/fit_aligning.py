"""Fits the weights of the aligner and the coefficients of its confidence to gold alignments.

.venv/bin/python benchmarks/fit_aligning.py

Each set is also aligned with weights fitted to the others: only that figure tells what new texts get.
Minimum risk (Smith and Eisner 2006): the gradient of the beads expected to be right, by Adam.  The
confidence is a logistic regression on the beads so found.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log
from typing import TYPE_CHECKING

import numpy as np
from aligning import Beads, believed, sets, strict

from workbench.aligners import candidates, confidence, learning, weighing
from workbench.aligners.deciding import COST
from workbench.aligners.pool import gather
from workbench.model import Tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from workbench.aligners.candidates import Candidates
    from workbench.model import TextPair

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Sums = tuple[list[float], list[float]]

# What the weights begin as: those with which the texts teach their words.
PLAIN = {
    "words": 0.6,
    "length": 0.5,
    "opens": 0.7,
    "closes": 0.7,
    "shape": 1.0,
}
STEPS = 150
RATE = 0.05
# Draws the weights to where they began, in units of their features' spread.
KEEP = 0.1
# A bead found costs so much, right or not: about half of the F1 to be reached.
PRICE = 0.45
NEVER = -1e30
# Of other features more is better.
FREE = np.array([name.endswith(("many", "alone", "large")) for name in weighing.WEIGHTS])


@dataclass
class Text:
    """The candidates of a text with their features, and which of them are gold."""

    group: str
    gold: Beads
    found: Candidates
    features: Floats
    reward: Floats

    def posterior(self, weights: Floats) -> Floats:
        """How probable each candidate is."""
        return candidates.posteriors(self.found, self.features @ weights)

    def path(self, posterior: Floats) -> Ints:
        """The candidates of highest expected worth."""
        return candidates.best(self.found, posterior - COST)

    def beads(self, weights: Floats) -> Beads:
        """The beads of highest expected worth."""
        return {
            _bead(bead) for bead in self.found.beads[self.path(self.posterior(weights))].tolist()
        }

    def judged(self, weights: Floats) -> tuple[Floats, Floats]:
        """What the confidence of each bead found goes by, and 1 for those that are right."""
        posterior, features = self.posterior(weights), weighing.named(self.features)
        path = self.path(posterior)
        described = confidence.describe(
            self.found, features, self.features @ weights, posterior, path
        )
        return described, (self.reward[path] > 0).astype(float)

    def gradient(self, weights: Floats) -> Floats:
        """That of the expected reward of a path."""
        scores = (self.features @ weights).tolist()
        a, b, c, d = self.found.beads.T.tolist()
        ends = list(zip(a, c, strict=True)), list(zip(b, d, strict=True))
        reward = self.reward.tolist()
        before, sure = _expected((0, 0), *ends, scores, reward)
        last = self.found.n, self.found.m
        after, rest = _expected(last, ends[1][::-1], ends[0][::-1], scores[::-1], reward[::-1])
        slope = np.zeros(len(scores))
        for k, (x, y) in enumerate(zip(*ends, strict=True)):
            if x in before and y in after:
                probable = exp(min(0.0, before[x] + scores[k] + after[y] - before[last]))
                slope[k] = probable * (sure[x] + reward[k] + rest[y] - sure[last])
        return slope @ self.features


Node = tuple[int, int]


def _expected(
    start: Node,
    begin: Sequence[Node],
    end: Sequence[Node],
    scores: Sequence[float],
    reward: Sequence[float],
) -> tuple[dict[Node, float], dict[Node, float]]:
    """Log sums over all paths to each node, and the reward expected on the way."""
    sums, earned = {start: 0.0}, {start: 0.0}
    for x, y, value, gain in zip(begin, end, scores, reward, strict=True):
        if x not in sums:
            continue
        way, other = sums[x] + value, sums.get(y, NEVER)
        top = max(way, other)
        sums[y] = top + log(exp(way - top) + exp(other - top))
        share = exp(way - sums[y])
        earned[y] = share * (earned[x] + gain) + (1 - share) * earned.get(y, 0.0)
    return sums, earned


def _bead(ends: Sequence[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    a, b, c, d = ends
    return tuple(range(a, b)), tuple(range(c, d))


def read(name: str, langs: tuple[str, str], pair: TextPair, gold: Beads) -> Text:
    """Look at a text as the aligner does."""
    options = learning.Options()
    pool, (stretch,) = gather([pair], Tables(), langs)
    learning.learn([stretch], pool, options, lambda _: None)
    scored = learning.score(stretch, pool, options.half)
    total = scored.total(options.words, options.lengths, options.edges)
    found = candidates.choose(scored.band, total, scored.skip)
    right = np.array([_bead(bead) in gold for bead in found.beads.tolist()], float)
    group = name.split(",")[0]
    return Text(group, gold, found, weighing.features(found, scored, stretch, pool), right - PRICE)


def fit(texts: Sequence[Text]) -> Floats:
    """The weights that earn most on these texts; each group of texts counts alike."""
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
SHRINK = 3.0


def logistic(described: Floats, right: Floats) -> Floats:
    """The coefficients under which what is right is most probable, by Newton's steps."""
    spread = described.std(axis=0)
    spread[spread == 0] = 1.0
    scaled = described / spread
    shrink = np.where(described.std(axis=0) > 0, SHRINK, 1e-3)
    found = np.zeros(scaled.shape[1])
    for _ in range(25):
        sure = 1 / (1 + np.exp(-scaled @ found))
        slope = scaled.T @ (right - sure) - shrink * found
        bend = (scaled * (sure * (1 - sure))[:, None]).T @ scaled + np.diag(shrink)
        found += np.linalg.solve(bend, slope)
    coefficients: Floats = found / spread
    return coefficients


def sure_of(texts: Sequence[Text], weights: Floats) -> None:
    """Print the coefficients, and how far a confidence fitted to the other sets can be believed."""
    judged = [text.judged(weights) for text in texts]

    def fitted(chosen: Sequence[tuple[Floats, Floats]]) -> Floats:
        described, right = zip(*chosen, strict=True)
        return logistic(np.concatenate(described), np.concatenate(right))

    rows: list[tuple[float, bool]] = []
    for text, (described, right) in zip(texts, judged, strict=True):
        others = [
            each for other, each in zip(texts, judged, strict=True) if other.group != text.group
        ]
        odds = described @ fitted(others)
        rows += zip((1 / (1 + np.exp(-odds))).tolist(), (right > 0).tolist(), strict=True)
    believed(rows)
    for name, value in zip(confidence.COEFFICIENTS, fitted(judged), strict=True):
        print(f'    "{name}": {value:.2f},')


def main() -> None:
    """Print strict F1 by set, as shipped, fitted to all, fitted to the others; then what was fitted."""
    texts = [
        read(name, langs, pair, gold)
        for name, langs, found in sets()
        for pair, gold in found
        if len(pair.source) * len(pair.target) < 10**6
    ]
    shipped, fitted = np.array(list(weighing.WEIGHTS.values())), fit(texts)
    print("| set | as shipped | fitted to all | fitted to the others |\n|---|--:|--:|--:|")
    for group in sorted({text.group for text in texts}):
        mine = [text for text in texts if text.group == group]
        others = fit([text for text in texts if text.group != group])
        scores = [
            strict([text.gold for text in mine], [text.beads(weights) for text in mine])
            for weights in (shipped, fitted, others)
        ]
        print(f"| {group} | " + " | ".join(f"{score:.3f}" for score in scores) + " |", flush=True)
    for name, weight in zip(weighing.WEIGHTS, fitted, strict=True):
        print(f'    "{name}": {weight:.2f},')
    sure_of(texts, fitted)


if __name__ == "__main__":
    main()

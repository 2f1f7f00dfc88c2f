"""Judges a draft by the registered checks before a person sees it, and says how good it may be."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from math import exp
from typing import TYPE_CHECKING

from workbench.model import Unit
from workbench.wordlinks.tokens import tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from workbench.model import Check, Finding, Hypothesis

# A draft with findings is never said to be better than this.
DOUBTFUL = 30.0
# What a draft is worth whose engine gives no score, until people's edits tell.
UNKNOWN = 50.0

Curve = tuple[tuple[float, float], ...]


class Judge:
    """The checks for one language pair."""

    def __init__(self, checks: Iterable[Check], source_lang: str, target_lang: str) -> None:
        self._checks = list(checks)
        self._pair = source_lang, target_lang

    def findings(self, drafts: Sequence[tuple[str, str]]) -> list[list[Finding]]:
        """What speaks against each (source, target); nothing if it may be shown as it is."""
        units = [
            Unit(0, 0, "", 0, *self._pair, *draft, "translated", "", "", None, 0, "", "")
            for draft in drafts
        ]
        found: list[list[Finding]] = [[] for _ in units]
        for check in self._checks:  # one check after the other: its code and data stay in the cache
            for unit, mine in zip(units, found, strict=True):
                mine += [finding for finding in check.findings(unit) if finding.severity != "info"]
        return found

    def quality(
        self, hypothesis: Hypothesis, findings: Sequence[Finding], curve: Curve = ()
    ) -> float:
        """How much of a draft people will keep, 0-100: the match quality that is stored.

        The curve is that of the engine, from what people kept of its drafts before.
        """
        if hypothesis.similarity is not None:
            return round(hypothesis.similarity, 1)
        value = calibrated(raw_quality(hypothesis.score), curve)
        return round(min(value, DOUBTFUL) if findings else value, 1)

    def links(self, source: str, hypothesis: Hypothesis) -> str:
        """The words that a model looked at, `0-0 1-2`: 0-based tokens, source first (Pharaoh)."""
        if not hypothesis.looks:
            return ""
        words = [[token.start for token in tokens(text, lang)]
                 for text, lang in zip((source, hypothesis.text), self._pair, strict=True)]  # fmt: skip
        pairs = {
            (bisect_right(words[0], there) - 1, bisect_right(words[1], here) - 1)
            for there, here in hypothesis.looks
        }
        return " ".join(f"{i}-{j}" for i, j in sorted(pairs) if min(i, j) >= 0)


def raw_quality(score: float | None) -> float:
    """The mean probability of a token, 0-100, of a mean log-probability; UNKNOWN without one."""
    return UNKNOWN if score is None else 100.0 * exp(min(0.0, score))


def calibrated(raw: float, curve: Curve) -> float:
    """What a raw quality means on a curve of (raw, kept) points, between its points by the line."""
    if not curve:
        return raw
    if raw <= curve[0][0]:
        return curve[0][1]
    for (x0, y0), (x1, y1) in pairwise(curve):
        if raw <= x1:
            return y0 + (y1 - y0) * (raw - x0) / (x1 - x0)
    return curve[-1][1]


def fit(evidence: Iterable[tuple[float | None, float]], least: int = 25) -> Curve:
    """The rising curve through (score, kept 0-100) pairs of reviewed drafts, over raw quality.

    Pools adjacent violators over groups of equal raw quality (isotonic regression: Ayer et al.
    1955), each of at least `least` pairs; too little evidence gives no curve.
    """
    pools: list[list[float]] = []  # sum of raw, sum of kept, count
    for raw, kept in sorted((raw_quality(score), kept) for score, kept in evidence):
        if not pools or (pools[-1][2] >= least and raw > pools[-1][0] / pools[-1][2]):
            pools.append([0.0, 0.0, 0.0])
        pools[-1] = [pools[-1][0] + raw, pools[-1][1] + kept, pools[-1][2] + 1]
    if len(pools) > 1 and pools[-1][2] < least:
        last = pools.pop()
        pools[-1] = [a + b for a, b in zip(pools[-1], last, strict=True)]
    if not pools or pools[0][2] < least:
        return ()
    rising: list[list[float]] = []
    for pool in pools:
        rising.append(pool)
        while len(rising) > 1 and _mean(rising[-2]) >= _mean(rising[-1]):
            last = rising.pop()
            rising[-1] = [a + b for a, b in zip(rising[-1], last, strict=True)]
    return tuple((raw / count, kept / count) for raw, kept, count in rising)


def _mean(pool: list[float]) -> float:
    return pool[1] / pool[2]

"""The chain from a source text to its best draft: engines in turn, each draft judged on its way."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from threading import Lock
from typing import TYPE_CHECKING

from workbench import lang
from workbench.drafting.clauses import clauses
from workbench.errors import EngineError
from workbench.model import Candidate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from workbench.drafting.judge import Judge
    from workbench.drafting.stage import Stage
    from workbench.model import Draft, Finding, Hypothesis

# Hypotheses asked for when the first one is not good enough.
MORE = 4
CLAUSES = "clauses"


@dataclass(slots=True)
class Outcome:
    """All candidates for one source text, and why some engine had none."""

    source: str
    candidates: list[Candidate] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def best(self) -> Candidate | None:
        """The candidate with the fewest findings; of equals the first."""
        return min(self.candidates, key=_badness, default=None)

    @property
    def passes(self) -> bool:
        """Whether there is a candidate that nothing speaks against."""
        return any(_badness(candidate) == 0 for candidate in self.candidates)


class Drafter:
    """Engines in the order of trust; those after the first are asked only where it fails.

    With `side_by_side` every engine drafts every text.
    """

    def __init__(
        self,
        stages: Sequence[Stage | Callable[[], Stage | None] | None],
        judge: Judge,
        *,
        hypotheses: int = 1,
        side_by_side: bool = False,
    ) -> None:
        self._stages = list(stages)
        self._judge = judge
        self._hypotheses = hypotheses
        self._side_by_side = side_by_side
        self._making = Lock()
        # engines that only help out: one that is lost is done without, and named in `lost`
        self._helpers = () if side_by_side else [n for n, s in enumerate(stages) if callable(s)]
        self.lost: list[str] = []

    def draft(self, sources: Sequence[str]) -> list[Outcome]:
        """An outcome for each source, in order."""
        outcomes = [Outcome(source) for source in sources]
        for number in range(len(self._stages)):
            failing = [outcome for outcome in outcomes if not outcome.passes]
            asked = outcomes if number == 0 or self._side_by_side else failing
            if asked and (stage := self._stage(number)):
                try:
                    self._try(stage, asked)
                except EngineError as error:
                    if number not in self._helpers:
                        raise
                    self._lose(number, str(error))
        return outcomes

    def _try(self, stage: Stage, outcomes: list[Outcome]) -> None:
        """Ask an engine, and again in other ways where its drafts are not good enough."""
        self._ask(stage, outcomes, self._hypotheses)
        for retry in self._retries(stage, outcomes):
            self._ask(stage, retry[0], retry[1], retry[2])

    def _lose(self, number: int, error: str) -> None:
        with self._making:
            if self._stages[number]:  # two threads may find out at once
                self._stages[number] = None
                self.lost.append(error)

    def _retries(
        self, stage: Stage, outcomes: Sequence[Outcome]
    ) -> Iterator[tuple[list[Outcome], int, str]]:
        """Ways to ask the same engine again: for more hypotheses, then clause by clause."""
        if stage.translator.n_best > self._hypotheses:
            yield [o for o in outcomes if o.candidates and not o.passes], MORE, ""
        if not stage.translator.partial:
            yield (
                [o for o in outcomes if not o.passes and len(clauses(o.source)) > 1], 1, CLAUSES,
            )  # fmt: skip

    def _ask(self, stage: Stage, outcomes: list[Outcome], hypotheses: int, how: str = "") -> None:
        drafts = stage.drafts([outcome.source for outcome in outcomes], hypotheses, how)
        signature = stage.translator.signature + (f"|split:{how}" if how else "")
        made: list[tuple[Outcome, Draft, Hypothesis]] = []
        for outcome, draft in zip(outcomes, drafts, strict=True):
            if draft.error:
                outcome.errors.append(f"{stage.translator.origin}: {draft.error}")
            made += (
                (outcome, draft, hypothesis) for hypothesis in _fresh(outcome, draft, signature)
            )
        found = self._findings([(outcome.source, hypothesis) for outcome, _, hypothesis in made])
        for (outcome, draft, hypothesis), findings in zip(made, found, strict=True):
            outcome.candidates.append(
                Candidate(
                    hypothesis,
                    stage.translator.origin,
                    signature,
                    stage.request(outcome.source, how),
                    self._judge.quality(hypothesis, findings, stage.curve),
                    tuple(findings),
                    draft.pivots,
                    self._judge.links(outcome.source, hypothesis),
                )
            )

    def _findings(self, drafts: Sequence[tuple[str, Hypothesis]]) -> list[list[Finding]]:
        # what a person approved for this very source needs no judge
        judged = [(source, h.text) for source, h in drafts if h.similarity != 100]
        found = iter(self._judge.findings(judged))
        return [[] if h.similarity == 100 else next(found) for _, h in drafts]

    def _stage(self, number: int) -> Stage | None:
        """A stage; one that is a way to make it is made when first needed."""
        with self._making:
            stage = self._stages[number]
            if callable(stage):
                stage = self._stages[number] = stage()
            return stage


def _fresh(outcome: Outcome, draft: Draft, signature: str) -> Iterator[Hypothesis]:
    """The hypotheses of a draft that are not among the candidates, as they can be stored."""
    known = {c.hypothesis.text for c in outcome.candidates if c.signature == signature}
    for raw in draft.hypotheses:
        text = _storable(raw.text)
        if text not in known:
            known.add(text)
            yield raw if text == raw.text else replace(raw, text=text, looks=())


def _storable(text: str) -> str:
    """A text in Unicode's composed form, without the halves of characters that engines can make."""
    if text.isascii():
        return text.replace("\0", "")
    return lang.nfc(text.encode("utf-8", "replace").decode().replace("\0", ""))


def _badness(candidate: Candidate) -> int:
    """How much speaks against a candidate; a fuzzy match is never good enough by itself."""
    fuzzy = candidate.hypothesis.similarity not in {None, 100}
    return sum(3 if f.severity == "error" else 1 for f in candidate.findings) + 2 * fuzzy

"""One engine in the chain: hides what must not change, asks the engine once for each text, restores."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING

from workbench import lang, messages, protect
from workbench.drafting.asking import Asking
from workbench.drafting.branches import by_branches
from workbench.drafting.clauses import clauses
from workbench.model import Draft, Hypothesis

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from workbench.drafting.judge import Curve
    from workbench.model import Translator
    from workbench.protect import Shielded, Term

    # Gives the drafts that were stored for these requests before.
    Recall = Callable[[Sequence[int]], Mapping[int, Draft]]

# Drafts kept in memory: those that are not in the store yet, and sentences that come often.
REMEMBERED = 20_000
# Characters of the longest text that an engine is given: it takes minutes, and more is no sentence.
LONGEST = 100_000
# How a text with ICU's branches is translated, as requests name it.
BRANCHES = "branches"
_NO_BRACES = str.maketrans("{}", "  ")


class Stage:
    """An engine made ready for a pair; safe to use from several threads."""

    def __init__(
        self,
        translator: Translator,
        terms: Sequence[Term] = (),
        recall: Recall = lambda _requests: {},
        curve: Curve = (),
        target_lang: str = "",
    ) -> None:
        self.translator = translator
        self._target_lang = target_lang
        self.curve = curve
        self._terms = terms
        self._recall = recall
        self._known: OrderedDict[int, Draft] = OrderedDict()
        self._memory_lock = Lock()
        self._asking = Asking(translator)

    def request(self, text: str, how: str = "") -> int:
        """The number under which the draft of a text is remembered: equal requests, equal drafts."""
        way = how or (BRANCHES if messages.has(text) else "")
        open_text = text.translate(_NO_BRACES) if way == BRANCHES else text  # terms in branches too
        used = protect.spans(open_text, self._terms) if self._terms else ()
        key = "\0".join([self.translator.signature, way, text, *(span.text for span in used)])
        digest = hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        return int.from_bytes(digest, "big", signed=True)

    def drafts(self, texts: Sequence[str], hypotheses: int = 1, how: str = "") -> list[Draft]:
        """A draft for each text, with everything that must not change in its place.

        `how` is "" for whole texts, or "clauses" to translate them clause by clause.
        """
        requests = [self.request(text, how) for text in texts]
        known = self._remembered(requests, hypotheses)
        missing = {r: text for r, text in zip(requests, texts, strict=True) if r not in known}
        if missing:
            ask = self._by_clauses if how else self._whole
            made = ask(list(missing.values()), hypotheses)
            fresh = dict(zip(missing, made, strict=True))
            self._remember(fresh)
            known |= fresh
        return [known[request] for request in requests]

    def _remembered(self, requests: Sequence[int], hypotheses: int) -> dict[int, Draft]:
        with self._memory_lock:
            known = {r: self._known[r] for r in requests if r in self._known}
            rest = [request for request in requests if request not in known]
            known |= self._recall(rest) if rest else {}
        if hypotheses == 1 or self.translator.n_best == 1:
            return known
        return {r: draft for r, draft in known.items() if len(draft.hypotheses) > 1}

    def _remember(self, drafts: Mapping[int, Draft]) -> None:
        with self._memory_lock:
            self._known.update(drafts)
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)

    def _engine(self, texts: Sequence[str], hypotheses: int) -> list[Draft]:
        return self._asking.drafts(texts, min(hypotheses, self.translator.n_best))

    def _whole(self, texts: Sequence[str], hypotheses: int) -> list[Draft]:
        if self.translator.verbatim:
            return self._engine(texts, hypotheses)
        trees = {i: tree for i, text in enumerate(texts) if (tree := messages.parse(text))}
        made = by_branches(trees, self._target_lang, lambda parts: self._shielded(parts, 1))
        drafts = {
            i: Draft((Hypothesis(text, _mean_score(used)),)) for i, (text, used) in made.items()
        }
        rest = [i for i in range(len(texts)) if i not in drafts]
        drafts |= zip(rest, self._shielded([texts[i] for i in rest], hypotheses), strict=True)
        return [drafts[i] for i in range(len(texts))]

    def _shielded(self, texts: Sequence[str], hypotheses: int) -> list[Draft]:
        shielded = [protect.shield(text, self._terms) for text in texts]
        asked = [_is_asked(item) for item in shielded]
        drafts = [Draft() if a else _unasked(s) for a, s in zip(asked, shielded, strict=True)]
        spoken = [i for i, speaks in enumerate(asked) if speaks]
        answers = self._engine([shielded[i].text for i in spoken], hypotheses)
        around = []
        for i, answer in zip(spoken, answers, strict=True):
            drafts[i] = _restored(shielded[i], answer)
            if answer.hypotheses and not drafts[i].hypotheses:
                around.append(i)
        for i, draft in zip(around, self._around([shielded[i] for i in around]), strict=True):
            drafts[i] = draft
        return drafts

    def _around(self, items: Sequence[Shielded]) -> list[Draft]:
        """Translate what lies between the spans, piece by piece: nothing can be lost there."""
        pieces = [item.pieces() for item in items]
        flat = [piece for mine in pieces for piece in mine]
        answers = iter(self._engine([p for p in flat if any(map(str.isalpha, p))], 1))
        drafts = []
        for item, mine in zip(items, pieces, strict=True):
            made = [next(answers) if any(map(str.isalpha, p)) else _as_it_is(p) for p in mine]
            drafts.append(_joined(item, mine, made))
        return drafts

    def _by_clauses(self, texts: Sequence[str], _hypotheses: int) -> list[Draft]:
        parts = [clauses(text) for text in texts]
        answers = iter(self._whole([clause for mine in parts for clause, _ in mine], 1))
        drafts = []
        for mine in parts:
            made = [next(answers) for _ in mine]
            if failed := next((draft for draft in made if not draft.hypotheses), None):
                drafts.append(failed)
                continue
            best = [draft.hypotheses[0] for draft in made]
            text = lang.joined(
                (clause, h.text, space) for h, (clause, space) in zip(best, mine, strict=True)
            )
            drafts.append(Draft((Hypothesis(text, _mean_score(best)),)))
        return drafts


def _is_asked(item: Shielded) -> bool:
    """Whether an engine can do something: letters outside of what must not change, and not too many."""
    return len(item.text) <= LONGEST and any(any(map(str.isalpha, p)) for p in item.pieces())


def _unasked(item: Shielded) -> Draft:
    if len(item.text) > LONGEST:
        size = f"{len(item.text):,} characters are too much for one segment"
        return Draft(
            error=f"{size} (the limit is {LONGEST:,}); split it in the source and add it again"
        )
    return Draft((Hypothesis(item.rejoined(item.pieces())),))


def _restored(item: Shielded, draft: Draft) -> Draft:
    if not item.spans:
        return draft
    kept = []
    for hypothesis in draft.hypotheses:
        text = item.restored(hypothesis.text)
        if text is not None:
            kept.append(Hypothesis(text, hypothesis.score, hypothesis.similarity))
    return Draft(tuple(kept), draft.error, draft.pivots)


def _as_it_is(text: str) -> Draft:
    return Draft((Hypothesis(text),))


def _joined(item: Shielded, pieces: Sequence[str], drafts: Sequence[Draft]) -> Draft:
    if failed := next((draft for draft in drafts if not draft.hypotheses), None):
        return failed
    best = [draft.hypotheses[0] for draft in drafts]
    texts = [
        _with_space_of(piece, hypothesis.text)
        for piece, hypothesis in zip(pieces, best, strict=True)
    ]
    return Draft((Hypothesis(item.rejoined(texts), _mean_score(best)),))


def _with_space_of(source: str, text: str) -> str:
    """A translated piece with the outer space of its source."""
    left = source[: len(source) - len(source.lstrip())]
    right = source[len(source.rstrip()) :] if source.strip() else ""
    return left + text.strip() + right


def _mean_score(hypotheses: Sequence[Hypothesis]) -> float | None:
    scores = [h.score for h in hypotheses if h.score is not None]
    return round(sum(scores) / len(scores), 4) if scores else None

"""Runs a CTranslate2 model on segments of any length: splits, batches, decodes, scores."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from workbench import lang
from workbench.engines.attention import looks
from workbench.errors import EngineError
from workbench.model import Draft, Hypothesis

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from workbench.model import Settings

# Tokens that a core, or a graphics card, computes at once: more gains nothing and costs memory.
BATCH_TOKENS = {"cpu": 1024, "cuda": 16_384}
# The score is divided by length to this power, as Argos does.
LENGTH_PENALTY = 0.2
# Models are trained on sentences; longer input is split at clauses.
LONGEST_TOKENS = 200
# After what ends a clause; `1,400.5` has none.
_CLAUSE = re.compile(r"(?<=[,;:—–.!?…])\s+|(?<=[。、，；：！？])\s*")


# A text and its tokens.
Item = tuple[str, list[str]]


class Tokenizer(Protocol):
    """Turns text into a model's tokens and back."""

    def encode(self, text: str) -> list[str]:
        """The tokens of a text, without language tags and end marks."""

    def decode(self, tokens: Sequence[str]) -> str:
        """The text of tokens."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a model wants around its tokens: language tags and end marks."""

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    target_prefix: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a text that goes through the model, and the space that follows it."""

    text: str
    space: str


class Model:
    """A model and its tokenizer; safe to use from several threads."""

    def __init__(self, folder: Path, tokenizer: Tokenizer, form: Form, settings: Settings) -> None:
        import ctranslate2

        self._tokenizer = tokenizer
        self._form = form
        self._beam = settings.beam
        self.attention = settings.attention
        device = settings.device
        if device == "auto":
            device = "cuda" if ctranslate2.get_cuda_device_count() else "cpu"
        self._batch_tokens = BATCH_TOKENS[device]
        self._workers = _cores() if device == "cpu" else 1
        try:
            weights = (folder / "model.bin").stat()
            # equal for models that draft alike
            self.identity = f"{folder.resolve()}|{weights.st_mtime_ns}|{form}|{settings}"
            self._translator = ctranslate2.Translator(
                str(folder),
                device=device,
                compute_type="auto",  # int8 on a processor, float16 on a graphics card, if it can
                inter_threads=self._workers,
                intra_threads=1 if device == "cpu" else 0,
            )
        except (OSError, RuntimeError, ValueError) as error:
            raise EngineError(
                f"the model in {folder} cannot be loaded ({error}); install it again, or try --device cpu"
            ) from error

    def translate(self, texts: Sequence[str], hypotheses: int) -> list[Draft]:
        """Translate texts of any length; outer space and line breaks stay where they are."""
        parts = [self._parts(text) for text in texts]
        different = list(dict.fromkeys(part.text for mine in parts for part in mine))
        results = dict(zip(different, self._translate(different, hypotheses), strict=True))
        return [
            _joined(text, mine, [results[part.text] for part in mine])
            for text, mine in zip(texts, parts, strict=True)
        ]

    def close(self) -> None:
        """Release the model's memory."""
        self._translator.unload_model()

    def _parts(self, text: str) -> list[Part]:
        """Lines of a text, and clauses of a line that is longer than the model can take."""
        lines = re.finditer(r"(\S[^\n]*?)([ \t]*(?:\n\s*|$))", text.strip())
        return [part for match in lines for part in self._pieces(match[1], match[2])]

    def _pieces(self, line: str, end: str) -> list[Part]:
        if len(line) <= LONGEST_TOKENS or len(self._encode(line)) <= LONGEST_TOKENS:
            return [Part(line, end)]
        pieces: list[Part] = []
        size = start = 0
        for border in (*_CLAUSE.finditer(line), None):
            clause, space = (
                line[start : border.start() if border else None],
                border[0] if border else end,
            )
            start = border.end() if border else len(line)
            length = len(self._encode(clause))
            if pieces and size + length <= LONGEST_TOKENS:
                last = pieces.pop()
                pieces.append(Part(last.text + last.space + clause, space))
                size += length
            elif clause:
                pieces += self._halves(Part(clause, space))
                size = len(self._encode(pieces[-1].text))
        return pieces

    def _halves(self, part: Part) -> list[Part]:
        """A clause without punctuation, cut at spaces, or anywhere if it has none."""
        text = part.text
        if len(text) < 2 or len(self._encode(text)) <= LONGEST_TOKENS:
            return [part]
        middle = len(text) // 2
        cut = text.rfind(" ", 0, middle) + 1 or middle
        left, right = text[:cut].rstrip(), text[cut:].lstrip()
        space = text[len(left) : len(text) - len(right)]
        return self._halves(Part(left, space)) + self._halves(Part(right, part.space))

    def _encode(self, text: str) -> list[str]:
        # neither half a surrogate pair nor NUL is text that a tokenizer takes
        clean = text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
        return self._tokenizer.encode(clean)

    def _translate(self, texts: Sequence[str], hypotheses: int) -> list[Draft]:
        tokens = [self._encode(text) for text in texts]
        drafts = [Draft((Hypothesis(text, 0.0),)) for text in texts]
        live = [i for i, mine in enumerate(tokens) if mine]
        made = self._safely([(texts[i], tokens[i]) for i in live], hypotheses)
        for i, draft in zip(live, made, strict=True):
            drafts[i] = draft
        return drafts

    def _safely(self, items: Sequence[Item], hypotheses: int) -> list[Draft]:
        """Translate; if that fails, find out which of them fails, so that it costs only itself."""
        try:
            return self._compute(items, hypotheses)
        except RuntimeError as error:
            if len(items) <= 1:
                return [Draft(error=f"the model failed: {error}") for _ in items]
            middle = len(items) // 2
            return self._safely(items[:middle], hypotheses) + self._safely(
                items[middle:], hypotheses
            )

    def _compute(self, items: Sequence[Item], hypotheses: int) -> list[Draft]:
        """One call for all: CTranslate2 sorts them by length and computes batches by tokens."""
        form = self._form
        tokens = [mine for _, mine in items]
        longest = max(map(len, tokens), default=0)
        share = sum(map(len, tokens)) // self._workers + longest  # few texts, and no core idle
        results = self._translator.translate_batch(
            [[*form.before, *mine, *form.after] for mine in tokens],
            target_prefix=[list(form.target_prefix)] * len(tokens) if form.target_prefix else None,
            beam_size=max(self._beam, hypotheses),
            num_hypotheses=hypotheses,
            max_batch_size=min(self._batch_tokens, share),
            batch_type="tokens",
            length_penalty=LENGTH_PENALTY,
            return_scores=True,
            return_attention=self.attention,
            replace_unknowns=True,
            max_input_length=0,
            max_decoding_length=2 * longest + 32,  # more would be a loop
        )
        return [self._draft(result, item) for result, item in zip(results, items, strict=True)]

    def _draft(self, result: Any, item: Item) -> Draft:  # noqa: ANN401 - ctranslate2 has no types
        skip = len(self._form.target_prefix)
        found: dict[str, Hypothesis] = {}
        for n, (tokens, score) in enumerate(zip(result.hypotheses, result.scores, strict=True)):
            kept = tokens[skip:] if tuple(tokens[:skip]) == self._form.target_prefix else tokens
            # CTranslate2 divides the sum by length ** penalty, the end mark counted: undo, then average
            mean = score / (len(tokens) + 1) ** (1 - LENGTH_PENALTY)
            text = self._tokenizer.decode(kept).strip()
            looked = self._looks(item, text, tokens, result.attention[n]) if self.attention else ()
            found.setdefault(text, Hypothesis(text, round(mean, 4), looks=looked))
        return Draft(tuple(found.values()))

    def _looks(
        self, item: Item, text: str, tokens: Sequence[str], weights: Sequence[Sequence[float]]
    ) -> tuple[tuple[int, int], ...]:
        source, pieces = item
        return looks((source, [*self._form.before, *pieces]), (text, tokens), weights)


def _cores() -> int:
    """The processors that this process may use; a container may have fewer than the machine."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def version() -> str:
    """CTranslate2's version, as signatures name it."""
    import ctranslate2

    return f"ctranslate2-{ctranslate2.__version__}"


def _joined(text: str, parts: Sequence[Part], drafts: Sequence[Draft]) -> Draft:
    """The draft of a text from those of its parts: best with best, second with second."""
    if failed := next((draft for draft in drafts if not draft.hypotheses), None):
        return failed
    if not parts:
        return Draft((Hypothesis(text, 0.0),))
    left = text[: len(text) - len(text.lstrip())]
    right = text[len(text.rstrip()) :]
    count = min(len(draft.hypotheses) for draft in drafts)
    joined = []
    for n in range(count):
        chosen = [draft.hypotheses[n] for draft in drafts]
        middle = lang.joined(
            (part.text, h.text, part.space) for h, part in zip(chosen, parts, strict=True)
        )
        mean = sum(h.score or 0.0 for h in chosen) / len(chosen)
        looked = chosen[0].looks if len(parts) == 1 else ()  # of several parts nothing is kept
        moved = tuple((a + len(left), b + len(left)) for a, b in looked)
        joined.append(Hypothesis(left + middle + right, round(mean, 4), looks=moved))
    return Draft(tuple(joined))

"""Argos packages run through CTranslate2 on our own segments, without argostranslate's heavy parts."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.engines.packages import Package, installed
from workbench.engines.routes import Route, routes
from workbench.errors import EngineError
from workbench.model import Draft, Hypothesis

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Tokens per batch that CTranslate2 computes at once: more gains nothing and costs memory.
BATCH_TOKENS = 1024
BEAM = 4
# Argos's own; the score is divided by length to this power.
LENGTH_PENALTY = 0.2
# Models are trained on sentences; longer input is split at clauses.
LONGEST_TOKENS = 200
_CLAUSE = re.compile(r"(?<=[,;:—–。、，；！？.!?])\s*")


class Argos:
    """The engine `argos`."""

    name = "argos"
    automatic = True

    def pairs(self) -> Iterable[tuple[str, str]]:
        """Pairs with an installed package, or two that meet in a pivot language."""
        return sorted(self._routes())

    def why_not(self, source_lang: str, target_lang: str) -> str:
        """How to get the package."""
        return (
            f"no package for {source_lang} to {target_lang} is installed;"
            f" type: workbench models install {target_lang} --from {source_lang}"
        )

    def load(self, source_lang: str, target_lang: str) -> ArgosTranslator:
        """Load the models of a pair."""
        route = self._routes().get((source_lang, target_lang))
        if route is None:
            raise EngineError(f"argos: {self.why_not(source_lang, target_lang)}")
        packages = {(p.source_lang, p.target_lang): p for p in installed()}
        return ArgosTranslator([packages[step] for step in route])

    def _routes(self) -> dict[tuple[str, str], Route]:
        return routes((p.source_lang, p.target_lang) for p in installed())


class ArgosTranslator:
    """The models of one language pair, one after the other."""

    def __init__(self, chain: Sequence[Package]) -> None:
        self._models = [Model(package) for package in chain]
        names = [package.name for package in chain]
        self.origin = f"argos {' + '.join(names)}"
        self.signature = f"engine:argos|models:{'+'.join(names)}|beam:{BEAM}|version:{_version()}"

    def translate(self, texts: Sequence[str], hypotheses: int = 1) -> list[Draft]:
        """Translate segments; a pivot gives its best hypothesis to the next model."""
        drafts = [Draft((Hypothesis(text),)) for text in texts]
        for number, model in enumerate(self._models):
            last = number == len(self._models) - 1
            live = [i for i, draft in enumerate(drafts) if draft.hypotheses]
            results = model.translate(
                [drafts[i].hypotheses[0].text for i in live], hypotheses if last else 1
            )
            for i, result in zip(live, results, strict=True):
                drafts[i] = result
        return drafts

    def close(self) -> None:
        """Release the models' memory."""
        for model in self._models:
            model.close()


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a text that goes through the model, and the space that follows it."""

    text: str
    space: str


class Model:
    """One package's model and tokenizer."""

    def __init__(self, package: Package) -> None:
        import ctranslate2

        self._package = package
        self._tokenizer = package.tokenizer
        try:
            self._translator = ctranslate2.Translator(
                str(package.path / "model"),
                compute_type="auto",
                inter_threads=os.cpu_count() or 1,
                intra_threads=1,
            )
        except (RuntimeError, ValueError) as error:
            raise EngineError(
                f"the model in {package.path} cannot be loaded ({error}); install it again"
            ) from error

    def translate(self, texts: Sequence[str], hypotheses: int) -> list[Draft]:
        """Translate texts of any length; outer space and line breaks stay where they are."""
        parts = [self._parts(text) for text in texts]
        flat = [part.text for mine in parts for part in mine]
        results = iter(self._translate(flat, hypotheses))
        return [
            _joined(text, mine, [next(results) for _ in mine])
            for text, mine in zip(texts, parts, strict=True)
        ]

    def close(self) -> None:
        """Release the model's memory."""
        self._translator.unload_model()

    def _parts(self, text: str) -> list[Part]:
        """Lines of a text, and clauses of a line that is longer than the model can take."""
        parts = []
        for match in re.finditer(r"(\S[^\n]*?)([ \t]*(?:\n\s*|$))", text.strip()):
            pieces = self._pieces(match[1])
            parts += [Part(piece, " ") for piece in pieces[:-1]] + [Part(pieces[-1], match[2])]
        return parts

    def _pieces(self, line: str) -> list[str]:
        if len(line) <= LONGEST_TOKENS or len(self._encode(line)) <= LONGEST_TOKENS:
            return [line]
        pieces: list[str] = []
        for clause in filter(None, _CLAUSE.split(line)):
            if pieces and len(self._encode(pieces[-1] + " " + clause)) <= LONGEST_TOKENS:
                pieces[-1] += " " + clause
            else:
                pieces += self._halves(clause)
        return pieces

    def _halves(self, clause: str) -> list[str]:
        """A clause without punctuation, cut at spaces, or anywhere if it has none."""
        if len(self._encode(clause)) <= LONGEST_TOKENS or len(clause) < 2:
            return [clause]
        middle = len(clause) // 2
        cut = clause.rfind(" ", 0, middle) + 1 or middle
        return self._halves(clause[:cut].strip()) + self._halves(clause[cut:].strip())

    def _encode(self, text: str) -> list[str]:
        # neither half a surrogate pair nor NUL is text that a tokenizer takes
        clean = text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
        tokens: list[str] = self._tokenizer.encode(clean)
        return tokens

    def _decode(self, tokens: Sequence[str]) -> str:
        tokenizer = self._tokenizer
        if hasattr(tokenizer, "lazy_processor"):  # Argos's own decode turns underscores into spaces
            text: str = (
                tokenizer.lazy_processor().decode_pieces(list(tokens)).replace("\u2581", " ")
            )
        else:
            text = tokenizer.decode(list(tokens))
        return text.strip()

    def _translate(self, texts: Sequence[str], hypotheses: int) -> list[Draft]:
        tokens = [self._encode(text) for text in texts]
        drafts = [Draft((Hypothesis(text, 0.0),)) for text in texts]
        live = [i for i, mine in enumerate(tokens) if mine]
        for i, draft in zip(live, self._safely([tokens[i] for i in live], hypotheses), strict=True):
            drafts[i] = draft
        return drafts

    def _safely(self, tokens: Sequence[list[str]], hypotheses: int) -> list[Draft]:
        """Translate; if that fails, find out which of them fails, so that it costs only itself."""
        try:
            return self._compute(tokens, hypotheses)
        except RuntimeError as error:
            if len(tokens) <= 1:
                return [Draft(error=f"the model failed: {error}") for _ in tokens]
            middle = len(tokens) // 2
            return self._safely(tokens[:middle], hypotheses) + self._safely(
                tokens[middle:], hypotheses
            )

    def _compute(self, tokens: Sequence[list[str]], hypotheses: int) -> list[Draft]:
        prefix = self._package.target_prefix
        longest = max(map(len, tokens), default=0)
        results = self._translator.translate_batch(
            tokens,
            target_prefix=[[prefix]] * len(tokens) if prefix else None,
            beam_size=max(BEAM, hypotheses),
            num_hypotheses=hypotheses,
            max_batch_size=BATCH_TOKENS,
            batch_type="tokens",
            length_penalty=LENGTH_PENALTY,
            return_scores=True,
            replace_unknowns=True,
            max_input_length=0,
            max_decoding_length=max(256, 2 * longest + 16),
        )
        return [self._draft(result) for result in results]

    def _draft(self, result: Any) -> Draft:  # noqa: ANN401 - ctranslate2 has no types
        found: dict[str, float] = {}
        for tokens, score in zip(result.hypotheses, result.scores, strict=True):
            kept = (
                tokens[1:]
                if self._package.target_prefix and tokens[:1] == [self._package.target_prefix]
                else tokens
            )
            # CTranslate2 divides the sum by length ** penalty, the end mark counted: undo, then average
            mean = score / (len(tokens) + 1) ** (1 - LENGTH_PENALTY)
            found.setdefault(self._decode(kept), round(mean, 4))
        return Draft(tuple(Hypothesis(text, score) for text, score in found.items()))


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
        middle = "".join(h.text + part.space for h, part in zip(chosen, parts, strict=True))
        mean = sum(h.score or 0.0 for h in chosen) / len(chosen)
        joined.append(Hypothesis(left + middle + right, round(mean, 4)))
    return Draft(tuple(joined))


def _version() -> str:
    import ctranslate2

    return f"ctranslate2-{ctranslate2.__version__}"

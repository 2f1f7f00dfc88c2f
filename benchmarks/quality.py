"""BLEU and chrF of every engine here that can translate from English, drafts as people get them.

.venv/bin/python benchmarks/quality.py FOLDER [SET ...]

FOLDER holds SET.en and SET.es, SET.fr ... , line by line translations, like flores-dev.  Texts go
through the whole chain: protection, the engine, the gate with its retries.  The engine `fake`, which only
marks words, shows what the measures give for no translation.
"""

from __future__ import annotations

import sys
from pathlib import Path

from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from workbench import registry
from workbench.drafting import Drafter, Judge, Stage
from workbench.errors import EngineError
from workbench.model import Translator

SETS = ("flores-dev", "newstest2009")


def drafts(translator: Translator, target_lang: str, texts: list[str]) -> tuple[list[str], int]:
    """The best draft of each text, and how many of them have findings."""
    judge = Judge(registry.checks().values(), "en", target_lang)
    outcomes = Drafter([Stage(translator)], judge).draft(texts)
    best = [outcome.best for outcome in outcomes]
    flagged = sum(bool(candidate and candidate.findings) for candidate in best)
    return [candidate.hypothesis.text if candidate else "" for candidate in best], flagged


def main() -> None:
    """Print a row for each engine, set and language, then the signatures."""
    folder = Path(sys.argv[1])
    signatures: dict[str, None] = {}
    print(
        "| set | en to | engine | BLEU | chrF | drafts with findings |\n|---|---|---|--:|--:|--:|"
    )
    for name in sys.argv[2:] or SETS:
        source = (folder / f"{name}.en").read_text("utf-8").splitlines()
        for path in sorted(folder.glob(f"{name}.??")):
            target_lang = path.suffix[1:]
            reference = path.read_text("utf-8").splitlines()
            for engine in registry.engines().values():
                if target_lang == "en":
                    continue
                try:
                    translator = engine.load("en", target_lang)
                except EngineError:
                    continue
                hypotheses, flagged = drafts(translator, target_lang, source)
                translator.close()
                bleu, chrf = BLEU(), CHRF()
                scores = [
                    metric.corpus_score(hypotheses, [reference]).score for metric in (bleu, chrf)
                ]
                print(
                    f"| {name} | {target_lang} | {translator.origin} | {scores[0]:.1f} | {scores[1]:.1f}"
                    f" | {100 * flagged / len(source):.1f} % |",
                    flush=True,
                )
                signatures |= {str(bleu.get_signature()): None, str(chrf.get_signature()): None}
    print("\n" + "\n".join(f"`{signature}`" for signature in signatures))


if __name__ == "__main__":
    main()

"""Segments per second of the step `translate`, store included, over the bare engine in the same run.

.venv/bin/python benchmarks/translating.py [segments for argos] [segments for apertium]
"""

from __future__ import annotations

import io
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bigmodel
import sentencepiece

from workbench import registry, store
from workbench.engines import argos, chain, neural
from workbench.model import Segment
from workbench.segment import segment
from workbench.translate import Engines, Job, translate

CORPUS = Path(__file__).parents[1] / "corpus" / "en"
ROUNDS = int(os.environ.get("ROUNDS", "3"))


def sentences(count: int) -> list[str]:
    """Different sentences of realistic length: those of our corpus, numbered."""
    text = (CORPUS / "the-keeper-of-brennock-light.txt").read_text("utf-8")
    blocks = registry.readers()["txt"].blocks(text)
    own = [item.text for item in segment(text, blocks, "en") if item.kind == "paragraph"]
    return [f"{own[i % len(own)]} ({i})" for i in range(count)]


def install_big_model(folder: Path) -> Path:
    """Put the big model where Argos packages are; returns its folder."""
    # a language that no identifier of languages knows: the drafts are words of none
    package = folder / "packages" / "translate-en_tlh-1_0"
    out = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(sentences(100)), model_writer=out, vocab_size=1000, minloglevel=2,
        byte_fallback=True, bos_id=-1, eos_id=-1, unk_id=0, hard_vocab_limit=False,
    )  # fmt: skip
    processor = sentencepiece.SentencePieceProcessor(model_proto=out.getvalue())
    pieces = [processor.id_to_piece(i) for i in range(1, processor.get_piece_size())]
    bigmodel.save(package / "model", ["<unk>", "<s>", "</s>", *pieces])
    (package / "sentencepiece.model").write_bytes(out.getvalue())
    metadata = {"package_version": "1.0", "argos_version": "1.9", "from_code": "en", "from_name": "en",
                "to_code": "tlh", "to_name": "tlh", "type": "translate"}  # fmt: skip
    (package / "metadata.json").write_text(json.dumps(metadata), "utf-8")
    os.environ["ARGOS_PACKAGES_DIR"] = str(folder / "packages")
    return package


def workbench_seconds(translator: Any, texts: list[str], target_lang: str) -> float:
    """Seconds of the step translate into a fresh store."""
    chain.STEPS = chain.Steps()  # nothing is remembered from the round before
    with tempfile.TemporaryDirectory() as folder, store.opened(Path(folder) / "w.db") as db:
        items = (Segment(i, i, "paragraph", 0, i, i + 1, text) for i, text in enumerate(texts))
        added = store.add_document(
            db, store.NewDocument("a", "a", "en", "txt", b"x", "utf-8"), items
        )
        store.ensure_units(db, added.document_id, target_lang)
        with store.running(db, "translate", {}) as run:
            started = time.perf_counter()
            job = Job([added.document_id], target_lang)
            translate(db, Engines("en", translator), job, run, lambda _: None)
            seconds = time.perf_counter() - started
        assert run.counts["drafted"] == len(texts), run.errors
    return seconds


def compare(ours: Callable[[], float], bare: Callable[[], float]) -> tuple[float, float, float]:
    """Medians of both, and of the ratio pair by pair, in turn."""
    pairs = [(ours(), bare()) for _ in range(ROUNDS)]
    mine, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    return mine, theirs, statistics.median(b / a for a, b in pairs)


def timed(work: Callable[[], object]) -> float:
    """Seconds that work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def argostranslate(folder: Path) -> Callable[[str], str]:
    """The translate of argostranslate itself, with a splitter of sentences that needs no model.

    Its import asks for parts that would bring gigabytes and are not used: empty modules stand in.
    """
    os.environ["ARGOS_PACKAGES_DIR"] = str(folder / "packages")
    for name in ("stanza", "minisbd", "minisbd.models"):
        sys.modules[name] = types.ModuleType(name)
    vars(sys.modules["minisbd"]).update(SBDetect=None, models=sys.modules["minisbd.models"])
    vars(sys.modules["minisbd.models"]).update(list_models=lambda: ["en"])
    from argostranslate import translate as original

    chosen = {language.code: language for language in original.get_installed_languages()}
    pair = chosen["en"].get_translation(chosen["tlh"])
    pair.underlying.sentencizer = Sentences()
    translate: Callable[[str], str] = pair.translate
    return translate


class Sentences:
    """Splits where the benchmark put sentences together."""

    def split_sentences(self, text: str) -> list[str]:
        """The sentences of a paragraph."""
        return re.split(r"(?<=\(\d\d\d\)) |(?<=\(\d\d\)) |(?<=\(\d\)) ", text)


def itself_row(count: int, folder: Path) -> str:
    """The row of argostranslate, called for each paragraph of four sentences, as its users do."""
    original = argostranslate(folder)
    translator = argos.Argos().load("en", "tlh")
    texts = sentences(count)
    paragraphs = [" ".join(texts[i : i + 4]) for i in range(0, count, 4)]
    original(paragraphs[0])
    cpu: dict[str, float] = {}

    def measured(name: str, work: Callable[[], float]) -> float:
        before = time.process_time()
        seconds = work()
        cpu[name] = cpu.get(name, 0.0) + time.process_time() - before
        return seconds

    def theirs() -> float:
        return timed(lambda: [original(paragraph) for paragraph in paragraphs])

    result = compare(
        lambda: measured("ours", lambda: workbench_seconds(translator, texts, "tlh")),
        lambda: measured("theirs", theirs),
    )
    label = f"argostranslate, per paragraph (CPU {cpu['theirs'] / cpu['ours']:.1f} times ours)"
    return row(label, count, result)


def argos_row(count: int) -> str:
    """The table's row for Argos."""
    translator = argos.Argos().load("en", "tlh")
    model = translator._models[0]
    texts = sentences(count)
    tokens = [model._encode(text) for text in texts]

    def bare() -> None:
        model._translator.translate_batch(
            tokens, beam_size=4, max_batch_size=neural.BATCH_TOKENS["cpu"], batch_type="tokens",
            length_penalty=neural.LENGTH_PENALTY, return_scores=True, replace_unknowns=True,
            max_input_length=0, max_decoding_length=512,
        )  # fmt: skip

    bare()
    result = compare(lambda: workbench_seconds(translator, texts, "tlh"), lambda: timed(bare))
    return row("argos, 6+6 layers, beam 4: translate_batch", count, result)


def apertium_rows(count: int) -> list[str]:
    """The table's rows for Apertium, direct and through a pivot."""
    texts = sentences(count)
    lines = ("\n".join(texts) + "\n").encode()
    rows = []
    for target_lang, pipeline in (
        ("es", "apertium -f line -u eng-spa"),
        ("fr", "apertium -f line -u eng-spa | apertium -f line -u es-fr"),
    ):
        translator = registry.engine("apertium").load("en", target_lang)
        translator.translate(["Warm up."])

        def bare(pipeline: str = pipeline) -> None:
            subprocess.run(["sh", "-c", pipeline], input=lines, capture_output=True, check=True)

        def ours(translator: Any = translator, target_lang: str = target_lang) -> float:
            return workbench_seconds(translator, texts, target_lang)

        rows.append(row(f"`{pipeline}`", count, compare(ours, lambda: timed(bare))))
    return rows


def row(label: str, count: int, result: tuple[float, float, float]) -> str:
    """A line of the table."""
    mine, bare, ratio = result
    return f"| {label} | {count:,} | {count / bare:,.0f} | {count / mine:,.0f} | {ratio:.2f} |"


def main() -> None:
    """Print the table."""
    for_argos, for_apertium = [int(word) for word in sys.argv[1:3]] or [600, 3000]
    print(
        "| bare engine | segments | bare, segments/s | workbench, segments/s | ratio |\n|---|--:|--:|--:|--:|"
    )
    # one folder for both: argostranslate reads its settings once
    with tempfile.TemporaryDirectory() as folder:
        install_big_model(Path(folder))
        print(argos_row(for_argos), flush=True)
        print(itself_row(for_argos, Path(folder)), flush=True)
    print("\n".join(apertium_rows(for_apertium)))


if __name__ == "__main__":
    main()

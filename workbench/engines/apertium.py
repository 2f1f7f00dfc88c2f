"""Apertium: rule-based translation by the distribution's packages, as long-lived pipelines."""

from __future__ import annotations

import os
import re
import select
import shutil
import signal
import subprocess
import threading
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING

from workbench import lang
from workbench.engines.routes import Route, good, routes
from workbench.errors import EngineError, InputError
from workbench.model import Draft, Hypothesis, Settings, Translator

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MODES = Path("/usr/share/apertium/modes")
# Seconds without an answer to one segment after which a pipeline is given up.
PATIENCE = 30.0

# What the stream format gives a meaning; it is escaped with a backslash.
_SPECIAL = re.compile(r"([\[\]{}^$/\\@<>])")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
# The last program takes a tilde for a mark of its own, escaped or not; this stands for it.
_TILDE = "\ue07e"
# The dictionaries know only the typewriter's apostrophe; no pipeline survives control characters, nor
# U+FFFF, which is ICU's mark for the end of a file.
_PLAIN = str.maketrans(
    {"’": "'", "~": _TILDE, "\u00ad": None, "\ufffe": None, "\uffff": None}
    | {chr(c): " " for c in range(32) if c not in (9, 10)}
)
_ENDS = ".!?…:;"


class Apertium:
    """The engine `apertium`."""

    name = "apertium"
    automatic = True

    def pairs(self) -> Iterable[tuple[str, str]]:
        """Pairs with an installed mode, or a chain of two; longer ones are taken if asked for."""
        return good(self._routes())

    def why_not(self, source_lang: str, target_lang: str) -> str:
        """The packages that are missing; nothing if there is a way through several languages."""
        if (source_lang, target_lang) in self._routes():
            return ""
        if shutil.which("apertium") is None:
            return f"not installed; type: {install_line(source_lang, target_lang)}"
        return (
            f"no installed pair leads from {source_lang} to {target_lang};"
            f" if the distribution has it, type: {install_line(source_lang, target_lang)}"
        )

    def load(
        self, source_lang: str, target_lang: str, _settings: Settings = Settings()
    ) -> ApertiumTranslator:
        """Find the modes that lead from one language to the other."""
        route = self._routes().get((source_lang, target_lang))
        if route is None:
            raise EngineError(f"apertium: {self.why_not(source_lang, target_lang)}")
        found = modes()
        return ApertiumTranslator([found[step] for step in route])

    def _routes(self) -> dict[tuple[str, str], Route]:
        return routes(modes()) if shutil.which("apertium") else {}


def install_line(source_lang: str, target_lang: str) -> str:
    """What to type on Debian or Ubuntu to have a pair."""
    packages = {
        ("en", "es"): "apertium-eng-spa",
        ("en", "fr"): "apertium-eng-spa apertium-fr-es",
        ("en", "pt"): "apertium-eng-spa apertium-es-pt",
        ("en", "pt-BR"): "apertium-eng-spa apertium-es-pt",
        ("en", "it"): "apertium-eng-spa apertium-spa-ita",
        ("en", "ca"): "apertium-eng-cat",
        ("en", "gl"): "apertium-en-gl",
    }
    pair = packages.get((source_lang, target_lang), f"apertium-{source_lang}-{target_lang}")
    return f"sudo apt-get install apertium {pair}"


def modes() -> dict[tuple[str, str], Path]:
    """The installed modes by language pair: `eng-spa.mode` is (en, es)."""
    found: dict[tuple[str, str], Path] = {}
    for path in sorted(MODES.glob("*.mode")):
        parts = path.stem.split("-")
        if len(parts) == 2 and (pair := _pair(*parts)):
            found.setdefault(pair, path)
    return found


@cache
def _pair(source: str, target: str) -> tuple[str, str] | None:
    try:
        return lang.standard_tag(source), lang.standard_tag(target)
    except InputError:
        return None


class ApertiumTranslator(Translator):
    """The modes of one language pair, one after the other."""

    concurrent = True  # each pipeline answers one caller at a time

    def __init__(self, chain: Sequence[Path]) -> None:
        self._pipelines = [Pipeline(path) for path in chain]
        names = [path.stem for path in chain]
        pairs = [_pair(*name.split("-")) for name in names[:-1]]
        self._pivots = [pair[1] if pair else "" for pair in pairs]
        self.origin = f"apertium {' '.join(names)}"
        self.signature = f"engine:apertium|modes:{'+'.join(names)}|version:{_version()}"

    def translate(self, texts: Sequence[str], hypotheses: int = 1) -> list[Draft]:  # noqa: ARG002 - it has one
        """Translate segments; line breaks inside a segment stay where they are."""
        drafts = [Draft((Hypothesis(text),)) for text in texts]
        for number, pipeline in enumerate(self._pipelines):
            live = [i for i, draft in enumerate(drafts) if draft.hypotheses]
            given = [drafts[i].hypotheses[0].text for i in live]
            for i, text, result in zip(live, given, _by_lines(pipeline, given), strict=True):
                pivot = ((self._pivots[number - 1], text),) if number else ()
                drafts[i] = Draft(result.hypotheses, result.error, drafts[i].pivots + pivot)
        return drafts

    def close(self) -> None:
        """End the processes."""
        for pipeline in self._pipelines:
            pipeline.close()


def _by_lines(pipeline: Pipeline, texts: Sequence[str]) -> list[Draft]:
    lines = [line for text in texts for line in text.split("\n")]
    answers = iter(pipeline.translate([line for line in lines if line.strip()]))
    results = [next(answers) if line.strip() else line for line in lines]
    drafts = []
    start = 0
    for text in texts:
        end = start + text.count("\n") + 1
        drafts.append(_joined(results[start:end]))
        start = end
    return drafts


def _joined(lines: Sequence[str | None]) -> Draft:
    kept = [line for line in lines if line is not None]
    if len(kept) < len(lines):
        return Draft(error="apertium gave no answer to this segment")
    return Draft((Hypothesis("\n".join(kept)),))


class Pipeline:
    """Running programs that take a line and a NUL, and give its translation and a NUL."""

    def __init__(self, mode: Path) -> None:
        self._command = null_flushed(mode.read_text("utf-8"))
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def translate(self, texts: Sequence[str]) -> list[str | None]:
        """Translate lines, in order; None for one that kills the pipeline, also when alone."""
        with self._lock:
            return self._translate(texts)

    def _translate(self, texts: Sequence[str]) -> list[str | None]:
        answers = self._ask(texts)
        if len(answers) == len(texts):
            return [restored(t, a) for t, a in zip(texts, answers, strict=True)]
        if len(texts) == 1:
            return [None]
        middle = len(texts) // 2
        return self._translate(texts[:middle]) + self._translate(texts[middle:])

    def close(self) -> None:
        """End the pipeline's processes; the next use starts them again."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):  # all of them ended by themselves
            os.killpg(self._process.pid, signal.SIGKILL)
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                stream.close()
        self._process.wait()
        self._process = None

    def _ask(self, texts: Sequence[str]) -> list[str]:
        """As many answers as the pipeline gives; fewer than texts if it died or hung."""
        stdin, stdout = self._start()
        # written beside the reading: a full pipe on either side must not stop the other
        writer = threading.Thread(target=_write, args=(stdin, texts), daemon=True)
        writer.start()
        answers = _read(stdout, len(texts))
        if len(answers) < len(texts):
            self.close()
        writer.join()
        return answers

    def _start(self) -> tuple[IO[bytes], IO[bytes]]:
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", self._command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                env={**os.environ, "LC_ALL": "C.UTF-8"},
            )
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise EngineError("apertium: the pipeline has no input or output")
        return stdin, stdout


def null_flushed(mode: str) -> str:
    """A mode's pipeline with every program told to answer at each NUL, unknown words unmarked."""
    programs = mode.strip().replace("$1", "-n").replace("$2", "").split("|")
    return " | ".join(re.sub(r"^(\S+)", r"\1 -z", program.strip()) for program in programs)


def escaped(text: str) -> str:
    """A line as the pipelines take it, ended so that the last word is never held back."""
    end = "" if text.rstrip()[-1:] in _ENDS else "."
    return _SPECIAL.sub(r"\\\1", text.translate(_PLAIN).strip() + end) + "[]"


def restored(text: str, answer: str) -> str:
    """An answer as text again, with the outer space and the final punctuation of its source."""
    plain = _ESCAPED.sub(r"\1", answer.removesuffix("[]")).replace(_TILDE, "~").strip()
    source = text.strip()
    if "  " not in source:  # words that come to nothing leave their space behind
        plain = re.sub(r" {2,}", " ", re.sub(r" +(?=[.,](?: |$))", "", plain))
    if source[-1:] not in _ENDS:
        plain = plain.removesuffix(".")
    elif plain[-1:] != source[-1:]:
        plain = plain.rstrip(" .") + source[-1:]
    left = text[: len(text) - len(text.lstrip())]
    right = text[len(text.rstrip()) :]
    return left + plain + right


def _write(stdin: IO[bytes], texts: Sequence[str]) -> None:
    # a pipeline that died or was closed: the reader finds out what is missing
    with suppress(BrokenPipeError, ValueError):
        for text in texts:
            stdin.write(escaped(text).encode("utf-8", "replace") + b"\0")
        stdin.flush()


def _read(stdout: IO[bytes], count: int) -> list[str]:
    answers: list[bytes] = []
    rest = b""
    while len(answers) < count:
        ready, _, _ = select.select([stdout], [], [], PATIENCE)
        chunk = os.read(stdout.fileno(), 1 << 16) if ready else b""
        if not chunk:
            break
        *whole, rest = (rest + chunk).split(b"\0")
        answers += whole
    return [answer.decode("utf-8", "replace") for answer in answers]


@cache
def _version() -> str:
    result = subprocess.run(["apertium", "-V"], capture_output=True, text=True, check=False)  # noqa: S607 - from PATH
    numbers = re.search(r"[\d.]+", result.stdout + result.stderr)
    return numbers[0] if numbers else "unknown"

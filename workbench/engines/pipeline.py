"""Long-lived pipelines of Apertium's programs: text by text in and out, in their stream format."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import threading
from contextlib import suppress
from typing import IO, TYPE_CHECKING

from workbench.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

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

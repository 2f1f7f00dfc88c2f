"""Cuts texts into the lines that a foreign engine is given, and puts its answers back in place; pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a text; `core` is what is translated, the space around it stays."""

    left: str
    core: str
    right: str

    @property
    def speaks(self) -> bool:
        """Whether there is a letter or a digit to translate."""
        return any(map(str.isalnum, self.core))


def cut(text: str) -> list[Line]:
    """The lines of a text."""
    found = []
    for line in text.split("\n"):
        core = line.strip()
        start = line.index(core)
        found.append(Line(line[:start], core, line[start + len(core) :]))
    return found


def put_back(lines: list[Line], answers: list[str]) -> str:
    """A text from the translations of its lines' cores."""
    return "\n".join(
        line.left + " ".join(answer.split("\n")).strip() + line.right
        for line, answer in zip(lines, answers, strict=True)
    )


def sendable(text: str) -> str:
    """The text without what JSON or another program cannot carry: NUL and half surrogate pairs."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")

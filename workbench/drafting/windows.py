"""Cuts the units of a run into portions that an engine computes at once; reads on as it goes."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Waiting(Protocol):
    """What has a text to translate."""

    @property
    def source(self) -> str:
        """The text."""


Item = TypeVar("Item", bound=Waiting)

# Units are read in stretches and sorted by length, so that an engine's batches hold texts of like
# length and equal texts meet; the first stretches are short, so that a book's first page comes first.
FIRST_STRETCH = 4
LONGEST_STRETCH = 16_384
# A stretch is cut into windows, counted in characters: each is one call of the engine and one
# transaction.  The first is small, so that a person soon sees something; the others fill a neural
# engine's batches, and grow while they take less time.  A killed run loses those in flight.
FIRST_WINDOW = 500
LEAST_WINDOW = 8_000
LARGEST_WINDOW = 128_000
WINDOW_SECONDS = 4.0


class Windows(Generic[Item]):
    """Units in portions of as many characters as an engine takes WINDOW_SECONDS for."""

    def __init__(self, units: Iterator[Item]) -> None:
        self._units = units
        self._size = LEAST_WINDOW
        self.made = 0

    def __iter__(self) -> Iterator[list[Item]]:
        length = FIRST_STRETCH
        while stretch := list(islice(self._units, length)):
            length = min(8 * length, LONGEST_STRETCH)
            stretch.sort(key=lambda unit: (len(unit.source), unit.source))
            while stretch:
                self.made += 1
                yield self._portion(stretch)

    def adapt(self, window: Sequence[Item], seconds: float) -> None:
        """Make the next windows larger, at most twice, or smaller, by the seconds that one took."""
        rate = sum(len(unit.source) for unit in window) / max(seconds, 0.001)
        most = min(2 * self._size, LARGEST_WINDOW)
        self._size = min(max(int(rate * WINDOW_SECONDS), LEAST_WINDOW), most)

    def _portion(self, stretch: list[Item]) -> list[Item]:
        """The longest units of a stretch, taken off its end; equal texts stay together."""
        wanted = FIRST_WINDOW if self.made == 1 else self._size
        size, start = 0, len(stretch)
        while start and (
            size < wanted
            or (start < len(stretch) and stretch[start - 1].source == stretch[start].source)
        ):
            start -= 1
            size += len(stretch[start].source)
        portion = stretch[start:]
        del stretch[start:]
        return portion

"""Runs numpy's work on all cores of the processor; results come in order, whatever their number."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

# More threads than this wait for each other, as Python itself runs in one at a time.
MOST = 4

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_order(act: Callable[[Item], Result], items: Sequence[Item]) -> Iterable[Result]:
    """What `act` gives for each item; numpy computes for several at once."""
    workers = _workers()
    if workers is None or len(items) < 2:
        return map(act, items)
    return workers.map(act, items)


@cache
def _workers() -> ThreadPoolExecutor | None:
    cores = min(
        MOST,
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
    )
    return ThreadPoolExecutor(cores, "wordlinks") if cores > 1 else None

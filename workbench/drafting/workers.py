"""Threads that work beside the one that stores; a run that is stopped does not wait for them."""

from __future__ import annotations

from concurrent.futures import Future, wait
from threading import Semaphore, Thread
from threading import enumerate as threads
from typing import TYPE_CHECKING, Any, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")
# The threads' name.
NAME = "workbench-drafting"


class Workers:
    """So many threads at once, for the length of a `with` block.

    At its end what has not begun is given up, and what has is waited for, unless a signal ends the
    block: a server that does not answer can hold a thread for minutes, and those of
    concurrent.futures are waited for before a process may end.
    """

    def __init__(self, count: int) -> None:
        self._free = Semaphore(count)
        self._started: set[Future[Any]] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        begun = [future for future in self._started if not future.cancel()]
        if kind is None or issubclass(kind, Exception):
            wait(begun)

    def start(self, work: Callable[[], Result]) -> Future[Result]:
        """Begin some work, as soon as a thread is free."""
        future: Future[Result] = Future()
        self._started = {other for other in self._started if not other.done()} | {future}
        Thread(target=self._run, args=(future, work), name=NAME, daemon=True).start()
        return future

    def _run(self, future: Future[Result], work: Callable[[], Result]) -> None:
        with self._free:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(work())
            except BaseException as error:  # noqa: BLE001 - raised again where the result is asked for
                future.set_exception(error)


def busy() -> bool:
    """Whether a thread still works: a model that it computes with does not bear Python's end."""
    return any(thread.name == NAME for thread in threads())

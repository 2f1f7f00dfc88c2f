"""Threads that work beside the one that stores; a run that is stopped does not wait for them."""

from __future__ import annotations

from concurrent.futures import Future
from threading import Semaphore, Thread
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")


class Workers:
    """So many threads at once.

    Those of concurrent.futures are waited for before a process may end, and a server that does not
    answer can hold them for minutes.
    """

    def __init__(self, count: int) -> None:
        self._free = Semaphore(count)

    def start(self, work: Callable[[], Result]) -> Future[Result]:
        """Begin some work, as soon as a thread is free."""
        future: Future[Result] = Future()
        Thread(target=self._run, args=(future, work), daemon=True).start()
        return future

    def _run(self, future: Future[Result], work: Callable[[], Result]) -> None:
        with self._free:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(work())
            except BaseException as error:  # noqa: BLE001 - raised again where the result is asked for
                future.set_exception(error)

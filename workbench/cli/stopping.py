"""Makes a signal that ends a process end a command as Ctrl-C does; touches the process's signals."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Windows has no SIGHUP.
ENDING = [number for number in signal.Signals if number.name in {"SIGTERM", "SIGHUP"}]


class Stopped(KeyboardInterrupt):
    """A signal asked the process to end."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


def exit_code(stop: KeyboardInterrupt) -> int:
    """What a shell would report of a process that the signal ended: 128 and its number."""
    return 128 + (stop.number if isinstance(stop, Stopped) else signal.SIGINT)


def leave(code: int) -> None:
    """End the process here and now if engines still compute; all is stored and closed by then."""
    from workbench.drafting import workers

    if workers.busy():
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError):  # the terminal may be gone
                stream.flush()
        os._exit(code)


@contextmanager
def by_signals() -> Iterator[None]:
    """Raise Stopped at the first signal that would end the process, in a `with` block.

    Those after it are passed over, so that what has begun can be brought to its end; Ctrl-C is not.
    A signal that the parent said to ignore (nohup) stays ignored.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # only there can Python be told of signals
        return
    ours = [number for number in ENDING if signal.getsignal(number) is signal.SIG_DFL]

    def stop(number: int, _frame: object) -> None:
        for other in ours:
            signal.signal(other, signal.SIG_IGN)
        raise Stopped(number)

    for number in ours:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)

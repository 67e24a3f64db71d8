"""Signals that end a run: SIGINT, SIGTERM and SIGHUP, the same for the command and for a run from Python."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

STOP_SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class Terminated(KeyboardInterrupt):
    """SIGTERM or SIGHUP; handled like an interruption, so that the same code cleans up.

    Attributes:
        number: of the signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextmanager
def stopped_by_signals(*, for_good: bool = False) -> Iterator[None]:
    """Raise KeyboardInterrupt at the first of these signals, and ignore those that follow: cleanup is not interrupted.

    No-op outside of the main thread. A signal that is ignored (``nohup``) or handled already is left alone.

    Args:
        for_good: go on ignoring them after the first one, since this process is about to end; else the handlers are
            restored.
    """
    owner = os.getpid()
    before: dict[int, Any] = {}
    came = False

    def end(number: int, _frame: object) -> None:
        nonlocal came
        if os.getpid() != owner:  # a forked worker, which inherited this handler: end at once
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        elif not came:  # not set to be ignored: one that has arrived and is not handled yet would be complained about
            came = True
            raise KeyboardInterrupt if number == signal.SIGINT else Terminated(number)

    try:
        for number in STOP_SIGNALS:
            default = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
            if signal.getsignal(number) is default:
                before[number] = default
                signal.signal(number, end)
    except ValueError:  # not the main thread
        before.clear()
    try:
        yield
    finally:
        if came and for_good and hasattr(signal, "pthread_sigmask"):
            signal.pthread_sigmask(signal.SIG_BLOCK, before)  # the handlers are gone before the process is
        else:
            for number, handler in before.items():
                signal.signal(number, handler)

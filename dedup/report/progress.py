"""How far a run has come: a bar on a terminal, plain lines elsewhere on request. No thread, and nothing at first."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

from dedup.report.summary import console, size

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.progress import Progress

    from dedup.report.terminal import Terminal

DELAY = 1.0
"""Seconds before anything is shown: a short run shows nothing."""
BAR_EVERY = 0.1
LINE_EVERY = 5.0


class Meter(Protocol):
    """Shows how many bytes of how many have been read."""

    def update(self, done: int, total: int | None) -> None:
        """Take note of where the run is; draws only when it is time to."""

    def clear(self) -> None:
        """Take what was drawn off the screen, so that other lines can be written; the next update draws again."""


class NoMeter:
    """Shows nothing."""

    def update(self, done: int, total: int | None) -> None:
        """Do nothing."""

    def clear(self) -> None:
        """Do nothing."""


class Bar:
    """A bar on a terminal that understands escape sequences."""

    def __init__(
        self, terminal: Terminal, *, delay: float = DELAY, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._terminal = terminal
        self._clock = clock
        self._next = clock() + delay
        self._start = clock()
        self._bar: Progress | None = None

    def update(self, done: int, total: int | None) -> None:
        """Draw, at most ten times a second."""
        now = self._clock()
        if now < self._next:
            return
        self._next = now + BAR_EVERY
        if self._bar is None:
            self._bar = self._made(done, total)
        text = describe(done, total, now - self._start)
        self._bar.update(self._bar.task_ids[0], completed=done, total=total, description=text)
        self._bar.refresh()

    def clear(self) -> None:
        """Take the bar off the screen and show the cursor."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def _made(self, done: int, total: int | None) -> Progress:
        from rich import progress

        bar = progress.Progress(
            progress.BarColumn(bar_width=20),
            progress.TextColumn("{task.description}", markup=False),
            console=console(self._terminal),
            auto_refresh=False,  # its thread would be alive when worker processes are forked
            transient=True,
            redirect_stdout=False,  # standard output carries data
            redirect_stderr=False,
        )
        bar.add_task("", total=total, completed=done)
        bar.start()
        return bar


class Lines:
    """Plain lines: for a log file, or a terminal that is to see no escape sequence."""

    def __init__(
        self, write: Callable[[str], None], *, delay: float = DELAY, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._write = write
        self._clock = clock
        self._start = clock()
        self._next = self._start + delay

    def update(self, done: int, total: int | None) -> None:
        """Write a line, at most every five seconds."""
        now = self._clock()
        if now < self._next:
            return
        self._next = now + LINE_EVERY
        self._write(describe(done, total, now - self._start) + "\n")

    def clear(self) -> None:
        """Do nothing: a line that is written stays."""


def describe(done: int, total: int | None, seconds: float) -> str:
    """Return where a run is: bytes read, of how many, how fast, and how long it will take."""
    rate = done / seconds if seconds > 0 else 0.0
    speed = f"{size(rate)}/s"
    if not total:
        return f"{size(done)} read, {speed}"
    share = f"{min(1.0, done / total):.0%}"
    left = f", {max(0, total - done) / rate:.0f} s left" if rate > 0 else ""
    return f"{size(done)} of {size(total)} read ({share}), {speed}{left}"

"""How far a run has come: a bar on a terminal, plain lines elsewhere. No thread, and nothing at first.

A run may have several stages, one after the other; rate and time left are those of the stage.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from dedup.report.summary import console, size

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.progress import Progress

    from dedup.report.terminal import Terminal

DELAY = 1.0
"""Seconds before anything is shown: a short run shows nothing."""
BAR_EVERY = 0.1
LINE_EVERY = 5.0
RARELY = 30.0
"""Seconds before a line, and from one to the next, if not asked for."""


class Meter:
    """Shows how much of a stage is done; this one shows nothing."""

    def update(self, done: int, total: int | None, stage: str = "", unit: str = "bytes") -> None:
        """Take note of where the run is; draws only when it is time to."""

    def clear(self) -> None:
        """Take what was drawn off the screen, so that other lines can be written; the next update draws again."""


class _Stage:
    """The stage that is going on: when it began, and how much of it was done then."""

    def __init__(self, now: float) -> None:
        self._name = ""
        self._began = now
        self._first = 0

    def is_new(self, name: str, done: int, now: float) -> bool:
        """Take note of the stage, and say whether it is another one than before."""
        if name == self._name:
            return False
        # What an earlier run has left says nothing about how fast this one is.
        self._name, self._began, self._first = name, now, done
        return True

    def describe(self, done: int, total: int | None, unit: str, now: float) -> str:
        """Return where the stage is, with its name if it has one."""
        return describe(done, total, now - self._began, stage=self._name, unit=unit, first=self._first)


class Bar(Meter):
    """A bar on a terminal that understands escape sequences."""

    def __init__(
        self, terminal: Terminal, *, delay: float = DELAY, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._terminal = terminal
        self._clock = clock
        self._stage = _Stage(clock())
        self._next = self._earliest = clock() + delay
        self._bar: Progress | None = None

    def update(self, done: int, total: int | None, stage: str = "", unit: str = "bytes") -> None:
        """Draw, at most ten times a second; a new stage at once."""
        now = self._clock()
        if self._stage.is_new(stage, done, now):
            self._next = self._earliest
        if now < self._next:
            return
        self._next = now + BAR_EVERY
        if self._bar is None:
            self._bar = self._made(done, total)
        text = self._stage.describe(done, total, unit, now)
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


class Lines(Meter):
    """Plain lines: for a log file, or a terminal that is to see no escape sequence.

    Args:
        write: takes a line.
        delay: seconds before the first line.
        every: seconds from one line to the next.
        eager: a new stage is told at once.
        clock: the time.
    """

    def __init__(
        self,
        write: Callable[[str], None],
        *,
        delay: float = DELAY,
        every: float = LINE_EVERY,
        eager: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._write = write
        self._every = every
        self._eager = eager
        self._clock = clock
        self._stage = _Stage(clock())
        self._next = self._earliest = clock() + delay

    def update(self, done: int, total: int | None, stage: str = "", unit: str = "bytes") -> None:
        """Write a line, at most every few seconds."""
        now = self._clock()
        if self._stage.is_new(stage, done, now) and self._eager:
            self._next = self._earliest
        if now < self._next:
            return
        self._next = now + self._every
        self._write(self._stage.describe(done, total, unit, now) + "\n")


def describe(
    done: int, total: int | None, seconds: float, *, stage: str = "", unit: str = "bytes", first: int = 0
) -> str:
    """Return where a stage is: how much is done, of how much, how fast, and how long it will take.

    Args:
        done: how much is done.
        total: of how much; None: not known.
        seconds: since the stage began.
        stage: its name; without one it is the only one, and reads the input.
        unit: what is counted.
        first: how much was done when it began.
    """
    # Less may be done than before where something else is counted now, as tasks that are under way.
    rate = max(0, done - first) / seconds if seconds > 0 else 0.0
    verb = "" if stage else " read"
    begin = f"{stage}: " if stage else ""
    speed = f"{size(rate)}/s" if unit == "bytes" else f"{rate:,.0f} {unit}/s"
    if not total:
        amount = size(done) if unit == "bytes" else f"{done:,} {unit}"
        return f"{begin}{amount}{verb}, {speed}"
    share = f"{min(1.0, done / total):.0%}"
    left = f", {duration(max(0, total - done) / rate)} left" if rate > 0 else ""
    done_of = f"{size(done)} of {size(total)}" if unit == "bytes" else f"{done:,} of {total:,} {unit}"
    return f"{begin}{done_of}{verb} ({share}), {speed}{left}"


def duration(seconds: float) -> str:
    """Return a time for people: ``40 s``, ``12 min``, ``3 h 5 min``."""
    if seconds < 99.5:  # noqa: PLR2004 - up to here seconds say more than minutes
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"  # noqa: PLR2004 - an hour

"""How much memory there is, how many workers that affords, and a forecast of what a corpus will take."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NamedTuple

from dedup.engines.local.limits import ROOT, Room, cores, entry, room

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_ELSE = 4 << 30
_BYTES_A_PARAGRAPH = 350
"""Of text, as scraped articles have them."""
_PROCESS = 100 << 20
"""Memory of a process: the interpreter, numpy, tables, and a batch."""
_KEPT_A_PARAGRAPH = 90
"""Memory for a paragraph while candidates are sought."""
_LARGE = 30 << 20
"""Bytes of a piece that the C library may still get used to; they are asked for, and never touched."""
_SPOOLED_A_PARAGRAPH = 64 + 32 * 4


class Forecast(NamedTuple):
    """What a run is expected to take, in bytes."""

    memory: int
    disk: int


def keep_what_is_freed() -> None:
    """Have the C library keep the memory of arrays for the next ones, as far as it lets itself be told.

    glibc asks the system for each large piece, page by page, and gives it back at once; what is large it learns from
    what is freed, up to 32 MB. A fifth of the time of a batch can go there. Processes forked later know it, too;
    elsewhere this does nothing.
    """
    import numpy as np  # those who ask how much memory there is do without

    np.empty(_LARGE, np.uint8)


def free_memory(root: Path = ROOT) -> Room:
    """Return the bytes of memory that this process can still have, and what limits them.

    What is free on the machine or can be freed at once, or, where that is less, what control groups and ``ulimit``
    leave. A guess where the system does not tell.
    """
    machine = Room(_free_on_machine(root), "the machine")
    allowed = room(root)
    return machine if allowed is None else min(machine, allowed)


def _free_on_machine(root: Path) -> int:
    if (available := entry(root / "proc/meminfo", "MemAvailable:")) is not None:
        return available << 10
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    except (AttributeError, OSError, ValueError):
        return _ELSE


def affordable_workers(memory: int, most: int) -> int:
    """Return how many worker processes fit into so much memory beside this one, at most `most`, at least 1.

    One means that the work is done in this process.
    """
    return max(1, min(most, memory // _PROCESS - 1))


def default_workers() -> int:
    """Return a process for each core that this one may use, as far as there is memory for them."""
    return affordable_workers(free_memory().free, cores())


def forecast(size: int, workers: int, unwrapped: int = 0) -> Forecast:
    """Guess what a corpus of so many bytes takes, if few of its paragraphs repeat byte for byte.

    Args:
        size: bytes of text.
        workers: processes that do the work.
        unwrapped: bytes of text that are taken out of files by one process more, and kept.
    """
    paragraphs = size // _BYTES_A_PARAGRAPH
    processes = workers + 1 + bool(unwrapped) if workers > 1 else 1
    disk = size + unwrapped + paragraphs * _SPOOLED_A_PARAGRAPH
    return Forecast(processes * _PROCESS + paragraphs * _KEPT_A_PARAGRAPH, disk)


def most_used(workers: Iterable[int], root: Path = ROOT) -> int | None:
    """Return about how many bytes of memory all processes together have used at most; None where that is not told.

    Of this process the most that it had resident at a time; of workers, given by their process ids, what they have now
    (their share of what they have in common with others counted once), since they hardly give anything back.
    """
    try:
        import resource  # not on Windows
    except ImportError:
        return None
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1 << 10)
    return own + sum((entry(root / f"proc/{worker}/smaps_rollup", "Pss:") or 0) << 10 for worker in workers)

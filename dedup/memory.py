"""How much memory there is, and a forecast of what a corpus will take."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

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
    import numpy as np  # noqa: PLC0415 - those who ask how much memory there is do without

    np.empty(_LARGE, np.uint8)


def free_memory() -> int:
    """Return the bytes of memory that are free or can be freed at once; a guess where the system does not tell."""
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) << 10
    except (OSError, ValueError, IndexError):
        pass
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    except (AttributeError, OSError, ValueError):
        return _ELSE


def forecast(size: int, workers: int) -> Forecast:
    """Guess what a corpus of so many bytes takes, if few of its paragraphs repeat byte for byte."""
    paragraphs = size // _BYTES_A_PARAGRAPH
    return Forecast((workers + 1) * _PROCESS + paragraphs * _KEPT_A_PARAGRAPH, size + paragraphs * _SPOOLED_A_PARAGRAPH)

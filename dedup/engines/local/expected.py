"""What a run over a corpus is expected to take, and what it tells of that before it begins."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, NamedTuple

from dedup.engines.local.memory import forecast

if TYPE_CHECKING:
    from pathlib import Path

    from dedup.engines.local.limits import Room
    from dedup.model.outcome import Events

_BIG = 1 << 30
"""Bytes of text from which on the forecast is told without being asked for."""


class Limit(NamedTuple):
    """What memory a run aims to stay below.

    Attributes:
        max_memory: bytes.
        asked: somebody has said so.
        free: what there is.
    """

    max_memory: int
    asked: bool
    free: Room


def tell_forecast(sizes: tuple[int, int], directory: Path, workers: int, limit: Limit, events: Events) -> None:
    """Tell what a run is expected to take: where it is much, or more than there is, without being asked.

    Args:
        sizes: bytes of text, about, and how many of these are in files that are unwrapped.
        directory: where its temporary files are.
        workers: processes.
        limit: of memory.
        events: is told.
    """
    size, unwrapped = sizes
    expected = forecast(size, workers, unwrapped)
    free = shutil.disk_usage(directory).free
    text = f"about {expected.memory >> 20} MB of memory and {expected.disk >> 20} MB of disk in {directory}"
    events.note(f"forecast: {text}, if few paragraphs repeat", important=size > _BIG)
    if expected.disk > free:
        what = f"only {free >> 20} MB are free in {directory}"
        events.note(f"{what}; this run may need {expected.disk >> 20} MB", important=True)
    if expected.memory > limit.max_memory:
        told = f"{limit.max_memory >> 20} MB of --max-memory"
        told += "" if limit.asked else f", half of what {limit.free.by} leaves"
        least = forecast(size, 1, unwrapped).memory >> 20
        what = f"this run may need about {expected.memory >> 20} MB of memory, more than the {told}"
        what += f"; with --workers 1 it may need {least} MB" if workers > 1 else "; it cannot do with less"
        events.note(what, important=limit.asked or expected.memory > limit.free.free)

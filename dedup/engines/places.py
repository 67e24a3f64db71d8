"""Many stretches of a file, read with few calls."""

from __future__ import annotations

import os
from itertools import pairwise
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

_BETWEEN = 4096
"""Bytes between two stretches that take no longer to read than to skip."""
_BLOCK = 1 << 20
"""Bytes that are read together, about; a stretch may be longer."""

Part = TypeVar("Part", covariant=True)  # noqa: PLC0105 - the name says enough


class Sliced(Protocol[Part]):
    """What gives a part of itself: bytes, a string, an array."""

    def __getitem__(self, some: slice, /) -> Part:
        """Return the entries from one place to another."""


def stretches(
    file: BinaryIO,
    at: NDArray[np.int64],
    sizes: NDArray[np.integer[Any]],
    width: int,
    read: Callable[[bytes], Sliced[Part]],
) -> Iterator[Part]:
    """Yield some stretches of a file, each in turn; neighbours are read together, with what lies between them.

    Args:
        file: it, unbuffered.
        at: the first entry of each stretch; int64.
        sizes: entries of each.
        width: bytes of an entry.
        read: makes of some bytes what stretches are cut out of, an entry for every `width` bytes.
    """
    if not len(at):
        return
    ends = at + sizes
    apart = np.ones(len(at), bool)
    apart[1:] = at[1:] < at[:-1]
    apart[1:] |= (at[1:] - ends[:-1]) * width > _BETWEEN
    apart[1:] |= at[1:] * width // _BLOCK != at[:-1] * width // _BLOCK
    heads = np.flatnonzero(apart)
    begins, last = at[heads], np.maximum.reduceat(ends, heads)
    before = begins[np.cumsum(apart) - 1]
    within = list(zip((at - before).tolist(), (ends - before).tolist(), strict=True))
    groups = pairwise([*heads.tolist(), len(at)])
    for (first, behind), begin, end in zip(groups, begins.tolist(), last.tolist(), strict=True):
        block = read(_pread(file, (end - begin) * width, begin * width))
        for low, high in within[first:behind]:
            yield block[low:high]


def _pread(file: BinaryIO, size: int, at: int) -> bytes:
    if hasattr(os, "pread"):
        return os.pread(file.fileno(), size, at)
    file.seek(at)
    return file.read(size)

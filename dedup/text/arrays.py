"""Types of arrays, runs of indices, and batches of things by their size."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Bytes = NDArray[np.uint8]
    Hashes = NDArray[np.uint64]
    Codes = NDArray[np.unsignedinteger[Any]]
    """Code points: uint16, or uint32 where a text needs it."""

_Integer = TypeVar("_Integer", bound="np.integer[Any]")


def uint64_bytes(values: NDArray[np.integer[Any]]) -> bytes:
    """Return integers as the native kernels take them: 64 bits each, little-endian."""
    return values.astype("<u8", copy=False).tobytes()


def ranges(starts: Ints, sizes: Ints) -> Ints:
    """Return the indices of several runs, one run after the other.

    Args:
        starts: the first index of each run; int64.
        sizes: how many indices it has; int64.
    """
    ends = np.cumsum(sizes)
    total = int(ends[-1]) if len(ends) else 0
    indices: Ints = np.repeat(starts - (ends - sizes), sizes) + np.arange(total)
    return indices


def distinct(values: NDArray[_Integer]) -> NDArray[_Integer]:
    """Return the values in order, each once: `np.unique` without the module that it loads to look at masks."""
    values = np.sort(values)
    found: NDArray[_Integer] = values[np.diff(values, prepend=values[:1] - 1) != 0]
    return found


def among(values: NDArray[Any], others: NDArray[Any]) -> Flags:
    """Return which of some values are among others of their type: `np.isin` without the module that it may load."""
    if not len(others):
        return np.zeros(np.shape(values), bool)
    ordered = np.sort(others)
    place = np.searchsorted(ordered, values)
    place[place == len(ordered)] = 0
    found: Flags = ordered[place] == values
    return found


def batches(sizes: Sequence[int], most: int) -> Iterator[slice]:
    """Cut a sequence of things into slices whose sizes add up to `most` or a little more; each holds one at least."""
    start = total = 0
    for place, size in enumerate(sizes):
        total += size
        if total >= most:
            yield slice(start, place + 1)
            start, total = place + 1, 0
    if start < len(sizes):
        yield slice(start, len(sizes))

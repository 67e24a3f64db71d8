"""A shared set of the digests of paragraphs already fingerprinted: it saves work and affects no result.

A paragraph that is found here has been, or is being, fingerprinted by the worker that added it; one that is not is
fingerprinted, perhaps a second time. Whoever puts the sheets together drops the doubles, so that neither the order in
which workers come here, nor an entry lost when two write at once, nor a full table changes any result.
"""

from __future__ import annotations

import mmap
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PROBES = 8
_SMALLEST = 1 << 12
_NOT_ZERO = np.array([1, 0], np.uint64)
"""Set in every entry: an empty slot is zero."""


class SharedDigestSet:
    """A table of 128-bit digests in memory that forked workers share; elsewhere each has its own.

    Args:
        slots: entries there is room for; rounded up to a power of two. Of 16 bytes each.
    """

    def __init__(self, slots: int) -> None:
        self._bits = max(_SMALLEST, slots - 1).bit_length()
        self._memory = mmap.mmap(-1, 16 << self._bits)
        self._table = np.frombuffer(self._memory, np.uint64).reshape(-1, 2)
        _TABLES[id(self)] = self

    def __reduce__(self) -> tuple[object, ...]:
        """Travel to a forked worker as the very table, to a spawned one as an empty one."""
        return (_found, (id(self), 1 << self._bits))

    def add(self, digests: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Enter digests and return which are new; bool, of the same length.

        Args:
            digests: each once; uint64, shape (digests, 2).
        """
        values = digests | _NOT_ZERO
        slots = (values[:, 0] >> np.uint64(64 - self._bits)).astype(np.int64)
        new = np.ones(len(values), bool)
        left = np.arange(len(values))
        last = len(self._table) - 1
        for _ in range(_PROBES):
            place = slots[left]
            free = self._table[place, 0] == 0
            self._table[place[free]] = values[left[free]]
            # Of two that took the same slot at once one is in it, or a half of each; the others try the next.
            mine = (self._table[place] == values[left]).all(axis=1)
            new[left[mine & ~free]] = False
            left = left[~mine]
            if not len(left):
                break
            slots[left] = (slots[left] + 1) & last
        return new

    def contains(self, digests: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Return which digests have been entered, and enter none; bool, of the same length.

        Args:
            digests: uint64, shape (digests, 2).
        """
        values = digests | _NOT_ZERO
        slots = (values[:, 0] >> np.uint64(64 - self._bits)).astype(np.int64)
        out = np.zeros(len(values), bool)
        left = np.arange(len(values))
        last = len(self._table) - 1
        for _ in range(_PROBES):
            found = self._table[slots[left]]
            mine = (found == values[left]).all(axis=1)
            out[left[mine]] = True
            left = left[~mine & (found[:, 0] != 0)]
            if not len(left):
                break
            slots[left] = (slots[left] + 1) & last
        return out


class PendingDigests:
    """Digests that are to be entered into a table, when their paragraphs have been fingerprinted.

    Args:
        seen: the table.
    """

    def __init__(self, seen: SharedDigestSet) -> None:
        self._seen = seen
        self._held: list[NDArray[np.uint64]] = []

    def add(self, digests: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Return which digests are new, here and in the table, and hold these; see `SharedDigestSet.add`."""
        new = ~self._seen.contains(digests)
        for held in self._held:
            # Few agree in one half, and those are compared as wholes.
            perhaps = np.flatnonzero(np.isin(digests[:, 0], held[:, 0]))
            if len(perhaps):
                known = set(map(tuple, held.tolist()))
                new[perhaps] &= [tuple(digest) not in known for digest in digests[perhaps].tolist()]
        self._held.append(digests[new])
        return new

    def flush(self) -> None:
        """Enter what is held into the table."""
        for held in self._held:
            self._seen.add(held)


_TABLES: WeakValueDictionary[int, SharedDigestSet] = WeakValueDictionary()


def _found(name: int, slots: int) -> SharedDigestSet:
    """Return the table that was here before this process was forked, or a new one, which the next call finds."""
    table = _TABLES.get(name)
    if table is None:
        table = SharedDigestSet(slots)
        _TABLES[name] = table
        _KEPT.append(table)
    return table


_KEPT: list[SharedDigestSet] = []

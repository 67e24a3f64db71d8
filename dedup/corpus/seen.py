"""Which paragraphs some worker has fingerprinted already: a hint that saves work and decides nothing.

A paragraph that is found here has been, or is being, fingerprinted by whoever entered it; one that is not found is
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


class Seen:
    """A table of 64-bit digests in memory that forked workers share; elsewhere each has its own.

    Args:
        slots: entries there is room for; rounded up to a power of two. Of 8 bytes each.
    """

    def __init__(self, slots: int) -> None:
        self._bits = max(_SMALLEST, slots - 1).bit_length()
        self._memory = mmap.mmap(-1, 8 << self._bits)
        self._table = np.frombuffer(self._memory, np.uint64)
        _TABLES[id(self)] = self

    def __reduce__(self) -> tuple[object, ...]:
        """Travel to a forked worker as the very table, to a spawned one as an empty one."""
        return (_found, (id(self), 1 << self._bits))

    def enter(self, digests: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Enter digests and tell which are new; bool, of the same length.

        Args:
            digests: each once; uint64.
        """
        values = digests | np.uint64(1)  # zero is an empty slot
        slots = (values >> np.uint64(64 - self._bits)).astype(np.int64)
        new = np.ones(len(values), bool)
        left = np.arange(len(values))
        last = len(self._table) - 1
        for _ in range(_PROBES):
            place = slots[left]
            found = self._table[place]
            free = found == 0
            self._table[place[free]] = values[left[free]]
            # Of two that took the same slot at once one is in it; the other tries the next.
            mine = self._table[place] == values[left]
            new[left[mine & ~free]] = False
            left = left[~mine]
            if not len(left):
                break
            slots[left] = (slots[left] + 1) & last
        return new

    def known(self, digests: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Tell which digests have been entered, and enter none; bool, of the same length."""
        values = digests | np.uint64(1)
        slots = (values >> np.uint64(64 - self._bits)).astype(np.int64)
        out = np.zeros(len(values), bool)
        left = np.arange(len(values))
        last = len(self._table) - 1
        for _ in range(_PROBES):
            found = self._table[slots[left]]
            mine = found == values[left]
            out[left[mine]] = True
            left = left[~mine & (found != 0)]
            if not len(left):
                break
            slots[left] = (slots[left] + 1) & last
        return out


class Held:
    """Digests that are to be entered into a table, when their paragraphs have been fingerprinted.

    Args:
        seen: the table.
    """

    def __init__(self, seen: Seen) -> None:
        self._seen = seen
        self._held: list[NDArray[np.uint64]] = []

    def enter(self, digests: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Tell which digests are new, here and in the table, and hold these; see `Seen.enter`."""
        new = ~self._seen.known(digests)
        for held in self._held:
            new &= ~np.isin(digests, held)
        self._held.append(digests[new])
        return new

    def enter_all(self) -> None:
        """Enter what is held into the table."""
        for held in self._held:
            self._seen.enter(held)


_TABLES: WeakValueDictionary[int, Seen] = WeakValueDictionary()


def _found(name: int, slots: int) -> Seen:
    """Return the table that was here before this process was forked, or a new one, which the next call finds."""
    table = _TABLES.get(name)
    if table is None:
        table = Seen(slots)
        _TABLES[name] = table
        _KEPT.append(table)
    return table


_KEPT: list[Seen] = []

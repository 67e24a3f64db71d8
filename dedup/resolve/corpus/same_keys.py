"""Paragraphs of a corpus with the same words, by their keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.text.arrays import Flags, Ints


class SameKeys:
    """Paragraphs that share a key, and hence most likely their words, with others.

    Args:
        keys: the key of each paragraph, in the order in which they stay; uint64.
    """

    def __init__(self, keys: NDArray[np.uint64]) -> None:
        order = np.argsort(keys, kind="stable")
        head = np.ones(len(order) + 1, bool)
        head[1:-1] = keys[order][1:] != keys[order][:-1]
        several = ~(head[:-1] & head[1:])
        self._member = order[several]
        self._group = np.cumsum(head[:-1])[several]

    def pairs(self, kept: Flags) -> tuple[Ints, Ints]:
        """Pair each paragraph with the first of those kept before it with the same key: later and earlier ones."""
        if not len(self._member):
            return self._member, self._member
        at = np.flatnonzero(kept[self._member])
        _, begin = np.unique(self._group[at], return_index=True)
        first = np.full(int(self._group[-1]) + 1, len(self._member))
        first[self._group[at[begin]]] = at[begin]
        mine = first[self._group]
        later = np.flatnonzero(np.arange(len(mine)) > mine)
        return self._member[later], self._member[mine[later]]

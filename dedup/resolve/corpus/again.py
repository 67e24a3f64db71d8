"""Select the paragraphs whose candidates are looked up again, until a second run would remove nothing more.

A second run would pair the kept paragraphs by their keys, and by the buckets of their bands, so all these pairs must be
known. Those of buckets without new members are. In large buckets not all pairs are formed: which ones depends on their
members.
"""

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

    def pairs(self, some: Flags) -> tuple[Ints, Ints]:
        """Pair each of some paragraphs with the first of them that has the same key: later and earlier ones."""
        chosen = some[self._member]
        member, group = self._member[chosen], self._group[chosen]
        head = np.ones(len(member), bool)
        head[1:] = group[1:] != group[:-1]
        first = member[head][np.cumsum(head) - 1] if len(member) else member
        return member[~head], first[~head]


class RecheckQueue:
    """Names the paragraphs to check next: alternate `next` and `record_check` until `next` returns none.

    Args:
        number: of paragraphs.
    """

    def __init__(self, number: int) -> None:
        self._known = np.zeros(number, bool)
        """Paragraphs of which all pairs that share a small bucket have been found."""
        self._crowded = np.zeros(number, bool)
        """Paragraphs in large buckets, or with more candidates than are kept."""
        self._settled: Flags | None = None
        """Paragraphs that were kept when a check found no new pair; None before that."""
        self._stays = self._known
        self._some = self._fresh = np.empty(0, np.int64)

    def next(self, stays: Flags) -> tuple[Ints, Ints]:
        """Return the paragraphs to check, ascending, and the indices in it of those whose buckets are to be searched.

        Args:
            stays: the paragraphs kept so far; bool.
        """
        self._stays = stays
        some = np.flatnonzero(stays)
        fresh = np.flatnonzero(~self._known[some])
        if not len(fresh):
            some = np.flatnonzero(stays & self._crowded) if self._changed(stays).any() else some[:0]
            if np.array_equal(some, self._some) and len(self._fresh) == len(some):
                some = some[:0]  # a check of the same ones would find the same pairs
            fresh = np.arange(len(some))
        self._some, self._fresh = some, fresh
        return some, fresh

    def record_check(self, crowded: Flags, *, added: bool) -> None:
        """Record the result of the last check.

        Args:
            crowded: which of the checked ones are in large buckets, or had more candidates than are kept; bool.
            added: new pairs were found.
        """
        some = self._some
        every = len(self._fresh) == len(some)
        self._crowded[some] = crowded if every else crowded | self._crowded[some]
        first = not self._known[some].all()
        if first:
            # Pairs of a paragraph that is not kept now with a new one may not have been found.
            self._known = self._stays
        changed = self._changed(self._stays)
        changed[some[self._fresh]] = False
        # A check of all of them has seen the buckets as they are now, without those removed.
        if not added and (every or not changed.any()):
            self._settled = self._stays

    def _changed(self, stays: Flags) -> Flags:
        """Return the paragraphs in large buckets whose status differs from when no new pair was found."""
        changed: Flags = self._crowded & (stays if self._settled is None else stays ^ self._settled)
        return changed

"""Which of the different paragraphs are looked at again, until what stays is what a second run would leave alone.

A second run pairs what stays by its keys, and by the buckets of its bands. So all pairs that it would name have to be
known. Those of buckets without new members are; and of large buckets, whose pairs are not all
looked at, those that are named follow from who is in them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Places = NDArray[np.int64]
    Flags = NDArray[np.bool_]


class SameKeys:
    """Paragraphs whose words are those of others, by their keys.

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

    def pairs(self, some: Flags) -> tuple[Places, Places]:
        """Pair each of some paragraphs with the first one of them that has the same key: later and earlier ones."""
        chosen = some[self._member]
        member, group = self._member[chosen], self._group[chosen]
        head = np.ones(len(member), bool)
        head[1:] = group[1:] != group[:-1]
        first = member[head][np.cumsum(head) - 1] if len(member) else member
        return member[~head], first[~head]


class RecheckQueue:
    """Says who is to be looked at next: `next`, then `record_check` with what was seen, until `next` names none.

    Args:
        number: of paragraphs.
    """

    def __init__(self, number: int) -> None:
        self._known = np.zeros(number, bool)
        """All pairs of these that share a small bucket have been named."""
        self._crowded = np.zeros(number, bool)
        """In large buckets, or with more candidates than are kept."""
        self._settled: Flags | None = None
        """Those that stayed when a look at them named nothing new."""
        self._stays = self._known
        self._some = self._fresh = np.empty(0, np.int64)

    def next(self, stays: Flags) -> tuple[Places, Places]:
        """Return who is looked at, ascending, and which of them, by their places there, are in the buckets asked for.

        Args:
            stays: who stays, as far as is known.
        """
        self._stays = stays
        some = np.flatnonzero(stays)
        fresh = np.flatnonzero(~self._known[some])
        if not len(fresh):
            some = np.flatnonzero(stays & self._crowded) if self._changed(stays).any() else some[:0]
            fresh = np.arange(len(some))
        self._some, self._fresh = some, fresh
        return some, fresh

    def record_check(self, crowded: Flags, *, added: bool) -> None:
        """Take in what the last look has shown.

        Args:
            crowded: which of those that were looked at are in large buckets, or had more candidates than are kept.
            added: pairs were named that had not been named before.
        """
        some = self._some
        every = len(self._fresh) == len(some)
        self._crowded[some] = crowded if every else crowded | self._crowded[some]
        first = not self._known[some].all()
        if first:
            # A pair of one that does not stay now with one that is new may not have been named.
            self._known = self._stays
        changed = self._changed(self._stays)
        changed[some[self._fresh]] = False
        # A look at all of them has seen the buckets as they are now, without those that left, too.
        if not added and (every or not changed.any()):
            self._settled = self._stays

    def _changed(self, stays: Flags) -> Flags:
        """Return who of those in large buckets stays now, or did when nothing new was named, but not both."""
        changed: Flags = self._crowded & (stays if self._settled is None else stays ^ self._settled)
        return changed

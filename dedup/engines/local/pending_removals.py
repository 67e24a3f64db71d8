"""Counts of what was removed from each file cleaned in place, until the file has been replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dedup.model.outcome import Counts

_FIGURES = ("exact", "near", "block", "boilerplate", "changed", "emptied")
"""Those of `dedup.model.outcome.Counts` that do not hold for a file that is not replaced."""


class PendingRemovals:
    """Counts of removals by file; they are undone for a file that is not replaced.

    Memory: a few hundred bytes for each file from which something went.
    """

    def __init__(self) -> None:
        self._went: dict[int, tuple[int, ...]] = {}

    def add(self, source: int, counts: Counts) -> None:
        """Note what went from a piece of a file; `source` is its number."""
        went = (*(getattr(counts, name) for name in _FIGURES), counts.bytes_out - counts.bytes_in)
        before = self._went.get(source)
        self._went[source] = went if before is None else tuple(map(sum, zip(before, went, strict=True)))

    def forget(self, source: int) -> None:
        """Forget a file that has been replaced."""
        self._went.pop(source, None)

    def undo(self, source: int, counts: Counts) -> int:
        """Take what went from a file out of the figures of the run: all of it stays.

        Returns:
            The bytes by which the file did not get shorter.
        """
        went = self._went.pop(source, None)
        if went is None:
            return 0
        for name, number in zip((*_FIGURES, "bytes_out"), went, strict=True):
            setattr(counts, name, getattr(counts, name) - number)
        return -went[-1]

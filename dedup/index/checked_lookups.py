"""Look-ups in an index that may be damaged: what cannot have been written is an error, and never a traceback.

Small files are compared with their CRC-32 when they are read first, and blocks of texts have sums of their own; but to
read all of a large column every day would cost more than the day. So numbers out of it are looked at before they are
followed. A bit that has changed elsewhere may have a paragraph that was seen before stay, or have the log name another
witness: nothing goes for a text that no earlier day has, as digests have to agree, or words that were compared.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from dedup.index.columns import DAY_BITS
from dedup.index.lookups import Documents, Known, Lookups
from dedup.index.segment import DamagedError
from dedup.text.arrays import among

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from dedup.candidates.buckets import Features
    from dedup.index.segment import Segment
    from dedup.text.arrays import Ints

_FROM_DAMAGE = (IndexError, KeyError, OverflowError, ValueError, UnicodeError)
"""What numbers that nobody has written lead to."""


class CheckedLookups(Lookups):
    """The same, where each method may raise that the index is damaged.

    Args:
        segments, before: see `Lookups`.
        directory: of the index.

    Raises:
        DamagedError: from every method.
    """

    def __init__(self, segments: Sequence[Segment], before: int | None, directory: Path) -> None:
        super().__init__(segments, before)
        self._directory = directory
        none = np.empty(0, np.int64)
        self._numbers = np.concatenate([none, *(segment.numbers for segment in self._segments)])
        """The numbers of all days."""
        self._sizes = np.concatenate([none, *(segment.day_sizes for segment in self._segments)])
        """The paragraphs of each."""

    def known(self, digests: NDArray[np.uint64]) -> Known:
        """Return what is known of some digests; see `Lookups.known`."""
        with self._guarded():
            found = super().known(digests)
            self._check(found.id, found.witness)
            return found

    def first_of_keys(self, keys: NDArray[np.uint64]) -> Ints:
        """Return the first kept paragraph with each key; see `Lookups.first_of_keys`."""
        with self._guarded():
            found = super().first_of_keys(keys)
            self._check(found)
            return found

    def bucket(self, band: int, keys: NDArray[np.uint32]) -> tuple[Ints, NDArray[np.uint32]]:
        """Return those in the buckets of a band; see `Lookups.bucket`."""
        with self._guarded():
            ids, their = super().bucket(band, keys)
            self._check(ids)
            return ids, their

    def features(self, ids: Ints) -> tuple[NDArray[np.uint64], Features]:
        """Return keys and features of kept paragraphs; see `Lookups.features`."""
        with self._guarded():
            return super().features(ids)

    def texts(self, ids: Ints) -> list[bytes]:
        """Return the texts of kept paragraphs; see `Lookups.texts`."""
        with self._guarded():
            found = super().texts(ids)
            for text in found:
                text.decode("utf-8", "surrogatepass")
            return found

    def documents(self, ids: Ints) -> Documents:
        """Return the documents in which some paragraphs stand; see `Lookups.documents`."""
        with self._guarded():
            found = super().documents(ids)
            if not among(ids, found.ids).all():
                raise ValueError("a paragraph is in no document")
            return found

    def runs(self, hashes: NDArray[np.uint64], turn: int) -> Ints:
        """Return the first run with each hash that stands in a round; see `Lookups.runs`."""
        with self._guarded():
            found = super().runs(hashes, turn)
            self._check(found.ravel())
            return found

    def in_place_of(self, ids: Ints) -> Ints:
        """Return what stays in place of short paragraphs that went; see `Lookups.in_place_of`."""
        with self._guarded():
            found = super().in_place_of(ids)
            self._check(found)
            return found

    def _check(self, *every: Ints) -> None:
        """See that paragraphs are there, given their numbers across days; those of -1 are none."""
        for ids in every:
            some = ids[ids != -1]
            if not len(some):
                continue
            day = np.searchsorted(self._numbers, some >> DAY_BITS)
            place = np.minimum(day, len(self._numbers) - 1)
            within = some & ((1 << DAY_BITS) - 1)
            if not ((self._numbers[place] == some >> DAY_BITS) & (within < self._sizes[place])).all():
                raise ValueError("a paragraph is on no day")

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except _FROM_DAMAGE as error:
            what = f"the index is damaged ({error}); the run ends, and the index stays as it is"
            hint = f"see what is damaged with: dedup-index check {self._directory}"
            raise DamagedError(what, place=str(self._directory), hint=hint) from None

"""A segment: the columns of one day, or of several, memory-mapped."""

from __future__ import annotations

import errno
import zlib
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.index.columns import DAY_BITS, Places, read_column
from dedup.index.texts import read_texts
from dedup.model.errors import InputError
from dedup.text.arrays import ranges

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from numpy.typing import NDArray

    from dedup.text.arrays import Ints

TEXTS = "texts.zst"
_CHECKED = 1 << 18
"""Bytes of a file up to which all of it is read to see whether it is what was written."""
_NO_DAMAGE = frozenset({errno.EACCES, errno.EPERM, errno.EMFILE, errno.ENFILE, errno.ENOMEM})


class DamagedError(InputError):
    """A file of an index is not what was written."""


class Day(NamedTuple):
    """A day of a segment.

    Attributes:
        number: by which it comes before or after others.
        name: as it was given.
        files: names of the files that its documents stood in.
        begin: the first of its paragraphs within the segment.
        document: the first of its documents.
        file: the first of its files among those of the segment.
    """

    number: int
    name: str
    files: tuple[str, ...]
    begin: int
    document: int
    file: int


class Segment:
    """The columns of some days.

    Args:
        directory: where they are.
        days: they, in order.
        bands: number of bands.
        files: CRC-32 and bytes of each file.
        seen: the first so many of its paragraphs are seen, those of `days`; None: all are.

    Raises:
        DamagedError: a file has another size than was written, or a small one another CRC-32, when it is asked for
            first.
        InputError: it cannot be read.
    """

    def __init__(
        self,
        directory: Path,
        days: Sequence[Day],
        bands: int,
        files: Mapping[str, tuple[int, int]],
        seen: int | None = None,
    ) -> None:
        self.directory = directory
        self.days = days
        self.seen = seen
        self._bands = bands
        self._files = files
        self._columns: dict[str, NDArray[Any]] = {}
        self._texts_checked = False
        self._begins = np.array([day.begin for day in days], np.int64)
        self._numbers = np.array([day.number for day in days], np.int64)

    def until(self, before: int) -> Segment:
        """Return the same with only those of its days that have a smaller number: what else its columns hold stays."""
        place = int(np.searchsorted(self._numbers, before))
        if place == len(self.days):
            return self
        return Segment(self.directory, self.days[:place], self._bands, self._files, int(self._begins[place]))

    @property
    def numbers(self) -> Ints:
        """The numbers of its days."""
        return self._numbers

    @property
    def day_sizes(self) -> Ints:
        """The paragraphs of each of its days."""
        return np.diff(self._begins, append=len(self.column("gone")) if self.seen is None else self.seen)

    @cached_property
    def kept_seen(self) -> int:
        """How many of the kept are seen."""
        kept = self.column("kept_paragraph")
        return len(kept) if self.seen is None else int(np.searchsorted(kept, np.uint32(self.seen)))

    def column(self, name: str) -> NDArray[Any]:
        """Return a column, memory-mapped."""
        if name not in self._columns:
            try:
                self._check(f"{name}.npy")
                self._columns[name] = read_column(self.directory / f"{name}.npy", name)
            except (OSError, ValueError) as error:
                raise self._unreadable(f"{name}.npy", error) from None
        return self._columns[name]

    def _check(self, name: str) -> None:
        """Compare a file with what was written, as far as that takes no time worth mentioning."""
        if name not in self._files:
            raise self.damaged(name, "is not in the manifest")
        crc, size = self._files[name]
        path = self.directory / name
        if path.stat().st_size != size:
            raise self.damaged(name, f"has {path.stat().st_size:,} bytes, and {size:,} were written")
        if size <= _CHECKED and zlib.crc32(path.read_bytes()) != crc:
            raise self.damaged(name, "holds something else than was written")

    def band(self, number: int) -> tuple[NDArray[np.uint32], Places]:
        """Return the keys of a band, ascending, and whose they are: places among the kept."""
        keys, kept = self.column("band_key"), self.column("band_kept")
        size = len(keys) // self._bands
        here = slice(number * size, (number + 1) * size)
        return keys[here], Places(kept[here])

    @property
    def banded(self) -> int:
        """How many bands there are: none where only what is equal but for case, spacing and punctuation goes."""
        return self._bands if len(self.column("band_key")) else 0

    def ids(self, paragraphs: NDArray[Any]) -> Ints:
        """Return the numbers of paragraphs across days, given those within this segment."""
        local = paragraphs.astype(np.int64)
        day = np.searchsorted(self._begins, local, side="right") - 1
        found: Ints = (self._numbers[day] << DAY_BITS) + local - self._begins[day]
        return found

    def local(self, ids: Ints) -> Ints:
        """Return the numbers of paragraphs within this segment, or -1 where they are in no day of it."""
        if not len(self.days):
            return np.full(len(ids), -1)
        number = ids >> DAY_BITS
        day = np.minimum(np.searchsorted(self._numbers, number), len(self._numbers) - 1)
        here = (ids & ((1 << DAY_BITS) - 1)) + self._begins[day]
        found: Ints = np.where(self._numbers[day] == number, here, -1)
        return found

    @cached_property
    def begins(self) -> Ints:
        """The first paragraph of each document, and the number of paragraphs; int64."""
        counts = self.column("documents")["paragraphs"]
        found = np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))
        if (counts < 0).any() or found[-1] != len(self.column("gone")):
            raise self.damaged("documents.npy", "holds something else than was written")
        return found

    @cached_property
    def rounds(self) -> int:
        """The last round in which something went."""
        gone = self.column("gone")[: self.seen]
        return int(gone.max()) if len(gone) else 0

    def texts(self, kept: Ints) -> list[bytes]:
        """Return the texts of some of the kept, given their places among these, ascending."""
        blocks = self.column("block_first"), self.column("block_at")
        try:
            if not self._texts_checked:
                self._check(TEXTS)
                self._texts_checked = True
            with (self.directory / TEXTS).open("rb", buffering=0) as file:
                return read_texts(file, blocks, self.column("kept_size"), kept)
        except (OSError, ValueError) as error:
            raise self._unreadable(TEXTS, error) from None

    def documents_of(self, paragraphs: Ints) -> Ints:
        """Return the documents in which some paragraphs stand, given their numbers within this segment."""
        found: Ints = np.searchsorted(self.begins, paragraphs, side="right") - 1
        return found

    def paragraphs_of(self, documents: Ints) -> Ints:
        """Return the paragraphs of some documents, one document after the other."""
        first = self.begins[documents]
        return ranges(first, self.begins[documents + 1] - first)

    def damaged(self, name: str, what: str) -> DamagedError:
        """Return the error for a file that is not what was written."""
        return DamagedError(what, place=str(self.directory / name), hint="see what is damaged with: dedup-index check")

    def _unreadable(self, name: str, error: Exception) -> InputError:
        what = f"the index cannot be read ({error})"
        if isinstance(error, OSError) and error.errno in _NO_DAMAGE:
            return InputError(what, place=str(self.directory / name))
        return self.damaged(name, what)

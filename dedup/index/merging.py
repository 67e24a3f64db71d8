"""Indexes are put together: the days of all, in the order in which the indexes are named.

The days of a later index get numbers behind those of the earlier ones, and what refers to their paragraphs is written
anew; all else is copied, and checked on the way. What was decided stays as it was: a paragraph that two of the indexes
have was kept in both outputs, and stays in both. From then on the one of the earlier index is what others go for, as if
it had been kept when the other one was added with nothing to compare it with.

So what a next day loses is what it would lose if all days had been added to one index in that order, but where the
later index keeps what that one would not have: its paragraphs may be what others go for, too.
"""

from __future__ import annotations

import zlib
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from dedup.index.checking import way_out
from dedup.index.columns import DAY_BITS
from dedup.index.manifest import Manifest, SegmentEntry
from dedup.index.segment import DamagedError
from dedup.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from dedup.index.store import IndexStore, SegmentWriter

_READ = 1 << 20
_PIECE = 1 << 20
_WITNESSES = ("want_witness", "gone_witness")


def merged_manifest(stores: Sequence[IndexStore]) -> Manifest:
    """Return the manifest of an index that has no days yet, for those of several.

    Raises:
        UsageError: they do not go together.
    """
    first = stores[0].manifest
    seen: dict[str, tuple[Path, int]] = {}
    for store in stores:
        manifest, place = store.manifest, str(store.directory)
        if (manifest.fingerprint, manifest.banding) != (first.fingerprint, first.banding):
            theirs = [name for name, value in first.options.items() if manifest.options.get(name) != value]
            shown = f" ({', '.join(name.replace('_', '-') for name in theirs)})" if theirs else ""
            what = f"was made with other settings than {stores[0].directory}{shown}; nothing was written"
            raise UsageError(what, place=place, hint="add its days with the settings of the other one")
        for day in manifest.days:
            if day.check in seen:
                other, number = seen[day.check]
                what = f"its day {day.number} has the same content as day {number} of {other}; nothing was written"
                raise UsageError(what, place=place, hint="forget one of them with: dedup-index forget")
            seen[day.check] = store.directory, day.number
    return Manifest(first.options, first.fingerprint, first.banding)


def merge(stores: Sequence[IndexStore], into: IndexStore) -> None:
    """Put the days of several indexes into one that has none.

    Args:
        stores: they; see `merged_manifest`.
        into: an index that was made with its manifest.

    Raises:
        DamagedError: one of them is damaged; nothing is left in the new one.
        OutputError: the new one cannot be written; likewise.
    """
    entries: list[SegmentEntry] = []
    last = 0
    with into.changing():
        for store in stores:
            before = last
            for entry in store.manifest.segments:
                writer = into.begin()
                _copy(store, entry, writer, before)
                writer.finish()
                days = tuple(replace(day, number=day.number + before) for day in entry.days)
                last = days[-1].number
                entries.append(SegmentEntry(writer.path.name, days, writer.files))
        into.replace(replace(into.manifest, next_day=last + 1, segments=tuple(entries)))


def _copy(store: IndexStore, entry: SegmentEntry, writer: SegmentWriter, before: int) -> None:
    """Copy a segment; what its paragraphs went for is so many days further behind."""
    segment = store.segment(entry)
    moved = {f"{name}.npy": name for name in _WITNESSES} if before else {}
    for name, told in entry.files.items():
        for _ in _checked(segment.directory / name, told, entry) if name in moved else ():
            pass
        if name in moved:
            column = segment.column(moved[name])
            writer.column(moved[name], _further(column, before), len(column))
        else:
            writer.copy(name, _checked(segment.directory / name, told, entry))


def _further(column: NDArray[np.int64], before: int) -> Iterator[NDArray[np.int64]]:
    for start in range(0, len(column), _PIECE):
        yield column[start : start + _PIECE] + (np.int64(before) << DAY_BITS)


def _checked(path: Path, told: tuple[int, int], entry: SegmentEntry) -> Iterator[bytes]:
    """Yield the bytes of a file.

    Raises:
        DamagedError: they were not those that were written.
    """
    crc = size = 0
    try:
        with path.open("rb") as file:
            for piece in iter(partial(file.read, _READ), b""):
                crc, size = zlib.crc32(piece, crc), size + len(piece)
                yield piece
    except OSError as error:
        raise DamagedError(f"cannot be read ({error.strerror})", place=str(path), hint=way_out(entry)) from None
    if (crc, size) != told:
        raise DamagedError("has other bytes than were written (CRC-32)", place=str(path), hint=way_out(entry))

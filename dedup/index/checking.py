"""Whether an index is what was written, and whether what it has fits together."""

from __future__ import annotations

import zlib
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.fingerprint.fingerprint import digests_of, fingerprint_paragraphs
from dedup.index.columns import COLUMNS, DAY_BITS
from dedup.index.columns_check import PIECE, Fault, content_faults, size_faults
from dedup.index.segment import TEXTS, DamagedError
from dedup.index.texts import unpacked_blocks
from dedup.model.errors import InputError
from dedup.model.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from numpy.typing import NDArray

    from dedup.index.columns import Places
    from dedup.index.manifest import Manifest, SegmentEntry
    from dedup.index.segment import Segment
    from dedup.index.store import IndexStore
    from dedup.text.arrays import Flags, Ints

FILES = frozenset({TEXTS, *(f"{name}.npy" for name in COLUMNS)})
"""The files of a segment."""
_READ = 1 << 20
_TEXTS = 1 << 22
"""Bytes of text that are looked at together, about."""
_SAMPLE = 1000
"""Kept paragraphs of a segment whose keys are computed anew, about, where not all are."""


class Checked(NamedTuple):
    """A segment, and whether its files are what was written.

    Attributes:
        entry: what the manifest says of it.
        segment: its columns.
        sound: whether they are.
    """

    entry: SegmentEntry
    segment: Segment
    sound: bool


def problems(store: IndexStore, *, deep: bool) -> Iterator[DamagedError]:
    """Yield what is wrong with an index: file by file, and where a segment's files are sound, column by column.

    Args:
        store: it.
        deep: compute the keys of all texts anew, not of a sample.

    Raises:
        InputError: a file cannot be read, for a reason that is no damage.
    """
    manifest = store.manifest
    yield from _manifest_problems(store)
    every: list[Checked] = []
    for entry in manifest.segments:
        segment = store.segment(entry)
        found = list(file_problems(segment.directory, entry))
        yield from found
        every.append(Checked(entry, segment, not found))
    witnesses = _Witnesses(manifest, every)
    for checked in every:
        if checked.sound:
            yield from _segment_problems(store, checked, witnesses, deep=deep)


def way_out(entry: SegmentEntry) -> str:
    """Return what is to be done about a segment that is damaged."""
    numbers = [day.number for day in entry.days]
    whole = len(numbers) > 1 and numbers[-1] - numbers[0] + 1 == len(numbers)
    days = f"{numbers[0]}-{numbers[-1]}" if whole else " --day ".join(map(str, numbers))
    what = "its day" if len(numbers) == 1 else "its days"
    return f"restore it from a backup, or forget {what} with: dedup-index forget DIR --day {days}"


def _damaged(directory: Path, entry: SegmentEntry, name: str, what: str) -> DamagedError:
    return DamagedError(what, place=str(directory / name), hint=way_out(entry))


def _manifest_problems(store: IndexStore) -> Iterator[DamagedError]:
    numbers = [day.number for day in store.manifest.days]
    names = [entry.name for entry in store.manifest.segments]
    rising = [0, *numbers, store.manifest.next_day]
    if any(later <= before for before, later in pairwise(rising)) or len(set(names)) < len(names):
        what = "the manifest has days that are out of order, or a segment twice"
        yield DamagedError(what, place=str(store.directory), hint="take it from a backup of the directory")


def file_problems(directory: Path, entry: SegmentEntry) -> Iterator[DamagedError]:
    """Yield what is wrong with the files of a segment: they are read to their ends.

    Raises:
        InputError: one cannot be read, for a reason that is no damage.
    """
    for name in sorted(FILES - entry.files.keys()):
        yield _damaged(directory, entry, name, "is not in the manifest")
    for name, (crc, size) in entry.files.items():
        try:
            with (directory / name).open("rb") as file:
                found = _sum_of(file)
        except (FileNotFoundError, NotADirectoryError):
            yield _damaged(directory, entry, name, "is not there")
            continue
        except OSError as error:
            if isinstance(error, PermissionError):
                raise InputError(f"cannot be read ({error.strerror})", place=str(directory / name)) from None
            yield _damaged(directory, entry, name, f"cannot be read ({error.strerror or error})")
            continue
        if found[1] != size:
            yield _damaged(directory, entry, name, f"has {found[1]:,} bytes, and {size:,} were written")
        elif found[0] != crc:
            yield _damaged(directory, entry, name, "has other bytes than were written (CRC-32)")


def _sum_of(file: BinaryIO) -> tuple[int, int]:
    crc = size = 0
    while piece := file.read(_READ):
        crc, size = zlib.crc32(piece, crc), size + len(piece)
    return crc, size


def _segment_problems(
    store: IndexStore, checked: Checked, witnesses: _Witnesses, *, deep: bool
) -> Iterator[DamagedError]:
    entry, segment, _ = checked
    settings = Settings(**store.manifest.options)
    bands = 0 if settings.exact else store.banding.bands
    try:
        found = list(size_faults(segment, entry, bands))
        if not found:
            found += content_faults(segment, entry)
        if not found:
            found += witnesses.faults(checked)
            found += _text_faults(store, segment, settings, deep=deep)
    except DamagedError as error:
        yield DamagedError(error.what, place=error.place, hint=way_out(entry))
        return
    for fault in dict.fromkeys(found):
        name = fault.column if fault.column == TEXTS else f"{fault.column}.npy"
        yield _damaged(segment.directory, entry, name, fault.what)


class _Witnesses:
    """All paragraphs that others may have gone for.

    Args:
        manifest: says which days there are.
        every: all segments.
    """

    def __init__(self, manifest: Manifest, every: Sequence[Checked]) -> None:
        self._next = manifest.next_day
        self._days = np.array([day.number for day in manifest.days], np.int64)
        self._sizes = np.array([day.paragraphs for day in manifest.days], np.int64)
        self._segments = [checked.segment for checked in every if checked.sound]

    def faults(self, checked: Checked) -> Iterator[Fault]:
        """Yield what is wrong with what the paragraphs of a segment went for."""
        segment = checked.segment
        for name, of in (("want_witness", "want_paragraph"), ("gone_witness", "gone_paragraph")):
            column, own = segment.column(name), segment.column(of)
            for start in range(0, len(column), PIECE):
                ids = column[start : start + PIECE].astype(np.int64)
                later = ids >= segment.ids(own[start : start + PIECE])
                missing = ~self._there(ids)
                if later.any() or missing.any():
                    yield Fault(name, "has a paragraph that is not there, or not before the one that went for it")
                elif not self._stay(ids, kept=of == "want_paragraph").all():
                    yield Fault(name, "has a paragraph that is not kept itself")

    def _there(self, ids: Ints) -> Flags:
        """Return which are paragraphs of days that are there, or may be of days that were forgotten."""
        day, paragraph = ids >> DAY_BITS, ids & ((1 << DAY_BITS) - 1)
        place = np.minimum(np.searchsorted(self._days, day), len(self._days) - 1)
        inside = (self._days[place] != day) | (paragraph < self._sizes[place])
        there: Flags = (day > 0) & (day < self._next) & inside
        return there

    def _stay(self, ids: Ints, *, kept: bool) -> Flags:
        """Return which stay where they stand, as far as that can be seen; `kept`: others may go for them."""
        stays = np.ones(len(ids), bool)
        for segment in self._segments:
            local = segment.local(ids)
            rows = np.flatnonzero(local >= 0)
            local = local[rows]
            if not kept:
                gone = segment.column("gone")
                stays[rows] = gone[np.minimum(local, len(gone) - 1)] == 0
                continue
            every = segment.column("kept_paragraph")
            place = np.minimum(np.searchsorted(every, local.astype(np.uint32)), max(len(every) - 1, 0))
            stays[rows] = every[place] == local if len(every) else False
        return stays


def _text_faults(store: IndexStore, segment: Segment, settings: Settings, *, deep: bool) -> Iterator[Fault]:
    """Unpack all texts, and see whether they are those of the paragraphs, and have their keys."""
    first, at, sizes = (segment.column(name) for name in ("block_first", "block_at", "kept_size"))
    paragraph, digests = segment.column("kept_paragraph"), segment.column("digests")
    step = 1 if deep else max(len(sizes) // _SAMPLE, 1)
    path = segment.directory / TEXTS
    if int(at[-1]) != path.stat().st_size:
        yield Fault(TEXTS, "has another size than its blocks")
        return
    waiting: list[bytes] = []
    begin = size = 0

    def looked_at() -> Iterator[Fault]:
        places = np.arange(begin, begin + len(waiting))
        if (digests_of(waiting) != digests[paragraph[places]]).any():
            yield Fault(TEXTS, "has another text than its paragraph")
        some = places[places % step == 0]
        if len(some):
            yield from _key_faults(store, segment, settings, some, [waiting[place - begin] for place in some.tolist()])

    try:
        with path.open("rb", buffering=0) as file:
            for number, texts in unpacked_blocks(file, (first, at), sizes):
                begin = begin if waiting else number
                waiting += texts
                size += sum(map(len, texts))
                if size >= _TEXTS:
                    yield from looked_at()
                    waiting.clear()
                    size = 0
        if waiting:
            yield from looked_at()
    except ValueError as error:
        yield Fault(TEXTS, str(error))


def _key_faults(
    store: IndexStore, segment: Segment, settings: Settings, places: Ints, texts: list[bytes]
) -> Iterator[Fault]:
    """Compute the keys of some texts anew, and see whether these are theirs."""
    sheet = fingerprint_paragraphs(texts, settings, store.banding)
    for name in ("key", "numbers", "bits", "words"):
        if (sheet.rows[name] != segment.column(f"kept_{name}")[places]).any():
            yield Fault(f"kept_{name}", "is not what its texts give")
    if segment.banded and sheet.bands.shape[1] != len(places):
        yield Fault("kept_paragraph", "has a paragraph that is short")
        return
    for band in range(segment.banded):
        if not _has(segment.band(band), sheet.bands[band], places).all():
            yield Fault("band_key", f"is not what its texts give in band {band}")


def _has(band: tuple[NDArray[np.uint32], Places], keys: NDArray[np.uint32], places: NDArray[np.int64]) -> Flags:
    """Return which places a band has under their keys."""
    there, kept = band
    low, high = (np.searchsorted(there, keys, side=side) for side in ("left", "right"))
    end = high
    while (low < high).any():
        middle = (low + high) // 2
        before = (low < high) & (kept[np.minimum(middle, len(kept) - 1)] < places)
        low, high = np.where(before, middle + 1, low), np.where(before, high, np.maximum(middle, low))
    found: Flags = (low < end) & (kept[np.minimum(low, len(kept) - 1)] == places)
    return found

"""The directory of an index: one writer, many readers, and segments that are there wholly or not at all.

A segment is written under a name that no manifest has, and synced; it becomes part of the index when the manifest that
names it has taken the place of the one before. Segments that the manifest does not name, or not any more (what a
killed writer has left, what was merged or forgotten), are removed by the next writer, and only while nothing reads:
a reader holds a shared lock, and reads the manifest when it has it.
"""

from __future__ import annotations

import errno
import os
import shutil
import zlib
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from dedup.fingerprint.minhash import Banding
from dedup.formats.files.locks import take_lock
from dedup.index.checked_lookups import CheckedLookups
from dedup.index.columns import COLUMNS, MOST_IN_THREE, THREE_BYTES, header, in_three_bytes
from dedup.index.manifest import (
    LEFT,
    READERS,
    SEGMENT,
    SEGMENTS,
    WRITER,
    SegmentEntry,
    read_manifest,
    write_manifest,
)
from dedup.index.segment import TEXTS, Segment
from dedup.index.texts import write_texts
from dedup.model.errors import DedupError, InputError, OutputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from numpy.typing import NDArray

    from dedup.index.manifest import DayEntry, Manifest
    from dedup.model.settings import Settings

_READ_ONLY = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
SLOW = 8
"""Segments of an index with which look-ups take a little more than twice as long as in one segment that has the same
days: 2.2 times, with 10,000 paragraphs a day as with 100,000; with 64 segments it is 11 times."""


class IndexStore:
    """An index that is open.

    Args:
        directory: where it is; made, if it is to be written and is not there.
        settings: by which its days are cleaned.
        new: its manifest, if it is new; None: it has to be there.
        writes: take the place of the one writer.

    Attributes:
        manifest: what it has.

    Raises:
        UsageError: it is no index, one of a newer version or of other settings, another writer has it, or it is not
            there and is only to be read.
        InputError: it cannot be read.
        OutputError: it cannot be made.
    """

    def __init__(
        self, directory: Path, settings: Settings | None = None, new: Manifest | None = None, *, writes: bool
    ) -> None:
        self.directory = directory
        self._stack = ExitStack()
        self._begun: set[str] = set()
        try:
            self.manifest = self._open(settings, new, writes=writes)
        except BaseException as error:
            self.close()
            if isinstance(error, OSError) and writes:
                raise self._unwritable(error) from None
            if isinstance(error, OSError):
                what = f"the index cannot be read ({error.strerror or error})"
                raise InputError(what, place=str(self.directory)) from None
            raise

    def _open(self, settings: Settings | None, new: Manifest | None, *, writes: bool) -> Manifest:
        place = str(self.directory)
        found = read_manifest(self.directory)
        if found is None and (not writes or new is None):
            what = "there is no index here yet; nothing was read"
            raise UsageError(what, place=place, hint="a run with --index that writes its output makes one")
        if writes:
            (self.directory / SEGMENTS).mkdir(parents=True, exist_ok=True)
            if not self._lock(WRITER, shared=False):
                what = "another run is writing to this index; nothing was read"
                raise UsageError(what, place=place, hint="wait for it to end")
            (self.directory / READERS).touch()  # for those who may only read, too
        else:
            self._lock_for_reading()
        found = read_manifest(self.directory) or new  # another one may have taken its place meanwhile
        if found is None:
            raise UsageError("the index has been removed", place=place)
        if settings is not None:
            found.check_settings(settings, place)
        return found

    def _lock(self, name: str, *, shared: bool, flags: int = os.O_RDWR | os.O_CREAT) -> bool:
        descriptor = os.open(self.directory / name, flags, 0o666)
        self._stack.callback(os.close, descriptor)
        return take_lock(descriptor, shared=shared, wait=shared)

    def _lock_for_reading(self) -> None:
        """Have nothing removed from now on; who removes something does not take long. Nothing is written for that."""
        try:
            self._lock(READERS, shared=True, flags=os.O_RDONLY)
        except FileNotFoundError:
            return  # it has been copied without, and not been written to since then
        except OSError as error:
            if error.errno not in _READ_ONLY:
                raise

    @property
    def banding(self) -> Banding:
        """How signatures are cut."""
        return Banding(*self.manifest.banding)

    def segment(self, entry: SegmentEntry) -> Segment:
        """Return a segment."""
        return Segment(self.directory / SEGMENTS / entry.name, entry.placed(), self.banding.bands, entry.files)

    def lookups(self, before: int | None = None) -> CheckedLookups:
        """Return what is known of earlier days; `before`: only of those with a smaller number."""
        return CheckedLookups([self.segment(entry) for entry in self.manifest.segments], before, self.directory)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Whatever goes wrong meanwhile, segments that were begun and are not part of the index are removed."""
        try:
            yield
        except BaseException:
            self.withdraw()
            raise

    def withdraw(self) -> None:
        """Remove the segments that were begun and are not part of the index."""
        with suppress(DedupError):
            # An interruption may come right after the manifest took its name: what counts is what is there.
            found = read_manifest(self.directory)
            named = {entry.name for entry in found.segments} if found is not None else set()
            for name in self._begun - named:
                shutil.rmtree(self.directory / SEGMENTS / name, ignore_errors=True)

    def begin(self) -> SegmentWriter:
        """Begin a segment; what killed writers have left is removed."""
        self.sweep()
        for path in self.directory.iterdir():
            if LEFT.fullmatch(path.name):
                with suppress(OSError):
                    path.unlink()
        name = f"{self.manifest.next_day:06d}-{os.urandom(4).hex()}"
        path = self.directory / SEGMENTS / name
        try:
            path.mkdir()
        except OSError as error:
            raise self._unwritable(error) from None
        self._begun.add(name)
        return SegmentWriter(path)

    def unnamed(self) -> list[Path]:
        """Return the segments that the manifest does not name: they are no part of the index, or not yet."""
        named = self._begun | {segment.name for segment in self.manifest.segments}
        every = (self.directory / SEGMENTS).iterdir()
        return sorted(path for path in every if path.name not in named and SEGMENT.fullmatch(path.name))

    def sweep(self) -> bool:
        """Remove the segments that the manifest does not name; return False if they may be in use.

        Only for the one writer; those that it has begun itself stay.
        """
        unnamed = self.unnamed()
        if not unnamed:
            return True
        descriptor = os.open(self.directory / READERS, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            free = take_lock(descriptor)
            for path in unnamed if free else ():
                shutil.rmtree(path, ignore_errors=True)
        finally:
            os.close(descriptor)
        return free

    def add(self, segment: SegmentWriter, day: DayEntry) -> None:
        """Make a segment part of the index.

        Raises:
            OutputError: the manifest cannot be written; the index is as it was.
        """
        entry = SegmentEntry(segment.path.name, (day,), segment.files)
        segments = (*self.manifest.segments, entry)
        self.replace(replace(self.manifest, next_day=day.number + 1, segments=segments))

    def replace(self, manifest: Manifest) -> bool:
        """Have another manifest; segments that it does not name are removed.

        Returns:
            False if some of them may be in use, and are still there.

        Raises:
            OutputError: it cannot be written; the index is as it was.
        """
        write_manifest(self.directory, manifest)
        self.manifest = manifest
        try:
            # The manifest has to last before what the one before it names is removed.
            _sync_directory(self.directory)
            return self.sweep()
        except OSError:
            return False

    def close(self) -> None:
        """Let go of the index."""
        self._stack.close()

    def _unwritable(self, error: OSError) -> OutputError:
        what = f"the index cannot be written ({error.strerror or error})"
        return OutputError(what, place=str(self.directory), hint="free some room, or see who may write there")


class SegmentWriter:
    """Writes the columns of a segment, and syncs them.

    Args:
        path: its directory, which is empty.

    Attributes:
        path: likewise.
        files: CRC-32 and bytes of each file that is complete.

    Raises:
        OutputError: from every method: there is no room, or the directory has gone.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.files: dict[str, tuple[int, int]] = {}

    def column(self, name: str, pieces: Iterable[NDArray[Any]], number: int) -> None:
        """Write a column of so many entries from its pieces."""
        self.together((name,), ((piece,) for piece in pieces), number)

    def together(self, names: Sequence[str], pieces: Iterable[Sequence[NDArray[Any]]], number: int) -> None:
        """Write columns of so many entries each, given a piece of each of them at a time."""
        self._write(names, [COLUMNS[name] for name in names], pieces, number)

    def bands(self, pieces: Iterable[Sequence[NDArray[Any]]], bands: int, kept: int) -> None:
        """Write the keys of all bands, and whose they are, given a piece of both at a time."""
        names, keys, places = ("band_key", "band_kept"), COLUMNS["band_key"], COLUMNS["band_kept"]
        if kept <= MOST_IN_THREE:
            places = THREE_BYTES
            pieces = ((key, in_three_bytes(place)) for key, place in pieces)
        self._write(names, [keys, places], pieces, bands * kept)

    def _write(
        self, names: Sequence[str], dtypes: list[np.dtype[Any]], pieces: Iterable[Sequence[NDArray[Any]]], number: int
    ) -> None:
        with ExitStack() as stack:
            files = [stack.enter_context(self._file(f"{name}.npy")) for name in names]
            for file, dtype in zip(files, dtypes, strict=True):
                file.write(header(dtype, number))
            for some in pieces:
                for file, dtype, piece in zip(files, dtypes, some, strict=True):
                    file.write(np.ascontiguousarray(piece, dtype.base).tobytes())

    def copy(self, name: str, pieces: Iterable[bytes]) -> None:
        """Write a file as it is."""
        with self._file(name) as file:
            for piece in pieces:
                file.write(piece)

    def columns(self, columns: Mapping[str, NDArray[Any]]) -> None:
        """Write some columns."""
        for name, column in columns.items():
            self.column(name, [column], len(column))

    def texts(self, texts: Iterable[bytes]) -> None:
        """Write the texts of those that are kept."""
        with self._file(TEXTS) as file:
            first, at = write_texts(file, texts)
        self.columns({"block_first": first, "block_at": at})

    def finish(self) -> None:
        """Have the directory on disk."""
        try:
            for path in (self.path, self.path.parent):
                _sync_directory(path)
        except OSError as error:
            raise self._error(error) from None

    @contextmanager
    def _file(self, name: str) -> Iterator[_Checked]:
        """Give a file to write to; it is synced at the end, and its CRC-32 is kept."""
        try:
            with (self.path / name).open("xb") as file:
                checked = _Checked(file)
                yield checked
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise self._error(error) from None
        self.files[name] = (checked.crc, checked.size)

    def _error(self, error: OSError) -> OutputError:
        what = f"the index cannot be written ({error.strerror or error})"
        return OutputError(what, place=str(self.path.parent.parent), hint="free some room, and run this again")


class _Checked:
    """A file of which the CRC-32 is computed while it is written."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.crc = 0
        self.size = 0

    def write(self, data: bytes) -> int:
        """Write all of some bytes."""
        self._file.write(data)
        self.crc = zlib.crc32(data, self.crc)
        self.size += len(data)
        return len(data)

    def tell(self) -> int:
        """Return how many have been written."""
        return self.size


def _sync_directory(path: Path) -> None:
    if os.name != "nt":
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

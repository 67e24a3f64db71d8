"""Columns on disk, and slices of them that are read by the block."""

from __future__ import annotations

import os
import tempfile
import time
from contextlib import ExitStack, suppress
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np

from dedup.engines.local.journal import checksum, line_of, undamaged, whole_lines
from dedup.engines.local.work_directory import JOURNAL, Workplace, array_name
from dedup.engines.reading import NO_OUTPUT
from dedup.formats.files.reader import reason
from dedup.model.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from io import FileIO
    from typing import Any, BinaryIO

    from numpy.typing import NDArray

_BETWEEN = 4096
"""Bytes between two stretches that take no longer to read than to skip."""
_BLOCK = 1 << 20
"""Bytes that are read together, about; a stretch may be longer."""
Part = TypeVar("Part", covariant=True)  # noqa: PLC0105 - the name says enough


class Sliced(Protocol[Part]):
    """What gives a part of itself: bytes, a string, an array."""

    def __getitem__(self, some: slice, /) -> Part:
        """Return the entries from one place to another."""


def read_ranges(
    file: BinaryIO,
    at: NDArray[np.int64],
    sizes: NDArray[np.integer[Any]],
    width: int,
    read: Callable[[bytes], Sliced[Part]],
) -> Iterator[Part]:
    """Yield some stretches of a file, each in turn; neighbours are read together, with what lies between them.

    Args:
        file: it, unbuffered.
        at: the first entry of each stretch; int64.
        sizes: entries of each.
        width: bytes of an entry.
        read: makes of some bytes what stretches are cut out of, an entry for every `width` bytes.
    """
    if not len(at):
        return
    ends = at + sizes
    apart = np.ones(len(at), bool)
    apart[1:] = at[1:] < at[:-1]
    apart[1:] |= (at[1:] - ends[:-1]) * width > _BETWEEN
    apart[1:] |= at[1:] * width // _BLOCK != at[:-1] * width // _BLOCK
    heads = np.flatnonzero(apart)
    begins, last = at[heads], np.maximum.reduceat(ends, heads)
    before = begins[np.cumsum(apart) - 1]
    within = list(zip((at - before).tolist(), (ends - before).tolist(), strict=True))
    groups = pairwise([*heads.tolist(), len(at)])
    for (first, behind), begin, end in zip(groups, begins.tolist(), last.tolist(), strict=True):
        block = read(_pread(file, (end - begin) * width, begin * width))
        for low, high in within[first:behind]:
            yield block[low:high]


def _pread(file: BinaryIO, size: int, at: int) -> bytes:
    if hasattr(os, "pread"):
        return os.pread(file.fileno(), size, at)
    file.seek(at)
    return file.read(size)


_UNSYNCED = 32 << 20
"""Bytes that may have to be done again after the machine fails, about."""
_SECONDS = 2.0
"""Time after which they are put on disk at the latest, with the next task."""


class Spool:
    """A directory of columns.

    Args:
        directory: to be used, and kept if the run fails; made if it is not there. None: a temporary one.
        identity: what the run depends on. A directory of another run is refused.
        columns: name and dtype of each column.

    Attributes:
        directory: where its files are.
        place: how messages name it.
        damaged: tasks that an earlier run had done, and that have to be done again because of damage on disk.

    Raises:
        UsageError: the directory is not this program's, belongs to another run, or is being used.
        OutputError: it cannot be made or written.
    """

    def __init__(self, directory: Path | None, identity: dict[str, Any], columns: dict[str, np.dtype[Any]]) -> None:
        self._stack = ExitStack()
        self._columns = columns
        self._files: dict[str, FileIO] = {}
        self._readers: dict[str, FileIO] = {}
        self._asked = directory
        self._pending: list[NDArray[np.void]] = []
        self._unsynced = 0
        self._synced = -_SECONDS
        self.damaged = 0
        identity = {**identity, "columns": {name: str(dtype) for name, dtype in columns.items()}}
        try:
            self._place = Workplace(directory, identity, columns)
            self.directory = self._place.directory
            self.place = str(directory or self.directory)
            self._entries = self._open()
        except BaseException as error:
            self.close()
            if isinstance(error, OSError):
                raise self._error(error) from None
            raise

    def _open(self) -> list[NDArray[np.int64]]:
        self._place.clear()
        for name in (*self._columns, JOURNAL):
            file = os.fdopen(self._place.open(name), "r+b", buffering=0)
            self._files[name] = self._stack.enter_context(file)
        self._place.sync()
        lines, written = whole_lines(self._files[JOURNAL].readall(), len(self._columns), self._place.token)
        good = len(lines)
        sizes = lines["counts"] * [dtype.itemsize for dtype in self._columns.values()]
        for place, name in enumerate(self._columns):
            good = undamaged(self._files[name], sizes[:good, place], lines["sums"][:good, place])
        self.damaged = written - good
        for place, name in enumerate(self._columns):
            self._truncate(name, int(sizes[:good, place].sum()))
        self._truncate(JOURNAL, good * lines.dtype.itemsize)
        return [np.append(line["counts"], line["check"]) for line in lines[:good]]

    def _truncate(self, name: str, size: int) -> None:
        self._files[name].truncate(size)
        self._files[name].seek(size)

    def append(self, pieces: dict[str, NDArray[Any] | bytes], check: int, *, lasting: bool = True) -> None:
        """Add a task: what it has for each column, and a number by which it is known again.

        Raises:
            OutputError: there is no room, or the directory has gone.
        """
        counts, sums = [], []
        crc32 = checksum() if self._place.kept else None
        try:
            for name, dtype in self._columns.items():
                data = pieces[name]
                raw = data if isinstance(data, bytes) else np.ascontiguousarray(data).tobytes()
                counts.append(len(raw) // dtype.itemsize)
                sums.append(crc32(raw, 0) if crc32 is not None else 0)
                self._unsynced += len(raw)
                self._write(name, raw)
            if lasting:
                self._pending.append(line_of(counts, sums, check, self._place.token))
            if self._unsynced >= _UNSYNCED or time.monotonic() >= self._synced + _SECONDS or not self._place.kept:
                self._sync()
        except OSError as error:
            raise self._error(error) from None
        self._entries.append(np.array([*counts, check], np.int64))

    def sync(self) -> None:
        """Have all tasks so far on disk, if they are to outlive this run.

        Raises:
            OutputError: there is no room, or the directory has gone.
        """
        try:
            self._sync()
        except OSError as error:
            raise self._error(error) from None

    def _sync(self) -> None:
        """Write the lines of the journal that wait for what they are about."""
        if not self._pending:
            return
        if self._place.kept:
            for name in self._columns:
                os.fsync(self._files[name].fileno())
        self._write(JOURNAL, b"".join(line.tobytes() for line in self._pending))
        if self._place.kept:
            os.fsync(self._files[JOURNAL].fileno())
        self._pending.clear()
        self._unsynced, self._synced = 0, time.monotonic()

    @property
    def tasks(self) -> int:
        """Number of tasks that are there."""
        return len(self._entries)

    def check(self, task: int) -> int:
        """Return the number by which a task is known again."""
        return int(self._entries[task][-1])

    def _write(self, name: str, raw: bytes) -> None:
        view = memoryview(raw)
        while view:
            view = view[self._files[name].write(view) :]

    def sizes(self, name: str) -> NDArray[np.int64]:
        """Return how many entries each task that is there added to a column; int64."""
        counts = np.array(self._entries, np.int64).reshape(-1, len(self._columns) + 1)
        return counts[:, list(self._columns).index(name)]

    def total(self, name: str) -> int:
        """Return the entries of a column."""
        return int(self.sizes(name).sum())

    def read(self, name: str, start: int, count: int) -> NDArray[Any]:
        """Return some entries of a column.

        Raises:
            OutputError: they cannot be read.
        """
        dtype = self._columns[name]
        try:
            if name not in self._readers:
                self._readers[name] = self._stack.enter_context((self.directory / name).open("rb", buffering=0))
            file = self._readers[name]
            file.seek(start * dtype.itemsize)
            raw = bytearray(count * dtype.itemsize)
            view, at = memoryview(raw), 0
            while at < len(raw):
                got = file.readinto(view[at:])
                if not got:
                    raise self._error(OSError(0, f"the column {name} is shorter than it was"))
                at += got
        except OSError as error:
            raise self._error(error) from None
        return np.frombuffer(raw, dtype)

    def pieces(self, name: str, size: int = 1 << 19) -> Iterator[NDArray[Any]]:
        """Yield a column in pieces of so many entries."""
        total = self.total(name)
        for start in range(0, total, size):
            yield self.read(name, start, min(size, total - start))

    def whole(self, name: str) -> NDArray[Any]:
        """Return a column."""
        return self.read(name, 0, self.total(name))

    def take(self, name: str, places: NDArray[np.int64]) -> NDArray[Any]:
        """Return the entries of a column at some places; memory-mapped."""
        if not len(places):
            return np.empty(0, self._columns[name])
        return np.asarray(self.mapped(name)[places])

    def mapped(self, name: str) -> NDArray[Any]:
        """Return a column that has entries, as it is by now, memory-mapped.

        Raises:
            OutputError: it cannot be read.
        """
        try:
            # Without the subclass, whose every slice costs as much as a small array's.
            return np.asarray(np.memmap(self.directory / name, self._columns[name], "r"))
        except (OSError, ValueError) as error:
            raise self._error(error if isinstance(error, OSError) else OSError(0, str(error))) from None

    def path(self, name: str) -> Path:
        """Return where a column is, for a worker to read from."""
        return self.directory / name

    def keep(self, name: str, array: NDArray[Any]) -> None:
        """Put an array where workers can read it; one of the same name before it is no more.

        Raises:
            OutputError: there is no room.
        """
        path = self.directory / array_name(name)
        try:
            path.unlink(missing_ok=True)  # a worker may still be reading the one before
            with path.open("wb") as file:
                np.save(file, array, allow_pickle=False)
        except OSError as error:
            raise self._error(error) from None

    def kept(self, name: str) -> NDArray[Any]:
        """Return an array that was kept, in memory.

        Raises:
            OutputError: it cannot be read.
        """
        try:
            array: NDArray[Any] = np.load(self.directory / array_name(name), allow_pickle=False)
        except (OSError, ValueError) as error:
            raise self._error(error if isinstance(error, OSError) else OSError(0, str(error))) from None
        return array

    def discard(self) -> None:
        """Remove everything: the run is complete."""
        self._pending.clear()
        self._stack.close()
        self._place.discard()

    def close(self) -> None:
        """Let go of the files; a temporary directory is removed."""
        if self._files:
            with suppress(OSError, ValueError):  # a full disk, or closed already
                self._sync()
        self._stack.close()
        if hasattr(self, "_place"):
            self._place.close()

    def _error(self, error: OSError) -> OutputError:
        """Return the error for a spool that cannot be written or read."""
        where = str(getattr(self, "directory", self._asked or tempfile.gettempdir()))
        said = reason(error) if error.strerror else str(error)
        what = f"the temporary files of this run cannot be written or read ({said})"
        hint = "free some room, or name a directory elsewhere with --work-dir or TMPDIR"
        return OutputError(what, place=where, hint=hint, undone=NO_OUTPUT)


def load_array(directory: str, name: str) -> NDArray[Any]:
    """Return an array that was put into a spool; memory-mapped."""
    # Without the subclass, whose every slice costs as much as a small array's.
    return np.asarray(np.load(Path(directory) / array_name(name), mmap_mode="r", allow_pickle=False))

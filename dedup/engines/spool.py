"""What a run over a corpus keeps on disk: columns that grow by a task at a time, and a journal that says how far.

A task is there when its line in the journal is; whatever a killed run has written behind that is cut off when the spool
is opened again. Nothing in it is executed or unpickled.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dedup.errors import DedupError, OutputError, UsageError
from dedup.formats.compression import reason
from dedup.reading import NO_OUTPUT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import FileIO

    from numpy.typing import NDArray

_META, _JOURNAL, _LOCK = "run.json", "journal", "lock"
_ARRAY = "array-"
_PREFIX = "dedup-corpus-"


class Spool:
    """A directory of columns.

    Args:
        directory: to be used, and kept if the run fails; made if it is not there. None: a temporary one.
        identity: what the run depends on. A directory of another run is refused.
        columns: name and dtype of each column.

    Attributes:
        directory: where it is.

    Raises:
        UsageError: the directory belongs to another run, or is being used.
        OutputError: it cannot be made or written.
    """

    def __init__(self, directory: Path | None, identity: dict[str, Any], columns: dict[str, np.dtype[Any]]) -> None:
        self._stack = ExitStack()
        self._columns = columns
        self._files: dict[str, FileIO] = {}
        self._readers: dict[str, FileIO] = {}
        self._kept = directory is not None
        self._asked = directory
        try:
            self.directory = self._made(directory)
            self._claim()
            self._identify(identity)
            self._entries = list(self._open())
        except OSError as error:
            self.close()
            raise self._error(error) from None
        except DedupError:
            self.close()
            raise

    def _made(self, directory: Path | None) -> Path:
        if directory is None:
            made = Path(tempfile.mkdtemp(prefix=_PREFIX))
            self._stack.callback(shutil.rmtree, made, ignore_errors=True)
            return made
        directory.mkdir(parents=True, exist_ok=True)
        names = {entry.name for entry in directory.iterdir()}
        if names and _META not in names and _LOCK not in names:
            what = "is not empty, and holds no earlier run; nothing in it was touched"
            raise UsageError(what, place=str(directory), hint="name a new directory for --work-dir")
        return directory

    def _claim(self) -> None:
        """Keep a second run out of the directory while this one lives."""
        file = self._stack.enter_context((self.directory / _LOCK).open("ab"))
        try:
            import fcntl  # noqa: PLC0415 - not on Windows
        except ImportError:
            return
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            hint = "wait for it, or name another --work-dir"
            raise UsageError("another run is using this directory", place=str(self.directory), hint=hint) from None

    def _identify(self, identity: dict[str, Any]) -> None:
        """Note what kind of run this one is.

        Raises:
            UsageError: an earlier one of another kind is there.
        """
        path = self.directory / _META
        # As it comes back from the file: tuples are lists there.
        wanted = json.loads(json.dumps(identity))
        if path.exists():
            try:
                found = json.loads(path.read_text(encoding="utf-8"))
            except ValueError:
                found = None
            if found != wanted:
                differing = [key for key in wanted if not isinstance(found, dict) or found.get(key) != wanted[key]]
                what = f"holds a run with other {' and '.join(differing) or 'settings'}; nothing in it was touched"
                hint = "name another --work-dir, or delete this one to begin anew"
                raise UsageError(what, place=str(self.directory), hint=hint)
            return
        draft = path.with_suffix(".new")
        draft.write_text(json.dumps(wanted), encoding="utf-8")
        draft.replace(path)

    def _open(self) -> NDArray[np.int64]:
        for name in (*self._columns, _JOURNAL):
            path = self.directory / name
            path.touch()
            self._files[name] = self._stack.enter_context(path.open("r+b", buffering=0))
        width = len(self._columns) + 1
        entries = np.fromfile(self.directory / _JOURNAL, "<i8")
        counts = entries[: len(entries) // width * width].reshape(-1, width)
        for place, (name, dtype) in enumerate(self._columns.items()):
            sizes = np.cumsum(counts[:, place]) * dtype.itemsize
            have = (self.directory / name).stat().st_size
            counts = counts[: int(np.searchsorted(sizes, have, side="right"))]
        for place, (name, dtype) in enumerate(self._columns.items()):
            self._cut(name, int(counts[:, place].sum()) * dtype.itemsize)
        self._cut(_JOURNAL, counts.size * 8)
        return counts

    def _cut(self, name: str, size: int) -> None:
        self._files[name].truncate(size)
        self._files[name].seek(size)

    def append(self, pieces: dict[str, NDArray[Any] | bytes], check: int) -> None:
        """Add a task: what it has for each column, and a number by which it is known again.

        Raises:
            OutputError: there is no room, or the directory has gone.
        """
        entry = []
        try:
            for name, dtype in self._columns.items():
                data = pieces[name]
                raw = data if isinstance(data, bytes) else np.ascontiguousarray(data).tobytes()
                entry.append(len(raw) // dtype.itemsize)
                self._write(name, raw)
            line = np.array([*entry, check], "<i8")
            self._write(_JOURNAL, line.tobytes())
        except OSError as error:
            raise self._error(error) from None
        self._entries.append(line)

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
                    raise self._short(name)
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

    def picked(self, name: str, places: NDArray[np.int64]) -> NDArray[Any]:
        """Return the entries of a column at some places; the system keeps in memory what it likes of the rest."""
        if not len(places):
            return np.empty(0, self._columns[name])
        return np.asarray(self.mapped(name)[places])

    def mapped(self, name: str) -> NDArray[Any]:
        """Return a column that has entries, as it is by now; the system keeps in memory what it likes of it.

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
        path = self.directory / f"{_ARRAY}{name}"
        try:
            path.unlink(missing_ok=True)  # a worker may still be reading the one before
            with path.open("wb") as file:
                np.save(file, array, allow_pickle=False)
        except OSError as error:
            raise self._error(error) from None

    def discard(self) -> None:
        """Remove everything: the run is complete."""
        kept, self._kept = self._kept, False
        self.close()
        if kept:
            for name in (*self._columns, _JOURNAL, _LOCK, _META):
                (self.directory / name).unlink(missing_ok=True)
            for path in self.directory.glob(f"{_ARRAY}*"):
                path.unlink(missing_ok=True)
            for path in self.directory.glob("input-*"):
                path.unlink(missing_ok=True)
            try:
                self.directory.rmdir()
            except OSError:
                return

    def close(self) -> None:
        """Let go of the files; a temporary directory is removed."""
        self._stack.close()

    def _short(self, name: str) -> OutputError:
        return self._error(OSError(0, f"the column {name} is shorter than it was"))

    def _error(self, error: OSError) -> OutputError:
        where = str(getattr(self, "directory", self._asked or tempfile.gettempdir()))
        return spool_error(error, where)


def kept(directory: str, name: str) -> NDArray[Any]:
    """Return an array that was put into a spool; the system keeps in memory what it likes of it."""
    array: NDArray[Any] = np.load(Path(directory) / f"{_ARRAY}{name}", mmap_mode="r", allow_pickle=False)
    return array


def spool_error(error: OSError, where: str) -> OutputError:
    """Return the error for a spool that cannot be written or read."""
    said = reason(error) if error.strerror else str(error)
    what = f"the temporary files of this run cannot be written or read ({said})"
    hint = "free some room, or name a directory elsewhere with --work-dir or TMPDIR"
    return OutputError(what, place=where, hint=hint, undone=NO_OUTPUT)

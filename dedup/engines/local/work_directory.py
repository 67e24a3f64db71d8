"""The directory in which a run over a corpus keeps its files: made, marked, locked, and removed again.

``--work-dir DIR`` is used through one subdirectory, ``DIR/dedup-spool``, which only this program makes. A marker file
in it says of which format it is and to which run it belongs. Nothing without a valid marker is used; nothing but files
of the names that `is_own` knows is ever changed or deleted; and no symbolic link below DIR is followed.

Without ``--work-dir`` it is a temporary directory, ``dedup-corpus-*``, marked and locked in the same way. A process
that is killed outright leaves it behind; the next run of the same user removes it, which the lock allows only after
the process and all its workers are gone.
"""

from __future__ import annotations

import json
import os
import re
import stat
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dedup.formats.files.locks import take_lock
from dedup.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection

JOURNAL = "journal"
MARKER = "dedup-spool.json"
_DRAFT, _LOCK = "dedup-spool.new", "dedup-spool.lock"
NEST = "dedup-spool"
"""Name of the subdirectory of ``--work-dir`` that everything is in."""
PREFIX = "dedup-corpus-"
"""Begins the names of temporary directories."""
_FORMAT = "dedup spool"
_VERSION = 2
"""Of the files in the directory. The first one had no marker, and stood among the files of ``--work-dir`` itself."""
_NUMBERED = re.compile(r"array-[a-z]+(-\d+)?\.npy|input-\d+")
_COLUMN = re.compile(r"[a-z_]+(-[a-z_]+)?")
_FOREIGN_WRITE = stat.S_IWGRP | stat.S_IWOTH
NO_LINKS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
"""Flags with which every file in the directory is opened, where the system has them."""


def array_name(name: str) -> str:
    """Return the name of the file that holds an array."""
    return f"array-{name}.npy"


def input_name(number: int) -> str:
    """Return the name of the file that holds the copy of an input."""
    return f"input-{number}"


class Workplace:
    """A directory that belongs to this run while it lives.

    Args:
        asked: the value of ``--work-dir``; made if it is not there. None: a temporary directory.
        identity: what the run depends on, as JSON has it. The directory of another run is refused.
        columns: names of the files of columns.

    Attributes:
        directory: where the run's files are.
        kept: it outlives a run that fails.
        token: 16 hexadecimal digits that no other directory has.

    Raises:
        UsageError: it is not this program's, belongs to another run or user, or is being used.
        OSError: it cannot be made or written.
    """

    def __init__(self, asked: Path | None, identity: dict[str, Any], columns: Collection[str]) -> None:
        self.kept = asked is not None
        self.token = ""
        self._columns = frozenset(columns)
        self._stack = ExitStack()
        self._asked = asked
        self._made = False
        try:
            if asked is None:
                _sweep(Path(tempfile.gettempdir()))
                self.directory = Path(tempfile.mkdtemp(prefix=PREFIX))
            else:
                self.directory = self._nested(asked)
            self._claim()
            self._identify(identity)
        except BaseException:
            self.close()
            raise

    def _nested(self, asked: Path) -> Path:
        """Return the subdirectory of ``--work-dir``, made if it is empty, and checked."""
        self._made = not asked.exists()
        asked.mkdir(parents=True, exist_ok=True)
        nest = asked / NEST
        if not os.path.lexists(nest) and any(asked.iterdir()):
            what = "is not empty, and holds no earlier run; nothing in it was touched"
            raise UsageError(what, place=str(asked), hint="name a new or an empty directory for --work-dir")
        with suppress(FileExistsError):
            nest.mkdir(mode=0o700)
        if not _is_private(nest):
            what = "is a link, or belongs to another user, or can be written by others; nothing in it was touched"
            raise UsageError(what, place=str(nest), hint="name a new directory for --work-dir")
        names = {entry.name for entry in nest.iterdir()}
        if MARKER not in names and names - {_LOCK, _DRAFT}:
            what = f"was not made by dedup: it has no {MARKER}; nothing in it was touched"
            raise UsageError(what, place=str(nest), hint="name a new directory for --work-dir")
        return nest

    def _claim(self) -> None:
        """Keep a second run out of the directory while this one and its workers live."""
        descriptor = self.open(_LOCK)
        self._stack.callback(os.close, descriptor)
        if not take_lock(descriptor):
            where = str(self._asked or self.directory)
            hint = "wait for it, or name another --work-dir"
            raise UsageError("another run is using this directory", place=where, hint=hint)

    def _identify(self, identity: dict[str, Any]) -> None:
        """Write the marker, or compare it with the one that is there.

        Raises:
            UsageError: it is of another run.
        """
        # As it comes back from the file: tuples are lists there.
        wanted = json.loads(json.dumps(identity))
        if os.path.lexists(self.directory / MARKER):
            found = _marker(self.directory)
            self._compare(found, wanted)
            assert found is not None  # noqa: S101 - else refused
            self.token, self._made = found["token"], found["made"]
            return
        self.token = os.urandom(8).hex()
        marker = {
            "format": _FORMAT,
            "version": _VERSION,
            "token": self.token,
            "made": self._made,
            "columns": sorted(self._columns),
            "run": wanted,
        }
        with os.fdopen(self.open(_DRAFT), "w", encoding="utf-8") as file:
            file.truncate(0)
            json.dump(marker, file)
            file.flush()
            if self.kept:
                os.fsync(file.fileno())
        (self.directory / _DRAFT).replace(self.directory / MARKER)
        self.sync()

    def _compare(self, found: dict[str, Any] | None, wanted: dict[str, Any]) -> None:
        hint = "name another --work-dir, or delete this one to begin anew"
        place = str(self._asked or self.directory)
        if found is None:
            what = f"has a {MARKER} that was not written by this version of dedup; nothing in it was touched"
            raise UsageError(what, place=place, hint=hint)
        run = found["run"]
        if run != wanted:
            differing = [key for key in wanted if run.get(key) != wanted[key]]
            what = f"holds a run with other {' and '.join(differing) or 'settings'}; nothing in it was touched"
            raise UsageError(what, place=place, hint=hint)

    def open(self, name: str) -> int:
        """Return a descriptor of one of the run's own files, to read and write; made if it is not there.

        Raises:
            OSError: it cannot be opened, is a link, not a file, or shared with another name.
        """
        flags = os.O_RDWR | os.O_CREAT | NO_LINKS | getattr(os, "O_BINARY", 0)
        descriptor = os.open(self.directory / name, flags, 0o600)
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_nlink > 1:
            os.close(descriptor)
            raise OSError(0, f"{name} is not a file of this run's own")
        return descriptor

    def sync(self) -> None:
        """Have the names of the files on disk, if they are to outlive this run."""
        if self.kept and hasattr(os, "O_DIRECTORY"):
            descriptor = os.open(self.directory, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def clear(self, pattern: re.Pattern[str] = _NUMBERED) -> None:
        """Delete what an earlier part of the run left and does not go on from."""
        for name in _names(self.directory):
            if pattern.fullmatch(name):
                (self.directory / name).unlink(missing_ok=True)

    def discard(self) -> None:
        """Delete all of the run's own files, and the directories that it made, if nothing else is in them."""
        if os.name == "nt":
            self._stack.close()  # an open file cannot be deleted there; elsewhere the lock is held to the end
        if hasattr(self, "directory"):
            _delete(self.directory, self._columns)
        if self._made and self._asked is not None:
            with suppress(OSError):
                self._asked.rmdir()
        self._stack.close()

    def close(self) -> None:
        """Let go of the directory; a temporary one is deleted."""
        if self.kept:
            self._stack.close()
        else:
            self.discard()


def is_own(name: str, columns: Collection[str]) -> bool:
    """Return True if a file of this name in a marked directory is one that this program wrote there."""
    return name in (MARKER, _DRAFT, _LOCK, JOURNAL) or name in columns or _NUMBERED.fullmatch(name) is not None


def _delete(directory: Path, columns: Collection[str]) -> None:
    """Delete a run's own files, and their directory if nothing else is in it; what cannot be deleted stays."""
    # The journal first: without it, what is left of the columns is not gone on from. The marker nearly last: as long as
    # anything else is there, it says whose it is.
    order = {JOURNAL: -1, MARKER: 1, _LOCK: 2}
    for name in sorted(_names(directory), key=lambda name: order.get(name, 0)):
        if is_own(name, columns):
            with suppress(OSError):
                (directory / name).unlink()
    with suppress(OSError):
        directory.rmdir()


def _names(directory: Path) -> list[str]:
    """Return the names of the regular files in a directory; links are none."""
    try:
        with os.scandir(directory) as entries:
            return [entry.name for entry in entries if entry.is_file(follow_symlinks=False)]
    except OSError:
        return []


def _marker(directory: Path) -> dict[str, Any] | None:
    """Return what the marker in a directory says; None where this version did not write it."""
    try:
        descriptor = os.open(directory / MARKER, os.O_RDONLY | NO_LINKS)
        with os.fdopen(descriptor, encoding="utf-8") as file:
            found = json.load(file)
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or (found.get("format"), found.get("version")) != (_FORMAT, _VERSION):
        return None
    kinds = (("token", str), ("made", bool), ("columns", list), ("run", dict))
    return found if all(isinstance(found.get(name), kind) for name, kind in kinds) else None


def _is_private(directory: Path) -> bool:
    """Return True for a directory, not a link, that nobody but this user can write to."""
    status = directory.lstat()
    if not stat.S_ISDIR(status.st_mode):
        return False
    return not hasattr(os, "geteuid") or (status.st_uid == os.geteuid() and not status.st_mode & _FOREIGN_WRITE)


def _sweep(top: Path) -> None:
    """Delete temporary directories of this user's runs that were killed.

    Only those with a valid marker whose lock is free: a run that lives has locked its directory before it marks it.
    """
    try:
        import fcntl  # noqa: F401 - without locks a directory in use cannot be told from one that is not
    except ImportError:
        return
    with suppress(OSError), os.scandir(top) as entries:
        for entry in entries:
            if entry.name.startswith(PREFIX):
                with suppress(OSError):
                    _sweep_one(Path(entry.path))


def _sweep_one(directory: Path) -> None:
    if not _is_private(directory) or (found := _marker(directory)) is None:
        return
    descriptor = os.open(directory / _LOCK, os.O_RDWR | NO_LINKS)
    try:
        if take_lock(descriptor):
            _delete(directory, [name for name in found["columns"] if isinstance(name, str) and _COLUMN.fullmatch(name)])
    finally:
        os.close(descriptor)

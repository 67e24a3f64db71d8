"""Files that are complete or not there.

What is written goes to a temporary file in the target's own directory, is synced, and takes the target's name in one
step. Whatever goes wrong before that step, the target is as it was and the temporary file is removed; only a process
that is killed outright leaves one behind (``.dedup-*.tmp``).
"""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from weakref import finalize

from dedup.formats.files.location import Replacement
from dedup.formats.files.reader import reason
from dedup.model.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.formats.files.compression import Packing, Rewriting
    from dedup.formats.files.record_packer import Packer

_BUFFER = 1 << 18


def _remove(temporary: str, owner: int) -> None:
    if os.getpid() == owner:  # not in a forked worker, which has a copy of everything
        with suppress(OSError):
            Path(temporary).unlink()


def is_protected(path: Path, status: os.stat_result) -> bool:
    """Return True if a file is write-protected.

    Replacing it needs no right to write to it; that its bits are taken as the wish they are protects even from root.
    """
    return not (status.st_mode & 0o222 and os.access(path, os.W_OK))


class ChangedError(OutputError):
    """A file is not replaced because another program has changed it meanwhile."""


def same_state(one: os.stat_result, other: os.stat_result) -> bool:
    """Return True if a file has not been written to, or replaced, between two looks at it.

    Its time of change is not compared where the number of its names differs: a name that comes or goes, as when one of
    several hard links is replaced, changes that time and nothing else.
    """
    if (one.st_dev, one.st_ino, one.st_size) != (other.st_dev, other.st_ino, other.st_size):
        return False
    same_change = one.st_ctime_ns == other.st_ctime_ns or one.st_nlink != other.st_nlink
    return one.st_mtime_ns == other.st_mtime_ns and same_change


def protected(path: Path) -> OutputError:
    """Return the error for a file that is write-protected."""
    what = f"is write-protected; {path} was not changed"
    return OutputError(what, place=str(path), hint="make it writable, or write elsewhere")


class AtomicFile(Replacement):
    """A file being written; it appears at `commit`, or never.

    A symbolic link stays a link: its target is replaced. Mode bits and, where allowed, owner and group of a file that
    is replaced are kept; its hard links, access lists and extended attributes are not. A target that is neither a
    file nor new (a pipe, ``/dev/null``) cannot be replaced and is written straight through.

    Leaving the context without `commit` removes what was written.

    Right before the file takes its name, the target is looked at once more. If it is not what it was, it is not
    replaced: what another program wrote there would be lost. Only what is written between this look and the rename, or
    later by a program that has kept the old file open, is not noticed.

    Args:
        path: the target.
        compress: how; None: not at all.
        seen: the target's status before its content was read, where what is written was made from that; None: it is
            looked at now.

    Raises:
        ChangedError: from `check` and `commit`: the target is not what it was.
        OutputError: from every method, with the target unchanged: it cannot be written, is write-protected, is a
            directory, or the disk is full.
    """

    path: Path

    def __init__(
        self, path: Path, *, compress: Packing | Rewriting | None = None, seen: os.stat_result | None = None
    ) -> None:
        self.path = path
        self._seen = seen
        self._target = path
        self._temporary: str | None = None
        self._file: BinaryIO | None = None
        self._packer: Packer | None = None
        self._old: os.stat_result | None = None
        self._at_exit: finalize[..., AtomicFile] | None = None
        self._compress = compress
        with self._guarded():
            self._open()

    def _open(self) -> None:
        with suppress(FileNotFoundError):
            self._old = self.path.stat()
        if self._old is not None and stat.S_ISDIR(self._old.st_mode):
            raise OutputError("is a directory; nothing was written", place=str(self.path))
        if self._old is not None and not stat.S_ISREG(self._old.st_mode):
            self._wrap(self.path.open("wb"))
            return
        self._target = Path(os.path.realpath(self.path))
        if self._old is not None and is_protected(self.path, self._old):
            raise protected(self.path)
        mode = 0o666 if self._old is None else 0o600
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
        name = str(self._target.parent / f".dedup-{os.urandom(8).hex()}.tmp")
        self._temporary = name
        # A signal may come at any moment, also before anybody knows of this object who would call `abort`.
        self._at_exit = finalize(self, _remove, name, os.getpid())
        self._wrap(os.fdopen(os.open(name, flags, mode), "wb", buffering=_BUFFER))

    def _wrap(self, file: BinaryIO) -> None:
        self._file = file
        self._packer = self._compress.packer() if self._compress is not None else None

    @property
    def identity(self) -> tuple[int, int] | None:
        """Return what tells the file that is written, under any name; None where it is written straight through."""
        if self._temporary is None:
            return None
        status = Path(self._temporary).stat()
        return status.st_dev, status.st_ino

    def pack(self, how: Packing | Rewriting) -> None:
        """Store what will be written in another way than was said; nothing is written yet."""
        with self._guarded():
            self._packer = how.packer()

    def write(self, data: bytes, /) -> int:
        """Write all of `data`."""
        if self._file is None:
            raise ValueError("the file is not open any more")
        try:
            self._file.write(data if self._packer is None else self._packer.compress(data))
        except OSError as error:
            raise self._given_up(error) from None
        return len(data)

    def finish(self) -> None:
        """Have all of it on disk, under its temporary name; nothing can be written after that."""
        if self._file is None or self._file.closed:
            return
        with self._guarded():
            if self._packer is not None:
                self._file.write(self._packer.flush())
            self._file.flush()
            if self._temporary is not None:
                self._keep_attributes()
                os.fsync(self._file.fileno())
            self._file.close()

    def check(self) -> None:
        """See whether the target is what it was, as `commit` does.

        Raises:
            ChangedError: it is not; what was written is removed.
        """
        if self._temporary is not None:
            with self._guarded():
                self._check()

    def _check(self) -> None:
        try:
            now = self.path.stat()
        except FileNotFoundError:
            if self._seen is None:
                return  # there is nothing that could be lost
            raise ChangedError("has gone while it was read; it was not written anew", place=str(self.path)) from None
        before = self._seen or self._old
        if before is None:
            what = "was made by another program meanwhile; it was not replaced"
            raise ChangedError(what, place=str(self.path), hint="move it away, or write elsewhere")
        if not same_state(before, now):
            what = "was changed by another program meanwhile; it was not replaced"
            raise ChangedError(what, place=str(self.path), hint="run it again when no other program writes to it")

    def commit(self) -> None:
        """Give the file its name, finished if it is not yet."""
        self.finish()
        if self._temporary is not None:
            with self._guarded():
                self._check()
                os.replace(self._temporary, self._target)  # noqa: PTH105 - the one call that is atomic everywhere
                self._temporary = None
                if self._at_exit is not None:
                    self._at_exit.detach()

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Whatever goes wrong meanwhile, the target stays as it was and nothing is left behind."""
        try:
            yield
        except OSError as error:
            raise self._given_up(error) from None
        except BaseException:
            self.abort()
            raise

    def _keep_attributes(self) -> None:
        if self._old is None or self._temporary is None:
            return
        new = Path(self._temporary).stat()
        if hasattr(os, "chown"):
            if new.st_uid != self._old.st_uid:
                with suppress(PermissionError):
                    os.chown(self._temporary, self._old.st_uid, -1)
            if new.st_gid != self._old.st_gid:
                with suppress(PermissionError):
                    os.chown(self._temporary, -1, self._old.st_gid)
        Path(self._temporary).chmod(stat.S_IMODE(self._old.st_mode))  # last: a change of owner clears bits

    def abort(self) -> None:
        """Remove what was written; the target stays as it was. Harmless after `commit`."""
        file, self._file = self._file, None
        self._packer = None
        if file is not None:
            with suppress(OSError):  # what was buffered and finds no room is not wanted any more
                file.close()
        if self._at_exit is not None:
            self._at_exit()
        self._temporary = None

    def _given_up(self, error: OSError) -> Exception:
        """Remove what was written, and return the error that says so."""
        self.abort()
        if isinstance(error, BrokenPipeError):
            return error  # only where it is written straight through
        not_done = "was not changed" if self._old is not None else "was not written"
        return OutputError(f"{reason(error)}; {self.path} {not_done}", place=str(self.path))

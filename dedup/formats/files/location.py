"""Where inputs and outputs are: a path of this machine, or a `Location` elsewhere.

A path is a `pathlib.Path`: `dedup.formats.files.reader` opens it, and `dedup.formats.files.atomic` replaces it. A
`Location` does the same for itself. Both have a name, and know what is below them, whether they are there, and what
they are called in messages (`str`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import io

    from dedup.formats.files.compression import Packing, Rewriting


class Replacement(AbstractContextManager["Replacement"], ABC):
    """A file being written; it appears at `commit`, or never. Leaving the context without `commit` removes it.

    Attributes:
        path: where it is to appear.
    """

    path: Place

    @abstractmethod
    def pack(self, how: Packing | Rewriting) -> None:
        """Store what will be written in another way than was said; nothing is written yet."""

    @abstractmethod
    def write(self, data: bytes, /) -> int:
        """Write all of `data`."""

    @abstractmethod
    def finish(self) -> None:
        """Have all of it stored, not to be seen yet; nothing can be written after that."""

    @abstractmethod
    def check(self) -> None:
        """See whether the target is what it was, as `commit` does.

        Raises:
            ChangedError: it is not; what was written is removed.
        """

    @abstractmethod
    def commit(self) -> None:
        """Let the file appear, finished if it is not yet."""

    @abstractmethod
    def abort(self) -> None:
        """Remove what was written; the target stays as it was. Harmless after `commit`."""

    def __exit__(self, *_: object) -> None:
        """Remove what was not committed."""
        self.abort()


class Location(ABC):
    """A file that is no path of this machine.

    All methods raise a `DedupError` where it cannot be reached, in a line without secrets.
    """

    @property
    @abstractmethod
    def name(self) -> str:
        """Last part of its name, which tells format and compression."""

    @property
    @abstractmethod
    def key(self) -> str:
        """What tells it from all other places."""

    @abstractmethod
    def __str__(self) -> str:
        """Return what it is called in messages."""

    @abstractmethod
    def open(self) -> io.RawIOBase:
        """Open it for reading, from its beginning; again each time."""

    @abstractmethod
    def state(self) -> str:
        """Return what changes when the file is written to, and else does not; empty where it is not there."""

    @abstractmethod
    def check_unchanged(self) -> None:
        """See whether it is what it was when it was opened first.

        Raises:
            InputError: it is not.
        """


class Target(Location):
    """A location that can be written to, and have others below it."""

    @abstractmethod
    def __truediv__(self, relative: str) -> Target:
        """Return a place below this one."""

    @abstractmethod
    def exists(self) -> bool:
        """Return True if a file or directory is there."""

    @abstractmethod
    def is_dir(self) -> bool:
        """Return True if there are files below it."""

    @abstractmethod
    def replacement(self, *, compress: Packing | Rewriting | None) -> Replacement:
        """Begin to write it anew."""

    @abstractmethod
    def check_writable(self) -> None:
        """See, before a long run, whether anything could be written there, as far as that can be told.

        Raises:
            OutputError: it cannot.
        """


Place: TypeAlias = Path | Target
Readable: TypeAlias = Path | Location

"""An archive as inputs: which members are read, and a place for each of them."""

from __future__ import annotations

import io
import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

from dedup.formats.archives.tar import TarWalk
from dedup.formats.archives.zip import ZipWalk
from dedup.formats.files.discover import Patterns, Source
from dedup.formats.files.location import Location
from dedup.formats.files.reader import Reader
from dedup.model.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import BinaryIO

    from dedup.formats.archives.walk import Walk
    from dedup.formats.files.compression import Packing
    from dedup.formats.files.location import Readable


_TOLD = {
    "link": "links and devices",
    "unsafe": "names that lead out",
    "sparse": "files stored sparsely",
    "encrypted": "encrypted members",
    "unknown": "members packed in a way that cannot be read",
}
"""What is told of members that are not read, whatever they are called."""


@dataclass(slots=True)
class Archive:
    """An archive that is read.

    Args:
        place: where it is; None: `kept`.
        name: its name in messages.
        kept: a copy of what can be read only once.
        is_zip: it is a ZIP archive, and else a tar.

    Attributes:
        members: of those that are read, the number of the entry.
        told: what is to be told of the others, once.
        compressed: how it is packed, once its members are listed; None: it is not.
        before: its status before that; None where it is no file of this machine.
    """

    place: Readable | None
    name: str
    kept: BinaryIO | None = None
    is_zip: bool = False
    members: list[int] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    compressed: Packing | None = None
    before: os.stat_result | None = None
    _state: str = ""
    _walk: Walk | None = None
    _at: int = -1
    """Number of the entry that `_walk` is at."""

    def walk(self) -> TarWalk | ZipWalk:
        """Begin to go through it.

        Raises:
            InputError: it cannot be opened.
        """
        if self.is_zip:
            return ZipWalk(self._copy() or self.place, self.name)
        return TarWalk(Reader.open(self.place, self.name, kept=self._copy()), self.name)

    def _copy(self) -> BinaryIO | None:
        """Return what was kept, to be read from a place of its own in it."""
        return None if self.kept is None else cast("BinaryIO", _View(self.kept))

    def sources(self, patterns: Patterns) -> list[Source]:
        """Go through all of it, and return the members that are read.

        Raises:
            InputError: it cannot be read, is damaged, or is not whole.
        """
        self._state = self.state()
        found: list[tuple[int, str, int]] = []
        others = Counter[str]()
        with self.walk() as walk:
            self.compressed, self.before = walk.compressed, walk.status
            while (entry := walk.next()) is not None:
                name = entry.name.removeprefix("./")
                if entry.kind in _TOLD:
                    others[entry.kind] += 1
                elif entry.kind == "file" and not _is_safe(name):
                    others["unsafe"] += 1
                elif entry.kind == "file" and patterns.place(name):
                    found.append((entry.index, name, entry.size))
            walk.check_rest()
        for kind in filter(others.__contains__, _TOLD):
            what = f"{_TOLD[kind]} ({others[kind]:,}) pass through, and are neither read nor followed"
            self.told.append(f"{self.name}: {what}")
        self.members = [index for index, _, _ in found]
        return [self._source(*one) for one in _distinct(found)]

    def _source(self, index: int, name: str, relative: str, size: int) -> Source:
        return Source(None, f"{self.name}!/{name}", relative, size, below=True, remote=Member(self, index, name))

    def state(self) -> str:
        """Return what changes when the archive is written to."""
        if self.kept is not None or self.place is None:
            return "kept"
        if not isinstance(self.place, Path):
            return self.place.state()
        try:
            status = self.place.stat()
        except OSError:
            return ""
        return f"{status.st_dev} {status.st_ino} {status.st_size} {status.st_mtime_ns}"

    def check_unchanged(self) -> None:
        """See whether it is what it was when its members were listed.

        Raises:
            InputError: it is not.
        """
        if self.state() != self._state:
            raise self.changed()

    def changed(self) -> InputError:
        """Return the error for an archive that is not what it was."""
        what, hint = "has changed since this run began to read it", "run it again when no other program writes to it"
        return InputError(what, place=self.name, hint=hint, undone="no output was written")

    def at(self, index: int) -> Walk:
        """Go to an entry, from the beginning if it has been passed.

        Raises:
            InputError: it is not there any more.
        """
        if self._walk is None or index <= self._at:
            self._let_go()
            self._walk, self._at = self.walk(), -1
        while self._at < index:
            entry = self._walk.next()
            if entry is None:
                raise self.changed()
            self._at = entry.index
        return self._walk

    def _let_go(self) -> None:
        walk, self._walk = self._walk, None
        if walk is not None:
            walk.close()

    def close(self) -> None:
        """Let go of the file, and of a copy of it."""
        self._let_go()
        if self.kept is not None:
            self.kept.close()


def _distinct(found: list[tuple[int, str, int]]) -> Iterable[tuple[int, str, str, int]]:
    """Yield members with names for the log: where one comes again, it is the last one's, which unpacking leaves."""
    last = {name: index for index, name, _ in found}
    for index, name, size in found:
        yield index, name, name if last[name] == index else f"{index + 1}!/{name}", size


def _is_safe(name: str) -> bool:
    """Return True if a member would stay below the directory that it is unpacked into."""
    leads_out = name.startswith("/") or ".." in name.split("/") or "\\" in name
    return bool(name) and not leads_out and "\0" not in name


@dataclass(frozen=True, slots=True)
class Member(Location):
    """A member of an archive; only one of them is open at a time."""

    archive: Archive
    index: int
    """Number of its entry."""
    path: str

    @property
    def name(self) -> str:
        """Last part of its name."""
        return self.path.rpartition("/")[2]

    @property
    def key(self) -> str:
        """Where it stands."""
        return f"{self.archive.name}!{self.index}/{self.path}"

    def __str__(self) -> str:
        """Return the archive's name and its own."""
        return f"{self.archive.name}!/{self.path}"

    def open(self) -> io.RawIOBase:
        """Open it; what was open of the archive before is closed by that."""
        return _MemberStream(self.archive, self.index)

    def state(self) -> str:
        """Return the archive's."""
        return self.archive.state()

    def check_unchanged(self) -> None:
        """Look at the archive, with its first member."""
        if self.archive.members[0] == self.index:
            self.archive.check_unchanged()


class _View(io.RawIOBase):
    """A file that others read as well."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file
        self._at = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the offset of the next byte."""
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to an offset."""
        if whence == os.SEEK_CUR:
            offset, whence = self._at + offset, os.SEEK_SET
        self._at = self._file.seek(offset, whence)
        return self._at

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes."""
        self._file.seek(self._at)
        data = self._file.read(size)
        self._at += len(data)
        return data


class _MemberStream(io.RawIOBase):
    """What a member holds."""

    def __init__(self, archive: Archive, index: int) -> None:
        super().__init__()
        self._walk = archive.at(index)
        entry = self._walk.entry
        assert entry is not None  # noqa: S101 - it was gone to
        self._left = entry.size

    def readable(self) -> bool:
        """Return True."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes, at least one, or ``b""`` at the end."""
        size = self._left if size < 0 else min(size, self._left)
        data = self._walk.content(size)
        self._left -= len(data)
        return data

"""An archive that is written: the entries of another one, in their order, some with another content."""

from __future__ import annotations

import tempfile
import zipfile
from abc import abstractmethod
from copy import copy
from typing import IO, TYPE_CHECKING, Generic, TypeVar, cast

from dedup.formats.archives.tar import BLOCK, TarEntry, TarWalk
from dedup.formats.archives.walk import Entry, Walk
from dedup.formats.archives.zip import ZipEntry, ZipWalk
from dedup.formats.files.outputs import Output
from dedup.formats.files.places import replacement
from dedup.formats.files.reader import READ_SIZE, reason
from dedup.model.errors import OutputError

if TYPE_CHECKING:
    import os

    from dedup.formats.archives.archive import Archive
    from dedup.formats.files.atomic import ChangedError
    from dedup.formats.files.compression import Packing, Rewriting
    from dedup.formats.files.location import Place, Replacement
    from dedup.formats.files.record_packer import Packer

_HELD = 8 << 20
"""Bytes of a member that are kept in memory until its size is known; of a larger one, on disk."""
AnyEntry = TypeVar("AnyEntry", bound=Entry)
AnyWalk = TypeVar("AnyWalk", bound=Walk)


class ArchiveOutput(Output, Generic[AnyWalk, AnyEntry]):
    """The archive is gone through once more while its members come in, and all that does not change is copied.

    A member that cannot be read, or is none of the formats, is copied as well: it is reported, and not lost.

    Args:
        target: where it goes.
        archive: what is read.
        compress: how it is packed; None: it is not.
        in_place: it is the archive itself, which is not touched where nothing goes.
        before: status of the target before it was read, in place.

    Raises:
        OutputError: the target cannot be written.
        InputError: the archive cannot be read any more.
    """

    def __init__(
        self,
        target: Place,
        archive: Archive,
        *,
        compress: Packing | None,
        in_place: bool = False,
        before: os.stat_result | None = None,
    ) -> None:
        super().__init__()
        self._archive = archive
        self._in_place = in_place
        self._file = replacement(target, compress=compress, seen=before)
        self._opened: AnyWalk | None = None
        self._member: IO[bytes] | None = None
        self._packer: Packer | None = None
        self._changed = self._any_changed = False

    @property
    def _walk(self) -> AnyWalk:
        """What is gone through."""
        if self._opened is None:
            self._opened = cast("AnyWalk", self._archive.walk())
        return self._opened

    @abstractmethod
    def _copy(self, entry: AnyEntry) -> None:
        """Write an entry as it is."""

    @abstractmethod
    def _put(self, entry: AnyEntry, content: IO[bytes], size: int) -> None:
        """Write an entry with another content."""

    @abstractmethod
    def _end(self) -> None:
        """Write what stands behind the last entry."""

    def write(self, source: int, data: bytes, *, changed: bool, compressed: Packing | Rewriting | None) -> None:  # noqa: ARG002
        """Take the next piece of a member."""
        self._changed |= changed
        if self._member is None:
            self._member = tempfile.SpooledTemporaryFile(max_size=_HELD)  # noqa: SIM115 - closed at its end
            self._packer = compressed.packer() if compressed is not None else None
        self._keep(data if self._packer is None else self._packer.compress(data))

    def _keep(self, data: bytes) -> None:
        assert self._member is not None  # noqa: S101 - begun by now
        try:
            self._member.write(data)
        except OSError as error:
            what = f"{reason(error)} for a temporary file; {self._file.path} was not written"
            raise OutputError(what, place=tempfile.gettempdir()) from None

    def end_input(self, source: int, *, failed: bool, compressed: Packing | Rewriting | None) -> None:  # noqa: ARG002
        """Write all that stands before a member, and the member."""
        entry = self._go_to(self._archive.members[source])
        if self._member is None or failed or not self._changed:
            self._copy(entry)
        else:
            self._any_changed = True
            if self._packer is not None:
                self._keep(self._packer.flush())
            size = self._member.tell()
            self._member.seek(0)
            self._put(entry, self._member, size)
        self._changed = False
        self._packer = None
        if self._member is not None:
            self._member.close()
            self._member = None

    def _go_to(self, index: int) -> AnyEntry:
        while (entry := self._walk.next()) is not None:
            if entry.index == index:
                return cast("AnyEntry", entry)
            self._copy(cast("AnyEntry", entry))
        raise self._archive.changed()

    def finish(self) -> None:
        """Write all that stands behind the last member."""
        if self._in_place and not self._any_changed:
            self._file.abort()
            return
        while (entry := self._walk.next()) is not None:
            self._copy(cast("AnyEntry", entry))
        self._end()
        self._archive.check_unchanged()
        self._file.finish()

    def check(self) -> list[tuple[int, ChangedError]]:
        """See whether the target may be replaced."""
        if not self._in_place or self._any_changed:
            self._file.check()
        return []

    def commit(self) -> list[tuple[int, ChangedError]]:
        """Let the archive appear."""
        if not self._in_place or self._any_changed:
            self._file.commit()
        return []

    def abort(self) -> None:
        """Remove what was written."""
        self._file.abort()
        if self._opened is not None:
            self._opened.close()
        self._archive.close()
        if self._member is not None:
            self._member.close()


class TarOutput(ArchiveOutput[TarWalk, TarEntry]):
    """A tar archive."""

    def _copy(self, entry: TarEntry) -> None:
        self._file.write(entry.header)
        while piece := self._walk.content(READ_SIZE):
            self._file.write(piece)

    def _put(self, entry: TarEntry, content: IO[bytes], size: int) -> None:
        self._file.write(entry.header_for(size))
        while piece := content.read(READ_SIZE):
            self._file.write(piece)
        self._file.write(bytes(-size % BLOCK))

    def _end(self) -> None:
        for piece in self._walk.rest():
            self._file.write(piece)


class ZipOutput(ArchiveOutput[ZipWalk, ZipEntry]):
    """A ZIP archive. Members that do not change stay packed as they are; its directory is written anew."""

    _zip: zipfile.ZipFile | None = None

    def _begun(self) -> zipfile.ZipFile:
        """Return the archive, with what stands before the first member of the other one."""
        if self._zip is None:
            self._zip = zipfile.ZipFile(cast("IO[bytes]", _Written(self._file)), "w", allowZip64=True)
            first = min((info.header_offset for info in self._walk.zip.infolist()), default=0)
            self._stored(0, first)
            self._zip.comment = self._walk.zip.comment
        return self._zip

    def _stored(self, begin: int, end: int) -> None:
        """Copy bytes of the file, and have the directory stand behind them."""
        archive = self._begun()
        assert archive.fp is not None  # noqa: S101 - it is open
        for piece in self._walk.raw(begin, end):
            archive.fp.write(piece)
        archive.start_dir = archive.fp.tell()

    def _copy(self, entry: ZipEntry) -> None:
        archive = self._begun()
        if entry.kind == "file" and not entry.is_named_alike:
            self._repack(entry)
            return
        info = copy(entry.info)
        assert archive.fp is not None  # noqa: S101 - it is open
        info.header_offset = archive.fp.tell()
        self._stored(entry.info.header_offset, entry.end)
        archive.filelist.append(info)
        archive.NameToInfo[info.filename] = info
        archive._didModify = True  # type: ignore[attr-defined]  # noqa: SLF001 - else no directory is written

    def _repack(self, entry: ZipEntry) -> None:
        """Write a member whose name the directory will have in UTF-8, so that it has it there as well."""
        with self._begun().open(_like(entry, entry.size), "w", force_zip64=entry.size >= zipfile.ZIP64_LIMIT) as to:
            while piece := self._walk.content(READ_SIZE):
                to.write(piece)

    def _put(self, entry: ZipEntry, content: IO[bytes], size: int) -> None:
        with self._begun().open(_like(entry, size), "w", force_zip64=size >= zipfile.ZIP64_LIMIT) as to:
            while piece := content.read(READ_SIZE):
                to.write(piece)

    def _end(self) -> None:
        self._begun().close()

    def abort(self) -> None:
        """Remove what was written."""
        if self._zip is not None:
            self._zip.fp = None  # else a directory would be written when it is collected
        super().abort()


def _like(entry: ZipEntry, size: int) -> zipfile.ZipInfo:
    """Return what a member is to be called, with what is said of it."""
    old = entry.info
    info = zipfile.ZipInfo(old.filename, old.date_time)
    info.compress_type, info.file_size = old.compress_type, size
    info.comment, info.extra = old.comment, _without_sizes(old.extra)
    info.create_system, info.create_version = old.create_system, old.create_version
    info.external_attr, info.internal_attr = old.external_attr, old.internal_attr
    return info


def _without_sizes(extra: bytes) -> bytes:
    """Return extra fields without the one that has sizes of more than 32 bits."""
    kept, at = b"", 0
    while at + 4 <= len(extra):
        length = 4 + int.from_bytes(extra[at + 2 : at + 4], "little")
        if extra[at : at + 2] != b"\1\0":
            kept += extra[at : at + length]
        at += length
    return kept


class _Written:
    """What a ZIP archive is written to: nothing in it can be gone back to."""

    def __init__(self, file: Replacement) -> None:
        self._file = file

    def write(self, data: bytes) -> int:
        """Write all of the data."""
        return self._file.write(bytes(data))

    def flush(self) -> None:
        """Do nothing."""

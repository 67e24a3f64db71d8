"""A ZIP archive, gone through in the order in which its members are stored."""

from __future__ import annotations

import lzma
import os
import stat
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO

from dedup.formats.archives.walk import Kind, Walk
from dedup.formats.files.reader import READ_SIZE, reason
from dedup.model.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dedup.formats.files.location import Readable

_ENCRYPTED = 0x1 | 0x40
_UTF8 = 0x800
_KNOWN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_UNIX = 3
_DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, EOFError),
    *(ValueError, RuntimeError, NotImplementedError, OverflowError),
)
"""What is raised where a member cannot be unpacked."""


@dataclass(frozen=True, slots=True)
class ZipEntry:
    """One member of a ZIP archive."""

    index: int
    info: zipfile.ZipInfo
    end: int
    """Offset of what stands behind it: the next member, or the directory."""

    @property
    def name(self) -> str:
        """Its name."""
        return self.info.filename

    @property
    def size(self) -> int:
        """Bytes that it holds."""
        return self.info.file_size

    @property
    def kind(self) -> Kind:
        """What it is."""
        mode = self.info.external_attr >> 16
        if self.info.is_dir():
            return "directory"
        if self.info.create_system == _UNIX and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
            return "link"
        if self.info.flag_bits & _ENCRYPTED:
            return "encrypted"
        return "file" if self.info.compress_type in _KNOWN else "unknown"

    @property
    def is_named_alike(self) -> bool:
        """Return True if the library writes its name as it stands before its content."""
        return self.info.filename.isascii() or bool(self.info.flag_bits & _UTF8)


class ZipWalk(Walk):
    """Goes through a ZIP archive. Memory: its directory, some hundred bytes a member, and a piece of what is read.

    Args:
        source: a file of this machine, or an open one.
        place: its name in messages.
    """

    entry: ZipEntry | None

    def __init__(self, source: Readable | BinaryIO | None, place: str) -> None:
        self._place = place
        self.entry = None
        self._content: IO[bytes] | None = None
        self._owned = isinstance(source, Path)
        try:
            self.file: BinaryIO = source.open("rb") if isinstance(source, Path) else source  # type: ignore[assignment]
            self.status = os.fstat(self.file.fileno()) if self._owned else None
        except OSError as error:
            raise InputError(reason(error), place=place) from None
        try:
            self.zip = zipfile.ZipFile(self.file)
        except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, EOFError, OverflowError):
            if self._owned:
                self.file.close()
            raise self._error("is damaged, or was cut off", "try 'unzip -t' on it") from None
        self._entries = self._in_order()

    def _in_order(self) -> Iterator[ZipEntry]:
        stored = sorted(self.zip.infolist(), key=lambda info: info.header_offset)
        ends = [*(info.header_offset for info in stored), self.zip.start_dir][1:]
        for index, (info, end) in enumerate(zip(stored, ends, strict=True)):
            if info.header_offset < 0 or end <= info.header_offset + info.compress_size:
                raise self._error("has members that overlap", "try 'unzip -t' on it")
            yield ZipEntry(index, info, end)

    def next(self) -> ZipEntry | None:
        """Return the next member in the order of their places in the file."""
        self._let_go()
        self.entry = next(self._entries, None)
        return self.entry

    def content(self, size: int) -> bytes:
        """Return up to `size` bytes of what is left of the member, unpacked; its checksum is compared at its end."""
        assert self.entry is not None  # noqa: S101 - gone to
        try:
            if self._content is None:
                self._content = self.zip.open(self.entry.info)
            return self._content.read(min(size, READ_SIZE))
        except _DAMAGED as error:
            raise self._member_error(error) from None

    def _member_error(self, error: Exception) -> InputError:
        assert self.entry is not None  # noqa: S101 - gone to
        wrong = "has a wrong checksum" if "CRC" in str(error) else "is damaged, and cannot be unpacked"
        place = f"{self._place}!/{self.entry.name}"
        return InputError(f"{wrong}; it is left as it was", place=place, hint="try 'unzip -t' on the archive")

    def check_rest(self) -> None:
        """Do nothing: the directory was read first."""

    def raw(self, begin: int, end: int) -> Iterator[bytes]:
        """Yield the bytes of the file between two offsets.

        Raises:
            InputError: they cannot be read.
        """
        while begin < end:
            try:
                self.file.seek(begin)
                data = self.file.read(min(READ_SIZE, end - begin))
            except OSError as error:
                raise InputError(reason(error), place=self._place) from None
            if not data:
                raise self._error("was cut short while it was being read")
            begin += len(data)
            yield data

    def _error(self, what: str, hint: str = "") -> InputError:
        return InputError(f"the ZIP archive {what}; it was not read", place=self._place, hint=hint)

    def _let_go(self) -> None:
        content, self._content = self._content, None
        if content is not None:
            content.close()

    def close(self) -> None:
        """Close the archive."""
        self._let_go()
        self.zip.close()
        if self._owned:
            self.file.close()

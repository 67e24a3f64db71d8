"""A tar archive, read once from its beginning to its end: what stands there, entry by entry, and the very bytes of it.

The standard library reads the headers; what lies between them is kept as it is, so that an entry that does not change
is copied with all that its header says, also what the library has no notion of.
"""

from __future__ import annotations

import io
import tarfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dedup.formats.archives.walk import Kind, Walk
from dedup.formats.files.reader import READ_SIZE, Reader
from dedup.model.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BLOCK = tarfile.BLOCKSIZE
_LARGEST_HEADER = 16 << 20
"""Bytes of a header with its extensions: longer names and records are no archive's."""
_OCTAL = 8**11
"""Sizes that fit into the field of a header as octal digits are below this."""
_SIZE = slice(124, 136)
_CHECKSUM = slice(148, 156)


@dataclass(frozen=True, slots=True)
class TarEntry:
    """One entry of a tar archive."""

    index: int
    info: tarfile.TarInfo
    header: bytes
    """All that stands before its content: its header, with what extends it."""
    stored: int
    """Bytes of its content as stored, padded to whole blocks."""

    @property
    def name(self) -> str:
        """Its name, as it is written."""
        return self.info.name

    @property
    def size(self) -> int:
        """Bytes that it holds."""
        return self.info.size

    @property
    def kind(self) -> Kind:
        """What it is; only the content of a file is stored as it is."""
        if self.info.isreg():
            return "file" if self.info.sparse is None else "sparse"
        return "directory" if self.info.isdir() else "link"

    def header_for(self, size: int) -> bytes:
        """Return the header for a content of another size.

        What says the size in an extended header makes it one that the library writes anew: name, mode, times, owners
        and other records stay, but their order and the form of the numbers may be others.
        """
        if size == self.info.size:
            return self.header
        if "size" in self.info.pax_headers:
            # frombuf and tobuf keep the records of extended headers in `pax_headers`.
            info = tarfile.TarInfo.frombuf(self.header[-BLOCK:], "utf-8", "surrogateescape")
            info.name, info.linkname, info.size = self.info.name, self.info.linkname, size
            info.mtime, info.uid, info.gid = self.info.mtime, self.info.uid, self.info.gid
            info.uname, info.gname = self.info.uname, self.info.gname
            info.pax_headers = {key: value for key, value in self.info.pax_headers.items() if key != "size"}
            return info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")
        head = bytearray(self.header[-BLOCK:])
        head[_SIZE] = b"%011o\0" % size if size < _OCTAL else b"\x80" + size.to_bytes(11, "big")
        head[_CHECKSUM] = b" " * 8
        head[_CHECKSUM] = b"%06o\0 " % sum(head)
        return self.header[:-BLOCK] + bytes(head)


class TarWalk(Walk):
    """Goes through an archive. Memory: one header, and a piece of what is read.

    Args:
        reader: the archive, unpacked if it is packed.
        place: its name in messages.
    """

    entry: TarEntry | None

    def __init__(self, reader: Reader, place: str) -> None:
        self._reader = reader
        self._place = place
        self._forward = _Forward(reader, self._error)
        # Made of an empty archive: the headers are asked for one by one, for the faults of each are told here.
        self._tar = tarfile.TarFile(fileobj=io.BytesIO(bytes(2 * BLOCK)), encoding="utf-8", errors="surrogateescape")
        self._tar.fileobj = self._forward  # type: ignore[assignment]
        self.entry = None
        self.compressed, self.status = reader.compressed, reader.status
        self._next = 0
        self._end = 0
        """Offset of what stands behind the entry, and its padding."""
        self._trailer = b""

    def next(self) -> TarEntry | None:
        """Return the next entry; None where the archive says that it ends."""
        self._forward.skip(self._end - self._forward.tell())
        self._forward.keep()
        begin = self._forward.tell()
        try:
            info = tarfile.TarInfo.fromtarfile(self._tar)
        except tarfile.EOFHeaderError:  # type: ignore[attr-defined]
            self._trailer = self._forward.kept()
            return None
        except (tarfile.EmptyHeaderError, tarfile.TruncatedHeaderError):  # type: ignore[attr-defined]
            raise self._cut_off() from None
        except (tarfile.TarError, RecursionError, ValueError, OverflowError):
            raise self._error(f"has a damaged header at byte {begin:,}", "try 'tar -tf' on it") from None
        self._end = self._tar.offset
        header, at = self._forward.kept(), self._forward.tell()
        if self._end < at or info.size < 0:
            raise self._error(f"has a damaged header at byte {begin:,}", "try 'tar -tf' on it")
        self.entry = TarEntry(self._next, info, header, self._end - at)
        self._next += 1
        return self.entry

    def content(self, size: int) -> bytes:
        """Return up to `size` bytes of what is left of the entry, and of its padding."""
        size = min(size, self._end - self._forward.tell())
        return self._forward.some(size) if size else b""

    def rest(self) -> Iterator[bytes]:
        """Yield the end of the archive, and whatever stands behind it."""
        yield self._trailer
        while piece := self._forward.some(READ_SIZE, to_end=True):
            yield piece

    def check_rest(self) -> None:
        """Read what stands behind the last entry."""
        for _ in self.rest():
            pass

    def _error(self, what: str, hint: str = "") -> InputError:
        return InputError(f"the tar archive {what}; it was not read", place=self._place, hint=hint)

    def _cut_off(self) -> InputError:
        return self._error("ends without its end mark; it was cut off", "fetch it again")

    def close(self) -> None:
        """Close the archive."""
        self._reader.close()


class _Forward:
    """A stream that knows where it is, and keeps what was read since it was told to."""

    def __init__(self, reader: Reader, error: Callable[[str, str], InputError]) -> None:
        self._reader = reader
        self._error = error
        self._at = 0
        self._kept = bytearray()

    def keep(self) -> None:
        """Begin to keep what is read by `read`."""
        self._kept.clear()

    def kept(self) -> bytes:
        """Return what was kept."""
        return bytes(self._kept)

    def tell(self) -> int:
        """Return the offset of the next byte."""
        return self._at

    def read(self, size: int) -> bytes:
        """Return bytes of a header; fewer only at the end."""
        if len(self._kept) + size > _LARGEST_HEADER:
            raise tarfile.HeaderError("too long")
        pieces = []
        while size:
            piece = self._reader.read(size)
            if not piece:
                break
            pieces.append(piece)
            size -= len(piece)
        data = b"".join(pieces)
        self._at += len(data)
        self._kept += data
        return data

    def some(self, size: int, *, to_end: bool = False) -> bytes:
        """Return some bytes, at least one; none at the end, if that may be."""
        data = self._reader.read(min(size, READ_SIZE))
        self._at += len(data)
        if not data and not to_end:
            raise self._error("ends in the middle; it was cut off", "fetch it again")
        return data

    def skip(self, size: int) -> None:
        """Pass over bytes."""
        while size > 0:
            size -= len(self.some(size))

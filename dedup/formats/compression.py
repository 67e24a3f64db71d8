"""Bytes of an input, decompressed; and back again.

gzip for now. Others come in here: a magic number in `_detect`, a suffix in `SUFFIXES`, an opener in each direction.
"""

from __future__ import annotations

import io
import os
import select
import sys
import zlib
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, cast

from dedup.errors import InputError

if TYPE_CHECKING:
    import gzip
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

    from typing_extensions import Self

SUFFIXES = (".gz",)
"""Suffixes of compressed files; what stands before one is the name that tells the format."""

_GZIP_MAGIC = b"\x1f\x8b\x08"
READ_SIZE = 1 << 20
"""Bytes asked for at a time."""


class Sink(Protocol):
    """Anything bytes can be written to."""

    def write(self, data: bytes, /) -> object:
        """Write all of `data`."""


def bare_name(name: str) -> str:
    """Return the name without a compression suffix."""
    for suffix in SUFFIXES:
        if name.lower().endswith(suffix):
            return name[: -len(suffix)]
    return name


def names_compressed(path: Path) -> bool:
    """Say whether the name of an output asks for compression."""
    return path.name.lower().endswith(SUFFIXES)


def compressor(raw: Sink) -> BinaryIO:
    """Return a gzip writer on top of `raw`; close it before `raw`.

    The header holds neither name nor time: the same bytes in give the same bytes out, whenever and wherever.
    """
    import gzip  # noqa: PLC0415 - only where something is compressed

    packer: Any = gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=cast("BinaryIO", raw), mtime=0)
    return cast("BinaryIO", packer)


class Reader:
    """The bytes of one input, decompressed where they are compressed (told by their first bytes, not by the name).

    A pipe is read as it comes: `read` returns what is there rather than wait for more. Use it as a context manager.

    Args:
        raw: the stream; closed at the end only if `owned`.
        place: name of the input in messages.
        owned: the stream was opened for this reader.

    Attributes:
        stored: bytes of the stream read so far, as stored.
        compressed: whether the stream is compressed.
    """

    def __init__(self, raw: BinaryIO | io.RawIOBase, place: str, *, owned: bool) -> None:
        self._raw = raw
        self._place = place
        self._owned = owned
        self._head = b""
        self._plain: gzip.GzipFile | None = None
        self._read1: Callable[[int], bytes | None] = getattr(raw, "read1", raw.read)
        self._pipe = _pipe_number(raw)
        self.stored = 0
        self.compressed = False
        self._detect()

    @classmethod
    def open(cls, path: Path | None, place: str, stdin: BinaryIO | None = None) -> Reader:
        """Open a file, or standard input where `path` is None.

        Raises:
            InputError: it cannot be opened.
        """
        if path is None:
            stream = stdin if stdin is not None else getattr(sys.stdin, "buffer", None)
            if stream is None:
                raise InputError("standard input is closed", place=place)
            return cls(stream, place, owned=False)
        raw = None
        try:
            raw = path.open("rb", buffering=0)
            return cls(raw, place, owned=True)
        except (OSError, ValueError) as error:
            if raw is not None:
                raw.close()
            raise InputError(reason(error), place=place) from None

    def _detect(self) -> None:
        while len(self._head) < len(_GZIP_MAGIC) and _GZIP_MAGIC.startswith(self._head):
            more = self._stored(READ_SIZE)
            if not more:
                break
            self._head += more
        if self._head.startswith(_GZIP_MAGIC):
            import gzip  # noqa: PLC0415 - only where something is compressed

            self.compressed = True
            self._plain = gzip.GzipFile(fileobj=_Stored(self, self._head), mode="rb")
            self._head = b""

    def _stored(self, size: int) -> bytes:
        """Read bytes as stored; more than one piece where more are there already."""
        data = self._read1(size) or b""
        if self._pipe is not None and data:
            pieces, total = [data], len(data)
            while total < size and _is_ready(self._pipe):
                data = self._read1(size - total) or b""
                if not data:
                    break
                pieces.append(data)
                total += len(data)
            data = b"".join(pieces)
        self.stored += len(data)
        return data

    def would_wait(self) -> bool:
        """Say whether a read now would wait for somebody to write."""
        return self._pipe is not None and not self._head and not _is_ready(self._pipe)

    def read(self, size: int = READ_SIZE) -> bytes:
        """Return up to `size` bytes, at least one, or ``b""`` at the end.

        Raises:
            InputError: the input cannot be read, or its compressed form is damaged or not whole.
        """
        if self._head:
            data, self._head = self._head[:size], self._head[size:]
            return data
        try:
            if self._plain is None:
                return self._stored(size)
            return self._plain.read1(size)
        except EOFError:
            what = f"the gzip file ends in the middle (after {self.stored} bytes); it was cut off"
            raise InputError(what, place=self._place, hint="fetch the file again") from None
        except (zlib.error, OSError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise InputError(reason(error), place=self._place) from None
            what = f"damaged gzip data before byte {self.stored} ({error})"
            raise InputError(what, place=self._place, hint="try 'gzip -t' on it") from None

    def unread(self, data: bytes) -> None:
        """Put back what was read too far."""
        self._head = data + self._head

    def peek(self, size: int) -> bytes:
        """Return the next bytes without using them up: at least `size`, unless the input is shorter.

        Raises:
            InputError: as in `read`.
        """
        while len(self._head) < size:
            head, self._head = self._head, b""
            more = self.read()
            self._head = head + more
            if not more:
                break
        return self._head

    def close(self) -> None:
        """Close what was opened."""
        if self._owned:
            self._raw.close()

    def __enter__(self) -> Self:
        """Return the reader itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close what was opened."""
        self.close()


class _Stored(io.RawIOBase):
    """A reader's stored bytes, as a file that a decompressor reads: first those already read, then the rest."""

    def __init__(self, reader: Reader, head: bytes) -> None:
        self._reader = reader
        self._head = head

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if self._head:
            if size < 0:
                size = len(self._head)
            data, self._head = self._head[:size], self._head[size:]
            return data
        return self._reader._stored(size if size >= 0 else READ_SIZE)  # noqa: SLF001 - the two are one


def _pipe_number(raw: BinaryIO | io.RawIOBase) -> int | None:
    """Return the number of a descriptor that can keep us waiting and can be asked about it, or None."""
    import stat  # noqa: PLC0415 - loaded by the interpreter already

    try:
        number = raw.fileno()
        if sys.platform == "win32" or stat.S_ISREG(os.fstat(number).st_mode):
            return None
    except (OSError, AttributeError, ValueError):
        return None
    return number


def _is_ready(number: int) -> bool:
    try:
        return bool(select.select([number], [], [], 0)[0])
    except (OSError, ValueError):  # a descriptor that cannot be asked never keeps anybody waiting
        return True


def reason(error: OSError | ValueError) -> str:
    """Return what the system says went wrong, in the style of our messages."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror[:1].lower() + error.strerror[1:]
    return str(error)

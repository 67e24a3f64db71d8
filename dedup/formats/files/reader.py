"""Bytes of an input, decompressed where they are compressed; the kinds are in `dedup.formats.files.compression`."""

from __future__ import annotations

import errno
import os
import re
import select
import stat
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TextIO

from dedup.formats.files.compression import (
    MAGIC_SIZE,
    PACKINGS,
    CutOffError,
    DamagedError,
    NoRoomError,
    Packing,
    Rewriting,
    Unpacked,
    by_magic,
    by_name,
    may_be_magic,
)
from dedup.model.errors import InputError

if TYPE_CHECKING:
    import io
    from collections.abc import Callable, Iterator

    from dedup.formats.files.location import Readable

SUFFIXES = tuple(packing.suffix for packing in PACKINGS)
"""Suffixes of compressed files; what stands before one is the name that tells the format."""
READ_SIZE = 1 << 20
"""Bytes asked for at a time."""
PARQUET_MAGIC = b"PAR1"
"""The first and the last bytes of a file of Parquet."""
_DESCRIPTOR = re.compile(r"/dev/stdin|(?:/dev/fd|/proc/self/fd)/(\d{1,9})", re.ASCII)


def bare_name(name: str) -> str:
    """Return the name without a compression suffix."""
    for suffix in SUFFIXES:
        if name.lower().endswith(suffix):
            return name[: -len(suffix)]
    return name


class Reader(AbstractContextManager["Reader"]):
    """The bytes of one input, decompressed where they are compressed (told by their first bytes, not by the name).

    A pipe is read as it comes: `read` returns what is there rather than wait for more. Use it as a context manager.

    Args:
        raw: the stream; closed at the end only if `owned`.
        place: name of the input in messages.
        owned: the stream was opened for this reader.

    Attributes:
        bytes_read: bytes of the stream read so far, as stored.
        compressed: how the stream is compressed; None: it is not.
        rewriting: how what is read is written again, where it is not the bytes of the stream; see `convert`.
        status: of the file before anything of it was read; None where the stream is no file of the system.
    """

    def __init__(self, raw: BinaryIO | io.RawIOBase, place: str, *, owned: bool) -> None:
        self._raw = raw
        self._place = place
        self._owned = owned
        self._head = b""
        self._unpacked: Unpacked | None = None
        self._converted: Callable[[int], bytes] | None = None
        self._read1: Callable[[int], bytes | None] = getattr(raw, "read1", raw.read)
        self.status = status_of(raw)
        self._pipe = _pipe_number(raw, self.status)
        self.bytes_read = 0
        self.compressed: Packing | None = None
        self.rewriting: Rewriting | None = None
        self._detect()

    @classmethod
    def open(
        cls, path: Readable | None, place: str, stdin: BinaryIO | None = None, kept: BinaryIO | None = None
    ) -> Reader:
        """Open a file, or standard input where `path` is None, or what is `kept` of either, from its beginning.

        Raises:
            InputError: it cannot be opened.
        """
        if kept is not None:
            kept.seek(0)
            return cls(kept, place, owned=False)
        if path is None:
            return cls(standard_input(stdin, place), place, owned=False)
        raw = None
        try:
            raw = opened(path)
            return cls(raw, place, owned=True)
        except (OSError, ValueError) as error:
            if raw is not None:
                raw.close()
            raise InputError(reason(error), place=place) from None

    def _detect(self) -> None:
        while may_be_magic(self._head):
            more = self._stored(READ_SIZE)
            if not more:
                break
            self._head += more
        self.compressed = by_magic(self._head)
        if self.compressed is not None:
            self._unpacked = Unpacked(self.compressed, self._head, self._stored)
            self._head = b""

    @property
    def raw(self) -> BinaryIO | io.RawIOBase:
        """The stream, as it is stored."""
        return self._raw

    @property
    def place(self) -> str:
        """Name of the input in messages."""
        return self._place

    def convert(self, read: Callable[[int], bytes], rewriting: Rewriting) -> None:
        """Read what another one makes of the stream, from its beginning, and not the stream itself.

        Args:
            read: as `read` here.
            rewriting: how that is written again.
        """
        self._head, self._converted, self.rewriting = b"", read, rewriting

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
        self.bytes_read += len(data)
        if not data:
            self._check_end()
        return data

    def _check_end(self) -> None:
        """See whether a file ends where it has been read to.

        Raises:
            InputError: it has been truncated meanwhile, so that what was read is not all of it.
        """
        if self.status is None or not stat.S_ISREG(self.status.st_mode) or not self.status.st_size:
            return  # a file of /proc has no size
        now = status_of(self._raw)
        if now is not None and now.st_size < min(self.bytes_read, self.status.st_size):
            what = f"was cut short while it was being read, to {now.st_size:,} bytes"
            raise InputError(what, place=self._place, hint="run it again when no other program writes to it")

    @property
    def is_lasting(self) -> bool:
        """Return True if the stream is a file that another process can read, too."""
        # A file of /proc, which is made when it is read, has no size.
        return self.status is not None and stat.S_ISREG(self.status.st_mode) and self.status.st_size > 0

    def would_wait(self) -> bool:
        """Return True if a read now would block."""
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
            if self._converted is not None:
                return self._converted(size)
            if self._unpacked is None:
                return self._stored(size)
            return self._unpacked.read(size)
        except OSError as error:
            raise InputError(reason(error), place=self._place) from None
        except (CutOffError, DamagedError, NoRoomError) as fault:
            raise self._not_unpacked(fault) from None

    def _not_unpacked(self, fault: Exception) -> InputError:
        assert self.compressed is not None  # noqa: S101 - only unpacking raises these
        name = self.compressed.name
        if isinstance(fault, NoRoomError):
            what = f"there is not the memory to unpack this {name} file"
            hint = "pack it again with a smaller window or dictionary, where there is more memory"
            return InputError(what, place=self._place, hint=hint)
        if isinstance(fault, CutOffError):
            what = f"the {name} file ends in the middle (after {self.bytes_read} bytes); it was cut off"
            return InputError(what, place=self._place, hint="fetch the file again")
        what = f"damaged {name} data before byte {self.bytes_read} ({fault})"
        return InputError(what, place=self._place, hint=f"try '{self.compressed.test}' on it")

    def lines(self) -> Iterator[tuple[bytes, bool]]:
        """Yield the lines without their ends, each with whether it lacks one, as only the last may.

        Raises:
            InputError: as in `read`.
        """
        begun: list[bytes] = []
        while block := self.read():
            first, *lines = block.split(b"\n")
            begun.append(first)
            for line in lines:
                yield b"".join(begun), False
                begun = [line]
        if any(begun):
            yield b"".join(begun), True

    def unread(self, data: bytes) -> None:
        """Put back what was read too far."""
        self._head = data + self._head

    @property
    def waits(self) -> bool:
        """A read may block."""
        return self._pipe is not None

    def peek(self, size: int, *, wait: bool = True) -> bytes:
        """Return the next bytes without using them up: at least `size`, unless the input is shorter.

        Args:
            size: how many are wanted.
            wait: else what there is already has to do, but for the first byte.

        Raises:
            InputError: as in `read`.
        """
        while len(self._head) < size:
            if not wait and self._head and self._pipe is not None and not _is_ready(self._pipe):
                break
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

    def __exit__(self, *_: object) -> None:
        """Close what was opened."""
        self.close()


def standard_input(given: BinaryIO | None, place: str) -> BinaryIO:
    """Return the stream that stands for standard input: what is given, else the process's own.

    Raises:
        InputError: it is closed.
    """
    stream: BinaryIO | None = given if given is not None else getattr(sys.stdin, "buffer", None)
    if stream is None:
        raise InputError("standard input is closed", place=place)
    return stream


def opened(path: Readable) -> io.RawIOBase:
    """Open a file for reading, without a buffer; also a socket that a name in ``/dev/fd`` stands for.

    Raises:
        OSError, ValueError: it cannot be opened.
        InputError: likewise, elsewhere than on this machine.
    """
    if not isinstance(path, Path):
        return path.open()
    try:
        return path.open("rb", buffering=0)
    except OSError as error:
        number = descriptor(path)
        if number is None or error.errno != errno.ENXIO:  # a socket cannot be opened by its name
            raise
        return os.fdopen(os.dup(number), "rb", buffering=0)


def descriptor(path: Path) -> int | None:
    """Return the number of the descriptor of this process that a name stands for, such as ``/dev/fd/3``, or None."""
    match = _DESCRIPTOR.fullmatch(str(path))
    return int(match[1] or 0) if match else None


def is_packed(path: Readable) -> bool:
    """Return True if a file is compressed, by its first bytes; of one that cannot be read, that it is not.

    Parquet is compressed within. A file that is elsewhere is told by its name.
    """
    if not isinstance(path, Path):
        return by_name(path) is not None
    try:
        with path.open("rb", buffering=0) as file:
            head = file.read(MAGIC_SIZE)
            return by_magic(head) is not None or head.startswith(PARQUET_MAGIC)
    except (OSError, ValueError):
        return False


def is_parquet(path: Path) -> bool:
    """Return True if a file begins and ends as Parquet does; of one that cannot be read, that it does not."""
    try:
        with path.open("rb") as file:
            begins = file.read(len(PARQUET_MAGIC)) == PARQUET_MAGIC
            file.seek(-len(PARQUET_MAGIC), os.SEEK_END)
            return begins and file.read() == PARQUET_MAGIC
    except (OSError, ValueError):
        return False


def status_of(raw: BinaryIO | TextIO | io.RawIOBase) -> os.stat_result | None:
    """Return the status of the file behind a stream; None where there is none."""
    try:
        return os.fstat(raw.fileno())
    except (OSError, AttributeError, ValueError):
        return None


def _pipe_number(raw: BinaryIO | io.RawIOBase, status: os.stat_result | None) -> int | None:
    """Return the number of a descriptor that can keep us waiting and can be asked about it, or None."""
    if status is None or sys.platform == "win32" or stat.S_ISREG(status.st_mode):
        return None
    return raw.fileno()


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

"""The kinds of compression: how each is told, unpacked and packed.

Everything is a library's work: ISA-L for gzip (three times as fast as zlib to unpack, more than ten times to pack),
libzstd, and the standard library for bzip2 and xz. What is here makes them alike. Each is imported where it is used.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    from dedup.formats.files.record_packer import Packer

_FEED = 1 << 16
"""Bytes unpacked at a time. Small, for what follows the end of a stream is copied, and streams may be tiny and many."""
_BLOCK = 1 << 18
_READ = 1 << 20
PACKED = 5
"""Times that text grows when it is unpacked, about: for forecasts, and for the choice of bands on every engine."""


class HasName(Protocol):
    """A path, or something else with a name."""

    @property
    def name(self) -> str:
        """The last part of it."""


class Unpacker(Protocol):
    """Unpacks one stream."""

    @property
    def eof(self) -> bool:
        """The stream is complete."""

    @property
    def needs_input(self) -> bool:
        """There is nothing more to be had without more data."""

    @property
    def unused_data(self) -> bytes:
        """What was given beyond the end of the stream."""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Take in `data`; return at most `max_length` bytes."""


@dataclass(frozen=True, slots=True)
class Packing:
    """One kind of compression."""

    name: str
    """As shown to people."""
    suffix: str
    magics: tuple[bytes, ...]
    """What a stream begins with, one of these."""
    test: str
    """The command that tests a file."""
    unpacker: Callable[[], tuple[Unpacker, type[Exception]]]
    """Returns what unpacks a stream, and the error it raises for damaged data."""
    packer: Callable[[], Packer]
    """Returns what packs all of a file; the same bytes in give the same bytes out, however they are cut into pieces."""
    padding: bytes = b""
    """Bytes that may stand between streams and after the last one."""


@dataclass(frozen=True, slots=True)
class Rewriting:
    """How what was read from one file is written as a file of its kind again."""

    name: str
    """As shown to people."""
    packer: Callable[[], Packer]
    """Returns what takes the bytes as they were read, without the cuts, and gives the file's."""


class CutOffError(Exception):
    """Compressed data ends within a stream."""


class DamagedError(Exception):
    """Compressed data cannot be unpacked."""


class NoRoomError(Exception):
    """There is not the memory that unpacking takes."""


class Unpacked:
    """What compressed data unpack to: all streams that follow one another, to the very end.

    The file classes of the libraries do not serve here: those of bz2, lzma and zstd take a damaged second stream for
    the end of the file, and say nothing.

    Args:
        packing: the kind.
        head: the bytes that were read already.
        more: reads more of them, at most as many as it is asked for; ``b""`` at the end.
    """

    def __init__(self, packing: Packing, head: bytes, more: Callable[[int], bytes]) -> None:
        self._packing = packing
        self._more = more
        self._data = head
        self._at = 0
        self._stream, self._error = packing.unpacker()
        self._fault: CutOffError | DamagedError | NoRoomError | None = None

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes, at least one, or ``b""`` at the end; waits only where it has none.

        Raises:
            CutOffError, DamagedError, NoRoomError: once all that stands before was returned.
            OSError: from `more`.
        """
        if self._fault is not None:
            raise self._fault
        pieces: list[bytes] = []
        while size > 0 and self._ready(wait=not pieces):
            try:
                piece = self._step(size)
            except (CutOffError, DamagedError, NoRoomError) as fault:
                if not pieces:
                    raise
                self._fault = fault
                break
            if piece:
                pieces.append(piece)
                size -= len(piece)
        return b"".join(pieces)

    def _ready(self, *, wait: bool) -> bool:
        """Return True if a step can be taken; False at the end, or where it would have to wait and is not to."""
        if not self._stream.eof and not self._stream.needs_input:
            return True
        while True:
            if self._stream.eof:
                self._skip_padding()
            if self._at < len(self._data):
                return True
            if not wait:
                return False
            self._data, self._at = self._more(_READ), 0
            if not self._data:
                return not self._stream.eof

    def _skip_padding(self) -> None:
        padding = self._packing.padding
        if padding and self._data.startswith(padding, self._at):
            self._data, self._at = self._data[self._at :].lstrip(padding), 0

    def _step(self, size: int) -> bytes:
        if self._stream.eof:
            self._stream, self._error = self._packing.unpacker()
        data = b""
        if self._stream.needs_input:
            data = self._data[self._at : self._at + _FEED]
            self._at += len(data)
            if not data:
                raise CutOffError
        try:
            piece = self._stream.decompress(data, size)
        except MemoryError:
            raise NoRoomError from None
        except self._error as error:
            # libzstd names no class of its own for it, and says so in both of its messages on the matter.
            raise (NoRoomError if "memory" in str(error) else DamagedError)(str(error)) from None
        if self._stream.eof:
            self._at -= len(self._stream.unused_data)
        return piece


class _Inflating:
    """A stream of gzip, with the interface of the others."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._full = False

    @property
    def eof(self) -> bool:
        return bool(self._stream.eof)

    @property
    def needs_input(self) -> bool:
        # What did not fit into the last piece may lie within the library, with no input left over.
        return not self._full and not self._stream.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return cast("bytes", self._stream.unused_data)

    def decompress(self, data: bytes, max_length: int) -> bytes:
        piece: bytes = self._stream.decompress(self._stream.unconsumed_tail + data, max_length)
        self._full = len(piece) == max_length
        return piece


class _Deflating:
    """A stream of gzip, packed in blocks of one size: what ISA-L makes of data depends on how they come to it."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._held = bytearray()

    def compress(self, data: bytes, /) -> bytes:
        self._held += data
        packed = []
        while len(self._held) >= _BLOCK:
            packed.append(self._stream.compress(bytes(self._held[:_BLOCK])))
            del self._held[:_BLOCK]
        return b"".join(packed)

    def flush(self) -> bytes:
        return cast("bytes", self._stream.compress(bytes(self._held)) + self._stream.flush())


_GZIP_WINDOW = 31
"""zlib's number for the largest window, and gzip's header and trailer."""


def _gzip_library() -> tuple[Any, int]:
    """Return what has the interface of zlib, and the level to pack with."""
    try:
        from isal import isal_zlib  # only where something is compressed
    except ImportError:  # `dependencies` in pyproject.toml says for which machines there is one
        import zlib

        return zlib, 6
    return isal_zlib, isal_zlib.ISAL_BEST_COMPRESSION


def _gzip_unpacker() -> tuple[Unpacker, type[Exception]]:
    library, _ = _gzip_library()
    return _Inflating(library.decompressobj(_GZIP_WINDOW)), library.error


def _gzip_packer() -> Packer:
    from dedup.formats.files.record_packer import RecordPacker  # only where something is packed

    return RecordPacker(_gzip_stream, _gzip_stream)


def _gzip_stream() -> Packer:
    library, level = _gzip_library()
    return _Deflating(
        library.compressobj(level, library.DEFLATED, _GZIP_WINDOW)
    )  # the header has neither name nor time


def _bzip2_unpacker() -> tuple[Unpacker, type[Exception]]:
    import bz2  # only where something is compressed

    return bz2.BZ2Decompressor(), OSError


def _bzip2_packer() -> Packer:
    import bz2

    return bz2.BZ2Compressor()


def _xz_unpacker() -> tuple[Unpacker, type[Exception]]:
    import lzma

    return lzma.LZMADecompressor(lzma.FORMAT_XZ), lzma.LZMAError


def _xz_packer() -> Packer:
    import lzma

    return lzma.LZMACompressor()


def _zstd_library() -> Any:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd


def _zstd_unpacker() -> tuple[Unpacker, type[Exception]]:
    library = _zstd_library()
    window = library.DecompressionParameter.window_log_max
    # Dumps are packed with windows of 2 GiB, which libzstd refuses unless told otherwise; memory is used as it fills.
    return library.ZstdDecompressor(options={window: window.bounds()[1]}), library.ZstdError


def _zstd_packer() -> Packer:
    from dedup.formats.files.record_packer import RecordPacker

    return RecordPacker(lambda: _zstd_stream(_ZSTD_THREADS), lambda: _zstd_stream(0))


_ZSTD_THREADS = 2
"""Threads of the library's own, for the process that writes is the one that all workers wait for."""


def _zstd_stream(threads: int) -> Packer:
    library = _zstd_library()
    parameter = library.CompressionParameter
    # The number of threads does not show in the bytes, only whether there are any; a libzstd that was built without
    # them has 0 as the bound.
    threads = min(threads, parameter.nb_workers.bounds()[1])
    options = {parameter.compression_level: 3, parameter.checksum_flag: 1, parameter.nb_workers: threads}
    return cast("Packer", library.ZstdCompressor(options=options))


_BZIP2_BLOCKS = (b"\x31\x41\x59\x26\x53\x59", b"\x17\x72\x45\x38\x50\x90")
"""What follows bzip2's header: a block, or the end of an empty stream. The header alone is letters, as text may."""

PACKINGS = (
    Packing("gzip", ".gz", (b"\x1f\x8b\x08",), "gzip -t", _gzip_unpacker, _gzip_packer, padding=b"\0"),
    Packing(
        "zstd",
        ".zst",
        (b"\x28\xb5\x2f\xfd", *(bytes((0x50 + n, 0x2A, 0x4D, 0x18)) for n in range(16))),  # the others: to be skipped
        "zstd -t",
        _zstd_unpacker,
        _zstd_packer,
    ),
    Packing(
        "bzip2",
        ".bz2",
        tuple(b"BZh%d" % level + block for level in range(1, 10) for block in _BZIP2_BLOCKS),
        "bzip2 -t",
        _bzip2_unpacker,
        _bzip2_packer,
    ),
    Packing("xz", ".xz", (b"\xfd7zXZ\0",), "xz -t", _xz_unpacker, _xz_packer, padding=b"\0"),
)

MAGIC_SIZE = max(len(magic) for packing in PACKINGS for magic in packing.magics)
"""Bytes that tell how a stream is compressed."""


def by_magic(head: bytes) -> Packing | None:
    """Return how a stream with this beginning is compressed, None if not at all."""
    return next((packing for packing in PACKINGS if head.startswith(packing.magics)), None)


def may_be_magic(head: bytes) -> bool:
    """Return True if more bytes could make this beginning the one of a compressed stream."""
    return any(len(head) < len(magic) and magic.startswith(head) for packing in PACKINGS for magic in packing.magics)


def by_name(path: HasName) -> Packing | None:
    """Return the compression that the name of an output asks for, None if it asks for none."""
    return next((packing for packing in PACKINGS if path.name.lower().endswith(packing.suffix)), None)

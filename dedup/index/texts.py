"""The texts of a segment: packed in blocks, of which those are unpacked that are asked for."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import BinaryIO, Protocol

    from numpy.typing import NDArray

    from dedup.text.arrays import Ints

    class Writable(Protocol):
        """A file that is written from its beginning on."""

        def write(self, data: bytes, /) -> int:
            """Write all of some bytes."""

        def tell(self) -> int:
            """Return how many have been written."""


_BLOCK = 1 << 16
"""Bytes of a block before it is packed, about: a text is never cut."""
_LEVEL = 3


def _zstd() -> Any:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd


def write_texts(file: Writable, texts: Iterable[bytes]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Write texts, one after the other.

    Returns:
        The first text of each block; and where each block begins, and the last one ends.
    """
    library = _zstd()
    parameter = library.CompressionParameter
    options = {parameter.compression_level: _LEVEL, parameter.checksum_flag: 1}
    first, at = [], [file.tell()]
    waiting: list[bytes] = []
    size = number = 0

    def write() -> None:
        first.append(number - len(waiting))
        file.write(library.compress(b"".join(waiting), options=options))
        at.append(file.tell())
        waiting.clear()

    for text in texts:
        waiting.append(text)
        number += 1
        size += len(text)
        if size >= _BLOCK:
            write()
            size = 0
    if waiting:
        write()
    return np.array(first, np.uint32), np.array(at, np.int64)


def read_texts(
    file: BinaryIO, blocks: tuple[NDArray[np.uint32], NDArray[np.int64]], sizes: NDArray[np.uint32], wanted: Ints
) -> list[bytes]:
    """Return some texts.

    Args:
        file: it, unbuffered.
        blocks: as `write_texts` returned them.
        sizes: bytes of each text.
        wanted: their numbers, ascending; int64.

    Raises:
        ValueError: a block is damaged.
    """
    first, at = blocks
    library = _zstd()
    of_block = np.searchsorted(first, wanted, side="right") - 1
    found: list[bytes] = []
    heads = np.flatnonzero(np.diff(of_block, prepend=-1))
    for begin, end in zip(heads.tolist(), [*heads[1:].tolist(), len(wanted)], strict=True):
        block = int(of_block[begin])
        file.seek(int(at[block]))
        try:
            data = library.decompress(file.read(int(at[block + 1] - at[block])))
        except library.ZstdError as error:
            raise ValueError(str(error)) from None
        found += _cut(data, int(first[block]), sizes, wanted[begin:end].tolist())
    return found


def unpacked_blocks(
    file: BinaryIO, blocks: tuple[NDArray[np.uint32], NDArray[np.int64]], sizes: NDArray[np.uint32]
) -> Iterator[tuple[int, list[bytes]]]:
    """Yield the number of the first text of each block, and its texts.

    Args:
        file: they, unbuffered.
        blocks: as `write_texts` returned them.
        sizes: bytes of each text.

    Raises:
        ValueError: a block is damaged, or has not as many bytes as its texts.
    """
    first, at = blocks
    library = _zstd()
    for begin, end, start, stop in zip(
        first.tolist(), [*first.tolist(), len(sizes)][1:], at[:-1].tolist(), at[1:].tolist(), strict=True
    ):
        some = sizes[begin:end]
        size = int(some.sum(dtype=np.int64))
        file.seek(start)
        unpack = library.ZstdDecompressor()
        try:
            # No more than is expected, whatever the block claims to hold.
            data = unpack.decompress(file.read(stop - start), max_length=size + 1)
        except library.ZstdError as error:
            raise ValueError(str(error)) from None
        if len(data) != size or not unpack.eof:
            raise ValueError("a block of texts has another size")
        ends = np.cumsum(some, dtype=np.int64)
        edges = zip((ends - some).tolist(), ends.tolist(), strict=True)
        yield begin, [data[low:high] for low, high in edges]


def _cut(data: bytes, first: int, sizes: NDArray[np.uint32], wanted: Sequence[int]) -> list[bytes]:
    ends = np.cumsum(sizes[first : wanted[-1] + 1], dtype=np.int64).tolist()
    if ends[-1] > len(data):
        raise ValueError("a block of texts is too short")
    return [data[ends[number - first] - int(sizes[number]) : ends[number - first]] for number in wanted]

"""What the inputs of a day hold, as a sum by which the day is known again, however its bytes are cut into pieces."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from dedup.text.arrays import Ints

_POLYNOMIAL = 0xEDB88320
"""Of CRC-32, reflected."""
_SIZE_BITS = 48
"""Bits of the longest input, in bytes."""


def content_check(
    number: int, source: Ints, crc: NDArray[np.uint32], size: Ints, digests: Iterable[NDArray[np.uint64]]
) -> str:
    """Return a sum of all that was read: of its bytes, and of the paragraphs that were found in them.

    Args:
        number: of inputs.
        source: that of the input of each piece, or -1 for what is none's; those of one input follow one another.
        crc: CRC-32 of each piece.
        size: bytes of each.
        digests: of all paragraphs, in order.
    """
    there = (size > 0) & (source >= 0)
    source, crc, size = source[there], crc[there], size[there]
    every = np.zeros(number, [("crc", "<u4"), ("size", "<i8")])
    heads = np.flatnonzero(np.append(True, source[1:] != source[:-1])[: len(source)])
    if len(heads):
        here, totals, ends = source[heads], np.add.reduceat(size, heads), np.cumsum(size)
        last = np.append(heads[1:], len(source)) - 1
        behind = np.repeat(ends[last], last - heads + 1) - ends
        every["crc"][here], every["size"][here] = np.bitwise_xor.reduceat(_moved(crc, behind), heads), totals
    found = blake2b(every.tobytes(), digest_size=16)
    for some in digests:
        found.update(np.ascontiguousarray(some, "<u8").tobytes())
    return found.hexdigest()


def _moved(crc: NDArray[np.uint32], behind: Ints) -> NDArray[np.uint32]:
    """Return what CRC-32s of pieces add to that of a whole in which so many bytes come behind each."""
    power = np.array([1 << bit for bit in range(32)], np.uint32)  # of one byte
    for _ in range(8):
        power = np.where(power & 1, power >> 1 ^ np.uint32(_POLYNOMIAL), power >> 1).astype(np.uint32)
    moved = crc.copy()
    for bit in range(_SIZE_BITS):
        chosen = np.flatnonzero(behind >> bit & 1)
        if len(chosen):
            moved[chosen] = _times(power, moved[chosen])
        power = _times(power, power)
    return moved


def _times(matrix: NDArray[np.uint32], values: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return values times a matrix over two elements, which is given by what it makes of each bit."""
    out = np.zeros_like(values)
    for bit in range(32):
        out ^= np.where(values >> np.uint32(bit) & np.uint32(1), matrix[bit], np.uint32(0)).astype(np.uint32)
    return out

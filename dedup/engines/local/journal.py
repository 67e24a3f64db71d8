"""Lines of the journal of a spool: what each task added to each column, with checksums of it.

The checksums are CRC-32 (ISO 3309, as in gzip): they find damage (a zeroed range, a flipped bit, a file in the place of
another one), and are no protection against anyone who can write to the directory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable
    from io import FileIO

    from numpy.typing import NDArray

_CHUNK = 1 << 20


def checksum() -> Callable[[bytes | bytearray | memoryview, int], int]:
    """Return the function that continues the CRC-32 of what stands before with some bytes."""
    try:
        from isal.isal_zlib import crc32  # six times as fast; only for what is kept
    except ImportError:  # `dependencies` in pyproject.toml says for which machines there is one
        from zlib import crc32
    return crc32  # type: ignore[no-any-return, unused-ignore]


def line_type(columns: int) -> np.dtype[Any]:
    """Return the type of a line: entries added to each column, CRC-32 of them, the task's number, the line's CRC-32."""
    fields = [("counts", "<i8", (columns,)), ("sums", "<u4", (columns,)), ("check", "<i8"), ("sum", "<u4")]
    return np.dtype(fields)


def line_of(counts: list[int], sums: list[int], check: int, token: str) -> NDArray[np.void]:
    """Return a line, of the directory with this token."""
    line = np.zeros(1, line_type(len(counts)))
    line["counts"], line["sums"], line["check"] = counts, sums, check
    line["sum"] = _sum_of(line, token)
    return line


def _sum_of(line: NDArray[np.void], token: str) -> int:
    raw = line.tobytes()
    return checksum()(raw[: -line.dtype["sum"].itemsize], checksum()(token.encode(), 0))


def whole_lines(raw: bytes, columns: int, token: str) -> tuple[NDArray[np.void], int]:
    """Return the lines of a journal up to the first one that is damaged, and how many whole lines it has.

    Args:
        raw: the journal; it may end in the middle of a line, which a killed run was writing.
        columns: number of columns.
        token: of the directory; lines of another one count as damaged.
    """
    dtype = line_type(columns)
    lines = np.frombuffer(raw[: len(raw) // dtype.itemsize * dtype.itemsize], dtype)
    for number in range(len(lines)):
        line = lines[number : number + 1]
        if int(line["sum"][0]) != _sum_of(line, token) or (line["counts"] < 0).any():
            return lines[:number], len(lines)
    return lines, len(lines)


def undamaged(file: FileIO, sizes: NDArray[np.int64], sums: NDArray[np.uint32]) -> int:
    """Return how many tasks, from the first one, a column holds as they were written.

    Args:
        file: the column, at its beginning.
        sizes: bytes of each task.
        sums: CRC-32 of each.

    Raises:
        OSError: it cannot be read.
    """
    crc32 = checksum()
    buffer = memoryview(bytearray(_CHUNK))
    for number, (size, wanted) in enumerate(zip(sizes.tolist(), sums.tolist(), strict=True)):
        found, left = 0, size
        while left and (got := file.readinto(buffer[: min(left, _CHUNK)])):
            found = crc32(buffer[:got], found)
            left -= got
        if left or found != wanted:
            return number
    return len(sizes)

"""The columns of a segment, and the numbers by which paragraphs are known across segments.

Of each paragraph, in the order in which it stood: its digest, its span, what is known of it (`SHORT`, `WANTED`), and
the round in which it went. Of each different long paragraph that no earlier segment has (a class): its digest, and
where it stood first; of one that goes, what it goes for. Of each that is kept: what candidates are found by, and its
text.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

DAY_BITS = 40
"""Bits of a paragraph's number within its day; those above are the day's number."""
SHORT, WANTED = 1, 2
"""Flags of a paragraph: too short to go by itself; it goes by itself, or was to go and is retained where it stands."""
_STEP, _HEADER = 64, 256
"""Bytes of a header: a multiple of the one, and at most the other."""
ALWAYS = 255
"""The round until which a run of short paragraphs stands that still does."""

VERDICT = np.dtype([("how", "i1"), ("similarity", "<f4"), ("coverage", "<f4"), ("kind", "<i2")])
DOCUMENT = np.dtype([("file", "<i4"), ("line", "<i4"), ("paragraphs", "<i4")])
COLUMNS: dict[str, np.dtype[Any]] = {
    # All paragraphs, in order.
    "documents": DOCUMENT,
    "digests": np.dtype(("<u8", (2,))),
    "spans": np.dtype(("<i4", (2,))),
    "flags": np.dtype("u1"),
    "gone": np.dtype("u1"),
    # Short ones that went, ascending, and what stays in their place.
    "gone_paragraph": np.dtype("<u4"),
    "gone_witness": np.dtype("<i8"),
    # Classes, by the second half of their digests.
    "class_digest": np.dtype("<u8"),
    "class_paragraph": np.dtype("<u4"),
    # Classes that go, by their first paragraph.
    "want_paragraph": np.dtype("<u4"),
    "want_witness": np.dtype("<i8"),
    "want_verdict": VERDICT,
    # Classes that are kept, by their first paragraph.
    "kept_paragraph": np.dtype("<u4"),
    "kept_key": np.dtype("<u8"),
    "kept_numbers": np.dtype("<u8"),
    "kept_bits": np.dtype(("<u8", (2,))),
    "kept_words": np.dtype("<i4"),
    "kept_size": np.dtype("<u4"),
    "by_key": np.dtype("<u4"),
    # Keys of all bands, those of one band together and ascending, and whose they are.
    "band_key": np.dtype("<u4"),
    "band_kept": np.dtype("<u4"),  # or `THREE_BYTES`
    # Blocks of texts: the first one in each, and where it begins.
    "block_first": np.dtype("<u4"),
    "block_at": np.dtype("<i8"),
    # Runs of three short paragraphs, by the hash of what they say.
    "run_hash": np.dtype("<u8"),
    "run_paragraphs": np.dtype(("<u4", (3,))),
    "run_rounds": np.dtype(("u1", (2,))),
}
THREE_BYTES = np.dtype(("u1", (3,)))
"""The type of ``band_kept`` where there are no more than `MOST_IN_THREE` kept: it and its keys are most of an index."""
MOST_IN_THREE = 1 << 24


class Places:
    """Places among the kept, in four bytes each or in the lower three; read as an array of uint32.

    Args:
        column: ``band_kept``, or a part of it.
    """

    def __init__(self, column: NDArray[Any]) -> None:
        self._column = column

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._column)

    def __getitem__(self, some: slice | NDArray[Any]) -> NDArray[np.uint32]:
        """Return some of them, in memory if they are in three bytes."""
        found = self._column[some]
        if found.ndim == 1:
            return found
        wide = np.zeros((len(found), 4), np.uint8)
        wide[:, :3] = found
        return wide.view("<u4").reshape(-1)


def in_three_bytes(places: NDArray[Any]) -> NDArray[np.uint8]:
    """Return places, each below `MOST_IN_THREE`, as `THREE_BYTES`."""
    wide: NDArray[np.uint8] = np.ascontiguousarray(places, "<u4").view(np.uint8).reshape(-1, 4)
    return wide[:, :3]


def dtypes_of(name: str) -> tuple[np.dtype[Any], ...]:
    """Return the types that a column may have."""
    return (COLUMNS[name], THREE_BYTES) if name == "band_kept" else (COLUMNS[name],)


def global_ids(day: int, paragraphs: NDArray[Any]) -> NDArray[np.int64]:
    """Return the numbers of a day's paragraphs across days: ascending in the order in which they were seen; int64."""
    found: NDArray[np.int64] = (np.int64(day) << DAY_BITS) + paragraphs.astype(np.int64)
    return found


def header(dtype: np.dtype[Any], number: int) -> bytes:
    """Return what the file of a column of so many entries begins with: what NumPy writes."""
    file = BytesIO()
    found = {"descr": np.lib.format.dtype_to_descr(dtype.base), "fortran_order": False}
    np.lib.format.write_array_header_1_0(file, {**found, "shape": (number, *dtype.shape)})
    return file.getvalue()


def read_column(path: Path, name: str) -> NDArray[Any]:
    """Return a column, memory-mapped.

    Raises:
        OSError: it cannot be read.
        ValueError: it is something else.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        begin = file.read(_HEADER)
    for dtype in dtypes_of(name):
        for at in range(_STEP, _HEADER + 1, _STEP):
            number, rest = divmod(size - at, dtype.itemsize)
            # A header is a literal of Python: one that NumPy has not written is not given to it to be read.
            if number >= 0 and not rest and begin[:at] == header(dtype, number):
                mapped = np.memmap(path, dtype.base, "r", at, (number, *dtype.shape))
                return np.asarray(mapped)  # without the subclass, whose every slice costs as much as a small array's
    raise ValueError("it holds something else")

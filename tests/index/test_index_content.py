"""A day is known again by its bytes and paragraphs, however these are cut into pieces."""

from __future__ import annotations

import zlib
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup.index.content import content_check

CUTS = st.lists(st.integers(0, 60), max_size=5)


def check(files: list[bytes], cuts: list[list[int]], digests: list[int] | None = None) -> str:
    """Return the check of some files, each cut at some places."""
    found = [
        (source, data[begin:end])
        for source, (data, places) in enumerate(zip(files, cuts, strict=True))
        for begin, end in pairwise([0, *sorted(places), max(60, len(data))])
    ]
    source, size = (np.array(column, np.int64) for column in zip(*((at, len(data)) for at, data in found), strict=True))
    crc = np.array([zlib.crc32(data) for _, data in found], np.uint32)
    every = np.array(digests or [], np.uint64).reshape(-1, 2)
    return content_check(len(files), source, crc, size, [every[:1], every[1:]])


@given(st.lists(st.tuples(st.binary(max_size=60), CUTS, CUTS), min_size=1, max_size=4))
def test_cuts_do_not_matter(files: list[tuple[bytes, list[int], list[int]]]) -> None:
    contents, one, other = (list(column) for column in zip(*files, strict=True))
    assert check(contents, one) == check(contents, other)


@given(st.binary(max_size=60), st.binary(max_size=60), CUTS)
def test_every_byte_and_every_paragraph_counts(data: bytes, other: bytes, cuts: list[int]) -> None:
    assert (check([data], [cuts]) == check([other], [cuts])) == (data == other)
    assert check([data, other], [cuts, cuts]) != check([data + other], [cuts])
    assert check([data], [cuts], [1, 2, 3, 4]) != check([data], [cuts], [1, 2, 4, 3])
    assert check([data], [cuts], [1, 2]) != check([data, b""], [cuts, []], [1, 2])


def test_what_is_no_inputs_does_not_count() -> None:
    """Such as a line end between two inputs, which is there only where they go into one output."""
    crc = np.array([zlib.crc32(data) for data in (b"one", b"\n", b"two")], np.uint32)
    with_joint = content_check(2, np.array([0, -1, 1]), crc, np.array([3, 1, 3]), [])
    assert with_joint == content_check(2, np.array([0, 1]), crc[[0, 2]], np.array([3, 3]), [])

"""What a document costs in memory, by the bytes that are allocated."""

from __future__ import annotations

import tracemalloc

import pytest

from dedup import clean
from dedup.text.paragraphs import split

_SIZE = 1 << 22


@pytest.mark.parametrize("line", ["\n", " \n", "\r\n", "\n \t \n"])
def test_lines_without_words_cost_no_more_than_their_characters(line: str) -> None:
    """A document of empty lines, which packs into a few bytes, takes less than eight bytes for each of its own."""
    clean("Twice.\nTwice.\n")  # the tables that stay
    text = line * (_SIZE // len(line)) + "The only line."
    tracemalloc.start()
    try:
        assert clean(text).text == text
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 * len(text) + (24 << 20), peak / len(text)


@pytest.mark.parametrize("blank", [" ", "\u200b", "\t"])
def test_a_blank_line_longer_than_a_piece_is_no_paragraph(blank: str) -> None:
    """Lines are found in pieces; one that reaches over several of them is read as a whole."""
    long = blank * ((1 << 20) + 5)
    assert split(f"{long}\na") == [(len(long) + 1, len(long) + 2)]
    assert split(f"{long}a\n{long}\nb") == [(0, len(long) + 1), (2 * len(long) + 3, 2 * len(long) + 4)]

"""The words of paragraphs with their places, by the native kernels: those that `dedup.shingling.tokenise` finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedup.fingerprint.native_batch import kernels_with
from dedup.native import kernels
from dedup.shingling import Words
from dedup.text.arrays import uint64_bytes
from dedup.text.characters import CLASS_MASK, OTHER, class_table, code_points
from dedup.text.signs import sign_table, written_as

if TYPE_CHECKING:
    from dedup.text.arrays import Codes, Ints


def native_words(text: str, data: bytes, edges: Ints) -> Words | list[int]:
    """Return the words of some paragraphs, or the numbers of those that are to be read in another form.

    Args:
        text: all paragraphs, and what is between them.
        data: the same in UTF-8, lone surrogates as they are.
        edges: first byte of each paragraph, and the first one behind it; int64, shape (paragraphs, 2).
    """
    module = kernels.native()
    assert module is not None  # noqa: S101 - the caller's part
    with_tables = kernels_with(kernels.instructions())
    hashes, numeric, places, counts, odd = module.placed_tokens(with_tables, data, uint64_bytes(edges))
    if odd:
        paragraphs: list[int] = odd
        return paragraphs
    starts, ends = _in_characters(np.frombuffer(places, "<i8").reshape(-1, 2), data, len(text)).T
    offsets = np.concatenate(([0], np.cumsum(np.frombuffer(counts, "<i8"))))
    codes = _with_signs(code_points(text), starts)
    return Words(np.frombuffer(hashes, "<u8"), np.frombuffer(numeric, bool), offsets, codes, starts, ends, None, text)


def _in_characters(places: Ints, data: bytes, length: int) -> Ints:
    """Return places in UTF-8 in characters of the text, of which there are so many."""
    if len(data) == length:
        return places
    rest = (np.frombuffer(data, np.uint8) & 0xC0) == 0x80  # noqa: PLR2004 - what goes on a character
    before = np.zeros(len(data) + 1, np.int64)
    np.cumsum(rest, out=before[1:])
    return places - before[places]


def _with_signs(codes: Codes, starts: Ints) -> Codes:
    """Return code points with each sign that is a token in the form in which it is compared."""
    first = codes[starts]
    form = written_as()[sign_table()[first]]
    at = np.flatnonzero((form > 0) & (class_table()[first] & CLASS_MASK == OTHER))
    if not len(at):
        return codes
    codes = codes.copy()
    codes[starts[at]] = form[at]
    return codes

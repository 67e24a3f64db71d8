"""The fingerprints of a batch of documents, as flat arrays ready to be spooled or shuffled."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROW = np.dtype(
    [
        ("paragraph", "<i8"),
        ("key", "<u8"),
        ("numbers", "<u8"),
        ("bits", "<u8", (2,)),
        ("text_at", "<i8"),
        ("letters_at", "<i8"),
        ("text_size", "<i4"),
        ("words", "<i4"),
        ("content", "<i4"),
        ("length", "<i4"),
    ]
)
"""A fingerprinted paragraph: its number; hash of its tokens; mask of its numbers; 128 bits of its signature, one of
each entry; where its text lies among all texts, and its words among all letters; bytes of the text; tokens; tokens that
are no function words, if they are counted; characters."""


class FingerprintTable(NamedTuple):
    """The fingerprints of a batch.

    Attributes:
        counts: paragraphs of each document; int32, shape (documents,).
        spans: first character, and first after it, of each paragraph in its document; int32, shape (paragraphs, 2).
        digests: BLAKE2b of each paragraph as it stands; uint64, shape (paragraphs, 2).
        rows: the paragraphs not fingerprinted before, in order; `ROW`, with numbers and places that count
            from the batch's beginning.
        bands: for the rows with enough words, in order: one 32-bit key for each band; uint32, shape (bands, rows).
        texts: the texts of those rows, one after the other; UTF-8, lone surrogates as they are.
        letters: their words, a character each; uint32.
    """

    counts: NDArray[np.int32]
    spans: NDArray[np.int32]
    digests: NDArray[np.uint64]
    rows: NDArray[np.void]
    bands: NDArray[np.uint32]
    texts: bytes
    letters: NDArray[np.uint32]


def moved_rows(sheet: FingerprintTable, paragraphs: int, texts: int, letters: int) -> NDArray[np.void]:
    """Return the rows of a sheet that comes behind so many paragraphs, bytes of text and letters."""
    rows = sheet.rows.copy()
    rows["paragraph"] += paragraphs
    rows["text_at"] += texts
    rows["letters_at"] += letters
    return rows


def concatenate_tables(sheets: list[FingerprintTable], bands: int) -> FingerprintTable:
    """Return several sheets as one; none give an empty one with this number of bands."""
    if len(sheets) == 1:
        return sheets[0]
    rows: list[NDArray[np.void]] = []
    paragraph = text = letters = 0
    for sheet in sheets:
        rows.append(moved_rows(sheet, paragraph, text, letters))
        paragraph += len(sheet.digests)
        text += len(sheet.texts)
        letters += len(sheet.letters)
    return FingerprintTable(
        np.concatenate([s.counts for s in sheets] or [np.empty(0, np.int32)]),
        np.concatenate([s.spans for s in sheets] or [np.empty((0, 2), np.int32)]),
        np.concatenate([s.digests for s in sheets] or [np.empty((0, 2), np.uint64)]),
        np.concatenate(rows or [np.empty(0, ROW)]),
        np.concatenate([s.bands for s in sheets] or [np.empty((bands, 0), np.uint32)], axis=1),
        b"".join(s.texts for s in sheets),
        np.concatenate([s.letters for s in sheets] or [np.empty(0, np.uint32)]),
    )

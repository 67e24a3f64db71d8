"""From texts to fingerprints: paragraphs, digests, keys, number masks and band keys, for a batch of documents at once.

A paragraph that has been fingerprinted before, byte for byte, costs only its digest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.fingerprint.exact_copies import first_of_each
from dedup.fingerprint.native_batch import NativeBatch
from dedup.fingerprint.python_batch import PythonBatch
from dedup.fingerprint.table import FingerprintTable, concatenate_tables
from dedup.native.kernels import native
from dedup.text.characters import mix
from dedup.text.long_texts import BATCH, LONG, chunks, split_together
from dedup.text.utf8_paragraphs import encoded, split_encoded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dedup.fingerprint.minhash import Banding
    from dedup.fingerprint.shared_digests import PendingDigests, SharedDigestSet
    from dedup.model.settings import Settings
    from dedup.text.arrays import Hashes, Ints
    from dedup.text.utf8_paragraphs import EncodedTexts


def fingerprint(
    texts: Sequence[str],
    salts: Sequence[int] | None,
    settings: Settings,
    banding: Banding,
    seen: SharedDigestSet | PendingDigests,
) -> FingerprintTable:
    """Fingerprint the paragraphs of some documents.

    Args:
        texts: the documents.
        salts: a number for each document; only documents of the same number are compared with one another. None: all
            are.
        settings: how paragraphs are split, and how many words make one that may go by itself.
        banding: how signatures are cut.
        seen: what has been fingerprinted.
    """
    sheets: list[FingerprintTable] = []
    start = 0
    while start < len(texts):
        if len(texts[start]) > LONG:
            salt = None if salts is None else salts[start]
            sheets.append(_long(texts[start], salt, settings, banding, seen))
            start += 1
            continue
        stop, size = start, 0
        while stop < len(texts) and (size < BATCH or stop == start) and len(texts[stop]) <= LONG:
            size += len(texts[stop])
            stop += 1
        some = None if salts is None else np.array(salts[start:stop], np.uint64)
        sheets.append(_batch(texts[start:stop], some, settings, banding, seen))
        start = stop
    return concatenate_tables(sheets, banding.bands)


def _long(
    text: str, salt: int | None, settings: Settings, banding: Banding, seen: SharedDigestSet | PendingDigests
) -> FingerprintTable:
    """Fingerprint one very long document in chunks."""
    sheets: list[FingerprintTable] = []
    salts = None if salt is None else np.array([salt], np.uint64)
    for start, stop in chunks(text):
        sheet = _batch([text[start:stop]], salts, settings, banding, seen)
        sheets.append(sheet._replace(spans=sheet.spans + np.int32(start)))
    whole = concatenate_tables(sheets, banding.bands)
    return whole._replace(counts=whole.counts.sum(keepdims=True, dtype=np.int32))


def _batch(
    texts: Sequence[str],
    salts: NDArray[np.uint64] | None,
    settings: Settings,
    banding: Banding,
    seen: SharedDigestSet | PendingDigests,
) -> FingerprintTable:
    if native() is not None:
        return fingerprint_encoded(encoded(texts), salts, settings, banding, seen)
    found = split_together(texts, settings.split)
    counts = np.array([len(spans) for spans in found], np.int64)
    paragraphs = [text[a:b] for text, spans in zip(texts, found, strict=True) for a, b in spans.tolist()]
    groups = None if salts is None else np.repeat(salts, counts)
    placed = _Placed(counts, np.concatenate([np.empty((0, 2), np.int64), *found]), groups)
    return _table(PythonBatch(paragraphs, groups), placed, settings, banding, seen)


def fingerprint_encoded(
    texts: EncodedTexts,
    salts: NDArray[np.uint64] | None,
    settings: Settings,
    banding: Banding,
    seen: SharedDigestSet | PendingDigests,
) -> FingerprintTable:
    """Do what `fingerprint` does for texts in UTF-8, none of them very long, by the native kernels: all in one go."""
    found = split_encoded(texts, settings.split)
    groups = None if salts is None else np.repeat(salts, found.counts)
    batch = NativeBatch(texts.data, found.edges, groups)
    return _table(batch, _Placed(found.counts, found.spans, groups), settings, banding, seen)


def fingerprint_paragraphs(paragraphs: Sequence[bytes], settings: Settings, banding: Banding) -> FingerprintTable:
    """Fingerprint texts that are a paragraph each, whatever they hold; a row for each, in order.

    Args:
        paragraphs: in UTF-8, lone surrogates as they are.
        settings: how many words make one that may go by itself.
        banding: how signatures are cut.
    """
    number = len(paragraphs)
    batch = _each_a_paragraph(paragraphs)
    every = np.arange(number)
    rows, bands, kept, letters = batch.rows(every, None, settings, banding)
    rows["paragraph"] = every
    return FingerprintTable(
        np.ones(number, np.int32), np.zeros((number, 2), np.int32), batch.digests, rows, bands, kept, letters
    )


def digests_of(paragraphs: Sequence[bytes]) -> NDArray[np.uint64]:
    """Return the digests of texts that are a paragraph each; see `fingerprint_paragraphs`."""
    return _each_a_paragraph(paragraphs).digests


def _each_a_paragraph(paragraphs: Sequence[bytes]) -> PythonBatch | NativeBatch:
    if native() is None:
        return PythonBatch([text.decode("utf-8", "surrogatepass") for text in paragraphs], None)
    ends = np.cumsum([len(text) for text in paragraphs], dtype=np.int64)
    edges = np.stack((np.concatenate(([0], ends[:-1]))[: len(paragraphs)], ends), axis=1)
    return NativeBatch(b"".join(paragraphs), edges, None)


class _Placed(NamedTuple):
    """How many paragraphs each document has, where each stands in its document, and the number of its group."""

    counts: Ints
    spans: Ints
    groups: Hashes | None


def _table(
    batch: PythonBatch | NativeBatch,
    placed: _Placed,
    settings: Settings,
    banding: Banding,
    seen: SharedDigestSet | PendingDigests,
) -> FingerprintTable:
    counts, spans, groups = placed
    first = first_of_each(batch.digests)
    fresh = first[seen.add(batch.digests[first])]
    salt = None if groups is None else mix(groups + np.uint64(1))[fresh]
    rows, bands, kept, letters = batch.rows(fresh, salt, settings, banding)
    rows["paragraph"] = fresh
    rows["length"] = (spans[:, 1] - spans[:, 0])[fresh]
    return FingerprintTable(counts.astype(np.int32), spans.astype(np.int32), batch.digests, rows, bands, kept, letters)

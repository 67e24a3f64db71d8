"""From texts to fingerprints: paragraphs, digests, keys, number masks and band keys, for a batch of documents at once.

A paragraph that has been fingerprinted before, byte for byte, costs only its digest.
"""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

from dedup.fingerprint.exact_copies import first_of_each
from dedup.fingerprint.minhash import band_keys, signatures
from dedup.fingerprint.table import ROW, FingerprintTable, concatenate_tables
from dedup.fingerprint.utf8_tokens import tokens_of
from dedup.language.wordlists import FUNCTION
from dedup.shingling import Tokens, keys, shingles, tokenise
from dedup.text.arrays import ranges
from dedup.text.characters import code_points, fold, mix
from dedup.text.long_texts import BATCH, LONG, chunks
from dedup.text.paragraphs import split_batch
from dedup.text.token_chars import encode_tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dedup.fingerprint.minhash import Banding
    from dedup.fingerprint.shared_digests import PendingDigests, SharedDigestSet
    from dedup.model.settings import Settings
    from dedup.shingling import Words


WIDTH = 2
"""Tokens of a shingle that is signed."""

_BITS = 128


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
    text = "\n".join(texts)
    begins = np.concatenate(([0], np.cumsum([len(t) + 1 for t in texts[:-1]]))).astype(np.int64)
    spans = split_batch(text, code_points(text), begins, settings.split)
    counts = np.bincount(spans.documents, minlength=len(texts)).astype(np.int32)
    bodies = _encoded([text[a:b] for a, b in zip(spans.starts.tolist(), spans.ends.tolist(), strict=True)])
    salt = None if salts is None else mix(salts[spans.documents] + np.uint64(1))
    digests = _digests(bodies, None if salts is None else salts[spans.documents].astype("<u8"))
    places = np.stack((spans.starts, spans.ends), axis=1) - begins[spans.documents][:, None]
    first = first_of_each(digests)
    fresh = first[seen.add(digests[first])]
    some = [bodies[i] for i in fresh.tolist()]
    rows, bands, kept, letters = _rows(some, None if salt is None else salt[fresh], settings, banding)
    rows["paragraph"] = fresh
    rows["length"] = (spans.ends - spans.starts)[fresh]
    return FingerprintTable(counts, places.astype(np.int32), digests, rows, bands, kept, letters)


def _encoded(paragraphs: list[str]) -> list[bytes]:
    """Return the UTF-8 of some paragraphs, lone surrogates as they are."""
    try:
        return [paragraph.encode() for paragraph in paragraphs]  # a fifth quicker than with arguments
    except UnicodeEncodeError:
        return [paragraph.encode("utf-8", "surrogatepass") for paragraph in paragraphs]


def _digests(bodies: list[bytes], salts: NDArray[np.uint64] | None) -> NDArray[np.uint64]:
    """Return the 128-bit BLAKE2b of each text and the number of its group: uint64, shape (texts, 2)."""
    if salts is None:
        empty = blake2b(digest_size=16)
        pieces = []
        for body in bodies:
            # To copy one that has not begun is quicker than to ask for another one.
            one = empty.copy()
            one.update(body)
            pieces.append(one.digest())
    else:
        each = (salt.tobytes() for salt in salts)
        pieces = [blake2b(body, digest_size=16, salt=salt).digest() for body, salt in zip(bodies, each, strict=True)]
    raw = b"".join(pieces)
    return np.frombuffer(raw, "<u8").astype(np.uint64).reshape(-1, 2)


def _rows(
    bodies: list[bytes], salt: NDArray[np.uint64] | None, settings: Settings, banding: Banding
) -> tuple[NDArray[np.void], NDArray[np.uint32], bytes, NDArray[np.uint32]]:
    """Return the rows, the band keys, the texts and the letters of some paragraphs."""
    rows = np.zeros(len(bodies), ROW)
    words = tokens_of(bodies)
    sizes = np.diff(words.offsets)
    rows["key"] = keys(words) if salt is None else keys(words) ^ salt
    rows["words"] = sizes
    if settings.keep == "richest":
        rows["content"] = _content(words)
    rows["numbers"] = _numbers(words, sizes)
    eligible = np.flatnonzero(sizes >= settings.min_words)
    kept = [bodies[i] for i in eligible.tolist()] if len(eligible) < len(bodies) else bodies
    lengths = np.array([len(one) for one in kept], np.int64)
    rows["text_size"][eligible] = lengths
    rows["text_at"][eligible] = np.cumsum(lengths) - lengths
    number = sizes[eligible]
    rows["letters_at"][eligible] = np.cumsum(number) - number
    if len(eligible) < len(bodies):
        words = _chosen(words, eligible, number)
    letters = encode_tokens(words.hashes, words.numeric)
    if settings.exact:
        return rows, np.empty((0, len(eligible)), np.uint32), b"".join(kept), letters
    # Of a signature of 126 entries the first 126 of the usual 128 will do, whose permutations are at hand.
    signed = signatures(*shingles(words, WIDTH), max(banding.num_perm, _BITS))
    rows["bits"][eligible] = _bits(signed)
    bands = band_keys(signed, banding)
    if salt is not None:
        bands = mix(bands ^ salt[eligible])
    return rows, (bands >> np.uint64(32)).astype(np.uint32), b"".join(kept), letters


def _chosen(words: Tokens, chosen: NDArray[np.int64], sizes: NDArray[np.int64]) -> Tokens:
    """Return the tokens of some paragraphs, of which each has so many."""
    inside = ranges(words.offsets[chosen], sizes)
    return Tokens(words.hashes[inside], words.numeric[inside], np.concatenate(([0], np.cumsum(sizes))))


def words_of(bodies: Sequence[str], *, placed: bool = False) -> Words:
    """Return the tokens of some texts, as of the paragraphs of a batch; `placed`: see `tokenise`."""
    lengths = np.array([len(body) for body in bodies], np.int64)
    ends = np.cumsum(lengths + 1) - 1
    # Not a line end: some of the texts hold one, and it is no part of a word either.
    return tokenise("\n".join(bodies), ends - lengths, ends, placed=placed)


def _numbers(words: Tokens, sizes: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return a mask of each paragraph's tokens with digits: one of 64 bits for each; uint64."""
    masks = np.zeros(len(sizes), np.uint64)
    numeric = np.flatnonzero(words.numeric)
    if len(numeric):
        owner = np.searchsorted(words.offsets, numeric, side="right") - 1
        bits = np.uint64(1) << (mix(words.hashes[numeric]) >> np.uint64(58))
        heads = np.flatnonzero(np.concatenate(([True], owner[1:] != owner[:-1])))
        masks[owner[heads]] = np.bitwise_or.reduceat(bits, heads)
    return masks


@cache
def function_words() -> NDArray[np.uint64]:
    """Return the hashes of function words, sorted: uint64."""
    return np.unique(words_of(sorted(fold(word) for word in FUNCTION)).hashes)


def _content(words: Tokens) -> NDArray[np.int64]:
    """Count each paragraph's tokens that are no function words."""
    table = function_words()
    place = np.minimum(np.searchsorted(table, words.hashes), len(table) - 1)
    other = np.concatenate(([0], np.cumsum(table[place] != words.hashes)))
    counts: NDArray[np.int64] = other[words.offsets[1:]] - other[words.offsets[:-1]]
    return counts


def _bits(signed: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """Return one bit of each of the first 128 entries of every signature: uint64, shape (paragraphs, 2).

    b-bit minwise hashing with b = 1 (Li and Koenig 2010): two texts of resemblance J agree on (1 + J) / 2 of the bits.
    """
    low = np.zeros((signed.shape[1], _BITS), np.uint8)
    low[:, : len(signed)] = signed[:_BITS].astype(np.uint8).T
    low &= np.uint8(1)
    return np.packbits(low, axis=1, bitorder="little").view("<u8").astype(np.uint64)

"""What `dedup.fingerprint.fingerprint` computes for a batch of paragraphs, in numpy: the specification.

`dedup.fingerprint.native_batch` gives the same bytes.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

from dedup.fingerprint.minhash import BITS, band_keys, signatures
from dedup.fingerprint.table import ROW
from dedup.fingerprint.words import function_words, words_of
from dedup.shingling import Tokens, keys, shingles
from dedup.text.arrays import ranges
from dedup.text.characters import mix
from dedup.text.token_chars import encode_tokens
from dedup.text.utf8_paragraphs import utf8

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.fingerprint.minhash import Banding
    from dedup.model.settings import Settings
    from dedup.text.arrays import Hashes, Ints

WIDTH = 2
"""Tokens of a shingle that is signed."""


class PythonBatch:
    """The paragraphs of a batch.

    Args:
        paragraphs: of all documents.
        groups: number of each paragraph's group, for its digest; None: they are all in one. uint64.

    Attributes:
        digests: BLAKE2b of each paragraph as it stands; uint64, shape (paragraphs, 2).
    """

    def __init__(self, paragraphs: list[str], groups: Hashes | None) -> None:
        self._texts = paragraphs
        self._bodies = utf8(paragraphs)
        self.digests = _digests(self._bodies, None if groups is None else groups.astype("<u8"))

    def rows(
        self, chosen: Ints, salt: Hashes | None, settings: Settings, banding: Banding
    ) -> tuple[NDArray[np.void], NDArray[np.uint32], bytes, NDArray[np.uint32]]:
        """Return the rows, the band keys, the texts and the letters of some of the paragraphs.

        Args:
            chosen: which ones; int64, ascending.
            salt: of each one's group, for its keys; None: they are all in one. uint64.
            settings: how many words make a paragraph that may go by itself, and what is asked for.
            banding: how signatures are cut.
        """
        words = words_of([self._texts[i] for i in chosen.tolist()], placed=False)
        return _rows(words, [self._bodies[i] for i in chosen.tolist()], salt, settings, banding)


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
    words: Tokens, bodies: list[bytes], salt: NDArray[np.uint64] | None, settings: Settings, banding: Banding
) -> tuple[NDArray[np.void], NDArray[np.uint32], bytes, NDArray[np.uint32]]:
    """Return the rows, the band keys, the texts and the letters of some paragraphs, by their tokens and their UTF-8."""
    rows = np.zeros(len(bodies), ROW)
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
    signed = signatures(*shingles(words, WIDTH), max(banding.num_perm, BITS))
    rows["bits"][eligible] = _bits(signed)
    bands = band_keys(signed, banding)
    if salt is not None:
        bands = mix(bands ^ salt[eligible])
    return rows, (bands >> np.uint64(32)).astype(np.uint32), b"".join(kept), letters


def _chosen(words: Tokens, chosen: NDArray[np.int64], sizes: NDArray[np.int64]) -> Tokens:
    """Return the tokens of some paragraphs, of which each has so many."""
    inside = ranges(words.offsets[chosen], sizes)
    return Tokens(words.hashes[inside], words.numeric[inside], np.concatenate(([0], np.cumsum(sizes))))


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
    low = np.zeros((signed.shape[1], BITS), np.uint8)
    low[:, : len(signed)] = signed[:BITS].astype(np.uint8).T
    low &= np.uint8(1)
    return np.packbits(low, axis=1, bitorder="little").view("<u8").astype(np.uint64)

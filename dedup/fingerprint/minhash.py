"""MinHash signatures and bands of a whole batch, in numpy, bit-identical with datasketch's ``affine32`` scheme.

A signature's entry ``k`` is the least of ``a[k] * h + b[k] mod 2^32`` over the paragraph's shingle hashes ``h``
(Broder 1997); the shares of equal entries estimate the resemblance of two shingle sets. Signatures are cut into bands
of rows; paragraphs that agree on a whole band become candidates, with probability ``1 - (1 - s^rows)^bands`` at
resemblance ``s`` (Indyk and Motwani 1998).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.text.characters import mix

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.text.arrays import Hashes, Ints


SEED = 1
_STORED = 128
"""Permutations that are kept in a file, made by ``tools/make_permutations.py``."""
BITS = 128
"""Entries of a signature of which a bit each is kept beside the bands."""
_BASE = np.uint64(0x9E3779B97F4A7C15)
_SLICE = 1 << 17
"""Shingles signed in one go: they stay in the cache while the permutations pass over them."""


class Banding(NamedTuple):
    """How signatures are cut: `bands` of `rows` entries each."""

    bands: int
    rows: int

    @property
    def num_perm(self) -> int:
        """Entries of a signature."""
        return self.bands * self.rows

    def recall(self, resemblance: float) -> float:
        """Return the probability that two paragraphs of this resemblance (0-1) share a band."""
        return float(1.0 - (1.0 - resemblance**self.rows) ** self.bands)


@cache
def permutations(num_perm: int, seed: int = SEED) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Return the multipliers and summands of datasketch's ``affine32`` permutations; uint32, shape (num_perm,) each."""
    if (num_perm, seed) == (_STORED, SEED):
        first, second = np.frombuffer(
            (Path(__file__).parent / "data" / f"permutations-{_STORED}.bin").read_bytes(), "<u4"
        ).reshape(2, -1)
        return first.astype(np.uint32), second.astype(np.uint32)
    from datasketch import MinHash  # half a second of imports, for other numbers of permutations only

    first, second = MinHash(num_perm=num_perm, seed=seed, scheme="affine32").permutations
    return np.asarray(first, np.uint32), np.asarray(second, np.uint32)


def _premixed(hashes: Hashes) -> NDArray[np.uint32]:
    """Return the lower halves of the hashes, scattered by the finaliser of MurmurHash3, as datasketch does."""
    values = hashes.astype(np.uint32)
    values ^= values >> np.uint32(16)
    values *= np.uint32(0x85EBCA6B)
    values ^= values >> np.uint32(13)
    values *= np.uint32(0xC2B2AE35)
    values ^= values >> np.uint32(16)
    return values


def signatures(hashes: Hashes, offsets: Ints, num_perm: int, seed: int = SEED) -> NDArray[np.uint32]:
    """Sign the shingle sets of a batch.

    Args:
        hashes: shingle hashes of all paragraphs, of which the lower 32 bits count; uint64.
        offsets: first shingle of each paragraph, and the number of shingles at the end; each has at least one.
        num_perm: entries of a signature.
        seed: of the permutations.

    Returns:
        uint32, shape (num_perm, paragraphs): column p equals ``MinHash(num_perm, seed, scheme="affine32")`` after the
        shingles of paragraph p as 32-bit hash values.
    """
    first, second = permutations(num_perm, seed)
    values = _premixed(hashes)
    count = len(offsets) - 1
    out = np.empty((num_perm, count), np.uint32)
    low = 0
    while low < count:
        begin = int(offsets[low])
        high = max(low + 1, int(np.searchsorted(offsets, begin + _SLICE, side="right")) - 1)
        part = values[begin : int(offsets[high])]
        inner = (offsets[low:high] - begin).astype(np.intp)
        permuted = np.empty_like(part)
        for k in range(num_perm):
            np.multiply(part, first[k], out=permuted)
            permuted += second[k]
            np.minimum.reduceat(permuted, inner, out=out[k, low:high])
        low = high
    return out


def band_keys(signed: NDArray[np.uint32], banding: Banding) -> Hashes:
    """Return one 64-bit key for every band of every paragraph: uint64, shape (bands, paragraphs)."""
    cut = signed[: banding.num_perm].reshape(banding.bands, banding.rows, -1)
    keys = np.repeat(np.arange(1, banding.bands + 1, dtype=np.uint64)[:, None], signed.shape[1], axis=1)
    for row in range(banding.rows):
        keys *= _BASE
        keys += cut[:, row]
    return mix(keys)

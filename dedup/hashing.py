"""64-bit hashes of tokens and of runs of tokens, for whole batches in numpy."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

from dedup.characters import mix

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Hashes = NDArray[np.uint64]

_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 1 << 64)
FACTOR = np.uint64(_BASE)
"""Odd, so that a product with it tells as much as the other factor."""
_STRETCH = 1 << 17
"""Values hashed in one go: the tables of powers stay in the cache."""
_LONGEST = 4096
"""Values of one span hashed by the fast path; longer spans are hashed piece by piece."""
WORD = 8
"""Bytes of a token hashed in one go."""
_MOST = 8 * WORD
"""Bytes of a token above which it is no word of a language, and hashed by itself."""


def token_hashes(data: bytes | NDArray[np.uint8], starts: Ints, ends: Ints) -> Hashes:
    """Hash tokens: equal bytes, equal hashes. Up to eight bytes, different ones never share one.

    Eight bytes at a time pass through the finaliser of SplitMix64.

    Args:
        data: the text.
        starts: first byte of each token, ascending; int64, shape (tokens,).
        ends: first byte after each token, beyond its start; int64, shape (tokens,). No token holds a NUL.
    """
    if not len(starts):
        return np.empty(0, np.uint64)
    padded = np.zeros(len(data) + WORD, np.uint8)
    padded[: len(data)] = np.frombuffer(data, np.uint8)
    words = np.ndarray((len(data) + 1,), "<u8", padded, 0, (1,))
    sizes = ends - starts
    out = mix(_first_bytes(words[starts], sizes) + FACTOR)
    rest = np.flatnonzero(sizes > WORD)
    lengths = sizes[rest]
    for at in range(WORD, _MOST, WORD):
        out[rest] = mix(out[rest] ^ _first_bytes(words[starts[rest] + at], lengths - at))
        more = lengths > at + WORD
        rest, lengths = rest[more], lengths[more]
        if not len(rest):
            return out
    for index in rest.tolist():
        token = padded[starts[index] : ends[index]].tobytes()
        out[index] = int.from_bytes(blake2b(token, digest_size=WORD).digest(), "little")
    return out


def _first_bytes(words: Hashes, sizes: Ints) -> Hashes:
    """Return so many of the eight bytes of each word, and zeros in place of the others."""
    return words << ((WORD - np.minimum(sizes, WORD)) << 3).astype(np.uint64)


@lru_cache(maxsize=1)
def _powers() -> tuple[Hashes, Hashes]:
    """Return the powers of the base and of its inverse modulo 2^64, for every place in a stretch; uint64."""
    size = _STRETCH + _LONGEST + 1
    up, down = np.full(size, _BASE, np.uint64), np.full(size, _INVERSE, np.uint64)
    up[0] = down[0] = 1
    return np.cumprod(up, dtype=np.uint64), np.cumprod(down, dtype=np.uint64)


def span_hashes(values: Hashes, starts: Ints, ends: Ints) -> Hashes:
    """Hash spans of an array of values: equal spans have equal hashes, wherever they stand.

    A polynomial modulo 2^64 over the scattered values, by differences of prefix sums, scattered once more with the
    length.

    Args:
        values: uint64.
        starts: first value of each span, ascending; int64, shape (spans,).
        ends: first value after each span, at least its start; int64, shape (spans,).
    """
    return _hash_spans(mix(values), starts, ends)


def _hash_spans(values: Hashes, starts: Ints, ends: Ints) -> Hashes:
    """Hash spans of values that are scattered already."""
    out = np.zeros(len(starts), np.uint64)
    if not len(starts):
        return out
    lengths = ends - starts
    up, down = _powers()
    short = np.minimum(ends, starts + _LONGEST)
    places = np.arange(0, int(starts[-1]) + _STRETCH, _STRETCH)
    cuts = np.searchsorted(starts, places)
    for index, place in enumerate(places.tolist()):
        lo = int(cuts[index])
        hi = int(cuts[index + 1]) if index + 1 < len(cuts) else len(starts)
        if lo == hi:
            continue
        part = values[place : int(short[lo:hi].max())]
        sums = np.zeros(len(part) + 1, np.uint64)
        np.multiply(part, up[: len(part)], out=sums[1:])
        np.cumsum(sums, out=sums)
        from_ = starts[lo:hi] - place
        out[lo:hi] = (sums[short[lo:hi] - place] - sums[from_]) * down[from_]
    for index in np.flatnonzero(lengths > _LONGEST).tolist():
        at = np.arange(starts[index], ends[index], _LONGEST, dtype=np.int64)
        parts = _hash_spans(values, at, np.minimum(at + _LONGEST, ends[index]))
        out[index] = span_hashes(parts, np.zeros(1, np.int64), np.array([len(parts)]))[0]
    return mix(out + mix(lengths.astype(np.uint64)))

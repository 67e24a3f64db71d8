"""64-bit hashes of tokens and of runs of tokens, for whole batches in numpy."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

from dedup.text.characters import mix

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.text.arrays import Hashes, Ints


_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 1 << 64)
FACTOR = np.uint64(_BASE)
"""Odd, so that a product with it tells as much as the other factor."""
_CACHE_BLOCK = 1 << 17
"""Values hashed in one go: the tables of powers stay in the cache."""
_LONGEST = 4096
"""Values of one span hashed by the fast path; longer spans are hashed piece by piece."""
WORD = 8
"""Bytes of a token hashed in one go."""
_MOST = 8 * WORD
"""Bytes of a token above which it is no word of a language, and hashed by itself."""
_SHIFTS = (np.arange(WORD, -1, -1) * 8).astype(np.uint64)
"""Bits by which a word is shifted of which so many bytes are to be left; the last entry stands for all above."""


def token_hashes(data: bytes | NDArray[np.uint8], starts: Ints, ends: Ints) -> Hashes:
    """Hash tokens: equal bytes, equal hashes. Up to eight bytes, different ones never share one.

    Eight bytes at a time pass through the finaliser of SplitMix64. Of a longer token, each eight bytes are added once
    more behind it (the feed-forward of Matyas, Meyer and Oseas 1985), so that no step can be computed backwards from
    its result. That makes it no cryptographic hash: 64 bits are too few, and two tokens of one hash are found in some
    minutes by trying. What is removed is confirmed on the tokens.

    Args:
        data: the text.
        starts: first byte of each token, ascending; int64, shape (tokens,).
        ends: first byte after each token, beyond its start; int64, shape (tokens,). No token holds a NUL.
    """
    if not len(starts):
        return np.empty(0, np.uint64)
    # Two words more than there are: a read at the end includes the next one.
    words = np.zeros(len(data) // WORD + 2, "<u8")
    words.view(np.uint8)[: len(data)] = np.frombuffer(data, np.uint8)
    sizes = ends - starts
    first = _first_bytes(words, starts, sizes)
    first += FACTOR
    out = mix(first)
    rest = np.flatnonzero(sizes > WORD)
    places, lengths = starts[rest], sizes[rest]
    state = out[rest] ^ first[rest]
    for _ in range(WORD, _MOST, WORD):
        if not len(rest):
            return out
        places += WORD
        lengths -= WORD
        block = _first_bytes(words, places, lengths)
        state = mix(state ^ block) ^ block
        out[rest] = state
        more = np.flatnonzero(lengths > WORD)
        rest, places, lengths, state = rest[more], places[more], lengths[more], state[more]
    padded = words.view(np.uint8)
    for index in rest.tolist():
        token = padded[starts[index] : ends[index]].tobytes()
        out[index] = int.from_bytes(blake2b(token, digest_size=WORD).digest(), "little")
    return out


def _first_bytes(words: Hashes, places: Ints, sizes: Ints) -> Hashes:
    """Return the first eight bytes at some places, or so many of them, with zeros in place of the others.

    Put together from the two words that they lie in: to read words that begin anywhere takes longer.

    Args:
        words: the bytes, eight by eight, with one word more behind them.
        places: of the first byte of each.
        sizes: bytes of each, at least one.
    """
    index = places >> 3
    shift = places & (WORD - 1)
    shift <<= 3
    low = shift.view(np.uint64)
    found: Hashes = words.take(index)
    found >>= low
    high = words[1:].take(index)
    # To shift by 64 gives zero.
    high <<= np.subtract(np.uint64(64), low, out=low)
    found |= high
    found <<= _SHIFTS.take(sizes, mode="clip")
    return found


@lru_cache(maxsize=1)
def _powers() -> tuple[Hashes, Hashes]:
    """Return the powers of the base and of its inverse modulo 2^64, for every place in a cache block; uint64."""
    size = _CACHE_BLOCK + _LONGEST + 1
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
    places = np.arange(0, int(starts[-1]) + _CACHE_BLOCK, _CACHE_BLOCK)
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

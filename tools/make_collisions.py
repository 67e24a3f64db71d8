"""Make different words and sequences of words that have equal hashes, for `tests/support/collisions.py`.

    python tools/make_collisions.py letters    # two words of 16 letters with one token hash; an hour
    python tools/make_collisions.py digits     # two numbers of 22 digits, likewise
    python tools/make_collisions.py sequences  # two sequences of 52 short words with equal letters and one key; seconds

The first two look for a collision by walking (van Oorschot and Wiener, "Parallel Collision Search with Cryptanalytic
Applications", 1999): each hash is written as the next word, until walks that began elsewhere come to the same place.
That takes some 2^32 steps, whatever the hash is. The last one is a generalised birthday (Wagner 2002): keys are sums,
so that words may be chosen which change a sum by nothing.
"""

from __future__ import annotations

import sys
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from dedup.text.characters import mix
from dedup.text.hashing import FACTOR, token_hashes
from dedup.text.token_chars import encode_tokens

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Hashes = NDArray[np.uint64]
    Writer = Callable[[Hashes], NDArray[np.uint8]]

_WALKS = 1 << 14
_DISTINGUISHED = 14
"""Zero bits at which a walk ends."""
_POSITIONS, _GROUP = 52, 13
"""Words of a sequence, and of each of the four groups in which they are chosen."""


def in_letters(values: Hashes) -> NDArray[np.uint8]:
    """Write numbers as words of 16 letters, four bits in each: uint8, (numbers, 16)."""
    halves = values.view(np.uint8).reshape(-1, 8)
    return np.concatenate((halves >> 4, halves & 15), axis=1) + np.uint8(ord("a"))


def in_digits(values: Hashes) -> NDArray[np.uint8]:
    """Write numbers as 22 octal digits: uint8, (numbers, 22)."""
    shifts = np.arange(0, 64, 3, dtype=np.uint64)
    return ((values[:, None] >> shifts) & np.uint64(7)).astype(np.uint8) + np.uint8(ord("0"))


def hashes(words: NDArray[np.uint8]) -> Hashes:
    """Return the token hash of each word."""
    number, size = words.shape
    starts = np.arange(number) * size
    return token_hashes(np.ascontiguousarray(words).reshape(-1), starts, starts + size)


def walk(write: Writer) -> tuple[bytes, bytes]:
    """Return two different words of one hash."""
    begins = mix(np.arange(1, _WALKS + 1, dtype=np.uint64))
    fresh = _WALKS
    at, steps = begins.copy(), np.zeros(_WALKS, np.int64)
    ends: dict[int, tuple[int, int]] = {}
    end = np.uint64((1 << _DISTINGUISHED) - 1)
    while True:
        at = hashes(write(at))
        steps += 1
        for place in np.flatnonzero(at & end == 0).tolist():
            mine = int(begins[place]), int(steps[place])
            known = ends.setdefault(int(at[place]), mine)
            if known[0] != mine[0] and (found := _meeting(write, known, mine)) is not None:
                return found
            fresh += 1
            begins[place] = at[place] = mix(np.array([fresh], np.uint64))[0]
            steps[place] = 0
            if len(ends) % 10_000 == 0:
                print(f"{len(ends):,} walks, about {len(ends) << _DISTINGUISHED:,} steps", file=sys.stderr)


def _meeting(write: Writer, one: tuple[int, int], other: tuple[int, int]) -> tuple[bytes, bytes] | None:
    """Return the words at which two walks that end alike come together; None where one runs into the other's start."""
    long, short = (one, other) if one[1] >= other[1] else (other, one)
    ahead = np.array([long[0]], np.uint64)
    for _ in range(long[1] - short[1]):
        ahead = hashes(write(ahead))
    both = np.array([ahead[0], short[0]], np.uint64)
    while both[0] != both[1]:
        words = write(both)
        both = hashes(words)
        if both[0] == both[1]:
            return words[0].tobytes(), words[1].tobytes()
    return None


def sequences() -> tuple[list[str], list[str]]:
    """Return two sequences of words, of which those in one place have the same letter, with one key."""
    pairs = _sharing(_POSITIONS)
    values = mix(hashes(np.array([[list(word) for word in pair] for pair in pairs], np.uint8).reshape(-1, 5)))
    change = values[1::2] - values[::2]
    for place in range(_POSITIONS):
        change[place:] *= FACTOR if place else np.uint64(1)
    for bits in (18, 17, 16):
        for choice in _balanced(change.reshape(4, _GROUP), bits):
            first = [pair[c < 0] for pair, c in zip(pairs, choice, strict=True)]
            second = [pair[c > 0] for pair, c in zip(pairs, choice, strict=True)]
            if first != second:
                return [word.decode() for word in first], [word.decode() for word in second]
    raise RuntimeError("no two sequences were found; try other words")


def _sharing(number: int) -> list[tuple[bytes, bytes]]:
    """Return pairs of words of five letters that have the same letter."""
    codes = np.arange(26**4)
    words = np.stack([np.full(len(codes), ord("z")), *(codes // 26**i % 26 + ord("a") for i in range(4))], axis=1)
    words = words.astype(np.uint8)
    letters = encode_tokens(hashes(words), np.zeros(len(words), bool))
    order = np.argsort(letters, kind="stable")
    out: list[tuple[bytes, bytes]] = []
    for one, other in pairwise(order.tolist()):
        if letters[one] == letters[other] and not (out and words[one].tobytes() == out[-1][1]):
            out.append((words[one].tobytes(), words[other].tobytes()))
            if len(out) == number:
                break
    return out


def _balanced(change: Hashes, bits: int) -> list[list[int]]:
    """Return choices of -1, 0 and 1 for each place, with which the changes, in four groups, add up to nothing.

    Sums of two groups are looked at if their lowest bits are zero.
    """
    sums = []
    for group in change:
        total = np.zeros(1, np.uint64)
        for one in group:
            total = (total + np.array([[0], [one], [-int(one) % (1 << 64)]], np.uint64)).reshape(-1)
        sums.append(total)
    left, right = _joined(sums[0], sums[1], bits), _joined(sums[2], sums[3], bits)
    halves = [sums[a][some[0]] + sums[b][some[1]] for (a, b), some in (((0, 1), left), ((2, 3), right))]
    found = _joined(*halves, 64)
    return [
        [int(c) for i in (left[0][a], left[1][a], right[0][b], right[1][b]) for c in _choice(int(i))]
        for a, b in zip(*found, strict=True)
    ]


def _choice(number: int) -> list[int]:
    return [(0, 1, -1)[number // 3**place % 3] for place in range(_GROUP)]


def _joined(one: Hashes, other: Hashes, bits: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the pairs of places, one in each, of which the sum has so many zero bits at its end."""
    mask = np.uint64((1 << bits) - 1)
    wanted = (np.uint64(0) - other) & mask
    order = np.argsort(wanted, kind="stable")
    ranked = wanted[order]
    first, last = (np.searchsorted(ranked, one & mask, side=side) for side in ("left", "right"))
    sizes = last - first
    mine = np.repeat(np.arange(len(one)), sizes)
    within = np.arange(len(mine)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return mine, order[np.repeat(first, sizes) + within]


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["letters"]:
            print(*walk(in_letters))
        case ["digits"]:
            print(*walk(in_digits))
        case ["sequences"]:
            print(*sequences(), sep="\n")
        case _:
            sys.exit(__doc__)

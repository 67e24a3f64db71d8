"""Tokens encoded as single characters, so that sequences of them are aligned as strings in C++."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_BITS = 19
_FIRST = 0x100
_SURROGATES = 0xD800, 0x800


def encode_tokens(hashes: NDArray[np.uint64], numeric: NDArray[np.bool_]) -> NDArray[np.uint32]:
    """Encode each word as a character, the same one for the same word: code points, uint32.

    Words with digits have odd code points, others even ones. Two different words share one with a probability of one in
    half a million: matches are confirmed on the words.
    """
    return _code_points((hashes >> np.uint64(64 - _BITS)).astype(np.uint32), numeric)


def _code_points(numbers: NDArray[np.uint32], numeric: NDArray[np.bool_]) -> NDArray[np.uint32]:
    """Return the code points that stand for some numbers below ``2 ** _BITS``; odd where `numeric`."""
    chars = numbers << np.uint32(1)
    chars += np.uint32(_FIRST)
    chars += numeric
    # Most of them are beyond the surrogates.
    chars += (chars >= _SURROGATES[0]) * np.uint32(_SURROGATES[1])
    return chars


def is_injective(chars: str, words: list[str]) -> bool:
    """Return True if equal characters are equal words among some words; `chars` has one for each of them."""
    known = dict(zip(chars, words, strict=True))
    return list(map(known.__getitem__, chars)) == words


def number_words(words: Sequence[str]) -> NDArray[np.uint32]:
    """Number the distinct words from 0, in the order in which they appear: uint32, one for each word."""
    known: dict[str, int] = {}
    return np.array([known.setdefault(word, len(known)) for word in words], np.uint32)


def encode_injectively(numbers: NDArray[np.uint32], chars: str) -> str | None:
    """Encode words injectively: a character for each distinct word, in place of one that follows from its hash.

    Args:
        numbers: of each word, as `number_words` gives them.
        chars: of each word, as `encode_tokens` gives them; they tell which words hold a digit.

    Returns:
        The characters; None if there are more distinct words than characters.
    """
    if int(numbers.max(initial=0)) >> _BITS:
        return None
    numeric = np.frombuffer(chars.encode("utf-32-le"), np.uint32) & 1 == 1
    return decode_chars(_code_points(numbers, numeric).astype("<u4").tobytes())


def is_numeric(char: str) -> bool:
    """Return True if a character stands for a word with a digit."""
    return bool(ord(char) & 1)


def decode_chars(chars: bytes) -> str:
    """Return the characters, as little-endian code points, as a string."""
    return chars.decode("utf-32-le")

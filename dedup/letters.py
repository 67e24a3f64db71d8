"""Words as single characters: an alignment of strings in C++ is the fastest there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BITS = 19
_FIRST = 0x100
_SURROGATES = 0xD800, 0x800


def letters_of(hashes: NDArray[np.uint64], numeric: NDArray[np.bool_]) -> NDArray[np.uint32]:
    """Return a character for each word, the same one for the same word: code points, uint32.

    Those of words with digits are odd, the others even. Two different words share one once in half a million times:
    what looks alike is looked at again.
    """
    letters = (hashes >> np.uint64(64 - _BITS)).astype(np.uint32)
    letters <<= np.uint32(1)
    letters += np.uint32(_FIRST)
    letters += numeric
    # Most of them are beyond the surrogates.
    letters += (letters >= _SURROGATES[0]) * np.uint32(_SURROGATES[1])
    return letters


def is_numeric(letter: str) -> bool:
    """Tell whether a letter stands for a word with a digit."""
    return bool(ord(letter) & 1)


def string_of(letters: bytes) -> str:
    """Return the characters, as little-endian code points, as a string."""
    return letters.decode("utf-32-le")

"""What each character is to the matcher, and what it folds to; pinned to one version of Unicode.

The tables are built on first use (a few milliseconds) and never change: the same text has the same words on every
machine and under every Python.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

OTHER, LETTER, DIGIT, MARK, ALONE, IGNORE, SPACE, BREAK = range(8)
"""Classes: punctuation and symbols; letters; digits; combining marks, which belong to the word before them; characters
of scripts written without spaces, each a token; characters that are not there for the reader (soft hyphen, joiners,
byte order mark); spaces; line ends."""

CLASS_MASK = 15
NORMALISE = 16
"""Flag: the character expands or composes when normalised, so its paragraph is normalised as a whole."""

_LAST = 0x110000


@cache
def class_table() -> NDArray[np.uint8]:
    """Return the class, and perhaps the flag `NORMALISE`, of every code point: uint8, shape (0x110000,)."""
    from dedup import _unicode  # noqa: PLC0415 - a large table, wanted only when text is read

    starts = np.array(_unicode.STARTS, np.int64)
    values = np.frombuffer(_unicode.VALUES, np.uint8)
    return np.repeat(values, np.diff(starts, append=_LAST))


@cache
def fold_table() -> NDArray[np.uint32]:
    """Return what every code point folds to: case and compatibility forms away, decimal digits to ASCII; uint32."""
    from dedup import _unicode  # noqa: PLC0415 - likewise

    table = np.arange(_LAST, dtype=np.uint32)
    for first, last, step, distance in _unicode.FOLDS:
        table[first : last + 1 : step] += np.uint32(distance & 0xFFFFFFFF)
    return table


@cache
def _expansions() -> dict[int, str]:
    from dedup import _unicode  # noqa: PLC0415 - likewise

    return _unicode.EXPANSIONS


def code_points(text: str) -> NDArray[np.uint32]:
    """Return the code points of the text, lone surrogates included: uint32, shape (len(text),)."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.dtype("<u4"))


def normalise(text: str) -> str:
    """Compose marks and expand ligatures, for the paragraphs that hold a character flagged `NORMALISE`.

    NFC, which Unicode promises never to change for characters that exist, then the expansions of the pinned tables.
    """
    return unicodedata.normalize("NFC", text).translate(_expansions())


def fold(text: str) -> str:
    """Fold a short text on its own, as a batch is folded: normalised, without the characters to ignore."""
    codes = code_points(normalise(text))
    kept = codes[class_table()[codes] & CLASS_MASK != IGNORE]
    folded: str = fold_table()[kept].tobytes().decode("utf-32-le", "surrogatepass")
    return folded

"""What each character is to the matcher, and what it folds to; pinned to one version of Unicode.

The tables are built on first use (a few milliseconds) and never change: the same text has the same words on every
machine and under every Python.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from dedup import _unicode

if TYPE_CHECKING:
    from numpy.typing import NDArray

OTHER, LETTER, DIGIT, MARK, ALONE, IGNORE, SPACE, BREAK = range(8)
"""Classes: punctuation and symbols; letters; digits; combining marks, which belong to the word before them; characters
of scripts written without spaces, each a token; characters that are not there for the reader (soft hyphen, joiners,
byte order mark); spaces; line ends."""

CLASS_MASK = 15
NORMALISE = 16
"""Flag: the character expands or composes when normalised, so its paragraph is normalised as a whole."""

SIGNS = "$¢£¤¥€₩₪₫₱₴₹₺₽₿%‰٪°％＄￠￡￥￦"
"""Signs that say something beside a number: each is a token of its own."""

_LAST = 0x110000


@cache
def class_table() -> NDArray[np.uint8]:
    """Return the class, and perhaps the flag `NORMALISE`, of every code point: uint8, shape (0x110000,)."""
    tables = _unicode.tables()
    table = np.repeat(tables.classes.astype(np.uint8), np.diff(tables.starts, append=_LAST))
    table[[ord(sign) for sign in SIGNS]] = ALONE
    return table


@cache
def fold_table() -> NDArray[np.uint32]:
    """Return what every code point folds to: case and compatibility forms away, decimal digits to ASCII.

    Little-endian uint32, shape (0x110000,).
    """
    table = np.arange(_LAST, dtype=np.dtype("<u4"))
    for first, last, step, distance in _unicode.tables().folds.tolist():
        table[first : last + 1 : step] += np.uint32(distance & 0xFFFFFFFF)
    return table


_HALF_WIDTH = re.compile("[\uff66-\uff9d]+[\uff9e\uff9f]")


def mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scatter 64-bit values: the finaliser of SplitMix64 (Steele, Lea and Flood 2014), a bijection."""
    values = values ^ (values >> np.uint64(30))
    values *= np.uint64(0xBF58476D1CE4E5B9)
    values ^= values >> np.uint64(27)
    values *= np.uint64(0x94D049BB133111EB)
    values ^= values >> np.uint64(31)
    return values


@cache
def _expansions() -> tuple[dict[str, str], re.Pattern[str]]:
    """Return the characters that fold to several, and a pattern that finds them."""
    table = _unicode.expansions()
    return table, re.compile(f"[{''.join(map(re.escape, table))}]")


def code_points(text: str) -> NDArray[np.int64]:
    """Return the text's code points, lone surrogates included, ready to index a table: int64, shape (len(text),)."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.dtype("<u4")).astype(np.int64)


def classes_of(codes: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Return the class, and perhaps the flag `NORMALISE`, of each code point; uint8, of the same length."""
    return class_table()[codes]


def text_of(codes: NDArray[np.int64]) -> str:
    """Return what the code points fold to, as a text."""
    return fold_table()[codes].tobytes().decode("utf-32-le", "surrogatepass")


def normalise(text: str) -> str:
    """Compose marks and expand ligatures, for the paragraphs that hold a character flagged `NORMALISE`.

    NFC, which Unicode promises never to change for characters that exist, then the expansions of the pinned tables.
    """
    table, pattern = _expansions()
    composed = unicodedata.normalize("NFC", _HALF_WIDTH.sub(lambda found: _full_width(found.group()), text))
    for character in set(pattern.findall(composed)):
        composed = composed.replace(character, table[character])
    return composed


def _full_width(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def fold(text: str) -> str:
    """Fold a short text on its own, as a batch is folded: normalised, without the characters to ignore."""
    codes = code_points(normalise(text))
    kept = codes[classes_of(codes) & CLASS_MASK != IGNORE]
    # Marks that only an ignored character kept apart may compose, or change places, now.
    return text_of(kept) if len(kept) == len(codes) else normalise(text_of(kept))

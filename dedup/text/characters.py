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

from dedup.text import unicode_tables
from dedup.text.arrays import among

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from dedup.text.arrays import Codes, Flags


OTHER, LETTER, DIGIT, MARK, ALONE, IGNORE, SPACE, BREAK = range(8)
"""Classes: punctuation and symbols; letters; digits; combining marks, which belong to the word before them; characters
of scripts written without spaces, each a token; characters that are not there for the reader (soft hyphen, joiners,
byte order mark); spaces; line ends."""

CLASS_MASK = 15
NORMALISE = 16
"""Flag: the character expands or composes when normalised, so its paragraph is normalised as a whole."""

_Codes = tuple[int | tuple[int, int], ...]
"""Code points, of which some stand as the first and the last of a row."""
_CURRENCIES: _Codes = (0x24, (0xA2, 0xA5), 0x58F, 0x60B, (0x7FE, 0x7FF), (0x9F2, 0x9F3), 0x9FB, 0xAF1, 0xBF9, 0xE3F)
_CURRENCIES += (0x17DB, (0x20A0, 0x20CF), 0xA838, 0xFDFC, 0xFE69, 0xFF04, (0xFFE0, 0xFFE1), (0xFFE5, 0xFFE6))
_CURRENCIES += ((0x11FDD, 0x11FE0), 0x1E2FF, 0x1ECB0)
_MEASURES: _Codes = (*map(ord, "%‰‱٪؉؊°％﹪℃℉℅℆℔℥℮℧"), (0x32C0, 0x33FF))
"""Percent, degrees, and what is written in one square: units, dates, hours."""
_RELATIONS: _Codes = (
    *map(ord, "¬±÷￢"),
    (0x207A, 0x207C),
    (0x208A, 0x208C),
    (0x2200, 0x22FF),
    (0x27C0, 0x27EF),
    (0x2980, 0x2AFF),
)
_PUNCTUATION = frozenset(map(ord, "−∕∖∗∘∙∣∥∴∵∶∷∼⋄⋅⋆⋮⋯⋰⋱"))
"""What of the signs of mathematics is written for other signs; a minus stands in `MINUSES`."""
_PICTURES: _Codes = (
    *map(ord, "☐☑☒✗✘❌❎👍👎⛔🚫♀♂⚥♭♮♯"),
    (0x1F1E6, 0x1F265),
    (0x2801, 0x28FF),
    (0x2E80, 0x2FD5),
    (0x4DC0, 0x4DFF),
)
"""Yes and no, who, a note; and what is read as letters are: flags, words in squares, Braille, radicals, hexagrams."""


def _each(some: _Codes) -> Iterator[int]:
    """Yield each of some code points."""
    for each in some:
        first, last = each if isinstance(each, tuple) else (each, each)
        yield from range(first, last + 1)


SIGNS = frozenset(map(chr, _each((*_CURRENCIES, *_MEASURES))))
"""Signs that belong to a number."""
FACTS = SIGNS | frozenset(map(chr, {*_each((*_RELATIONS, *_PICTURES))} - _PUNCTUATION))
"""Signs that say something wherever they stand: each is a token of its own. Of others see `dedup.text.signs`."""

MINUS = "-"
MINUSES = f"{MINUS}\u2013\u2212"
"""Signs that turn the number behind them where they stand as a minus does; see `with_minuses`."""
_MINUS_BEFORE = np.array([ord(sign) for sign in "$£¥€"], np.uint32)
"""Signs that may stand between a minus and its number."""
SPACES = 64
"""Spaces before a minus that are looked across."""

_LAST = 0x110000
_PIECE = 1 << 20
"""Characters that are looked up together."""


@cache
def class_table() -> NDArray[np.uint8]:
    """Return the class, and perhaps the flag `NORMALISE`, of every code point: uint8, shape (0x110000,)."""
    tables = unicode_tables.tables()
    table = np.repeat(tables.classes.astype(np.uint8), np.diff(tables.starts, append=_LAST))
    codes = np.array(sorted(map(ord, FACTS)))
    table[codes[table[codes] == OTHER]] = ALONE
    return table


@cache
def fold_table() -> NDArray[np.uint32]:
    """Return what every code point folds to: case and compatibility forms away, decimal digits to ASCII.

    Little-endian uint32, shape (0x110000,).
    """
    table = np.arange(_LAST, dtype=np.dtype("<u4"))
    codes, folds = folding()
    table[codes] = folds
    return table


@cache
def folding() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the code points that fold to another one, and to which; int64."""
    first, last, step, distance = unicode_tables.tables().folds.astype(np.int64).T
    number = (last - first) // step + 1
    within = np.arange(number.sum()) - np.repeat(np.cumsum(number) - number, number)
    codes = np.repeat(first, number) + np.repeat(step, number) * within
    return codes, codes + np.repeat(distance, number)


_HALF_WIDTH = re.compile("[\uff66-\uff9d][\uff9e\uff9f]")


def mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scatter 64-bit values: the finaliser of SplitMix64 (Steele, Lea and Flood 2014), a bijection."""
    shifted = values >> np.uint64(30)
    values = values ^ shifted
    values *= np.uint64(0xBF58476D1CE4E5B9)
    np.right_shift(values, np.uint64(27), out=shifted)
    values ^= shifted
    values *= np.uint64(0x94D049BB133111EB)
    np.right_shift(values, np.uint64(31), out=shifted)
    values ^= shifted
    return values


@cache
def _expansions() -> tuple[dict[str, str], re.Pattern[str]]:
    """Return the characters that fold to several, and a pattern that finds them."""
    table = unicode_tables.expansions()
    return table, re.compile(f"[{''.join(map(re.escape, table))}]")


def with_minuses(
    codes: Codes, classes: NDArray[np.uint8], starts: NDArray[np.int64]
) -> tuple[Codes, NDArray[np.uint8]]:
    """Return code points and classes with each minus as a token of its own, the same one however it is written.

    "10-12" and "COVID-19" have none, and what begins a line may be the mark of an entry.

    Args:
        codes: code points.
        classes: of each, without flags; uint8.
        starts: where paragraphs begin: what stands before is not looked at; int64, ascending.
    """
    signs = np.zeros(max(len(codes) - 1, 0), bool)
    for sign in MINUSES:
        signs |= codes[:-1] == ord(sign)
    at = np.flatnonzero(signs)
    at = at[(classes[at + 1] == DIGIT) | among(codes[at + 1], _MINUS_BEFORE)]
    at = at[_minuses(codes, classes, at, starts)]
    if len(at):
        codes, classes = codes.copy(), classes.copy()
        codes[at], classes[at] = ord(MINUS), ALONE
    return codes, classes


def _minuses(codes: Codes, classes: NDArray[np.uint8], at: NDArray[np.int64], starts: NDArray[np.int64]) -> Flags:
    """Return which signs before a number are its minus: those after a parenthesis, or after a space within a line."""
    least = np.append(starts, 0)[np.searchsorted(starts, at, side="right") - 1]
    place = np.maximum(at - 1, 0)
    found: Flags = (at > least) & (codes[place] == ord("("))
    behind: Flags = (at > least) & (classes[place] == SPACE)
    for _ in range(SPACES):
        if not behind.any():
            break
        behind &= place > least
        place = place - behind
        found |= behind & (classes[place] != SPACE) & (classes[place] != BREAK)
        behind &= classes[place] == SPACE
    return found


def code_points(text: str) -> Codes:
    """Return the text's code points, lone surrogates included: uint16, or uint32 if they need it; (len(text),)."""
    raw = text.encode("utf-16-le", "surrogatepass")
    if len(raw) == 2 * len(text):
        return np.frombuffer(raw, np.dtype("<u2"))
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.dtype("<u4"))


def classes_of(codes: Codes) -> NDArray[np.uint8]:
    """Return the class, and perhaps the flag `NORMALISE`, of each code point; uint8, of the same length."""
    table = class_table()
    if len(codes) <= _PIECE:
        return table.take(codes)
    out = np.empty(len(codes), np.uint8)
    for at in range(0, len(codes), _PIECE):  # indices of eight bytes are made of code points for the time of a look-up
        out[at : at + _PIECE] = table.take(codes[at : at + _PIECE])
    return out


def text_of(codes: Codes) -> str:
    """Return what the code points fold to, as a text."""
    return fold_table().take(codes).tobytes().decode("utf-32-le", "surrogatepass")


def normalise(text: str) -> str:
    """Compose marks and expand ligatures, for the paragraphs that hold a character flagged `NORMALISE`.

    NFC, which Unicode promises never to change for characters that exist, then the expansions of the pinned tables.
    """
    table, pattern = _expansions()
    composed = unicodedata.normalize("NFC", _voiced(text))
    for character in set(pattern.findall(composed)):
        composed = composed.replace(character, table[character])
    return composed


def _voiced(text: str) -> str:
    """Return a text with its half-width kana that carry a mark in full width."""
    if "\uff9e" in text or "\uff9f" in text:
        return _HALF_WIDTH.sub(lambda found: _full_width(found.group()), text)
    return text


def _full_width(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def fold(text: str) -> str:
    """Fold a short text on its own, as a batch is folded: normalised, without the characters to ignore."""
    codes = code_points(normalise(text))
    kept = codes[classes_of(codes) & CLASS_MASK != IGNORE]
    # Marks that only an ignored character kept apart may compose, or change places, now.
    return text_of(kept) if len(kept) == len(codes) else normalise(text_of(kept))

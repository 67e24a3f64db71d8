"""Signs that say something by where they stand, each of which is a token of its own there.

"C++" is not "C#", "Rh+" not "Rh-", "< 5" not "> 5", and five stars are not one. The same signs are bullets, quotation
marks, fences and ornaments elsewhere. What tells is what stands right beside a sign, or behind one space; signs that
say something wherever they stand are in `dedup.text.characters`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedup.text.arrays import among
from dedup.text.characters import (
    ALONE,
    BREAK,
    CLASS_MASK,
    DIGIT,
    FACTS,
    LETTER,
    MARK,
    MINUSES,
    OTHER,
    SPACE,
    fold_table,
    folding,
    with_minuses,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.text.arrays import Bytes, Codes, Flags, Ints


PLUS, SHARP, LESS, GREATER, ABOUT, PRIME, NUMERIC, STAR, PICTURE, CHARGE = range(1, 11)
"""Kinds of signs: of those of a kind the same neighbours tell."""
_SIGNS = {
    PLUS: "+＋﹢",
    SHARP: "#＃",
    LESS: "<＜﹤",
    GREATER: ">＞﹥",
    ABOUT: "~～∼",
    PRIME: "′″‴",
    NUMERIC: "×↑↓↗↘⇧⇩⬆⬇▲▼△▽🔺🔻🔼🔽",
    STAR: "★☆⭐🌟⯨✩✪✫✬✭✮✯✰",
    PICTURE: "✓✔❤❥♪♫",
    CHARGE: MINUSES,
}
_PICTURES = ((0x24B6, 0x24E9), (0x2600, 0x26FF), (0x3200, 0x32BF), (0x1D000, 0x1D24F), (0x1F000, 0x1FAFF))
"""First and last code points of blocks of pictures."""
_WRITTEN = {PLUS: "+", SHARP: "#", LESS: "<", GREATER: ">", ABOUT: "~", CHARGE: "-"}
"""The one form in which the signs of a kind are compared, where they have several."""

_BEHIND, _AHEAD = 3, 2
"""Characters that are looked at before a sign, and after it."""
_EDGE, _SPACE, _LETTER, _DIGIT, _SIGN = range(5)
"""What a neighbour is: the edge of a line, and so on."""
_NEIGHBOURS = np.full(CLASS_MASK + 1, _SIGN, np.uint8)
"""What a character of each class is beside a sign."""
_NEIGHBOURS[[LETTER, MARK, ALONE]] = _LETTER
_NEIGHBOURS[[DIGIT, SPACE, BREAK]] = _DIGIT, _SPACE, _EDGE
_EQUALS = ord("=")
_SPACELESS = 0x0E00
"""Code point from which on scripts are, mostly."""
_CASE = np.uint32(32)
_MONEY = np.array([ord(sign) for sign in "$£€¥"], np.uint32)


@cache
def sign_table() -> Bytes:
    """Return the kind of every code point, 0 for all that are no such sign: uint8, shape (0x110000,)."""
    table = np.zeros(0x110000, np.uint8)
    for first, last in _PICTURES:
        table[first : last + 1] = PICTURE
    table[folding()[0]] = 0  # letters in circles
    for kind, signs in _SIGNS.items():
        table[[ord(sign) for sign in signs]] = kind
    return table


def is_sign(token: str) -> bool:
    """Return True if a token, folded, is a sign and no word."""
    first = token[:1]
    return not token.isalnum() and (first in FACTS or (first != "" and sign_table()[ord(first)] > 0))


def is_picture(token: str) -> bool:
    """Return True if a token is a sign that is mostly there to be looked at: what lacks it says no less."""
    return is_sign(token) and token[0] not in FACTS and sign_table()[ord(token[0])] == PICTURE


def in_one_form(token: str) -> str:
    """Return the form in which a sign is compared, of a token as it is written or folded; any other token as it is."""
    return _WRITTEN.get(int(sign_table()[ord(token)]), token) if len(token) == 1 else token


@cache
def written_as() -> NDArray[np.uint8]:
    """Return the ASCII code in which the signs of each kind are compared, 0 where each stands for itself."""
    return np.array([ord(_WRITTEN.get(kind, "\0")) for kind in range(CHARGE + 1)], np.uint8)


class _Around(NamedTuple):
    """What stands around some signs; arrays of one length.

    Attributes:
        kinds: of each sign, by `sign_table`; uint8.
        sign: its code point; uint32.
        codes: the code points of the `_BEHIND` characters before it, the nearest first, then of the `_AHEAD` characters
            after it; 0 where there is none.
        beside: likewise what each of these is, by `_NEIGHBOURS`.
    """

    kinds: Bytes
    sign: NDArray[np.uint32]
    codes: list[NDArray[np.uint32]]
    beside: list[Bytes]


def _say_something(around: _Around) -> Flags:
    """Return which signs say something where they stand."""
    kinds, code, (low, low2, _, high, high2), (before, before2, before3, after, after2) = around
    # Beside it, or behind one space.
    near, far = np.where(before == _SPACE, before2, before), np.where(after == _SPACE, after2, after)
    amount = (far == _DIGIT) | among(np.where(after == _SPACE, high2, high), _MONEY)
    compared = (high == _EQUALS) & (after2 != _EDGE)  # "<= 5", but no arrow's end
    spaced = (before == _SPACE) & (after == _SPACE)
    apart = (before == _SPACE) | (before == _EDGE) | (low == ord("("))
    within = _in_word(near) & _in_word(far)
    sums = (near == _DIGIT) & (far == _DIGIT) & ((before == _SPACE) == (after == _SPACE))
    # Scripts without spaces go on right behind it.
    free = ~_in_word(after) | _is_spaceless(high)
    ends = free & (_in_word(before) | (_one_sign(around, low) & _in_word(before2)))
    row = (low == code) | (high == code) | ((before == _SPACE) & (low2 == code)) | ((after == _SPACE) & (high2 == code))
    # A word of a capital, or of one and another letter, within a line.
    one = _is_capital(low) & ~_in_word(before2) & (before2 != _EDGE)
    symbol = one | (_is_capital(low2) & _is_capital(low & ~_CASE) & ~_in_word(before3))
    said = {
        PLUS: ends | sums,  # "C++", "Rh+", "18+", "2 + 2"
        SHARP: (before == _LETTER) & free & ~_one_sign(around, high),  # "C#"
        LESS: amount | compared | (spaced & within),
        # A quotation's sign begins a line, that of a tag has a letter before it.
        GREATER: apart & ((amount & ((near != _EDGE) | (after == _DIGIT))) | (compared & (near != _EDGE))),
        ABOUT: (after == _DIGIT) & (apart | _is_spaceless(low)) & (before != _DIGIT),
        PRIME: before == _DIGIT,
        NUMERIC: (near == _DIGIT) | amount,
        STAR: _in_word(near) | row,
        PICTURE: within,
        CHARGE: symbol & ((after == _SPACE) | (after == _SIGN)) & ~_one_sign(around, high),  # "Rh-", "A-"
    }
    found = np.zeros(len(kinds), bool)
    for kind, flags in said.items():
        found |= (kinds == kind) & flags
    return found


def _one_sign(around: _Around, codes: NDArray[np.uint32]) -> Flags:
    """Return which code points are the sign beside them, in whatever form."""
    found: Flags = (codes == around.sign) | (
        (sign_table().take(codes) == around.kinds) & (written_as().take(around.kinds) > 0)
    )
    return found


def _in_word(beside: Bytes) -> Flags:
    found: Flags = (beside == _LETTER) | (beside == _DIGIT)
    return found


def _is_spaceless(codes: NDArray[np.uint32]) -> Flags:
    # As they are compared: full-width letters and digits of other scripts are as their plain forms.
    found: Flags = fold_table().take(codes) >= _SPACELESS
    return found


def _is_capital(codes: NDArray[np.uint32]) -> Flags:
    found: Flags = codes - np.uint32(ord("A")) < 26  # noqa: PLR2004 - letters of the alphabet
    return found


def with_signs(codes: Codes, classes: Bytes, starts: Ints) -> tuple[Codes, Bytes]:
    """Return code points and classes with each sign that says something as a token of its own.

    Arguments are as in `dedup.text.characters.with_minuses`, whose signs are among them.
    """
    at = np.flatnonzero(classes == OTHER)
    kinds = sign_table().take(codes[at])
    at, kinds = at[kinds > 0], kinds[kinds > 0]
    some = _Around(kinds, codes[at].astype(np.uint32), [], [])
    for step in (*range(-1, -_BEHIND - 1, -1), *range(1, _AHEAD + 1)):
        place = at + step
        there = (place >= 0) & (place < len(codes))
        place[~there] = 0
        some.codes.append(np.where(there, codes[place], 0).astype(np.uint32))
        some.beside.append(np.where(there, _NEIGHBOURS[classes[place]], _EDGE).astype(np.uint8))
    codes, classes = with_minuses(codes, classes, starts)
    said = _say_something(some)
    at, kinds = at[said], kinds[said]
    if len(at):
        codes, classes = codes.copy(), classes.copy()
        same = written_as()[kinds]
        codes[at] = np.where(same, same, codes[at])
        classes[at] = ALONE
    return codes, classes

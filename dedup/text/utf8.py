"""Characters of texts in UTF-8, by the places of their first bytes, for many at once."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from dedup.text.characters import CLASS_MASK, class_table
from dedup.text.signs import AHEAD, BEHIND, EDGE, NEIGHBOURS, Around, say_something, sign_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedup.text.arrays import Bytes, Ints


ASCII, TWO, THREE, FOUR = 0x80, 0xC0, 0xE0, 0xF0
"""Least code point that is not ASCII; least first bytes of a character of two, three and four bytes."""
LONGEST = 4
"""Bytes of a character, at most."""


def said(data: Bytes, classes: Bytes, places: Ints) -> tuple[Ints, Bytes]:
    """Return which of some signs say something, by their places, and their kinds.

    Args:
        data: the texts.
        classes: of each byte's character, as far as it is not ASCII.
        places: where the signs begin.
    """
    sign = codes_at(data, places)
    around = Around(sign_table().take(sign), sign, [], [])
    for steps, backward in ((BEHIND, True), (AHEAD, False)):
        at, inside = places, np.ones(len(places), bool)
        for _ in range(steps):
            if backward:
                at = at - 1
                for _ in range(LONGEST - 1):
                    at = at - (_continues(data, at) & (at > 0))
            else:
                at = at + np.maximum(sizes_of(codes_at(data, np.minimum(at, len(data) - 1))), 1)
            inside = inside & (at >= 0) & (at < len(data))
            at = np.where(inside, at, 0)
            codes = codes_at(data, at)
            beside = np.where(codes < ASCII, _beside_ascii()[np.minimum(codes, ASCII - 1)], NEIGHBOURS[classes[at]])
            around.codes.append(np.where(inside, codes, 0))
            around.beside.append(np.where(inside, beside, EDGE).astype(np.uint8))
    said = say_something(around)
    return places[said], around.kinds[said]


def _continues(data: Bytes, places: Ints) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (data[np.maximum(places, 0)] & 0xC0) == ASCII
    return found


@cache
def _beside_ascii() -> Bytes:
    return NEIGHBOURS.take(class_table()[:ASCII] & np.uint8(CLASS_MASK))


def codes_at(data: Bytes, places: Ints) -> NDArray[np.uint32]:
    """Return the code points of the characters that begin at some places."""
    codes = data.take(places).astype(np.uint32)
    longer = np.flatnonzero(codes >= TWO)
    codes[longer] = decoded(data, places[longer])
    return codes


def size_at(data: Bytes, place: int) -> int:
    """Return the bytes of the character that begins at a place."""
    lead = int(data[place])
    return 1 + (lead >= TWO) + (lead >= THREE) + (lead >= FOUR)


def decoded(data: Bytes, places: Ints) -> NDArray[np.uint32]:
    """Return the code points of the characters of two bytes and more that begin at some places: uint32."""
    lead = data.take(places)
    codes = (lead & np.uint8(0x1F)).astype(np.uint32)
    following = data.take(places + 1) & np.uint8(0x3F)
    codes <<= np.uint32(6)
    codes |= following
    for step, least in ((2, THREE), (3, FOUR)):
        longer = np.flatnonzero(lead >= least)
        if not len(longer):
            break
        more = codes[longer] << np.uint32(6)
        more |= data.take(places[longer] + step) & np.uint8(0x3F)
        codes[longer] = more
    # The first byte of four has one bit more than was thought.
    codes &= np.uint32(0x1FFFFF)
    return codes


def sizes_of(codes: NDArray[np.integer]) -> Ints:
    """Return the bytes that each code point takes."""
    sizes: Ints = 1 + (codes >= 0x80).astype(np.int64) + (codes >= 0x800) + (codes >= 0x10000)  # noqa: PLR2004 - UTF-8
    return sizes


def encode(data: Bytes, places: Ints, codes: Ints, sizes: Ints) -> None:
    """Write code points of two bytes and more over others of as many bytes."""
    for step in range(int(sizes.max(initial=1)) - 1, 0, -1):
        longer = np.flatnonzero(sizes > step)
        data[places[longer] + step] = 0x80 | (codes[longer] & 0x3F)
        codes = codes.copy()
        codes[longer] >>= 6
    data[places] = codes | (0xF00 >> sizes & 0xFF)

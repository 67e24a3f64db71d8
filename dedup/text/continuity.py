"""Whether a line's end is open, and whether a beginning goes on: what shows that a sentence runs across a line end.

All scripts are asked in the same way: a sentence that is not over has no final sign at its end, and what goes on begins
with a small letter, in scripts that have capitals. Quotation marks and brackets around either are looked through.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from dedup.text import unicode_tables
from dedup.text.characters import ALONE, CLASS_MASK, FACTS, LETTER, MARK, class_table, folding

if TYPE_CHECKING:
    from dedup.text.arrays import Bytes

SMALL, CAPITAL, PLAIN, FINAL, CLOSER, OPENER, HYPHEN = (1 << bit for bit in range(7))
"""Bits of `edge_table`: small letters; capitals; letters of scripts without case; signs that end a sentence or a clause
that others may follow; signs that may stand behind these, and before a beginning; hyphens at a line's end."""
_STOPS = ".!?…。！？｡؟۔।॥։።፧။។៕།༎෴᠃᱾᱿⋯‽"
_FINAL = f"{_STOPS};；؛:：፡{{}}〉》>"
_CLOSERS = "\"'”’»«)]）」』】*_"
_OPENERS = "\"'“‘„«»(（[「『【*_¿¡"
_HYPHENS = "-\u00ad\u2010\u2011¬"
_GEORGIAN = (0x10D0, 0x10FA), (0x10FD, 0x10FF), (0x1C90, 0x1CBF)
"""Letters with capitals with which no sentence begins."""
_ADDRESSES = "http", "www."
"""Beginnings that are no words."""
SENTENCE_ENDS = frozenset(_STOPS)
"""Signs that end a sentence, rather than a clause."""
OPENING, CLOSING = "([（【「『“„«", ")]）】」』”»"  # ASCII first
"""Brackets and quotation marks that open, and those that close."""
_BRACKET = re.compile("[]()[（）【】「」『』“”„«»]")
_LAST_ASCII = "\x7f"
_LONG = 600
"""Characters at either end of a text that are looked at."""
_STEPS = 4
"""Closing or opening signs that are looked through."""


@cache
def edge_table() -> Bytes:
    """Return what every code point is at the end and the beginning of a line, as bits: uint8, shape (0x110000,)."""
    classes = class_table()
    # Byte by byte: as indices of an array they would take eight times the memory.
    plain = bytes(PLAIN if known & CLASS_MASK in (LETTER, ALONE, MARK) else 0 for known in range(1 << 8))
    table = np.frombuffer(bytearray(classes.tobytes()).translate(plain), np.uint8)
    table[[ord(sign) for sign in FACTS]] = 0
    codes, folds = folding()
    letters = ((classes[codes] & CLASS_MASK) == LETTER) & ((classes[folds] & CLASS_MASK) == LETTER)
    for code, fold in zip(codes[letters].tolist(), folds[letters].tolist(), strict=True):
        # Letters that this Python does not know are those of new alphabets with capitals.
        if chr(code).isupper() or unicodedata.category(chr(code)) == "Cn":
            table[code], table[fold] = CAPITAL, SMALL
        elif chr(code).islower():
            table[code] = SMALL
    for first, last in _GEORGIAN:
        table[first : last + 1] &= ~np.uint8(SMALL | CAPITAL)
        table[first : last + 1] |= PLAIN
    for char in (*unicode_tables.expansions(), "ı"):
        table[ord(char)] = SMALL if char.islower() else CAPITAL if char.isupper() else table[ord(char)]
    for bit, signs in ((FINAL, _FINAL), (CLOSER, _CLOSERS), (OPENER, _OPENERS), (HYPHEN, _HYPHENS)):
        table[[ord(sign) for sign in signs]] |= bit
    return table


def open_end(line: str) -> tuple[bool, bool]:
    """Return whether a line does not end as a sentence or clause ends, and whether in a hyphen behind a letter.

    It is not empty, and has no spaces at its end.
    """
    bits = edge_table().data
    last = len(line) - 1
    for _ in range(_STEPS):
        if last == 0 or line[last] not in _CLOSERS:
            break
        last -= 1
    sign = bits[ord(line[last])]
    hyphen = sign & HYPHEN and last > 0 and bits[ord(line[last - 1])] & (SMALL | CAPITAL | PLAIN)
    return not sign & FINAL, bool(hyphen)


def beginning(line: str) -> int:
    """Return what a line, which is not blank, begins with behind opening signs: bits of `edge_table`."""
    begin = line.lstrip()
    opening = 0
    while opening < _STEPS and opening + 1 < len(begin) and begin[opening] in _OPENERS:
        opening += 1
    found: int = edge_table().data[ord(begin[opening])]
    return 0 if found & SMALL and begin.startswith(_ADDRESSES, opening) else found


def ends_openly(text: str) -> bool:
    """Return True if a text does not end as a sentence or clause ends."""
    return not is_final(last_sign(text))


def begins_small(text: str) -> bool:
    """Return True if a text begins with a small letter, in a script that has capitals."""
    return not text[:_LONG].isspace() and text != "" and beginning(text[:_LONG]) & SMALL > 0


def is_spaceless(word: str) -> bool:
    """Return True if a word is written in a script without spaces, of which each character is a token."""
    return word[0] > _LAST_ASCII and bool(class_table()[ord(word[0])] & CLASS_MASK == ALONE)


def unclosed(text: str) -> bool:
    """Return True if a bracket or quotation is open at the end of a text, within its last few sentences."""
    depth = 0
    if not _holds_any(text, OPENING):
        return False
    for sign in _BRACKET.findall(text[-_LONG:]):
        depth = depth + 1 if sign in OPENING else max(depth - 1, 0)
    return depth > 0


def _holds_any(text: str, signs: str) -> bool:
    """Return True if a text holds one of some signs, of which the first two are ASCII."""
    # Most texts hold none: to look for one after the other is quicker than to read every character.
    for sign in signs[:2] if text.isascii() else signs:  # noqa: SIM110 - a generator takes longer
        if sign in text:
            return True
    return False


def closes(text: str) -> bool:
    """Return True if a text closes a bracket or quotation before it opens one, within its first few sentences."""
    found = _BRACKET.search(text[:_LONG]) if _holds_any(text, CLOSING) else None
    return found is not None and found.group() not in OPENING


def last_sign(text: str) -> str:
    """Return the last character of a text that is neither a space nor a closing sign; the first one of all if none."""
    end = text[-_LONG:].rstrip()
    closing = 0
    while closing < _STEPS and len(end) > 1 and end[-1] in _CLOSERS:
        end = end[:-1].rstrip()
        closing += 1
    return end[-1:]


def is_final(sign: str) -> bool:
    """Return True for a sign that ends a sentence or a clause that others may follow; for none, too."""
    return sign in _FINAL

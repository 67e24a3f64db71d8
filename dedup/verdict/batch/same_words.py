"""Whether two texts plainly have the same words: seen from their bytes, without finding the words.

A sieve that lets through nothing wrong: what it takes for the same has the same words; what it does not is for those to
judge who know all about characters. It is quick, as it is asked of every paragraph that goes for its words.
"""

from __future__ import annotations

import re
from functools import cache

import numpy as np

from dedup.text.characters import BREAK, CLASS_MASK, MINUSES, NORMALISE, OTHER, SPACE, class_table
from dedup.verdict.code import FENCES, INDENT

_FENCES = tuple(fence.encode() for fence in FENCES)
_ASCII = " \t\n\v\f\r!\"'()*,-./:;?[\\]_`{|}"
_BEYOND = "\u00a0\u00ab\u00b7\u00bb\u2013\u2014\u2018\u2019\u201a\u201c\u201d\u201e\u2022\u2026\u2032\u2033\u3001\u3002"
"""Characters that stand between words and say nothing, as far as they are in no class of words."""
# Alternatives that each begin with a byte are looked for by that byte.
_DOUBTFUL = re.compile(
    b"|".join(
        [re.escape(sign.encode()) + rb"[0-9$\x80-\xff]" for sign in MINUSES]
        + [sign + rb"\xcc\xb8" for sign in (b"<", b"=", b">")]
    )
)
"""What may be a minus, which depends on what stands before it; and the one mark that composes with signs of ASCII."""


def surely_same_words(one: bytes, other: bytes) -> bool:
    """Return True only if two texts have the same words after folding.

    Args:
        one: UTF-8, lone surrogates encoded like any other code point.
        other: likewise.
    """
    if one == other:
        return True
    if _DOUBTFUL.search(one) or _DOUBTFUL.search(other):
        return False
    if one[:INDENT].lstrip().startswith(_FENCES):
        return False  # code has signs that count
    return _pieces(one) == _pieces(other)


def _pieces(text: bytes) -> list[bytes]:
    """Return what stands between characters that say nothing, in small letters as far as it is ASCII.

    Which words a piece has, depends on nothing outside of it, as what stands around it ends a word and composes with
    nothing.
    """
    table, beyond = _separators()
    if not text.isascii():
        text = beyond.sub(b" ", text)
    return text.translate(table).split()


@cache
def _separators() -> tuple[bytes, re.Pattern[bytes]]:
    """Return a table that puts spaces for those of ASCII and takes case away, and a pattern of the others."""
    table = np.arange(256, dtype=np.uint8)
    table[ord("A") : ord("Z") + 1] += ord("a") - ord("A")
    table[[ord(sign) for sign in _ASCII if _separates(sign)]] = ord(" ")
    beyond = b"|".join(sign.encode() for sign in _BEYOND if _separates(sign))
    return table.tobytes(), re.compile(beyond)


def _separates(sign: str) -> bool:
    kind = int(class_table()[ord(sign)])
    return not kind & NORMALISE and kind & CLASS_MASK in (OTHER, SPACE, BREAK)

"""Letters without their accents. A pure function of a folded token."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_MARKS_BELOW = 0x0700
"""Latin, Greek, Cyrillic, Hebrew and Arabic marks: words stay the same without them (not in Indic scripts or Thai)."""
_COMPOSED_BELOW = 0x2000
"""Letters above it are taken as they are: a syllable of Hangul is no letter with marks."""
_NUKTA = "\u093c"


@lru_cache(maxsize=1 << 14)
def plain(token: str) -> str:
    """Take accents, vowel signs and hamza off letters whose words stay the same without them.

    A token of marks alone has no letter to take them off, and stays as it is: no token becomes the empty string.
    """
    if token.isascii():
        return token
    out = []
    for char in "".join(unicodedata.normalize("NFD", char) if ord(char) < _COMPOSED_BELOW else char for char in token):
        if char == _NUKTA or (unicodedata.combining(char) and ord(char) < _MARKS_BELOW):
            continue
        out.append(char)
    return "".join(out).replace("ı", "i").replace("ß", "ss") or token

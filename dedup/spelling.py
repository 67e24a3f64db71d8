"""Is it the same word, written another way? Pure functions of folded tokens.

Spelling variants, slips of the pen and of recognition, accents and vowel signs, words joined or split, abbreviations.
A word of another meaning is often one letter away, and a name nearly always: what is taken for a slip must begin
alike, be long, and not differ by a plural's ending.
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache

from rapidfuzz.distance import OSA

from dedup.lexicon import FUNCTION, TURNING, UNITS

_VARIANT_FROM = 5
"""Letters from which one slip (a letter more, less, other, or two swapped) still leaves the same word."""
_SWAPPED_FROM = 4
_LONG = 9
"""Letters from which two slips do."""
_STEMS = (10, 9, 8, 7, 6)
"""Letters by which a unit's word is known, whatever its ending."""
_ABBREVIATED = 6
"""Letters of an abbreviation, at most."""
_MARKS_BELOW = 0x0700
"""Latin, Greek, Cyrillic, Hebrew and Arabic marks: words stay the same without them (not in Indic scripts or Thai)."""
_COMPOSED_BELOW = 0x2000
"""Letters above it are taken as they are: a syllable of Hangul is no letter with marks."""
_NUKTA = "\u093c"
_LOOKALIKES = (("rn", "m"), ("0", "o"), ("1", "l"), ("vv", "w"), ("ii", "u"), ("cl", "d"), ("5", "s"))
_RESPELT = (("ph", "f"), ("ß", "ss"), ("ae", "a"), ("oe", "o"), ("ue", "u"), ("y", "i"), ("k", "c"), ("z", "s"))
"""What languages have written now one way and now another: reforms, transliterations, umlauts."""


@lru_cache(maxsize=1 << 14)
def plain(token: str) -> str:
    """Take accents, vowel signs and hamza off letters whose words stay the same without them."""
    if token.isascii():
        return token
    out = []
    for char in "".join(unicodedata.normalize("NFD", char) if ord(char) < _COMPOSED_BELOW else char for char in token):
        if char == _NUKTA or (unicodedata.combining(char) and ord(char) < _MARKS_BELOW):
            continue
        out.append(char)
    return "".join(out).replace("ı", "i").replace("ß", "ss")


@lru_cache(maxsize=1 << 14)
def _skeleton(word: str) -> str:
    for long, short in _RESPELT:
        word = word.replace(long, short)
    return "".join(c for i, c in enumerate(word) if i == 0 or c != word[i - 1])


def _read(word: str) -> str:
    """Return the word as bad recognition may have it."""
    for shown, meant in _LOOKALIKES:
        word = word.replace(shown, meant)
    return word


@lru_cache(maxsize=1 << 16)
def variant(theirs: str, ours: str, *, name: bool = False) -> bool:  # noqa: PLR0911 - one case after the other
    """Tell whether two plain tokens are the same word in another spelling.

    Args:
        theirs: the witness's token, by `plain`.
        ours: the paragraph's.
        name: ours is written with a capital where no sentence begins.
    """
    if theirs == ours:
        return True
    if theirs in TURNING or ours in TURNING:
        return False
    if theirs.isdigit() or ours.isdigit():
        return False
    if any(map(str.isdigit, theirs + ours)):
        return _read(theirs) == _read(ours)
    least = min(len(theirs), len(ours))
    if least >= _SWAPPED_FROM and (_skeleton(theirs) == _skeleton(ours) or _read(theirs) == _read(ours)):
        return True
    distance = OSA.distance(theirs, ours, score_cutoff=2)
    if theirs[0] == ours[0] and distance == 1 and least >= _SWAPPED_FROM and sorted(theirs) == sorted(ours):
        return not (theirs in FUNCTION or ours in FUNCTION)
    if theirs[0] != ours[0] or theirs[-1] != ours[-1]:
        # Slips are made within words; another ending is another number, case or tense.
        return False
    return not name and ((distance == 1 and least >= _VARIANT_FROM) or (distance <= 2 and least >= _LONG))  # noqa: PLR2004


@lru_cache(maxsize=1 << 14)
def abbreviates(theirs: str, ours: str) -> bool:
    """Tell whether ours, before a full stop, is an abbreviation of theirs: "dr" for "doktor"; both by `plain`."""
    if not (theirs.isalpha() and ours.isalpha()):
        return False
    if len(ours) > _ABBREVIATED or len(theirs) < len(ours) + 1 or theirs[0] != ours[0]:
        return False
    letters = iter(theirs)
    return all(letter in letters for letter in ours)


def same_unit(theirs: str, ours: str) -> bool:
    """Tell whether both are words for one unit."""
    unit = _unit(ours)
    return unit is not None and unit == _unit(theirs)


@lru_cache(maxsize=1 << 14)
def _unit(token: str) -> str | None:
    units = _plain_units()
    return next((units[stem] for stem in (token, *(token[:size] for size in _STEMS)) if stem in units), None)


@cache
def _plain_units() -> dict[str, str]:
    return {plain(word): unit for word, unit in UNITS.items()}


def initials(theirs: list[str], ours: list[str]) -> bool:
    """Tell whether ours are the initials of theirs: "z b" for "zum beispiel", "us" for "united states"."""
    letters = "".join(ours)
    return (
        len(letters) >= 2  # noqa: PLR2004 - one letter stands for too many words
        and letters.isalpha()
        and len(theirs) == len(letters)
        and all(map(str.startswith, theirs, letters))
    )

"""Is it the same word, written another way? Pure functions of folded tokens.

Spelling variants, slips of the pen and of recognition, accents and vowel signs, words joined or split, abbreviations.
A word of another meaning is often one letter away, and a name nearly always: what is taken for a slip must be in a long
word, behind its prefix and before its ending, and be a slip that people make.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA, Levenshtein

from dedup.language.accents import plain
from dedup.language.data_files import pairs, words
from dedup.language.numbers import decimal_value, values
from dedup.language.wordlists import ACCENTED, FUNCTION, TURNING, number_words, units

__all__ = [
    "VOWELS",
    "abbreviates",
    "accented_alike",
    "agree",
    "beginnings",
    "initials",
    "known_spellings",
    "misread",
    "opposed",
    "plain",
    "plain_units",
    "respelt",
    "same_unit",
    "unit_sign",
    "variant",
]

_TRANSLITERATED_FROM = 4
"""Letters from which a letter written as two, as "ph" or "ue", still leaves the same word."""
_DOUBLED_FROM = 5
"""Letters from which a letter doubled, or a spelling that a language has given up, still leaves the same word."""
_READ_FROM = 5
"""Letters from which bad recognition does: "clay" is no "day"."""
_SWAPPED_FROM = 7
"""Letters from which two neighbours swapped do: "united" is not "untied"."""
_SLIP_FROM = 8
"""Letters from which one slip of another kind (a letter more, less, another vowel) does."""
_LONG = 11
"""Letters from which two slips do."""
_PREFIX = 4
"""Letters that a slip leaves alone: prefixes differ in one letter, and turn the word ("angenommen", "abgenommen")."""
_ENDING = 2
"""Likewise endings: "compraron" is past, "comprarán" to come."""
_ALPHABETS = "\u1100"
"""Letters from here on are syllables, and no slips."""
_SOUNDS = ("aeiouyæøœ", "αειουωη", "аеиоуыэюя")
"""Letters that stand in each other's place by mistake; a consonant for another makes another word."""
_ABBREVIATED = 6
"""Letters of an abbreviation, at most."""
_CONTRACTED = 9
"""Letters from which a word may be contracted to some of its letters without the last: "bzw" for "beziehungsweise"."""
_DIFFERENT_FROM = 6
"""Letters from which another accent in the same place is only a slip ("perchè"); "avó" is not "avô"."""
_LATIN_BELOW = "\u0250"
_TONES = frozenset("\u0309\u031b\u0323")
"""Marks of Vietnamese, where words differ in nothing else."""
_ARABIC = "\u0620", "\u06ff"
_DEVANAGARI = "\u0900", "\u097f"
_NASAL = re.compile("ँ|[ङञणनम]्(?=[क-ह])")
_ENDINGS = words("german_endings")
"""Endings of German words that follow from the words around them."""
_PAIRS = pairs("opposed_pairs")
_OPPOSED = frozenset(map(frozenset, _PAIRS)).union(
    frozenset(map(plain, pair)) for pair in _PAIRS if plain(pair[0]) != plain(pair[1])
)
_STEM = 3
"""Letters before such an ending, or after an article, at least."""
_CLITICS = (("وال", 3), ("فال", 3), ("ال", 3), ("و", 4), ("ف", 4), ("", 3))
"""What is written together with an Arabic word: "and", "so", "the"; and the letters of a word that has it."""
VOWELS = frozenset("aeiouàáâäãåæèéêëìíîïòóôöõøùúûüý")
_LOOKALIKES = pairs("lookalikes")
_TRANSLITERATED = pairs("transliterations")
_RESPELT = _TRANSLITERATED + pairs("respellings")
"""What languages have written now one way and now another: reforms, transliterations, umlauts."""


def _skeleton(word: str) -> str:
    if word.endswith("re"):
        word = word[:-2] + "er"
    for long, short in _RESPELT:
        word = word.replace(long, short)
    return "".join(c for i, c in enumerate(word) if i == 0 or c != word[i - 1])


def _read(word: str) -> str:
    """Return the word as bad recognition may have it."""
    for shown, meant in _LOOKALIKES:
        word = word.replace(shown, meant)
    return word


def _transliterated(word: str) -> str:
    if _ARABIC[0] <= word[0] <= _ARABIC[1]:
        return word.replace("ى", "ي").replace("ة", "ه")
    if _DEVANAGARI[0] <= word[0] <= _DEVANAGARI[1]:
        return _NASAL.sub("ं", word).replace("ये", "ए").replace("यी", "ई")
    for long, short in _TRANSLITERATED:
        word = word.replace(long, short)
    return word


def _swapped(theirs: str, ours: str) -> bool:
    return sorted(theirs) == sorted(ours) and OSA.distance(theirs, ours) == 1


def _without_vowels(word: str) -> bool:
    return max(word) < _LATIN_BELOW and VOWELS.isdisjoint(word)


class _Forms(NamedTuple):
    """What a word is held against others by."""

    read: str
    transliterated: str
    skeleton: str
    digits: bool
    """It holds a digit."""
    alone: bool
    """It is like nothing but itself: a number, a negation."""


@lru_cache(maxsize=1 << 15)
def _forms(word: str) -> _Forms:
    digits = any(map(str.isdigit, word))
    return _Forms(_read(word), _transliterated(word), _skeleton(word), digits, word in TURNING or word.isdigit())


def variant(theirs: str, ours: str, *, name: bool = False) -> bool:
    """Tell whether two plain tokens are the same word in another spelling.

    Args:
        theirs: the witness's token, by `plain`.
        ours: the paragraph's.
        name: ours is written with a capital where no sentence begins.
    """
    if theirs == ours or (not name and frozenset((theirs, ours)) in _english()):
        return True
    one, other = _forms(theirs), _forms(ours)
    if one.alone or other.alone:
        return False
    if one.digits or other.digits:
        return one.read == other.read
    least = min(len(theirs), len(ours))
    if (one.read == other.read and least >= _READ_FROM) or (
        one.transliterated == other.transliterated and (least >= _TRANSLITERATED_FROM or ours[0] >= _ARABIC[0])
    ):
        return True
    if name:
        return False
    return (
        (one.skeleton == other.skeleton and least >= _DOUBLED_FROM)
        or (least >= _SWAPPED_FROM and theirs[0] == ours[0] and _slip(theirs, ours, least))
        # "Mgmt", "mgtm": what has no vowel is no other word.
        or (least >= _TRANSLITERATED_FROM and _without_vowels(theirs) and _swapped(theirs, ours))
    )


@lru_cache(maxsize=1 << 14)
def _slip(theirs: str, ours: str, least: int) -> bool:
    """Tell whether one long word is the other, which begins alike, with slips of the pen in it."""
    # Slips are made within words; another ending is another number, case or tense.
    if max(theirs + ours) >= _ALPHABETS:
        return False
    distance = OSA.distance(theirs, ours, score_cutoff=2)
    if distance == 1 and sorted(theirs) == sorted(ours):
        return True
    if distance > 1 + (least >= _LONG) or theirs[:_PREFIX] != ours[:_PREFIX]:
        return False
    if theirs.replace("c", "s") == ours.replace("c", "s"):
        return True
    return (
        least >= _SLIP_FROM
        and abs(len(theirs) - len(ours)) <= 1
        and theirs[-_ENDING:] == ours[-_ENDING:]
        and all(map(_light, *_edits(theirs, ours)))
    )


def _edits(theirs: str, ours: str) -> tuple[list[str], list[str]]:
    """Return what stands in each other's place."""
    pairs = [
        (theirs[op.src_pos] if op.tag != "insert" else "", ours[op.dest_pos] if op.tag != "delete" else "")
        for op in Levenshtein.editops(theirs, ours)
    ]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def _light(theirs: str, ours: str) -> bool:
    """Tell whether it is a slip to write one letter, or none, for another."""
    if not theirs or not ours:
        # Within a Turkish verb an "m" is a negation.
        return theirs + ours != "m"
    return any(theirs in sounds and ours in sounds for sounds in _SOUNDS)


@lru_cache(maxsize=1 << 14)
def accented_alike(theirs: str, ours: str) -> bool:
    """Tell whether two folded tokens that are equal without accents are one word.

    Accents get lost, or are left out. But where both have one, another one makes another word if it is short, and so
    does each of them in Vietnamese; and some words without their accent are others.
    """
    if theirs == ours:
        return True
    if frozenset((theirs, ours)) in ACCENTED:
        return False
    one, other = unicodedata.normalize("NFD", theirs), unicodedata.normalize("NFD", ours)
    if not _TONES.isdisjoint(one + other):
        return False
    short = len(ours) < _DIFFERENT_FROM and max(ours) < _LATIN_BELOW
    return not (short and theirs != plain(theirs) and ours != plain(ours))


@lru_cache(maxsize=1 << 14)
def abbreviates(theirs: str, ours: str) -> bool:
    """Tell whether ours, before a full stop, is an abbreviation of theirs: "dr" for "doktor"; both by `plain`."""
    if not (theirs.isalpha() and ours.isalpha()):
        return False
    if len(ours) > _ABBREVIATED or len(theirs) < len(ours) + 1 or theirs[0] != ours[0]:
        return False
    if opposed(theirs, ours):
        return False
    if theirs.startswith(ours):
        return True
    if theirs[-1] != ours[-1] and len(theirs) < _CONTRACTED:
        return False
    letters = iter(theirs)
    return all(letter in letters for letter in ours)


@lru_cache(maxsize=1 << 14)
def agree(theirs: str, ours: str) -> bool:
    """Tell whether two words, by `plain`, may differ only in what follows from the words around them.

    German endings of agreement and case, and in Arabic the article and the conjunctions that are written together with
    a word.
    """
    if theirs == ours:
        return False
    if theirs[0] == ours[0] and max(theirs + ours) < _LATIN_BELOW:
        if theirs.endswith(("te", "ten")) and ours.endswith(("te", "ten")):
            return False  # of verbs, one and many: "flüchtete", "flüchteten"
        return any(len(stem) >= _STEM for stem in _stems(theirs) & _stems(ours))
    if not _ARABIC[0] <= min(theirs[0], ours[0]) <= max(theirs[0], ours[0]) <= _ARABIC[1]:
        return False
    return not _bare(theirs).isdisjoint(_bare(ours))


def _stems(word: str) -> frozenset[str]:
    """Return a word without its ending; with a mark, where "-s" or "-es" may be that of a genitive."""
    found = {word[: -len(ending)] for ending in _ENDINGS if word.endswith(ending)}
    if word.endswith("s"):
        found.add(word.removesuffix("s").removesuffix("e") + "|")
    elif word.isalpha():
        found.add(word.removesuffix("e") + "_")
    return frozenset(found)


def _bare(word: str) -> frozenset[str]:
    return frozenset(
        word.removeprefix(front)
        for front, size in _CLITICS
        if word.startswith(front) and len(word) >= size + len(front)
    )


def same_unit(theirs: str, ours: str) -> bool:
    """Tell whether both are words for one unit."""
    unit = unit_sign(ours)
    return unit is not None and unit == unit_sign(theirs)


def unit_sign(token: str) -> str | None:
    """Return the sign of the unit that a word by `plain` is for, or None."""
    return plain_units().get(token)


@cache
def plain_units() -> dict[str, str]:
    """Return the sign of the unit that each word for one stands for, by `plain`."""
    return {plain(word): unit for word, unit in units().items()}


def opposed(one: str, other: str) -> bool:
    """Tell whether one word in place of the other turns the statement round, or means somebody else; both by `plain`.

    "One" is an article in many languages, and so grammar; in place of "two" it is a number. "m" is what is left of
    "am", and in place of "km" it is metres.
    """
    return frozenset((one, other)) in _OPPOSED or _counts_other(one, other) or _counts_other(other, one)


def _counts_other(word: str, other: str) -> bool:
    """Tell whether a word of grammar is a number, or a unit, and the other word is another one."""
    value = _articles().get(word)
    if value is not None:
        number = values().get(other, decimal_value(other))
        return number is not None and number != value
    unit = unit_sign(word) if word in FUNCTION else None
    return unit is not None and unit_sign(other) not in {None, unit}


@cache
def _articles() -> dict[str, float]:
    """Return the number words that are grammar, too."""
    return {plain(word): value for word, value in number_words().items() if word in FUNCTION}


@cache
def _english() -> frozenset[frozenset[str]]:
    """Return pairs of words that are one word in the spellings of several countries."""
    return frozenset(map(frozenset, (*pairs("english_variants"), *pairs("english_spellings"))))


def initials(theirs: list[str], ours: list[str]) -> bool:
    """Tell whether ours are the initials of theirs: "z b" for "zum beispiel", "us" for "united states"."""
    letters = "".join(ours)
    return (
        len(letters) >= 2  # noqa: PLR2004 - one letter stands for too many words
        and letters.isalpha()
        and len(theirs) == len(letters)
        and all(map(str.startswith, theirs, letters))
    )


def beginnings() -> dict[str, str]:
    """Return one letter for all with which the spellings of one word may begin, by each of those that are several.

    Two words are no variants of each other, and do not agree, if they begin with others, unless neither has a vowel.
    """
    found: dict[str, str] = {}
    for letters in (*scripts_respelt(), *_LOOKALIKES, *_RESPELT, *_english()):
        first = {letter[0] for letter in letters}
        first |= {found[letter] for letter in first if letter in found}
        first |= {letter for letter, one in found.items() if one in first}
        found.update(dict.fromkeys(first, min(first)))
    return found


def misread() -> frozenset[str]:
    """Return the letters and digits that are read for others; all else is in both of two words that hold digits."""
    return frozenset("".join(shown + meant for shown, meant in _LOOKALIKES))


def respelt() -> frozenset[str]:
    """Return the letters that spellings write for others; all else is in both of two variants that are no slips."""
    return misread().union("".join(shown + meant for shown, meant in _RESPELT), *scripts_respelt())


def scripts_respelt() -> list[list[str]]:
    """Return the letters of the scripts in which other letters than listed ones stand for one another."""
    return [[chr(code) for code in range(ord(low), ord(high) + 1)] for low, high in (_ARABIC, _DEVANAGARI)]


def known_spellings() -> frozenset[str]:
    """Return the words of which there is a list with their other spelling."""
    return frozenset().union(*_english())

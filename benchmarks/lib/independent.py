"""Text compared anew, with the standard library alone: nothing here is the program's own code.

So a mistake of the program's folding, of its tokens or of its alignment is not made here a second time.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_ALONE = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3040, 0x30FF),  # kana
    (0x3400, 0x9FFF),  # Han
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)
_RUN = re.compile(r"\d+")
_GROUPS = re.compile(r"\d+(?:[.,:/'\u2019\u066B\u066C\s-]\d+)*")
_FRONT = re.compile(r"[\W_]*(?:[^\W\d_]{1,9}\W{1,3})?\d+(?:[.)\\-]{0,2}\d+)*\w?")
"""What may stand in front of a paragraph as its number: "3.", "(4)", "Art. 7.2", "12a"."""
_ROUNDED = re.compile(r"\d+[.,]\d{1,2}(?!\d)(?:\s*\w+)?")
_FULL = re.compile(r"\d+(?:[.,]\d+)*(?:\s*\w+)?")
_WORDS = {
    word: str(value)
    for value, words in enumerate(
        (
            "zero null", "one eins ein eine un une uno um один", "two zwei deux dos dois due два",
            "three drei trois tres três tre три", "four vier quatre cuatro quatro quattro четыре",
            "five fünf cinq cinco cinque пять", "six sechs seis sei шесть", "seven sieben sept siete sete sette семь",
            "eight acht huit ocho oito otto восемь", "nine neun neuf nueve nove девять",
            "ten zehn dix diez dez dieci десять", "eleven elf onze", "twelve zwölf douze doce doze",
            "thirteen dreizehn treize", "fourteen vierzehn quatorze", "fifteen fünfzehn quinze",
        )
    )
    for word in words.split()
}  # fmt: skip
_WORDS |= {
    word: str(value)
    for value, words in (
        (20, "twenty zwanzig vingt veinte"), (30, "thirty dreißig trente treinta"), (40, "forty vierzig quarante"),
        (50, "fifty fünfzig cinquante"), (60, "sixty sechzig soixante"), (90, "ninety neunzig"),
    )
    for word in words.split()
}  # fmt: skip
_TIMES = {"mln": 1e6, "million": 1e6, "millionen": 1e6, "bn": 1e9, "billion": 1e9, "mrd": 1e9}
_MARKER = 3
"""Digits of the longest number that may stand before an item of a list."""


def normal(text: str) -> str:
    """Return the text with case and form folded away, signs left out and all digits written in ASCII."""
    plain = "".join(" " if unicodedata.category(char) == "So" else char for char in text)
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", plain).casefold())
    return "".join(str(unicodedata.decimal(char, char)) for char in folded)


def written(text: str) -> str:
    """Return what is left of a text without case, form, spacing and punctuation."""
    return "".join(char for char in normal(text) if _kind(char))


def loosely_written(text: str) -> str:
    """Return the same without accents and other marks."""
    return "".join(char for char in unicodedata.normalize("NFKD", normal(text)) if _kind(char) in {1, 2})


def tokens(text: str) -> list[str]:
    """Return the words of a text; in scripts without spaces every character is one, with its marks."""
    found: list[str] = []
    open_ = 0
    for char in normal(text):
        kind = _kind(char)
        if (kind == 3 and open_) or (kind == 1 and open_ == 1):
            found[-1] += char
        elif kind:
            found.append(char)
        open_ = kind if kind != 3 or not open_ else open_
    return found


@lru_cache(maxsize=1 << 16)
def _kind(char: str) -> int:
    """Return 1 for a letter or digit, 2 for one that is a word of its own, 3 for a mark, 0 for anything else."""
    if unicodedata.category(char).startswith("M"):
        return 3 if unicodedata.category(char) != "Me" and not 0xFE00 <= ord(char) <= 0xFE0F else 0
    if not char.isalnum():
        return 0
    return 2 if any(low <= ord(char) <= high for low, high in _ALONE) else 1


def common(first: Sequence[str], second: Sequence[str]) -> int:
    """Return the length of the longest common subsequence (bit-parallel, one bit for each token of the first)."""
    places: dict[str, int] = {}
    for at, token in enumerate(first):
        places[token] = places.get(token, 0) | 1 << at
    full = (1 << len(first)) - 1
    row = full
    for token in second:
        here = row & places.get(token, 0)
        row = ((row + here) | (row - here)) & full
    return len(first) - bin(row).count("1")  # noqa: FURB161 - which runs on every Python that is supported


def numbers_missing(text: str, witness: str) -> tuple[list[str], list[str]]:
    """Return the numbers of a text that its witness lacks.

    Returns:
        Those that stand nowhere in the witness, and those that may stand there in another form: grouped otherwise,
        with other zeros in front, in words, rounded to a decimal, or as a marker in front of the paragraph.
    """
    ours, theirs = _digits(text), _digits(witness)
    have = set(_RUN.findall(theirs))
    missing = [number for number in dict.fromkeys(_RUN.findall(ours)) if number not in have]
    if not missing:
        return [], []
    values = _values(theirs)
    groups = [(group, _RUN.findall(group)) for group in _GROUPS.findall(ours)]
    lost: list[str] = []
    otherwise: list[str] = []
    rounded = {run for group in _ROUNDED.findall(ours) if _is_rounded(group, theirs) for run in _RUN.findall(group)}
    words = {_WORDS.get(word) for word in re.findall(r"[^\W\d_]+", f"{theirs} {ours}".casefold())}
    for number in missing:
        if (
            number in rounded
            or number in words
            or (re.search(rf"\d[.,:]{number}(?!\d)", ours) and not number.strip("0"))
        ):
            otherwise.append(number)
            continue
        whole = any(_value(group) in values for group, runs in groups if number in runs)
        (otherwise if whole or _value(number) in values or _is_marker(ours, number) else lost).append(number)
    return lost, otherwise


def _is_rounded(group: str, witness: str) -> bool:
    """Tell whether a number with decimals is what some number of the witness comes to when it is rounded."""
    value, step = _amount(group)
    return any(abs(value - _amount(other)[0]) <= step * 0.500001 for other in _FULL.findall(witness))


def _amount(group: str) -> tuple[float, float]:
    """Return what a number says, and what its last decimal is worth."""
    found = re.match(r"[\d.,]*\d", group)
    digits = found.group() if found else "0"
    times = _TIMES.get(group[len(digits) :].strip().casefold(), 1.0)
    head, sign, tail = digits.rpartition("." if "." in digits else ",")
    if not sign or len(tail) == 3:
        return float("".join(_RUN.findall(digits))) * times, times
    return float("".join(_RUN.findall(head)) + "." + tail) * times, times / 10 ** len(tail)


def _digits(text: str) -> str:
    """Return the text with every digit written in ASCII."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(str(unicodedata.digit(char)) if char.isdecimal() and char > "9" else char for char in plain)


def _value(group: str) -> str:
    return "".join(_RUN.findall(group)).lstrip("0") or "0"


def _values(text: str) -> set[str]:
    return {_value(found) for found in [*_RUN.findall(text), *_GROUPS.findall(text)]}


def _is_marker(text: str, number: str) -> bool:
    """Tell whether the number stands in front of the paragraph only."""
    front = _FRONT.match(text)
    return front is not None and number in _RUN.findall(front.group()) and len(number) <= _MARKER
